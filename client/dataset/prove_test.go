package dataset

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/headers/rfc6962"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	"github.com/stemma-chain/stemma/x/registry/sumtree"
)

// Every item and every contributor is proved, and no other; the intervals of the contributors are the whole.
func TestWhatIsInAManifestIsProved(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
		n := rapid.SampledFrom([]int{1, 3, blockRows, blockRows + 1, 3*blockRows - 1, 3*blockRows + 7}).Draw(t, "items")
		list := drawn(rng, n, rapid.SampledFrom([]int{1, 20, n, 3 * n}).Draw(t, "contributors"))
		for i := range list { // more contributors than the ids that begin alike
			list[i].ID = slices.Clone(list[i].ID)
			list[i].ID[1], list[i].ID[2] = byte(rng.IntN(256)), byte(rng.IntN(256))
		}
		raw := written(t, list)
		var out bytes.Buffer
		built, err := Build(t.Context(), bytes.NewReader(raw), &out, Options{Dir: dir})
		require.NoError(t, err)
		want, contributors := plain(t, list)
		require.Equal(t, want, built.Manifest)
		require.Equal(t, contributors, out.Bytes())
		rows := bytes.NewReader(raw)
		for _, i := range []int{0, n / 2, n - 1, rng.IntN(n), rng.IntN(n)} {
			p, err := built.Item(rows, uint64(i))
			require.NoError(t, err)
			item, err := p.Verify(built.Manifest)
			require.NoError(t, err)
			require.Equal(t, list[i], item)
			forged := p
			forged.Row = slices.Clone(p.Row)
			forged.Row[5] ^= 1
			_, err = forged.Verify(built.Manifest)
			require.ErrorIs(t, err, rfc6962.ErrNotProved)

			file := bytes.NewReader(out.Bytes())
			c, err := built.Contributor(file, item.Contributor)
			require.NoError(t, err)
			interval, err := c.Verify(built.Manifest)
			require.NoError(t, err)
			require.Equal(t, c.Weight, interval.Weight())
			c.Weight++
			_, err = c.Verify(built.Manifest)
			require.ErrorIs(t, err, sumtree.ErrProof)
			stranger := manifest.Contributor{Kind: item.Kind, ID: slices.Clone(item.ID)}
			stranger.ID[3] ^= 0xff
			_, err = built.Contributor(file, stranger)
			require.ErrorIs(t, err, ErrNotInManifest)
		}
		_, err = built.Item(rows, uint64(n))
		require.ErrorIs(t, err, ErrNotInManifest)
		raw[built.Blocks[len(built.Blocks)-1].Offset+3] ^= 1
		_, err = built.Item(rows, uint64(n-1))
		require.ErrorContains(t, err, "build anew")
	})
}
