package iscc

import (
	"math"
	"math/bits"
)

// Constants of Chromaprint's algorithm 2 (github.com/acoustid/chromaprint, fingerprinter_configuration.cpp).
const (
	soundRate  = 11025 // samples a second
	soundFrame = 4096  // samples of a spectrum
	soundStep  = soundFrame / 3
	soundNotes = 12

	lowestNote, highestNote = 28, 3520 // Hz
	tuning                  = 440.0 / 16

	widestFilter = 16
	silence      = 0.01
)

// smoothing are the weights of five spectra in a row.
var smoothing = [5]float64{0.25, 0.75, 1, 0.75, 0.25}

// soundFilter compares two areas of the last spectra by notes and quantises the ratio.
type soundFilter struct {
	kind, note, notes, width int
	limits                   [3]float64
}

var soundFilters = [16]soundFilter{
	{0, 4, 3, 15, [3]float64{1.98215, 2.35817, 2.63523}},
	{4, 4, 6, 15, [3]float64{-1.03809, -0.651211, -0.282167}},
	{1, 0, 4, 16, [3]float64{-0.298702, 0.119262, 0.558497}},
	{3, 8, 2, 12, [3]float64{-0.105439, 0.0153946, 0.135898}},
	{3, 4, 4, 8, [3]float64{-0.142891, 0.0258736, 0.200632}},
	{4, 0, 3, 5, [3]float64{-0.826319, -0.590612, -0.368214}},
	{1, 2, 2, 9, [3]float64{-0.557409, -0.233035, 0.0534525}},
	{2, 7, 3, 4, [3]float64{-0.0646826, 0.00620476, 0.0784847}},
	{2, 6, 2, 16, [3]float64{-0.192387, -0.029699, 0.215855}},
	{2, 1, 3, 2, [3]float64{-0.0397818, -0.00568076, 0.0292026}},
	{5, 10, 1, 15, [3]float64{-0.53823, -0.369934, -0.190235}},
	{3, 6, 2, 10, [3]float64{-0.124877, 0.0296483, 0.139239}},
	{2, 1, 1, 14, [3]float64{-0.101475, 0.0225617, 0.231971}},
	{3, 5, 6, 4, [3]float64{-0.0799915, -0.00729616, 0.063262}},
	{1, 9, 2, 12, [3]float64{-0.272556, 0.019424, 0.302559}},
	{3, 4, 2, 14, [3]float64{-0.164292, -0.0321188, 0.0846339}},
}

// grayCode is the code of a quantised value.
var grayCode = [4]uint32{0, 1, 3, 2}

// chromaprint makes the fingerprint of mono samples at soundRate.
type chromaprint struct {
	waiting     []int16
	window      [soundFrame]float64
	noteOf      [soundFrame]int
	first, last int
	turns       [soundFrame / 2]complex128
	spectrum    [soundFrame]complex128
	chroma      [][soundNotes]float64 // the last five, not smoothed
	image       [][soundNotes]float64 // the last sixteen, smoothed
	fingerprint []int32
}

func newChromaprint() *chromaprint {
	c := &chromaprint{}
	for i := range c.window {
		c.window[i] = (0.54 - float64(0.46*math.Cos(float64(i)*2*math.Pi/(soundFrame-1)))) / math.MaxInt16
	}
	bin := func(hertz float64) int { return int(math.Round(soundFrame * hertz / soundRate)) }
	c.first, c.last = max(1, bin(lowestNote)), min(soundFrame/2, bin(highestNote))
	for i := c.first; i < c.last; i++ {
		octave := math.Log(float64(i)*soundRate/soundFrame/tuning) / math.Ln2
		c.noteOf[i] = int(soundNotes * (octave - math.Floor(octave)))
	}
	for i := range c.turns {
		sin, cos := math.Sincos(-2 * math.Pi * float64(i) / soundFrame)
		c.turns[i] = complex(cos, sin)
	}
	return c
}

// add takes more samples.
func (c *chromaprint) add(samples []int16) {
	c.waiting = append(c.waiting, samples...)
	at := 0
	for ; len(c.waiting)-at >= soundFrame; at += soundStep {
		c.frame(c.waiting[at : at+soundFrame])
	}
	c.waiting = append(c.waiting[:0], c.waiting[at:]...)
}

func (c *chromaprint) frame(samples []int16) {
	for i, s := range samples {
		c.spectrum[reversed(i)] = complex(float64(s)*c.window[i], 0)
	}
	c.transform()
	var row [soundNotes]float64
	for i := c.first; i < c.last; i++ {
		re, im := real(c.spectrum[i]), imag(c.spectrum[i])
		row[c.noteOf[i]] += float64(re*re) + float64(im*im)
	}
	c.chroma = append(c.chroma, row)
	if len(c.chroma) < len(smoothing) {
		return
	}
	var smooth [soundNotes]float64
	norm := 0.0
	for note := range smooth {
		for i, weight := range smoothing {
			smooth[note] += float64(c.chroma[i][note] * weight)
		}
		norm += float64(smooth[note] * smooth[note])
	}
	c.chroma = append(c.chroma[:0], c.chroma[1:]...)
	norm = math.Sqrt(norm)
	for note := range smooth {
		if norm < silence {
			smooth[note] = 0
		} else {
			smooth[note] /= norm
		}
	}
	c.image = append(c.image, smooth)
	if len(c.image) < widestFilter {
		return
	}
	var word uint32
	for _, f := range soundFilters {
		word = word<<2 | grayCode[f.quantised(c.image)]
	}
	c.fingerprint = append(c.fingerprint, int32(word))
	c.image = append(c.image[:0], c.image[1:]...)
}

// reversed is a place of the samples in the order that transform works in.
func reversed(i int) int { return int(bits.Reverse16(uint16(i)) >> (16 - 12)) }

// transform is the fast Fourier transform (radix 2, decimation in time).
func (c *chromaprint) transform() {
	for size := 2; size <= soundFrame; size *= 2 {
		step := soundFrame / size
		for start := 0; start < soundFrame; start += size {
			for i := range size / 2 {
				a, b := start+i, start+i+size/2
				t := c.spectrum[b] * c.turns[i*step]
				c.spectrum[a], c.spectrum[b] = c.spectrum[a]+t, c.spectrum[a]-t
			}
		}
	}
}

// quantised is 0 to 3, by how an area of the image compares with another.
func (f soundFilter) quantised(image [][soundNotes]float64) int {
	area := func(fromRow, fromNote, toRow, toNote int) (sum float64) {
		for _, row := range image[fromRow:toRow] {
			for _, v := range row[fromNote:toNote] {
				sum += v
			}
		}
		return sum
	}
	low, high, end := f.note, f.note+f.notes, f.width
	half, halfNote := end/2, low+f.notes/2
	third, thirdNote := end/3, f.notes/3
	var a, b float64
	switch f.kind {
	case 0: // all
		a = area(0, low, end, high)
	case 1: // upper notes and lower ones
		a, b = area(0, halfNote, end, high), area(0, low, end, halfNote)
	case 2: // later and earlier
		a, b = area(half, low, end, high), area(0, low, half, high)
	case 3: // crosswise
		a = area(0, halfNote, half, high) + area(half, low, end, halfNote)
		b = area(0, low, half, halfNote) + area(half, halfNote, end, high)
	case 4: // notes in the middle
		a = area(0, low+thirdNote, end, low+2*thirdNote)
		b = area(0, low, end, low+thirdNote) + area(0, low+2*thirdNote, end, high)
	case 5: // time in the middle
		a = area(third, low, 2*third, high)
		b = area(0, low, third, high) + area(2*third, low, end, high)
	}
	value := math.Log((1 + a) / (1 + b))
	for i, limit := range f.limits {
		if value < limit {
			return i
		}
	}
	return len(f.limits)
}
