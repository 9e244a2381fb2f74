package asset_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/client/c2pa/asset"
	"github.com/stemma-chain/stemma/testutil/data"
)

func open(t require.TestingT, content []byte) *asset.File {
	f, err := asset.Open(bytes.NewReader(content), int64(len(content)), "file")
	require.NoError(t, err)
	return f
}

// box is a JUMBF or BMFF box.
func box(kind string, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	return append(binary.BigEndian.AppendUint32(nil, uint32(8+len(body))), append([]byte(kind), body...)...)
}

// store is the outside of a manifest store of about a size.
func store(size int, seed uint64) []byte {
	id := append([]byte("c2pa"), 0, 0x11, 0, 0x10, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71)
	body := make([]byte, size)
	rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)}).Read(body)
	return box("jumb", box("jumd", id, []byte{3}, []byte("c2pa\x00")), box("free", body))
}

func TestPublicPhotographs(t *testing.T) {
	var files map[string]struct {
		State string `json:"validation_state"`
	}
	require.NoError(t, json.Unmarshal(data.Read(t, "c2pa/lineage.json"), &files))
	for name, said := range files {
		f := open(t, data.Read(t, "c2pa/"+name))
		require.Equal(t, asset.JPEG, f.Format())
		require.Equal(t, "image/jpeg", f.MediaType())
		manifests, err := f.Store()
		if said.State == "" {
			require.ErrorIs(t, err, asset.ErrNoStore)
			continue
		}
		require.NoError(t, err, name)
		require.Len(t, manifests, int(binary.BigEndian.Uint32(manifests)), name)
		require.Len(t, f.StoreRanges(), 1)
		hash, err := f.HashData("sha256", f.StoreRanges())
		require.NoError(t, err)
		require.Equal(t, said.State == "Valid", bytes.Contains(manifests, hash), name)
	}
}

func jpegSegment(marker byte, content ...[]byte) []byte {
	body := bytes.Join(content, nil)
	return append([]byte{0xFF, marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
}

// jpegParts are the APP11 segments of a store, each of at most a size.
func jpegParts(manifests []byte, en byte, size int) (parts [][]byte) {
	head, rest := manifests[:8], manifests[8:]
	for z := uint32(1); len(rest) > 0; z++ {
		n := min(size, len(rest))
		parts = append(parts, jpegSegment(0xEB, []byte{'J', 'P', 0, en}, binary.BigEndian.AppendUint32(nil, z), head, rest[:n]))
		rest = rest[n:]
	}
	return parts
}

var (
	jpegHead = append([]byte{0xFF, 0xD8}, jpegSegment(0xE0, []byte("JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"))...)
	jpegTail = append(jpegSegment(0xDA, []byte{1, 1, 0, 0, 63, 0}), 1, 2, 0xFF, 0, 3, 0xFF, 0xD0, 4, 0xFF, 0xFF, 0xD1, 5, 0xFF, 0xD9, 6, 7)
)

func TestPartsOfAJPEGAreReassembledInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		manifests := store(rapid.IntRange(0, 3000).Draw(t, "size"), 1)
		other := box("jumb", box("jumd", make([]byte, 16), []byte{3, 'x', 0}))
		parts := append(jpegParts(manifests, 7, rapid.IntRange(40, 1000).Draw(t, "part")), jpegParts(other, 2, 100)...)
		parts = rapid.Permutation(parts).Draw(t, "order")
		whole := bytes.Join([][]byte{jpegHead, bytes.Join(parts, nil), jpegTail}, nil)
		f := open(t, whole)
		got, err := f.Store()
		require.NoError(t, err)
		require.Equal(t, manifests, got)

		var stripped bytes.Buffer
		require.NoError(t, f.Strip(&stripped))
		require.Equal(t, bytes.Join([][]byte{jpegHead, jpegParts(other, 2, 100)[0], jpegTail}, nil), stripped.Bytes())
	})
}

func TestAJPEGWithSeveralStoresOrAPartMissing(t *testing.T) {
	in := func(parts ...[]byte) *asset.File {
		return open(t, bytes.Join([][]byte{jpegHead, bytes.Join(parts, nil), jpegTail}, nil))
	}
	one, two := jpegParts(store(1000, 1), 1, 300), jpegParts(store(10, 2), 2, 300)
	_, err := in(append(one, two...)...).Store()
	require.ErrorIs(t, err, asset.ErrSeveralStores)
	_, err = in(one[0], one[2], one[3]).Store()
	require.ErrorIs(t, err, asset.ErrMalformed)
	_, err = in(one[0], one[1], one[1]).Store()
	require.ErrorIs(t, err, asset.ErrMalformed)
	_, err = in(one[1], one[2]).Store()
	require.ErrorIs(t, err, asset.ErrNoStore)
}

func TestExclusionsAreInOrderAndInTheFile(t *testing.T) {
	f := open(t, []byte("0123456789"))
	require.Equal(t, asset.Other, f.Format())
	for _, wrong := range [][]asset.Range{
		{{Start: 5, Length: 6}},
		{{Start: -1, Length: 2}},
		{{Start: 3, Length: 2}, {Start: 4, Length: 1}},
		{{Start: 3, Length: -1}},
		{{Start: 1 << 62, Length: 1 << 62}},
	} {
		_, err := f.HashData("sha256", wrong)
		require.ErrorIs(t, err, asset.ErrRange)
	}
	_, err := f.HashData("md5", nil)
	require.ErrorIs(t, err, asset.ErrAlgorithm)
	all, err := f.HashData("sha384", []asset.Range{{Start: 0, Length: 10}})
	require.NoError(t, err)
	require.Len(t, all, 48)
}
