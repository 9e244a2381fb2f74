package app

import (
	"context"

	"cosmossdk.io/core/store"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/auth/ante"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"

	"github.com/stemma-chain/stemma/app/fast"
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

func newAnteHandler(k Keepers, e Encoding, auth store.KVStoreService, chain fast.Chain) (sdk.AnteHandler, error) {
	var accounts ante.AccountKeeper = k.Account
	if chain.Accounts {
		accounts = fast.Accounts(k.Account, e.Codec, auth)
	}
	check, err := ante.NewAnteHandler(ante.HandlerOptions{
		AccountKeeper:   accounts,
		BankKeeper:      feeBank{k.Bank},
		FeegrantKeeper:  k.FeeGrant,
		SignModeHandler: e.TxConfig.SignModeHandler(),
		SigGasConsumer:  ante.DefaultSigVerificationGasConsumer,
	})
	if err != nil || !chain.Accounts {
		return check, err
	}
	return func(ctx sdk.Context, tx sdk.Tx, simulate bool) (sdk.Context, error) {
		return check(fast.RememberAccounts(ctx), tx, simulate)
	}, nil
}
