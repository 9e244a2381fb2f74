package app

import (
	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/x/auth/ante"

	"github.com/stemma-chain/stemma/app/pool"
	feemarketkeeper "github.com/stemma-chain/stemma/x/feemarket/keeper"
)

// The block gas meter is off, for it would serialise Block-STM. In its place the gas
// that transactions declare is bounded when a block is proposed: PrepareProposal keeps
// to the consensus maximum and the shares of the fee market, and ProcessProposal
// refuses a block that does not. A transaction's own meter holds it to what it declares.
type proposals struct {
	fees
	accounts ante.AccountKeeper
	decode   sdk.TxDecoder
	pool     *pool.Pool
}

// prepare fills a block from the pool, the dearest transactions first. One that does not
// fit is passed over, with what waits behind it, so a smaller one can take the room.
// What CometBFT's pool offers is not looked at: it comes in the order of arrival.
func (p proposals) prepare(ctx sdk.Context, req *abci.RequestPrepareProposal) (*abci.ResponsePrepareProposal, error) {
	market, err := p.market(ctx)
	if err != nil {
		return nil, err
	}
	block := market.Block(feemarketkeeper.MaxGas(ctx))
	var size int64
	var picked [][]byte
	committed := func(account string) uint64 { return sequenceOf(ctx, p.accounts, sdk.AccAddress(account)) }
	p.pool.Each(committed, func(tx *pool.Tx) bool {
		if block.Free() == 0 || tx.Late(uint64(req.Height), req.Time) {
			return false
		}
		is := tx.Facts.(paid)
		value, err := market.Value(is.payer, is.fee, tx.Gas)
		if err != nil {
			return false
		}
		bytes := cmttypes.ComputeProtoSizeForTxs([]cmttypes.Tx{tx.Raw})
		if size+bytes > req.MaxTxBytes || block.Add(value) != nil {
			return false
		}
		size += bytes
		picked = append(picked, tx.Raw)
		return true
	})
	return &abci.ResponsePrepareProposal{Txs: picked}, nil
}

// process accepts a block whose transactions all decode, pay the base price with one
// coin each, and keep to the consensus maximum and the shares of the fee market. It
// looks at nothing but the block and committed state, and not at order, tips,
// signatures or balances: no honest proposer is refused, whatever its pool held.
func (p proposals) process(ctx sdk.Context, req *abci.RequestProcessProposal) (*abci.ResponseProcessProposal, error) {
	if err := p.checkBlock(ctx, req.Txs); err != nil {
		ctx.Logger().Error("refused a proposed block", "height", req.Height, "reason", err.Error())
		return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_REJECT}, nil
	}
	return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_ACCEPT}, nil
}

func (p proposals) checkBlock(ctx sdk.Context, txs [][]byte) error {
	market, err := p.market(ctx)
	if err != nil {
		return err
	}
	block := market.Block(feemarketkeeper.MaxGas(ctx))
	for _, raw := range txs {
		tx, err := p.decode(raw)
		if err != nil {
			return err
		}
		paying, ok := tx.(sdk.FeeTx)
		if !ok {
			return sdkerrors.ErrTxDecode.Wrapf("a %T has no fee", tx)
		}
		value, err := market.Tx(paying)
		if err != nil {
			return err
		}
		if err := block.Add(value); err != nil {
			return err
		}
	}
	return nil
}
