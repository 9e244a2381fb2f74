package exchange

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/sheet"
	"github.com/stemma-chain/stemma/x/registry/manifest"
)

// What is hashed between two looks at how far a build is: about so many bytes, but at least so many files.
const (
	enoughBytes = 256 << 20
	enoughFiles = 8
)

// colPath is the column of a table of credits that names a file.
const colPath = "path"

// credit is one contributor of a file.
type credit struct {
	line  int
	named map[string]string
}

// Credits say whose the files of a folder are, by their paths: each line makes an item of a file's content.
type Credits struct {
	Name   string
	SHA256 [sha256.Size]byte
	byPath map[string][]credit
}

// ReadCredits reads a table with a column path, and any of contributor, weight, terms, consent and time. Paths are relative to the
// folder, with slashes. A file may have several contributors, a line for each. It fails with the errors of sheet, which name the line.
func ReadCredits(in io.Reader, name string, options sheet.Options) (*Credits, error) {
	c := &Credits{Name: name, byPath: map[string][]credit{}}
	h := sha256.New()
	records, err := sheet.ReadTable(io.TeeReader(in, h), name, sheet.Columns{One: append([]string{colPath}, Columns[1:]...)}, options)
	if err != nil {
		return nil, err
	}
	c.SHA256 = [sha256.Size]byte(h.Sum(nil))
	for _, r := range records {
		at := r.Text(colPath)
		if at == "" {
			return nil, &sheet.Error{File: name, Line: r.Line, Column: colPath, Err: fmt.Errorf("%w: it is missing", ErrField)}
		}
		if at = path.Clean(at); path.IsAbs(at) || at == ".." || strings.HasPrefix(at, "../") {
			return nil, &sheet.Error{File: name, Line: r.Line, Column: colPath, Err: fmt.Errorf("%w: it is not below the folder", ErrField)}
		}
		one := credit{r.Line, map[string]string{}}
		for _, column := range Columns[1:] {
			if text := r.Text(column); text != "" {
				one.named[column] = text
			}
		}
		for _, other := range c.byPath[at] {
			if other.named[Columns[colContributor]] == one.named[Columns[colContributor]] {
				err := fmt.Errorf("%w: line %d has the same file and contributor: give one line the weight of both", ErrField, other.line)
				return nil, &sheet.Error{File: name, Line: r.Line, Column: colPath, Err: err}
			}
		}
		c.byPath[at] = append(c.byPath[at], one)
	}
	return c, nil
}

// file is one that the walk comes to.
type file struct {
	path string
	info os.FileInfo
}

// FolderOptions say whose the files of a folder are.
type FolderOptions struct {
	// Credits of single files; nil: none.
	Credits *Credits
	// Whose are the other files; nil: all have to be in Credits.
	Whose *manifest.Contributor
	// Passed is told of what is passed over; nil: nobody is.
	Passed func(register.Passed)
	// Read is told how many bytes were read, by several goroutines at once; nil: nobody is.
	Read func(bytes int64)
}

// Folder is a source of the files below a folder.
type Folder struct {
	root string
	o    FolderOptions
	next func() (file, error, bool)
	stop func()
	// number of files that were read, and chain over their names, sizes and times.
	number int64
	chain  [sha256.Size]byte
	// rest are items of the file that was read last.
	rest [][]byte
	used map[string]bool
}

// NewFolder reads the regular files below a folder, in the order in which register.Walk comes to them, and passes over what it passes
// over. Each file is an item for each contributor that the credits name.
func NewFolder(root string, o FolderOptions) *Folder {
	f := &Folder{root: root, o: o}
	f.begin()
	return f
}

func (f *Folder) begin() {
	if f.stop != nil {
		f.stop()
	}
	f.number, f.chain, f.used, f.rest = 0, [sha256.Size]byte{}, map[string]bool{}, nil
	f.next, f.stop = iter.Pull2(func(yield func(file, error) bool) {
		ended := errors.New("ended")
		err := register.Walk(f.root, func(path string, info os.FileInfo) error {
			if !yield(file{path, info}, nil) {
				return ended
			}
			return nil
		}, func(p register.Passed) {
			if f.o.Passed != nil {
				f.o.Passed(p)
			}
		})
		if err != nil && !errors.Is(err, ended) {
			yield(file{}, err)
		}
	})
}

// Close ends the walk.
func (f *Folder) Close() error {
	f.stop()
	return nil
}

// Identity has the credits; what became of files is seen at a mark.
func (f *Folder) Identity() string {
	identity := "folder " + f.root
	if f.o.Credits != nil {
		identity += fmt.Sprintf(" credits %x", f.o.Credits.SHA256)
	}
	if f.o.Whose != nil {
		identity += " of " + dataset.ContributorText(*f.o.Whose)
	}
	return identity
}

// take goes to the next file.
func (f *Folder) take() (file, error) {
	next, err, more := f.next()
	if !more {
		return file{}, io.EOF
	}
	if err != nil {
		return file{}, err
	}
	h := sha256.New()
	h.Write(f.chain[:])
	h.Write([]byte(dataset.Stamp(next.path, next.info)))
	f.chain = [sha256.Size]byte(h.Sum(nil))
	f.number++
	if f.o.Credits != nil {
		f.used[f.below(next.path)] = true
	}
	return next, nil
}

func (f *Folder) below(full string) string {
	below, err := filepath.Rel(f.root, full)
	if err != nil || below == "." {
		return filepath.Base(full)
	}
	return filepath.ToSlash(below)
}

// Seek walks past the files that were read, none of which may have changed.
func (f *Folder) Seek(ctx context.Context, mark string) error {
	f.begin()
	if mark == "" {
		return nil
	}
	count, chain, _ := strings.Cut(mark, ":")
	left, err := strconv.ParseInt(count, 10, 64)
	if err != nil {
		return fmt.Errorf("%w: %q is no mark of it", dataset.ErrChanged, mark)
	}
	for ; left > 0; left-- {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := f.take(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
	}
	if left > 0 || hex.EncodeToString(f.chain[:]) != chain {
		return fmt.Errorf("%w: files of %s were changed, added or removed", dataset.ErrChanged, f.root)
	}
	return nil
}

// Next hashes files, several at a time.
func (f *Folder) Next(ctx context.Context, items int) (dataset.Batch, error) {
	var found []register.Found
	for bytes := int64(0); len(f.rest)+len(found) < items && (bytes < enoughBytes || len(found) < enoughFiles); {
		next, err := f.take()
		if errors.Is(err, io.EOF) {
			if len(found) > 0 || len(f.rest) > 0 {
				break
			}
			if err := f.unused(); err != nil {
				return dataset.Batch{}, err
			}
			return dataset.Batch{}, io.EOF
		}
		if err != nil {
			return dataset.Batch{}, err
		}
		found = append(found, register.Found{Path: next.path, Size: next.info.Size()})
		bytes += next.info.Size()
	}
	summed, err := register.Sum(ctx, found, f.o.Read)
	if err != nil {
		return dataset.Batch{}, err
	}
	for _, one := range summed {
		if err := f.items(one); err != nil {
			return dataset.Batch{}, err
		}
	}
	rows := f.rest
	b := dataset.Batch{}
	if len(rows) > items { // a file of many contributors: no mark between them
		rows = rows[:items]
	}
	f.rest = f.rest[len(rows):]
	b.Items = len(rows)
	b.Append = func(dst []byte) ([]byte, error) {
		for _, row := range rows {
			dst = append(dst, row...)
		}
		return dst, nil
	}
	if len(f.rest) == 0 {
		b.Mark = fmt.Sprintf("%d:%x", f.number, f.chain)
	}
	return b, nil
}

// items makes the rows of a file.
func (f *Folder) items(one register.File) error {
	var credits []credit
	if f.o.Credits != nil {
		credits = f.o.Credits.byPath[f.below(one.Path)]
	}
	if len(credits) == 0 {
		if f.o.Whose == nil {
			return fmt.Errorf("%s: %w: nobody is named whose it is", one.Path, ErrField)
		}
		_, err := f.item(one, nil)
		return err
	}
	for _, c := range credits {
		if field, err := f.item(one, c.named); err != nil {
			return &sheet.Error{File: f.o.Credits.Name, Line: c.line, Column: field, Err: err}
		}
	}
	return nil
}

// item makes the row of a file's contributor. Field is the column that is wrong.
func (f *Folder) item(one register.File, named map[string]string) (field string, err error) {
	item := fields{whose: f.o.Whose}
	item.reset()
	item.item.Sha256, item.given[colSha256] = one.Digest, true
	for column := colContributor; column < columns; column++ {
		if err := item.set(column, []byte(named[Columns[column]])); err != nil {
			return Columns[column], err
		}
	}
	raw, field, err := item.append(nil)
	f.rest = append(f.rest, raw)
	return field, err
}

// unused names credits of which there is no file.
func (f *Folder) unused() error {
	if f.o.Credits == nil {
		return nil
	}
	first := credit{}
	name, count := "", 0
	for at, credits := range f.o.Credits.byPath {
		if f.used[at] {
			continue
		}
		if count++; name == "" || credits[0].line < first.line {
			name, first = at, credits[0]
		}
	}
	if count == 0 {
		return nil
	}
	more := ""
	if count > 1 {
		more = fmt.Sprintf(", nor %d others that it names", count-1)
	}
	err := fmt.Errorf("%w: there is no file %s in the folder%s", ErrField, name, more)
	return &sheet.Error{File: f.o.Credits.Name, Line: first.line, Column: colPath, Err: err}
}
