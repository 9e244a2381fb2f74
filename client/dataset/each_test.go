package dataset

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/registry/manifest"
)

// All contributors are proved in their order, each as it is by itself, and their intervals are the whole.
func TestAllContributorsAreProvedTogether(t *testing.T) {
	for _, n := range []int{1, 2, blockRows, blockRows + 1, 3*blockRows + 7} {
		rng := rand.New(rand.NewPCG(uint64(n), 3))
		list := drawn(rng, n, n)
		for i := range list {
			list[i].ID = slices.Clone(list[i].ID)
			list[i].ID[1], list[i].ID[2] = byte(rng.IntN(256)), byte(rng.IntN(256))
		}
		var out bytes.Buffer
		built, err := Build(t.Context(), bytes.NewReader(written(t, list)), &out, Options{Dir: t.TempDir()})
		require.NoError(t, err)
		file := bytes.NewReader(out.Bytes())
		at, index := uint64(0), uint64(0)
		require.NoError(t, built.EachContributor(file, func(p ContributorProof) error {
			part, err := p.Verify(built.Manifest)
			require.NoError(t, err)
			require.Equal(t, index, p.Index)
			require.Equal(t, at, part.Start)
			at, index = at+part.Weight(), index+1
			if index%997 == 1 {
				one, err := built.Contributor(file, p.Contributor)
				require.NoError(t, err)
				require.Equal(t, one, p)
			}
			return nil
		}))
		require.Equal(t, built.Manifest.Contributors.Leaves, index)
		require.Equal(t, built.Manifest.Contributors.Sum, at)

		other := bytes.Clone(out.Bytes())
		other[len(other)-1] ^= 1
		last := ContributorProof{}
		err = built.EachContributor(bytes.NewReader(other), func(p ContributorProof) error { last = p; return nil })
		if err == nil {
			_, err = last.Verify(built.Manifest)
		}
		require.Error(t, err, "a contributor that was changed is not proved")
	}
}

// What was written anew behind or in front is noticed; what reads all of it is Make.
func TestAManifestThatWasWrittenAnewIsStale(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m")
	list := drawn(rand.New(rand.NewPCG(1, 4)), 50, 5)
	write := func(list []manifest.Item) { require.NoError(t, os.WriteFile(path, written(t, list), 0o600)) }
	write(list)
	_, err := Make(t.Context(), nil, path, MakeOptions{})
	require.NoError(t, err)
	check := func() error {
		opened, err := Open(path)
		require.NoError(t, err)
		defer opened.Close()
		return opened.CheckBuilt()
	}
	require.NoError(t, check())
	for _, changed := range [][]manifest.Item{list[:49], append(slices.Clone(list), list[0]), append(slices.Clone(list[1:]), list[0])} {
		write(changed)
		require.ErrorIs(t, check(), ErrStale)
	}
	write(list)
	require.NoError(t, check())
}
