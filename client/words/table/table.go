// Package table prints what people read on a terminal: tables, lists of named
// values, shares and times. What comes from the chain is cleaned of control
// characters first, so that a title cannot drive the reader's terminal.
package table

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stemma-chain/stemma/internal/amounts"
)

// maxCell is the most characters of a cell that is not an id or amount.
const maxCell = 48

// Table collects rows and prints them in aligned columns.
type Table struct {
	header []string
	right  []bool
	rows   [][]string
}

// New starts a table. A column whose name starts with ">" is aligned right.
func New(columns ...string) *Table {
	t := &Table{header: make([]string, len(columns)), right: make([]bool, len(columns))}
	for i, name := range columns {
		t.right[i] = strings.HasPrefix(name, ">")
		t.header[i] = strings.TrimPrefix(name, ">")
	}
	return t
}

// Row adds a row. Missing cells stay empty, surplus ones are dropped. Denoms of other chains' coins, which
// nobody reads, are cut: a table is no place to compare them, as others can make one with the same ends.
func (t *Table) Row(cells ...string) {
	row := make([]string, len(t.header))
	for i := range row {
		if i < len(cells) {
			row[i] = amounts.ShortDenoms(Clean(cells[i]))
		}
	}
	t.rows = append(t.rows, row)
}

// Len returns the number of rows.
func (t *Table) Len() int { return len(t.rows) }

// Write prints the table: header, then rows, two spaces between columns. Where it is wider
// than what it is written to (Columns), each row is a list of its cells.
func (t *Table) Write(w io.Writer) error {
	width := make([]int, len(t.header))
	for _, row := range append([][]string{t.header}, t.rows...) {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	all := 2 * (len(width) - 1)
	for _, n := range width {
		all += n
	}
	if columns := Columns(w); columns > 0 && all > columns {
		return t.writeList(w, columns)
	}
	var b strings.Builder
	for _, row := range append([][]string{t.header}, t.rows...) {
		var line strings.Builder
		for i, cell := range row {
			if i > 0 {
				line.WriteString("  ")
			}
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
			if t.right[i] {
				line.WriteString(pad + cell)
			} else {
				line.WriteString(cell + pad)
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeList prints a row's cells one under the other, with an empty line between rows.
func (t *Table) writeList(w io.Writer, columns int) error {
	for i, row := range t.rows {
		if i > 0 {
			if _, err := io.WriteString(w, "\n"); err != nil {
				return err
			}
		}
		var pairs []string
		for j, cell := range row {
			pairs = append(pairs, t.header[j], cell)
		}
		if err := fields(w, columns, pairs); err != nil {
			return err
		}
	}
	return nil
}

// List is pairs for Fields of a name with several values, each on a line of its own; none for no values.
func List(name string, values []string) (pairs []string) {
	for _, value := range values {
		pairs, name = append(pairs, name, value), ""
	}
	return pairs
}

// Fields prints named values one under the other, the values aligned. It takes
// pairs of name and value; pairs with an empty value are left out. What is longer than w is wide
// goes on below, and an id has a line of its own then.
func Fields(w io.Writer, pairs ...string) error { return fields(w, Columns(w), pairs) }

func fields(w io.Writer, columns int, pairs []string) error {
	width := 0
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			width = max(width, utf8.RuneCountInString(pairs[i]))
		}
	}
	below := false // the values of a list all stand below its name, or none does
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			continue
		}
		if pairs[i] != "" {
			below = columns > 0 && 4+width+longest(pairs[i:]) > columns
		}
		pad := strings.Repeat(" ", width-utf8.RuneCountInString(pairs[i]))
		line := fmt.Sprintf("  %s%s  %s", pairs[i], pad, Clean(pairs[i+1]))
		if below {
			line = Wrap("    "+Clean(pairs[i+1]), "    ", columns)
			if pairs[i] != "" {
				line = "  " + pairs[i] + "\n" + line
			}
		}
		if _, err := io.WriteString(w, line+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// longest is the length of the longest value of the first name, a list's too.
func longest(pairs []string) (most int) {
	for i := 0; i+1 < len(pairs) && (i == 0 || pairs[i] == ""); i += 2 {
		most = max(most, utf8.RuneCountInString(pairs[i+1]))
	}
	return most
}

// Clean replaces what a terminal would interpret, or not print, by a question
// mark.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
}

// Lines cleans a text of several lines, each as Clean does; line breaks and tabs stay.
func Lines(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
}

// JSON escapes in JSON what a terminal would interpret, or not print. The value stays the same: such characters stand
// in texts alone.
func JSON(bz []byte) []byte {
	var out []byte // nil: nothing is escaped yet
	for i := 0; i < len(bz); {
		r, size := utf8.DecodeRune(bz[i:])
		if r < 0x7f || unicode.IsPrint(r) {
			if out != nil {
				out = append(out, bz[i:i+size]...)
			}
			i += size
			continue
		}
		if out == nil {
			out = append(make([]byte, 0, len(bz)+len(bz)/8), bz[:i]...)
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			out = fmt.Appendf(out, "\\u%04x", unit)
		}
		i += size
	}
	if out == nil {
		return bz
	}
	return out
}

// Short cleans a free text and cuts it to what fits in a cell.
func Short(s string) string {
	s = Clean(s)
	if utf8.RuneCountInString(s) <= maxCell {
		return s
	}
	return string([]rune(s)[:maxCell-1]) + "…"
}
