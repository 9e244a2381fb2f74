package sheet

import (
	"fmt"
	"strings"
	"unicode"
)

// separators are those that programs write, in the order in which one is taken where a line
// has as many of several.
const separators = ",;\t|"

// splitter takes text apart into rows of cells (RFC 4180, and what spreadsheets make of
// it): any line ends, spaces around cells and around quotes, quotes inside a cell that does
// not begin with one.
type splitter struct {
	text string
	at   int
	line int
	sep  rune
}

// separator finds out what stands between cells, and where the first row begins: a line
// sep=X says so, else it is what the first line has most of, outside of quotes.
func (s *splitter) separator() {
	first, _, _ := strings.Cut(strings.ReplaceAll(s.text[s.at:], "\r", "\n"), "\n")
	if rest, said := strings.CutPrefix(strings.ToLower(strings.Trim(first, "\" ")), "sep="); said && len(rest) == 1 {
		s.sep = rune(rest[0])
		s.at += len(first)
		s.newline()
		return
	}
	counts, quoted := map[rune]int{}, false
	for _, r := range first {
		switch {
		case r == '"':
			quoted = !quoted
		case !quoted:
			counts[r]++
		}
	}
	s.sep = ','
	for _, r := range separators {
		if counts[r] > counts[s.sep] {
			s.sep = r
		}
	}
}

// newline passes over one line end.
func (s *splitter) newline() {
	if strings.HasPrefix(s.text[s.at:], "\r\n") {
		s.at++
	}
	if s.at < len(s.text) {
		s.at++
		s.line++
	}
}

func (s *splitter) ended() bool { return s.at >= len(s.text) }

// atLineEnd says whether a line or the text ends here.
func (s *splitter) atLineEnd() bool {
	return s.ended() || s.text[s.at] == '\n' || s.text[s.at] == '\r'
}

// row takes the next row, and the line that it begins on.
func (s *splitter) row() (cells []string, line int, err error) {
	line = s.line
	for {
		cell, err := s.cell()
		if err != nil {
			return nil, line, err
		}
		if cells = append(cells, cell); len(cells) > maxColumns {
			return nil, line, fmt.Errorf("line %d has more than %d columns", line, maxColumns)
		}
		if s.atLineEnd() {
			s.newline()
			return cells, line, nil
		}
		s.at++ // a separator, which is one byte
	}
}

func (s *splitter) cell() (string, error) {
	s.spaces()
	if s.at < len(s.text) && s.text[s.at] == '"' {
		return s.quoted()
	}
	from := s.at
	for !s.atLineEnd() && rune(s.text[s.at]) != s.sep {
		s.at++
	}
	return strings.TrimFunc(s.text[from:s.at], isSpace), nil
}

// spaces passes over spaces that are no separator.
func (s *splitter) spaces() {
	for s.at < len(s.text) && (s.text[s.at] == ' ' || s.text[s.at] == '\t') && rune(s.text[s.at]) != s.sep {
		s.at++
	}
}

func (s *splitter) quoted() (string, error) {
	opened := s.line
	var b strings.Builder
	for s.at++; ; {
		if s.ended() {
			return "", fmt.Errorf("line %d opens a quote that nothing closes", opened)
		}
		c := s.text[s.at]
		if c == '"' {
			if s.at++; s.at < len(s.text) && s.text[s.at] == '"' {
				b.WriteByte('"')
				s.at++
				continue
			}
			break
		}
		if c == '\r' || c == '\n' {
			b.WriteByte('\n')
			s.newline()
			continue
		}
		b.WriteByte(c)
		s.at++
	}
	if s.spaces(); !s.atLineEnd() && rune(s.text[s.at]) != s.sep {
		return "", fmt.Errorf("line %d has text behind a closing quote: write a quote inside a text twice (\"\")", s.line)
	}
	return strings.TrimFunc(b.String(), isSpace), nil
}

// isSpace has the spaces that people don't see, too.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' }
