package types_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// TestParamsFitEachOther: what the largest payment declares for its receivers fits
// into a tenth of a block, and costs something.
func TestParamsFitEachOther(t *testing.T) {
	p := types.DefaultParams()
	require.NoError(t, p.Validate())
	p.MaxReach, p.GasPerReceiver = 1_000_000, 28
	require.NoError(t, p.Validate())
	for _, gas := range []uint64{0, 29, 1_000_000} {
		p.GasPerReceiver = gas
		require.ErrorContains(t, p.Validate(), "must be from 1 to 28", gas)
	}
}

// TestASharePerAccount: an account in capitals is the same.
func TestASharePerAccount(t *testing.T) {
	bob := sdk.AccAddress("bob_________________").String()
	msg := types.MsgAssignShares{Holder: bob, Work: registrytypes.WorkID{1}, Shares: []types.Assignment{
		{Account: bob, Weight: 400_000}, {Account: strings.ToUpper(bob), Weight: 600_000},
	}}
	require.ErrorContains(t, msg.ValidateBasic(), "is named twice")
}
