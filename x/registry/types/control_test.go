package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/registry/types"
)

// TestControl plays every act by the owner and by a stranger in every status, with a transfer on
// offer and without.
func TestControl(t *testing.T) {
	const (
		active     = 1 << types.STATUS_ACTIVE
		withdrawn  = 1 << types.STATUS_WITHDRAWN
		disputed   = 1 << types.STATUS_DISPUTED
		invalid    = 1 << types.STATUS_INVALIDATED
		undisputed = active | withdrawn
		always     = undisputed | disputed | invalid
	)
	var id types.WorkID
	owner, stranger := []byte("the owner of the wor"), []byte("somebody else altoge")
	for act, want := range map[types.Act]struct {
		anybody bool
		may     int
		binds   bool
	}{
		types.ActRevise:         {false, undisputed, false},
		types.ActTransfer:       {false, undisputed, false},
		types.ActCancelTransfer: {false, always, false},
		types.ActWithdraw:       {false, undisputed, false},
		types.ActRestore:        {false, undisputed, true},
		types.ActRenew:          {false, always &^ invalid, true},
		types.ActOffer:          {false, active, true},
		types.ActCloseOffer:     {false, always &^ disputed, false},
		types.ActApprove:        {false, undisputed, true},
		types.ActDisapprove:     {false, always, false},
		types.ActBlank:          {false, always, false},
		types.ActDeclare:        {false, undisputed, true},
		types.ActReserve:        {false, undisputed, false},
		types.ActAssign:         {true, undisputed, false},
		types.ActPay:            {true, always &^ invalid, false},
	} {
		for _, status := range []types.Status{
			types.STATUS_ACTIVE, types.STATUS_WITHDRAWN, types.STATUS_DISPUTED, types.STATUS_INVALIDATED,
		} {
			for _, onOffer := range []bool{false, true} {
				work := types.Work{Owner: owner, Status: status, OnOffer: onOffer}
				for _, account := range [][]byte{owner, stranger} {
					err := work.CheckControl(id, account, act)
					switch {
					case !want.anybody && !work.OwnedBy(account):
						require.ErrorIs(t, err, types.ErrNotOwner, "act %d", act)
					case want.may&(1<<status) == 0:
						require.ErrorIs(t, err, types.ErrOnHold, "act %d, %s", act, status)
					case want.binds && onOffer:
						require.ErrorIs(t, err, types.ErrOnOffer, "act %d, %s", act, status)
						require.ErrorContains(t, err, id.String()+" is on offer to a new owner: "+
							"cancel the transfer first (stemmad transfer --cancel "+id.String()+")")
					default:
						require.NoError(t, err, "act %d, %s", act, status)
					}
				}
			}
		}
	}
}
