// Package fold turns text of any script into terms, so that what people type
// finds what others wrote: case, accents and the width of characters do not
// count. It is pure. Databases only compare the terms.
package fold

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

const (
	// MaxTerm is the most characters of a term. A longer word is cut, in text and in queries.
	MaxTerm = 32
	// MaxQuery is the most terms of a query that are looked for.
	MaxQuery = 16
	// rules is raised when the same text gives other terms than before.
	rules = "1"
)

// Version names the rules and the tables of characters. Terms of different versions do not
// belong into one index.
const Version = rules + "/" + unicode.Version + "/" + norm.Version

// Term is what a text has to have.
type Term struct {
	Text string
	// Prefix: a term that begins with Text will do.
	Prefix bool
}

// Terms returns the terms of a text, each once, in the order of the text: its words, and for
// scripts that do not part words, each character and each two that follow each other.
func Terms(text string) []string {
	var terms []string
	seen := make(map[string]bool)
	add := func(term string) {
		if !seen[term] {
			seen[term] = true
			terms = append(terms, term)
		}
	}
	for _, run := range split(plain(text)) {
		if !run.joined {
			add(run.units[0])
			continue
		}
		for i, unit := range run.units {
			add(unit)
			if i > 0 {
				add(run.units[i-1] + unit)
			}
		}
	}
	return terms
}

// Query returns what a text has to have that somebody looks for. The last word may be the
// beginning of one. A term comes once, and at most MaxQuery do.
func Query(text string) []Term {
	runs := split(plain(text))
	var terms []Term
	add := func(t Term) {
		if !slices.Contains(terms, t) && len(terms) < MaxQuery {
			terms = append(terms, t)
		}
	}
	for i, run := range runs {
		switch {
		case !run.joined:
			add(Term{run.units[0], i == len(runs)-1})
		case len(run.units) == 1:
			add(Term{run.units[0], false})
		default:
			for j := range run.units[1:] {
				add(Term{run.units[j] + run.units[j+1], false})
			}
		}
	}
	return terms
}

// Key is the same for texts that differ only in what does not count: case, accents, width,
// punctuation and spaces. It is empty for a text without letters and digits.
func Key(text string) string {
	var b strings.Builder
	for _, run := range split(plain(text)) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		for _, unit := range run.units {
			b.WriteString(unit)
		}
	}
	return b.String()
}

// run is a word, or characters of a script that does not part words.
type run struct {
	// units are one for a word; for a joined run its characters, each with its marks.
	units  []string
	joined bool
}

func split(text string) []run {
	var runs []run
	var word strings.Builder
	length := 0
	flush := func() {
		if word.Len() > 0 {
			runs = append(runs, run{units: []string{word.String()}})
			word.Reset()
			length = 0
		}
	}
	open := false // the last run is joined and goes on
	for _, r := range text {
		switch {
		case unicode.IsMark(r) && open:
			units := runs[len(runs)-1].units
			if last := &units[len(units)-1]; utf8.RuneCountInString(*last) < MaxTerm/2 {
				*last += string(r)
			}
		case isJoined(r):
			flush()
			if !open {
				runs, open = append(runs, run{joined: true}), true
			}
			last := &runs[len(runs)-1]
			last.units = append(last.units, string(r))
		case isWord(r) || unicode.IsMark(r) && word.Len() > 0:
			open = false
			if length++; length <= MaxTerm {
				word.WriteRune(r)
			}
		default:
			flush()
			open = false
		}
	}
	flush()
	return runs
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

// joined are the scripts that do not part words by spaces.
var joined = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo, unicode.Thai, unicode.Lao,
	unicode.Khmer, unicode.Myanmar, unicode.Tai_Tham, unicode.New_Tai_Lue, unicode.Tai_Le, unicode.Javanese,
	unicode.Balinese,
}

// tatweel makes an Arabic word longer and is no part of it.
const tatweel = 'ـ'

// prolonged is the sound mark of Kana, which belongs to no script.
const prolonged = 'ー'

func isJoined(r rune) bool {
	return r >= 0x0E00 && (r == prolonged || isWord(r) && unicode.In(r, joined...))
}

// plain is a text in lower case, with compatible characters made one and without accents.
func plain(text string) string {
	if isPlain(text) {
		return strings.ToLower(text)
	}
	text = strings.ToValidUTF8(text, " ")
	folded := cases.Fold().String(norm.NFKC.String(text))
	// Folding may leave what another normalization changes.
	folded = norm.NFKD.String(cases.Fold().String(norm.NFKC.String(folded)))
	var b strings.Builder
	b.Grow(len(folded))
	bare := false // the last letter loses its marks
	for _, r := range folded {
		switch {
		case r == tatweel:
			continue
		case unicode.Is(unicode.Mn, r):
			if !bare {
				b.WriteRune(r)
			}
			continue
		case unicode.IsLetter(r):
			bare = unicode.In(r, accented...)
		default:
			bare = false
		}
		if to, ok := letters[r]; ok {
			b.WriteString(to)
			continue
		}
		b.WriteRune(r)
	}
	return norm.NFC.String(b.String())
}

func isPlain(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// accented are the scripts whose letters are searched for without their marks. In others, such
// as Devanagari or Thai, a mark is a vowel.
var accented = []*unicode.RangeTable{
	unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Armenian, unicode.Hebrew, unicode.Arabic,
}

// letters are those that people without them on their keyboard write otherwise, and that do not
// decompose.
var letters = map[rune]string{
	'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'æ': "ae", 'œ': "oe", 'ı': "i", 'ħ': "h", 'ŧ': "t",
	'ƒ': "f", 'ə': "e",
}
