package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/sheet"
)

// readTable reads the rows of --csv or --jsonl.
func (f *fleet) readTable(args []string) error {
	flagSet := f.conn.Flags()
	csv, lines := flagSet.Text(flagCSV), flagSet.Text(flagJSONL)
	switch {
	case csv != "" && lines != "":
		return fmt.Errorf("--%s and --%s don't go together", flagCSV, flagJSONL)
	case len(args) > 1:
		return errors.New("a table takes one folder, in which its files are")
	}
	f.name = csv + lines
	file, err := os.Open(f.name)
	if err != nil {
		return err
	}
	defer file.Close()
	read := sheet.ReadTable
	if lines != "" {
		read = sheet.ReadLines
	}
	records, err := read(file, f.name, outputColumns(), tableOptions(f.conn, f.name, maxOutputs))
	if err != nil {
		return err
	}
	if len(records) == 0 {
		return fmt.Errorf("%s names no outputs", f.name)
	}
	dir := filepath.Dir(f.name)
	if len(args) == 1 {
		dir = args[0]
	}
	return f.take(records, dir)
}

// take makes rows of records, whose files are in a folder.
func (f *fleet) take(records []sheet.Record, dir string) error {
	flagSet := f.conn.Flags()
	if flagSet.Is(flagBuy) || flagSet.Changed(flagMaxFee) && !flagSet.Is(flagPayUses) {
		return fmt.Errorf("a table buys nothing: leave out --%s and --%s, and acquire the grants before (stemmad acquire)",
			flagBuy, flagMaxFee)
	}
	for _, record := range records {
		o := &output{Row: record.Line, State: stateReady, record: record}
		o.File = record.Text(columnFile) + record.Text(columnWork)
		if o.File == "" {
			o.File = record.Text(columnSHA256)
		}
		f.rows = append(f.rows, o)
		switch {
		case record.Err != nil:
			o.refuse(record.Err)
		case record.Text(columnFile) != "" && record.Text(columnWork) != "":
			o.refuse(fmt.Errorf("name %s or %s, not both", columnFile, columnWork))
		case o.File == "":
			o.refuse(fmt.Errorf("needs %s, %s or %s", columnFile, columnWork, columnSHA256))
		default:
			o.locate(dir, f.name)
		}
	}
	return nil
}

// locate has the files that a row names in the table's folder.
func (o *output) locate(dir, table string) {
	if file := o.record.Text(columnFile); file != "" {
		path, err := register.Inside(dir, file)
		if err != nil {
			o.refuse(&sheet.Error{File: table, Line: o.Row, Column: columnFile, Err: err})
			return
		}
		o.File = path
	} else if work := o.record.Text(columnWork); work != "" {
		path, err := beside(dir, work)
		if err != nil {
			o.refuse(&sheet.Error{File: table, Line: o.Row, Column: columnWork, Err: err})
			return
		}
		o.File = path
	}
	for _, column := range []string{flagSources, flagExternal, flagPromptFile} {
		values := slices.Clone(o.record.Fields[column])
		for i, text := range values {
			name := text
			if at := strings.LastIndexAny(text, "=@"); at > 0 && !isFile(filepath.Join(dir, name)) {
				name, _, _ = strings.Cut(text, "@")
				if at := strings.LastIndexByte(name, '='); at > 0 && !isFile(filepath.Join(dir, name)) {
					name = name[:at]
				}
			}
			path, err := beside(dir, name)
			if err != nil {
				o.refuse(&sheet.Error{File: table, Line: o.Row, Column: column, Err: err})
				return
			}
			values[i] = path + strings.TrimPrefix(text, name)
		}
		if len(values) > 0 {
			o.record.Fields[column] = values
		}
	}
}

// beside is what a table names, in the table's folder where a file of that name is there. One that is only in the folder
// where the command runs may be another: it is refused.
func beside(dir, name string) (string, error) {
	path := filepath.Join(dir, filepath.FromSlash(name))
	switch {
	case filepath.IsAbs(name), path == filepath.Clean(name), isURL(name):
	case filepath.IsLocal(name) && isFile(path):
		return path, nil
	case isFile(name):
		return "", fmt.Errorf("%s is not in %s, where the table's files are; if you mean the one in the folder that you are in, "+
			"write its whole path", name, dir)
	}
	return name, nil
}

// isURL says whether a name is an address, which no file of that name stands for.
func isURL(name string) bool { return strings.Contains(name, "://") }

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
