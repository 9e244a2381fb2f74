package keeper_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"pgregory.net/rapid"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/headers/keeper"
	"github.com/stemma-chain/stemma/x/headers/rfc6962"
	"github.com/stemma-chain/stemma/x/headers/types"
)

// fixture is a log on real stores, and the headers that the node has.
type fixture struct {
	ctx   sdk.Context
	k     keeper.Keeper
	query types.QueryServer
	// from is the first height whose block the node has, and asked how many headers it read.
	from  int64
	asked int
}

func newFixture(t testing.TB, gs types.GenesisState, first int64) *fixture {
	t.Helper()
	log, subtrees := storetypes.NewKVStoreKey(types.StoreKey), storetypes.NewKVStoreKey(types.SubtreesStoreKey)
	ctx := testutil.DefaultContextWithKeys(map[string]*storetypes.KVStoreKey{log.Name(): log, subtrees.Name(): subtrees}, nil, nil)
	f := &fixture{ctx: ctx.WithBlockHeight(first), k: keeper.NewKeeper(runtime.NewKVStoreService(log), runtime.NewKVStoreService(subtrees))}
	f.query = keeper.NewQueryServer(f.k, f)
	require.NoError(t, f.k.InitGenesis(f.ctx, gs))
	return f
}

func hashOf(height int64) []byte {
	hash := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(height)))
	return hash[:]
}

// Headers implements types.Node.
func (f *fixture) Headers(_ context.Context, from int64, count int) (list [][]byte, err error) {
	if from < f.from {
		return nil, errors.New("pruned")
	}
	f.asked += count
	for i := range int64(count) {
		list = append(list, hashOf(from+i))
	}
	return list, nil
}

// blocks runs so many, up to a height.
func (f *fixture) blocks(t testing.TB, from, to int64) {
	t.Helper()
	for height := from; height <= to; height++ {
		require.NoError(t, f.k.PreBlock(f.ctx.WithBlockHeight(height).WithHeaderHash(hashOf(height))))
	}
}

// binds says whether the log of a size binds the header of a height by the node's answer.
func (f *fixture) binds(t testing.TB, height int64, size uint64, want rfc6962.Frontier, first int64) {
	t.Helper()
	res, err := f.query.Path(f.ctx, &types.QueryPathRequest{Height: height, TreeSize: size})
	require.NoError(t, err)
	path, err := types.ParseHashes(res.Path)
	require.NoError(t, err)
	require.Equal(t, hex.EncodeToString(hashOf(height)), res.Hash)
	require.EqualValues(t, height-first, res.Index)
	require.NoError(t, want.Verify(rfc6962.Leaf(hashOf(height)), res.Index, path))
}

// Whatever the log's size, a path binds each header, read from the node's headers and from rows.
func TestEveryHeaderIsBound(t *testing.T) {
	const first, last = 7, 5200
	f := newFixture(t, types.GenesisState{}, first)
	f.blocks(t, first, last)
	require.NoError(t, f.k.CheckInvariants(f.ctx))
	var logs []rfc6962.Frontier
	var log rfc6962.Frontier
	for height := int64(first); height <= last; height++ {
		log, _ = log.Append(rfc6962.Leaf(hashOf(height)))
		logs = append(logs, log)
	}
	now, err := f.k.Read(f.ctx)
	require.NoError(t, err)
	require.Equal(t, types.Log{First: first, Frontier: log}, now)
	rapid.Check(t, func(rt *rapid.T) {
		size := rapid.Uint64Range(1, uint64(len(logs))).Draw(rt, "size")
		height := first + rapid.Int64Range(0, int64(size)-1).Draw(rt, "index")
		f.asked = 0
		f.binds(t, height, size, logs[size-1], first)
		require.LessOrEqual(t, f.asked, 1<<types.RowLevel)
	})
	for _, height := range []int64{first, last} {
		f.binds(t, height, 0, log, first)
	}
}

// A path that was had before is made longer by rows alone, when no block is left.
func TestAPathIsMadeLonger(t *testing.T) {
	f := newFixture(t, types.GenesisState{}, 1)
	f.blocks(t, 1, 1024)
	old, err := f.query.Path(f.ctx, &types.QueryPathRequest{Height: 700})
	require.NoError(t, err)
	f.blocks(t, 1025, 5000)
	f.from = 4000
	_, err = f.query.Path(f.ctx, &types.QueryPathRequest{Height: 700})
	require.Equal(t, codes.FailedPrecondition, status.Code(err))
	require.ErrorContains(t, err, "heights 1 to 1024: pruned")
	more, err := f.query.Path(f.ctx, &types.QueryPathRequest{Height: 700, FromLevel: old.Level})
	require.NoError(t, err)
	require.Empty(t, more.Hash)
	path, err := types.ParseHashes(append(old.Path, more.Path...))
	require.NoError(t, err)
	now, err := f.k.Read(f.ctx)
	require.NoError(t, err)
	require.NoError(t, now.Verify(rfc6962.Leaf(hashOf(700)), 699, path))

	for request, words := range map[types.QueryPathRequest]string{
		{Height: 0}: "heights 1 to 5000", {Height: 5001}: "heights 1 to 5000, not 5001", {Height: 5, TreeSize: 5001}: "5000 headers, not 5001 yet",
		{Height: 1, FromLevel: 13}: "level 12, not 13", {Height: 1, FromLevel: 1000}: "levels up to 63",
	} {
		_, err := f.query.Path(f.ctx, &request)
		require.ErrorContains(t, err, words)
	}
}

// An exported log goes on, and begins nowhere else.
func TestALogGoesOnAfterAnExport(t *testing.T) {
	f := newFixture(t, types.GenesisState{}, 1)
	f.blocks(t, 1, 1500)
	gs, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NoError(t, gs.Validate())
	again := newFixture(t, *gs, 1501)
	again.blocks(t, 1501, 3000)
	f.blocks(t, 1501, 3000)
	one, err := f.k.Read(f.ctx)
	require.NoError(t, err)
	other, err := again.k.Read(again.ctx)
	require.NoError(t, err)
	require.Equal(t, one, other)
	require.NoError(t, again.k.CheckInvariants(again.ctx))
	_, err = again.query.Path(again.ctx, &types.QueryPathRequest{Height: 5, FromLevel: types.RowLevel})
	require.NoError(t, err, "in a log of 3000 the second 1,024 are the last row that leads on, which this chain completed")
	_, err = again.query.Path(again.ctx, &types.QueryPathRequest{Height: 1100, FromLevel: types.RowLevel})
	require.ErrorContains(t, err, "began after height 1100")

	require.ErrorContains(t, f.k.InitGenesis(f.ctx.WithBlockHeight(1), *gs), "ends at height 1500, and initial_height is 1")
	require.NoError(t, f.k.Reset(f.ctx))
	f.blocks(t, 9, 12)
	require.NoError(t, f.k.CheckInvariants(f.ctx))
}

// A block without its hash, or of another height, is not appended.
func TestABlockThatBreaksTheLog(t *testing.T) {
	f := newFixture(t, types.GenesisState{}, 1)
	f.blocks(t, 1, 3)
	require.ErrorContains(t, f.k.PreBlock(f.ctx.WithBlockHeight(4)), "hash of 0 bytes")
	require.ErrorContains(t, f.k.PreBlock(f.ctx.WithBlockHeight(5).WithHeaderHash(hashOf(5))), "goes on at height 4, not 5")
}

// What cannot have come about is refused.
func TestBrokenGenesis(t *testing.T) {
	peak := rfc6962.Leaf(hashOf(1)).String()
	for words, gs := range map[string]types.GenesisState{
		"begin at height 0":        {TreeSize: 1, Peaks: []string{peak}},
		"0 headers can't begin":    {FirstHeight: 5},
		"3 entries make 2 peaks":   {FirstHeight: 1, TreeSize: 3, Peaks: []string{peak}},
		"is no hash":               {FirstHeight: 1, TreeSize: 1, Peaks: []string{"AB" + peak[2:]}},
		"18446744073709551615":     {FirstHeight: 1, TreeSize: 1<<64 - 1, Peaks: make64(peak)},
		"can't begin at height -1": {FirstHeight: -1, TreeSize: 1, Peaks: []string{peak}},
	} {
		require.ErrorIs(t, gs.Validate(), types.ErrInvalidGenesis, words)
		require.ErrorContains(t, gs.Validate(), words)
	}
}

func make64(peak string) (list []string) {
	for range 64 {
		list = append(list, peak)
	}
	return list
}

// Rows that do not follow from each other are found.
func TestBrokenRows(t *testing.T) {
	for name, broken := range map[string]func(f *fixture) error{
		"a row of another root": func(f *fixture) error {
			return f.k.Subtrees.Set(f.ctx, pair(11, 0), rfc6962.Hash{1})
		},
		"a row of headers to come": func(f *fixture) error {
			return f.k.Subtrees.Set(f.ctx, pair(10, 9), rfc6962.Hash{1})
		},
		"a row of a level below": func(f *fixture) error {
			return f.k.Subtrees.Set(f.ctx, pair(9, 0), rfc6962.Hash{1})
		},
	} {
		f := newFixture(t, types.GenesisState{}, 1)
		f.blocks(t, 1, 3000)
		require.NoError(t, f.k.CheckInvariants(f.ctx))
		require.NoError(t, broken(f))
		require.Error(t, f.k.CheckInvariants(f.ctx), name)
	}
}

// A log reads from its row as it was written, and from nothing else.
func FuzzRow(f *testing.F) {
	f.Add(make([]byte, 16))
	f.Add(append(binary.BigEndian.AppendUint64(make([]byte, 7, 48), 0x0100000000000000|1), make([]byte, 33)...))
	f.Fuzz(func(t *testing.T, row []byte) {
		l, err := types.LogValue.Decode(row)
		if err != nil {
			return
		}
		again, err := types.LogValue.Encode(l)
		require.NoError(t, err)
		require.Equal(t, row, again)
	})
}

func BenchmarkPreBlock(b *testing.B) {
	f := newFixture(b, types.GenesisState{}, 1)
	height := int64(0)
	for b.Loop() {
		height++
		if err := f.k.PreBlock(f.ctx.WithBlockHeight(height).WithHeaderHash(hashOf(1))); err != nil {
			b.Fatal(err)
		}
	}
}

func pair(level, index uint64) collections.Pair[uint64, uint64] {
	return collections.Join(level, index)
}
