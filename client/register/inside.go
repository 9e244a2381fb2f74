package register

import (
	"fmt"
	"path/filepath"
)

// Inside is the path of a file that a table names in a folder. It fails for a name that leads out of it, by a link
// too: whoever wrote the table would say what is read elsewhere.
func Inside(dir, name string) (string, error) {
	outside := fmt.Errorf("%q must be a path inside %s, and no link out of it", name, dir)
	path := filepath.FromSlash(name)
	if !filepath.IsLocal(path) {
		return "", outside
	}
	path = filepath.Join(dir, path)
	followed, err := filepath.EvalSymlinks(path)
	if err != nil {
		return path, nil // it is not there, as whoever opens it finds
	}
	root, err := filepath.EvalSymlinks(dir)
	if err == nil {
		root, err = filepath.Abs(root)
	}
	if err != nil {
		return "", err
	}
	if followed, err = filepath.Abs(followed); err != nil {
		return "", err
	}
	if within, err := filepath.Rel(root, followed); err != nil || !filepath.IsLocal(within) {
		return "", outside
	}
	return path, nil
}
