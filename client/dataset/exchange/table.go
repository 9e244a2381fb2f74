package exchange

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/x/registry/manifest"
)

// maxRow is the most bytes of a row of a table.
const maxRow = 1 << 20

// bounded reads a file, no more for one row than it may have: the reader of tables takes a row as long as it goes on.
type bounded struct {
	file io.Reader
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, fmt.Errorf("%w: a row has more than %d bytes; does a quote not end?", ErrForm, maxRow)
	}
	n, err := b.file.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// tableRows are items in the rows of a table.
type tableRows struct {
	file     io.ReadSeeker
	in       *csv.Reader
	bound    *bounded
	name     string
	identity string
	comma    rune
	byName   map[string]int
	strict   bool
	whose    *manifest.Contributor
	columns  []int // by their place; -1: none
	// begin and before are where in begins, in bytes and lines.
	begin, before int64
	line          int64
}

// Table reads a table in UTF-8 whose first line names the columns, as in Columns, parted by commas or another sign. It fails with
// ErrForm.
func Table(file io.ReadSeeker, name, identity string, comma rune, whose *manifest.Contributor) (dataset.Resumable, error) {
	return newTable(file, name, identity, comma, whose, columnsByName(), true)
}

func newTable(
	file io.ReadSeeker, name, identity string, comma rune, whose *manifest.Contributor, byName map[string]int, strict bool,
) (*tableRows, error) {
	t := &tableRows{file: file, name: name, identity: identity, comma: comma, byName: byName, strict: strict, whose: whose}
	return t, t.Seek(context.Background(), "")
}

func (t *tableRows) Identity() string { return t.identity }

// Seek reads the header first.
func (t *tableRows) Seek(_ context.Context, mark string) error {
	if mark == "" {
		if err := t.at(0, 0); err != nil {
			return err
		}
		return t.header()
	}
	offset, line, err := dataset.ParseMark(mark)
	if err != nil {
		return err
	}
	return t.at(offset, line)
}

func (t *tableRows) at(offset, line int64) error {
	_, err := t.file.Seek(offset, io.SeekStart)
	t.bound = &bounded{t.file, maxRow}
	in := bufio.NewReaderSize(t.bound, 1<<20)
	if mark, _ := in.Peek(len(byteOrderMark)); offset == 0 && string(mark) == string(byteOrderMark) {
		n, _ := in.Discard(len(mark))
		offset = int64(n)
	}
	t.in = csv.NewReader(in)
	t.in.Comma, t.in.ReuseRecord, t.in.FieldsPerRecord = t.comma, true, -1
	t.begin, t.before, t.line = offset, line, line
	return err
}

func (t *tableRows) header() error {
	cells, err := t.next()
	if errors.Is(err, ErrForm) {
		return fmt.Errorf("%s: %w", t.name, err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w: it has no line that names the columns", t.name, ErrForm)
	}
	var there [columns]bool
	t.columns = t.columns[:0]
	for _, cell := range cells {
		column, known := t.byName[cell]
		switch {
		case known && there[column]:
			return &Error{t.name, "line", 1, clipText(cell), fmt.Errorf("%w: the column is there twice", ErrForm)}
		case known:
			there[column] = true
		case t.strict:
			return &Error{t.name, "line", 1, clipText(cell), fmt.Errorf("%w: there is no such column; there are %v", ErrForm, Columns)}
		default:
			column = -1
		}
		t.columns = append(t.columns, column)
	}
	if !there[colSha256] || !there[colContributor] && t.whose == nil {
		return fmt.Errorf("%s: %w: it needs the columns sha256 and contributor", t.name, ErrForm)
	}
	t.line, _ = t.ends(cells)
	return nil
}

// next reads a row. It fails with ErrForm where it does not end.
func (t *tableRows) next() ([]string, error) {
	t.bound.left = maxRow
	return t.in.Read()
}

// ends is the line on which the row that was read ends, and where it does.
func (t *tableRows) ends(cells []string) (line, offset int64) {
	last, _ := t.in.FieldPos(len(cells) - 1)
	return t.before + int64(last), t.begin + t.in.InputOffset()
}

func (t *tableRows) Next(_ context.Context, items int) (dataset.Batch, error) {
	f := fields{whose: t.whose}
	raw, count, offset := make([]byte, 0, 96*items), 0, int64(0)
	began := t.in.InputOffset()
	for count < items {
		cells, err := t.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if errors.Is(err, ErrForm) {
			return dataset.Batch{}, &Error{t.name, "line", t.line + 1, "", err}
		}
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			return dataset.Batch{}, &Error{t.name, "line", t.before + int64(bad.Line), "", fmt.Errorf("%w: %w", ErrForm, bad.Err)}
		}
		if err != nil {
			return dataset.Batch{}, err
		}
		line, _ := t.in.FieldPos(0)
		field := ""
		if len(cells) != len(t.columns) {
			err = fmt.Errorf("%w: it has %d columns, the first line %d", ErrForm, len(cells), len(t.columns))
		} else if field, err = t.row(&f, cells); err == nil {
			raw, field, err = f.append(raw)
		}
		if err != nil {
			return dataset.Batch{}, &Error{t.name, "line", t.before + int64(line), field, err}
		}
		count++
		t.line, offset = t.ends(cells)
	}
	if count == 0 {
		return dataset.Batch{}, io.EOF
	}
	return dataset.Batch{
		Items: count, Read: t.in.InputOffset() - began, Mark: fmt.Sprintf("%d:%d", offset, t.line),
		Append: func(dst []byte) ([]byte, error) { return append(dst, raw...), nil },
	}, nil
}

func (t *tableRows) row(f *fields, cells []string) (field string, err error) {
	f.reset()
	for i, column := range t.columns {
		if column >= 0 {
			if err := f.set(column, []byte(cells[i])); err != nil {
				return Columns[column], err
			}
		}
	}
	return "", nil
}
