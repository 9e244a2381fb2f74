package iscc

import (
	"image"
	"image/color"
)

// studio is a lossy WebP: its luma is from 16 to 235 and its chroma from 16 to 240 (ITU-R 601), where the decoder hands it over as if
// it were a JPEG's, from 0 to 255.
type studio struct {
	image.Image
	colours *image.YCbCr
	alpha   func(x, y int) uint8
}

func inStudioRange(picture image.Image) image.Image {
	switch p := picture.(type) {
	case *image.YCbCr:
		return studio{Image: p, colours: p, alpha: func(int, int) uint8 { return 255 }}
	case *image.NYCbCrA:
		return studio{Image: p, colours: &p.YCbCr, alpha: func(x, y int) uint8 { return p.A[p.AOffset(x, y)] }}
	}
	return picture
}

// at computes as libwebp does (src/dsp/yuv.h), on white.
func (s studio) at(x, y int) [3]uint8 {
	c := s.colours.YCbCrAt(x, y)
	part := func(v uint8, factor int) int { return int(v) * factor >> 8 }
	cut := func(v int) uint8 { return uint8(min(max(v, 0)>>6, 255)) }
	luma := part(c.Y, 19077)
	return onWhite(color.NRGBA{
		R: cut(luma + part(c.Cr, 26149) - 14234),
		G: cut(luma - part(c.Cb, 6419) - part(c.Cr, 13320) + 8708),
		B: cut(luma + part(c.Cb, 33050) - 17685),
		A: s.alpha(x, y),
	})
}
