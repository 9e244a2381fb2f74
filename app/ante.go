package app

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/auth/ante"
	authkeeper "github.com/cosmos/cosmos-sdk/x/auth/keeper"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
)

// feeBank collects fees without a hot key. The stock bank writes the fee
// collector's balance in every transaction, which makes all transactions of a
// block conflict under Block-STM; the virtual send notes the amount per
// transaction and bank credits the sum at the end of the block.
type feeBank struct{ bankkeeper.BaseKeeper }

// SendCoinsFromAccountToModule takes the fee from the payer at once; the
// module account has it from the end of the block. The fee decorator checks
// the amount, which the virtual send does not.
func (b feeBank) SendCoinsFromAccountToModule(
	ctx context.Context, sender sdk.AccAddress, module string, amount sdk.Coins,
) error {
	return b.SendCoinsFromAccountToModuleVirtual(ctx, sender, module, amount)
}

// signers remembers the accounts that the checks of one transaction read. The
// stock decorators read and decode the same account five times over, a tenth of
// what a bank send costs. What a decorator changes it also sets, so what is
// remembered is what the store has.
type signers struct {
	ante.AccountKeeper
	// rows are auth's accounts without their index by number, which the stock
	// keeper takes out and puts in again whenever it sets one: a second row of
	// every transaction that never changes.
	rows collections.Map[sdk.AccAddress, sdk.AccountI]
}

func newSigners(accounts authkeeper.AccountKeeper, cdc codec.BinaryCodec, auth store.KVStoreService) signers {
	return signers{accounts, collections.NewMap(collections.NewSchemaBuilder(auth), authtypes.AddressStoreKeyPrefix, "accounts",
		sdk.AccAddressKey, codec.CollInterfaceValue[sdk.AccountI](cdc))}
}

// signersKey holds a transaction's accounts in its context.
type signersKey struct{}

// GetAccount reads an account once a transaction.
func (s signers) GetAccount(ctx context.Context, address sdk.AccAddress) sdk.AccountI {
	known, remembers := ctx.Value(signersKey{}).(map[string]sdk.AccountI)
	if account, found := known[string(address)]; found {
		return account
	}
	account := s.AccountKeeper.GetAccount(ctx, address)
	if remembers && account != nil {
		known[string(address)] = account
	}
	return account
}

// SetAccount writes an account, and remembers it as it is now. One that is
// remembered is in the store already, and no check changes its number.
func (s signers) SetAccount(ctx context.Context, account sdk.AccountI) {
	known, remembers := ctx.Value(signersKey{}).(map[string]sdk.AccountI)
	if _, stored := known[string(account.GetAddress())]; !stored {
		s.AccountKeeper.SetAccount(ctx, account)
	} else if err := s.rows.Set(ctx, account.GetAddress(), account); err != nil {
		panic(err) // as the stock keeper does: the transaction fails
	}
	if remembers {
		known[string(account.GetAddress())] = account
	}
}

func newAnteHandler(k Keepers, e Encoding, auth store.KVStoreService) (sdk.AnteHandler, error) {
	check, err := ante.NewAnteHandler(ante.HandlerOptions{
		AccountKeeper:   newSigners(k.Account, e.Codec, auth),
		BankKeeper:      feeBank{k.Bank},
		FeegrantKeeper:  k.FeeGrant,
		SignModeHandler: e.TxConfig.SignModeHandler(),
		SigGasConsumer:  ante.DefaultSigVerificationGasConsumer,
	})
	if err != nil {
		return nil, err
	}
	return func(ctx sdk.Context, tx sdk.Tx, simulate bool) (sdk.Context, error) {
		return check(ctx.WithValue(signersKey{}, make(map[string]sdk.AccountI, 1)), tx, simulate)
	}, nil
}
