package app

import (
	"fmt"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/spf13/cast"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/server"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"

	"github.com/stemma-chain/stemma/app/metrics"
	"github.com/stemma-chain/stemma/app/pool"
	feemarketkeeper "github.com/stemma-chain/stemma/x/feemarket/keeper"
	"github.com/stemma-chain/stemma/x/feemarket/price"
	feemarkettypes "github.com/stemma-chain/stemma/x/feemarket/types"
)

// poolLimits are the usual ones, or as many transactions as app.toml says.
func poolLimits(options servertypes.AppOptions) pool.Limits {
	limits := pool.DefaultLimits()
	if txs := cast.ToInt(options.Get(server.FlagMempoolMaxTxs)); txs > 0 {
		limits.Txs = txs
	}
	return limits
}

// fees holds transactions to the fee market.
type fees struct{ keeper feemarketkeeper.Keeper }

// market is what the next block asks for. Reading it costs all transactions the same,
// so none is charged for it.
func (f fees) market(ctx sdk.Context) (feemarkettypes.Market, error) {
	return f.keeper.Market(ctx.WithGasMeter(storetypes.NewInfiniteGasMeter()))
}

// check is the ante.TxFeeChecker: a fee is one coin that pays the base price, and what
// the operator of this node asks for. Transactions of a genesis pay nothing.
func (f fees) check(ctx sdk.Context, tx sdk.Tx) (sdk.Coins, int64, error) {
	paid, ok := tx.(sdk.FeeTx)
	if !ok {
		return nil, 0, sdkerrors.ErrTxDecode.Wrapf("a %T has no fee", tx)
	}
	if ctx.BlockHeight() == 0 {
		return paid.GetFee(), 0, nil
	}
	market, err := f.market(ctx)
	if err != nil {
		return nil, 0, err
	}
	value, err := market.Tx(paid)
	if err != nil {
		return nil, 0, err
	}
	if err := market.CheckFee(value); err != nil {
		return nil, 0, err
	}
	if ctx.IsCheckTx() {
		if err := checkMinimum(ctx.MinGasPrices(), paid.GetFee(), paid.GetGas()); err != nil {
			return nil, 0, err
		}
	}
	return paid.GetFee(), 0, nil
}

// checkMinimum holds a fee against minimum-gas-prices of app.toml: one of them.
func checkMinimum(minimum sdk.DecCoins, fee sdk.Coins, gas uint64) error {
	if minimum.IsZero() {
		return nil
	}
	for _, price := range minimum {
		needed := price.Amount.MulInt(math.NewIntFromUint64(gas)).Ceil().TruncateInt()
		if paid := fee.AmountOf(price.Denom); paid.IsPositive() && paid.GTE(needed) {
			return nil
		}
	}
	return sdkerrors.ErrInsufficientFee.Wrapf("this node asks for one of %s a unit of gas, %d gas pay %s", minimum, gas, fee)
}

// taken is how much of a block its transactions take, in gas: what they declare, or the
// same part of its gas as they take of its bytes where that is more. Who fills blocks by bytes
// declares little.
func taken(ctx sdk.Context, txs [][]byte) uint64 {
	size, most := int64(0), ctx.ConsensusParams().Block.GetMaxBytes()
	if most <= 0 { // CometBFT: as large as can be
		most = cmttypes.MaxBlockSizeBytes
	}
	for _, tx := range txs {
		size += int64(len(tx))
	}
	share := min(size, most) * price.Whole / most
	return max(ctx.BlockGasWanted(), price.Part(feemarketkeeper.MaxGas(ctx), uint32(share)))
}

// paid is what the pool keeps of a transaction for proposals, which value it anew: rates
// may change while it waits.
type paid struct {
	payer sdk.AccAddress
	fee   sdk.Coins
}

// waiting offers transactions to the pool: it refuses what the pool has no place for
// before the ante handler verifies signatures and writes.
type waiting struct {
	fees
	pool *pool.Pool
}

// AnteHandle implements sdk.AnteDecorator.
func (w waiting) AnteHandle(ctx sdk.Context, tx sdk.Tx, simulate bool, next sdk.AnteHandler) (sdk.Context, error) {
	if simulate || !ctx.IsCheckTx() {
		return next(ctx, tx, simulate)
	}
	signed, ok := tx.(authsigning.Tx)
	if !ok {
		return ctx, sdkerrors.ErrTxDecode.Wrapf("a %T has no signatures", tx)
	}
	market, err := w.market(ctx)
	if err != nil {
		return ctx, err
	}
	most := feemarketkeeper.MaxGas(ctx)
	value, err := market.Tx(signed)
	if err != nil {
		return ctx, err
	}
	if err := market.CheckGas(value, most); err != nil {
		return ctx, err
	}
	offered, err := offer(ctx, value, signed)
	if err != nil {
		return ctx, err
	}
	if err := inTime(ctx, offered); err != nil {
		return ctx, err
	}
	if !ctx.IsReCheckTx() {
		if ctx, err = w.pool.Offer(ctx, offered, most); err != nil {
			return ctx, err
		}
	}
	return next(ctx, tx, simulate)
}

const (
	// leastBlocks is for how many blocks a transaction is good at least when it comes, and
	// leastTime for how much of their time. What no block takes would have its place for
	// nothing, at any price it names; what the next ones can take is in the first of them
	// if it names much.
	leastBlocks = 3
	leastTime   = 10 * time.Second
)

// inTime refuses what blocks will soon be too late for, and of what waits, what the next one
// is too late for: its time is after that of the last.
func inTime(ctx sdk.Context, tx *pool.Tx) error {
	height, now, least := uint64(ctx.BlockHeight()), ctx.BlockTime(), ""
	if ctx.IsReCheckTx() {
		height, now = height+1, now.Add(1)
	} else {
		height, now = height+leastBlocks, now.Add(leastTime)
		least = fmt.Sprintf(": leave at least %d blocks and %s of the chain's time", leastBlocks, leastTime)
	}
	if tx.LastHeight > 0 && height > tx.LastHeight {
		return sdkerrors.ErrTxTimeoutHeight.Wrapf("the last block has height %d, no block above %d takes it%s",
			ctx.BlockHeight(), tx.LastHeight, least)
	}
	if tx.Late(0, now) {
		return sdkerrors.ErrTxTimeout.Wrapf("the last block's time is %s, no block after %s takes it%s",
			ctx.BlockTime().UTC().Format(time.RFC3339), tx.LastTime.UTC().Format(time.RFC3339), least)
	}
	return nil
}

// offer is what the pool has to know of the transaction of this context.
func offer(ctx sdk.Context, value price.Tx, signed authsigning.Tx) (*pool.Tx, error) {
	out := &pool.Tx{
		Raw: ctx.TxBytes(), Gas: value.Gas, Price: value.Price(),
		Unordered: signed.GetUnordered(), LastHeight: signed.GetTimeoutHeight(),
		Facts: paid{feemarkettypes.Payer(signed), signed.GetFee()},
	}
	if sponsor := signed.FeeGranter(); sponsor != nil {
		out.Sponsor = string(sponsor)
	}
	if end := signed.GetTimeoutTimeStamp(); !end.IsZero() && end.Unix() != 0 {
		out.LastTime = end
	}
	accounts, err := signed.GetSigners()
	if err != nil {
		return nil, err
	}
	signatures, err := signed.GetSignaturesV2()
	if err != nil {
		return nil, err
	}
	if len(accounts) != len(signatures) {
		return nil, sdkerrors.ErrUnauthorized.Wrapf("%d signatures of %d signers", len(signatures), len(accounts))
	}
	for i, account := range accounts {
		out.Signers = append(out.Signers, pool.Signer{Account: string(account), Sequence: signatures[i].Sequence})
	}
	return out, nil
}

// CheckTx implements the ABCI. CometBFT keeps more than the pool does: what the pool has
// dropped leaves CometBFT's after the next block, at no cost but a hash.
func (app *App) CheckTx(req *abci.RequestCheckTx) (*abci.ResponseCheckTx, error) {
	res, err := app.checkTx(req)
	if req.Type == abci.CheckTxType_New && (err != nil || res.IsErr()) {
		app.metrics.Refused()
	}
	return res, err
}

func (app *App) checkTx(req *abci.RequestCheckTx) (*abci.ResponseCheckTx, error) {
	if req.Type == abci.CheckTxType_Recheck && !app.pool.Has(req.Tx) {
		gone := sdkerrors.ErrMempoolIsFull.Wrap("others paid more for a unit of gas, and the pool is full")
		return sdkerrors.ResponseCheckTxWithEvents(gone, 0, 0, nil, false), nil
	}
	if req.Type == abci.CheckTxType_New && len(req.Tx) > largeTx && app.LastBlockHeight() > 0 {
		if err := app.checkLarge(req.Tx); err != nil {
			return sdkerrors.ResponseCheckTxWithEvents(err, 0, 0, nil, false), nil
		}
	}
	return app.BaseApp.CheckTx(req)
}

// FinalizeBlock implements the ABCI. It remembers the block for Commit.
func (app *App) FinalizeBlock(req *abci.RequestFinalizeBlock) (*abci.ResponseFinalizeBlock, error) {
	defer app.metrics.Timed(metrics.Execute)()
	app.block = req.Txs
	app.sweep()
	res, err := app.BaseApp.FinalizeBlock(req)
	if err == nil {
		app.metrics.Executed(res)
	}
	return res, err
}
