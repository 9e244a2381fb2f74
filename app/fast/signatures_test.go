package fast

import (
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatIsKnownIsBounded(t *testing.T) {
	k := newKnown(10)
	hash := func(i int) [sha256.Size]byte { return sha256.Sum256(binary.AppendVarint(nil, int64(i))) }
	for i := range 1000 {
		require.False(t, k.has(hash(i)))
		k.add(hash(i))
		k.add(hash(i))
		for last := max(0, i-9); last <= i; last++ {
			require.True(t, k.has(hash(last)), "the last ten are always known")
		}
		require.LessOrEqual(t, len(k.newer)+len(k.old), 20)
	}
	require.False(t, k.has(hash(0)))
}
