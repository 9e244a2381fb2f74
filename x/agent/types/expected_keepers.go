package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// AccountKeeper knows accounts.
type AccountKeeper interface {
	// GetAccount returns nil for an address without an account.
	GetAccount(ctx context.Context, addr sdk.AccAddress) sdk.AccountI
}

// Router finds what executes a message.
type Router interface {
	// Handler returns nil for a message that nothing executes. What it returns runs ValidateBasic.
	Handler(msg sdk.Msg) func(ctx sdk.Context, msg sdk.Msg) (*sdk.Result, error)
}
