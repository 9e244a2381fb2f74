package app

import (
	"math"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/cosmos/cosmos-sdk/baseapp"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/mempool"
)

// The block gas meter is off, for it would serialise Block-STM. In its place
// the sum of the gas that transactions declare is bounded when a block is
// proposed: PrepareProposal keeps to the consensus maximum and ProcessProposal
// refuses a block above it. A transaction's own meter holds it to what it
// declares.
type proposals struct {
	decode sdk.TxDecoder
	// pooled serves nodes with an application-side mempool; nil with the
	// default, where CometBFT's own pool is the only one.
	pooled *baseapp.DefaultProposalHandler
}

func newProposals(b *baseapp.BaseApp, decode sdk.TxDecoder) proposals {
	p := proposals{decode: decode}
	if _, none := b.Mempool().(mempool.NoOpMempool); b.Mempool() != nil && !none {
		p.pooled = baseapp.NewDefaultProposalHandler(b.Mempool(), b)
	}
	return p
}

// prepare picks transactions in the order of the mempool until the next one
// exceeds the block's bytes or gas. It stops there and does not look for a
// smaller one: later transactions of the same sender would fail. One that
// could never fit, or does not decode, is passed over.
func (p proposals) prepare(ctx sdk.Context, req *abci.RequestPrepareProposal) (*abci.ResponsePrepareProposal, error) {
	if p.pooled != nil {
		return p.pooled.PrepareProposalHandler()(ctx, req)
	}
	limit := maxBlockGas(ctx)
	var gas uint64
	var size int64
	var picked [][]byte
	for _, raw := range req.Txs {
		txGas, ok := p.declaredGas(raw)
		if !ok || txGas > limit {
			continue
		}
		txSize := cmttypes.ComputeProtoSizeForTxs([]cmttypes.Tx{raw})
		if txGas > limit-gas || size+txSize > req.MaxTxBytes {
			break
		}
		gas += txGas
		size += txSize
		picked = append(picked, raw)
	}
	return &abci.ResponsePrepareProposal{Txs: picked}, nil
}

// process accepts a block whose transactions all decode and together declare
// no more gas than the consensus maximum.
func (p proposals) process(ctx sdk.Context, req *abci.RequestProcessProposal) (*abci.ResponseProcessProposal, error) {
	limit := maxBlockGas(ctx)
	var gas uint64
	for _, raw := range req.Txs {
		txGas, ok := p.declaredGas(raw)
		if !ok || txGas > limit-gas {
			return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_REJECT}, nil
		}
		gas += txGas
	}
	if p.pooled != nil {
		return p.pooled.ProcessProposalHandler()(ctx, req)
	}
	return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_ACCEPT}, nil
}

func (p proposals) declaredGas(raw []byte) (uint64, bool) {
	tx, err := p.decode(raw)
	if err != nil {
		return 0, false
	}
	withGas, ok := tx.(sdk.GasTx)
	if !ok {
		return 0, false
	}
	return withGas.GetGas(), true
}

// maxBlockGas is the consensus maximum; negative or absent means no limit.
func maxBlockGas(ctx sdk.Context) uint64 {
	block := ctx.ConsensusParams().Block
	if block == nil || block.MaxGas < 0 {
		return math.MaxUint64
	}
	return uint64(block.MaxGas)
}
