// Package batch reads a table of works to register. A row that is wrong is
// named with its file; the others are returned beside the error.
package batch

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/stemma-chain/stemma/client/digest"
	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/sheet"
	"github.com/stemma-chain/stemma/x/registry/text"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	// MaxRows is the most rows of one table.
	MaxRows = 100_000
	// listSeparator parts creators within a cell.
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
	// Digest that the table says the file has; all zeros: it does not say.
	Digest registrytypes.Digest
}

// Read reads a table with a header line (client/sheet: any usual encoding, separator and
// spelling of columns). Files are relative to dir and must stay inside it; where kind, media
// type or title are empty they are guessed from the file. name is the table's name in errors. With
// a *sheet.BadError the other rows are returned. Of options MaxRows is its own. accounts finds creators' accounts by
// what stands for them; nil: only addresses do.
func Read(r io.Reader, name, dir string, options sheet.Options, accounts describe.Accounts) ([]Row, error) {
	options.MaxRows = MaxRows
	table, err := sheet.Read(r, name, options)
	if err != nil {
		return nil, err
	}
	columns, err := readHeader(table)
	if err != nil {
		return nil, err
	}
	var rows []Row
	var bad []error
	lines := map[string]int{}
	for _, record := range table.Body() {
		row, err := readRow(columns, record.Cells, dir, accounts)
		row.Line = record.Line
		if err == nil && table.Sums {
			row.Digest, err = digest.Parse(record.Cells[0])
		}
		if err == nil && lines[row.Path] > 0 {
			err = fmt.Errorf("the file is in row %d already", lines[row.Path])
		}
		if err != nil {
			bad = append(bad, RowError(name, row, err))
			continue
		}
		lines[row.Path] = row.Line
		rows = append(rows, row)
	}
	if len(rows)+len(bad) == 0 {
		return nil, fmt.Errorf("%s names no files below its header", name)
	}
	return rows, sheet.Join(bad)
}

// RowError names the table, row and file that an error belongs to.
func RowError(name string, row Row, err error) error {
	return fmt.Errorf("%s row %d (%s): %w", name, row.Line, row.Path, err)
}

// Check fails where the file's content is another than the table says.
func (r Row) Check(found registrytypes.Digest) error {
	if !r.Digest.IsZero() && r.Digest != found {
		return fmt.Errorf("the table says SHA-256 %s, and the file has %s: it was changed since, or is another", r.Digest, found)
	}
	return nil
}

// readHeader says where the columns are.
func readHeader(table *sheet.Sheet) (map[string]int, error) {
	switch {
	case len(table.Rows) == 0:
		return nil, fmt.Errorf("%s is empty: its first line names the columns (%s)", table.Name, strings.Join(Columns, ","))
	case table.Sums:
		return map[string]int{"file": 1}, nil
	}
	if unknown := table.Unknown(Columns...); len(unknown) > 0 {
		return nil, fmt.Errorf("%s: unknown column %q; the columns are %s", table.Name, unknown[0], strings.Join(Columns, ", "))
	}
	columns, err := table.Places(Columns...)
	if err != nil {
		return nil, err
	}
	if _, ok := columns["file"]; !ok {
		return nil, fmt.Errorf("%s: there is no column \"file\"", table.Name)
	}
	return columns, nil
}

// readRow returns the row's path even with an error, to name it.
func readRow(columns map[string]int, record []string, dir string, accounts describe.Accounts) (Row, error) {
	cell := func(column string) string {
		if i, ok := columns[column]; ok {
			return record[i]
		}
		return ""
	}
	file := filepath.FromSlash(cell("file"))
	row := Row{Path: file}
	path, err := register.Inside(dir, cell("file"))
	if err != nil {
		return row, fmt.Errorf("file must be a path inside %s, and no link out of it", dir)
	}
	row.Path = path
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
		MetadataUri: cell("uri"),
	}
	if d.DigitalSourceType, err = describe.ParseSourceType(cell("source_type")); err != nil {
		return row, fmt.Errorf("column source_type: %w", err)
	}
	if s := cell("uri_sha256"); s != "" {
		if d.MetadataSha256, err = digest.Parse(s); err != nil {
			return row, fmt.Errorf("column uri_sha256: %w", err)
		}
	}
	if s := cell("title"); s != "" {
		d.Title = text.Compose(s)
	}
	if s := cell("media_type"); s != "" {
		d.MediaType = s
	}
	if s := cell("kind"); s != "" {
		if d.Kind, err = describe.ParseKind(s); err != nil {
			return row, fmt.Errorf("column kind: %w", err)
		}
	}
	for _, s := range list(cell("creators")) {
		creator, err := describe.ParseCreator(s, cell("role"), accounts)
		if err != nil {
			return row, fmt.Errorf("column creators: %w", err)
		}
		d.Creators = append(d.Creators, creator)
	}
	if d.Fingerprints, err = describe.ParseFingerprints(cell("fingerprints")); err != nil {
		return row, fmt.Errorf("column fingerprints: %w", err)
	}
	row.Details = d
	return row, cmp.Or(describe.Lost(d), d.Validate())
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
