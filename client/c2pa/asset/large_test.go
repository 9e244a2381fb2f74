package asset_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"runtime/metrics"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/c2pa/asset"
)

// video is a file with a beginning and then zeros, of a size.
type video struct {
	head []byte
	size int64
}

func (v video) ReadAt(p []byte, at int64) (int, error) {
	n := int(min(int64(len(p)), v.size-at))
	clear(p[:n])
	if at < int64(len(v.head)) {
		copy(p[:n], v.head[at:])
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// A video of more than four gigabytes opens at once; hashing half a gigabyte of one takes no more memory than a buffer.
func TestVideosTakeNoMemory(t *testing.T) {
	for size, hashes := range map[int64]bool{5 << 30: false, 512 << 20: true} {
		head := join(box("ftyp", []byte("isom\x00\x00\x00\x00")), provenance("manifest", make([]byte, 8), store(100, 1)), moov())
		media := binary.BigEndian.AppendUint64([]byte("\x00\x00\x00\x01mdat"), uint64(size-int64(len(head))))
		v := video{append(head, media...), size}
		sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
		metrics.Read(sample)
		before := sample[0].Value.Uint64()
		f, err := asset.Open(v, size, "video.mp4")
		require.NoError(t, err)
		found, err := f.Store()
		require.NoError(t, err)
		require.True(t, bytes.Contains(found, []byte("c2pa")))
		if hashes {
			block := int64(1 << 20)
			require.ErrorIs(t, f.HashBMFF("sha256", asset.BMFFHash{Version: 2, Exclusions: usual(), Hash: sum()}), asset.ErrMismatch)
			count := (size - int64(len(head)) - 16 + block - 1) / block
			require.ErrorIs(t, f.HashBMFF("sha256", asset.BMFFHash{Version: 3, Exclusions: usual(), Merkle: []asset.MerkleMap{{
				Count: count, FixedSize: &block, Hashes: [][]byte{sum()},
			}}}), asset.ErrMismatch)
			_, err = f.HashData("sha256", nil)
			require.NoError(t, err)
		}
		metrics.Read(sample)
		require.Less(t, sample[0].Value.Uint64()-before, uint64(4<<20))
	}
}
