package manifest_test

import (
	"bytes"
	"crypto/sha256"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/headers/rfc6962"
	. "github.com/stemma-chain/stemma/x/registry/manifest"
	"github.com/stemma-chain/stemma/x/registry/sumtree"
)

func sized(size int) *rapid.Generator[[]byte] { return rapid.SliceOfN(rapid.Byte(), size, size) }

func items() *rapid.Generator[Item] {
	return rapid.Custom(func(t *rapid.T) Item {
		item := Item{Sha256: [32]byte(sized(32).Draw(t, "sha256")), Weight: rapid.Uint64Range(1, math.MaxUint64).Draw(t, "weight")}
		size := 20
		if item.Kind = rapid.SampledFrom([]Kind{Account, Work}).Draw(t, "kind"); item.Kind == Account {
			size = rapid.SampledFrom([]int{20, 32}).Draw(t, "size")
		}
		item.ID = sized(size).Draw(t, "id")
		if rapid.Bool().Draw(t, "light") {
			item.Weight = 1
		}
		if rapid.Bool().Draw(t, "terms") {
			item.Terms = [32]byte(sized(32).Draw(t, "id of terms"))
		}
		if rapid.Bool().Draw(t, "consent") {
			item.Consent = [32]byte(sized(32).Draw(t, "digest of consent"))
		}
		if rapid.Bool().Draw(t, "dated") {
			item.Time = rapid.Int64Range(0, math.MaxInt64).Draw(t, "time")
		}
		return item
	})
}

// A row is read as what was written, and its first byte says how long it is.
func TestRowsAreRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		item, before := items().Draw(t, "item"), []byte("before")
		raw, err := item.Append(before)
		require.NoError(t, err)
		row := bytes.TrimPrefix(raw, before)
		require.LessOrEqual(t, len(row), MaxRow)
		size, err := RowSize(row[0])
		require.NoError(t, err)
		require.Len(t, row, size)
		read, err := ReadItem(row)
		require.NoError(t, err)
		require.Equal(t, item, read)
		for _, other := range [][]byte{row[:len(row)-1], append(slices.Clone(row), 0)} {
			_, err := ReadItem(other)
			require.ErrorIs(t, err, ErrRow)
		}
	})
}

// What is read as an item is written as the same bytes: no two rows are one item.
func TestThereIsOneRowOfAnItem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		flags := rapid.Byte().Draw(t, "flags")
		size, err := RowSize(flags)
		if err != nil {
			_, err := ReadItem(append([]byte{flags}, make([]byte, MaxRow)...))
			require.ErrorIs(t, err, ErrRow)
			return
		}
		row := append([]byte{flags}, rapid.SliceOfN(rapid.SampledFrom([]byte{0, 0, 1, 255}), size-1, size-1).Draw(t, "row")...)
		item, err := ReadItem(row)
		if err != nil {
			require.ErrorIs(t, err, ErrRow)
			return
		}
		again, err := item.Append(nil)
		require.NoError(t, err)
		require.Equal(t, row, again)
	})
}

// A row as docs/datasets.md has it, byte by byte.
func TestARowByteByByte(t *testing.T) {
	item := Item{
		Sha256: [32]byte(bytes.Repeat([]byte{0xaa}, 32)), Contributor: Contributor{Work, bytes.Repeat([]byte{0xbb}, 20)}, Weight: 258,
		Terms: [32]byte(bytes.Repeat([]byte{0xcc}, 32)), Consent: [32]byte(bytes.Repeat([]byte{0xdd}, 32)), Time: 1,
	}
	row, err := item.Append(nil)
	require.NoError(t, err)
	require.Equal(t, slices.Concat([]byte{0b111101}, item.Sha256[:], item.ID, []byte{0, 0, 0, 0, 0, 0, 1, 2}, item.Terms[:], item.Consent[:],
		[]byte{0, 0, 0, 0, 0, 0, 0, 1}), row)
	plain := Item{Sha256: item.Sha256, Contributor: Contributor{Account, bytes.Repeat([]byte{0xbb}, 32)}, Weight: 1}
	row, err = plain.Append(nil)
	require.NoError(t, err)
	require.Equal(t, slices.Concat([]byte{0b10}, item.Sha256[:], plain.ID), row)
}

func TestWhatIsNoRow(t *testing.T) {
	id := make([]byte, 20)
	for _, item := range []Item{
		{Contributor: Contributor{Account, id}},
		{Contributor: Contributor{Account, id}, Weight: 1, Time: -1},
		{Contributor: Contributor{Work, make([]byte, 32)}, Weight: 1},
		{Contributor: Contributor{Account, make([]byte, 21)}, Weight: 1},
		{Contributor: Contributor{0, id}, Weight: 1},
		{Contributor: Contributor{3, id}, Weight: 1},
		{Weight: 1},
	} {
		_, err := item.Append(nil)
		require.ErrorIs(t, err, ErrRow)
	}
	_, err := ReadItem(nil)
	require.ErrorIs(t, err, ErrRow)
	for _, flags := range []byte{0b11, 1 << 6, 1 << 7, 0xff} {
		size, err := RowSize(flags)
		require.ErrorIs(t, err, ErrRow)
		require.Zero(t, size)
		_, err = ReadItem([]byte{flags})
		require.ErrorIs(t, err, ErrRow)
		_, err = ReadItem(nil)
		require.ErrorIs(t, err, ErrRow)
	}
	size, err := RowSize(0b111110)
	require.NoError(t, err)
	require.Equal(t, MaxRow, size)
}

// What can be left out is left out, and a time is one that a signed number has.
func TestARowWithPartsThatSayNothing(t *testing.T) {
	row := func(flag byte, part ...byte) []byte {
		return append(append([]byte{flag}, make([]byte, 52)...), part...)
	}
	last := func(length int, end byte) []byte { return append(make([]byte, length-1), end) }
	for _, refused := range [][]byte{
		row(1<<2, last(8, 0)...), row(1<<2, last(8, 1)...), row(1<<3, last(32, 0)...), row(1<<4, last(32, 0)...), row(1<<5, last(8, 0)...),
		row(1<<5, 0x80, 0, 0, 0, 0, 0, 0, 0),
	} {
		_, err := ReadItem(refused)
		require.ErrorIs(t, err, ErrRow)
	}
	for _, read := range [][]byte{
		row(1<<2, last(8, 2)...), row(1<<3, last(32, 1)...), row(1<<4, last(32, 1)...), row(1<<5, last(8, 1)...),
		row(1<<5, 0x7f, 255, 255, 255, 255, 255, 255, 255),
	} {
		_, err := ReadItem(read)
		require.NoError(t, err)
	}
}

// Every part of a manifest is in its digest.
func TestADigestHasAll(t *testing.T) {
	m := Manifest{
		Items: [32]byte{1}, ItemCount: 7, Contributors: sumtree.Root{Node: sumtree.Node{Sum: 9, Hash: [32]byte{2}}, Leaves: 3},
	}
	require.NoError(t, m.Validate())
	zero := make([]byte, 7)
	require.Equal(t, sha256.Sum256(slices.Concat([]byte("stemma/manifest/v1"), m.Items[:], m.Contributors.Hash[:], zero, []byte{7}, zero,
		[]byte{3}, zero, []byte{9})), m.Digest())
	seen := map[[32]byte]bool{m.Digest(): true}
	for _, change := range []func(*Manifest){
		func(m *Manifest) { m.Items[31]++ }, func(m *Manifest) { m.ItemCount++ }, func(m *Manifest) { m.Contributors.Hash[31]++ },
		func(m *Manifest) { m.Contributors.Sum++ }, func(m *Manifest) { m.Contributors.Leaves++ },
	} {
		other := m
		change(&other)
		require.False(t, seen[other.Digest()])
		seen[other.Digest()] = true
	}
}

func TestNumbersOfAManifestFitEachOther(t *testing.T) {
	of := func(items, contributors, weight uint64) Manifest {
		return Manifest{ItemCount: items, Contributors: sumtree.Root{Node: sumtree.Node{Sum: weight}, Leaves: contributors}}
	}
	for _, m := range []Manifest{of(1, 1, 1), of(3, 2, 3), of(3, 3, 9), of(1<<32, 1, 1<<32), of(1<<32, 1<<32, 1<<63)} {
		require.NoError(t, m.Validate())
	}
	for _, m := range []Manifest{of(2, 3, 3), of(3, 2, 2), of(1<<32+1, 1, 1<<40)} {
		require.ErrorIs(t, m.Validate(), ErrManifest)
	}
	for _, m := range []Manifest{of(0, 0, 0), of(1, 0, 1)} {
		require.ErrorIs(t, m.Validate(), sumtree.ErrTree)
	}
	leaf, err := Contributor{Work, make([]byte, 20)}.Leaf(5)
	require.NoError(t, err)
	want, err := sumtree.Leaf(2, make([]byte, 20), 5)
	require.NoError(t, err)
	require.Equal(t, want, leaf)
}

// A row is proved at its place in its manifest, and nothing else is.
func TestAManifestHasItsRows(t *testing.T) {
	rows := [][]byte{{1}, {2}, {3}, {4}, {5}}
	leaves := make([]rfc6962.Hash, len(rows))
	for i, row := range rows {
		leaves[i] = rfc6962.Leaf(row)
	}
	m := Manifest{Items: rfc6962.Root(leaves), ItemCount: uint64(len(rows))}
	for i, row := range rows {
		index := uint64(i)
		path, err := rfc6962.Path(index, m.ItemCount, func(first, count uint64) (rfc6962.Hash, error) {
			return rfc6962.Root(leaves[first:][:count]), nil
		})
		require.NoError(t, err)
		require.NoError(t, m.HasRow(row, index, path))
		require.ErrorIs(t, m.HasRow([]byte{9}, index, path), rfc6962.ErrNotProved)
		require.ErrorIs(t, m.HasRow(row, (index+1)%m.ItemCount, path), rfc6962.ErrNotProved)
		require.ErrorIs(t, m.HasRow(row, m.ItemCount, path), rfc6962.ErrNotInLog)
		require.ErrorIs(t, m.HasRow(row, index, path[1:]), rfc6962.ErrNotProved)
		require.ErrorIs(t, m.HasRow(row, index, append(path, rfc6962.Hash{})), rfc6962.ErrNotProved)
		other := m
		other.Items[31]++
		require.ErrorIs(t, other.HasRow(row, index, path), rfc6962.ErrNotProved)
	}
}
