package rights

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/client/digest"
	"github.com/stemma-chain/stemma/client/sheet"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// ErrItems says that a table names items of works, and is to be read as a list: an answer about a work says nothing of its items.
var ErrItems = errors.New("it names items of works, which only a list asks about")

// MaxRows is the most rows of one manifest.
const MaxRows = 100_000

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
	// Item of the subject's manifest that the row names; zero: it names the work.
	Item licensetypes.Item
	// Proof that the manifest has the item; nil: the row has none.
	Proof *ItemProof
}

// Question is what the row asks.
func (r Row) Question() Question { return Question{r.Subject, r.Item} }

// Questions lists what the rows ask, each once, in order.
func (m Manifest) Questions() []Question {
	known := make(map[Question]bool, len(m.Rows))
	var questions []Question
	for _, row := range m.Rows {
		if q := row.Question(); !known[q] {
			known[q] = true
			questions = append(questions, q)
		}
	}
	return questions
}

// HasItems says whether a row names an item.
func (m Manifest) HasItems() bool {
	return slices.ContainsFunc(m.Rows, func(r Row) bool { return !r.Item.IsZero() })
}

// ReadManifest reads a table (client/sheet) with a column work, sha256 or id and any
// others, a bare list of ids and digests without a header, or what sha256sum prints. Lines at
// the top that start with # are passed over, and the columns of a report are dropped, so that a
// report is a manifest too. All bad rows are named, up to a bound.
func ReadManifest(r io.Reader, name string, options sheet.Options) (Manifest, error) {
	options.MaxRows = MaxRows
	table, err := sheet.Read(r, name, options)
	if err != nil {
		return Manifest{}, err
	}
	if len(table.Rows) == 0 {
		return Manifest{}, fmt.Errorf("%s is empty: write a work id (work1...) or SHA-256 a line, "+
			"or a table with a column work, sha256 or id", name)
	}
	read, err := newReading(table)
	if err != nil {
		return Manifest{}, err
	}
	return read.rows(table, read.row)
}

// rows reads all rows, each by take.
func (r *reading) rows(table *sheet.Sheet, take func(sheet.Row)) (Manifest, error) {
	read, name := r, r.name
	body := table.Body()
	if read.bare {
		body = table.Rows
	}
	switch {
	case len(body) == 0:
		return Manifest{}, fmt.Errorf("%s names no works below its header", name)
	case len(body) > MaxRows:
		return Manifest{}, fmt.Errorf("%s has more than %d rows: split it", name, MaxRows)
	}
	for _, row := range body {
		take(row)
	}
	read.SHA256 = hex.EncodeToString(table.SHA256[:])
	return read.Manifest, sheet.Join(read.bad)
}

// reading is a manifest as far as it was read.
type reading struct {
	Manifest
	name string
	// subjects are the places of the columns that name the work, keep those of
	// the columns that are kept.
	subjects []int
	keep     []int
	// item are the places of the columns by which a list names an item; none: there are not all of them.
	item []int
	bare bool
	bad  []error
}

func newReading(table *sheet.Sheet) (*reading, error) {
	read := &reading{name: table.Name}
	places, err := table.Places(subjectColumns...)
	if err != nil {
		return nil, err
	}
	if slices.Contains(table.Rows[0].Cells, itemColumns[0]) {
		return nil, fmt.Errorf("%s is a report: %w", table.Name, ErrItems)
	}
	work, works := places[workColumn]
	sum, sums := places[sha256Column]
	from := slices.IndexFunc(table.Rows[0].Cells, func(c string) bool { return sheet.Key(c) == contributorColumn })
	if works && sums && from >= 0 {
		read.item = []int{work, sum, from}
	}
	for _, column := range subjectColumns {
		place, found := places[column]
		if found && (column != "id" || len(read.subjects) == 0) {
			read.subjects = append(read.subjects, place)
		}
	}
	header := table.Rows[0].Cells
	if len(read.subjects) == 0 {
		if _, err := parseSubject(header[0]); err != nil {
			return nil, fmt.Errorf("%s: no column is named work, sha256 or id, and its first line does not start with a work id or SHA-256",
				table.Name)
		}
		read.bare, read.subjects = true, []int{0}
		header = bareHeader(len(header))
	}
	read.keepColumns(header)
	return read, nil
}

// keepColumns keeps the columns that no earlier report added.
func (r *reading) keepColumns(header []string) {
	for i, column := range header {
		if !slices.Contains(reportColumns, column) && !slices.Contains(itemColumns, column) {
			r.keep = append(r.keep, i)
			r.Columns = append(r.Columns, column)
		}
	}
}

// kept are the cells of these columns.
func (r *reading) kept(record sheet.Row) []string {
	cells := make([]string, len(r.keep))
	for i, place := range r.keep {
		cells[i] = record.Cells[place]
	}
	return cells
}

// bareHeader names the columns of a list without a header.
func bareHeader(columns int) []string {
	header := []string{"id"}
	for i := 1; i < columns; i++ {
		header = append(header, fmt.Sprintf("column%d", i+1))
	}
	return header
}

// row takes a row in or notes what is wrong with it.
func (r *reading) row(record sheet.Row) {
	named := ""
	for _, place := range r.subjects {
		if named == "" {
			named = record.Cells[place]
		}
	}
	subject, err := parseSubject(named)
	if err != nil {
		r.bad = append(r.bad, fmt.Errorf("%s line %d: %w", r.name, record.Line, err))
		return
	}
	if r.bare && slices.ContainsFunc(record.Cells[1:], func(cell string) bool {
		other, err := parseSubject(cell)
		return err == nil && other != subject
	}) {
		r.bad = append(r.bad, fmt.Errorf("%s line %d names several works: write one a line, or the names of the columns (work, sha256, id) "+
			"into a first line", r.name, record.Line))
		return
	}
	if r.namesItem(record) {
		r.bad = append(r.bad, fmt.Errorf("%s line %d: %w", r.name, record.Line, ErrItems))
		return
	}
	r.Rows = append(r.Rows, Row{Line: record.Line, Subject: subject, Cells: r.kept(record)})
}

// namesItem says whether a row has a work, a content and who contributed it.
func (r *reading) namesItem(record sheet.Row) bool {
	for i, place := range r.item {
		cell, err := strings.TrimSpace(record.Cells[place]), error(nil)
		if i == len(r.item)-1 {
			_, err = ParseContributor(cell)
		}
		if cell == "" || err != nil {
			return false
		}
	}
	return len(r.item) > 0
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
	d, err := digest.Parse(s)
	if err != nil {
		return "", fmt.Errorf("no work id (work1...), and %w", err)
	}
	return d.String(), nil
}
