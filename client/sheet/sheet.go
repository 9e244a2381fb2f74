// Package sheet reads tables and lists as the world's programs write them: encodings,
// separators, line ends, quotes and headers as spreadsheets have them, and what sha256sum
// prints. It says what it took the file for, and what is wrong by file, row and column.
package sheet

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/stemma-chain/stemma/client/digest"
)

// MaxBytes is the most that a table has, in bytes.
const MaxBytes = 64 << 20

// maxColumns is the most columns that a table has.
const maxColumns = 1000

// maxErrors is how many bad rows an error lists.
const maxErrors = 20

// Options say how to read a table. The zero value suits most.
type Options struct {
	// Encoding is one of Encodings; empty: it is found out.
	Encoding string
	// MaxRows is the most rows below the header; 0: there is no bound but that of bytes.
	MaxRows int
	// Guessed is told what encoding was guessed, and a part of the text that shows whether that is right: of
	// Windows-1252, for which text of a Mac or of Eastern Europe is taken too. nil: nobody is.
	Guessed func(encoding, sample string)
}

// Sheet is a table as it was read.
type Sheet struct {
	// Name of the file, in errors.
	Name string
	// SHA256 of its bytes.
	SHA256 [sha256.Size]byte
	// Encoding and Separator that it was taken to have.
	Encoding  string
	Separator rune
	// Rows of it, the header first where there is one; none is empty, and all have the same
	// number of cells, without columns that are empty throughout.
	Rows []Row
	// Sums says that it is what sha256sum prints: its columns are sha256 and file, and the
	// header is put in.
	Sums bool
}

// Row is a line of a table, or several where a cell has line ends.
type Row struct {
	// Line that it begins on, from 1; 0 of a header that is put in.
	Line  int
	Cells []string
}

// Error says what is wrong with a cell, or with a row where no column is named.
type Error struct {
	File   string
	Line   int
	Column string
	Err    error
}

// Error names file, row, column and what would do.
func (e *Error) Error() string {
	at := fmt.Sprintf("%s row %d", e.File, e.Line)
	if e.Column != "" {
		at += ", column " + e.Column
	}
	return fmt.Sprintf("%s: %s", at, e.Err)
}

// Unwrap returns what is wrong.
func (e *Error) Unwrap() error { return e.Err }

// Read reads a table; name is the file's, in errors. Lines at the top that start with # are
// passed over.
func Read(in io.Reader, name string, options Options) (*Sheet, error) {
	bz, err := io.ReadAll(io.LimitReader(in, MaxBytes+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	case len(bz) > MaxBytes:
		return nil, fmt.Errorf("%s has more than %d MiB: split it", name, MaxBytes>>20)
	}
	s := &Sheet{Name: name, SHA256: sha256.Sum256(bz)}
	text, encoding, err := options.decode(bz)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	s.Encoding = encoding
	if err := s.read(text, options.MaxRows); err != nil {
		return nil, err
	}
	return s, s.complete()
}

func (s *Sheet) read(text string, most int) error {
	split := &splitter{text: text, line: 1}
	for !split.ended() && strings.HasPrefix(text[split.at:], "#") {
		for !split.atLineEnd() {
			split.at++
		}
		split.newline()
	}
	if s.readSums(text[split.at:], split.line) {
		return s.bound(most)
	}
	split.separator()
	s.Separator = split.sep
	for !split.ended() {
		cells, line, err := split.row()
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		if slices.ContainsFunc(cells, func(c string) bool { return c != "" }) {
			s.Rows = append(s.Rows, Row{line, cells})
		}
		if err := s.bound(most); err != nil {
			return err
		}
	}
	return nil
}

func (s *Sheet) bound(most int) error {
	if most > 0 && len(s.Rows) > most+1 {
		return fmt.Errorf("%s has more than %d rows: split it", s.Name, most)
	}
	return nil
}

// readSums reads what sha256sum prints, if it is that: every line that is not empty.
func (s *Sheet) readSums(text string, line int) bool {
	rows := []Row{{0, []string{"sha256", "file"}}}
	for one := range strings.SplitSeq(text, "\n") {
		line++
		if strings.TrimSpace(one) == "" {
			continue
		}
		d, file, ok := digest.ParseSum(one)
		if !ok {
			return false
		}
		rows = append(rows, Row{line - 1, []string{d.String(), file}})
	}
	if len(rows) == 1 {
		return false
	}
	s.Rows, s.Sums = rows, true
	return true
}

// unforced is the text of a cell that was written as the formula ="0123", which keeps spreadsheets from taking it
// for a number.
func unforced(cell string) string {
	if inner, ok := strings.CutPrefix(cell, `="`); ok && strings.HasSuffix(inner, `"`) && strings.Count(inner, `"`) == 1 {
		return strings.TrimSpace(strings.TrimSuffix(inner, `"`))
	}
	return cell
}

// complete gives all rows the same number of cells, drops columns that are empty throughout
// and refuses what stands in no column, and text that another program has spoilt.
func (s *Sheet) complete() error {
	if len(s.Rows) == 0 {
		return nil
	}
	width := 0
	for _, row := range s.Rows {
		width = max(width, len(row.Cells))
	}
	used := make([]bool, width)
	for _, row := range s.Rows {
		for i, cell := range row.Cells {
			cell = unforced(cell)
			row.Cells[i] = cell
			if strings.ContainsRune(cell, unicode.ReplacementChar) {
				return s.Wrong(row, i, fmt.Errorf("%q has a character that a program could not read and replaced by %c: "+
					"save the table as UTF-8 where it was made", cell, unicode.ReplacementChar))
			}
			used[i] = used[i] || cell != ""
		}
	}
	head := s.Rows[0].Cells
	for n, row := range s.Rows {
		var cells []string
		for i := range used {
			switch {
			case !used[i]:
			case i < len(row.Cells):
				cells = append(cells, row.Cells[i])
			default:
				cells = append(cells, "")
			}
			if i >= len(head) && used[i] && i < len(row.Cells) && row.Cells[i] != "" {
				return &Error{s.Name, row.Line, "", fmt.Errorf("%q stands in column %d, and the first row has %d: "+
					"put quotes around a text with %q in it", row.Cells[i], i+1, len(head), s.Separator)}
			}
		}
		s.Rows[n].Cells = cells
	}
	return nil
}

// Wrong is an error about a cell of a row.
func (s *Sheet) Wrong(row Row, column int, err error) error {
	name := ""
	if len(s.Rows) > 0 && column < len(s.Rows[0].Cells) && row.Line != s.Rows[0].Line {
		name = s.Rows[0].Cells[column]
	}
	return &Error{s.Name, row.Line, name, err}
}

// Key is how a column is compared: lower-case letters and digits alone, so that SHA-256, sha_256 and
// "Sha 256" are one.
func Key(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// Places finds columns in the first row, each named as is or spelled otherwise. One that is
// there twice is an error.
func (s *Sheet) Places(columns ...string) (map[string]int, error) {
	places := make(map[string]int)
	if len(s.Rows) == 0 {
		return places, nil
	}
	for i, cell := range s.Rows[0].Cells {
		at := slices.IndexFunc(columns, func(c string) bool { return Key(c) == Key(cell) })
		if at < 0 {
			continue
		}
		if first, twice := places[columns[at]]; twice {
			return nil, fmt.Errorf("%s: columns %q and %q are the same", s.Name, s.Rows[0].Cells[first], cell)
		}
		places[columns[at]] = i
	}
	return places, nil
}

// Unknown lists the columns of the first row that are none of these.
func (s *Sheet) Unknown(columns ...string) (unknown []string) {
	if len(s.Rows) == 0 {
		return nil
	}
	for _, cell := range s.Rows[0].Cells {
		if !slices.ContainsFunc(columns, func(c string) bool { return Key(c) == Key(cell) }) {
			unknown = append(unknown, cell)
		}
	}
	return unknown
}

// Body is the rows below the header.
func (s *Sheet) Body() []Row {
	if len(s.Rows) == 0 {
		return nil
	}
	return s.Rows[1:]
}

// Join makes one error of those of several rows or files, a *BadError, nil without any.
func Join(bad []error) error {
	if len(bad) == 0 {
		return nil
	}
	return &BadError{bad}
}

// BadError says what is wrong with rows or files. What was returned with it is good, for
// those who go on without the others.
type BadError struct{ Each []error }

// Error names the first ones, and says how many more there are.
func (e *BadError) Error() string {
	first := e.Each
	if len(first) > maxErrors {
		first = append(first[:maxErrors:maxErrors], fmt.Errorf("and %d more are wrong", len(first)-maxErrors))
	}
	return errors.Join(first...).Error()
}

// Unwrap are all of them.
func (e *BadError) Unwrap() []error { return e.Each }
