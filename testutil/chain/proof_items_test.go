package chain_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	prf "github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/proof/gather"
	"github.com/stemma-chain/stemma/client/proof/wire"
	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/testutil/manifests"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// dataset is a chain with a dataset of alice's that sells grants, with items of bob's, carol's and a song, and a grant of fan's.
type dataset struct {
	*chain.Chain
	*manifests.Made
	t     *testing.T
	id    registrytypes.WorkID
	terms licensetypes.TermsID
	grant licensetypes.GrantID
}

func newDataset(t *testing.T) *dataset {
	d := &dataset{Chain: chain.New(t, chain.Signed(validators(4)), chain.Balance("100000000uusdc")), t: t}
	song := d.Register("song", bob)
	from := func(kind manifest.Kind, id []byte, content byte) manifest.Item {
		return manifest.Item{Sha256: [32]byte{content}, Contributor: manifest.Contributor{Kind: kind, ID: id}, Weight: 1}
	}
	d.Made = manifests.Of(from(manifest.Account, bob.Address, 1), from(manifest.Account, carol.Address, 2),
		from(manifest.Work, song.ID[:], 3), from(manifest.Account, carol.Address, 4))
	d.MustDeliver(alice, &registrytypes.MsgRegister{Registrant: alice.String(), Works: []registrytypes.Entry{{
		Sha256: d.Roots().Digest(), Details: registrytypes.Details{Kind: registrytypes.KIND_DATASET, Title: "data"}, Manifest: new(d.Roots()),
	}}})
	d.id = registrytypes.NewWorkID(alice.Address, d.Roots().Digest())
	month := 30 * 24 * time.Hour
	sold := licensetypes.Terms{
		Spdx: "LicenseRef-Monthly", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
		AiTraining: licensetypes.PERMISSION_ALLOW, Duration: &month,
	}
	d.terms = sold.ID()
	d.MustDeliver(alice, &licensetypes.MsgPublishTerms{Author: alice.String(), Terms: sold},
		&licensetypes.MsgOffer{Owner: alice.String(), Work: d.id, Terms: d.terms},
		&licensetypes.MsgOffer{Owner: alice.String(), Work: d.id, Terms: chain.Preset("cc-by-4.0")})
	d.MustDeliver(fan, d.acquiring(1))
	d.grant = licensetypes.NewGrantID(d.id, d.terms, fan.Address, 1)
	return d
}

func (d *dataset) acquiring(serial uint64) *licensetypes.MsgAcquire {
	return &licensetypes.MsgAcquire{
		Licensee: fan.String(), Work: d.id, Terms: d.terms, Serial: serial, Seen: d.Seen(chain.Work{ID: d.id}, d.terms),
	}
}

// withdraw has whoever contributed the item of an index take it back.
func (d *dataset) withdraw(by chain.Account, index int) {
	d.t.Helper()
	d.MustDeliver(by, &registrytypes.MsgWithdrawItems{
		Sender: by.String(), Work: d.id, Version: 1, Contributor: d.From(index), Items: []registrytypes.ItemProof{d.Item(index)},
	})
}

func (d *dataset) item(index int) licensetypes.Item {
	return licensetypes.Item{Sha256: d.Items[index].Sha256, Contributor: d.From(index)}
}

// proved is the answer that a proof of a question tells, of what held before the transactions of a block; 0: the latest.
func (d *dataset) proved(q prf.Question, height int64) licensetypes.Rights {
	d.t.Helper()
	p, err := maker(d.t, d.Chain).Answer(context.Background(), q, gather.Options{Height: height})
	require.NoError(d.t, err)
	p, raw := reread(d.t, p)
	proven, err := p.Verify(prf.TrustIn(p.Trusted), policy(d.Chain))
	require.NoError(d.t, err)
	d.t.Logf("%d bytes", len(raw))
	return proven.Answer.(*licensetypes.QueryCheckRightsResponse).Rights
}

// leftOut is how many withdrawals an answer says bind the use, and the digest of their list.
func leftOut(rights licensetypes.Rights) (number uint64, list registrytypes.Digest) {
	for _, o := range rights.Obligations {
		if o.Kind == licensetypes.OBLIGATION_LEAVE_OUT {
			return o.Withdrawals, o.WithdrawalsSha256
		}
	}
	return 0, list
}

// An answer about an item, and what an answer about the whole leaves out, is proved as of any height that is kept, with the list as it
// stood then; and rows that say that an item was taken back can't be hidden.
func TestProofsOfAnswersAboutItems(t *testing.T) {
	d := newDataset(t)
	use := licensetypes.Use{Action: licensetypes.ACTION_COPY}
	var heights []int64
	var lists []registrytypes.Digest
	keep := func() {
		d.NextBlock()
		heights = append(heights, d.Height())
		list, err := d.App.Keepers.Registry.WithdrawalList(d.Ctx(), d.id)
		require.NoError(t, err)
		lists = append(lists, list.Sha256)
	}
	keep()
	d.withdraw(carol, 1)
	keep()
	d.withdraw(bob, 2) // of the work that contributed, whose owner bob is
	d.withdraw(carol, 3)
	keep()
	for at, height := range heights {
		withdrawn := map[int]int{1: 1, 2: 2, 3: 3} // by which withdrawal
		for index := range d.Items {
			denied := withdrawn[index] > 0 && withdrawn[index] <= []int{0, 1, 3}[at]
			rights := d.proved(prf.AskItemRights(d.id, d.item(index), use, ""), height)
			if !denied {
				require.Equal(t, licensetypes.VERDICT_ALLOWED, rights.Verdict)
				continue
			}
			require.Equal(t, licensetypes.VERDICT_DENIED, rights.Verdict)
			require.Equal(t, uint64(withdrawn[index]), rights.Reasons[0].Withdrawal)
			// The grant of before stands.
			rights = d.proved(prf.AskItemRights(d.id, d.item(index), use, fan.String()), height)
			require.Equal(t, licensetypes.VERDICT_ALLOWED, rights.Verdict)
			require.Equal(t, d.grant.String(), rights.Permission)
		}
		number, list := leftOut(d.proved(prf.AskRights(d.id, use, ""), height))
		require.Equal(t, []uint64{0, 1, 3}[at], number)
		require.Equal(t, lists[at], list)
		asked := d.proved(prf.AskItemRights(d.id, licensetypes.Item{
			Sha256: registrytypes.Digest{9}, Contributor: registrytypes.Contributor{Account: fan.String()},
		}, use, ""), height)
		require.Equal(t, licensetypes.VERDICT_ALLOWED, asked.Verdict, "what was not taken back is absent from the rows")
	}
	d.RequireInvariants()
	d.RequireSameExport()
}

// What an item's own terms make of an answer is proved as the node answers: what they are about, and royalties that the work owes.
func TestProofsOfAnswersAboutItemsOfOtherTerms(t *testing.T) {
	d := newDataset(t)
	song := d.Register("another song", bob)
	d.Offer(song, chain.Preset("commercial-remix-10"))
	made := manifests.Of(manifest.Item{
		Sha256: [32]byte{7}, Contributor: manifest.Contributor{Kind: manifest.Account, ID: carol.Address}, Weight: 1,
	})
	d.MustDeliver(alice, &registrytypes.MsgRegister{Registrant: alice.String(), Works: []registrytypes.Entry{{
		Sha256: made.Roots().Digest(), Manifest: new(made.Roots()),
		Details: registrytypes.Details{Kind: registrytypes.KIND_DATASET, Title: "more"},
	}}})
	more := chain.Work{ID: registrytypes.NewWorkID(alice.Address, made.Roots().Digest()), Owner: alice}
	d.MustDeliver(alice, d.DeriveMsg(more, song.Under(chain.Preset("commercial-remix-10"))))
	free := licensetypes.Terms{Spdx: "LicenseRef-Free", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED}
	alike, adapted, royal := free, free, free
	alike.Spdx, alike.Derivatives = "LicenseRef-Alike", licensetypes.DERIVATIVES_SHARE_ALIKE
	adapted.Spdx, adapted.Uses = "LicenseRef-Adapted", []licensetypes.Action{
		licensetypes.ACTION_ADAPT, licensetypes.ACTION_TRAIN_AI, licensetypes.ACTION_AI_INPUT,
	}
	royal.Spdx, royal.RoyaltyRate, royal.RoyaltyPolicy = "LicenseRef-Royal", 50_000, royaltytypes.POLICY_ABSOLUTE
	for _, terms := range []licensetypes.Terms{free, alike, adapted, royal} {
		d.MustDeliver(alice, &licensetypes.MsgPublishTerms{Author: alice.String(), Terms: terms})
	}
	d.MustDeliver(alice, &licensetypes.MsgOffer{Owner: alice.String(), Work: more.ID, Terms: free.ID()})
	d.NextBlock()
	adapting, input := licensetypes.Use{Action: licensetypes.ACTION_ADAPT}, licensetypes.Use{Action: licensetypes.ACTION_AI_INPUT}
	copying := licensetypes.Use{Action: licensetypes.ACTION_COPY}
	for _, c := range []struct {
		terms licensetypes.Terms
		use   licensetypes.Use
		code  rules.Code
	}{
		{alike, adapting, rules.ShareAlikeRoyalty},
		{alike, copying, ""},
		{adapted, adapting, ""},
		{adapted, copying, rules.UseNotCovered},
		{royal, input, rules.NotOffered},
		{royal, copying, ""},
		{free, adapting, ""},
	} {
		item := licensetypes.Item{Sha256: made.Items[0].Sha256, Contributor: made.From(0), Terms: c.terms.ID()}
		rights := d.proved(prf.AskItemRights(more.ID, item, c.use, fan.String()), 0)
		if c.code == "" {
			require.Equal(t, licensetypes.VERDICT_ALLOWED, rights.Verdict, c.terms.Spdx)
			continue
		}
		require.Equal(t, licensetypes.VERDICT_DENIED, rights.Verdict, c.terms.Spdx)
		require.Equal(t, string(c.code), rights.Reasons[0].Code)
	}
}

// No row can be left out that says that an item was taken back, or when the list came so far.
func TestNoWithdrawalCanBeLeftOut(t *testing.T) {
	d := newDataset(t)
	d.withdraw(carol, 1)
	d.withdraw(bob, 2)
	d.NextBlock()
	use, hidden := licensetypes.Use{Action: licensetypes.ACTION_COPY}, 0
	for _, q := range []prf.Question{
		prf.AskItemRights(d.id, d.item(1), use, ""), prf.AskItemRights(d.id, d.item(1), use, fan.String()),
		prf.AskItemRights(d.id, d.item(0), use, ""), prf.AskRights(d.id, use, fan.String()),
	} {
		p, err := maker(t, d.Chain).Answer(context.Background(), q, gather.Options{})
		require.NoError(t, err)
		trust, was := prf.TrustIn(p.Trusted), p.State
		tree := parse(t, wire.New(was), false)
		tree.each(t, false, func() {
			p.State = tree.write(nil)
			read, err := prf.Read(p.Encode())
			if err == nil {
				_, err = read.Verify(trust, policy(d.Chain))
			}
			require.Error(t, err)
			hidden++
		})
	}
	t.Logf("%d parts left out", hidden)
	require.Greater(t, hidden, 200)
}

// A question about an item has one spelling.
func TestAProofAsksAboutAnItemInOneWay(t *testing.T) {
	d := newDataset(t)
	for _, spoil := range []func(*licensetypes.Item){
		func(i *licensetypes.Item) { i.Sha256 = registrytypes.Digest{} },
		func(i *licensetypes.Item) { i.Contributor = registrytypes.Contributor{} },
		func(i *licensetypes.Item) { i.Contributor.Work = d.id },
		func(i *licensetypes.Item) { i.Contributor.Account = "STEMMA1X" },
	} {
		item := d.item(0)
		use := licensetypes.Use{Action: licensetypes.ACTION_COPY}
		p, err := maker(t, d.Chain).Answer(context.Background(), prf.AskItemRights(d.id, item, use, ""), gather.Options{})
		require.NoError(t, err)
		spoil(&item)
		p.Fact = prf.AskItemRights(d.id, item, use, "")
		_, err = prf.Read(p.Encode())
		require.ErrorIs(t, err, prf.ErrUnreadable)
	}
}
