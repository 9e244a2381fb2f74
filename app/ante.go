package app

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/auth/ante"
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
type signers struct{ ante.AccountKeeper }

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

// SetAccount writes an account, and remembers it as it is now.
func (s signers) SetAccount(ctx context.Context, account sdk.AccountI) {
	s.AccountKeeper.SetAccount(ctx, account)
	if known, remembers := ctx.Value(signersKey{}).(map[string]sdk.AccountI); remembers {
		known[string(account.GetAddress())] = account
	}
}

func newAnteHandler(k Keepers, e Encoding) (sdk.AnteHandler, error) {
	check, err := ante.NewAnteHandler(ante.HandlerOptions{
		AccountKeeper:   signers{k.Account},
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
