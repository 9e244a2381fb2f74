package rights

import (
	"context"
	"errors"
	"fmt"
	"time"

	coretypes "github.com/cometbft/cometbft/rpc/core/types"
)

// pollEvery is the pause between two looks for the next block.
const pollEvery = 100 * time.Millisecond

// ErrNoNextBlock says that the block which proves a state has not come.
var ErrNoNextBlock = errors.New("no block has followed")

// Node is what of a node's RPC is needed.
type Node interface {
	ABCIInfo(context.Context) (*coretypes.ResultABCIInfo, error)
	Commit(ctx context.Context, height *int64) (*coretypes.ResultCommit, error)
}

// Moment is the state of a chain that answers are for.
type Moment struct {
	ChainID string
	Height  int64
	// Time of the block.
	Time time.Time
	// AppHash of the state after the block, as upper-case hex digits. The header
	// of the next block has it.
	AppHash string
}

// Latest is the latest state that a node answers for, without its app hash.
func Latest(ctx context.Context, node Node) (Moment, error) {
	info, err := node.ABCIInfo(ctx)
	if err != nil {
		return Moment{}, fmt.Errorf("ask the node for its height: %w", err)
	}
	height := info.Response.LastBlockHeight
	if height == 0 {
		return Moment{}, errors.New("the chain has no block yet: wait for its first")
	}
	commit, err := node.Commit(ctx, &height)
	if err != nil {
		return Moment{}, fmt.Errorf("ask the node for block %d: %w", height, err)
	}
	return Moment{ChainID: commit.Header.ChainID, Height: height, Time: commit.Header.Time}, nil
}

// Seal adds the app hash, for which it waits until the next block or the limit.
// It fails with ErrNoNextBlock after that.
func (m *Moment) Seal(ctx context.Context, node Node, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	next := m.Height + 1
	for {
		info, err := node.ABCIInfo(ctx)
		if err == nil && info.Response.LastBlockHeight >= next {
			break
		}
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("ask the node for its height: %w", err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w on height %d within %s, whose header would have the app hash: is the chain running? Else wait longer",
				ErrNoNextBlock, m.Height, limit)
		case <-time.After(pollEvery):
		}
	}
	commit, err := node.Commit(ctx, &next)
	if err != nil {
		return fmt.Errorf("ask the node for block %d: %w", next, err)
	}
	m.AppHash = commit.Header.AppHash.String()
	return nil
}
