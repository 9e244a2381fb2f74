package send

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/refusal"
)

// pollEvery is the pause between two looks for a new block.
const pollEvery = 100 * time.Millisecond

// ErrNotCommitted says that a transaction was sent and is in no block yet.
var ErrNotCommitted = errors.New("sent, but not in a block yet")

// broadcast sends the transaction and waits. It needs no transaction index:
// it looks through the blocks that follow.
func (s *Sender) broadcast(ctx context.Context, bz []byte) (Result, error) {
	node, err := s.conn.GetNode()
	if err != nil {
		return Result{}, err
	}
	before, err := node.ABCIInfo(ctx)
	if err != nil {
		return Result{}, err
	}
	res, err := s.conn.BroadcastTx(bz)
	if err != nil {
		return Result{}, err
	}
	if res.Code != 0 {
		return Result{}, refused(res.Codespace, res.Code, res.RawLog)
	}
	result := Result{TxHash: res.TxHash}
	if s.conn.BroadcastMode == flags.BroadcastAsync {
		return result, nil
	}
	limit, _ := s.conn.Flags().GetDuration(connect.FlagWait)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	height, executed, err := find(ctx, node, cmttypes.Tx(bz).Hash(), before.Response.LastBlockHeight+1)
	if errors.Is(err, context.DeadlineExceeded) {
		return result, fmt.Errorf("transaction %s was %w after %s; `stemmad query wait-tx %s` goes on waiting",
			res.TxHash, ErrNotCommitted, limit, res.TxHash)
	}
	if err != nil {
		return result, fmt.Errorf("transaction %s was sent, but waiting for it failed: %w", res.TxHash, err)
	}
	result.Height, result.GasUsed = height.Height, executed.GasUsed
	result.Time = height.Time
	if executed.Code != 0 {
		return result, fmt.Errorf("transaction %s in block %d failed: %w",
			res.TxHash, height.Height, refused(executed.Codespace, executed.Code, executed.Log))
	}
	var data sdk.TxMsgData
	if err := data.Unmarshal(executed.Data); err != nil {
		return result, fmt.Errorf("read the answer to transaction %s: %w", res.TxHash, err)
	}
	result.responses = data.MsgResponses
	return result, nil
}

// find looks for the transaction in each block from the height on, until the
// context ends.
func find(ctx context.Context, node client.CometRPC, hash []byte, from int64) (cmttypes.Header, *abci.ExecTxResult, error) {
	none := cmttypes.Header{}
	for height := from; ; height++ {
		if err := waitForHeight(ctx, node, height); err != nil {
			return none, nil, err
		}
		block, err := node.Block(ctx, &height)
		if err != nil {
			return none, nil, err
		}
		for i, tx := range block.Block.Txs {
			if !bytes.Equal(tx.Hash(), hash) {
				continue
			}
			results, err := node.BlockResults(ctx, &height)
			if err != nil {
				return none, nil, err
			}
			if i >= len(results.TxsResults) {
				return none, nil, fmt.Errorf("block %d has no result for its transaction %d", height, i)
			}
			return block.Block.Header, results.TxsResults[i], nil
		}
	}
}

// waitForHeight waits until the application has committed the height: then the
// block's results are stored, and queries see what it did.
func waitForHeight(ctx context.Context, node client.CometRPC, height int64) error {
	for {
		info, err := node.ABCIInfo(ctx)
		if err != nil {
			return errors.Join(err, ctx.Err())
		}
		if info.Response.LastBlockHeight >= height {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pollEvery):
		}
	}
}

func refused(codespace string, code uint32, log string) error {
	return refusal.Failed(codespace, code, connect.Tidy(log))
}
