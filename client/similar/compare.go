package similar

import (
	"encoding/binary"
	"math/bits"

	"github.com/stemma-chain/stemma/client/iscc"
)

// Code is of what is in a file, or of its bytes: those of two files alike differ in few bits.
type Code struct {
	// Unit says what it is of: "text", "image", "audio", "video", "mixed" or "data".
	Unit string
	// Bits are the first 64 of it, by which codes of all lengths can be compared.
	Bits uint64
}

// unitOf names the units of ISCC that can be compared. Meta-Codes are of titles, which many works share, and Instance-Codes of the
// bytes, which have a digest: neither says that something looks like something.
func unitOf(c iscc.Code) string {
	if c.Main == iscc.TypeData {
		return "data"
	}
	if c.Main != iscc.TypeContent {
		return ""
	}
	return map[iscc.SubType]string{
		iscc.SubText: "text", iscc.SubImage: "image", iscc.SubAudio: "audio", iscc.SubVideo: "video", iscc.SubMixed: "mixed",
	}[c.Sub]
}

// Codes reads what of an ISCC, in any spelling, can be compared; it may be nothing. It fails with iscc.ErrInvalidCode.
func Codes(text string) (all []Code, err error) {
	code, err := iscc.Parse(text)
	if err != nil {
		return nil, err
	}
	parts, err := iscc.Decompose(code)
	if err != nil {
		return nil, err
	}
	for _, part := range parts {
		if unit, body := unitOf(part), part.Body(); unit != "" && part.Version == 0 && len(body) >= 8 {
			all = append(all, Code{unit, binary.BigEndian.Uint64(body)})
		}
	}
	return all, nil
}

// Nearest says by which unit two things are nearest, and in how many of 64 bits its codes differ; comparable is false where they have no
// unit in common.
func Nearest(a, b []Code) (unit string, distance int, comparable bool) {
	distance = 65
	for _, one := range a {
		for _, other := range b {
			if d := bits.OnesCount64(one.Bits ^ other.Bits); one.Unit == other.Unit && d < distance {
				unit, distance = one.Unit, d
			}
		}
	}
	return unit, distance, unit != ""
}
