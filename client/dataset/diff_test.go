package dataset

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/registry/manifest"
)

// rowsByItem are the rows of each content and contributor, sorted.
func rowsByItem(t require.TestingT, list []manifest.Item) map[string][]string {
	rows := map[string][]string{}
	for _, item := range list {
		row, err := item.Append(nil)
		require.NoError(t, err)
		key := string(item.Sha256[:]) + ContributorText(item.Contributor)
		rows[key] = append(rows[key], string(row))
	}
	for _, list := range rows {
		slices.Sort(list)
	}
	return rows
}

// without are the rows that another list lacks, each as often as it does.
func without(list, other []string) (rest []string) {
	other = slices.Clone(other)
	for _, row := range list {
		if i := slices.Index(other, row); i >= 0 {
			other = slices.Delete(other, i, i+1)
		} else {
			rest = append(rest, row)
		}
	}
	return rest
}

// Whatever two manifests have, and however often: what differs is what a comparison of all rows in memory finds.
func TestWhatDiffersIsFound(t *testing.T) {
	before := mostCompared
	defer func() { mostCompared = before }()
	dir, work, made := t.TempDir(), t.TempDir(), 0
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 4))
		mostCompared = rapid.SampledFrom([]int64{1, 500, 1 << 20}).Draw(t, "compared")
		draw := func() []manifest.Item {
			list := drawn(rng, 1+rng.IntN(150), 4)
			for i := range list { // few contents, which begin alike
				list[i].Sha256 = [32]byte{1, byte(rng.IntN(2)), byte(rng.IntN(20))}
				list[i].Time = int64(rng.IntN(2))
				list[i].ID = slices.Clone(list[i].ID)
				clear(list[i].ID)
				list[i].ID[0] = byte(1 + rng.IntN(3))
			}
			return list
		}
		lists := [2][]manifest.Item{draw(), draw()}
		if rng.IntN(2) == 0 {
			lists[1] = slices.Concat(lists[0][rng.IntN(len(lists[0])):], lists[1][:min(rng.IntN(3), len(lists[1]))])
			if len(lists[1]) == 0 {
				lists[1] = lists[0]
			}
		}
		var opened [2]*Opened
		for i, list := range lists {
			made++
			path := filepath.Join(dir, strconv.Itoa(made))
			raw := written(t, list)
			var out bytes.Buffer // as Make has it, which waits for the disk
			built, err := Build(t.Context(), bytes.NewReader(raw), &out, Options{Dir: work})
			require.NoError(t, err)
			for name, content := range map[string][]byte{path: raw, ContributorsOf(path): out.Bytes(), IndexOf(path): built.Append(nil)} {
				require.NoError(t, os.WriteFile(name, content, 0o600))
			}
			opened[i], err = Open(path)
			require.NoError(t, err)
			defer opened[i].Close()
		}
		var want Difference
		rows := [2]map[string][]string{rowsByItem(t, lists[0]), rowsByItem(t, lists[1])}
		all := map[string]bool{}
		for _, of := range rows {
			for key := range of {
				all[key] = true
			}
		}
		for key := range all {
			gone, come := without(rows[0][key], rows[1][key]), without(rows[1][key], rows[0][key])
			changed := min(len(gone), len(come))
			want.Same += uint64(len(rows[0][key]) - len(gone))
			want.Changed += uint64(changed)
			want.Removed += uint64(len(gone) - changed)
			want.Added += uint64(len(come) - changed)
		}
		var told Difference
		weights := [2]map[string]uint64{{}, {}}
		for i, list := range lists {
			for _, item := range list {
				weights[i][ContributorText(item.Contributor)] += item.Weight
			}
		}
		d, err := Diff(t.Context(), opened[0], opened[1], work, func(c Change) error {
			switch {
			case c.Old == nil:
				told.Added++
			case c.New == nil:
				told.Removed++
			default:
				told.Changed++
				require.Equal(t, c.Old.Sha256, c.New.Sha256)
				require.Equal(t, c.Old.Contributor, c.New.Contributor)
				require.NotEqual(t, c.Old, c.New)
			}
			return nil
		}, func(who manifest.Contributor, was, is uint64) error {
			require.NotEqual(t, was, is)
			require.Equal(t, weights[0][ContributorText(who)], was)
			require.Equal(t, weights[1][ContributorText(who)], is)
			return nil
		})
		require.NoError(t, err)
		if mostCompared < 1<<20 { // what is changed may be told as removed and added
			require.LessOrEqual(t, d.Changed, want.Changed)
			more := want.Changed - d.Changed
			want.Changed, want.Removed, want.Added = d.Changed, want.Removed+more, want.Added+more
		}
		told.Same = want.Same
		told.Contributors, want.Contributors = d.Contributors, d.Contributors
		require.Equal(t, want, d)
		require.Equal(t, want, told)
		c := d.Contributors
		stay := uint64(0)
		for who := range weights[0] {
			if weights[1][who] > 0 {
				stay++
			}
		}
		require.Equal(t, uint64(len(weights[0])), stay+c.Left)
		require.Equal(t, uint64(len(weights[1])), stay+c.Came)
		require.LessOrEqual(t, c.Heavier+c.Lighter, stay)
		require.LessOrEqual(t, c.LargerPart+c.SmallerPart, stay)
		left, err := os.ReadDir(work)
		require.NoError(t, err)
		require.Empty(t, left)
	})
}

// Parts are compared as fractions, without rounding.
func TestPartsAreComparedExactly(t *testing.T) {
	for _, c := range []struct {
		was, is, whole, newWhole uint64
		want                     ContributorsDifference
	}{
		{0, 5, 10, 15, ContributorsDifference{Came: 1}},
		{5, 0, 15, 10, ContributorsDifference{Left: 1}},
		{5, 5, 10, 10, ContributorsDifference{}},
		{5, 10, 10, 20, ContributorsDifference{Heavier: 1}},
		{5, 5, 10, 11, ContributorsDifference{SmallerPart: 1}},
		{5, 4, 10, 7, ContributorsDifference{Lighter: 1, LargerPart: 1}},
		{1<<63 - 1, 1<<63 - 2, 1<<64 - 1, 1<<64 - 3, ContributorsDifference{Lighter: 1, SmallerPart: 1}},
	} {
		var d ContributorsDifference
		d.count(c.was, c.is, c.whole, c.newWhole)
		require.Equal(t, c.want, d, c)
	}
}

// A proof's file has all of the proof, and no other file is one.
func TestProofsAreHandedOn(t *testing.T) {
	list := drawn(rand.New(rand.NewPCG(1, 1)), 2*blockRows+5, 300)
	path := filepath.Join(t.TempDir(), "m")
	require.NoError(t, os.WriteFile(path, written(t, list), 0o600))
	_, err := Make(t.Context(), nil, path, MakeOptions{})
	require.NoError(t, err)
	opened, err := Open(path)
	require.NoError(t, err)
	defer opened.Close()
	item, err := opened.ProveItem(4097)
	require.NoError(t, err)
	contributor, err := opened.ProveContributor(list[3].Contributor)
	require.NoError(t, err)
	for _, p := range []Proof{{Manifest: opened.Manifest, Item: &item}, {Manifest: opened.Manifest, Contributor: &contributor}} {
		raw, err := json.Marshal(p)
		require.NoError(t, err)
		require.Less(t, len(raw), MaxProof/8)
		again, err := ReadProof(raw)
		require.NoError(t, err)
		require.Equal(t, p, again)
		// Whatever one byte is turned to: it is refused, or proves the same, or nothing.
		for i := range raw {
			bad := bytes.Clone(raw)
			bad[i] ^= 1 << (i % 7)
			q, err := ReadProof(bad)
			if err != nil {
				require.ErrorIs(t, err, ErrNoProof)
				continue
			}
			if q.Item != nil {
				_, err = q.Item.Verify(opened.Manifest)
			} else {
				_, err = q.Contributor.Verify(opened.Manifest)
			}
			if err == nil && q.Manifest.Digest() == opened.Manifest.Digest() {
				require.Equal(t, p, q)
			}
		}
		for _, bad := range []string{
			"", "{}", "null", "[]", string(raw) + "{}", string(raw[:len(raw)-1]),
			string(bytes.Replace(raw, []byte("proof/1"), []byte("proof/2"), 1)),
			string(bytes.Replace(raw, []byte(`"index"`), []byte(`"more":1,"index"`), 1)),
			string(bytes.Replace(raw, []byte(`"weight":"`), []byte(`"weight":"0`), 1)),
			string(bytes.Replace(raw, []byte(`"items_root":"`), []byte(`"items_root":"00`), 1)),
		} {
			_, err := ReadProof([]byte(bad))
			require.ErrorIs(t, err, ErrNoProof, bad)
		}
	}
	// An index is whole or none.
	index, err := os.ReadFile(IndexOf(path))
	require.NoError(t, err)
	for i := range index {
		bad := bytes.Clone(index)
		bad[i] ^= 1
		_, err := ReadIndex(bad)
		require.ErrorIs(t, err, ErrNoIndex)
		_, err = ReadIndex(index[:i])
		require.ErrorIs(t, err, ErrNoIndex)
	}
}
