package keeper_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/registry/types"
)

const week = 7 * 24 * time.Hour

func (f *fixture) wait(d time.Duration) {
	f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + 1).WithBlockTime(f.ctx.BlockTime().Add(d)).WithTxIndex(0)
}

// Somebody anchors all the world's digests and reveals one when its work earns.
func TestAnAnchorRevealedTooLatePassesNobody(t *testing.T) {
	f := newFixture(t)
	proof := f.anchor(bob, "poem", "song")[0]
	f.nextBlock()
	first := f.register(alice, "poem")[0]
	f.wait(week + time.Nanosecond)
	_, err := f.registerProved(bob, "poem", proof)
	require.ErrorIs(t, err, types.ErrAlreadyClaimed)
	require.ErrorContains(t, err, "reveal_window")

	e := entry("poem")
	e.AnchorProof = &proof
	ids, err := f.ids(f.send(&types.MsgRegister{Registrant: bob.String(), Works: []types.Entry{e}, AllowContested: true}))
	require.NoError(t, err)
	require.Equal(t, []types.WorkID{first, ids[0]}, f.resolve("sha256", digestOf("poem").String()))
	claim := f.work(ids[0])
	require.True(t, claim.Contested)
	require.Equal(t, genesisTime, claim.ClaimedSince.Time) // the anchor's time stays as evidence
	require.Equal(t, &types.Priority{Time: genesisTime.Add(time.Second), Rank: 1}, claim.PlacedAt)
	require.NoError(t, f.k.CheckInvariants(f.ctx))
}

func TestAnAnchorRevealedWithinTheWindowPasses(t *testing.T) {
	f := newFixture(t)
	proof := f.anchor(bob, "poem")[0]
	f.nextBlock()
	first := f.register(alice, "poem")[0]
	f.wait(week)
	id, err := f.registerProved(bob, "poem", proof)
	require.NoError(t, err)
	require.Equal(t, []types.WorkID{id, first}, f.resolve("sha256", digestOf("poem").String()))
	require.Nil(t, f.work(id).PlacedAt)
}

// A late proof passes the claims of the window and stops at the first older one,
// though its anchor is older than all.
func TestALateProofPassesOnlyClaimsOfTheWindow(t *testing.T) {
	f := newFixture(t)
	oldest := f.anchor(carol, "poem", "draft")[0]
	f.nextBlock()
	old := f.register(alice, "poem")[0]
	f.wait(week)
	young, err := f.tryRegister(bob, true, "poem")
	require.NoError(t, err)
	f.nextBlock()
	ids, err := f.tryRegister(carol, true, "poem")
	require.NoError(t, err)
	f.nextBlock()
	placed := &types.Priority{Time: genesisTime.Add(time.Second), Rank: 1}
	f.must(&types.MsgProveAnchor{Registrant: carol.String(), Work: ids[0], Proof: oldest},
		&types.EventAnchorProved{Work: ids[0], Root: oldest.Root, ClaimedSince: genesisTime, PlacedAt: placed})
	require.Equal(t, []types.WorkID{old, ids[0], young[0]}, f.resolve("sha256", digestOf("poem").String()))
	require.Equal(t, genesisTime, f.work(ids[0]).ClaimedSince.Time)

	// It survives export and import, and the window's change.
	f.must(&types.MsgUpdateParams{Authority: governance.String(), Params: types.Params{RevealWindow: time.Hour}},
		&types.EventParamsUpdated{Params: types.Params{RevealWindow: time.Hour}})
	exported, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	g := newFixture(t)
	g.ctx = g.ctx.WithBlockTime(f.ctx.BlockTime().Add(time.Second))
	require.NoError(t, g.k.InitGenesis(g.ctx, *exported))
	require.NoError(t, g.k.CheckInvariants(g.ctx))
	again, err := g.k.ExportGenesis(g.ctx)
	require.NoError(t, err)
	require.Equal(t, exported, again)
	require.Equal(t, []types.WorkID{old, ids[0], young[0]}, g.resolve("sha256", digestOf("poem").String()))
}

// A claim that was registered long ago and proves its anchor now keeps its place,
// here because of a claim behind it that was registered long ago too.
func TestALateProofNeverMovesAClaimBack(t *testing.T) {
	f := newFixture(t)
	proof := f.anchor(alice, "poem")[0]
	f.nextBlock()
	first := f.register(alice, "poem")[0]
	f.nextBlock()
	second, err := f.tryRegister(bob, true, "poem")
	require.NoError(t, err)
	f.wait(2 * week)
	require.NoError(t, f.try(&types.MsgProveAnchor{Registrant: alice.String(), Work: first, Proof: proof}))
	require.Equal(t, []types.WorkID{first, second[0]}, f.resolve("sha256", digestOf("poem").String()))
	require.Equal(t, &types.Priority{Time: genesisTime.Add(time.Second)}, f.work(first).PlacedAt)
	require.NoError(t, f.k.CheckInvariants(f.ctx))
}

func TestInvalidatedClaimsLeaveTheOrder(t *testing.T) {
	f := newFixture(t)
	digest := digestOf("poem")
	sole := f.register(alice, "poem")[0]
	f.nextBlock()
	f.setStatus(sole, types.STATUS_INVALIDATED)
	require.NoError(t, f.k.CheckInvariants(f.ctx))
	require.ErrorIs(t, f.k.Invalidate(f.ctx, sole), types.ErrInvalidStatus)
	require.Empty(t, f.resolve("sha256", digest.String()))
	_, found, err := f.k.Earliest(f.ctx, digest)
	require.NoError(t, err)
	require.False(t, found)
	// Its registrant can't register it again; anybody else can, uncontested.
	_, err = f.tryRegister(alice, true, "poem")
	require.ErrorIs(t, err, types.ErrAlreadyRegistered)
	next := f.register(bob, "poem")[0]
	require.False(t, f.work(next).Contested)
	require.True(t, f.work(sole).AlsoClaimedLater)
	// A withdrawn claim stays in its place.
	require.NoError(t, f.try(&types.MsgWithdrawWork{Owner: bob.String(), Work: next}))
	third, err := f.tryRegister(carol, true, "poem")
	require.NoError(t, err)
	require.Equal(t, []types.WorkID{next, third[0]}, f.resolve("sha256", digest.String()))

	exported, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	g := newFixture(t)
	g.ctx = g.ctx.WithBlockTime(f.ctx.BlockTime().Add(time.Second))
	require.NoError(t, g.k.InitGenesis(g.ctx, *exported))
	require.NoError(t, g.k.CheckInvariants(g.ctx))
	require.Equal(t, []types.WorkID{next, third[0]}, g.resolve("sha256", digest.String()))
}

// What a hundred claims cost to look at has a bound.
func TestRivalsAreCountedWithinABound(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, "poem")[0]
	rivals := func() types.Rivals {
		work, err := f.k.GetWork(f.ctx, id)
		require.NoError(t, err)
		_, behind, err := f.k.Rivals(f.ctx, id, work)
		require.NoError(t, err)
		return behind
	}
	for i := range 100 {
		f.nextTx()
		ids, err := f.tryRegister(account(fmt.Sprint("squatter ", i)), true, "poem")
		require.NoError(t, err)
		if i == 9 {
			require.Equal(t, uint32(10), rivals().Count)
		}
		require.NotEqual(t, id, ids[0])
	}
	require.Len(t, rivals().Works, types.MaxRivalsNamed)
	require.Equal(t, f.resolve("sha256", digestOf("poem").String())[1:9], rivals().Works)
	require.Equal(t, uint32(types.MaxRivalsCounted), rivals().Count)
	require.True(t, rivals().AtLeast)
}

func TestParams(t *testing.T) {
	f := newFixture(t)
	update := func(by string, window time.Duration) error {
		return f.try(&types.MsgUpdateParams{Authority: by, Params: types.Params{RevealWindow: window}})
	}
	require.Error(t, update(alice.String(), week))
	require.ErrorIs(t, update(governance.String(), time.Minute), types.ErrInvalidParams)
	require.ErrorIs(t, update(governance.String(), 400*24*time.Hour), types.ErrInvalidParams)
	require.NoError(t, update(governance.String(), 2*week))
	res, err := f.query.Params(f.ctx, &types.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, types.Params{RevealWindow: 2 * week}, res.Params)
}
