package blocks

import (
	"context"
	"errors"
	"fmt"
	"strings"

	abci "github.com/cometbft/cometbft/abci/types"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
)

var (
	// ErrNoTx says that a transaction is not where it was looked for.
	ErrNoTx = errors.New("no such transaction")
	// ErrNoIndex says that a node keeps no index of transactions.
	ErrNoIndex = errors.New("the node keeps no index of transactions")
)

// Indexed is a node's index of transactions.
type Indexed interface {
	Tx(ctx context.Context, hash []byte, prove bool) (*coretypes.ResultTx, error)
}

// InIndex looks a transaction up in a node's index. It fails with ErrNoTx where that has it not, and with ErrNoIndex where
// there is none.
func InIndex(ctx context.Context, node Indexed, hash []byte) (int64, *abci.ExecTxResult, error) {
	res, err := node.Tx(ctx, hash, false)
	switch {
	case err == nil:
		return res.Height, &res.TxResult, nil
	case strings.Contains(err.Error(), "not found"): // errors keep their words only over RPC
		return 0, nil, fmt.Errorf("%w in the node's index: %X", ErrNoTx, hash)
	case strings.Contains(err.Error(), "indexing is disabled"):
		return 0, nil, ErrNoIndex
	}
	return 0, nil, err
}

// Tx finds a transaction in the blocks from one height to another, the newest first, and what it did. It fails with ErrNoTx.
// Done is told of each block that was looked through; it may be nil.
func (s Span) Tx(ctx context.Context, hash []byte, from, to int64, done func(int64)) (int64, *abci.ExecTxResult, error) {
	height, index, found, err := s.Find(ctx, hash, from, to, done)
	if err != nil {
		return 0, nil, err
	}
	if !found {
		return 0, nil, fmt.Errorf("%w in the blocks %d to %d: %X", ErrNoTx, from, to, hash)
	}
	results, err := s.Results(ctx, height)
	if err != nil {
		return 0, nil, err
	}
	if index >= len(results.Txs) {
		return 0, nil, fmt.Errorf("block %d has no result for its transaction %d", height, index)
	}
	return height, results.Txs[index], nil
}
