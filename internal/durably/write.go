// Package durably writes files that a crash or a loss of power leaves whole, or not at all.
package durably

import (
	"errors"
	"os"
	"path/filepath"
)

// unfinished begins the names of files that are being written.
const unfinished = ".new"

// Write writes a file for its owner's eyes only. Once it returns, the file is on disk under its name;
// before that, what was there stays. Its folder has to be there.
func Write(path string, data []byte) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, unfinished)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncFolder(dir)
}

// syncFolder has the names in a folder on disk.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Clear removes what crashes left of files that were being written. Call it only where nobody else
// writes to the folder.
func Clear(dir string) {
	left, _ := filepath.Glob(filepath.Join(dir, unfinished+"*")) // fails for bad patterns only
	for _, path := range left {
		_ = os.Remove(path) // one that stays does no harm
	}
}
