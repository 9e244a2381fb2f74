package iscc

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
)

var (
	// ErrUnreadable is matched by why there is no content unit: the file is broken, or is of a variant that the decoder does not know.
	ErrUnreadable = errors.New("the content cannot be read")
	// ErrUnsupported is matched by why there is no content unit: nothing here reads files of this type.
	ErrUnsupported = errors.New("no decoder for files of this type")
)

// format is a kind of picture files.
type format struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

var formats = map[string]format{
	"image/jpeg": {jpeg.DecodeConfig, jpeg.Decode},
	"image/png":  {png.DecodeConfig, png.Decode},
	"image/gif":  {gif.DecodeConfig, gif.Decode}, // the first frame
	"image/webp": {webp.DecodeConfig, webp.Decode},
	"image/bmp":  {bmp.DecodeConfig, bmp.Decode},
	"image/tiff": {tiff.DecodeConfig, tiff.Decode},
}

// NormalizeImage decodes a picture of a media type and makes of it what an Image-Code is made of. It fails with ErrTooLarge where it has
// more than maxPixels, with ErrUnreadable and with ErrUnsupported.
func NormalizeImage(in io.ReadSeeker, mediaType string, maxPixels int64) (pixels *[ImageSide * ImageSide]uint8, err error) {
	f, known := formats[mediaType]
	if !known {
		return nil, fmt.Errorf("%w: %s", ErrUnsupported, mediaType)
	}
	defer func() {
		if r := recover(); r != nil { // a decoder is somebody else's
			err = fmt.Errorf("%w: %v", ErrUnreadable, r)
		}
	}()
	bounded, err := bound(in, mediaType, maxPixels)
	if errors.Is(err, ErrTooLarge) {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	config, err := f.config(bufio.NewReader(bounded))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if config.Width <= 0 || config.Height <= 0 {
		return nil, fmt.Errorf("%w: no pixels", ErrUnreadable)
	}
	if int64(config.Width) > maxPixels/int64(config.Height) {
		return nil, fmt.Errorf("%w: %d x %d pixels, at most %d in all", ErrTooLarge, config.Width, config.Height, maxPixels)
	}
	orientation := orientationOf(in, mediaType)
	if bounded, err = bound(in, mediaType, maxPixels); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	picture, err := f.decode(bufio.NewReader(bounded))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if mediaType == "image/webp" {
		picture = inStudioRange(picture)
	}
	if b := picture.Bounds(); b.Empty() {
		return nil, fmt.Errorf("%w: no pixels", ErrUnreadable)
	}
	g := flatten(picture, image.Rect(0, 0, config.Width, config.Height), orientation)
	g = g.turn(orientation).resize(ImageSide, ImageSide)
	return (*[ImageSide * ImageSide]uint8)(g.pixels), nil
}

// flatten makes a picture grey, on white, without its border. The frame of a GIF may cover a part of the canvas.
func flatten(picture image.Image, canvas image.Rectangle, orientation int) grey {
	width, height := canvas.Dx(), canvas.Dy()
	turnedX, turnedY := unturned(orientation, 0, 0, width, height)
	all := grey{width: width, height: height, pixels: make([]uint8, width*height)}
	row := make([][3]uint8, width)
	rowOf(picture, canvas, turnedY, row)
	border := row[turnedX]
	var inside image.Rectangle
	for y := range height {
		rowOf(picture, canvas, y, row)
		first, last := -1, -1
		for x, c := range row {
			if c != border {
				if last = x; first < 0 {
					first = x
				}
			}
			all.pixels[y*width+x] = uint8((19595*uint32(c[0]) + 38470*uint32(c[1]) + 7471*uint32(c[2]) + 0x8000) >> 16)
		}
		if first >= 0 {
			inside = inside.Union(image.Rect(first, y, last+1, y+1))
		}
	}
	if inside.Empty() || inside == canvas { // of one colour, or without a border
		return all
	}
	out := grey{width: inside.Dx(), height: inside.Dy()}
	for y := inside.Min.Y; y < inside.Max.Y; y++ {
		out.pixels = append(out.pixels, all.pixels[y*width+inside.Min.X:y*width+inside.Max.X]...)
	}
	return out
}

// rowOf reads a row of a picture on white.
func rowOf(picture image.Image, canvas image.Rectangle, y int, row [][3]uint8) {
	bounds := picture.Bounds()
	for x := range row {
		row[x] = [3]uint8{255, 255, 255}
	}
	if bounds.Size() == canvas.Size() {
		canvas = bounds // decoders of stills start at any point
	}
	y += canvas.Min.Y
	if y < bounds.Min.Y || y >= bounds.Max.Y {
		return
	}
	from, to := max(bounds.Min.X, canvas.Min.X), min(bounds.Max.X, canvas.Max.X)
	var palette [][3]uint8
	if p, is := picture.(*image.Paletted); is {
		palette = flatPalette(p.Palette)
	}
	for x := from; x < to; x++ {
		out := &row[x-canvas.Min.X]
		switch p := picture.(type) {
		case *image.YCbCr:
			c := p.YCbCrAt(x, y)
			out[0], out[1], out[2] = color.YCbCrToRGB(c.Y, c.Cb, c.Cr)
		case studio:
			*out = p.at(x, y)
		case *image.Gray:
			v := p.GrayAt(x, y).Y
			*out = [3]uint8{v, v, v}
		case *image.Paletted:
			if i := int(p.ColorIndexAt(x, y)); i < len(palette) {
				*out = palette[i]
			}
		case *image.NRGBA:
			*out = onWhite(p.NRGBAAt(x, y))
		default:
			*out = onWhite(color.NRGBAModel.Convert(picture.At(x, y)).(color.NRGBA))
		}
	}
}

func flatPalette(p color.Palette) [][3]uint8 {
	flat := make([][3]uint8, len(p))
	for i, c := range p {
		flat[i] = onWhite(color.NRGBAModel.Convert(c).(color.NRGBA))
	}
	return flat
}

// onWhite rounds as Pillow's paste does.
func onWhite(c color.NRGBA) [3]uint8 {
	mix := func(v uint8) uint8 {
		sum := uint32(v)*uint32(c.A) + 255*uint32(255-c.A) + 128
		return uint8((sum>>8 + sum) >> 8)
	}
	return [3]uint8{mix(c.R), mix(c.G), mix(c.B)}
}
