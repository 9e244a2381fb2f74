package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/registry/types"
)

// TestControl plays every act by the owner and by a stranger in every status.
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
	}{
		types.ActRevise:         {false, undisputed},
		types.ActTransfer:       {false, undisputed},
		types.ActCancelTransfer: {false, always},
		types.ActWithdraw:       {false, undisputed},
		types.ActOffer:          {false, active},
		types.ActCloseOffer:     {false, always},
		types.ActApprove:        {false, undisputed},
		types.ActDisapprove:     {false, always},
		types.ActBlank:          {false, always},
		types.ActDeclare:        {false, undisputed},
		types.ActReserve:        {false, undisputed},
		types.ActAssign:         {true, undisputed},
		types.ActPay:            {true, always &^ invalid},
	} {
		for _, status := range []types.Status{
			types.STATUS_ACTIVE, types.STATUS_WITHDRAWN, types.STATUS_DISPUTED, types.STATUS_INVALIDATED,
		} {
			work := types.Work{Owner: owner, Status: status}
			for _, account := range [][]byte{owner, stranger} {
				err := work.CheckControl(id, account, act)
				switch {
				case !want.anybody && !work.OwnedBy(account):
					require.ErrorIs(t, err, types.ErrNotOwner, "act %d", act)
				case want.may&(1<<status) == 0:
					require.ErrorIs(t, err, types.ErrOnHold, "act %d, %s", act, status)
				default:
					require.NoError(t, err, "act %d, %s", act, status)
				}
			}
		}
	}
}
