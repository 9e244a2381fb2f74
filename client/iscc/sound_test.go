package iscc_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"math/bits"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/iscc"
)

// wavOfTones is a WAV of eight seconds of three voices that change their notes, of channels alike, in a format: 1 for integers, 3 for
// floating point.
func wavOfTones(rate, channels, depth, format int) []byte {
	var samples bytes.Buffer
	for i := range 8 * rate {
		t := float64(i) / float64(rate)
		v := 0.0
		for voice, every := range []float64{0.5, 0.7, 1.1} {
			note := math.Floor(t / every)
			pitch := 220 * math.Pow(2, float64((int(note)*7+voice*5)%24)/12)
			since := t - note*every
			v += 0.25 * math.Exp(-3*since) * math.Sin(2*math.Pi*pitch*since)
		}
		for range channels {
			switch {
			case format == 3:
				_ = binary.Write(&samples, binary.LittleEndian, float32(v))
			case depth == 8:
				samples.WriteByte(byte(128 + math.Round(v*127)))
			default:
				whole := int32(math.Round(v * math.Pow(2, float64(depth-1)) * 0.99))
				_, _ = samples.Write(binary.LittleEndian.AppendUint32(nil, uint32(whole))[:depth/8])
			}
		}
	}
	var out bytes.Buffer
	out.WriteString("RIFF\x00\x00\x00\x00WAVEJUNK\x03\x00\x00\x00abc\x00fmt \x10\x00\x00\x00")
	frame := channels * depth / 8
	for _, v := range []any{
		uint16(format), uint16(channels), uint32(rate), uint32(rate * frame), uint16(frame), uint16(depth),
		[4]byte([]byte("data")), uint32(samples.Len()),
	} {
		_ = binary.Write(&out, binary.LittleEndian, v)
	}
	out.Write(samples.Bytes())
	return out.Bytes()
}

// What Debian's fpcalc 1.5.1 says of the same files, with -raw -signed -length 0.
func TestChromaprintIsThatOfFpcalc(t *testing.T) {
	var golden map[string][]int32
	raw, err := os.ReadFile(filepath.Join("testdata", "fpcalc.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &golden))
	require.Len(t, golden, 9)
	for name, want := range golden {
		t.Run(name, func(t *testing.T) {
			file := soundFile(t, name)
			mediaType := ofBytes(t, file, iscc.Options{}).MediaType
			got, err := iscc.Fingerprint(bytes.NewReader(file), mediaType, 1<<30)
			require.NoError(t, err)
			require.Len(t, got, len(want))
			differ := 0
			for i := range want {
				differ += bits.OnesCount32(uint32(got[i] ^ want[i]))
			}
			require.LessOrEqual(t, differ, len(want)*32/1000, "of %d bits", len(want)*32)
			ours, err := iscc.Audio(got, 256)
			require.NoError(t, err)
			theirs, err := iscc.Audio(want, 256)
			require.NoError(t, err)
			require.Equal(t, theirs, ours)
			code, found := ofBytes(t, file, iscc.Options{Bits: 256, MediaType: "application/octet-stream"}).Unit(iscc.TypeContent)
			require.True(t, found)
			require.Equal(t, theirs, code)
		})
	}
}

// waves are the files that the test makes: rate, channels, bits, format.
var waves = map[string][4]int{
	"44100-stereo-16.wav": {44100, 2, 16, 1}, "48000-mono-24.wav": {48000, 1, 24, 1}, "8000-mono-8.wav": {8000, 1, 8, 1},
	"11025-mono-16.wav": {11025, 1, 16, 1}, "22050-stereo-float.wav": {22050, 2, 32, 3}, "96000-mono-32.wav": {96000, 1, 32, 1},
}

func soundFile(t *testing.T, name string) []byte {
	t.Helper()
	if w, made := waves[name]; made {
		return wavOfTones(w[0], w[1], w[2], w[3])
	}
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return raw
}

func TestSoundThatIsLeftOut(t *testing.T) {
	whole := wavOfTones(8000, 1, 16, 1)
	flac := soundFile(t, "tones.flac")
	damaged := bytes.Clone(flac)
	damaged[len(damaged)/2] ^= 1
	for _, file := range []struct {
		name string
		raw  []byte
		why  error
	}{
		{"short", whole[:len(whole)/4], iscc.ErrNothing},
		{"no samples", whole[:40], iscc.ErrUnreadable},
		{"FLAC with a flipped bit", damaged, iscc.ErrUnreadable},
		{"FLAC that is cut", flac[:len(flac)-9], iscc.ErrUnreadable},
		{"Opus", []byte("OggS\x00\x02" + strings.Repeat("\x00", 20) + "\x01\x13OpusHead"), iscc.ErrUnreadable},
	} {
		result := ofBytes(t, file.raw, iscc.Options{})
		require.Len(t, result.Left, 2, file.name)
		require.ErrorIs(t, result.Left[1].Why, file.why, file.name)
	}
	result := ofBytes(t, whole, iscc.Options{MaxSamples: 60_000})
	require.ErrorIs(t, result.Left[1].Why, iscc.ErrTooLarge)
}
