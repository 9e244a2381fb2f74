package iscc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// ImageSide is the width and height of the grey picture that an Image-Code is made of.
const ImageSide = 32

// FrameValues is the number of values of an MPEG-7 frame signature (ISO/IEC 15938-3).
const FrameValues = 380

// ErrNothing is matched by the error of a unit that has nothing to be made of.
var ErrNothing = errors.New("nothing to make a code of")

// Image is the Image-Code of a picture that is normalised already: 32 rows of 32 grey values. It fails with ErrInvalidBits.
func Image(pixels *[ImageSide * ImageSide]uint8, bits int) (Code, error) {
	var m [ImageSide][ImageSide]float64
	for y := range m {
		for x := range m[y] {
			m[y][x] = float64(pixels[y*ImageSide+x])
		}
		dct(m[y][:])
	}
	var column [ImageSide]float64
	for x := range ImageSide {
		for y := range m {
			column[y] = m[y][x]
		}
		dct(column[:])
		for y := range m {
			m[y][x] = column[y]
		}
	}
	hash := make([]byte, 0, MaxBits/8)
	// Four squares of 8 low frequencies: at the corner, one to the right, one down, both.
	for _, corner := range [4][2]int{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
		var low []float64
		for y := range 8 {
			low = append(low, m[corner[1]+y][corner[0]:corner[0]+8]...)
		}
		middle := median(low)
		for y := range 8 {
			var eight byte
			for x := range 8 {
				eight <<= 1
				if low[8*y+x] > middle {
					eight |= 1
				}
			}
			hash = append(hash, eight)
		}
	}
	return NewUnit(TypeContent, SubImage, hash, bits)
}

// dct is the discrete cosine transform (type II, unscaled) in the order of B. G. Lee's algorithm, which the bits near
// the median depend on.
func dct(v []float64) {
	n := len(v)
	if n == 1 {
		return
	}
	half := n / 2
	sums, differences := make([]float64, half), make([]float64, half)
	for i := range half {
		x, y := v[i], v[n-1-i]
		sums[i] = x + y
		differences[i] = (x - y) / (cosines[n][i] * 2)
	}
	dct(sums)
	dct(differences)
	for i := range half - 1 {
		v[2*i] = sums[i]
		v[2*i+1] = differences[i] + differences[i+1]
	}
	v[n-2], v[n-1] = sums[half-1], differences[half-1]
}

// Audio is the Audio-Code of a Chromaprint fingerprint (algorithm 2). It fails with ErrInvalidBits.
func Audio(fingerprint []int32, bits int) (Code, error) {
	hash := make([]byte, 0, MaxBits/8)
	if len(fingerprint) == 0 {
		return NewUnit(TypeContent, SubAudio, hash[:MaxBits/8], bits)
	}
	add := func(values []int32) {
		if len(values) == 0 {
			hash = append(hash, 0, 0, 0, 0)
			return
		}
		words := make([][]byte, len(values))
		for i, v := range values {
			words[i] = binary.BigEndian.AppendUint32(nil, uint32(v))
		}
		hash = append(hash, simhash(words)...)
	}
	add(fingerprint)
	for _, quarter := range parts(fingerprint, 4) {
		add(quarter)
	}
	for _, third := range parts(slices.Sorted(slices.Values(fingerprint)), 3) {
		add(third)
	}
	return NewUnit(TypeContent, SubAudio, hash, bits)
}

// Video is the Video-Code of the MPEG-7 signatures of frames, of 380 values each. Equal frames count once. It fails with
// ErrNothing where there is no frame, and with ErrInvalidBits.
func Video(frames [][]uint16, bits int) (Code, error) {
	if len(frames) == 0 {
		return Code{}, fmt.Errorf("%w: no frame", ErrNothing)
	}
	var sums [FrameValues]uint64
	seen := map[[FrameValues]uint16]bool{}
	for i, frame := range frames {
		if len(frame) != FrameValues {
			return Code{}, fmt.Errorf("%w: frame %d has %d values, not %d", ErrNothing, i, len(frame), FrameValues)
		}
		f := [FrameValues]uint16(frame)
		if seen[f] {
			continue
		}
		seen[f] = true
		for j, v := range f {
			sums[j] += uint64(v)
		}
	}
	hash := make([]byte, MaxBits/8)
	for i, pair := range framePairs {
		if sums[pair[1]] > sums[pair[0]] {
			hash[i/8] |= 1 << (7 - i%8)
		}
	}
	return NewUnit(TypeContent, SubVideo, hash, bits)
}

// Mixed is the Mixed-Code of content codes, at least two, none shorter than it. It fails with ErrNothing and with ErrInvalidBits.
func Mixed(codes []Code, bits int) (Code, error) {
	if len(codes) < 2 {
		return Code{}, fmt.Errorf("%w: a Mixed-Code is of at least two", ErrNothing)
	}
	hashes := make([][]byte, len(codes))
	for i, c := range codes {
		if c.Main != TypeContent {
			return Code{}, fmt.Errorf("%w: %s is no content code", ErrNothing, c.Name())
		}
		if bits < 32 || c.Bits() < bits {
			return Code{}, fmt.Errorf("%w: %s has %d bits", ErrInvalidBits, c.Name(), c.Bits())
		}
		// The header's first byte keeps kinds apart; the body is shorter for it.
		hashes[i] = append([]byte{byte(c.Main)<<4 | byte(c.Sub)}, c.body[:bits/8-1]...)
	}
	return NewUnit(TypeContent, SubMixed, simhash(hashes), bits)
}
