package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/royalty/types"
)

// TestAttack2ParamsValidateAgainstEachOther: design, section 6, Bounds: max_reach x
// gas_per_receiver is at most half of a transaction's limit, which is below 3e8 today.
func TestAttack2ParamsValidateAgainstEachOther(t *testing.T) {
	p := types.DefaultParams()
	p.MaxReach, p.GasPerReceiver = 1_000_000, 1_000_000
	require.Error(t, p.Validate(), "paying a work of the highest reach would take 1e12 gas")
	p = types.DefaultParams()
	p.GasPerReceiver = 0
	require.Error(t, p.Validate(), "the later work of a payment would cost nothing")
}
