package fast

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/auth/ante"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
)

// accounts remembers the accounts that the checks of one transaction read. The
// stock decorators read and decode the same account five times over, a tenth of
// what a bank send costs. What a decorator changes it also sets, so what is
// remembered is what the store has.
type accounts struct {
	ante.AccountKeeper
	// rows are auth's accounts without their index by number, which the stock
	// keeper takes out and puts in again whenever it sets one: a second row of
	// every transaction that never changes.
	rows collections.Map[sdk.AccAddress, sdk.AccountI]
}

// Accounts is what the checks of transactions ask for accounts in place of the
// stock keeper. auth is the keeper's store. What a check does not read again costs
// no gas, and what is not written leaves the tree as it is: the chain's nodes agree
// on both.
func Accounts(stock ante.AccountKeeper, cdc codec.BinaryCodec, auth store.KVStoreService) ante.AccountKeeper {
	rows := collections.NewMap(collections.NewSchemaBuilder(auth), authtypes.AddressStoreKeyPrefix, "accounts",
		sdk.AccAddressKey, codec.CollInterfaceValue[sdk.AccountI](cdc))
	return accounts{stock, rows}
}

// accountsKey holds a transaction's accounts in its context.
type accountsKey struct{}

// RememberAccounts begins a transaction's checks. Without it nothing is remembered.
func RememberAccounts(ctx sdk.Context) sdk.Context {
	return ctx.WithValue(accountsKey{}, make(map[string]sdk.AccountI, 1))
}

// GetAccount reads an account once a transaction.
func (s accounts) GetAccount(ctx context.Context, address sdk.AccAddress) sdk.AccountI {
	known, remembers := ctx.Value(accountsKey{}).(map[string]sdk.AccountI)
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
func (s accounts) SetAccount(ctx context.Context, account sdk.AccountI) {
	known, remembers := ctx.Value(accountsKey{}).(map[string]sdk.AccountI)
	if _, stored := known[string(account.GetAddress())]; !stored {
		s.AccountKeeper.SetAccount(ctx, account)
	} else if err := s.rows.Set(ctx, account.GetAddress(), account); err != nil {
		panic(err) // as the stock keeper does: the transaction fails
	}
	if remembers {
		known[string(account.GetAddress())] = account
	}
}
