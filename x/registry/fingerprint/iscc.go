package fingerprint

import (
	"errors"
	"fmt"
	"math/bits"
)

// Main types of ISCCs whose length is not counted as that of the others.
const (
	isccComposite = 5
	isccID        = 6
	isccWide      = 7 // subtype of composites
)

// iscc: the prefix ISCC: and capitals in base32 without padding, the canonical
// form of ISO 24138:2024. The header's four numbers are main type, subtype, version
// and length, and the body has as many bits as the last says.
func iscc(s string) (string, error) {
	s, _ = cutAny(s, "iscc:")
	code := compact(s, "")
	bz, err := decodeBase32(base32Upper, code)
	if err != nil || len(bz) < 2 || (bz[0]|bz[1])&0x88 != 0 {
		return "", errors.New("must be an ISCC in base32, such as ISCC:AAAT4EBWK27737D2")
	}
	mainType, subtype, length := int(bz[0]>>4), int(bz[0]&15), int(bz[1]&15)
	body := len(bz) - 2
	if want := isccBody(mainType, subtype, length); body != want {
		return "", fmt.Errorf("has %d bytes after its header, which states %d: look for what is lost or too much",
			body, want)
	}
	return "ISCC:" + code, nil
}

// isccBody is the length of the body in bytes (ISO 24138:2024, header: length).
func isccBody(mainType, subtype, length int) int {
	switch {
	case mainType == isccComposite && subtype == isccWide:
		return 32
	case mainType == isccComposite: // data and instance, and a unit for each bit set
		return 16 + 8*bits.OnesCount(uint(length))
	case mainType == isccID:
		return 8 + length
	}
	return 4 * (length + 1)
}
