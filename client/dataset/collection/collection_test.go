package collection_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/client/dataset/collection"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Members come, go and get other weights as in a plain list, and what is written is read again.
func TestMembersAreAsInAPlainList(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m")
	rapid.Check(t, func(t *rapid.T) {
		all := &collection.Collection{}
		var plain []collection.Member
		at := func(work registrytypes.WorkID) int {
			for i, m := range plain {
				if m.Work == work {
					return i
				}
			}
			return -1
		}
		for range rapid.IntRange(1, 40).Draw(t, "changes") {
			work := registrytypes.WorkID{byte(1 + rapid.IntRange(0, 9).Draw(t, "work"))}
			weight := uint64(rapid.IntRange(1, 5).Draw(t, "weight"))
			place := at(work)
			require.Equal(t, place >= 0, all.Has(work))
			switch rapid.IntRange(0, 2).Draw(t, "change") {
			case 0:
				m := collection.Member{Work: work, Sha256: registrytypes.Digest{work[0]}, Weight: weight}
				if err := all.Add(m); place >= 0 {
					require.ErrorIs(t, err, collection.ErrTwice)
					continue
				}
				plain = append(plain, m)
			case 1:
				if err := all.Remove(work); place < 0 {
					require.ErrorIs(t, err, collection.ErrNoMember)
					continue
				}
				plain = append(plain[:place:place], plain[place+1:]...)
			default:
				if err := all.Reweigh(work, weight); place < 0 {
					require.ErrorIs(t, err, collection.ErrNoMember)
					continue
				}
				plain[place].Weight = weight
			}
		}
		if len(plain) == 0 {
			return
		}
		require.Equal(t, plain, all.Members)
		raw, err := all.Append(nil)
		require.NoError(t, err)
		read, err := collection.Read(t.Context(), opened(t, path, raw))
		require.NoError(t, err)
		require.Equal(t, plain, read.Members)
	})
}

func opened(t require.TestingT, path string, raw []byte) *dataset.Opened {
	_ = os.Remove(dataset.IndexOf(path))
	_ = os.Remove(dataset.ContributorsOf(path))
	require.NoError(t, os.WriteFile(path, raw, 0o600))
	_, err := dataset.Make(context.Background(), nil, path, dataset.MakeOptions{})
	require.NoError(t, err)
	o, err := dataset.Open(path)
	require.NoError(t, err)
	return o
}

// A dataset is no collection: its items are of accounts, or several of one work.
func TestADatasetIsNoCollection(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m")
	account := manifest.Contributor{Kind: manifest.Account, ID: make([]byte, 20)}
	work := manifest.Contributor{Kind: manifest.Work, ID: make([]byte, 20)}
	for _, items := range [][]manifest.Item{
		{{Contributor: account, Weight: 1}},
		{{Contributor: work, Weight: 1}, {Sha256: [32]byte{1}, Contributor: work, Weight: 1}},
		{{Contributor: work, Weight: 1, Time: 7}},
	} {
		raw := []byte(dataset.Magic)
		for _, i := range items {
			var err error
			raw, err = i.Append(raw)
			require.NoError(t, err)
		}
		_, err := collection.Read(t.Context(), opened(t, path, raw))
		require.ErrorIs(t, err, collection.ErrNotCollection)
	}
}
