package iscc

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// simhash is the majority of each bit over hashes of one length; a tie is a 1.
func simhash(hashes [][]byte) []byte {
	n := len(hashes[0])
	ones := make([]int, 8*n)
	for _, h := range hashes {
		for i := range ones {
			ones[i] += int(h[i/8] >> (7 - i%8) & 1)
		}
	}
	out := make([]byte, n)
	for i, count := range ones {
		if 2*count >= len(hashes) {
			out[i/8] |= 1 << (7 - i%8)
		}
	}
	return out
}

// minhash keeps the least value of 64 permutations over features, so that features need not be kept.
type minhash struct {
	least [64]uint32
	any   bool
}

const mersenne61 = 1<<61 - 1

func (m *minhash) add(feature uint32) {
	if !m.any {
		m.any = true
		for i := range m.least {
			m.least[i] = 1<<32 - 1
		}
	}
	f := uint64(feature)
	for i := range m.least {
		v := minhashA[i]*f + minhashB[i] // modulo 2^64, as the standard has it
		v = v>>61 + v&mersenne61
		if v >= mersenne61 {
			v -= mersenne61
		}
		m.least[i] = min(m.least[i], uint32(v))
	}
}

// sum is 256 bits: the lowest bit of each of the 64 values, then the second, the third and the fourth.
func (m *minhash) sum() []byte {
	out := make([]byte, 32)
	for i := range 256 {
		out[i/8] |= byte(m.least[i%64]>>(i/64)&1) << (7 - i%8)
	}
	return out
}

// Primes of xxHash (github.com/Cyan4973/xxHash, XXH32).
const (
	xxPrime1 uint32 = 2654435761
	xxPrime2 uint32 = 2246822519
	xxPrime3 uint32 = 3266489917
	xxPrime4 uint32 = 668265263
	xxPrime5 uint32 = 374761393
)

// xxh32 is XXH32 with the seed 0.
func xxh32(b []byte) uint32 {
	h, n := xxPrime5, uint32(len(b)) // chunks are below 2^32
	if len(b) >= 16 {
		p1, p2 := xxPrime1, xxPrime2
		v1, v2, v3, v4 := p1+p2, p2, uint32(0), -p1
		for len(b) >= 16 {
			v1 = xxRound(v1, binary.LittleEndian.Uint32(b))
			v2 = xxRound(v2, binary.LittleEndian.Uint32(b[4:]))
			v3 = xxRound(v3, binary.LittleEndian.Uint32(b[8:]))
			v4 = xxRound(v4, binary.LittleEndian.Uint32(b[12:]))
			b = b[16:]
		}
		h = bits.RotateLeft32(v1, 1) + bits.RotateLeft32(v2, 7) + bits.RotateLeft32(v3, 12) + bits.RotateLeft32(v4, 18)
	}
	h += n
	for ; len(b) >= 4; b = b[4:] {
		h = bits.RotateLeft32(h+binary.LittleEndian.Uint32(b)*xxPrime3, 17) * xxPrime4
	}
	for _, c := range b {
		h = bits.RotateLeft32(h+uint32(c)*xxPrime5, 11) * xxPrime1
	}
	h = (h ^ h>>15) * xxPrime2
	h = (h ^ h>>13) * xxPrime3
	return h ^ h>>16
}

func xxRound(v, word uint32) uint32 { return bits.RotateLeft32(v+word*xxPrime2, 13) * xxPrime1 }

// parts divides rows into n parts of which the first ones are longer by one, as far as it does not come out even.
func parts[T any](rows []T, n int) [][]T {
	out := make([][]T, n)
	for i := range n {
		size := len(rows) / (n - i)
		if len(rows)%(n-i) != 0 {
			size++
		}
		out[i], rows = rows[:size], rows[size:]
	}
	return out
}

// median of an even number of values.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[len(sorted)/2-1] + sorted[len(sorted)/2]) / 2
}
