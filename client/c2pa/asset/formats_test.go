package asset_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/client/c2pa/asset"
)

func chunk(kind string, content []byte) []byte {
	whole := binary.BigEndian.AppendUint32(nil, uint32(len(content)))
	whole = append(append(whole, kind...), content...)
	return binary.BigEndian.AppendUint32(whole, crc32.ChecksumIEEE(whole[4:]))
}

func riffChunk(kind string, parts ...[]byte) []byte {
	content := bytes.Join(parts, nil)
	whole := append(binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(content))), content...)
	return append(whole, make([]byte, len(content)%2)...)
}

func subBlocks(content []byte) (whole []byte) {
	for len(content) > 0 {
		n := min(255, len(content))
		whole = append(append(whole, byte(n)), content[:n]...)
		content = content[n:]
	}
	return append(whole, 0)
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

var (
	pngHead = join([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", make([]byte, 13)))
	pngTail = join(chunk("IDAT", []byte("12345")), chunk("IEND", nil), []byte("behind"))
	gifHead = join([]byte("GIF89a"), []byte{1, 0, 1, 0, 0x80, 0, 0}, make([]byte, 6), []byte("\x21\xf9\x04\x00\x00\x00\x00\x00"))
	gifTail = join([]byte{0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2}, subBlocks([]byte{0x44, 1}), []byte{0x3B})
)

// sample is a file of a format with a store in it, or without one where that is nil.
type sample struct {
	format asset.Format
	strips bool
	make   func(manifests []byte) []byte
}

var samples = map[string]sample{
	"jpeg": {asset.JPEG, true, func(manifests []byte) []byte {
		if manifests == nil {
			return join(jpegHead, jpegTail)
		}
		return join(jpegHead, join(jpegParts(manifests, 1, 700)...), jpegTail)
	}},
	"png": {asset.PNG, true, func(manifests []byte) []byte {
		if manifests == nil {
			return join(pngHead, pngTail)
		}
		return join(pngHead, chunk("caBX", manifests), pngTail)
	}},
	"webp": {asset.RIFF, true, func(manifests []byte) []byte {
		parts := [][]byte{[]byte("WEBP"), riffChunk("VP8 ", []byte("odd")), riffChunk("LIST", []byte("INFO"), riffChunk("C2PA", []byte("none")))}
		if manifests != nil {
			parts = append(parts, riffChunk("C2PA", manifests))
		}
		return riffChunk("RIFF", parts...)
	}},
	"gif": {asset.GIF, true, func(manifests []byte) []byte {
		if manifests == nil {
			return join(gifHead, gifTail)
		}
		return join(gifHead, []byte("\x21\xff\x0bC2PA_GIF\x01\x00\x00"), subBlocks(manifests), gifTail)
	}},
	"mp4": {asset.BMFF, true, func(manifests []byte) []byte {
		parts := [][]byte{box("ftyp", []byte("isom\x00\x00\x00\x00"))}
		if manifests != nil {
			parts = append(parts, provenance("manifest", make([]byte, 8), manifests, make([]byte, 5)))
		}
		return join(append(parts, moov(), box("mdat", []byte("some twenty bytes of it")))...)
	}},
	"mp3": {asset.ID3, false, func(manifests []byte) []byte {
		frames := id3Frame("TSSE", []byte("\x03text\x00"))
		if manifests != nil {
			frames = join(frames, id3Frame("GEOB", []byte("\x01application/c2pa\x00\xff\xfea\x00\x00\x00\xff\xfe\x00b\x00\x00"), manifests))
		}
		frames = append(frames, make([]byte, 20)...)
		return join([]byte("ID3\x04\x00\x00"), safe(len(frames)), frames, []byte("\xff\xfbsound"))
	}},
	"svg": {asset.SVG, false, func(manifests []byte) []byte {
		text := "<?xml version='1.0'?><!-- <c2pa:manifest>no</c2pa:manifest> --><svg title='<c2pa:manifest>'><metadata>"
		if manifests != nil {
			text += "<c2pa:manifest>" + base64.StdEncoding.EncodeToString(manifests) + "</c2pa:manifest>"
		}
		return []byte(text + "<![CDATA[<c2pa:manifest>]]></metadata></svg>")
	}},
	"tiff": {asset.TIFF, false, func(manifests []byte) []byte {
		order := binary.LittleEndian
		whole := order.AppendUint32([]byte("II*\x00"), 8)
		entry := func(tag uint16, count, value uint32) []byte {
			return order.AppendUint32(order.AppendUint32(order.AppendUint16(order.AppendUint16(nil, tag), 7), count), value)
		}
		if manifests == nil {
			return join(whole, []byte{1, 0}, entry(0x0100, 1, 9), make([]byte, 4))
		}
		return join(whole, []byte{1, 0}, entry(0x0100, 1, 9), order.AppendUint32(nil, 26),
			[]byte{1, 0}, entry(0xCD41, uint32(len(manifests)), 44), make([]byte, 4), manifests)
	}},
	"jxl": {asset.JXL, false, func(manifests []byte) []byte {
		return join([]byte("\x00\x00\x00\x0cJXL \r\n\x87\n"), box("ftyp", []byte("jxl \x00\x00\x00\x00")),
			box("jumb", box("jumd", make([]byte, 17))), manifests, box("jxlc", []byte("code")))
	}},
}

func safe(n int) []byte {
	return []byte{byte(n >> 21 & 0x7F), byte(n >> 14 & 0x7F), byte(n >> 7 & 0x7F), byte(n & 0x7F)}
}

func id3Frame(id string, parts ...[]byte) []byte {
	content := join(parts...)
	return join([]byte(id), safe(len(content)), []byte{0, 0}, content)
}

// provenance is a uuid box of C2PA's.
func provenance(purpose string, data ...[]byte) []byte {
	id := []byte{0xD8, 0xFE, 0xC3, 0xD6, 0x1B, 0x0E, 0x48, 0x3C, 0x92, 0x97, 0x58, 0x28, 0x87, 0x7E, 0xC4, 0x81}
	return box("uuid", id, make([]byte, 4), []byte(purpose), []byte{0}, join(data...))
}

func moov() []byte {
	full := func(kind string, version, flags byte) []byte {
		return box(kind, []byte{version, 0, 0, flags}, []byte("content"))
	}
	return box("moov", full("mvhd", 1, 3), box("trak", full("tkhd", 0, 1)), box("trak", full("tkhd", 0, 7)), full("pssh", 0, 0))
}

func TestStoresOfEachFormat(t *testing.T) {
	for name, s := range samples {
		rapid.Check(t, func(t *rapid.T) {
			manifests := store(rapid.IntRange(0, 3000).Draw(t, "size"), 1)
			f := open(t, s.make(manifests))
			require.Equal(t, s.format, f.Format(), name)
			got, err := f.Store()
			require.NoError(t, err, name)
			require.Equal(t, manifests, got, name)
			require.NotEmpty(t, f.StoreRanges(), name)

			plain := s.make(nil)
			none := open(t, plain)
			_, err = none.Store()
			require.ErrorIs(t, err, asset.ErrNoStore, name)
			require.Empty(t, none.StoreRanges(), name)
			if !s.strips {
				require.ErrorIs(t, f.Strip(&bytes.Buffer{}), asset.ErrUnsupported)
				return
			}
			hash, err := f.Stripped("sha256")
			require.NoError(t, err)
			sum := sha256.Sum256(plain)
			require.Equal(t, sum[:], hash, name)
			if none.Embeds() {
				var out bytes.Buffer
				require.NoError(t, f.Embed(&out, manifests))
				var again bytes.Buffer
				require.NoError(t, none.Embed(&again, manifests))
				got, err := open(t, out.Bytes()).Store()
				require.NoError(t, err)
				require.Equal(t, manifests, got)
				require.Equal(t, len(again.Bytes()), len(out.Bytes()))
			}
		})
	}
}

// Whatever byte outside the store is changed, the hash is another; a change inside is never a store of the same bytes with a hash that
// fits.
func TestEveryByteOutsideTheStoreCounts(t *testing.T) {
	manifests := store(900, 1)
	for name, s := range samples {
		whole := s.make(manifests)
		f := open(t, whole)
		ranges := f.StoreRanges()
		hash, err := f.HashData("sha256", ranges)
		require.NoError(t, err)
		for i := range whole {
			changed := bytes.Clone(whole)
			changed[i] ^= 1 << (i % 8)
			g := open(t, changed)
			again, err := g.HashData("sha256", ranges)
			require.NoError(t, err)
			inside := slices.ContainsFunc(ranges, func(r asset.Range) bool { return int64(i) >= r.Start && int64(i) < r.Start+r.Length })
			if !inside {
				require.NotEqual(t, hash, again, "%s at %d", name, i)
				continue
			}
			require.Equal(t, hash, again)
			got, err := g.Store()
			same := err == nil && bytes.Equal(got, manifests)
			// These bytes of a container's own are in no hash: GIF's version, and in BMFF what is neither purpose nor store.
			free := name == "gif" && i < int(ranges[0].Start)+14 || name == "mp4"
			require.True(t, !same || free, "%s at %d", name, i)
		}
	}
}

func TestFilesThatEndEarlyOrAreNothing(t *testing.T) {
	for name, s := range samples {
		whole := s.make(store(300, 1))
		for n := range whole {
			f := open(t, whole[:n])
			_, err := f.Store()
			if err == nil {
				continue // all but what follows the store
			}
			_, _ = f.Stripped("sha256")
			_, err = f.HashData("sha256", f.StoreRanges())
			require.NoError(t, err, "%s of %d bytes", name, n)
		}
	}
}

func TestSeveralStores(t *testing.T) {
	one, two := store(50, 1), store(60, 2)
	for name, whole := range map[string][]byte{
		"png":  join(pngHead, chunk("caBX", one), chunk("caBX", two), pngTail),
		"webp": riffChunk("RIFF", []byte("WEBP"), riffChunk("C2PA", one), riffChunk("C2PA", two)),
		"gif": join(gifHead, []byte("\x21\xff\x0bC2PA_GIF\x01\x00\x00"), subBlocks(one), []byte("\x21\xff\x0bC2PA_GIF\x01\x00\x00"),
			subBlocks(two), gifTail),
		"mp4": join(box("ftyp", []byte("isom\x00\x00\x00\x00")), provenance("manifest", make([]byte, 8), one),
			provenance("manifest", make([]byte, 8), two)),
		"jxl": join([]byte("\x00\x00\x00\x0cJXL \r\n\x87\n"), one, two),
	} {
		f := open(t, whole)
		_, err := f.Store()
		require.ErrorIs(t, err, asset.ErrSeveralStores, name)
		if samples[name].strips {
			var out bytes.Buffer
			require.NoError(t, f.Strip(&out))
			_, err := open(t, out.Bytes()).Store()
			require.ErrorIs(t, err, asset.ErrNoStore, name)
		}
	}
}

func TestAnUpdateAddsItsManifests(t *testing.T) {
	id := append([]byte("c2pa"), 0, 0x11, 0, 0x10, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71)
	described := box("jumd", id, []byte{3}, []byte("c2pa\x00"))
	first, second := box("free", []byte("first")), box("free", []byte("second"))
	whole := join(box("ftyp", []byte("isom\x00\x00\x00\x00")), provenance("original", make([]byte, 8), box("jumb", described, first)),
		box("mdat", []byte("x")), provenance("update", make([]byte, 8), box("jumb", described, second)))
	f := open(t, whole)
	got, err := f.Store()
	require.NoError(t, err)
	require.Equal(t, box("jumb", described, first, second), got)
	require.Len(t, f.StoreRanges(), 2)

	_, err = open(t, whole[:len(whole)-100]).Store()
	require.ErrorIs(t, err, asset.ErrMalformed)
}

func TestBoxesAreListedInOrderWithTheirHashes(t *testing.T) {
	sum := func(parts ...[]byte) []byte {
		s := sha256.Sum256(join(parts...))
		return s[:]
	}
	manifests := store(100, 1)
	whole := samples["png"].make(manifests)
	f := open(t, whole)
	list := func() []asset.BoxHash {
		return []asset.BoxHash{
			{Names: []string{"PNGh", "IHDR"}, Hash: sum(pngHead)},
			{Names: []string{"C2PA"}, Hash: []byte{0}},
			{Names: []string{"IDAT"}, Alg: "sha256", Hash: sum(chunk("IDAT", []byte("12345")))},
			{Names: []string{"IEND"}, Hash: []byte{0}, Excluded: true},
			{Names: []string{"c2pa.after"}, Hash: sum([]byte("behind"))},
		}
	}
	require.NoError(t, f.HashBoxes("sha256", list()))
	require.ErrorIs(t, f.HashBoxes("sha256", list()[:4]), asset.ErrUnknownBox)
	require.ErrorIs(t, f.HashBoxes("sha256", list()[1:]), asset.ErrUnknownBox)
	require.ErrorIs(t, f.HashBoxes("sha256", list()[1:2]), asset.ErrMalformed)
	require.ErrorIs(t, f.HashBoxes("sha256", nil), asset.ErrMalformed)
	require.ErrorIs(t, f.HashBoxes("md5", list()), asset.ErrAlgorithm)
	swapped := list()
	swapped[1], swapped[2] = swapped[2], swapped[1]
	require.ErrorIs(t, f.HashBoxes("sha256", swapped), asset.ErrUnknownBox)
	more := slices.Concat(list()[:3], []asset.BoxHash{{Names: []string{"IEND", "tEXt"}}})
	require.Error(t, f.HashBoxes("sha256", more))
	for i := range whole {
		changed := bytes.Clone(whole)
		changed[i] ^= 0x10
		at := f.StoreRanges()[0]
		inStore := i >= int(at.Start)+8 && i < int(at.Start+at.Length)
		inEnd := i >= len(whole)-18 && i < len(whole)-6
		err := open(t, changed).HashBoxes("sha256", list())
		if !inStore && !inEnd {
			require.Error(t, err, i)
		}
	}
	require.ErrorIs(t, open(t, samples["jxl"].make(manifests)).HashBoxes("sha256", list()), asset.ErrUnsupported)
}

// A sidecar's list names the place of a store that is not in the file.
func TestBoxesOfAFileWithoutItsStore(t *testing.T) {
	whole := join(samples["jpeg"].make(nil)[:len(jpegHead)+len(jpegTail)-2], jpegHead)
	var list []asset.BoxHash
	for i, name := range []string{"SOI", "APP0", "C2PA", "SOS", "RST0", "RST1", "EOI", "SOI", "APP0"} {
		list = append(list, asset.BoxHash{Names: []string{name}, Excluded: i != 2})
	}
	require.NoError(t, open(t, whole).HashBoxes("sha256", list))
	gif := samples["gif"].make(nil)
	list = nil
	for _, name := range []string{"GIF89a", "LSD", "21F9", "2C", "TBID", "3B"} {
		list = append(list, asset.BoxHash{Names: []string{name}, Excluded: true})
	}
	require.NoError(t, open(t, gif).HashBoxes("sha256", list))
	list = nil
	for _, name := range []string{"WEBP", "VP8 ", "INFO", "C2PA"} {
		list = append(list, asset.BoxHash{Names: []string{name}, Excluded: true})
	}
	require.NoError(t, open(t, samples["webp"].make(store(31, 1))).HashBoxes("sha256", list))
}
