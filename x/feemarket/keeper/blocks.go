package keeper

import (
	"math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// MaxGas is the most gas that the transactions of a block declare, by the consensus
// parameters; negative or absent means no limit.
func MaxGas(ctx sdk.Context) uint64 {
	block := ctx.ConsensusParams().Block
	if block == nil || block.MaxGas < 0 {
		return math.MaxUint64
	}
	return uint64(block.MaxGas)
}
