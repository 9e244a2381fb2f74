// Package exchange reads datasets from the forms that other programs write, and writes them: JSON Lines, Parquet, tables, Croissant
// metadata and folders of files. It reads them as streams: none is in memory as a whole.
package exchange

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/client/digest"
	"github.com/stemma-chain/stemma/x/license/termspec"
	"github.com/stemma-chain/stemma/x/registry/manifest"
)

// Columns are what an item has, as keys of JSON and names of columns. The first two have to be there.
var Columns = []string{"sha256", "contributor", "weight", "terms", "consent", "time"}

const (
	colSha256 = iota
	colContributor
	colWeight
	colTerms
	colConsent
	colTime
	columns
)

var (
	// ErrForm says that a file is not of the form that it is read as, or has what can't be read.
	ErrForm = errors.New("it can't be read")
	// ErrField says that a value is none that the column takes.
	ErrField = errors.New("invalid value")
)

// Error says where in a source something is wrong.
type Error struct {
	Name string
	// Unit is line or row, Number which one, from 1.
	Unit   string
	Number int64
	// Field is the column; empty: the whole of it.
	Field string
	Err   error
}

// Error names file, line and field.
func (e *Error) Error() string {
	at := fmt.Sprintf("%s %s %d", e.Name, e.Unit, e.Number)
	if e.Field != "" {
		at += ", " + e.Field
	}
	return fmt.Sprintf("%s: %s", at, e.Err)
}

// Unwrap returns what is wrong.
func (e *Error) Unwrap() error { return e.Err }

// fields gathers an item by its columns.
type fields struct {
	item  manifest.Item
	room  [32]byte
	given [columns]bool
	// whose items without a contributor are; nil: nobody's.
	whose *manifest.Contributor
}

func (f *fields) reset() {
	f.item, f.given = manifest.Item{Weight: 1}, [columns]bool{}
}

// set takes a value as text. What is empty is not given. It fails with ErrField, and where the column has a value already.
func (f *fields) set(column int, text []byte) (err error) {
	if f.given[column] {
		return fmt.Errorf("%w: it is there twice", ErrField)
	}
	if len(text) == 0 {
		return nil
	}
	f.given[column] = true
	switch column {
	case colSha256:
		f.item.Sha256, err = readDigest(text)
	case colContributor:
		f.item.Contributor, err = dataset.ReadContributor(text, f.room[:])
	case colWeight:
		f.item.Weight, err = readNumber(text)
	case colTerms:
		return f.setTerms(text)
	case colConsent:
		f.item.Consent, err = readDigest(text)
	case colTime:
		f.item.Time, err = readTime(text)
	}
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrField, err)
	}
	return err
}

func (f *fields) setTerms(text []byte) error {
	id, err := termspec.ParseTermsID(string(text))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrField, err)
	}
	f.item.Terms = id
	return nil
}

// append writes the row. Field is the column that is wrong.
func (f *fields) append(dst []byte) (raw []byte, field string, err error) {
	if !f.given[colSha256] {
		return dst, Columns[colSha256], fmt.Errorf("%w: it is missing", ErrField)
	}
	if !f.given[colContributor] {
		if f.whose == nil {
			return dst, Columns[colContributor], fmt.Errorf("%w: it is missing", ErrField)
		}
		f.item.Contributor = *f.whose
	}
	if f.item.Weight == 0 {
		field = Columns[colWeight]
	}
	raw, err = f.item.Append(dst)
	return raw, field, err
}

// readDigest reads a SHA-256 in any form, hex digits in small letters at once.
func readDigest(text []byte) (d [32]byte, err error) {
	if len(text) == 2*len(d) {
		if _, err := hex.Decode(d[:], text); err == nil && d != [32]byte{} {
			return d, nil
		}
	}
	return digest.Parse(string(text))
}

// readNumber reads digits. Programs that know no whole numbers write .0 behind them.
func readNumber(text []byte) (uint64, error) {
	digits := bytes.TrimSuffix(text, []byte(".0"))
	if len(digits) > 1 && digits[0] == '0' {
		return 0, fmt.Errorf("%q: leave out the zeros in front", clip(text))
	}
	n, err := strconv.ParseUint(string(digits), 10, 64)
	if errors.Is(err, strconv.ErrRange) {
		return 0, fmt.Errorf("%s is 2^64 or more", clip(text))
	}
	if err != nil || digits[0] < '0' || digits[0] > '9' {
		return 0, fmt.Errorf("%q is no whole number", clip(text))
	}
	return n, nil
}

// readTime reads RFC 3339, of which it takes the second, or seconds since 1970.
func readTime(text []byte) (int64, error) {
	if bytes.IndexByte(text, '-') > 0 {
		t, err := time.Parse(time.RFC3339, string(text))
		if err != nil {
			return 0, fmt.Errorf("%q is no time: write it as 2026-01-31T12:00:00Z (RFC 3339) or in seconds since 1970", clip(text))
		}
		return since1970(t.Unix())
	}
	n, err := readNumber(text)
	if err != nil || n > 1<<63-1 {
		return 0, fmt.Errorf("%q is no time: write it as 2026-01-31T12:00:00Z (RFC 3339) or in seconds since 1970", clip(text))
	}
	return since1970(int64(n))
}

// since1970 refuses what a row can't say.
func since1970(seconds int64) (int64, error) {
	if seconds <= 0 {
		return 0, errors.New("it is not after the beginning of 1970: leave it out")
	}
	return seconds, nil
}

// lastYear is the last second that RFC 3339 can write.
var lastYear = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).Unix()

// termsText writes the id of an item's terms; empty: none.
func termsText(item manifest.Item) string {
	if item.Terms == (manifest.Item{}).Terms {
		return ""
	}
	return termspec.TermsID(item.Terms).String()
}

// clip keeps an error short.
func clip(text []byte) []byte {
	if len(text) > 80 {
		return append(bytes.Clone(text[:80]), "..."...)
	}
	return text
}

// Writer writes items in some form.
type Writer interface {
	Write(item manifest.Item) error
	// Close ends what is written. It does not close what it is written to.
	Close() error
}
