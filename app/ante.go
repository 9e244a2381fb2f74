package app

import (
	"bytes"
	"context"
	"time"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	ibcante "github.com/cosmos/ibc-go/v11/modules/core/ante"

	"cosmossdk.io/core/store"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/auth/ante"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"

	"github.com/stemma-chain/stemma/app/fast"
	agentkeeper "github.com/stemma-chain/stemma/x/agent/keeper"
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

// newAnteHandler is the SDK's list of checks, in its order, with the fee market's: what
// the pool has no place for is refused before signatures are verified, and those are
// verified once.
func (app *App) newAnteHandler(auth store.KVStoreService, settings fast.Settings, chain fast.Chain) sdk.AnteHandler {
	k := app.Keepers
	var accounts ante.AccountKeeper = k.Account
	if chain.Accounts {
		accounts = fast.Accounts(k.Account, app.encoding.Codec, auth)
	}
	verifying := accounts
	if settings.Curve {
		verifying = fast.Curve(accounts)
	}
	var signatures sdk.AnteDecorator = ante.NewSigVerificationDecorator(verifying, app.encoding.TxConfig.SignModeHandler())
	if settings.Signatures {
		app.signatures = fast.NewSignatures(signatures, accounts)
		signatures = app.signatures
	}
	market := fees{k.FeeMarket}
	check := sdk.ChainAnteDecorators(
		ante.NewSetUpContextDecorator(),
		app.queries,
		ante.NewExtensionOptionsDecorator(nil),
		ante.NewValidateBasicDecorator(),
		ante.NewTxTimeoutHeightDecorator(),
		ante.NewValidateMemoDecorator(accounts),
		ante.NewConsumeGasForTxSizeDecorator(accounts),
		ante.NewDeductFeeDecorator(accounts, feeBank{k.Bank}, k.FeeGrant, market.check),
		agentFees{k.Agent},
		waiting{market, app.pool},
		ante.NewSetPubKeyDecorator(accounts),
		ante.NewValidateSigCountDecorator(accounts),
		ante.NewSigGasConsumeDecorator(accounts, ante.DefaultSigVerificationGasConsumer),
		signatures,
		ante.NewIncrementSequenceDecorator(accounts),
		ibcante.NewRedundantRelayDecorator(k.IBC.Core),
	)
	if stock := check; chain.Accounts {
		check = func(ctx sdk.Context, tx sdk.Tx, simulate bool) (sdk.Context, error) {
			return stock(fast.RememberAccounts(ctx), tx, simulate)
		}
	}
	app.turns = turns{app.pool, k.Account, app.committedContext, &viewed{accounts: make(map[string]bool)}}
	return app.atHeight(app.turns.around(check))
}

// atHeight has transactions checked at the height of the state. Between a start and its
// first block the SDK checks them at height 0 and in the year 1, as those of a genesis: for
// no fee, with signatures for account 0, and unordered ones as too long before their end.
// Nothing in the state tells the last block's time; this node's clock is near enough.
func (app *App) atHeight(check sdk.AnteHandler) sdk.AnteHandler {
	return func(ctx sdk.Context, tx sdk.Tx, simulate bool) (sdk.Context, error) {
		if ctx.BlockHeight() == 0 && (simulate || ctx.IsCheckTx()) {
			now := time.Now().UTC() //nolint:forbidigo // of a check, never of a block
			ctx = ctx.WithBlockHeight(app.LastBlockHeight()).WithBlockTime(now)
		}
		return check(ctx, tx, simulate)
	}
}

// committedContext reads the state of the last block.
func (app *App) committedContext() sdk.Context {
	return sdk.NewContext(app.CommitMultiStore().CacheMultiStore(), cmtproto.Header{}, true, app.Logger())
}

// agentFees counts the fees that an account pays for a key of one of its agents, after they are
// deducted: what of them no budget allows is refused. They stay counted when the transaction
// fails.
type agentFees struct{ keeper agentkeeper.Keeper }

// AnteHandle implements sdk.AnteDecorator.
func (a agentFees) AnteHandle(ctx sdk.Context, tx sdk.Tx, simulate bool, next sdk.AnteHandler) (sdk.Context, error) {
	paid, ok := tx.(sdk.FeeTx)
	if !ok || paid.FeeGranter() == nil || bytes.Equal(paid.FeeGranter(), paid.FeePayer()) {
		return next(ctx, tx, simulate)
	}
	if err := a.keeper.CountFee(ctx, paid.FeeGranter(), paid.FeePayer(), paid.GetFee()); err != nil {
		return ctx, err
	}
	return next(ctx, tx, simulate)
}
