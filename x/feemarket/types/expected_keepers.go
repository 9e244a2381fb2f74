package types

import (
	"context"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Node is what queries ask beside the module's own state.
type Node struct {
	// Consensus reads the consensus parameters: the context of a query has none.
	Consensus func(ctx sdk.Context) cmtproto.ConsensusParams
	// Accounts reads accounts.
	Accounts AccountKeeper
	// Next is the first sequence of an account, from this one on, of which no ordered transaction
	// waits in this node's pool. Only queries may ask it: it differs from node to node.
	Next func(account string, from uint64) uint64
}

// AccountKeeper is what of x/auth is needed.
type AccountKeeper interface {
	GetAccount(ctx context.Context, address sdk.AccAddress) sdk.AccountI
}
