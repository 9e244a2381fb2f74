package iscc

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/hajimehoshi/go-mp3"
	"github.com/jfreymuth/oggvorbis"
)

const (
	// DefaultMaxSamples is six hours at 48,000 samples a second. It bounds what a small file with a long silence costs.
	DefaultMaxSamples = 1 << 30

	minSoundRate, maxSoundRate = 1001, 768_000
	maxChannels                = 32
	soundBlock                 = 4096 // samples of all channels together, at least
)

// sound is what a decoder reads: samples of all channels in turn, in the scale of 16 bits.
type sound struct {
	rate, channels int
	// whole: samples are integers of at most 16 bits, and so is their mean.
	whole bool
	// read fills a block with some samples, a multiple of channels, and fails with io.EOF at the end.
	read func(block []float64) (int, error)
	// skip are samples of each channel that the encoder put in front, length those that follow, or -1.
	skip, length int64
}

var sounds = map[string]func(io.ReadSeeker) (*sound, error){
	"audio/wav":  openWAV,
	"audio/mpeg": openMP3,
	"audio/ogg":  openVorbis,
	"audio/flac": openFLAC,
}

// Fingerprint decodes sound of a media type and makes its Chromaprint, of which an Audio-Code is made. It fails with ErrNothing where the
// sound is shorter than three seconds, with ErrTooLarge where a channel has more than maxSamples, with ErrUnreadable and ErrUnsupported.
func Fingerprint(in io.ReadSeeker, mediaType string, maxSamples int64) (fingerprint []int32, err error) {
	open, known := sounds[mediaType]
	if !known {
		return nil, fmt.Errorf("%w: %s", ErrUnsupported, mediaType)
	}
	defer func() {
		if r := recover(); r != nil { // a decoder is somebody else's
			fingerprint, err = nil, fmt.Errorf("%w: %v", ErrUnreadable, r)
		}
	}()
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	s, err := open(in)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if s.rate < minSoundRate || s.rate > maxSoundRate || s.channels < 1 || s.channels > maxChannels {
		return nil, fmt.Errorf("%w: %d samples a second, %d channels", ErrUnreadable, s.rate, s.channels)
	}
	ended := func() error { return nil }
	if of, is := in.(*reading); is {
		ended = of.ended // much sound may come of few bytes
	}
	fingerprint, err = s.fingerprint(maxSamples, ended)
	if err == nil && len(fingerprint) == 0 {
		err = fmt.Errorf("%w: the sound is too short", ErrNothing)
	}
	return fingerprint, err
}

func (s *sound) fingerprint(maxSamples int64, ended func() error) ([]int32, error) {
	print, resampling := newChromaprint(), newResampler(s.rate)
	block := make([]float64, soundBlock-soundBlock%s.channels)
	mono := make([]float64, 0, len(block))
	at := int64(0)
	for done := false; !done; {
		n, err := s.read(block)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
		}
		done = err != nil
		mono = mono[:0]
		for i := 0; i+s.channels <= n; i += s.channels {
			if at++; at <= s.skip || s.length >= 0 && at > s.skip+s.length {
				continue
			}
			mono = append(mono, s.mean(block[i:i+s.channels]))
		}
		if err := ended(); err != nil {
			return nil, err
		}
		if at > maxSamples {
			return nil, fmt.Errorf("%w: more than %d samples of sound", ErrTooLarge, maxSamples)
		}
		print.add(resampling.add(mono))
	}
	print.add(resampling.flush())
	return print.fingerprint, nil
}

func (s *sound) mean(samples []float64) float64 {
	sum := 0.0
	for _, v := range samples {
		sum += v
	}
	if sum != sum || math.IsInf(sum, 0) { // samples of floating point may be anything
		return 0
	}
	if sum /= float64(len(samples)); s.whole {
		return math.Floor(sum + 0.5)
	}
	return sum
}

// openWAV reads uncompressed sound: integers of 8 to 32 bits, and floating point.
func openWAV(in io.ReadSeeker) (*sound, error) {
	if _, err := in.Seek(12, io.SeekStart); err != nil {
		return nil, err
	}
	buffered := bufio.NewReaderSize(in, 1<<16)
	var format []byte
	for range exifChunks {
		var head [8]byte
		if _, err := io.ReadFull(buffered, head[:]); err != nil {
			return nil, err
		}
		size := int64(binary.LittleEndian.Uint32(head[4:]))
		switch string(head[:4]) {
		case "data":
			if len(format) < 16 {
				return nil, errors.New("no format before the samples")
			}
			if size == math.MaxUint32 || size == 0 { // written while it was recorded
				size = math.MaxInt64
			}
			return wavOf(format, io.LimitReader(buffered, size))
		case "fmt ":
			if size > exifLimit {
				return nil, errors.New("a format of many bytes")
			}
			format = make([]byte, size+size%2) // a chunk ends at an even place
			if _, err := io.ReadFull(buffered, format); err != nil {
				return nil, err
			}
		default:
			if _, err := io.CopyN(io.Discard, buffered, size+size%2); err != nil {
				return nil, err
			}
		}
	}
	return nil, errors.New("no samples")
}

const (
	wavIntegers   = 1
	wavFloat      = 3
	wavExtensible = 0xfffe
)

func wavOf(format []byte, in io.Reader) (*sound, error) {
	u16 := binary.LittleEndian.Uint16
	kind, channels, rate, bits := u16(format), int(u16(format[2:])), binary.LittleEndian.Uint32(format[4:]), int(u16(format[14:]))
	if kind == wavExtensible && len(format) >= 26 {
		kind = u16(format[24:])
	}
	width := bits / 8
	switch {
	case bits%8 != 0 || channels < 1 || channels > maxChannels || rate > maxSoundRate:
		return nil, fmt.Errorf("%d bits, %d channels, %d samples a second", bits, channels, rate)
	case kind == wavIntegers && width >= 1 && width <= 4:
	case kind == wavFloat && (width == 4 || width == 8):
	default:
		return nil, fmt.Errorf("samples of the kind %d with %d bits", kind, bits)
	}
	raw := make([]byte, 0, soundBlock*8)
	s := &sound{rate: int(rate), channels: channels, whole: kind == wavIntegers && width <= 2, length: -1}
	s.read = func(block []float64) (int, error) {
		n, err := io.ReadFull(in, raw[:len(block)*width])
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = io.EOF
		}
		n /= width
		for i := range n {
			block[i] = wavSample(raw[i*width:(i+1)*width], kind)
		}
		return n, err
	}
	return s, nil
}

func wavSample(raw []byte, kind uint16) float64 {
	switch {
	case kind == wavFloat && len(raw) == 4:
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(raw[:4]))) * (1 << 15)
	case kind == wavFloat:
		return math.Float64frombits(binary.LittleEndian.Uint64(raw[:8])) * (1 << 15)
	case len(raw) == 1: // from 0 to 255
		return (float64(raw[0]) - 128) * (1 << 8)
	}
	var v int32
	for i, b := range raw {
		v |= int32(b) << (8 * (4 - len(raw) + i))
	}
	return float64(v) / (1 << 16)
}

func openVorbis(in io.ReadSeeker) (*sound, error) {
	if err := checkVorbis(in); err != nil {
		return nil, err
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	r, err := oggvorbis.NewReader(onlyReader{bufio.NewReader(in)})
	if err != nil {
		return nil, err
	}
	if r.Channels() < 1 || r.Channels() > maxChannels {
		return nil, fmt.Errorf("%d channels", r.Channels())
	}
	samples := make([]float32, soundBlock-soundBlock%r.Channels())
	return &sound{rate: r.SampleRate(), channels: r.Channels(), length: -1, read: func(block []float64) (int, error) {
		n, err := r.Read(samples[:len(block)])
		for i, v := range samples[:n] {
			block[i] = float64(v) * (1 << 15)
		}
		return n, err
	}}, nil
}

// onlyReader hides that a file can be read from any place, for decoders that would look at its end first.
type onlyReader struct{ io.Reader }

func openMP3(in io.ReadSeeker) (*sound, error) {
	skip, length := mp3Padding(in)
	if err := skipID3(in); err != nil {
		return nil, err
	}
	d, err := mp3.NewDecoder(onlyReader{bufio.NewReader(in)})
	if err != nil {
		return nil, err
	}
	const channels, width = 2, 2 // of all that it decodes
	raw := make([]byte, soundBlock*width)
	return &sound{rate: d.SampleRate(), channels: channels, whole: true, skip: skip, length: length, read: func(block []float64) (int, error) {
		n, err := io.ReadFull(d, raw[:len(block)*width])
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = io.EOF
		}
		n /= width
		for i := range n {
			block[i] = float64(int16(binary.LittleEndian.Uint16(raw[i*width:])))
		}
		return n, err
	}}, nil
}
