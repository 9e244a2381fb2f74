package lineage_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/testutil/manifests"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// contributed is an item of an account.
func contributed(n uint64, by chain.Account) manifest.Item {
	item := manifest.Item{Contributor: manifest.Contributor{Kind: manifest.Account, ID: by.Address}, Weight: 1}
	binary.BigEndian.PutUint64(item.Sha256[:], n+1)
	return item
}

func itemOf(i manifest.Item) licensetypes.Item {
	return licensetypes.Item{Sha256: i.Sha256, Contributor: registrytypes.NewContributor(i.Contributor)}
}

// dataset registers a manifest as a dataset of the curator's.
func (s *shelf) dataset(m *manifests.Made) chain.Work {
	s.t.Helper()
	s.MustDeliver(s.curator, &registrytypes.MsgRegister{Registrant: s.curator.String(), Works: []registrytypes.Entry{{
		Sha256: m.Roots().Digest(), Details: registrytypes.Details{Kind: registrytypes.KIND_DATASET, Title: "data"}, Manifest: new(m.Roots()),
	}}})
	return chain.Work{ID: registrytypes.NewWorkID(s.curator.Address, m.Roots().Digest()), Owner: s.curator}
}

// withdraw has an account take an item of its own back, by the manifest of a version.
func (s *shelf) withdraw(by chain.Account, data chain.Work, version uint32, m *manifests.Made, index int) {
	s.t.Helper()
	s.MustDeliver(by, &registrytypes.MsgWithdrawItems{
		Sender: by.String(), Work: data.ID, Version: version, Contributor: m.From(index), Items: []registrytypes.ItemProof{m.Item(index)},
	})
}

// item asks whether anybody may use an item of a dataset.
func (s *shelf) itemRights(data chain.Work, item licensetypes.Item, by string) licensetypes.Rights {
	s.t.Helper()
	res, err := licensetypes.NewQueryClient(s.Conn()).CheckRights(s.Ctx(), &licensetypes.QueryCheckRightsRequest{
		Work: data.String(), Use: licensetypes.Use{Action: licensetypes.ACTION_TRAIN_AI}, Item: &item, Licensee: by,
	})
	require.NoError(s.t, err)
	return res.Rights
}

// A model that was trained on a dataset pins the version, and so the manifest; what comes later of the dataset, another manifest or
// withdrawals, changes neither what the model may be used for nor what it owes. Items are registered works, which the dataset contains.
func TestAModelKeepsTheDatasetThatItWasTrainedOn(t *testing.T) {
	s := newShelf(t)
	song := s.item("song", "cc-by-4.0")
	songs := manifest.Item{
		Sha256: chain.Digest("song"), Contributor: manifest.Contributor{Kind: manifest.Work, ID: song.Work.ID[:]}, Weight: 3,
	}
	first := manifests.Of(songs, contributed(1, s.fan), contributed(2, s.author))
	data := s.dataset(first)
	s.Offer(song.Work, song.Terms)
	s.MustDeliver(s.curator, s.DeriveMsg(data, song))
	remix5 := s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Trained-5", CommercialUse: true, Attribution: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
		AiTraining: licensetypes.PERMISSION_ALLOW, RoyaltyPolicy: royaltytypes.POLICY_ABSOLUTE, RoyaltyRate: 50_000,
	})
	s.Offer(data, remix5)
	train := func(name string) (chain.Work, types.Link) {
		t.Helper()
		model := s.ofKind(name, s.maker, registrytypes.KIND_MODEL)
		s.MustDeliver(s.maker, s.DeriveMsg(model, data.Under(remix5).As(types.ROLE_TRAINED_ON)))
		res, err := types.NewQueryClient(s.Conn()).Sources(s.Ctx(), &types.QuerySourcesRequest{Work: model.ID})
		require.NoError(t, err)
		require.Len(t, res.Sources, 1)
		return model, res.Sources[0]
	}
	model, link := train("model 1")
	require.Equal(t, uint32(1), link.WorkVersion)
	answers := func() (list []licensetypes.Rights) {
		for _, action := range []licensetypes.Action{licensetypes.ACTION_PERFORM, licensetypes.ACTION_ADAPT, licensetypes.ACTION_AI_INPUT} {
			list = append(list, s.rights(model, action, true))
		}
		return list
	}
	s.Offer(model, s.anything())
	before := answers()
	require.Equal(t, licensetypes.VERDICT_ALLOWED, before[0].Verdict)
	pays := func(name string) {
		t.Helper()
		was := s.Balance(s.curator, "uusdc")
		s.Pay(s.fan, model, "1000000uusdc")
		s.NextBlock()
		s.NextBlock()
		require.Equal(t, "50000uusdc", s.Balance(s.curator, "uusdc").Sub(was).String(), name)
	}
	pays("before")

	second := manifests.Of(contributed(1, s.fan), contributed(3, s.author), contributed(4, s.author))
	s.MustDeliver(s.curator, &registrytypes.MsgRevise{
		Owner: s.curator.String(), Work: data.ID, Details: registrytypes.Details{Kind: registrytypes.KIND_DATASET, Title: "data"},
		Manifest: new(second.Roots()),
	})
	s.withdraw(s.fan, data, 1, first, 1)
	s.withdraw(s.author, data, 2, second, 2)
	s.NextBlock()
	require.Equal(t, before, answers())
	pays("after")
	// Items that were taken back are denied in whatever version they were; new models are told what to leave out.
	for _, item := range []manifest.Item{first.Items[1], second.Items[0], second.Items[2]} {
		require.Equal(t, licensetypes.VERDICT_DENIED, s.itemRights(data, itemOf(item), s.maker.String()).Verdict)
	}
	require.Equal(t, licensetypes.VERDICT_ALLOWED, s.itemRights(data, itemOf(first.Items[2]), s.maker.String()).Verdict)
	_, link = train("model 2")
	require.Equal(t, uint32(2), link.WorkVersion)
	rights := s.rights(data, licensetypes.ACTION_TRAIN_AI, true)
	last := rights.Obligations[len(rights.Obligations)-1]
	require.Equal(t, licensetypes.OBLIGATION_LEAVE_OUT, last.Kind)
	require.Equal(t, uint64(2), last.Withdrawals)
	s.RequireInvariants()
	s.RequireSameExport()
}

// Withdrawals in blocks, beside purchases in the same blocks, in an order that the transactions have.
func TestWithdrawalsAndGrantsOfOneBlock(t *testing.T) {
	s := newShelf(t)
	rng := rand.New(rand.NewPCG(7, 7))
	var items []manifest.Item
	for i := range uint64(40) {
		items = append(items, contributed(i, s.fan))
	}
	m := manifests.Of(items...)
	data := s.dataset(m)
	month := 30 * 24 * time.Hour
	terms := s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Monthly", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
		AiTraining: licensetypes.PERMISSION_ALLOW, Duration: &month, DerivativesPerGrant: licensetypes.UnlimitedDerivatives,
	})
	s.Offer(data, terms)
	// pinned is how many withdrawals came before each grant, number by which an item was taken back.
	pinned, number, next := map[licensetypes.GrantID]int{}, map[int]int{}, 0
	var grants []licensetypes.GrantID
	for range 12 {
		var txs [][]byte
		for range 1 + rng.IntN(4) {
			if rng.IntN(2) == 0 && next < len(items) {
				index := next
				next++
				txs = append(txs, s.Sign(s.fan, &registrytypes.MsgWithdrawItems{
					Sender: s.fan.String(), Work: data.ID, Version: 1, Contributor: m.From(index), Items: []registrytypes.ItemProof{m.Item(index)},
				}))
				number[index] = next
				continue
			}
			serial := uint64(len(grants))
			id := licensetypes.NewGrantID(data.ID, terms, s.maker.Address, serial)
			txs = append(txs, s.Sign(s.maker, &licensetypes.MsgAcquire{
				Licensee: s.maker.String(), Work: data.ID, Terms: terms, Serial: serial, Seen: s.Seen(data, terms),
			}))
			grants = append(grants, id)
			pinned[id] = next
		}
		s.Block(txs...).RequireOK(t)
		for index := range items {
			for _, grant := range grants {
				item := itemOf(items[index])
				res, err := licensetypes.NewQueryClient(s.Conn()).CheckRights(s.Ctx(), &licensetypes.QueryCheckRightsRequest{
					Work: data.String(), Use: licensetypes.Use{Action: licensetypes.ACTION_TRAIN_AI}, Item: &item, Licensee: s.maker.String(),
					Permission: grant.String(),
				})
				require.NoError(t, err)
				denied := number[index] > 0 && pinned[grant] >= number[index]
				require.Equal(t, denied, res.Rights.Verdict == licensetypes.VERDICT_DENIED, "item %d by %s", index, grant)
			}
		}
	}
	require.NotEmpty(t, grants)
	require.Greater(t, next, 5)
	s.RequireInvariants()
	s.RequireSameExport()
}

// A list of 100,000 items is decided again in two seconds, as a node answers it; slower machines are only told.
func TestALargeListIsDecidedAgain(t *testing.T) {
	const rows, limit = rights.MaxRows, 2 * time.Second
	people := chain.NamedMany("contributor", 1000)
	s := newShelf(t, chain.Accounts(people[:12]...))
	items := make([]manifest.Item, rows)
	for i := range items {
		items[i] = contributed(uint64(i), people[i%len(people)])
	}
	m := manifests.Of(items...)
	data := s.dataset(m)
	s.Offer(data, chain.Preset("cc-by-4.0"))
	taken := map[int]bool{}
	for i, who := range people[:12] { // ten take all of theirs back, two one item
		msg := &registrytypes.MsgWithdrawItems{Sender: who.String(), Work: data.ID, Version: 1, Contributor: m.From(i)}
		if i < 10 {
			proof := m.ContributorOf(i)
			msg.All = &proof
			for index := i; index < rows; index += len(people) {
				taken[index] = true
			}
		} else {
			msg.Items, taken[i] = []registrytypes.ItemProof{m.Item(i)}, true
		}
		s.MustDeliver(who, msg)
	}
	s.NextBlock()
	list := rights.Manifest{}
	for i, item := range items {
		list.Rows = append(list.Rows, rights.Row{Line: i + 2, Subject: data.String(), Item: itemOf(item)})
	}
	inquiry := rights.Inquiry{
		Chain: licensetypes.NewQueryClient(s.Conn()), Use: licensetypes.Use{Action: licensetypes.ACTION_TRAIN_AI},
		Moment: rights.Moment{ChainID: chain.ID, Height: s.Height(), Time: s.Now()},
	}
	start := time.Now()
	answers, err := inquiry.Ask(t.Context(), list.Questions())
	took := time.Since(start)
	require.NoError(t, err)
	report := rights.NewReport("list.csv", list, inquiry, answers)
	require.Equal(t, len(taken), report.Head.Denied)
	require.Equal(t, rows-len(taken), report.Head.Allowed)
	for _, row := range report.Withdrawn() {
		require.True(t, taken[row.Line-2])
	}
	require.Len(t, report.Withdrawn(), len(taken))
	said := fmt.Sprintf("%d rows, %d of them withdrawn, decided again in %s", rows, len(taken), took.Round(time.Millisecond))
	if t.Log(said); took > limit {
		t.Logf("WARNING: that is more than %s", limit)
	}
}
