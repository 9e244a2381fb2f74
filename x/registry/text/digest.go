package text

import (
	"crypto/sha256"
	"encoding/binary"
)

// Digest is what stays of a text that is blanked: SHA-256 over a domain tag and
// the fields of the text, each with its length in 4 bytes, big-endian, before it.
// Whoever kept the text can prove that it stood there.
func Digest(domain string, fields ...string) [32]byte {
	h := sha256.New()
	h.Write([]byte(domain))
	for _, field := range fields {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(field))))
		h.Write([]byte(field))
	}
	return [32]byte(h.Sum(nil))
}
