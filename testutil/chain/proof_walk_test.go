package chain_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/proof/gather"
	"github.com/stemma-chain/stemma/client/proof/replay"
	"github.com/stemma-chain/stemma/client/proof/stores"
	"github.com/stemma-chain/stemma/testutil/chain"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// The first and the last row of any range, asked of a node row by row, are those of a walk over all; and the proof of what was asked tells
// the same, with nothing needless.
func TestRangesOverANodeAreTheStores(t *testing.T) {
	s := tell(t, validators(1))
	state := gather.NewState(context.Background(), chain.Node{Chain: s.Chain}, s.Height()-1)
	all, err := state.Rows(registrytypes.StoreKey)
	require.NoError(t, err)
	var keys [][]byte
	for start := []byte{0}; ; {
		row, present, err := all.First(start, nil)
		require.NoError(t, err)
		if !present {
			break
		}
		keys = append(keys, row.Key)
		start = append(append([]byte{}, row.Key...), 0)
	}
	require.Greater(t, len(keys), 10)

	draw := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		asked := gather.NewState(context.Background(), chain.Node{Chain: s.Chain}, s.Height()-1)
		start, end := bound(draw, keys), bound(draw, keys)
		switch {
		case draw.IntN(8) == 0:
			end = nil
		case string(start) >= string(end):
			continue
		}
		node, err := asked.Rows(registrytypes.StoreKey)
		require.NoError(t, err)
		back := draw.IntN(2) == 0
		want := within(keys, start, end, back)
		requireEnd(t, node, start, end, back, want)

		raw, err := asked.Proof()
		require.NoError(t, err)
		p, err := stores.Read(raw)
		require.NoError(t, err)
		proven, err := p.Rows(registrytypes.StoreKey)
		require.NoError(t, err)
		requireEnd(t, proven, start, end, back, want)
		require.NoError(t, p.Done(), "from %x to %x, back %t", start, end, back)
	}
}

// bound is a key, one right behind, before or below one, or any.
func bound(draw *rand.Rand, keys [][]byte) []byte {
	key := append([]byte{}, keys[draw.IntN(len(keys))]...)
	switch draw.IntN(5) {
	case 0:
		return append(key, 0)
	case 1:
		key[len(key)-1]--
	case 2:
		return key[:1+draw.IntN(len(key))]
	case 3:
		return []byte{byte(draw.IntN(12)), byte(draw.Uint32())}
	}
	return key
}

// within is the first key of a range, or the last; none: nil.
func within(keys [][]byte, start, end []byte, back bool) (found []byte) {
	for _, key := range keys {
		if string(key) < string(start) || end != nil && string(key) >= string(end) {
			continue
		}
		if found == nil || back {
			found = key
		}
	}
	return found
}

func requireEnd(t *testing.T, rows replay.Rows, start, end []byte, back bool, want []byte) {
	ask := rows.First
	if back {
		ask = rows.Last
	}
	row, present, err := ask(start, end)
	require.NoError(t, err)
	require.Equal(t, want != nil, present, "from %x to %x, back %t", start, end, back)
	if present {
		require.Equal(t, want, row.Key)
	}
}
