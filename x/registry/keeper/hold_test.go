package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/registry/types"
)

// TestAHoldLastsUntilTheLastDisputeIsOver: two disputes hold a withdrawn work, a third does
// not; it goes back to withdrawn, and its clock stood still exactly while one held it.
func TestAHoldLastsUntilTheLastDisputeIsOver(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, "photo")[0]
	require.NoError(t, f.try(&types.MsgWithdrawWork{Owner: alice.String(), Work: id}))
	start := f.ctx.BlockTime()
	after := func(hours int) { f.ctx = f.ctx.WithBlockTime(start.Add(time.Duration(hours) * time.Hour)) }
	check := func(status types.Status, disputes uint32, held time.Duration) {
		t.Helper()
		work, err := f.k.GetWork(f.ctx, id)
		require.NoError(t, err)
		require.Equal(t, status, work.Status)
		require.Equal(t, types.STATUS_WITHDRAWN, work.Unsettled())
		require.Equal(t, held, work.HeldFor(f.ctx.BlockTime()))
		require.Equal(t, disputes > 0, work.Disputed())
		require.NoError(t, f.k.CheckInvariants(f.ctx))
	}
	require.NoError(t, f.k.AddDispute(f.ctx, id, false))
	check(types.STATUS_WITHDRAWN, 1, 0)
	require.ErrorIs(t, f.k.EndDispute(f.ctx, id, true), types.ErrInvalidStatus)
	after(1)
	require.NoError(t, f.k.AddDispute(f.ctx, id, true))
	after(3)
	require.NoError(t, f.k.AddDispute(f.ctx, id, true))
	check(types.STATUS_DISPUTED, 3, 2*time.Hour)
	require.ErrorIs(t, f.try(&types.MsgRestoreWork{Owner: alice.String(), Work: id}), types.ErrOnHold)
	after(6)
	require.NoError(t, f.k.EndDispute(f.ctx, id, true))
	check(types.STATUS_DISPUTED, 2, 5*time.Hour)
	after(7)
	require.NoError(t, f.k.EndDispute(f.ctx, id, true))
	check(types.STATUS_WITHDRAWN, 1, 6*time.Hour)
	after(9)
	require.NoError(t, f.k.EndDispute(f.ctx, id, false))
	check(types.STATUS_WITHDRAWN, 0, 6*time.Hour)
	require.ErrorIs(t, f.k.EndDispute(f.ctx, id, false), types.ErrInvalidStatus)
	require.NoError(t, f.k.AddDispute(f.ctx, id, true))
	after(10)
	check(types.STATUS_DISPUTED, 1, 7*time.Hour)
}

func TestADisputeEndsAnOfferedTransfer(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, "photo")[0]
	require.NoError(t, f.try(&types.MsgOfferTransfer{Owner: alice.String(), Work: id, Recipient: bob.String()}))
	require.NoError(t, f.k.AddDispute(f.ctx, id, true))
	require.NoError(t, f.k.EndDispute(f.ctx, id, true))
	_, err := f.k.Transfer(f.ctx, id, bob, 1, 1)
	require.ErrorIs(t, err, types.ErrInvalidTransfer)
	require.NoError(t, f.k.CheckInvariants(f.ctx))
}

func TestARulingGivesAWorkToItsClaimant(t *testing.T) {
	f := newFixture(t)
	id := f.register(bob, "photo")[0]
	require.NoError(t, f.k.AddDispute(f.ctx, id, true))
	previous, err := f.k.Adjudge(f.ctx, id, alice)
	require.NoError(t, err)
	require.Equal(t, bob, previous)
	_, err = f.k.Adjudge(f.ctx, id, alice)
	require.ErrorIs(t, err, types.ErrInvalidTransfer)
	require.NoError(t, f.k.CheckInvariants(f.ctx))

	require.NoError(t, f.k.Invalidate(f.ctx, id))
	require.NoError(t, f.k.CheckInvariants(f.ctx))
	require.NoError(t, f.k.EndDispute(f.ctx, id, true))
	work, err := f.k.GetWork(f.ctx, id)
	require.NoError(t, err)
	require.Equal(t, types.STATUS_INVALIDATED, work.Status)
	require.NoError(t, f.k.CheckInvariants(f.ctx))
	_, err = f.k.Adjudge(f.ctx, id, carol)
	require.ErrorIs(t, err, types.ErrInvalidTransfer)
}
