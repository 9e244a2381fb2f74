package exchange

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/x/registry/manifest"
)

// groupRows is how many rows a row group has that we write, and is how many are in memory.
const groupRows = 1 << 17

// parquetRows are items in the rows of a Parquet file.
type parquetRows struct {
	file     *parquet.File
	size     int64
	name     string
	identity string
	in       io.ReaderAt
	columns  []parquetColumn
	whose    *manifest.Contributor
	group    int // the next one
	values   []*columnValues
	left     int64 // rows of the group that is read
	number   int64
}

// parquetColumn is a column that is read: which of ours it is, its place in the file, and how its numbers are meant.
type parquetColumn struct {
	column   int
	place    int
	text     bool
	unsigned bool
	unit     time.Duration // of times; 0: it is no time
}

// Parquet reads a Parquet file, with columns named as in Columns. Digests are 32 bytes or text, times are timestamps, seconds or text.
// It fails with ErrForm.
func Parquet(file io.ReaderAt, size int64, name, identity string, whose *manifest.Contributor) (dataset.Resumable, error) {
	return newParquet(file, size, name, identity, whose, columnsByName(), true)
}

func newParquet(
	file io.ReaderAt, size int64, name, identity string, whose *manifest.Contributor, byName map[string]int, strict bool,
) (p *parquetRows, err error) {
	defer func() { err = caught(recover(), name, err) }()
	f, err := parquet.OpenFile(file, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", name, ErrForm, err)
	}
	p = &parquetRows{file: f, in: file, size: size, name: name, identity: identity, whose: whose}
	var there [columns]bool
	place := 0
	for _, field := range f.Schema().Fields() {
		column, known := byName[field.Name()]
		if !known {
			if strict {
				return nil, fmt.Errorf("%s, column %q: %w: there is no such column; there are %v", name, clipText(field.Name()), ErrForm, Columns)
			}
			place += leaves(field)
			continue
		}
		switch {
		case !field.Leaf() || field.Repeated():
			return nil, fmt.Errorf("%s, column %s: %w: it has several values a row", name, field.Name(), ErrForm)
		case there[column]:
			return nil, fmt.Errorf("%s, column %s: %w: %s is there twice", name, clipText(field.Name()), ErrForm, Columns[column])
		}
		c := parquetColumn{column: column, place: place}
		place++
		if logical := field.Type().LogicalType(); logical != nil {
			if means := meansElse(logical, column); means != "" {
				return nil, fmt.Errorf("%s, column %s: %w: it holds %s", name, field.Name(), ErrForm, means)
			}
			c.text = logical.UTF8 != nil
			c.unsigned = logical.Integer != nil && !logical.Integer.IsSigned
			if at := logical.Timestamp; at != nil {
				switch {
				case at.Unit.Millis != nil:
					c.unit = time.Millisecond
				case at.Unit.Micros != nil:
					c.unit = time.Microsecond
				default:
					c.unit = time.Nanosecond
				}
			}
		}
		p.columns, there[column] = append(p.columns, c), true
	}
	for _, column := range []int{colSha256, colContributor} {
		if !there[column] && (column != colContributor || whose == nil) {
			return nil, fmt.Errorf("%s: %w: it has no column %s", name, ErrForm, Columns[column])
		}
	}
	return p, nil
}

// meansElse says what the numbers of a column are, where they are not what ours takes.
func meansElse(logical *format.LogicalType, column int) string {
	switch {
	case logical.Date != nil:
		return "days: write times as timestamps, or in seconds since 1970"
	case logical.Time != nil:
		return "times of a day: write times as timestamps, or in seconds since 1970"
	case logical.Timestamp != nil && column != colTime:
		return "timestamps"
	case logical.Decimal != nil && logical.Decimal.Scale != 0:
		return "fractions"
	}
	return ""
}

// leaves is how many columns a field has below it.
func leaves(field parquet.Node) (n int) {
	if field.Leaf() {
		return 1
	}
	for _, below := range field.Fields() {
		n += leaves(below)
	}
	return n
}

// caught makes an error of what the library panics with: files of others are not always what they say.
func caught(panicked any, name string, err error) error {
	if panicked == nil {
		return err
	}
	return fmt.Errorf("%s: %w: %v", name, ErrForm, panicked)
}

func (p *parquetRows) Identity() string { return p.identity }

func (p *parquetRows) Seek(_ context.Context, mark string) (err error) {
	defer func() { err = caught(recover(), p.name, err) }()
	number := int64(0)
	if mark != "" {
		if number, err = strconv.ParseInt(mark, 10, 64); err != nil || number < 0 {
			return fmt.Errorf("%w: %q is no mark of it", dataset.ErrChanged, mark)
		}
	}
	if err := p.closeGroup(); err != nil {
		return err
	}
	p.group, p.number = 0, number
	for _, group := range p.file.RowGroups() {
		if number < group.NumRows() {
			break
		}
		number -= group.NumRows()
		p.group++
	}
	if number == 0 || p.group == len(p.file.RowGroups()) {
		return nil
	}
	if err := p.openGroup(number); err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	return nil
}

// openGroup opens the columns that are read of the next group of rows, from one of them on. Others are not read, however much they have.
func (p *parquetRows) openGroup(row int64) error {
	group := p.file.RowGroups()[p.group]
	chunks, known := group.ColumnChunks(), p.file.Metadata().RowGroups[p.group].Columns
	for _, c := range p.columns {
		if err := checkPages(p.in, &known[c.place].MetaData); err != nil {
			return fmt.Errorf("column %s: %w", Columns[c.column], err)
		}
		values := &columnValues{pages: chunks[c.place].Pages(), buffer: make([]parquet.Value, 512)}
		p.values = append(p.values, values)
		if row > 0 {
			if err := values.pages.SeekToRow(row); err != nil {
				return fmt.Errorf("%w: %w", ErrForm, err)
			}
		}
	}
	p.left = group.NumRows() - row
	p.group++
	return nil
}

func (p *parquetRows) closeGroup() (err error) {
	for _, v := range p.values {
		err = errors.Join(err, v.close())
	}
	p.values, p.left = nil, 0
	return err
}

func (p *parquetRows) Next(_ context.Context, items int) (b dataset.Batch, err error) {
	defer func() { err = caught(recover(), p.name, err) }()
	before := p.number
	raw := make([]byte, 0, 96*items)
	f := fields{whose: p.whose}
	for ; items > 0; items-- {
		for p.left == 0 && err == nil {
			if err = p.closeGroup(); err == nil && p.group < len(p.file.RowGroups()) {
				err = p.openGroup(0)
			} else {
				break
			}
		}
		if err != nil {
			return b, fmt.Errorf("%s: %w", p.name, err)
		}
		if p.left == 0 {
			break
		}
		p.left--
		p.number++
		var field string
		if raw, field, err = p.row(&f, raw); err != nil {
			return b, &Error{p.name, "row", p.number, field, err}
		}
	}
	if p.number == before {
		return b, io.EOF
	}
	read := float64(p.size) / float64(max(1, p.file.NumRows())) * float64(p.number-before)
	return dataset.Batch{
		Items: int(p.number - before), Read: int64(read), Mark: strconv.FormatInt(p.number, 10),
		Append: func(dst []byte) ([]byte, error) { return append(dst, raw...), nil },
	}, nil
}

func (p *parquetRows) row(f *fields, dst []byte) (raw []byte, field string, err error) {
	f.reset()
	for i, c := range p.columns {
		v, err := p.values[i].next()
		if err == nil && !v.IsNull() {
			err = f.setValue(c, v)
		}
		if err != nil {
			return dst, Columns[c.column], err
		}
	}
	return f.append(dst)
}

// setValue takes a value of a Parquet file.
func (f *fields) setValue(c parquetColumn, v parquet.Value) error {
	switch v.Kind() {
	case parquet.ByteArray, parquet.FixedLenByteArray:
		text := v.ByteArray()
		if len(text) != 32 || c.column != colSha256 && c.column != colConsent || c.text || isHex(text) {
			return f.set(c.column, text)
		}
		if [32]byte(text) == [32]byte{} {
			return fmt.Errorf("%w: all zeros are no file's", ErrField)
		}
		f.given[c.column] = true
		if c.column == colSha256 {
			f.item.Sha256 = [32]byte(text)
		} else {
			f.item.Consent = [32]byte(text)
		}
		return nil
	case parquet.Int32, parquet.Int64:
		return f.setNumber(c, v)
	case parquet.Double, parquet.Float:
		n := v.Double()
		if v.Kind() == parquet.Float {
			n = float64(v.Float())
		}
		if math.IsNaN(n) {
			return nil // not given
		}
		if n != math.Trunc(n) || n < 0 || n > exact {
			return fmt.Errorf("%w: %v is no whole number, or too large for this kind of numbers", ErrField, n)
		}
		return f.set(c.column, strconv.AppendUint(nil, uint64(n), 10))
	}
	return fmt.Errorf("%w: the column holds values of kind %s", ErrField, v.Kind())
}

// isHex says whether bytes are hex digits, of a text that is stored as such: digests are not.
func isHex(raw []byte) bool {
	return !bytes.ContainsFunc(raw, func(r rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEF", r) })
}

func (f *fields) setNumber(c parquetColumn, v parquet.Value) error {
	n := v.Int64()
	if v.Kind() == parquet.Int32 {
		if n = int64(v.Int32()); c.unsigned {
			n = int64(v.Uint32())
		}
	}
	switch {
	case c.column != colWeight && c.column != colTime:
		return fmt.Errorf("%w: it takes a text, not a number", ErrField)
	case c.column == colTime && c.unit > 0:
		per := int64(time.Second / c.unit)
		seconds, rest := n/per, n%per
		if rest < 0 {
			seconds--
		}
		n = seconds
	}
	f.given[c.column] = true
	if c.column == colWeight {
		if n < 0 && !c.unsigned {
			return fmt.Errorf("%w: %d is less than 1", ErrField, n)
		}
		f.item.Weight = uint64(n)
		return nil
	}
	var err error
	if f.item.Time, err = since1970(n); err != nil {
		err = fmt.Errorf("%w: %w", ErrField, err)
	}
	return err
}

// parquetSchema has the columns that we write, in the order of Columns.
var parquetSchema = parquet.SchemaOf(struct {
	Sha256      string `parquet:"sha256,plain"`
	Contributor string `parquet:"contributor,dict"`
	Weight      uint64 `parquet:"weight"`
	Terms       string `parquet:"terms,optional,dict"`
	Consent     string `parquet:"consent,optional,dict"`
	Time        int64  `parquet:"time,optional,timestamp(millisecond)"`
}{})

type parquetWriter struct {
	out  *parquet.GenericWriter[any]
	rows []parquet.Row
}

// NewParquet writes Parquet, compressed by Snappy.
func NewParquet(out io.Writer) Writer {
	return &parquetWriter{out: parquet.NewGenericWriter[any](out, parquetSchema,
		parquet.Compression(&parquet.Snappy), parquet.MaxRowsPerRowGroup(groupRows), parquet.CreatedBy("stemma", "1", ""))}
}

// optional is a value of a column that may be without.
func optional(v parquet.Value, given bool, column int) parquet.Value {
	if !given {
		return parquet.NullValue().Level(0, 0, column)
	}
	return v.Level(0, 1, column)
}

func (w *parquetWriter) Write(item manifest.Item) error {
	terms := termsText(item)
	if item.Time > math.MaxInt64/1000 {
		return fmt.Errorf("%w: a time of %d seconds is too late for Parquet: write JSON Lines", ErrField, item.Time)
	}
	w.rows = append(w.rows, parquet.Row{
		parquet.ByteArrayValue(hex.AppendEncode(nil, item.Sha256[:])).Level(0, 0, colSha256),
		parquet.ByteArrayValue([]byte(dataset.ContributorText(item.Contributor))).Level(0, 0, colContributor),
		parquet.Int64Value(int64(item.Weight)).Level(0, 0, colWeight),
		optional(parquet.ByteArrayValue([]byte(terms)), terms != "", colTerms),
		optional(parquet.ByteArrayValue(hex.AppendEncode(nil, item.Consent[:])), item.Consent != [32]byte{}, colConsent),
		optional(parquet.Int64Value(item.Time*1000), item.Time != 0, colTime),
	})
	if len(w.rows) == 512 {
		return w.flush()
	}
	return nil
}

func (w *parquetWriter) flush() error {
	_, err := w.out.WriteRows(w.rows)
	w.rows = w.rows[:0]
	return err
}

func (w *parquetWriter) Close() error {
	if err := w.flush(); err != nil {
		return err
	}
	return w.out.Close()
}
