// Package blocks reads what a node remembers of past blocks: which there are,
// at what time, and what they did. It needs no index, only the node's RPC.
package blocks

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"time"

	coretypes "github.com/cometbft/cometbft/rpc/core/types"

	"github.com/stemma-chain/stemma/client/words/table"
)

var (
	// ErrNotKept says that the node does not have what is asked for any more.
	ErrNotKept = errors.New("not on this node")
	// ErrOutside says that a moment lies before the first or after the last block.
	ErrOutside = errors.New("outside of the chain")
)

// Node is what of a node's RPC is needed.
type Node interface {
	ABCIInfo(context.Context) (*coretypes.ResultABCIInfo, error)
	Status(context.Context) (*coretypes.ResultStatus, error)
	Commit(ctx context.Context, height *int64) (*coretypes.ResultCommit, error)
	Block(ctx context.Context, height *int64) (*coretypes.ResultBlock, error)
	BlockResults(ctx context.Context, height *int64) (*coretypes.ResultBlockResults, error)
}

// Moment is a block and its time.
type Moment struct {
	Height int64
	Time   time.Time
}

// Span is the run of blocks that a node has.
type Span struct {
	ChainID     string
	First, Last Moment
	// Whole says that First is the chain's first block: nothing is pruned.
	Whole bool

	node Node
}

// Open asks a node which blocks it has. The last is the last whose results are
// there.
func Open(ctx context.Context, node Node) (Span, error) {
	status, err := node.Status(ctx)
	if err != nil {
		return Span{}, fmt.Errorf("ask the node for its blocks: %w", err)
	}
	info, err := node.ABCIInfo(ctx)
	if err != nil {
		return Span{}, fmt.Errorf("ask the node for its height: %w", err)
	}
	s := Span{ChainID: status.NodeInfo.Network, node: node}
	if info.Response.LastBlockHeight == 0 {
		return s, errors.New("the chain has no block yet: wait for its first")
	}
	first, err := s.header(ctx, status.SyncInfo.EarliestBlockHeight)
	if err != nil {
		return s, err
	}
	last, err := s.header(ctx, info.Response.LastBlockHeight)
	if err != nil {
		return s, err
	}
	s.First, s.Last = Moment{first.Height, first.Time}, Moment{last.Height, last.Time}
	s.Whole = first.LastBlockID.IsZero()
	return s, nil
}

// From is the first block at or after what a person wrote: a height, a date (its
// start in UTC) or a time in RFC 3339; the node's first block if nothing. It fails
// with ErrNotKept for what is pruned and with ErrOutside after the last block.
func (s Span) From(ctx context.Context, text string) (int64, error) {
	if text == "" {
		return s.First.Height, nil
	}
	if height, err := strconv.ParseInt(text, 10, 64); err == nil {
		return height, s.contains(height)
	}
	at, _, err := parse(text)
	if err != nil {
		return 0, err
	}
	if at.After(s.Last.Time) {
		return 0, fmt.Errorf("%s is after the last block, %s: %w", text, s.Last, ErrOutside)
	}
	if at.Before(s.First.Time) && !s.Whole {
		return 0, s.pruned(text)
	}
	return s.search(ctx, at)
}

// To is the last block at or before what a person wrote: a height, a date (its
// end in UTC) or a time in RFC 3339; the node's last block if nothing, and for
// what is still to come. It fails with ErrOutside before the first block.
func (s Span) To(ctx context.Context, text string) (int64, error) {
	if text == "" {
		return s.Last.Height, nil
	}
	if height, err := strconv.ParseInt(text, 10, 64); err == nil {
		return height, s.contains(height)
	}
	at, date, err := parse(text)
	if err != nil {
		return 0, err
	}
	end := at.Add(1)
	if date {
		end = at.AddDate(0, 0, 1)
	}
	next, err := s.search(ctx, end)
	if err != nil {
		return 0, err
	}
	if next == s.First.Height {
		if !s.Whole {
			return 0, s.pruned(text)
		}
		return 0, fmt.Errorf("%s is before the first block, %s: %w", text, s.First, ErrOutside)
	}
	return next - 1, nil
}

// At is the block of exactly this time. It fails with ErrNotKept for what is pruned, and with
// ErrOutside when no block of this chain has it.
func (s Span) At(ctx context.Context, at time.Time) (int64, error) {
	if at.Before(s.First.Time) && !s.Whole {
		return 0, s.pruned(at.UTC().Format(time.RFC3339))
	}
	height, err := s.search(ctx, at)
	if err != nil {
		return 0, err
	}
	if height <= s.Last.Height {
		header, err := s.header(ctx, height)
		if err != nil {
			return 0, err
		}
		if header.Time.Equal(at) {
			return height, nil
		}
	}
	return 0, fmt.Errorf("no block is of %s: %w", at.UTC().Format(time.RFC3339Nano), ErrOutside)
}

// String shows a block for people.
func (m Moment) String() string { return fmt.Sprintf("%d of %s", m.Height, table.Time(m.Time)) }

func (s Span) contains(height int64) error {
	switch {
	case height > s.Last.Height:
		return fmt.Errorf("block %d is still to come, the last is %d: %w", height, s.Last.Height, ErrOutside)
	case height < s.First.Height && !s.Whole:
		return s.pruned(fmt.Sprintf("block %d", height))
	case height < s.First.Height:
		return fmt.Errorf("block %d is before the chain's first, %d: %w", height, s.First.Height, ErrOutside)
	}
	return nil
}

func (s Span) pruned(what string) error {
	return fmt.Errorf("%s is %w: its earliest block is %s; begin there, or ask a node that keeps more", what, ErrNotKept, s.First)
}

// search returns the first height whose block is not before a time; one more than
// the last if there is none. Block times never fall.
func (s Span) search(ctx context.Context, at time.Time) (int64, error) {
	var failed error
	n := sort.Search(int(s.Last.Height-s.First.Height+1), func(i int) bool {
		if failed != nil {
			return true
		}
		header, err := s.header(ctx, s.First.Height+int64(i))
		failed = err
		return err != nil || !header.Time.Before(at)
	})
	return s.First.Height + int64(n), failed
}

func parse(text string) (at time.Time, date bool, err error) {
	if at, err := time.Parse(time.DateOnly, text); err == nil {
		return at, true, nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, false, nil
	}
	return at, false, fmt.Errorf("%q is neither a height nor a time: write 1200, 2027-01-31 or 2027-01-31T12:00:00Z", text)
}
