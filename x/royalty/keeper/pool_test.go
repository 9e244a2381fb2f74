package keeper_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/testutil/manifests"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	"github.com/stemma-chain/stemma/x/registry/sumtree"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/keeper"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

func by(account chain.Account) manifest.Contributor {
	return manifest.Contributor{Kind: manifest.Account, ID: account.Address}
}

func byWork(work chain.Work) manifest.Contributor {
	return manifest.Contributor{Kind: manifest.Work, ID: work.ID[:]}
}

func item(content string, from manifest.Contributor, weight uint64) manifest.Item {
	return manifest.Item{Sha256: chain.Digest(content), Contributor: from, Weight: weight}
}

// dataset registers a manifest as a work.
func dataset(c *chain.Chain, owner chain.Account, made *manifests.Made) chain.Work {
	roots := made.Roots()
	c.MustDeliver(owner, &registrytypes.MsgRegister{Registrant: owner.String(), Works: []registrytypes.Entry{{
		Sha256: roots.Digest(), Details: registrytypes.Details{Kind: registrytypes.KIND_DATASET}, Manifest: &roots,
	}}})
	return chain.Work{ID: registrytypes.NewWorkID(owner.Address, roots.Digest()), Owner: owner}
}

func revised(work chain.Work, made *manifests.Made) *registrytypes.MsgRevise {
	roots := made.Roots()
	return &registrytypes.MsgRevise{
		Owner: work.Owner.String(), Work: work.ID, Details: registrytypes.Details{Kind: registrytypes.KIND_DATASET}, Manifest: &roots,
	}
}

func shared(work chain.Work, version, weight uint32) *types.MsgSharePool {
	return &types.MsgSharePool{Owner: work.Owner.String(), Work: work.ID, Version: version, Weight: weight}
}

func collectMsg(work chain.Work, version uint32, entries ...registrytypes.ContributorProof) *types.MsgCollect {
	return &types.MsgCollect{Sender: fan.String(), Work: work.ID, Version: version, Entries: entries}
}

// collect asks for what contributors have not had and returns what they got.
func collect(t *testing.T, c *chain.Chain, work chain.Work, version uint32, entries ...registrytypes.ContributorProof) []types.Collected {
	var res types.MsgCollectResponse
	c.MustDeliver(fan, collectMsg(work, version, entries...)).Response(t, 0, &res)
	return res.Entries
}

func poolOf(t *testing.T, c *chain.Chain, work chain.Work) *types.QueryPoolResponse {
	t.Helper()
	res, err := types.NewQueryClient(c.Conn()).Pool(t.Context(), &types.QueryPoolRequest{Work: work.ID})
	require.NoError(t, err)
	return res
}

func fundOf(t *testing.T, c *chain.Chain, work chain.Work, version uint32) types.PoolFund {
	t.Helper()
	fund, err := c.App.Keepers.Royalty.Pools.Funds.Get(c.Ctx(), collections.Join3(work.ID, version, "uusdc"))
	require.NoError(t, err)
	return fund
}

// What a dataset earns is shared with its contributors, works among them, which pass it on.
func TestContributorsShareWhatIsEarned(t *testing.T) {
	c := chain.New(t, everyUnit(), chain.Balance("1000000uusdc,1000000ustem"))
	song := c.Register("song.wav", alice)
	remix := c.Derive("remix.wav", bob, song.Under(chain.Preset("commercial-remix-10")))
	made := manifests.Of(item("a", by(bob), 2), item("b", by(carol), 1), item("c", byWork(remix), 4))
	data := dataset(c, dave, made)
	c.MustDeliver(dave, shared(data, 1, 300_000))
	require.Equal(t, &types.QueryPoolResponse{Version: 1, Weight: 300_000}, poolOf(t, c, data))

	c.Pay(fan, data, "1000uusdc")
	c.RequireBalance(dave, "1000700uusdc")
	require.Equal(t, "300", fundOf(t, c, data, 1).Total.String())
	proofs := []registrytypes.ContributorProof{made.Contributor(0), made.Contributor(1), made.Contributor(2)}
	preview, err := types.NewQueryClient(c.Conn()).PreviewCollect(t.Context(), &types.QueryPreviewCollectRequest{
		Work: data.ID, Version: 1, Entries: proofs,
	})
	require.NoError(t, err)
	got := collect(t, c, data, 1, proofs...)
	require.Equal(t, preview.Entries, got)
	bobs, carols := int64(300*2/7), int64(300/7)
	remixes := int64(300 * 4 / 7)
	c.RequireBalance(carol, fmt.Sprint(1_000_000+carols, "uusdc"))
	c.RequireBalance(bob, fmt.Sprint(1_000_000+bobs+remixes*9/10, "uusdc"))
	c.RequireBalance(alice, fmt.Sprint(1_000_000+remixes/10, "uusdc"))
	for _, e := range collect(t, c, data, 1, proofs...) {
		require.Equal(t, types.COLLECT_REASON_NOTHING_DUE, e.Reason)
		require.Empty(t, e.Paid)
	}
	c.RequireInvariants()
	fresh := c.RequireSameExport()
	fresh.Pay(fan, data, "1000uusdc")
	require.NotEmpty(t, collect(t, fresh, data, 1, proofs...)[0].Paid)
	fresh.RequireInvariants()
}

// Whoever proves anything else gets nothing.
func TestWhatIsNoProofCollectsNothing(t *testing.T) {
	c := chain.New(t, everyUnit())
	made := manifests.Of(item("a", by(bob), 2), item("b", by(carol), 1))
	other := manifests.Of(item("a", by(bob), 2), item("b", by(alice), 5))
	data, plain := dataset(c, dave, made), c.Register("plain", dave)
	c.MustDeliver(dave, shared(data, 1, 1_000_000))
	c.MustDeliver(dave, revised(data, other))
	c.Pay(fan, data, "3000uusdc")
	changed := func(change func(*registrytypes.ContributorProof)) registrytypes.ContributorProof {
		p := made.Contributor(0)
		p.Path = append([]registrytypes.SumNode{}, p.Path...)
		change(&p)
		return p
	}
	for name, msg := range map[string]*types.MsgCollect{
		"of another version":   collectMsg(data, 1, other.Contributor(1)),
		"of another manifest":  collectMsg(data, 2, made.Contributor(0)),
		"of no version":        collectMsg(data, 3, made.Contributor(0)),
		"of no manifest":       collectMsg(plain, 1, made.Contributor(0)),
		"the same twice":       collectMsg(data, 1, made.Contributor(0), made.Contributor(0)),
		"more weight":          collectMsg(data, 1, changed(func(p *registrytypes.ContributorProof) { p.Weight = 3 })),
		"the whole weight":     collectMsg(data, 1, changed(func(p *registrytypes.ContributorProof) { p.Weight, p.Path = 3, nil })),
		"a false sum":          collectMsg(data, 1, changed(func(p *registrytypes.ContributorProof) { p.Path[0].Sum = 0 })),
		"another place":        collectMsg(data, 1, changed(func(p *registrytypes.ContributorProof) { p.Index = 1 })),
		"another contributor":  collectMsg(data, 1, changed(func(p *registrytypes.ContributorProof) { p.Contributor.Account = fan.String() })),
		"the contributor both": collectMsg(data, 1, changed(func(p *registrytypes.ContributorProof) { p.Contributor.Work = data.ID })),
	} {
		require.Error(t, c.Deliver(fan, msg).Err(), name)
	}
	require.True(t, fundOf(t, c, data, 1).Collected.IsZero())
	c.RequireInvariants()
}

// A higher share is at once, a lower one and another manifest's after the notice; payments go to the pool of their epoch.
func TestALowerShareWaits(t *testing.T) {
	c := chain.New(t, everyUnit())
	made := manifests.Of(item("a", by(bob), 1))
	later := manifests.Of(item("a", by(bob), 1), item("b", by(carol), 1))
	data := dataset(c, dave, made)
	require.ErrorIs(t, c.Deliver(dave, shared(data, 2, 100_000)).Err(), registrytypes.ErrNoManifest)
	c.MustDeliver(dave, shared(data, 1, 100_000))
	c.MustDeliver(dave, shared(data, 1, 200_000))
	require.ErrorIs(t, c.Deliver(dave, shared(data, 1, 200_000)).Err(), types.ErrInvalidShares)
	require.EqualValues(t, 200_000, poolOf(t, c, data).Weight)

	c.MustDeliver(dave, shared(data, 1, 150_000))
	waits := poolOf(t, c, data)
	require.EqualValues(t, 200_000, waits.Weight)
	require.Equal(t, c.Now().Add(7*24*time.Hour), waits.Waits.At)
	c.Advance(7*24*time.Hour-time.Second, c.Sign(fan, chain.PayMsg(fan, data, usdc(1000))))
	require.Equal(t, "200", fundOf(t, c, data, 1).Total.String())
	c.Block(c.Sign(fan, chain.PayMsg(fan, data, usdc(1000)))) // of the block whose end makes it
	require.Equal(t, "400", fundOf(t, c, data, 1).Total.String())
	require.Equal(t, &types.QueryPoolResponse{Version: 1, Weight: 150_000}, poolOf(t, c, data))
	c.Pay(fan, data, "1000uusdc")
	require.Equal(t, "550", fundOf(t, c, data, 1).Total.String())

	c.MustDeliver(dave, revised(data, later), shared(data, 2, 500_000))
	c.Pay(fan, data, "1000uusdc")
	require.Equal(t, "700", fundOf(t, c, data, 1).Total.String())
	c.RequireSameExport()
	c.Advance(8 * 24 * time.Hour)
	c.Pay(fan, data, "1000uusdc")
	require.Equal(t, "500", fundOf(t, c, data, 2).Total.String())
	require.Equal(t, "700uusdc", collect(t, c, data, 1, made.Contributor(0))[0].Paid.String())
	require.Equal(t, "250uusdc", collect(t, c, data, 2, later.Contributor(0))[0].Paid.String())

	// Asking for what is in force takes a change back.
	c.MustDeliver(dave, shared(data, 2, 0))
	c.MustDeliver(dave, shared(data, 2, 500_000))
	require.Nil(t, poolOf(t, c, data).Waits)
	c.MustDeliver(dave, shared(data, 2, 0))
	c.Advance(8 * 24 * time.Hour)
	require.Equal(t, &types.QueryPoolResponse{}, poolOf(t, c, data))
	c.RequireInvariants()
}

// A pool outlives a sale, and no change that waits does.
func TestAPoolIsSoldWithItsWork(t *testing.T) {
	c := chain.New(t, everyUnit(), chain.Balance("1000000uusdc,1000000ustem"))
	made := manifests.Of(item("a", by(bob), 1))
	data := dataset(c, dave, made)
	c.MustDeliver(dave, shared(data, 1, 400_000))
	c.MustDeliver(dave, shared(data, 1, 100))
	c.MustDeliver(dave, &registrytypes.MsgOfferTransfer{Owner: dave.String(), Work: data.ID, Recipient: carol.String()})
	require.ErrorIs(t, c.Deliver(dave, shared(data, 1, 500_000)).Err(), registrytypes.ErrOnOffer)
	c.MustDeliver(carol, &types.MsgAcceptTransfer{Recipient: carol.String(), Work: data.ID, WorkVersion: 1, Epoch: 1, Offer: 1})
	require.Equal(t, &types.QueryPoolResponse{Version: 1, Weight: 400_000}, poolOf(t, c, data))
	require.ErrorIs(t, c.Deliver(dave, shared(data, 1, 500_000)).Err(), registrytypes.ErrNotOwner)
	c.Pay(fan, data, "1000uusdc")
	c.RequireBalance(carol, "1000600uusdc")
	require.Equal(t, "400uusdc", collect(t, c, data, 1, made.Contributor(0))[0].Paid.String())

	// Others keep what they hold: only the owner's own is shared.
	data.Owner = carol
	c.MustDeliver(carol, &types.MsgAssignShares{Holder: carol.String(), Work: data.ID, Shares: []types.Assignment{
		{Account: alice.String(), Weight: 500_000}, {Account: carol.String(), Weight: 100_000},
	}})
	require.ErrorIs(t, c.Deliver(carol, shared(data, 1, 500_001)).Err(), types.ErrInvalidShares)
	require.ErrorIs(t, c.Deliver(carol, shared(data, 1, 499_901)).Err(), types.ErrInvalidShares)
	c.MustDeliver(carol, shared(data, 1, 500_000))
	c.RequireInvariants()
}

// Nobody sends to a pool, or gives it shares past its owner.
func TestNothingIsSentToAPool(t *testing.T) {
	c := chain.New(t)
	made := manifests.Of(item("a", by(bob), 1))
	data := dataset(c, dave, made)
	pool := chain.Account{Name: "pool", Address: types.PoolAccount(data.ID, 1)}
	send := &banktypes.MsgSend{FromAddress: fan.String(), ToAddress: pool.String(), Amount: sdk.NewCoins(usdc(1))}
	require.ErrorIs(t, c.Deliver(fan, send).Err(), types.ErrInvalidShares)
	require.ErrorIs(t, c.Deliver(dave, assign(dave, data, pool, 500_000)).Err(), types.ErrInvalidShares)
	require.ErrorIs(t, c.Deliver(dave, &types.MsgNamePayee{Contributor: dave.String(), Payee: pool.String()}).Err(), types.ErrInvalidShares)
	c.RequireInvariants()
}

// A contributor names who gets its part.
func TestPayees(t *testing.T) {
	c := chain.New(t, everyUnit(), chain.Balance("1000000uusdc,1000000ustem"))
	made := manifests.Of(item("a", by(bob), 1))
	data := dataset(c, dave, made)
	c.MustDeliver(dave, shared(data, 1, 1_000_000))
	c.MustDeliver(bob, &types.MsgNamePayee{Contributor: bob.String(), Payee: carol.String()})
	c.RequireSameExport()
	c.Pay(fan, data, "10uusdc")
	collect(t, c, data, 1, made.Contributor(0))
	c.RequireBalance(carol, "1000010uusdc")
	c.MustDeliver(bob, &types.MsgNamePayee{Contributor: bob.String(), Payee: bob.String()})
	c.Pay(fan, data, "10uusdc")
	collect(t, c, data, 1, made.Contributor(0))
	c.RequireBalance(bob, "1000010uusdc")
	c.RequireInvariants()
}

// A contributor that cannot be paid keeps what is due, and nobody else waits for it.
func TestWhatCannotBePaidStays(t *testing.T) {
	c := chain.New(t, everyUnit(), chain.Balance("1000000uusdc,1000000ustem"))
	nobody := chain.Work{ID: registrytypes.WorkID{1, 2, 3}}
	module := chain.Account{Address: c.App.Keepers.Account.GetModuleAddress(types.ModuleName)}
	song := c.Register("song.wav", alice)
	made := manifests.Of(item("a", by(bob), 1), item("b", byWork(nobody), 1), item("c", by(module), 1), item("d", byWork(song), 1))
	data := dataset(c, dave, made)
	c.MustDeliver(dave, shared(data, 1, 1_000_000))
	c.Pay(fan, data, "400uusdc")
	paid := map[string]types.Collected{}
	proofs := []registrytypes.ContributorProof{made.Contributor(0), made.Contributor(1), made.Contributor(2), made.Contributor(3)}
	for i, e := range collect(t, c, data, 1, proofs...) {
		paid[proofs[i].Contributor.String()] = e
	}
	of := func(c manifest.Contributor) types.Collected {
		contributor := registrytypes.NewContributor(c)
		return paid[contributor.String()]
	}
	require.Equal(t, "100uusdc", of(by(bob)).Paid.String())
	require.Equal(t, "100uusdc", of(byWork(song)).Paid.String())
	require.Equal(t, types.COLLECT_REASON_NOT_PAYABLE, of(byWork(nobody)).Reason)
	require.Equal(t, types.COLLECT_REASON_NOT_RECEIVING, of(by(module)).Reason)
	require.Equal(t, "200", fundOf(t, c, data, 1).Collected.String())
	c.RequireBalance(alice, "1000100uusdc")
	c.RequireInvariants()
}

// Whatever a curator commits to, and in whatever order and batches is collected: each interval has had floor(T*w/W), and the pool has the
// rest.
func TestNobodyGetsMoreThanItsInterval(t *testing.T) {
	rounds, most := 6, 60
	if testing.Short() {
		rounds = 2
	}
	for seed := range rounds {
		r := rand.New(rand.NewPCG(uint64(seed), 19))
		c := chain.New(t, everyUnit())
		world := newPoolWorld(t, c, r, most)
		for range 60 {
			world.step()
		}
		world.collectAll()
		c.RequireInvariants()
		c.RequireSameExport()
	}
}

// poolWorld has a dataset with versions, and the sums of an oracle.
type poolWorld struct {
	t        *testing.T
	c        *chain.Chain
	r        *rand.Rand
	most     int
	data     chain.Work
	versions []*manifests.Made
	// had is what contributors got: version, place.
	had []map[int]math.Int
}

func newPoolWorld(t *testing.T, c *chain.Chain, r *rand.Rand, most int) *poolWorld {
	w := &poolWorld{t: t, c: c, r: r, most: most}
	first := w.forge()
	w.data = dataset(c, dave, first)
	w.versions, w.had = append(w.versions, first), append(w.had, map[int]math.Int{})
	c.MustDeliver(dave, shared(w.data, 1, 700_000))
	return w
}

// forge makes contributors in any order, some of them twice, some with nearly all the weight.
func (w *poolWorld) forge() *manifests.Made {
	items := []manifest.Item{}
	contributors := []manifests.Weighed{}
	for i := range 1 + w.r.IntN(w.most) {
		name := chain.Named(fmt.Sprint("contributor", w.r.IntN(w.most/2)))
		weight := uint64(1 + w.r.IntN(5))
		if w.r.IntN(10) == 0 {
			weight = 1 << 40
		}
		items = append(items, item(fmt.Sprint(i, w.r.Uint64()), by(name), 1))
		contributors = append(contributors, manifests.Weighed{Contributor: by(name), Weight: weight})
	}
	return manifests.Forged(items, contributors)
}

func (w *poolWorld) step() {
	switch w.r.IntN(6) {
	case 0, 1:
		w.c.Pay(fan, w.data, fmt.Sprint(1+w.r.IntN(100_000), "uusdc"))
	case 2:
		made, version := w.forge(), uint32(len(w.versions)+1)
		w.c.MustDeliver(dave, revised(w.data, made), shared(w.data, version, uint32(100_000+w.r.IntN(600_000))))
		w.versions, w.had = append(w.versions, made), append(w.had, map[int]math.Int{})
	case 3:
		w.c.Advance(time.Duration(w.r.IntN(14)) * 24 * time.Hour)
	default:
		version := w.r.IntN(len(w.versions))
		places := w.r.Perm(len(w.versions[version].Contributors))
		w.collect(version, places[:1+w.r.IntN(len(places))])
	}
}

func (w *poolWorld) collect(version int, places []int) {
	made := w.versions[version]
	proofs := make([]registrytypes.ContributorProof, len(places))
	for i, place := range places {
		proofs[i] = made.Contributor(place)
	}
	for i, e := range collect(w.t, w.c, w.data, uint32(version+1), proofs...) {
		had, found := w.had[version][places[i]]
		if !found {
			had = math.ZeroInt()
		}
		w.had[version][places[i]] = had.Add(e.Paid.AmountOf("uusdc"))
	}
	for _, place := range places {
		require.Equal(w.t, w.due(version, place).String(), w.had[version][place].String())
	}
}

// due is floor(T*w/W), by plain arithmetic.
func (w *poolWorld) due(version, place int) math.Int {
	fund, err := w.c.App.Keepers.Royalty.Pools.Funds.Get(w.c.Ctx(), collections.Join3(w.data.ID, uint32(version+1), "uusdc"))
	if err != nil {
		return math.ZeroInt()
	}
	whole := math.ZeroInt()
	for _, c := range w.versions[version].Contributors {
		whole = whole.Add(math.NewIntFromUint64(c.Weight))
	}
	return fund.Total.Mul(math.NewIntFromUint64(w.versions[version].Contributors[place].Weight)).Quo(whole)
}

func (w *poolWorld) collectAll() {
	for version, made := range w.versions {
		w.collect(version, w.r.Perm(len(made.Contributors)))
		fund, err := w.c.App.Keepers.Royalty.Pools.Funds.Get(w.c.Ctx(), collections.Join3(w.data.ID, uint32(version+1), "uusdc"))
		if err != nil {
			continue
		}
		rest := fund.Total.Sub(fund.Collected)
		require.False(w.t, rest.IsNegative())
		require.True(w.t, rest.LT(math.NewInt(int64(len(made.Contributors)))), "less than a unit each")
		sum := math.ZeroInt()
		for place := range made.Contributors {
			sum = sum.Add(sumtree.Due(fund.Total, made.Contributors[place].Weight, made.Roots().Weight))
		}
		require.Equal(w.t, sum.String(), fund.Collected.String())
	}
}

// Of a work under dispute contributors collect what was theirs; what it earns meanwhile waits in escrow, and no share is changed.
func TestAPoolUnderDispute(t *testing.T) {
	c := chain.New(t, everyUnit(), chain.Balance("1000000uusdc,1000000ustem"))
	made := manifests.Of(item("a", by(bob), 1))
	data := dataset(c, dave, made)
	c.MustDeliver(dave, shared(data, 1, 500_000))
	c.Pay(fan, data, "1000uusdc")
	c.MustDeliver(dave, shared(data, 1, 100_000))
	c.Write(func(ctx sdk.Context) error {
		if err := c.App.Keepers.Registry.AddDispute(ctx, data.ID, true); err != nil {
			return err
		}
		return c.App.Keepers.Royalty.SetDestination(ctx, data.ID, types.DESTINATION_ESCROW, registrytypes.WorkID{})
	})
	require.Equal(t, "500uusdc", collect(t, c, data, 1, made.Contributor(0))[0].Paid.String())
	c.Pay(fan, data, "1000uusdc")
	require.Equal(t, "500", fundOf(t, c, data, 1).Total.String())
	require.ErrorIs(t, c.Deliver(dave, shared(data, 1, 600_000)).Err(), registrytypes.ErrOnHold)
	c.Advance(8 * 24 * time.Hour)
	require.Equal(t, &types.QueryPoolResponse{Version: 1, Weight: 500_000}, poolOf(t, c, data), "the change that waited is dropped")
	c.Write(func(ctx sdk.Context) error {
		if err := c.App.Keepers.Registry.EndDispute(ctx, data.ID, true); err != nil {
			return err
		}
		return c.App.Keepers.Royalty.SetDestination(ctx, data.ID, types.DESTINATION_ITSELF, registrytypes.WorkID{})
	})
	c.NextBlock()
	require.Equal(t, "1000", fundOf(t, c, data, 1).Total.String())
	require.Equal(t, "500uusdc", collect(t, c, data, 1, made.Contributor(0))[0].Paid.String())
}

// Each way to break pools is noticed.
func TestDamagedPoolsAreNoticed(t *testing.T) {
	for name, damage := range map[string]func(ctx sdk.Context, p keeper.Pools, work registrytypes.WorkID) error{
		"more was collected": func(ctx sdk.Context, p keeper.Pools, work registrytypes.WorkID) error {
			return p.Parts.Set(ctx, collections.Join4(work, uint32(1), uint64(0), "uusdc"), math.NewInt(60))
		},
		"by a part of nothing": func(ctx sdk.Context, p keeper.Pools, work registrytypes.WorkID) error {
			return p.Parts.Set(ctx, collections.Join4(work, uint32(2), uint64(0), "uusdc"), math.NewInt(60))
		},
		"more has entered": func(ctx sdk.Context, p keeper.Pools, work registrytypes.WorkID) error {
			return p.Funds.Set(ctx, collections.Join3(work, uint32(1), "uusdc"), types.PoolFund{Total: math.NewInt(900), Collected: math.NewInt(50)})
		},
		"of another version": func(ctx sdk.Context, p keeper.Pools, work registrytypes.WorkID) error {
			return p.Funds.Set(ctx, collections.Join3(work, uint32(7), "uusdc"), types.PoolFund{Total: math.NewInt(900), Collected: math.ZeroInt()})
		},
		"a change is not queued": func(ctx sdk.Context, p keeper.Pools, work registrytypes.WorkID) error {
			return p.Waiting.Clear(ctx, nil)
		},
		"one is queued that is none": func(ctx sdk.Context, p keeper.Pools, work registrytypes.WorkID) error {
			return p.Waiting.Set(ctx, collections.Join(uint64(1), work))
		},
		"a change to a version that is none": func(ctx sdk.Context, p keeper.Pools, work registrytypes.WorkID) error {
			change, err := p.Changes.Get(ctx, work)
			if err != nil {
				return err
			}
			change.Version = 9
			return p.Changes.Set(ctx, work, change)
		},
		"one names itself": func(ctx sdk.Context, p keeper.Pools, work registrytypes.WorkID) error {
			return p.Payees.Set(ctx, bob.Address, bob.Address)
		},
	} {
		c := chain.New(t, everyUnit())
		made := manifests.Of(item("a", by(bob), 1), item("b", by(carol), 1))
		data := dataset(c, dave, made)
		c.MustDeliver(dave, shared(data, 1, 100_000))
		c.Pay(fan, data, "1000uusdc")
		collect(t, c, data, 1, made.Contributor(0))
		c.MustDeliver(dave, shared(data, 1, 50_000))
		c.RequireInvariants()
		ctx, _ := c.Ctx().CacheContext()
		require.NoError(t, damage(ctx, c.App.Keepers.Royalty.Pools, data.ID), name)
		require.Error(t, c.App.Keepers.Royalty.CheckInvariants(ctx), name)
	}
}

// An account has one spelling in events, whatever whoever collects for it calls it.
func TestACollectedPartsEventHasOneSpelling(t *testing.T) {
	c := chain.New(t, everyUnit(), chain.Balance("1000000uusdc,1000000ustem"))
	made := manifests.Of(item("a", by(bob), 2))
	data := dataset(c, dave, made)
	c.MustDeliver(dave, shared(data, 1, 300_000))
	c.Pay(fan, data, "1000uusdc")
	proof := made.Contributor(0)
	proof.Contributor.Account = strings.ToUpper(proof.Contributor.Account)
	for _, event := range c.MustDeliver(fan, collectMsg(data, 1, proof)).Events {
		for _, a := range event.Attributes {
			require.NotContains(t, a.Value, proof.Contributor.Account)
		}
	}
	c.RequireBalance(bob, "1000300uusdc")
}

// A ruling takes nothing from what contributors share.
func TestAPoolOwesNothing(t *testing.T) {
	c := chain.New(t)
	made := manifests.Of(item("a", by(bob), 1))
	data := dataset(c, dave, made)
	err := c.App.Keepers.Royalty.AddArrears(c.Ctx(), types.ArrearsEntry{
		DebtorAccount: types.PoolAccount(data.ID, 1), Creditor: c.Register("song", alice).ID, Amount: usdc(1000),
	})
	require.ErrorIs(t, err, types.ErrInvalidArrears)
}
