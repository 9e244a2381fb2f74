// Package batch reads a table of works to register. A row that is wrong is
// named with its file, and then the whole table is refused.
package batch

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/x/registry/text"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	// MaxRows is the most rows of one table.
	MaxRows = 100_000
	// maxErrors is how many bad rows an error lists.
	maxErrors = 20
	// listSeparator parts creators and fingerprints within a cell.
	listSeparator = ";"
)

// Columns are the columns that a table may have; only file is needed.
var Columns = []string{
	"file", "title", "kind", "media_type", "creators", "role", "uri", "uri_sha256", "source_type", "fingerprints",
}

// Row is one work of a table.
type Row struct {
	// Path of the file, with the folder.
	Path string
	// Line of the row in the table, from 1, which is the header.
	Line    int
	Details registrytypes.Details
}

// Read reads a table with a header line. Files are relative to dir and must
// stay inside it; where kind, media type or title are empty they are guessed
// from the file. name is the table's name in errors.
func Read(r io.Reader, name, dir string) ([]Row, error) {
	in := csv.NewReader(r)
	in.TrimLeadingSpace = true
	header, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s is empty: its first line names the columns (%s)", name, strings.Join(Columns, ","))
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	columns, err := readHeader(name, header)
	if err != nil {
		return nil, err
	}
	var rows []Row
	var bad []error
	lines := map[string]int{}
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := in.FieldPos(0)
		if err != nil {
			// The reader cannot go on after a broken quote: say so at once.
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if len(rows) == MaxRows {
			return nil, fmt.Errorf("%s has more than %d rows: split it", name, MaxRows)
		}
		row, err := readRow(columns, record, dir)
		row.Line = line
		if err == nil && lines[row.Path] > 0 {
			err = fmt.Errorf("the file is in row %d already", lines[row.Path])
		}
		if err != nil {
			bad = append(bad, RowError(name, row, err))
			continue
		}
		lines[row.Path] = line
		rows = append(rows, row)
	}
	if err := Join(bad); err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s names no files below its header", name)
	}
	return rows, nil
}

// RowError names the table, row and file that an error belongs to.
func RowError(name string, row Row, err error) error {
	return fmt.Errorf("%s row %d (%s): %w", name, row.Line, row.Path, err)
}

// Join makes one error of those of several rows, nil without any. It names at
// most maxErrors of them.
func Join(bad []error) error {
	if len(bad) > maxErrors {
		more := fmt.Errorf("and %d more rows are wrong", len(bad)-maxErrors)
		bad = append(bad[:maxErrors:maxErrors], more)
	}
	return errors.Join(bad...)
}

func readHeader(name string, header []string) (map[string]int, error) {
	columns := map[string]int{}
	for i, column := range header {
		// Spreadsheets put a byte order mark before the first name.
		column = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(column, "\ufeff")))
		known := false
		for _, c := range Columns {
			known = known || c == column
		}
		if !known {
			return nil, fmt.Errorf("%s: unknown column %q; the columns are %s", name, column, strings.Join(Columns, ", "))
		}
		if _, twice := columns[column]; twice {
			return nil, fmt.Errorf("%s: column %q appears twice", name, column)
		}
		columns[column] = i
	}
	if _, ok := columns["file"]; !ok {
		return nil, fmt.Errorf("%s: there is no column \"file\"", name)
	}
	return columns, nil
}

// readRow returns the row's path even with an error, to name it.
func readRow(columns map[string]int, record []string, dir string) (Row, error) {
	cell := func(column string) string {
		i, ok := columns[column]
		if !ok {
			return ""
		}
		return strings.TrimSpace(record[i])
	}
	file := filepath.FromSlash(cell("file"))
	row := Row{Path: file}
	if !filepath.IsLocal(file) {
		return row, fmt.Errorf("file must be a path inside %s", dir)
	}
	row.Path = filepath.Join(dir, file)
	if info, err := os.Stat(row.Path); err != nil {
		return row, err
	} else if !info.Mode().IsRegular() {
		return row, errors.New("not a regular file")
	}
	kind, media, err := describe.Guess(row.Path)
	if err != nil {
		return row, err
	}
	d := registrytypes.Details{
		Kind: kind, MediaType: media, Title: describe.Title(row.Path),
		MetadataUri: cell("uri"), DigitalSourceType: cell("source_type"),
	}
	if err := d.MetadataSha256.UnmarshalText([]byte(cell("uri_sha256"))); err != nil {
		return row, fmt.Errorf("uri_sha256: %w", err)
	}
	if s := cell("title"); s != "" {
		d.Title = text.Compose(s)
	}
	if s := cell("media_type"); s != "" {
		d.MediaType = s
	}
	if s := cell("kind"); s != "" {
		if d.Kind, err = describe.ParseKind(s); err != nil {
			return row, err
		}
	}
	for _, s := range list(cell("creators")) {
		creator, err := describe.ParseCreator(s, cell("role"))
		if err != nil {
			return row, err
		}
		d.Creators = append(d.Creators, creator)
	}
	for _, s := range list(cell("fingerprints")) {
		fingerprint, err := describe.ParseFingerprint(s)
		if err != nil {
			return row, err
		}
		d.Fingerprints = append(d.Fingerprints, fingerprint)
	}
	row.Details = d
	return row, d.Validate()
}

func list(cell string) []string {
	var items []string
	for _, item := range strings.Split(cell, listSeparator) {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}
