// Package keeper keeps the log of headers: each block appends its own header's hash, so that a
// later state binds every header before it.
package keeper

import (
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/store"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/headers/rfc6962"
	"github.com/stemma-chain/stemma/x/headers/types"
)

// Keeper of the log's two stores. Both are written in PreBlock only.
type Keeper struct {
	// Log is the only row of its store, so that its proof has no path.
	Log collections.Item[types.Log]
	// Subtrees: level, from types.RowLevel on, and index -> root of a full subtree. They never change.
	Subtrees collections.Map[collections.Pair[uint64, uint64], rfc6962.Hash]
}

// NewKeeper returns a keeper on the stores of the log and of its full subtrees.
func NewKeeper(log, subtrees store.KVStoreService) Keeper {
	frontier, full := collections.NewSchemaBuilder(log), collections.NewSchemaBuilder(subtrees)
	k := Keeper{
		Log: collections.NewItem(frontier, types.FrontierPrefix, "log", types.LogValue),
		Subtrees: collections.NewMap(full, types.SubtreesPrefix, "subtrees",
			collections.PairKeyCodec(collections.Uint64Key, collections.Uint64Key), types.HashValue),
	}
	for _, sb := range []*collections.SchemaBuilder{frontier, full} {
		if _, err := sb.Build(); err != nil {
			panic(err)
		}
	}
	return k
}

// Read is the log as the last block left it; empty before the first.
func (k Keeper) Read(ctx context.Context) (types.Log, error) {
	l, err := k.Log.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return types.Log{}, nil
	}
	return l, err
}

// PreBlock appends the block's own header. A block without its hash stops the chain: one that left a
// header out would break the log for ever.
func (k Keeper) PreBlock(ctx context.Context) error {
	block := sdk.UnwrapSDKContext(ctx)
	l, err := k.Read(ctx)
	if err != nil {
		return err
	}
	full, err := l.Append(block.BlockHeight(), block.HeaderHash())
	if err != nil {
		return err
	}
	for _, s := range full {
		if s.Level < types.RowLevel {
			continue
		}
		if err := k.Subtrees.Set(ctx, collections.Join(uint64(s.Level), s.Index), s.Root); err != nil {
			return err
		}
	}
	return k.Log.Set(ctx, l)
}

// Reset empties the log, for a chain that begins at another height. Its subtrees go.
func (k Keeper) Reset(ctx context.Context) error {
	return errors.Join(k.Log.Remove(ctx), k.Subtrees.Clear(ctx, nil))
}

// InitGenesis begins the log where the genesis says. It fails with ErrInvalidGenesis.
func (k Keeper) InitGenesis(ctx context.Context, gs types.GenesisState) error {
	l, err := gs.Log()
	if err != nil || l.Size == 0 {
		return err
	}
	if first := max(sdk.UnwrapSDKContext(ctx).BlockHeight(), 1); l.Next() != first {
		return types.ErrInvalidGenesis.Wrapf("the log of headers ends at height %d, and initial_height is %d: leave the log empty "+
			"for a chain that begins anew", l.Next()-1, first)
	}
	return k.Log.Set(ctx, l)
}

// ExportGenesis returns the log. Subtrees below its peaks stay behind: no path of old headers is served
// by the new chain, but proofs that reach a peak go on.
func (k Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	l, err := k.Read(ctx)
	if err != nil {
		return nil, err
	}
	return &types.GenesisState{FirstHeight: l.First, TreeSize: l.Size, Peaks: types.Hashes(l.Peaks)}, nil
}

// CheckInvariants fails when the log cannot have come about, or a row is not what those below it make.
func (k Keeper) CheckInvariants(ctx context.Context) error {
	l, err := k.Read(ctx)
	if err != nil {
		return err
	}
	if err := l.Validate(); err != nil {
		return err
	}
	return k.Subtrees.Walk(ctx, nil, func(key collections.Pair[uint64, uint64], root rfc6962.Hash) (bool, error) {
		return false, k.checkRow(ctx, l, rfc6962.Position{Level: uint8(key.K1()), Index: key.K2()}, root)
	})
}

func (k Keeper) checkRow(ctx context.Context, l types.Log, at rfc6962.Position, root rfc6962.Hash) error {
	if at.Level < types.RowLevel || at.Level >= rfc6962.MaxPeaks || at.Index >= l.Size>>at.Level {
		return types.ErrInvalidGenesis.Wrapf("subtree %d of level %d is not full in a log of %d", at.Index, at.Level, l.Size)
	}
	if peak, place, err := rfc6962.PeakOf(l.Size, at.Index<<at.Level); err == nil && peak == at && l.Peaks[place] != root {
		return types.ErrInvalidGenesis.Wrapf("subtree %d of level %d is %s, and the log has %s", at.Index, at.Level, root, l.Peaks[place])
	}
	if at.Level == types.RowLevel {
		return nil
	}
	below := make([]rfc6962.Hash, 0, 2)
	for i := range uint64(2) {
		child, err := k.Subtrees.Get(ctx, collections.Join(uint64(at.Level)-1, 2*at.Index+i))
		if errors.Is(err, collections.ErrNotFound) {
			return nil // it was completed before the genesis
		}
		if err != nil {
			return err
		}
		below = append(below, child)
	}
	if made := rfc6962.Root(below); made != root {
		return types.ErrInvalidGenesis.Wrapf("subtree %d of level %d is %s, and those below it make %s", at.Index, at.Level, root, made)
	}
	return nil
}

// Path is what leads from a header, or from the subtree above it at a level, to the peak of a log of a
// size. Leaves reads hashes of headers, from a height on. It fails with ErrNotInLog, or ErrUnavailable where
// headers or rows are not there.
func (k Keeper) Path(
	ctx context.Context, l types.Log, height int64, from uint8, leaves func(from int64, count int) ([][]byte, error),
) (rfc6962.Position, []rfc6962.Hash, error) {
	index, err := l.Index(height)
	if err != nil {
		return rfc6962.Position{}, nil, err
	}
	peak, _, err := rfc6962.PeakOf(l.Size, index)
	if err != nil {
		return rfc6962.Position{}, nil, err
	}
	if from > peak.Level {
		return peak, nil, types.ErrNotInLog.Wrapf("in a log of %d headers, that of height %d is in a full subtree of level %d, not %d",
			l.Size, height, peak.Level, from)
	}
	var path []rfc6962.Hash
	low := rfc6962.Position{Level: from, Index: index >> from}
	if from < types.RowLevel {
		if path, err = k.near(l, index, from, min(peak.Level, types.RowLevel), leaves); err != nil {
			return peak, nil, err
		}
		if peak.Level <= types.RowLevel {
			return peak, path, nil
		}
		low = rfc6962.Position{Level: types.RowLevel, Index: index >> types.RowLevel}
	}
	for _, beside := range rfc6962.Siblings(low, peak) {
		root, err := k.Subtrees.Get(ctx, collections.Join(uint64(beside.Level), beside.Index))
		if errors.Is(err, collections.ErrNotFound) {
			return peak, nil, types.ErrUnavailable.Wrapf("this chain began after height %d with a log that had it already", height)
		}
		if err != nil {
			return peak, nil, err
		}
		path = append(path, root)
	}
	return peak, path, nil
}

// near is the part of a path that is computed from headers: all of the subtree of a level up to which it leads.
func (k Keeper) near(
	l types.Log, index uint64, from, to uint8, headers func(from int64, count int) ([][]byte, error),
) ([]rfc6962.Hash, error) {
	first := index >> to << to
	hashes, err := headers(l.First+int64(first), 1<<to)
	if err != nil {
		return nil, types.ErrUnavailable.Wrapf("the headers beside it, of heights %d to %d: %s", l.First+int64(first),
			l.First+int64(first)+1<<to-1, err)
	}
	leaves := make([]rfc6962.Hash, len(hashes))
	for i, hash := range hashes {
		leaves[i] = rfc6962.Leaf(hash)
	}
	var path []rfc6962.Hash
	for _, beside := range rfc6962.Siblings(rfc6962.Position{Level: from, Index: index >> from}, rfc6962.Position{Level: to, Index: index >> to}) {
		at := beside.Index<<beside.Level - first
		path = append(path, rfc6962.Root(leaves[at:at+1<<beside.Level]))
	}
	return slices.Clip(path), nil
}
