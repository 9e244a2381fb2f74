package exchange

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/x/registry/manifest"
)

// Forms of a dataset.
const (
	FormManifest  = "manifest"
	FormLines     = "jsonl"
	FormParquet   = "parquet"
	FormCSV       = "csv"
	FormTSV       = "tsv"
	FormCroissant = "croissant"
	FormFolder    = "folder"
)

// Forms are all that Open reads.
func Forms() []string {
	return []string{FormManifest, FormLines, FormParquet, FormCSV, FormTSV, FormCroissant, FormFolder}
}

// byEnding are the forms that names of files stand for.
var byEnding = map[string]string{
	".jsonl": FormLines, ".ndjson": FormLines, ".parquet": FormParquet, ".csv": FormCSV, ".tsv": FormTSV, ".json": FormCroissant,
	".jsonld": FormCroissant,
}

// FormOf guesses a form: a folder, a manifest by how it begins, another by the ending of its name. It fails with ErrForm.
func FormOf(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.IsDir() {
		return FormFolder, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	begin := make([]byte, len(dataset.Magic))
	if _, err := io.ReadFull(f, begin); err == nil && string(begin) == dataset.Magic {
		return FormManifest, nil
	}
	return FormByName(path)
}

// FormByName is what the ending of a name stands for. It fails with ErrForm.
func FormByName(path string) (string, error) {
	if form := byEnding[strings.ToLower(filepath.Ext(path))]; form != "" {
		return form, nil
	}
	return "", fmt.Errorf("%s: %w: its name does not say what it is; forms are %s", path, ErrForm, strings.Join(Forms(), ", "))
}

// Options of Open.
type Options struct {
	// Form is one of Forms; empty: it is guessed.
	Form string
	FolderOptions
}

// Opened is a source, with what belongs to it.
type Opened struct {
	dataset.Resumable
	Form string
	// Size in bytes; 0 of a folder.
	Size  int64
	close func() error
}

// Close closes its files.
func (o *Opened) Close() error { return o.close() }

// Open opens a source. It fails with ErrForm, and with the errors of its form.
func Open(ctx context.Context, path string, o Options) (*Opened, error) {
	form := o.Form
	if form == "" {
		var err error
		if form, err = FormOf(path); err != nil {
			return nil, err
		}
	}
	if o.Credits != nil && form != FormFolder {
		return nil, fmt.Errorf("%s: %w: only files of a folder have credits", path, ErrForm)
	}
	switch form {
	case FormFolder:
		f := NewFolder(path, o.FolderOptions)
		return &Opened{Resumable: f, Form: form, close: f.Close}, nil
	case FormCroissant:
		opened, err := readCroissant(ctx, path, o)
		if err == nil {
			opened.Form = form
		}
		return opened, err
	}
	return openFile(path, form, o.Whose, nil)
}

// openFile opens a file of items. Its columns have their own names where they are given; others are passed over then.
func openFile(path, form string, whose *manifest.Contributor, byName map[string]int) (*Opened, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	identity := form + " " + dataset.Stamp(path, info)
	if whose != nil {
		identity += " of " + dataset.ContributorText(*whose)
	}
	strict := byName == nil
	if strict {
		byName = columnsByName()
	} else {
		for _, name := range slices.Sorted(maps.Keys(byName)) {
			identity += fmt.Sprintf(", %q is %s", name, Columns[byName[name]])
		}
	}
	opened := &Opened{Form: form, Size: info.Size(), close: f.Close}
	switch form {
	case FormManifest:
		opened.Resumable, err = dataset.FileRows(f, identity)
	case FormLines:
		opened.Resumable = newLines(f, path, identity, whose, byName, strict)
	case FormParquet:
		opened.Resumable, err = newParquet(f, info.Size(), path, identity, whose, byName, strict)
	case FormCSV:
		opened.Resumable, err = newTable(f, path, identity, ',', whose, byName, strict)
	case FormTSV:
		opened.Resumable, err = newTable(f, path, identity, '\t', whose, byName, strict)
	default:
		err = fmt.Errorf("%w: there is no form %q; forms are %s", ErrForm, form, strings.Join(Forms(), ", "))
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return opened, nil
}
