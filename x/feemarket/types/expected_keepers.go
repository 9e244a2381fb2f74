package types

import (
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// ConsensusParams reads the consensus parameters: the context of a query has none.
type ConsensusParams func(ctx sdk.Context) cmtproto.ConsensusParams
