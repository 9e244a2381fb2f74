package gather

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/proof/replay"
	"github.com/stemma-chain/stemma/x/headers/rfc6962"
)

// Deed proves what a transaction of a block did, and how far what it paid has come in the state that the node has now. The height of
// the options is not looked at.
func (m Maker) Deed(ctx context.Context, height int64, hash []byte, o Options) (*proof.Proof, error) {
	deed, err := m.deed(ctx, height, hash)
	if err != nil {
		return nil, err
	}
	if o.Patience > 0 {
		wait, cancel := context.WithTimeout(ctx, o.Patience)
		defer cancel()
		_ = m.Wait(wait, height+2) // one that paid nothing needs one block less
	}
	facts := make([]proof.Shown, 2, 3)
	for i := range facts {
		if facts[i].Header, err = m.header(ctx, height+int64(i)); err != nil {
			return nil, err
		}
	}
	state, at, err := m.lists(ctx, deed, facts)
	if err != nil {
		return nil, err
	}
	switch {
	case len(state) == 0: // it paid nothing
	case at.Height == facts[1].Header.Height:
		facts[1].State = state
	default:
		facts = append(facts, proof.Shown{Header: at, State: state})
	}
	return m.reach(ctx, facts, deed, o.Trust)
}

// deed reads the transaction, and its place in the trees of its block.
func (m Maker) deed(ctx context.Context, height int64, hash []byte) (proof.Deed, error) {
	var d proof.Deed
	block, err := m.Node.Block(ctx, &height)
	if err != nil {
		return d, fmt.Errorf("%w: block %d: %w", ErrPruned, height, err)
	}
	results, err := m.Node.BlockResults(ctx, &height)
	if err != nil {
		return d, fmt.Errorf("%w: results of block %d: %w", ErrPruned, height, err)
	}
	if block.Block == nil || slices.Contains(results.TxsResults, nil) {
		return d, fmt.Errorf("the node's block %d is not whole: ask another node", height)
	}
	txs := block.Block.Txs
	if len(txs) != len(results.TxsResults) {
		return d, fmt.Errorf("the node has %d transactions of block %d and %d results", len(txs), height, len(results.TxsResults))
	}
	for i, tx := range txs {
		if !bytes.Equal(tx.Hash(), hash) {
			continue
		}
		d.Tx, d.Right, d.Result = tx, proof.Turns(i, len(txs)), proof.ResultOf(results.TxsResults[i])
		d.Beside = hashes(txs.Proof(i).Proof.Aunts)
		d.ResultBeside = hashes(cmttypes.NewResults(results.TxsResults).ProveResult(i).Aunts)
		return d, nil
	}
	return d, fmt.Errorf("block %d has no transaction %X", height, hash)
}

func hashes(list [][]byte) []rfc6962.Hash {
	typed := make([]rfc6962.Hash, len(list))
	for i, hash := range list {
		typed[i] = rfc6962.Hash(hash)
	}
	return typed
}

// lists proves what a transaction's payments are assigned by, under the latest header that leaves one behind it for the proof to begin
// at. None: it paid nothing.
func (m Maker) lists(ctx context.Context, deed proof.Deed, facts []proof.Shown) ([]byte, *cmttypes.Header, error) {
	next := facts[1].Header
	latest, err := m.height(ctx, 0)
	if err != nil {
		return nil, nil, err
	}
	if latest <= next.Height {
		return nil, nil, fmt.Errorf("%w: wait for the block behind %d", ErrPruned, next.Height)
	}
	h := next
	if latest-1 > next.Height {
		if h, err = m.header(ctx, latest-1); err != nil {
			return nil, nil, err
		}
	}
	state := NewState(ctx, m.Node, h.Height-1)
	chain := replay.Open(m.Encoding, state, h.ChainID, h.Height, h.Time)
	if err := deed.Lists(facts[0].Header.Height, func() (*replay.Chain, error) { return chain, nil }); err != nil {
		return nil, nil, err
	}
	raw, err := state.Proof()
	return raw, h, err
}
