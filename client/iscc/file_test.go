package iscc_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/tiff"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/stemma-chain/stemma/client/iscc"
)

func ofBytes(t testing.TB, raw []byte, o iscc.Options) iscc.Result {
	t.Helper()
	result, err := iscc.OfFile(context.Background(), bytes.NewReader(raw), int64(len(raw)), o)
	require.NoError(t, err)
	require.Equal(t, sha256.Sum256(raw), result.SHA256)
	return result
}

const poem = "Ἡ ποίησις. Tyger Tyger, burning bright,\nIn the forests of the night; " +
	"Grüße aus Łódź, příliš žluťoučký kůň — ΟΔΥΣΣΕΥΣ!"

func TestAFileOfText(t *testing.T) {
	result := ofBytes(t, []byte(poem), iscc.Options{Title: "The Tyger", Description: "William Blake", MediaType: "text/plain"})
	require.Empty(t, result.Left)
	meta, err := iscc.Meta("The Tyger", "William Blake", 64)
	require.NoError(t, err)
	text, err := iscc.Text(poem, 64)
	require.NoError(t, err)
	require.Len(t, result.Units, 4)
	require.Equal(t, []iscc.Code{meta.Code, text}, result.Units[:2])
	composed, err := iscc.Compose(result.Units...)
	require.NoError(t, err)
	require.Equal(t, composed, result.Code)
	require.Equal(t, iscc.SubText, result.Code.Sub)
	long := ofBytes(t, []byte(poem), iscc.Options{Title: "The Tyger", Description: "William Blake", Bits: 256})
	require.Equal(t, result.Code, long.Code)
	require.Equal(t, "text/plain", long.MediaType)
	require.Equal(t, hex.EncodeToString(long.BLAKE3[:]), hex.EncodeToString(long.Units[3].Body()))
}

func TestATextIsOneWhateverItIsWrittenIn(t *testing.T) {
	const western = "Der Zar kommt: Grüße, Maß und Öl, façade"
	want, err := iscc.Text(western, 64)
	require.NoError(t, err)
	latin, err := charmap.ISO8859_15.NewEncoder().String(western)
	require.NoError(t, err)
	utf16, err := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(western)
	require.NoError(t, err)
	page := "<!doctype html><html><head><meta charset=iso-8859-15><title>T</title><script>if (a</script>b){}</script></head><body>" +
		"<p>" + strings.ReplaceAll(latin, "Ma\xdf", "M<b>a</b>&szlig;") + "</p><style>p{}</style><!-- no --></body></html>"
	for _, file := range []struct{ raw, mediaType string }{
		{western, "text/plain"},
		{"\ufeff" + western, ""},
		{utf16, "text/markdown"},
		{latin, "text/plain; charset=iso-8859-15"},
		{page, "text/html"},
		{page, ""},
		{"  der zar\tkommt\r\nGRU\u0308SSE,maß und öl,facade", "text/plain"},
	} {
		result := ofBytes(t, []byte(file.raw), iscc.Options{MediaType: file.mediaType})
		got, found := result.Unit(iscc.TypeContent)
		require.True(t, found, "%q %v", file.raw, result.Left)
		if strings.HasPrefix(file.raw, "  der") { // ß is not ss
			require.NotEqual(t, want, got)
			continue
		}
		require.Equal(t, want, got, "%q", file.raw)
	}
}

func TestWhatIsLeftOutIsSaid(t *testing.T) {
	var small, gifFile bytes.Buffer
	require.NoError(t, png.Encode(&small, image.NewGray(image.Rect(0, 0, 3, 2))))
	require.NoError(t, gif.Encode(&gifFile, image.NewGray(image.Rect(0, 0, 3, 2)), nil))
	bomb := bytes.Clone(small.Bytes())
	binary.BigEndian.PutUint32(bomb[16:], 30_000)
	binary.BigEndian.PutUint32(bomb[20:], 30_000)
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	for _, file := range []struct {
		name, raw, mediaType string
		why                  error
	}{
		{"film", "....ftypisom", "video/mp4", iscc.ErrUnsupported},
		{"PDF", "%PDF-1.7", "", iscc.ErrUnsupported},
		{"HEIC", "....ftypheic", "image/heic", iscc.ErrUnsupported},
		{"anything", "\x00\x01\x02", "", iscc.ErrUnsupported},
		{"empty", "", "text/plain", iscc.ErrNothing},
		{"punctuation", "--- !!!", "text/plain", iscc.ErrNothing},
		{"latin", "Gr\xfc\xdfe", "text/plain", iscc.ErrEncoding},
		{"no charset", "abc", "text/plain; charset=nonsense", iscc.ErrEncoding},
		{"cut UTF-8", "Gr\xc3", "text/plain", iscc.ErrEncoding},
		{"no picture", "hello", "image/png", iscc.ErrUnreadable},
		{"cut PNG", small.String()[:40], "", iscc.ErrUnreadable},
		{"cut GIF", gifFile.String()[:20], "", iscc.ErrUnreadable},
		{"bomb", string(bomb), "", iscc.ErrTooLarge},
	} {
		t.Run(file.name, func(t *testing.T) {
			result := ofBytes(t, []byte(file.raw), iscc.Options{MediaType: file.mediaType, Title: "  \n"})
			require.Len(t, result.Left, 2)
			require.Equal(t, iscc.TypeMeta, result.Left[0].Main)
			require.ErrorIs(t, result.Left[0].Why, iscc.ErrNothing)
			require.Equal(t, iscc.TypeContent, result.Left[1].Main)
			require.ErrorIs(t, result.Left[1].Why, file.why)
			require.Equal(t, iscc.SubSum, result.Code.Sub)
		})
	}
}

func TestAFileThatCannotBeRead(t *testing.T) {
	_, err := iscc.OfFile(context.Background(), strings.NewReader("abc"), 5, iscc.Options{})
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	ctx, stop := context.WithCancel(context.Background())
	stop()
	_, err = iscc.OfFile(ctx, strings.NewReader("abc"), 3, iscc.Options{})
	require.ErrorIs(t, err, context.Canceled)
	broken := errors.New("disk")
	_, err = iscc.OfFile(context.Background(), failing{broken}, 3, iscc.Options{})
	require.ErrorIs(t, err, broken)
	_, err = iscc.OfFile(context.Background(), strings.NewReader("abc"), 3, iscc.Options{Bits: 32})
	require.ErrorIs(t, err, iscc.ErrInvalidBits)
}

type failing struct{ err error }

func (f failing) ReadAt([]byte, int64) (int, error) { return 0, f.err }

// drawn is a picture that a formula makes, with a border and with alpha if need be.
func drawn(w, h, border int, alpha bool) *image.NRGBA {
	picture := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{R: uint8(x*7 + y*3), G: uint8(x*x + y), B: uint8(x * y), A: 255}
			if alpha {
				c.A = uint8(x*5 + y*11)
			}
			if x < border || y < border || x >= w-2*border {
				c = color.NRGBA{R: 9, G: 200, B: 30, A: 255}
			}
			picture.SetNRGBA(x, y, c)
		}
	}
	return picture
}

// What Pillow 9.4.0 makes of the same pixels by the steps of iscc-sdk's image_normalize, the SHA-256 of it.
func TestPicturesAreNormalisedAsByPillow(t *testing.T) {
	for _, p := range []struct {
		w, h, border int
		alpha        bool
		want         string
	}{
		{101, 67, 0, false, "5bfb9be91cebe30d"},
		{101, 67, 0, true, "299ecbaac58e250c"},
		{11, 13, 0, false, "0c5c930cb0ac865d"},
		{32, 32, 0, true, "f3d5559a9371a5be"},
		{32, 90, 0, false, "36e90a27d510a2ba"},
		{120, 33, 5, false, "8083d9d65ede2426"},
		{64, 64, 3, true, "2dfb77d59e2113e1"},
		{1, 1, 0, false, "5f70bf18a0860070"},
		{5, 1, 0, false, "fea0a51e3e9256c1"},
	} {
		var file, turned bytes.Buffer
		require.NoError(t, png.Encode(&file, drawn(p.w, p.h, p.border, p.alpha)))
		pixels, err := iscc.NormalizeImage(bytes.NewReader(file.Bytes()), "image/png", 1<<20)
		require.NoError(t, err)
		sum := sha256.Sum256(pixels[:])
		require.Equal(t, p.want, hex.EncodeToString(sum[:8]), "%d x %d", p.w, p.h)

		require.NoError(t, tiff.Encode(&turned, drawn(p.w, p.h, p.border, p.alpha), nil))
		other, err := iscc.NormalizeImage(bytes.NewReader(turned.Bytes()), "image/tiff", 1<<20)
		require.NoError(t, err)
		require.Equal(t, pixels, other)
	}
}

// A JPEG that says how to turn it has the code of one that is turned.
func TestTurnedPictures(t *testing.T) {
	upright := drawn(96, 64, 0, false)
	smooth := image.NewNRGBA(upright.Bounds())
	for y := range 64 {
		for x := range 96 {
			smooth.SetNRGBA(x, y, color.NRGBA{R: uint8(2 * x), G: uint8(3 * y), B: uint8(x + y), A: 255})
		}
	}
	want, err := iscc.NormalizeImage(bytes.NewReader(jpegOf(t, smooth, 0)), "image/jpeg", 1<<20)
	require.NoError(t, err)
	stored := map[int]func(x, y int) (int, int){ // where a pixel of the upright picture is stored
		1: func(x, y int) (int, int) { return x, y }, 2: func(x, y int) (int, int) { return 95 - x, y },
		3: func(x, y int) (int, int) { return 95 - x, 63 - y }, 4: func(x, y int) (int, int) { return x, 63 - y },
		5: func(x, y int) (int, int) { return y, x }, 6: func(x, y int) (int, int) { return y, 95 - x },
		7: func(x, y int) (int, int) { return 63 - y, 95 - x }, 8: func(x, y int) (int, int) { return 63 - y, x },
	}
	for orientation, place := range stored {
		size := image.Rect(0, 0, 96, 64)
		if orientation >= 5 {
			size = image.Rect(0, 0, 64, 96)
		}
		kept := image.NewNRGBA(size)
		for y := range 64 {
			for x := range 96 {
				toX, toY := place(x, y)
				kept.SetNRGBA(toX, toY, smooth.NRGBAAt(x, y))
			}
		}
		got, err := iscc.NormalizeImage(bytes.NewReader(jpegOf(t, kept, orientation)), "image/jpeg", 1<<20)
		require.NoError(t, err)
		for i, p := range want {
			require.InDelta(t, int(p), int(got[i]), 4, "orientation %d", orientation) // JPEG is not the same both ways round
		}
	}
}

// jpegOf writes a JPEG with an EXIF orientation.
func jpegOf(t testing.TB, picture image.Image, orientation int) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, jpeg.Encode(&out, picture, &jpeg.Options{Quality: 98}))
	raw := out.Bytes()
	if orientation == 0 {
		return raw
	}
	exif := []byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00")
	exif[25] = byte(orientation)
	segment := append([]byte{0xff, 0xe1, 0, byte(len(exif) + 2)}, exif...)
	return append(append(bytes.Clone(raw[:2]), segment...), raw[2:]...)
}

// Memory does not grow with the file.
func TestALargeFileTakesNoMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	const size = 64 << 20
	_, err := iscc.OfFile(context.Background(), pattern{}, size, iscc.Options{})
	require.NoError(t, err)
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(8<<20))
}

// pattern is a file without end whose bytes repeat after a prime number of them.
type pattern struct{}

func (pattern) ReadAt(p []byte, at int64) (int, error) {
	for i := range p {
		p[i] = byte((at + int64(i)) % 1_000_003 * 2_654_435_761 >> 16)
	}
	return len(p), nil
}

func BenchmarkOfFile(b *testing.B) {
	raw := make([]byte, 100<<20)
	_, _ = pattern{}.ReadAt(raw, 0)
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		_, err := iscc.OfFile(context.Background(), bytes.NewReader(raw), int64(len(raw)), iscc.Options{MediaType: "video/mp4"})
		require.NoError(b, err)
	}
}

func BenchmarkTextFile(b *testing.B) {
	raw := []byte(strings.Repeat(poem+"\n", 10_000))
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		_, err := iscc.OfFile(context.Background(), bytes.NewReader(raw), int64(len(raw)), iscc.Options{MediaType: "text/plain"})
		require.NoError(b, err)
	}
}
