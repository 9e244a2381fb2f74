package types_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// TestParamsFitEachOther: what the largest payment declares for its receivers, and the
// longest message for its lines, is half of what a transaction may have, and costs
// something. A payment to a work with the most ancestors, each of one holder, is possible,
// and one to a work that relative shares of reach 540 others.
func TestParamsFitEachOther(t *testing.T) {
	p := types.DefaultParams()
	require.NoError(t, p.Validate())
	p.MaxReach, p.GasPerReceiver = 1_000_000, 15
	require.NoError(t, p.Validate())
	for _, gas := range []uint64{0, 16, 1_000_000} {
		p.GasPerReceiver = gas
		require.ErrorContains(t, p.Validate(), "must be from 1 to 15,", gas)
	}

	p = types.DefaultParams()
	for _, gas := range []uint64{0, 15_001} {
		p.GasPerLine = gas
		require.ErrorContains(t, p.Validate(), "must be from 1 to 15000", gas)
	}
	full := flow.Upstream{Absolute: make([]flow.Owed, flow.MaxAbsolute)}
	for i := range full.Absolute {
		full.Absolute[i].Holders = 1
	}
	const holders, closure = 32, 540
	for _, head := range []types.Head{
		{Reach: uint32(full.Reach(holders, 0)), Receivers: flow.MaxAbsolute + 1},
		{Reach: uint32(flow.Upstream{}.Reach(holders, closure)), Receivers: 2, Closure: closure},
		{Reach: uint32(flow.Upstream{}.Reach(holders, closure)), Receivers: closure + 1, Closure: closure},
	} {
		require.NoError(t, head.CheckReach(types.DefaultParams(), registrytypes.WorkID{}))
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
