package fingerprint

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"
)

const (
	base36Digits = "0123456789abcdefghijklmnopqrstuvwxyz"
	base58Digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
)

// dagPB is the multicodec of what every CID of version 0 names.
const dagPB = 0x70

var (
	base32Lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
	base32Upper = base32.StdEncoding.WithPadding(base32.NoPadding)
)

// cid: version 1 in lower-case base32, which the CID specification
// (github.com/multiformats/cid, "Human-readable CIDs") names as the default. A
// CID of version 0, base58 of a SHA-256 multihash, is the same as one of version 1
// with the codec dag-pb ("CIDv0"). Any base of the multibase table that is in use
// for CIDs is read; a path after the CID is not.
func cid(s string) (string, error) {
	s, _ = cutAny(s, "ipfs://", "/ipfs/", "dweb:/ipfs/", "cid:")
	s = strings.TrimSuffix(s, "/")
	bz, err := CIDBytes(s)
	if err != nil {
		return "", err
	}
	if err := checkCID(bz); err != nil {
		return "", err
	}
	return "b" + base32Lower.EncodeToString(bz), nil
}

// CIDBytes returns the binary form of a CID, of version 1 whatever it is written as. It says
// nothing of the hash in it.
func CIDBytes(s string) ([]byte, error) {
	if len(s) == 46 && strings.HasPrefix(s, "Qm") {
		multihash, err := decodeBase(s, base58Digits)
		if err != nil || len(multihash) != 34 || multihash[0] != 0x12 || multihash[1] != 32 {
			return nil, errors.New("starts as a CID of version 0, but is none: look for a slip")
		}
		return append([]byte{1, dagPB}, multihash...), nil
	}
	if s == "" {
		return nil, errNoCID
	}
	bz, err := decodeMultibase(s[0], s[1:])
	if err != nil {
		return nil, errNoCID
	}
	return bz, nil
}

var errNoCID = errors.New("must be a CID, such as bafybei... or Qm..., without a path")

// decodeMultibase reads what follows a multibase prefix, in its only spelling.
func decodeMultibase(prefix byte, s string) ([]byte, error) {
	switch prefix {
	case 'b':
		return decodeBase32(base32Lower, s)
	case 'B':
		return decodeBase32(base32Upper, s)
	case 'f', 'F':
		return hex.DecodeString(s)
	case 'k':
		return decodeBase(s, base36Digits)
	case 'K':
		return decodeBase(strings.ToLower(s), base36Digits)
	case 'm':
		return base64.RawStdEncoding.Strict().DecodeString(s)
	case 'u':
		return base64.RawURLEncoding.Strict().DecodeString(s)
	case 'z':
		return decodeBase(s, base58Digits)
	}
	return nil, fmt.Errorf("unknown multibase %q", prefix)
}

// decodeBase32 is strict: the bits that fill the last character are zero.
func decodeBase32(encoding *base32.Encoding, s string) ([]byte, error) {
	bz, err := encoding.DecodeString(s)
	if err == nil && encoding.EncodeToString(bz) != s {
		err = errors.New("not the spelling of its bytes")
	}
	return bz, err
}

// decodeBase reads a number in a base that is no power of two. No CID starts with
// a zero byte, so a leading zero digit is refused.
func decodeBase(s, digits string) ([]byte, error) {
	n, base := new(big.Int), big.NewInt(int64(len(digits)))
	for i := range len(s) {
		digit := strings.IndexByte(digits, s[i])
		if digit < 0 || i == 0 && digit == 0 {
			return nil, fmt.Errorf("digit %q at %d", s[i], i+1)
		}
		n.Mul(n, base).Add(n, big.NewInt(int64(digit)))
	}
	return n.Bytes(), nil
}

// checkCID checks the binary form: version 1, codec, and a multihash whose digest
// has the length that it states.
func checkCID(bz []byte) error {
	var fields [4]uint64 // version, codec, hash function, length of the digest
	for i := range fields {
		n, size := binary.Uvarint(bz)
		if size <= 0 || size > 1 && bz[size-1] == 0 { // cut off, or longer than it has to be
			return errNoCID
		}
		fields[i], bz = n, bz[size:]
	}
	if fields[0] != 1 {
		return fmt.Errorf("has version %d: write version 0 as Qm..., or version 1", fields[0])
	}
	if fields[3] != uint64(len(bz)) {
		return fmt.Errorf("has a digest of %d bytes where it states %d: look for what is lost or too much",
			len(bz), fields[3])
	}
	return nil
}
