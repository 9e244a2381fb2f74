package disputeoracle

import (
	"context"
	"strings"

	"cosmossdk.io/math"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
)

// bank keeps balances in a store, so that a message that fails has moved nothing. Virtual sends arrive
// at once: nobody looks at the module's account before the end of a block. It knows no accounts.
type bank struct{ key storetypes.StoreKey }

// burnt is where coins go that are burnt.
var burnt = sdk.AccAddress("burnt")

func (b bank) store(ctx context.Context) storetypes.KVStore {
	return sdk.UnwrapSDKContext(ctx).KVStore(b.key)
}

func rowOf(address sdk.AccAddress, denom string) []byte {
	return append(append([]byte{byte(len(address))}, address...), denom...)
}

func (b bank) GetBalance(ctx context.Context, address sdk.AccAddress, denom string) sdk.Coin {
	amount, known := math.NewIntFromString(string(b.store(ctx).Get(rowOf(address, denom))))
	if !known {
		amount = math.ZeroInt()
	}
	return sdk.NewCoin(denom, amount)
}

func (b bank) set(ctx context.Context, address sdk.AccAddress, coin sdk.Coin) {
	if coin.IsZero() {
		b.store(ctx).Delete(rowOf(address, coin.Denom))
		return
	}
	b.store(ctx).Set(rowOf(address, coin.Denom), []byte(coin.Amount.String()))
}

func (b bank) GetAllBalances(ctx context.Context, address sdk.AccAddress) (coins sdk.Coins) {
	prefix := rowOf(address, "")
	it := b.store(ctx).Iterator(prefix, storetypes.PrefixEndBytes(prefix))
	defer it.Close()
	for ; it.Valid(); it.Next() {
		coins = coins.Add(b.GetBalance(ctx, address, strings.TrimPrefix(string(it.Key()), string(prefix))))
	}
	return coins
}

func (b bank) SendCoins(ctx context.Context, from, to sdk.AccAddress, coins sdk.Coins) error {
	for _, c := range coins {
		has := b.GetBalance(ctx, from, c.Denom)
		if has.Amount.LT(c.Amount) {
			return sdkerrors.ErrInsufficientFunds.Wrapf("%s has %s, not %s", from, has, c)
		}
		b.set(ctx, from, has.Sub(c))
		b.set(ctx, to, b.GetBalance(ctx, to, c.Denom).Add(c))
	}
	return nil
}

func (bank) HasSupply(context.Context, string) bool { return false }

func (bank) GetDenomMetaData(context.Context, string) (banktypes.Metadata, bool) {
	return banktypes.Metadata{}, false
}

func (bank) SetDenomMetaData(context.Context, banktypes.Metadata) {}

func (bank) OwnMetadata(context.Context, func(banktypes.Metadata) error) error { return nil }

func (b bank) SendCoinsToVirtual(ctx context.Context, from, to sdk.AccAddress, coins sdk.Coins) error {
	return b.SendCoins(ctx, from, to, coins)
}

func (b bank) SendCoinsFromModuleToAccount(ctx context.Context, from string, to sdk.AccAddress, coins sdk.Coins) error {
	return b.SendCoins(ctx, authtypes.NewModuleAddress(from), to, coins)
}

func (b bank) SendCoinsFromAccountToModule(ctx context.Context, from sdk.AccAddress, to string, coins sdk.Coins) error {
	return b.SendCoins(ctx, from, authtypes.NewModuleAddress(to), coins)
}

func (b bank) BurnCoins(ctx context.Context, from string, coins sdk.Coins) error {
	return b.SendCoins(ctx, authtypes.NewModuleAddress(from), burnt, coins)
}

func (b bank) InputOutputCoins(ctx context.Context, input banktypes.Input, outputs []banktypes.Output) error {
	from, err := sdk.AccAddressFromBech32(input.Address)
	if err != nil {
		return err
	}
	for _, o := range outputs {
		to, err := sdk.AccAddressFromBech32(o.Address)
		if err != nil {
			return err
		}
		if err := b.SendCoins(ctx, from, to, o.Coins); err != nil {
			return err
		}
	}
	return nil
}

func (bank) BlockedAddr(sdk.AccAddress) bool { return false }

func (bank) IsSendEnabledCoins(context.Context, ...sdk.Coin) error { return nil }

func (bank) GetModuleAddress(name string) sdk.AccAddress { return authtypes.NewModuleAddress(name) }

func (bank) GetAccount(context.Context, sdk.AccAddress) sdk.AccountI { return nil }

func (bank) GetModuleAccount(context.Context, string) sdk.ModuleAccountI { return nil }

func (bank) GetParams(context.Context) authtypes.Params { return authtypes.DefaultParams() }
