package table

import (
	"io"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"
)

// least is the narrowest that anything is broken for.
const least = 40

// Columns is how many columns what is written to w may have: as the variable COLUMNS says,
// else as the terminal is wide; 0: as many as it takes, since it goes to a file or a program.
func Columns(w io.Writer) int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return max(n, least)
	}
	if file, is := w.(interface{ Fd() uintptr }); is {
		if n, _, err := term.GetSize(int(file.Fd())); err == nil && n > 0 {
			return max(n, least)
		}
	}
	return 0
}

// Wrap breaks a line between words to fit into so many columns; lines after the first begin
// with indent. A word that is longer, such as an id, has a line of its own.
func Wrap(line, indent string, columns int) string {
	if columns <= 0 || utf8.RuneCountInString(line) <= columns {
		return line
	}
	lead := line[:len(line)-len(strings.TrimLeft(line, " "))]
	if n := len(indent); n < len(line) && strings.HasSuffix(line[:n], "  ") {
		lead = line[:n] // a word of a list, with the gap behind it
	}
	var b strings.Builder
	b.WriteString(lead)
	at, empty := utf8.RuneCountInString(lead), true
	for _, word := range strings.Fields(line[len(lead):]) {
		n := utf8.RuneCountInString(word)
		switch {
		case empty:
		case at+1+n > columns:
			b.WriteString("\n" + indent)
			at = utf8.RuneCountInString(indent)
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at, empty = at+n, false
	}
	return b.String()
}

// Reflow breaks a text for so many columns: the lines of a paragraph are one, and what is
// indented stays a line each.
func Reflow(text string, columns int) string {
	var out []string
	var paragraph []string
	end := func() {
		if len(paragraph) > 0 {
			out = append(out, Wrap(strings.Join(paragraph, " "), "", columns))
			paragraph = nil
		}
	}
	for line := range strings.SplitSeq(text, "\n") {
		switch {
		case line == "":
			end()
			out = append(out, "")
		case line[0] == ' ':
			end()
			out = append(out, Wrap(line, hanging(line), columns))
		default:
			paragraph = append(paragraph, line)
		}
	}
	end()
	return strings.Join(out, "\n")
}

// hanging is where the text of an indented line goes on: below what stands behind a gap of
// two spaces, as in a list of words with their meanings.
func hanging(line string) string {
	lead := len(line) - len(strings.TrimLeft(line, " "))
	if gap := strings.LastIndex(line, "  "); gap > lead && gap+2 <= maxHanging {
		return strings.Repeat(" ", gap+2)
	}
	return strings.Repeat(" ", min(lead+2, maxHanging))
}

// maxHanging is the deepest that lines hang.
const maxHanging = 24
