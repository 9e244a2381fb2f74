package iscc

import (
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// textWindow is the number of characters of a feature of a Text-Code.
const textWindow = 13

// Text is the Text-Code of plain text: of its letters, digits and symbols, in lower case, without marks, punctuation and white
// space. It fails with ErrInvalidBits.
func Text(text string, bits int) (Code, error) {
	code, _, err := TextFrom(strings.NewReader(strings.ToValidUTF8(text, string(utf8.RuneError))), bits)
	return code, err
}

// TextFrom is Text of UTF-8 that is read in constant memory. characters are those that count. It fails with the reader's error and
// with ErrInvalidBits.
func TextFrom(in io.Reader, bits int) (code Code, characters int64, err error) {
	features := textFeatures{}
	if _, err := io.Copy(&features, transform.NewReader(in, collapsing())); err != nil {
		return Code{}, 0, err
	}
	code, err = NewUnit(TypeContent, SubText, features.sum(), bits)
	return code, features.characters, err
}

// collapsing leaves of a text what its hash is made of. It has a state: one for each text.
func collapsing() transform.Transformer {
	return transform.Chain(norm.NFD, cases.Lower(language.Und), runes.Remove(runes.Predicate(meaningless)), norm.NFKC)
}

func collapse(text string) string {
	out, _, err := transform.String(collapsing(), text)
	if err != nil {
		panic(err) // none of these fails
	}
	return out
}

// meaningless: white space, control characters, unassigned ones, marks and punctuation.
func meaningless(r rune) bool {
	return unicode.IsSpace(r) || unicode.In(r, unicode.M, unicode.P) || isControl(r)
}

// isControl is Unicode's category C, which takes in what is not assigned.
func isControl(r rune) bool {
	if r >= 0 && r < utf8.RuneSelf {
		return unicode.IsControl(r)
	}
	return unicode.Is(unicode.C, r) || !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z)
}

// isNewline are the control characters that cleaning leaves.
func isNewline(r rune) bool {
	switch r {
	case '\n', '\v', '\f', '\r', '\u0085', '\u2028', '\u2029':
		return true
	}
	return false
}

// textFeatures hashes each window of characters of the UTF-8 that is written to it.
type textFeatures struct {
	minhash
	// held are the last characters, of which the window has them all, and perhaps the first bytes of one more.
	held       []byte
	inWindow   int
	characters int64
}

func (f *textFeatures) Write(p []byte) (int, error) {
	for _, b := range p {
		if utf8.RuneStart(b) {
			f.characters++
			f.slide()
			f.inWindow++
		}
		f.held = append(f.held, b)
	}
	return len(p), nil
}

// slide hashes a full window and drops its first character.
func (f *textFeatures) slide() {
	if f.inWindow < textWindow {
		return
	}
	f.add(xxh32(f.held))
	_, size := utf8.DecodeRune(f.held)
	f.held = append(f.held[:0], f.held[size:]...)
	f.inWindow--
}

// sum is the hash of all; a text that is shorter than the window is one feature.
func (f *textFeatures) sum() []byte {
	f.add(xxh32(f.held))
	return f.minhash.sum()
}
