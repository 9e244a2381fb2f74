// Package register prepares what a program registers: it finds files, computes their SHA-256,
// and keeps the salts of anchors. The bytes never leave the machine.
package register

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// MaxFiles is the most files that Find takes.
const MaxFiles = 100_000

// Found is a file to hash.
type Found struct {
	Path string
	// Size in bytes when it was found.
	Size int64
}

// Passed is something in a folder that Find passed over.
type Passed struct {
	Path string
	Why  Why
}

// Why says why something was passed over.
type Why string

// Reasons to pass something over.
const (
	Hidden  Why = "hidden"
	Link    Why = "a link"
	Special Why = "no regular file"
	Empty   Why = "empty"
	// Credentials are C2PA's, which lie beside the file that they are of.
	Credentials Why = "Content Credentials of a file here"
)

// Find lists the regular files that the arguments name, each once, a folder's
// in order of path. In folders it passes over hidden files and folders, links, files without
// content and Content Credentials beside their file, and says so. It fails for a folder without files and above MaxFiles.
func Find(args []string) (found []Found, passed []Passed, err error) {
	seen := map[string]bool{}
	for _, arg := range args {
		switch arg {
		case "":
			return nil, nil, errors.New("one of the names is empty: name a file or a folder")
		case "--":
			return nil, nil, errors.New(`"--" is taken for the end of the flags: write ./-- for a file of that name`)
		}
		before, holds := len(found), false
		err := Walk(arg, func(path string, info os.FileInfo) error {
			holds = true
			name := filepath.Clean(path)
			if seen[name] {
				return nil
			}
			seen[name] = true
			if len(found) == MaxFiles {
				return fmt.Errorf("more than %d files: register folder by folder", MaxFiles)
			}
			found = append(found, Found{Path: path, Size: info.Size()})
			return nil
		}, func(p Passed) { passed = append(passed, p) })
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil, fmt.Errorf("there is no file or folder %s", arg)
		}
		if err != nil {
			return nil, nil, err
		}
		if !holds {
			return nil, nil, fmt.Errorf("no files in %s (hidden and empty ones, and links, are left out)", arg)
		}
		var beside []Passed
		found, beside = withoutCredentials(found, before, arg)
		passed = append(passed, beside...)
		sort.Slice(found[before:], func(i, j int) bool { return found[before+i].Path < found[before+j].Path })
	}
	return found, passed, nil
}

// credentialsEnd is how the names of Content Credentials beside a file end: photo.jpg.c2pa, or photo.c2pa.
const credentialsEnd = ".c2pa"

// withoutCredentials takes Content Credentials out of what was found in a folder, from a place on, that lie beside a file which is found
// too: they are no work. Those that were named, and those by themselves, stay.
func withoutCredentials(found []Found, from int, arg string) (kept []Found, passed []Passed) {
	files := map[string]bool{}
	for _, f := range found {
		if !strings.HasSuffix(f.Path, credentialsEnd) {
			files[f.Path], files[strings.TrimSuffix(f.Path, filepath.Ext(f.Path))] = true, true
		}
	}
	kept = found[:from]
	for _, f := range found[from:] {
		if of, is := strings.CutSuffix(f.Path, credentialsEnd); is && files[of] && f.Path != arg {
			passed = append(passed, Passed{f.Path, Credentials})
			continue
		}
		kept = append(kept, f)
	}
	return kept, passed
}

// Walk goes through a file, or the regular files below a folder, a folder's names in the order of their bytes. In folders it passes over
// hidden files and folders, links and files without content, and tells of them.
func Walk(arg string, each func(path string, info os.FileInfo) error, passed func(Passed)) error {
	return filepath.WalkDir(arg, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := path != arg && strings.HasPrefix(entry.Name(), ".")
		switch {
		case hidden:
			passed(Passed{path, Hidden})
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case entry.IsDir():
			return nil
		case path != arg && entry.Type()&fs.ModeSymlink != 0:
			passed(Passed{path, Link})
			return nil
		case path != arg && !entry.Type().IsRegular():
			passed(Passed{path, Special})
			return nil
		}
		// A link named by the user is followed: Stat, not Info.
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("%s is not a regular file", path)
		}
		if path != arg && info.Size() == 0 {
			passed(Passed{path, Empty})
			return nil
		}
		return each(path, info)
	})
}

// Total is how many bytes the files have together.
func Total(found []Found) (bytes int64) {
	for _, f := range found {
		bytes += f.Size
	}
	return bytes
}
