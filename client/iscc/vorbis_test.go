package iscc_test

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/iscc"
)

// ogg is a stream of Vorbis with these headers, a page each.
func ogg(packets ...[]byte) (file []byte) {
	for n, packet := range packets {
		page := append([]byte("OggS"), make([]byte, 22)...)
		page[5] = 2 * byte(min(1, 1-min(n, 1))) // the first begins the stream
		binary.LittleEndian.PutUint32(page[18:], uint32(n))
		segments := bytes.Repeat([]byte{255}, len(packet)/255)
		segments = append(segments, byte(len(packet)%255))
		page = append(page, byte(len(segments)))
		page = append(append(page, segments...), packet...)
		binary.LittleEndian.PutUint32(page[22:], oggSum(page))
		file = append(file, page...)
	}
	return file
}

func oggSum(page []byte) (sum uint32) {
	for _, b := range page {
		sum ^= uint32(b) << 24
		for range 8 {
			if sum&(1<<31) != 0 {
				sum = sum<<1 ^ 0x04c11db7
			} else {
				sum <<= 1
			}
		}
	}
	return sum
}

// field is a number of so many bits, the lowest first.
type field struct {
	value uint64
	bits  int
}

func packed(fields ...field) (raw []byte) {
	at := 0
	for _, f := range fields {
		for i := range f.bits {
			if at%8 == 0 {
				raw = append(raw, 0)
			}
			raw[at/8] |= byte(f.value>>i&1) << (at % 8)
			at++
		}
	}
	return raw
}

// A few bytes of sound must not make the decoder take all memory, which ends the program, nor look for something for ever.
func TestHeadersOfSoundThatLie(t *testing.T) {
	head := func(kind byte, body []byte) []byte { return append(append([]byte{kind}, "vorbis"...), body...) }
	identification := head(1, append([]byte{0, 0, 0, 0, 2, 0x44, 0xac, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xb8}, 1))
	comments := head(3, make([]byte, 8))
	book := func(fields ...field) []byte {
		return head(5, append(packed(append([]field{{0, 8}, {0x564342, 24}}, fields...)...), make([]byte, 64)...))
	}
	for name, file := range map[string][]byte{
		"terabytes of values":       ogg(identification, comments, book(field{65535, 16}, field{1 << 15, 24}, field{1, 1}, field{0, 5}, field{1 << 15, 16}, field{2, 4})),
		"no end of a list":          ogg(identification, comments, book(field{1, 16}, field{1 << 20, 24}, field{1, 1})),
		"no end of a short list":    ogg(identification, comments, book(field{1, 16}, field{1 << 10, 24}, field{1, 1})),
		"a list of nothing":         ogg(identification, comments, book(field{1, 16}, field{0, 24})),
		"a list without codes":      ogg(identification, comments, book(field{1, 16}, field{2, 24}, field{0, 1}, field{1, 1})),
		"codes of no values":        ogg(identification, comments, book(field{0, 16}, field{2, 24})),
		"more comments than bytes":  ogg(identification, head(3, []byte{0, 0, 0, 0, 255, 255, 255, 255}), book()),
		"a vendor that goes beyond": ogg(identification, head(3, []byte{255, 255, 255, 255, 0, 0, 0, 0}), book()),
		"no header at all":          ogg([]byte{1}, nil, nil),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := iscc.Fingerprint(bytes.NewReader(file), "audio/ogg", 1<<20)
			require.ErrorIs(t, err, iscc.ErrUnreadable)
		})
	}
}
