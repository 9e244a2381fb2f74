package rights

import (
	"bufio"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	// MaxRows is the most rows of one manifest.
	MaxRows = 100_000
	// maxErrors is how many bad rows an error lists.
	maxErrors = 20
	// byteOrder is the mark that spreadsheets put before the first line.
	byteOrder = "\ufeff"
)

// subjectColumns are the columns that may name a row's work, the first that is
// filled. Where work or sha256 exist, id is a column like any other.
var subjectColumns = []string{"work", "sha256", "id"}

// Manifest is a dataset to clear: a table whose rows are works.
type Manifest struct {
	// SHA256 of the whole file, as hex digits.
	SHA256 string
	// Columns of the file, without those that an earlier report added.
	Columns []string
	Rows    []Row
}

// Row is one line of a manifest.
type Row struct {
	// Line in the file, from 1.
	Line int
	// Subject is a work id, or a SHA-256 as lower-case hex digits.
	Subject string
	Cells   []string
}

// Subjects lists what the rows name, each once, in order.
func (m Manifest) Subjects() []string {
	known := make(map[string]bool, len(m.Rows))
	var subjects []string
	for _, row := range m.Rows {
		if !known[row.Subject] {
			known[row.Subject] = true
			subjects = append(subjects, row.Subject)
		}
	}
	return subjects
}

// ReadManifest reads a CSV table with a column work, sha256 or id and any
// others, or a bare list of ids and digests without a header. Lines at the top
// that start with # are passed over, and the columns of a report are dropped, so
// that a report is a manifest too. All bad rows are named, up to a bound.
func ReadManifest(r io.Reader, name string) (Manifest, error) {
	sum := sha256.New()
	in := bufio.NewReader(io.TeeReader(r, sum))
	skipped, err := skipHead(in)
	if err != nil {
		return Manifest{}, fmt.Errorf("%s: %w", name, err)
	}
	table := csv.NewReader(in)
	table.TrimLeadingSpace = true
	header, err := table.Read()
	if errors.Is(err, io.EOF) {
		return Manifest{}, fmt.Errorf("%s is empty: write a work id (work1...) or SHA-256 a line, "+
			"or a table with a column work, sha256 or id", name)
	}
	if err != nil {
		return Manifest{}, fmt.Errorf("%s: %w", name, err)
	}
	line, _ := table.FieldPos(0)
	read, err := newReading(name, header)
	if err != nil {
		return Manifest{}, err
	}
	if read.bare {
		read.row(line+skipped, header)
	}
	for {
		record, err := table.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			// The reader cannot go on after a broken quote: say so at once.
			return Manifest{}, fmt.Errorf("%s: %w", name, err)
		}
		if read.rows == MaxRows {
			return Manifest{}, fmt.Errorf("%s has more than %d rows: split it", name, MaxRows)
		}
		line, _ := table.FieldPos(0)
		read.row(line+skipped, record)
	}
	if err := read.err(); err != nil {
		return Manifest{}, err
	}
	read.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return read.Manifest, nil
}

// skipHead passes over lines at the top that start with #, and says how many.
func skipHead(in *bufio.Reader) (lines int, err error) {
	if mark, err := in.Peek(len(byteOrder)); err == nil && string(mark) == byteOrder {
		if _, err := in.Discard(len(byteOrder)); err != nil {
			return 0, err
		}
	}
	for {
		if start, err := in.Peek(1); err != nil || start[0] != '#' {
			return lines, nil // what is wrong with the file, the table's reader says
		}
		for more := true; more; {
			if _, more, err = in.ReadLine(); err != nil {
				return lines, err
			}
		}
		lines++
	}
}

// reading is a manifest as far as it was read.
type reading struct {
	Manifest
	name string
	// subjects are the places of the columns that name the work, keep those of
	// the columns that are kept.
	subjects []int
	keep     []int
	bare     bool
	rows     int
	bad      []error
}

func newReading(name string, header []string) (*reading, error) {
	read := &reading{name: name}
	places := map[string]int{}
	for i, column := range header {
		column = strings.ToLower(strings.TrimSpace(column))
		if !slices.Contains(subjectColumns, column) {
			continue
		}
		if _, twice := places[column]; twice {
			return nil, fmt.Errorf("%s: column %q appears twice", name, column)
		}
		places[column] = i
	}
	for _, column := range subjectColumns {
		place, found := places[column]
		if found && (column != "id" || len(read.subjects) == 0) {
			read.subjects = append(read.subjects, place)
		}
	}
	if len(read.subjects) == 0 {
		if _, err := parseSubject(header[0]); err != nil {
			return nil, fmt.Errorf("%s: no column is named work, sha256 or id, and line 1 does not start with a work id or SHA-256", name)
		}
		read.bare, read.subjects = true, []int{0}
		header = bareHeader(len(header))
	}
	for i, column := range header {
		if !slices.Contains(reportColumns, column) {
			read.keep = append(read.keep, i)
			read.Columns = append(read.Columns, column)
		}
	}
	return read, nil
}

// bareHeader names the columns of a list without a header.
func bareHeader(columns int) []string {
	header := []string{"id"}
	for i := 1; i < columns; i++ {
		header = append(header, fmt.Sprintf("column%d", i+1))
	}
	return header
}

// row takes a line in or notes what is wrong with it.
func (r *reading) row(line int, record []string) {
	r.rows++
	named := ""
	for _, place := range r.subjects {
		if named == "" {
			named = strings.TrimSpace(record[place])
		}
	}
	subject, err := parseSubject(named)
	if err != nil {
		r.bad = append(r.bad, fmt.Errorf("%s line %d: %w", r.name, line, err))
		return
	}
	row := Row{Line: line, Subject: subject, Cells: make([]string, len(r.keep))}
	for i, place := range r.keep {
		row.Cells[i] = record[place]
	}
	r.Rows = append(r.Rows, row)
}

func (r *reading) err() error {
	switch {
	case r.rows == 0:
		return fmt.Errorf("%s names no works below its header", r.name)
	case len(r.bad) > maxErrors:
		r.bad = append(r.bad[:maxErrors:maxErrors], fmt.Errorf("and %d more lines are wrong", len(r.bad)-maxErrors))
	}
	return errors.Join(r.bad...)
}

// parseSubject checks the form of a work id or digest.
func parseSubject(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", errors.New("names no work: write a work id (work1...) or a SHA-256")
	}
	if strings.HasPrefix(s, registrytypes.WorkPrefix+"1") {
		id, err := registrytypes.ParseWorkID(s)
		if err != nil {
			return "", err
		}
		return id.String(), nil
	}
	if bz, err := hex.DecodeString(s); err != nil || len(bz) != sha256.Size {
		return "", fmt.Errorf("%.80q is neither a work id (work1...) nor a SHA-256 of 64 hex digits", s)
	}
	return strings.ToLower(s), nil
}
