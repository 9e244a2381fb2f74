// Package text has the rules for what people write on chain: titles, names,
// roles, URIs. It is pure; the chain refuses by it and clients ask it before
// they send.
//
// A text is bounded, visible and has one spelling: nothing is hidden in it, and it
// is in NFC, so that é has the same bytes whoever writes it. Letters of two scripts
// and spaces of two widths can still look alike; whoever compares texts by eye
// compares them by digest too. Zero-width characters are refused, the joiners
// U+200C and U+200D among them, although Persian and Indic spelling and composed
// emoji use them: where a joiner is visible and where it only hides depends on
// tables that grow with each version of Unicode, and all nodes have to agree for
// ever. Such words are written with a space or joined, such emoji one beside the
// other; the exact spelling can stand in the metadata that a work points to.
// Variation selectors are allowed where they choose a form, after an emoji or an
// ideograph, and one at a time: a row of them carries any bytes unseen. Marks need
// a character to stand on, and one character bears few.
//
// The tables are our own and do not change with the compiler's version of Unicode.
// Characters that Unicode does not assign yet are allowed for the same reason;
// whole planes without any character are not.
package text

import (
	"fmt"
	"unicode/utf8"
)

// Problem says what is wrong with a text.
type Problem uint8

// What can be wrong.
const (
	// TooLong: more bytes than the limit.
	TooLong Problem = iota + 1
	// NotUTF8: bytes that are no UTF-8.
	NotUTF8
	// Control: a control character, a line break and a tab among them.
	Control
	// Invisible: a character without width, which hides in a text.
	Invisible
	// Direction: a character that turns the direction of writing.
	Direction
	// Separator: a line or paragraph separator.
	Separator
	// Meaningless: a noncharacter, of private use, or from a plane that holds none.
	Meaningless
	// Variation: a variation selector where there is no form to choose.
	Variation
	// Edge: a space at the start or the end.
	Edge
	// NotInURI: a character that URIs do not take as it is.
	NotInURI
	// NoScheme: a URI that does not start with a scheme and a colon.
	NoScheme
	// NoBase: a mark without a character that it stands on.
	NoBase
	// TooManyMarks: more marks on one character than any script has.
	TooManyMarks
	// NotComposed: a character that is another in NFC, by itself or with the next.
	NotComposed
	// NoEscape: a percent sign in a URI without two hex digits.
	NoEscape
)

// Error says where and why a text is refused.
type Error struct {
	// Field is the name that the caller gave.
	Field   string
	Problem Problem
	// Position counts characters from 1; 0: the text as a whole.
	Position int
	// Rune is the character at the position, unless the problem is NotUTF8.
	Rune rune
	// Bytes and Limit are the lengths for TooLong.
	Bytes, Limit int
}

// Error implements error: field, place, code point and what to do.
func (e *Error) Error() string {
	at := fmt.Sprintf("%s has U+%04X at character %d", e.Field, e.Rune, e.Position)
	switch e.Problem {
	case TooLong:
		return fmt.Sprintf("%s has %d bytes, at most %d are possible: shorten it", e.Field, e.Bytes, e.Limit)
	case NotUTF8:
		return fmt.Sprintf("%s is not valid UTF-8 at character %d: save it as UTF-8", e.Field, e.Position)
	case Control:
		return at + ", a control character: remove line breaks, tabs and escapes"
	case Invisible:
		return at + ", which cannot be seen: remove it"
	case Direction:
		return at + ", which turns the direction of writing: remove it"
	case Separator:
		return at + ", which separates lines: write a space"
	case Meaningless:
		return at + ", which means nothing outside of a private agreement: remove it"
	case Variation:
		return at + ", a variation selector that selects nothing there: remove it"
	case Edge:
		return at + ", a space at the edge of the text: remove it"
	case NoBase:
		return at + ", a mark that stands on nothing: write the character before it"
	case TooManyMarks:
		return fmt.Sprintf("%s, and before it %d marks on one character: remove it", at, maxMarks)
	case NotComposed:
		return at + ", where Unicode has a composed or preferred spelling: write it in NFC"
	case NoEscape:
		return at + ", which starts no escape: give it two hex digits, or write the sign itself as %25"
	case NotInURI:
		return fmt.Sprintf("%s: write it as %s", at, percent(e.Rune))
	}
	return fmt.Sprintf("%s must be a URI: start it with a scheme, such as https: or ipfs:", e.Field)
}

// Check says whether s may stand on chain: at most limit bytes of UTF-8 in NFC, all
// of it visible, without spaces at its edges. The empty text passes. It fails with
// an *Error that has the field's name.
func Check(field, s string, limit int) error {
	if len(s) > limit {
		return &Error{Field: field, Problem: TooLong, Bytes: len(s), Limit: limit}
	}
	composed := notComposed(s)
	position, previous, onBase := 0, rune(0), 0
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		position++
		onBase++
		if !in(r, marks) {
			onBase = 0
		}
		problem := problemOf(r, size, previous)
		atEdge := i == 0 || i+size == len(s)
		switch {
		case problem != 0:
		case atEdge && in(r, spaces):
			problem = Edge
		case i == 0 && onBase > 0:
			problem = NoBase
		case onBase > maxMarks:
			problem = TooManyMarks
		case i >= composed:
			problem = NotComposed
		}
		if problem != 0 {
			return &Error{Field: field, Problem: problem, Position: position, Rune: r}
		}
		previous = r
		i += size
	}
	return nil
}

// problemOf looks at one character and the one before it.
func problemOf(r rune, size int, previous rune) Problem {
	switch {
	case r == utf8.RuneError && size == 1:
		return NotUTF8
	case r < 0x20 || r >= 0x7f && r < 0xa0:
		return Control
	case r < 0xa0: // the rest of ASCII
		return 0
	case in(r, separators):
		return Separator
	case in(r, directions):
		return Direction
	case in(r, invisible):
		return Invisible
	case r&0xfffe == 0xfffe || in(r, meaningless):
		return Meaningless
	}
	return variationProblem(r, previous)
}

// variationProblem refuses a variation selector that does not stand directly
// after a character whose form it can choose.
func variationProblem(r, previous rune) Problem {
	for _, v := range variations {
		if in(r, v.selectors) {
			if in(previous, v.after) {
				return 0
			}
			return Variation
		}
	}
	return 0
}
