package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// BankKeeper moves coins.
type BankKeeper interface {
	// SendCoinsToVirtual takes coins from an account and credits the other at
	// the end of the block, so that no two transactions write the same key.
	SendCoinsToVirtual(ctx context.Context, from, to sdk.AccAddress, amt sdk.Coins) error
	SendCoinsFromModuleToAccount(ctx context.Context, senderModule string, recipient sdk.AccAddress, amt sdk.Coins) error
	// InputOutputCoins sends from one account to many, all or none.
	InputOutputCoins(ctx context.Context, input banktypes.Input, outputs []banktypes.Output) error
	// BlockedAddr reports accounts that may not receive.
	BlockedAddr(addr sdk.AccAddress) bool
	IsSendEnabledCoins(ctx context.Context, coins ...sdk.Coin) error
	GetBalance(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin
	GetAllBalances(ctx context.Context, addr sdk.AccAddress) sdk.Coins
	HasSupply(ctx context.Context, denom string) bool
	// GetDenomMetaData and SetDenomMetaData are how people write a denom.
	GetDenomMetaData(ctx context.Context, denom string) (banktypes.Metadata, bool)
	SetDenomMetaData(ctx context.Context, metadata banktypes.Metadata)
	// OwnMetadata has a function look at the metadata of all denoms but vouchers, of which anybody can make any number, until it
	// fails.
	OwnMetadata(ctx context.Context, look func(banktypes.Metadata) error) error
}

// AccountKeeper knows the module's account.
type AccountKeeper interface {
	GetModuleAddress(name string) sdk.AccAddress
	GetModuleAccount(ctx context.Context, name string) sdk.ModuleAccountI
	// GetAccount returns nil for an address without an account.
	GetAccount(ctx context.Context, addr sdk.AccAddress) sdk.AccountI
	// GetParams has the price of checking a signature.
	GetParams(ctx context.Context) authtypes.Params
}

// RegistryKeeper knows works and their owners.
type RegistryKeeper interface {
	// GetWork fails with registrytypes.ErrWorkNotFound.
	GetWork(ctx context.Context, id registrytypes.WorkID) (registrytypes.Work, error)
	// Control tells whether an account may do something with a work now. It fails
	// with registrytypes.ErrWorkNotFound, ErrNotOwner, ErrOnHold or ErrOnOffer.
	Control(ctx context.Context, account sdk.AccAddress, id registrytypes.WorkID, act registrytypes.Act) (registrytypes.Work, error)
	// GetManifest returns the manifest that came with a version of a work. It fails with
	// registrytypes.ErrNoManifest.
	GetManifest(ctx context.Context, id registrytypes.WorkID, version uint32) (registrytypes.Roots, error)
	// Transfer completes a transfer that the owner offered to the recipient by the offer of
	// that number.
	Transfer(ctx context.Context, id registrytypes.WorkID, recipient sdk.AccAddress,
		workVersion, number uint32) (previous sdk.AccAddress, err error)
}
