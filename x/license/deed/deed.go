// Package deed puts terms into plain sentences: what you may, must and may not
// do. It is for people; programs ask the rules. The sentences are those of the table of
// fields; every field shows.
package deed

import (
	"strings"
	"unicode/utf8"

	"github.com/stemma-chain/stemma/x/license/termspec"
	"github.com/stemma-chain/stemma/x/license/types"
)

// width is the most characters of a printed line.
const width = 92

// Deed is a summary of terms that people can read.
type Deed struct {
	// Title is the licence's SPDX expression.
	Title string `json:"title"`
	// Summary says the most important things in one sentence.
	Summary string `json:"summary"`
	// May, Must and MayNot are sentences that go with "You may", "You must" and
	// "You may not".
	May    []string `json:"may"`
	Must   []string `json:"must"`
	MayNot []string `json:"may_not"`
	// Notes say where the legal text is, how many grants there are and what an
	// offer may add.
	Notes []string `json:"notes"`
}

// Of describes terms. It takes invalid terms too, so that a draft can be read.
func Of(t types.Terms) Deed {
	s := termspec.Describe(t)
	return Deed{Title: t.Spdx, Summary: termspec.Summary(t), May: s.May, Must: s.Must, MayNot: s.MayNot, Notes: s.Notes}
}

// Text lays the deed out for a terminal.
func (d Deed) Text() string {
	var b strings.Builder
	b.WriteString(d.Title + "\n" + wrap(d.Summary, "") + "\n")
	for _, list := range []struct {
		head      string
		sentences []string
		none      string
	}{
		{"You may", d.May, "Nothing."},
		{"You must", d.Must, "Nothing in particular."},
		{"You may not", d.MayNot, "Nothing is excluded."},
		{"Good to know", d.Notes, ""},
	} {
		if len(list.sentences) == 0 && list.none != "" {
			list.sentences = []string{list.none}
		}
		if len(list.sentences) == 0 {
			continue
		}
		b.WriteString("\n" + list.head + "\n")
		for _, s := range list.sentences {
			b.WriteString(wrap("  - "+s, "    ") + "\n")
		}
	}
	return b.String()
}

// wrap breaks a text at spaces, where it has any; further lines are indented. It
// keeps the spaces that the text starts with.
func wrap(s, indent string) string {
	var b strings.Builder
	words := strings.Split(s, " ")
	length := 0
	for i, word := range words {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case length+1+n > width && length > len(indent):
			b.WriteString("\n" + indent)
			length = len(indent)
		default:
			b.WriteByte(' ')
			length++
		}
		b.WriteString(word)
		length += n
	}
	return b.String()
}
