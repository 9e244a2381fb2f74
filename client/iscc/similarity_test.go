package iscc_test

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/image/draw"

	"github.com/stemma-chain/stemma/client/iscc"
	"github.com/stemma-chain/stemma/testutil/data"
)

var root = filepath.Join("..", "..")

// near is the distance up to which two units of 64 bits are taken for one work.
const near = 6

// photographs are eight pictures that have nothing in common: the first six of github.com/c2pa-org/public-testfiles, image/jpeg; the
// others of github.com/contentauth/c2pa-rs, sdk/tests/fixtures. They lie in photographs, beside the repository.
var photographs = []string{
	"adobe-20220124-A.jpg", "adobe-20220124-I.jpg", "nikon-20221019-building.jpeg", "truepic-20230212-camera.jpg",
	"truepic-20230212-landscape.jpg", "truepic-20230212-library.jpg", "earth_apollo17.jpg", "ocsp.jpg",
}

// lying are the photographs that are stored on their side: their EXIF says so, and other programs turn the pixels as they write a copy.
var lying = []string{"truepic-20230212-camera.jpg", "truepic-20230212-landscape.jpg"}

// kept is a work as its file is, and as pixels.
type kept struct {
	name    string
	raw     []byte
	picture image.Image
}

// way is how somebody makes another file of a work.
type way struct {
	name string
	make func(testing.TB, kept) []byte
}

var ways = []way{
	{"JPEG, quality 95", func(t testing.TB, k kept) []byte { return inJPEG(t, k.picture, 95) }},
	{"JPEG, quality 75", func(t testing.TB, k kept) []byte { return inJPEG(t, k.picture, 75) }},
	{"JPEG, quality 50", func(t testing.TB, k kept) []byte { return inJPEG(t, k.picture, 50) }},
	{"WebP, quality 75", inWebP},
	{"PNG", func(t testing.TB, k kept) []byte { return inPNG(t, k.picture) }},
	{"GIF, 256 colours", inGIF},
	{"half as wide", func(t testing.TB, k kept) []byte { return again(t, k, scaled(k.picture, 1, 2)) }},
	{"half as wide again", func(t testing.TB, k kept) []byte { return again(t, k, scaled(k.picture, 3, 2)) }},
	{"2 % cut off", func(t testing.TB, k kept) []byte { return again(t, k, cropped(k.picture)) }},
	{"grey", func(t testing.TB, k kept) []byte { return again(t, k, greyed(k.picture)) }},
	{"one byte more", func(_ testing.TB, k kept) []byte { return append(bytes.Clone(k.raw), 0) }},
}

func inJPEG(t testing.TB, picture image.Image, quality int) []byte {
	var out bytes.Buffer
	require.NoError(t, jpeg.Encode(&out, onWhite(picture), &jpeg.Options{Quality: quality}))
	return out.Bytes()
}

func inPNG(t testing.TB, picture image.Image) []byte {
	var out bytes.Buffer
	require.NoError(t, (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, picture))
	return out.Bytes()
}

func inGIF(t testing.TB, k kept) []byte {
	flat := onWhite(k.picture)
	colours := image.NewPaletted(flat.Bounds(), palette.WebSafe)
	draw.FloydSteinberg.Draw(colours, flat.Bounds(), flat, image.Point{})
	var out bytes.Buffer
	require.NoError(t, gif.Encode(&out, colours, nil))
	return out.Bytes()
}

// inWebP asks cwebp (Debian's package webp): no encoder of lossy WebP is written in Go.
func inWebP(t testing.TB, k kept) []byte {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from.png"), filepath.Join(dir, "to.webp")
	require.NoError(t, os.WriteFile(from, inPNG(t, k.picture), 0o600))
	out, err := exec.Command("cwebp", "-quiet", "-q", "75", from, "-o", to).CombinedOutput()
	require.NoError(t, err, string(out))
	raw, err := os.ReadFile(to)
	require.NoError(t, err)
	return raw
}

// again writes other pixels in the format of the work.
func again(t testing.TB, k kept, picture image.Image) []byte {
	if bytes.HasPrefix(k.raw, []byte("\xff\xd8")) {
		return inJPEG(t, picture, 90)
	}
	return inPNG(t, picture)
}

func onWhite(picture image.Image) *image.RGBA {
	out := image.NewRGBA(image.Rectangle{Max: picture.Bounds().Size()})
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(out, out.Bounds(), picture, picture.Bounds().Min, draw.Over)
	return out
}

// upright turns a picture by a quarter, as the orientation 6 has it.
func upright(picture image.Image) image.Image {
	b := picture.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, b.Dy(), b.Dx()))
	for y := range b.Dy() {
		for x := range b.Dx() {
			out.Set(b.Dy()-1-y, x, picture.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	return out
}

func scaled(picture image.Image, times, by int) image.Image {
	size := picture.Bounds().Size()
	out := image.NewNRGBA(image.Rect(0, 0, max(size.X*times/by, 1), max(size.Y*times/by, 1)))
	draw.CatmullRom.Scale(out, out.Bounds(), picture, picture.Bounds(), draw.Src, nil)
	return out
}

// cropped has 2 % of its width and of its height less, on the right and below.
func cropped(picture image.Image) image.Image {
	b := picture.Bounds()
	b.Max.X -= max(b.Dx()/50, 1)
	b.Max.Y -= max(b.Dy()/50, 1)
	out := image.NewNRGBA(image.Rectangle{Max: b.Size()})
	draw.Draw(out, out.Bounds(), picture, b.Min, draw.Src)
	return out
}

func greyed(picture image.Image) image.Image {
	b := picture.Bounds()
	out := image.NewNRGBA(image.Rectangle{Max: b.Size()})
	for y := range b.Dy() {
		for x := range b.Dx() {
			c := color.NRGBAModel.Convert(picture.At(b.Min.X+x, b.Min.Y+y)).(color.NRGBA)
			v := color.GrayModel.Convert(color.RGBA{R: c.R, G: c.G, B: c.B, A: 255}).(color.Gray).Y
			out.SetNRGBA(x, y, color.NRGBA{R: v, G: v, B: v, A: c.A})
		}
	}
	return out
}

// units are what is compared of a file.
type units struct{ image, data, instance iscc.Code }

func unitsOf(t testing.TB, raw []byte) (u units) {
	t.Helper()
	result := ofBytes(t, raw, iscc.Options{})
	var found bool
	u.image, found = result.Unit(iscc.TypeContent)
	require.True(t, found, "%v", result.Left)
	u.data, _ = result.Unit(iscc.TypeData)
	u.instance, _ = result.Unit(iscc.TypeInstance)
	return u
}

func apart(t testing.TB, a, b iscc.Code) int {
	t.Helper()
	differ, of, err := iscc.Distance(a, b)
	require.NoError(t, err)
	require.Equal(t, 64, of)
	return differ
}

// tally is a row of the table for one kind of works.
type tally struct{ works, found, data, instance, alarms, farthest int }

func (r tally) String() string {
	return fmt.Sprintf("%d of %d | %d | %d | %d | %d of %d", r.found, r.works, r.farthest, r.data, r.instance, r.alarms, r.works*(r.works-1))
}

// count makes a copy of each work and compares it with all.
func (w way) count(t *testing.T, works []kept, originals []units) tally {
	row := tally{works: len(works)}
	for i, k := range works {
		copied := unitsOf(t, w.make(t, k))
		for j, original := range originals {
			distance := apart(t, copied.image, original.image)
			switch {
			case i != j && distance <= near:
				row.alarms++
			case i == j:
				row.farthest = max(row.farthest, distance)
				if distance <= near {
					row.found++
				}
				if apart(t, copied.data, original.data) <= near {
					row.data++
				}
				if copied.instance == original.instance {
					row.instance++
				}
			}
		}
	}
	return row
}

// noise is how many bits of an Image-Code change on average when each of its 1,024 grey values changes by at most 2.
func noise(t *testing.T, works []kept, originals []units) float64 {
	const times = 20
	dice, sum := rand.New(rand.NewPCG(1, 2)), 0
	for i, k := range works {
		pixels, err := iscc.NormalizeImage(bytes.NewReader(k.raw), http.DetectContentType(k.raw), iscc.DefaultMaxPixels)
		require.NoError(t, err)
		for range times {
			changed := *pixels
			for j, p := range changed {
				changed[j] = uint8(min(max(int(p)+dice.IntN(5)-2, 0), 255))
			}
			code, err := iscc.Image(&changed, 64)
			require.NoError(t, err)
			sum += apart(t, code, originals[i].image)
		}
	}
	return float64(sum) / float64(times*len(works))
}

var measure = flag.Bool("measure", false, "measure how well copies of real files are found, which takes minutes")

// TestSimilarity prints what docs/similarity.md says about works that were changed, and checks that it says so.
func TestSimilarity(t *testing.T) {
	if !*measure {
		t.Skip("it takes minutes: -args -measure")
	}
	raw, err := os.ReadFile(filepath.Join(root, "docs", "similarity.md"))
	require.NoError(t, err)
	page := strings.Join(strings.Fields(string(raw)), " ")
	says := func(t *testing.T, format string, arguments ...any) {
		t.Helper()
		line := fmt.Sprintf(format, arguments...)
		t.Log(line)
		assert.Contains(t, page, line)
	}
	t.Run("sprites", func(t *testing.T) { report(t, says, sprites(t)) })
	t.Run("photographs", func(t *testing.T) { report(t, says, photos(t)) })
}

func report(t *testing.T, says func(*testing.T, string, ...any), works []kept) {
	t.Helper()
	var originals []units
	for _, k := range works {
		originals = append(originals, unitsOf(t, k.raw))
	}
	n, alike := len(originals), 0
	for i := range originals {
		for j := range i {
			if apart(t, originals[i].image, originals[j].image) <= near {
				alike++
			}
		}
	}
	says(t, "%d of %d pairs are within %d bits", alike, n*(n-1)/2, near)
	says(t, "%.1f of 64 bits of the %s", noise(t, works, originals), filepath.Base(t.Name()))
	for _, w := range ways {
		if _, err := exec.LookPath("cwebp"); err != nil && strings.HasPrefix(w.name, "WebP") {
			t.Logf("| %s | (no cwebp here) |", w.name)
			continue
		}
		says(t, "| %s | %s |", w.name, w.count(t, works, originals))
	}
}

func sprites(t *testing.T) (works []kept) {
	t.Helper()
	data.Read(t, "lpc-sprites/works.jsonl") // skips where there are none
	return read(t, filepath.Join(root, data.Folder, "lpc-sprites", "png"))
}

func photos(t *testing.T) (works []kept) {
	t.Helper()
	works = read(t, filepath.Join(root, "..", "photographs"), photographs...)
	require.Len(t, works, len(photographs))
	return works
}

func read(t *testing.T, dir string, names ...string) (works []kept) {
	t.Helper()
	if len(names) == 0 {
		found, err := filepath.Glob(filepath.Join(dir, "*.png"))
		require.NoError(t, err)
		for _, path := range found {
			names = append(names, filepath.Base(path))
		}
		slices.Sort(names)
	}
	for _, name := range names {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if os.IsNotExist(err) {
			t.Skipf("%s is not there: get it, as the list in this test says", filepath.Join(dir, name))
		}
		require.NoError(t, err)
		picture, _, err := image.Decode(bytes.NewReader(raw))
		require.NoError(t, err)
		if slices.Contains(lying, name) {
			picture = upright(picture)
		}
		works = append(works, kept{name: name, raw: raw, picture: picture})
	}
	return works
}
