package iscc_test

import (
	"bytes"
	"context"
	"errors"
	"image/gif"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"github.com/stemma-chain/stemma/client/iscc"
	"github.com/stemma-chain/stemma/testutil/strangers"
)

// FuzzParse reads any text as the chain does, and what is read is written the same.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"ISCC:KACYPXW445FTYNJ3CYSXHAFJMA2HUWULUNRFE3BLHRSCXYH2M5AEGQY", "iscc: aaaz-xz6o-u74y-azim", "EEC453X23MWGUEZQC3SG7UJMY65HQYFQDJMO4CAL5A",
		"MEACB7X7777574L6", "K4AD3R6QKBQKRN3BRFFQK3ZNW2FFIGOH3I5Q6JL6ZK6UX727QEKQJ3I", "",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > strangers.MaxInput {
			return
		}
		requireAgreement(t, text)
		code, err := iscc.Parse(text)
		if err != nil {
			return
		}
		again, err := iscc.Parse(code.String())
		require.NoError(t, err)
		require.Equal(t, code, again)
		units, err := iscc.Decompose(code)
		if err != nil || code.Main != iscc.TypeComposite {
			return
		}
		for _, u := range units {
			read, err := iscc.Parse(u.String())
			require.NoError(t, err)
			require.Equal(t, u, read)
		}
	})
}

// kinds are what files are said to be in FuzzFile; pictures and sound have targets of their own.
var kinds = []string{
	"text/plain", "text/html", "text/plain; charset=shift_jis", "text/plain; charset=utf-16le", "text/html; charset=gb18030",
	"video/mp4", "application/xhtml+xml", "",
}

// FuzzFile makes codes of any bytes: whatever they are, there is a composite, and what is left out is for a reason that is known.
func FuzzFile(f *testing.F) {
	for i := range kinds {
		for _, raw := range append(pictures(f), soundsOf(f)...) {
			f.Add(raw[:min(len(raw), 6000)], uint8(i))
		}
		f.Add([]byte(poem), uint8(i))
		f.Add([]byte("<html><head><meta charset=big5></head><p>&amp;&#x1F600;<script>x</script>"+poem), uint8(i))
		f.Add([]byte("\xff\xfea\x00b\xd8"), uint8(i))
	}
	known := []error{iscc.ErrNothing, iscc.ErrTooLarge, iscc.ErrUnreadable, iscc.ErrUnsupported, iscc.ErrEncoding}
	f.Fuzz(func(t *testing.T, raw []byte, kind uint8) {
		if len(raw) > strangers.MaxInput {
			return
		}
		strangers.Bounded(t, len(raw), func() {
			o := iscc.Options{Title: "x", MediaType: kinds[int(kind)%len(kinds)], MaxPixels: 1 << 18, MaxSamples: 1 << 20}
			result, err := iscc.OfFile(context.Background(), bytes.NewReader(raw), int64(len(raw)), o)
			require.NoError(t, err)
			require.Equal(t, iscc.TypeComposite, result.Code.Main)
			require.Equal(t, 4, len(result.Units)+len(result.Left))
			for _, left := range result.Left {
				require.True(t, isOneOf(left.Why, known), "%v", left.Why)
			}
		})
	})
}

var pictureTypes = []string{"image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp", "image/tiff"}

// FuzzPicture decodes any bytes as a picture of each kind.
func FuzzPicture(f *testing.F) {
	for i, raw := range pictures(f) {
		f.Add(raw, uint8(i))
	}
	f.Fuzz(func(t *testing.T, raw []byte, kind uint8) {
		if len(raw) > strangers.MaxInput {
			return
		}
		strangers.Bounded(t, len(raw), func() {
			_, err := iscc.NormalizeImage(bytes.NewReader(raw), pictureTypes[int(kind)%len(pictureTypes)], 1<<18)
			require.True(t, err == nil || isOneOf(err, []error{iscc.ErrTooLarge, iscc.ErrUnreadable}), "%v", err)
		})
	})
}

// pictures are one of each of pictureTypes, and more.
func pictures(f *testing.F) (list [][]byte) {
	picture := drawn(20, 9, 1, true)
	list = append(list, jpegOf(f, picture, 6), inPNG(f, picture))
	for _, write := range []func(*bytes.Buffer) error{
		func(b *bytes.Buffer) error { return gif.Encode(b, picture, nil) },
		func(b *bytes.Buffer) error {
			_, err := b.WriteString("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00")
			return err
		},
		func(b *bytes.Buffer) error { return bmp.Encode(b, picture) },
		func(b *bytes.Buffer) error {
			return tiff.Encode(b, picture, &tiff.Options{Compression: tiff.Deflate, Predictor: true})
		},
	} {
		var out bytes.Buffer
		require.NoError(f, write(&out))
		list = append(list, out.Bytes())
	}
	return list
}

var soundTypes = []string{"audio/mpeg", "audio/ogg", "audio/flac", "audio/wav"}

// FuzzSound decodes any bytes as sound of each kind.
func FuzzSound(f *testing.F) {
	for i, raw := range soundsOf(f) {
		f.Add(raw, uint8(i))
		f.Add(raw[:min(len(raw), 6000)], uint8(i))
	}
	f.Fuzz(func(t *testing.T, raw []byte, kind uint8) {
		if len(raw) > strangers.MaxInput {
			return
		}
		strangers.Bounded(t, len(raw), func() {
			_, err := iscc.Fingerprint(bytes.NewReader(raw), soundTypes[int(kind)%len(soundTypes)], 1<<20)
			require.True(t, err == nil || isOneOf(err, []error{iscc.ErrNothing, iscc.ErrTooLarge, iscc.ErrUnreadable}), "%v", err)
		})
	})
}

// soundsOf are one of each of soundTypes, and more.
func soundsOf(f *testing.F) (list [][]byte) {
	for _, name := range []string{"tones.mp3", "tones.ogg", "tones.flac"} {
		raw, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(f, err)
		list = append(list, raw[:min(len(raw), strangers.MaxInput)])
	}
	return append(list, wavOfTones(8000, 2, 8, 1)[:50_000], wavOfTones(8000, 3, 32, 3)[:50_000])
}

func isOneOf(err error, known []error) bool {
	for _, k := range known {
		if errors.Is(err, k) {
			return true
		}
	}
	return false
}
