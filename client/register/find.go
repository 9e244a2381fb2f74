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

// Find lists the regular files that the arguments name, each once, a folder's
// in order of path. In folders it leaves out hidden files and folders, and
// follows no links. It fails for a folder without files and above MaxFiles.
func Find(args []string) ([]Found, error) {
	var found []Found
	seen := map[string]bool{}
	for _, arg := range args {
		before, holds := len(found), false
		err := filepath.WalkDir(arg, func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			hidden := path != arg && strings.HasPrefix(entry.Name(), ".")
			switch {
			case entry.IsDir() && hidden:
				return fs.SkipDir
			case entry.IsDir(), hidden, path != arg && !entry.Type().IsRegular():
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
		})
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("there is no file or folder %s", arg)
		}
		if err != nil {
			return nil, err
		}
		if !holds {
			return nil, fmt.Errorf("no files in %s (hidden ones are left out)", arg)
		}
		sort.Slice(found[before:], func(i, j int) bool { return found[before+i].Path < found[before+j].Path })
	}
	return found, nil
}

// Total is how many bytes the files have together.
func Total(found []Found) (bytes int64) {
	for _, f := range found {
		bytes += f.Size
	}
	return bytes
}
