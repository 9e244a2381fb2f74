package asset_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/c2pa/asset"
)

var errDisk = errors.New("the disk is gone")

// disk fails from a number of reads on.
type disk struct {
	content []byte
	left    int
}

func (d *disk) ReadAt(p []byte, at int64) (int, error) {
	if d.left--; d.left < 0 {
		return 0, errDisk
	}
	return bytes.NewReader(d.content).ReadAt(p, at)
}

// A failed read is the error of whatever was done: never a file without a store, nor a wrong hash.
func TestFailedReadsAreSaid(t *testing.T) {
	all := map[string][]byte{"sidecar": store(50, 1), "text": []byte("text")}
	for name, s := range samples {
		all[name] = s.make(store(50, 1))
	}
	d := newDocument()
	d.stream(4, "", store(50, 1))
	d.compressed(true, map[int]string{1: catalog, 3: filed})
	all["pdf"] = d.Bytes()
	for name, content := range all {
		for reads := 0; ; reads++ {
			err := use(&disk{content, reads}, int64(len(content)))
			if err == nil {
				break
			}
			require.ErrorIs(t, err, errDisk, "%s, read %d", name, reads)
			require.Less(t, reads, 100, name)
		}
	}
}

func use(r io.ReaderAt, size int64) error {
	f, err := asset.Open(r, size, "file")
	if err != nil {
		return err
	}
	if _, err := f.Store(); err != nil && !errors.Is(err, asset.ErrNoStore) {
		return err
	}
	if _, err := f.HashData("sha256", f.StoreRanges()); err != nil {
		return err
	}
	if _, err := f.Stripped("sha256"); err != nil && !errors.Is(err, asset.ErrUnsupported) {
		return err
	}
	if f.Embeds() {
		return f.Embed(io.Discard, store(10, 1))
	}
	return nil
}

func TestSidecarsAndOthers(t *testing.T) {
	f := open(t, store(50, 1))
	require.Equal(t, asset.Sidecar, f.Format())
	got, err := f.Store()
	require.NoError(t, err)
	require.Equal(t, store(50, 1), got)
	for name, media := range map[string]string{
		"a.txt": "text/plain", "A.JPG": "image/jpeg", "a": "application/octet-stream", "a.exe": "application/octet-stream",
	} {
		f, err := asset.Open(bytes.NewReader([]byte("some text")), 9, name)
		require.NoError(t, err)
		require.Equal(t, media, f.MediaType(), name)
		require.Equal(t, asset.Other, f.Format())
		require.EqualValues(t, 9, f.Size())
		require.False(t, f.Embeds())
	}
	_, err = asset.Open(bytes.NewReader(nil), -1, "file")
	require.ErrorIs(t, err, asset.ErrRange)
	_, err = asset.Open(bytes.NewReader([]byte("short")), 100, "file")
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

func TestBigTIFF(t *testing.T) {
	manifests := store(100, 1)
	order := binary.BigEndian
	whole := order.AppendUint64([]byte("MM\x00+\x00\x08\x00\x00"), 16)
	whole = order.AppendUint64(whole, 1)
	whole = order.AppendUint16(order.AppendUint16(whole, 0xCD41), 7)
	whole = order.AppendUint64(order.AppendUint64(whole, uint64(len(manifests))), 52)
	whole = join(whole, make([]byte, 8), manifests)
	f := open(t, whole)
	got, err := f.Store()
	require.NoError(t, err)
	require.Equal(t, manifests, got)
	require.Equal(t, []asset.Range{{Start: 28, Length: 8}, {Start: 52, Length: int64(len(manifests))}}, f.StoreRanges())
}
