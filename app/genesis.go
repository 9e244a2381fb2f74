package app

import (
	"cmp"
	"encoding/json"
	"slices"

	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/types/module"

	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

const (
	// MaxBlockBytes bounds a block; CometBFT's own default is 21 MiB.
	MaxBlockBytes = 4 << 20
	// MaxBlockGas bounds the sum of the gas that a block's transactions
	// declare: about four thousand plain transfers, or a second of one
	// processor's time (docs/performance.md).
	MaxBlockGas = 300_000_000
)

// GenesisState is the state at genesis, by module name.
type GenesisState map[string]json.RawMessage

// DefaultGenesis is the genesis of a chain without accounts: every module's
// default, in the staking denom.
func DefaultGenesis(cdc codec.JSONCodec, modules module.BasicManager) GenesisState {
	return modules.DefaultGenesis(cdc)
}

// ConsensusParams are the consensus parameters of a new chain: CometBFT's
// defaults with our block limits.
func ConsensusParams() *cmttypes.ConsensusParams {
	params := cmttypes.DefaultConsensusParams()
	params.Block.MaxBytes = MaxBlockBytes
	params.Block.MaxGas = MaxBlockGas
	return params
}

// AcceptLocalDenom lets works be paid in LocalDenom too, as local networks and
// tests do.
func AcceptLocalDenom(cdc codec.JSONCodec, state GenesisState) {
	var royalty royaltytypes.GenesisState
	cdc.MustUnmarshalJSON(state[royaltytypes.ModuleName], &royalty)
	royalty.Params.Denoms = append(royalty.Params.Denoms, royaltytypes.NewAcceptedDenom(LocalDenom))
	slices.SortFunc(royalty.Params.Denoms, func(a, b royaltytypes.AcceptedDenom) int {
		return cmp.Compare(a.Denom, b.Denom)
	})
	state[royaltytypes.ModuleName] = cdc.MustMarshalJSON(&royalty)
}
