package iscc_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/tiff"

	"github.com/stemma-chain/stemma/client/iscc"
)

// tiffOf is a grey TIFF with these values of tags, and parts of a file after it.
func tiffOf(tags [][3]uint32, parts ...[]byte) []byte {
	file := append([]byte("II*\x00\x08\x00\x00\x00"), binary.LittleEndian.AppendUint16(nil, uint16(len(tags)))...)
	for _, t := range tags {
		file = binary.LittleEndian.AppendUint16(file, uint16(t[0]))
		file = binary.LittleEndian.AppendUint16(file, 4) // LONG
		file = binary.LittleEndian.AppendUint32(file, t[1])
		file = binary.LittleEndian.AppendUint32(file, t[2])
	}
	return append(append(file, 0, 0, 0, 0), bytes.Join(parts, nil)...)
}

// took is how many bytes were asked of memory meanwhile.
func took(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// What the first lines of a file say of its size bounds what is made of it.
func TestPicturesThatAreLargerThanTheySay(t *testing.T) {
	const pixels, most = 1 << 16, 64 << 20
	// A canvas of one pixel with a picture of 2^28.
	one := field{1, 4} // a code of one symbol, which takes no bit
	vp8l := packed(field{0x2f, 8}, field{1<<28 - 1, 28}, field{0, 4 + 3}, one, one, one, one, one, field{0, 64})
	vp8l = append(vp8l, make([]byte, len(vp8l)%2)...)
	webp := []byte("RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00VP8L")
	webp = append(binary.LittleEndian.AppendUint32(webp, uint32(len(vp8l))), vp8l...)
	binary.LittleEndian.PutUint32(webp[4:], uint32(len(webp)-8))

	const at = 8 + 2 + 8*12 + 4
	grey := func(compression, rows, length uint32) [][3]uint32 {
		return [][3]uint32{
			{256, 1, 16},
			{257, 1, 16},
			{258, 1, 8},
			{259, 1, compression},
			{262, 1, 1},
			{273, 1, at},
			{278, 1, rows},
			{279, 1, length},
		}
	}
	packed := bytes.Repeat([]byte{0x81, 7}, 1<<21) // of 128 bytes each: 256 MB
	long := make([]byte, 8<<20)
	for name, file := range map[string]struct {
		kind string
		raw  []byte
	}{
		"a frame beyond the canvas": {"image/webp", webp},
		"PackBits":                  {"image/tiff", tiffOf(grey(32773, 16, uint32(len(packed))), packed)},
		"a tile beyond the picture": {"image/tiff", tiffOf([][3]uint32{
			{256, 1, 16}, {257, 1, 16}, {258, 1, 8}, {259, 1, 8}, {262, 1, 1}, {322, 1, 1 << 30}, {323, 1, 1 << 30}, {324, 1, 8}, {325, 1, 8},
		})},
		"lists of all the file": {"image/tiff", tiffOf([][3]uint32{
			{256, 1, 16}, {257, 1, 16}, {258, 1 << 21, 8}, {262, 1 << 21, 8}, {266, 1 << 21, 8}, {292, 1 << 21, 8}, {293, 1 << 21, 8},
		}, long)},
		"parts over each other": {"image/tiff", tiffOf([][3]uint32{
			{256, 1, 16}, {257, 1, 16}, {258, 1, 8}, {262, 1, 1}, {273, 16, 8}, {278, 1, 1}, {279, 16, at - 12},
		}, bytes.Repeat([]byte{0, 0, 0, 1}, 16))},
	} {
		t.Run(name, func(t *testing.T) {
			var err error
			used := took(func() { _, err = iscc.NormalizeImage(bytes.NewReader(file.raw), file.kind, pixels) })
			require.Error(t, err)
			require.Less(t, used, uint64(most))
		})
	}
}

// Strips of as many rows as the largest number says are usual: the picture is read, and no more is unpacked than it has.
func TestAStripOfAllRows(t *testing.T) {
	picture := image.NewGray(image.Rect(0, 0, 40, 40))
	for i := range picture.Pix {
		picture.Pix[i] = byte(i * i)
	}
	for _, compression := range []tiff.CompressionType{tiff.Uncompressed, tiff.Deflate} {
		var file bytes.Buffer
		require.NoError(t, tiff.Encode(&file, picture, &tiff.Options{Compression: compression}))
		want, err := iscc.NormalizeImage(bytes.NewReader(file.Bytes()), "image/tiff", 1<<20)
		require.NoError(t, err)
		raw := file.Bytes()
		directory := binary.LittleEndian.Uint32(raw[4:])
		changed := false
		for at := directory + 2; at+12 <= uint32(len(raw)) && !changed; at += 12 {
			if changed = binary.LittleEndian.Uint16(raw[at:]) == 278; changed {
				binary.LittleEndian.PutUint16(raw[at+2:], 4)
				binary.LittleEndian.PutUint32(raw[at+8:], 0xffffffff)
			}
		}
		require.True(t, changed)
		got, err := iscc.NormalizeImage(bytes.NewReader(raw), "image/tiff", 1<<20)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

// scansOf is a progressive JPEG of so many pixels a side with as many scans that say nothing.
func scansOf(side uint16, scans int) []byte {
	file := []byte{0xff, 0xd8, 0xff, 0xdb, 0, 67, 0}
	file = append(file, bytes.Repeat([]byte{1}, 64)...)
	file = append(file, 0xff, 0xc2, 0, 11, 8, byte(side>>8), byte(side), byte(side>>8), byte(side), 1, 1, 0x11, 0)
	// One code of one bit, of a run of 2^14 blocks and more that end.
	file = append(file, 0xff, 0xc4, 0, 20, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xe0)
	blocks := (int(side) + 7) / 8 * ((int(side) + 7) / 8)
	data, at := []byte{0}, 0
	const code, length, run = 0b0_01010101010101, 15, 1<<14 + 5461 // highest bit first
	for n := 0; n < (blocks+run-1)/run*length; n++ {
		if at = n % 8; at == 0 && n > 0 {
			data = append(data, 0)
		}
		data[len(data)-1] |= byte(uint(code)>>(length-1-n%length)&1) << (7 - at)
	}
	scan := append([]byte{0xff, 0xda, 0, 8, 1, 1, 0x10, 1, 63, 0}, data...)
	return append(append(file, bytes.Repeat(scan, scans)...), 0xff, 0xd9)
}

// silence is FLAC of eight channels with frames of 65,535 samples each that are all nothing.
func silence(frames int) []byte {
	info := make([]byte, 34)
	binary.BigEndian.PutUint64(info[10:], 48000<<44|7<<41|15<<36)
	file := append([]byte{'f', 'L', 'a', 'C', 0x80, 0, 0, 34}, info...)
	frame := []byte{0xff, 0xf8, 0x70, 0x78, 0, 0xff, 0xfe}
	frame = append(frame, flacSum8(frame))
	for range 8 {
		frame = append(frame, 0, 0, 0) // constant: nothing
	}
	frame = binary.BigEndian.AppendUint16(frame, flacSum16(frame))
	return append(file, bytes.Repeat(frame, frames)...)
}

func flacSum8(raw []byte) (sum byte) {
	for _, b := range raw {
		sum ^= b
		for range 8 {
			if sum&0x80 != 0 {
				sum = sum<<1 ^ 7
			} else {
				sum <<= 1
			}
		}
	}
	return sum
}

func flacSum16(raw []byte) (sum uint16) {
	for _, b := range raw {
		sum ^= uint16(b) << 8
		for range 8 {
			if sum&0x8000 != 0 {
				sum = sum<<1 ^ 0x8005
			} else {
				sum <<= 1
			}
		}
	}
	return sum
}

// A tag of ten bytes says that it has 256 MB.
func TestATagThatIsLargerThanTheFile(t *testing.T) {
	var err error
	used := took(func() {
		_, err = iscc.Fingerprint(bytes.NewReader([]byte("ID3\x04\x00\x00\x7f\x7f\x7f\x7f")), "audio/mpeg", 1<<20)
	})
	require.ErrorIs(t, err, iscc.ErrUnreadable)
	require.Less(t, used, uint64(16<<20))
}

// Nobody writes a JPEG of thousands of scans.
func TestManyScans(t *testing.T) {
	_, err := iscc.NormalizeImage(bytes.NewReader(scansOf(64, 501)), "image/jpeg", 1<<20)
	require.ErrorIs(t, err, iscc.ErrUnreadable)
	_, err = iscc.NormalizeImage(bytes.NewReader(scansOf(64, 499)), "image/jpeg", 1<<20)
	require.NoError(t, err)
}

// A file of some megabytes may take hours to decode: whoever has waited long enough is let go.
func TestWhatTakesLongEnds(t *testing.T) {
	for name, file := range map[string][]byte{"scans of a JPEG": scansOf(5600, 490), "silence in FLAC": silence(100_000)} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			began := time.Now()
			_, err := iscc.OfFile(ctx, bytes.NewReader(file), int64(len(file)), iscc.Options{MaxPixels: 32 << 20})
			require.ErrorIs(t, err, context.DeadlineExceeded)
			t.Logf("%d bytes, %s", len(file), time.Since(began))
			require.Less(t, time.Since(began), time.Minute)
		})
	}
}
