package sheet

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// listSeparator parts the values of a cell that takes several.
const listSeparator = ";"

// maxLine is the most bytes of one line of JSON.
const maxLine = 1 << 20

// Columns are those that records have.
type Columns struct {
	// One takes one value, and Many several: in a cell parted by semicolons, in JSON an array.
	One, Many []string
	// Flags, of those with one value, take true and false in JSON, which others do not.
	Flags []string
	// Instead says what to write in place of columns that one might expect.
	Instead map[string]string
	// Part parts a cell of a column in its own way, where semicolons stand in its values.
	Part map[string]func(cell string) []string
}

func (c Columns) all() []string { return slices.Concat(c.One, c.Many) }

// instead is what to write in place of a column, as the end of a sentence.
func (c Columns) instead(column string) string {
	if told := c.Instead[Key(column)]; told != "" {
		return "; " + told
	}
	return ""
}

func (c Columns) part(column, cell string) []string {
	if part := c.Part[column]; part != nil {
		return part(cell)
	}
	return strings.Split(cell, listSeparator)
}

// Record is a row of a table, or a line of JSON, by names of columns. Empty values are left out.
type Record struct {
	// Line that it begins on, from 1.
	Line   int
	Fields map[string][]string
	// Err says what is wrong with it; the others are read all the same.
	Err error
}

// Text is a column's only value; empty without.
func (r Record) Text(column string) string {
	if values := r.Fields[column]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// ReadTable reads a table with a header as records. It fails as Read does, and for columns that are not
// known.
func ReadTable(in io.Reader, name string, columns Columns, options Options) ([]Record, error) {
	table, err := Read(in, name, options)
	if err != nil {
		return nil, err
	}
	if unknown := table.Unknown(columns.all()...); len(unknown) > 0 {
		return nil, fmt.Errorf("%s: unknown column %q; the columns are %s%s", name, unknown[0], strings.Join(columns.all(), ", "),
			columns.instead(unknown[0]))
	}
	places, err := table.Places(columns.all()...)
	if err != nil {
		return nil, err
	}
	var records []Record
	for _, row := range table.Body() {
		r := Record{Line: row.Line, Fields: map[string][]string{}}
		for column, at := range places {
			values := []string{row.Cells[at]}
			if slices.Contains(columns.Many, column) {
				values = columns.part(column, row.Cells[at])
			}
			for _, v := range values {
				if v = strings.TrimSpace(v); v != "" {
					r.Fields[column] = append(r.Fields[column], v)
				}
			}
		}
		records = append(records, r)
	}
	return records, nil
}

// ReadLines reads JSON Lines: an object on each line that is not empty, whose fields are the columns,
// spelled as a table's. A value is a text, a number, or for Flags true or false, and an array of texts where a column takes
// several. A line that is wrong is a record with Err.
func ReadLines(in io.Reader, name string, columns Columns, options Options) ([]Record, error) {
	bz, err := io.ReadAll(io.LimitReader(in, MaxBytes+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	case len(bz) > MaxBytes:
		return nil, fmt.Errorf("%s has more than %d MiB: split it", name, MaxBytes>>20)
	}
	text, _, err := options.decode(bz)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var records []Record
	number := 0
	for one := range strings.SplitSeq(text, "\n") {
		number++
		if one = strings.TrimSpace(one); one == "" {
			continue
		}
		if options.MaxRows > 0 && len(records) == options.MaxRows {
			return nil, fmt.Errorf("%s has more than %d lines: split it", name, options.MaxRows)
		}
		r := Record{Line: number, Fields: map[string][]string{}}
		r.Err = r.read(one, name, columns)
		records = append(records, r)
	}
	return records, nil
}

func (r *Record) read(one, name string, columns Columns) error {
	wrong := func(column string, err error) error { return &Error{name, r.Line, column, err} }
	if len(one) > maxLine {
		return wrong("", fmt.Errorf("a line has at most %d bytes", maxLine))
	}
	dec := json.NewDecoder(strings.NewReader(one))
	dec.UseNumber()
	if start, err := dec.Token(); err != nil || start != json.Delim('{') {
		return wrong("", errors.New(`a line is one JSON object, such as {"file":"out.png","from":["photo.jpg"]}`))
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return wrong("", fmt.Errorf("no JSON: %w", err))
		}
		written, _ := key.(string)
		at := slices.IndexFunc(columns.all(), func(c string) bool { return Key(c) == Key(written) })
		if at < 0 {
			return wrong(written, fmt.Errorf("unknown; the fields are %s%s", strings.Join(columns.all(), ", "), columns.instead(written)))
		}
		column := columns.all()[at]
		if _, twice := r.Fields[column]; twice {
			return wrong(column, errors.New("is there twice"))
		}
		var value any
		if err := dec.Decode(&value); err != nil {
			return wrong(column, fmt.Errorf("no JSON: %w", err))
		}
		if _, yes := value.(bool); yes && !slices.Contains(columns.Flags, column) {
			return wrong(column, fmt.Errorf("takes a text, not %v", value))
		}
		values, err := texts(value)
		if err != nil {
			return wrong(column, err)
		}
		if len(values) > 1 && !slices.Contains(columns.Many, column) {
			return wrong(column, errors.New("takes one value"))
		}
		r.Fields[column] = values
	}
	if _, err := dec.Token(); err != nil {
		return wrong("", fmt.Errorf("no JSON: %w", err))
	}
	if rest, _ := io.ReadAll(dec.Buffered()); len(bytes.TrimSpace(rest)) > 0 {
		return wrong("", errors.New("more follows the object: each has a line of its own"))
	}
	return nil
}

// texts are a JSON value as texts; none of null, false and "".
func texts(value any) ([]string, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case string:
		if strings.ContainsRune(v, '\uFFFD') {
			return nil, fmt.Errorf("%q has a character that a program could not read", v)
		}
		if v == "" {
			return nil, nil
		}
		return []string{v}, nil
	case json.Number:
		return []string{v.String()}, nil
	case bool:
		return []string{strconv.FormatBool(v)}, nil
	case []any:
		var all []string
		for _, one := range v {
			switch one.(type) {
			case []any, bool:
				return nil, errors.New("takes texts and numbers in a list")
			}
			some, err := texts(one)
			if err != nil {
				return nil, err
			}
			all = append(all, some...)
		}
		return all, nil
	}
	return nil, errors.New("takes a text, a number or a list of them, and no object")
}
