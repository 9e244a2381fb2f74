package text

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// later: what Unicode 16 and 17 composes, decomposes or puts in an order, and
// Unicode 15 does not know. The library takes the version of Unicode that the
// compiler has; without these characters all versions give one answer, since
// Unicode never changes it for a character that it has. So they part a text, and
// NFC is asked of the pieces.
var later = []span{
	{0x0897, 0x0897},
	{0x1acf, 0x1add},
	{0x1ae0, 0x1aeb},
	{0x105c9, 0x105c9},
	{0x105d2, 0x105d2},
	{0x105da, 0x105da},
	{0x105e4, 0x105e4},
	{0x10d69, 0x10d6d},
	{0x10efa, 0x10efb},
	{0x11382, 0x11385},
	{0x1138b, 0x1138b},
	{0x1138e, 0x1138e},
	{0x11390, 0x11391},
	{0x113b8, 0x113b8},
	{0x113bb, 0x113bb},
	{0x113c2, 0x113c2},
	{0x113c5, 0x113c5},
	{0x113c7, 0x113c9},
	{0x113ce, 0x113d0},
	{0x1611e, 0x16129},
	{0x1612f, 0x1612f},
	{0x16d63, 0x16d63},
	{0x16d67, 0x16d6a},
	{0x1e5ee, 0x1e5ef},
	{0x1e6e3, 0x1e6e3},
	{0x1e6e6, 0x1e6e6},
	{0x1e6ee, 0x1e6ef},
	{0x1e6f5, 0x1e6f5},
}

// Compose returns s in NFC (Unicode Standard Annex 15), for clients: keyboards
// and file systems write é in one character or in two, the chain takes one.
func Compose(s string) string {
	var b strings.Builder
	for s != "" {
		piece, further := cutLater(s)
		b.WriteString(norm.NFC.String(piece))
		b.WriteString(further)
		s = s[len(piece)+len(further):]
	}
	return b.String()
}

// notComposed is the place in bytes of the first character that is another in
// NFC; the length of s where all of it is in NFC.
func notComposed(s string) int {
	start := 0
	for start < len(s) {
		piece, further := cutLater(s[start:])
		if !norm.NFC.IsNormalString(piece) {
			return start + firstChange(piece, norm.NFC.String(piece))
		}
		start += len(piece) + len(further)
	}
	return start
}

// cutLater returns what comes before the first later character, and that character.
func cutLater(s string) (piece, further string) {
	for i, r := range s {
		if in(r, later) {
			return s[:i], s[i : i+utf8.RuneLen(r)]
		}
	}
	return s, ""
}

func firstChange(s, normal string) int {
	for i, r := range s {
		if !strings.HasPrefix(normal[i:], string(r)) {
			return i
		}
	}
	return len(s)
}
