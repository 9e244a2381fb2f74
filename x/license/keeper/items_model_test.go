package keeper_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/manifests"
	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// takenBack is one withdrawal, as the plain model has it: of a content, or of all.
type takenBack struct {
	from    string
	content registrytypes.Digest
	all     bool
	at      time.Time
	// digest of the list that ends with it.
	digest registrytypes.Digest
}

// bought is a grant of a dataset, and how many withdrawals there were when it pinned them.
type bought struct {
	id     types.GrantID
	holder string
	pinned int
}

// plainDataset is all that the model knows of one: lists that only grow.
type plainDataset struct {
	id       registrytypes.WorkID
	owner    sdk.AccAddress
	versions []*manifests.Made
	list     []takenBack
	grants   []bought
	sold     types.TermsID
	free     bool
}

// first is the number of the first withdrawal that an item is under; 0: none.
func (p *plainDataset) first(i manifest.Item) int {
	from := registrytypes.NewContributor(i.Contributor)
	for n, w := range p.list {
		if w.from == from.Account+from.Work.String() && (w.all || w.content == i.Sha256) {
			return n + 1
		}
	}
	return 0
}

// verdict is what an account, or anybody, may do with an item, by one grant alone or by whatever there is.
func (p *plainDataset) verdict(i manifest.Item, by string, named *bought) types.Verdict {
	number := p.first(i)
	for _, g := range p.grants {
		if g.holder == by && (named == nil || named.id == g.id) && (number == 0 || g.pinned < number) {
			return types.VERDICT_ALLOWED
		}
	}
	switch {
	case number > 0 || named != nil:
		return types.VERDICT_DENIED
	case p.free || by == p.owner.String():
		return types.VERDICT_ALLOWED
	}
	return types.VERDICT_NEEDS_GRANT
}

// randomDatasets is the module beside the model of it.
type randomDatasets struct {
	*datasets
	rng      *rand.Rand
	all      []*plainDataset
	accounts []sdk.AccAddress
	// works contribute too, for their owners.
	works []registrytypes.WorkID
	ownBy map[registrytypes.WorkID]sdk.AccAddress
}

func newRandomDatasets(t testing.TB, seed uint64) *randomDatasets {
	r := &randomDatasets{datasets: newDatasets(t), rng: rand.New(rand.NewPCG(seed, 1)), ownBy: map[registrytypes.WorkID]sdk.AccAddress{}}
	for i := range 60 {
		r.accounts = append(r.accounts, account(fmt.Sprint("contributor ", i)))
	}
	for i := range 12 {
		owner := r.accounts[i]
		id := r.add(owner, registrytypes.Entry{
			Sha256: content(1_000_000 + i), Details: registrytypes.Details{Kind: registrytypes.KIND_OTHER, Title: "contributor"},
		})
		r.works, r.ownBy[id] = append(r.works, id), owner
	}
	for i := range 4 {
		p := &plainDataset{owner: r.accounts[r.rng.IntN(3)], free: i%2 == 0}
		p.versions = append(p.versions, r.manifest())
		p.id = r.register(p.owner, p.versions[0])
		p.sold = r.offer(p.owner, p.id, monthly())
		if p.free {
			r.offer(p.owner, p.id, freely())
		}
		r.all = append(r.all, p)
	}
	return r
}

// manifest is one of random items, many of which others have too.
func (r *randomDatasets) manifest() *manifests.Made {
	items := make([]manifest.Item, 60)
	for i := range items {
		n := r.rng.IntN(400)
		if items[i] = given(n, r.accounts[r.rng.IntN(len(r.accounts))]); r.rng.IntN(4) == 0 {
			items[i] = givenBy(n, r.works[r.rng.IntN(len(r.works))])
		}
		items[i].Weight = 1 + r.rng.Uint64N(3)
	}
	return manifests.Of(items...)
}

// withdrawOne has a contributor take an item of any version back, or all of theirs.
func (r *randomDatasets) withdrawOne(p *plainDataset) bool {
	r.t.Helper()
	n := r.rng.IntN(len(p.versions))
	m := p.versions[n]
	i := r.rng.IntN(len(m.Items))
	if p.first(m.Items[i]) > 0 {
		return false
	}
	from := m.From(i)
	sender := r.ownBy[from.Work]
	if from.Account != "" {
		sender = sdk.MustAccAddressFromBech32(from.Account)
	}
	w := takenBack{from: from.Account + from.Work.String(), content: m.Items[i].Sha256, all: r.rng.IntN(40) == 0, at: r.ctx.BlockTime()}
	r.withdraw(sender, p.id, uint32(n+1), m, i, w.all)
	list, err := r.registry.WithdrawalList(r.ctx, p.id)
	require.NoError(r.t, err)
	w.digest = list.Sha256
	p.list = append(p.list, w)
	require.Equal(r.t, uint64(len(p.list)), list.Count)
	return true
}

func (r *randomDatasets) revise(p *plainDataset) {
	r.t.Helper()
	m := r.manifest()
	r.must(&registrytypes.MsgRevise{
		Owner: p.owner.String(), Work: p.id, Manifest: new(m.Roots()),
		Details: registrytypes.Details{Kind: registrytypes.KIND_DATASET, Title: "data"},
	})
	p.versions = append(p.versions, m)
}

func (r *randomDatasets) buy(p *plainDataset) {
	r.t.Helper()
	by := r.accounts[r.rng.IntN(6)]
	if by.Equals(p.owner) || len(p.grants) > 200 {
		return
	}
	p.grants = append(p.grants, bought{r.acquire(by, p.id, p.sold, uint64(len(p.grants))), by.String(), len(p.list)})
}

func (r *randomDatasets) renewOne(p *plainDataset) {
	r.t.Helper()
	if len(p.grants) == 0 {
		return
	}
	g := &p.grants[r.rng.IntN(len(p.grants))]
	r.renew(sdk.MustAccAddressFromBech32(g.holder), p.id, p.sold, g.id)
	g.pinned = len(p.list)
}

// check asks about random items, of all versions, of random people, and compares with the model.
func (r *randomDatasets) check(p *plainDataset) {
	r.t.Helper()
	m := p.versions[r.rng.IntN(len(p.versions))]
	item := m.Items[r.rng.IntN(len(m.Items))]
	if len(p.list) > 0 && r.rng.IntN(2) == 0 { // one that was taken back, perhaps of a version of long ago
		for range 20 {
			if p.first(item) > 0 {
				break
			}
			m = p.versions[r.rng.IntN(len(p.versions))]
			item = m.Items[r.rng.IntN(len(m.Items))]
		}
	}
	req := &types.QueryCheckRightsRequest{Work: p.id.String(), Use: copying, Item: itemOf(item)}
	if r.rng.IntN(4) > 0 {
		req.Licensee = r.accounts[r.rng.IntN(6)].String()
	}
	var named *bought
	if len(p.grants) > 0 && r.rng.IntN(3) == 0 {
		named = &p.grants[r.rng.IntN(len(p.grants))]
		req.Licensee, req.Permission = named.holder, named.id.String()
	}
	rights := r.askFor(req)
	want := p.verdict(item, req.Licensee, named)
	require.Equal(r.t, want, rights.Verdict, "%v", rights)
	if number := p.first(item); want == types.VERDICT_DENIED {
		require.Equal(r.t, string(rules.ItemWithdrawn), rights.Reasons[0].Code)
		require.Equal(r.t, uint64(number), rights.Reasons[0].Withdrawal)
		require.True(r.t, p.list[number-1].at.Equal(*rights.Reasons[0].At))
	}
	// The answer about the whole says what to leave out, by what it relies on.
	req.Item = nil
	rights = r.askFor(req)
	bind := len(p.list)
	for _, g := range p.grants {
		if g.id.String() == rights.Permission {
			bind = g.pinned
		}
	}
	duty := leftOut(rights)
	if bind == 0 {
		require.Nil(r.t, duty)
		return
	}
	require.Equal(r.t, uint64(bind), duty.Withdrawals)
	require.Equal(r.t, p.list[bind-1].digest, duty.WithdrawalsSha256)
}

// A thousand random withdrawals: denied from then on, in every version, old grants stand, new ones don't cover, renewed ones pin anew.
func TestRandomWithdrawals(t *testing.T) {
	const seed = 20
	r := newRandomDatasets(t, seed)
	withdrawn := 0
	for step := 0; withdrawn < 1000; step++ {
		require.Less(t, step, 20_000)
		p := r.all[r.rng.IntN(len(r.all))]
		switch n := r.rng.IntN(20); {
		case n < 10:
			if r.withdrawOne(p) {
				withdrawn++
			}
		case n < 12:
			r.buy(p)
		case n < 13:
			r.renewOne(p)
		case n < 14:
			r.revise(p)
		default:
			r.wait(time.Second)
		}
		for range 2 {
			r.check(r.all[r.rng.IntN(len(r.all))])
		}
	}
	require.NoError(t, r.k.CheckInvariants(r.ctx))
	require.NoError(t, r.registry.CheckInvariants(r.ctx))

	// All of it is in a genesis.
	license, err := r.k.ExportGenesis(r.ctx)
	require.NoError(t, err)
	registry, err := r.registry.ExportGenesis(r.ctx)
	require.NoError(t, err)
	again := newDatasets(t)
	again.ctx = afterAll(r.ctx).WithMultiStore(again.ctx.MultiStore())
	require.NoError(t, registry.Validate())
	require.NoError(t, license.Validate())
	require.NoError(t, again.registry.InitGenesis(again.ctx, *registry))
	require.NoError(t, again.k.InitGenesis(again.ctx, *license))
	require.NoError(t, again.k.CheckInvariants(again.ctx))
	again.ctx = r.ctx.WithMultiStore(again.ctx.MultiStore())
	for id, work := range r.owners {
		again.owners[id] = work
	}
	r.datasets = again
	for range 500 {
		r.check(r.all[r.rng.IntN(len(r.all))])
	}
}
