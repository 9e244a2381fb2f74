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

func newAnteHandler(k Keepers, e Encoding) (sdk.AnteHandler, error) {
	return ante.NewAnteHandler(ante.HandlerOptions{
		AccountKeeper:   k.Account,
		BankKeeper:      feeBank{k.Bank},
		FeegrantKeeper:  k.FeeGrant,
		SignModeHandler: e.TxConfig.SignModeHandler(),
		SigGasConsumer:  ante.DefaultSigVerificationGasConsumer,
	})
}
