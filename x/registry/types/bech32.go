package types

import "slices"

// Ids are read and written many times a transaction, a payment of a thousand
// lines three thousand times, and the general library took a sixth of such a
// payment. What follows reads and writes well-formed ids of a known length; all
// else, and so every error, is the library's. BIP 173 is the standard.

const charset = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

// checksumLen is the number of characters of a checksum.
const checksumLen = 6

// values are the five bits that a character stands for; 255: none.
var values = func() (table [256]byte) {
	for i := range table {
		table[i] = 255
	}
	for i, c := range []byte(charset) {
		table[c] = byte(i)
	}
	return table
}()

// steps are what the five bits that leave the checksum do to it.
var steps = func() (table [32]uint32) {
	for top := range table {
		for bit, generator := range []uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>bit&1 == 1 {
				table[top] ^= generator
			}
		}
	}
	return table
}()

// step takes five more bits into a checksum.
func step(sum uint32, value byte) uint32 {
	return (sum&0x1ffffff)<<5 ^ uint32(value) ^ steps[sum>>25]
}

// begin is the checksum over a prefix.
func begin(prefix string) uint32 {
	sum := uint32(1)
	for i := range len(prefix) {
		sum = step(sum, prefix[i]>>5)
	}
	sum = step(sum, 0)
	for i := range len(prefix) {
		sum = step(sum, prefix[i]&31)
	}
	return sum
}

// sizeID is the length of an id's text.
func sizeID(prefix string, length int) int { return len(prefix) + 1 + (length*8+4)/5 + checksumLen }

// readID reads a well-formed id in lower case into id; false: it is not one.
func readID[Text string | []byte](s Text, prefix string, id []byte) bool {
	chars := (len(id)*8 + 4) / 5
	if len(s) != sizeID(prefix, len(id)) || string(s[:len(prefix)]) != prefix || s[len(prefix)] != '1' {
		return false
	}
	sum := begin(prefix)
	data := s[len(prefix)+1:]
	var held uint32
	bits, next := 0, 0
	for i := range len(data) {
		value := values[data[i]]
		if value == 255 {
			return false
		}
		sum = step(sum, value)
		if i >= chars {
			continue
		}
		held = held<<5 | uint32(value)
		if bits += 5; bits >= 8 {
			bits -= 8
			id[next] = byte(held >> bits)
			next++
		}
	}
	return sum == 1 && held&(1<<bits-1) == 0
}

// appendID writes an id behind s.
func appendID(s []byte, prefix string, id []byte) []byte {
	s = append(slices.Grow(s, sizeID(prefix, len(id))), prefix...)
	s = append(s, '1')
	sum := begin(prefix)
	put := func(value byte) {
		sum = step(sum, value)
		s = append(s, charset[value])
	}
	var held uint32
	bits := 0
	for _, b := range id {
		held = held<<8 | uint32(b)
		for bits += 8; bits >= 5; {
			bits -= 5
			put(byte(held >> bits & 31))
		}
	}
	if bits > 0 {
		put(byte(held << (5 - bits) & 31))
	}
	for range checksumLen {
		sum = step(sum, 0)
	}
	for i := range checksumLen {
		s = append(s, charset[(sum^1)>>(5*(checksumLen-1-i))&31])
	}
	return s
}
