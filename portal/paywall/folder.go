package paywall

import (
	"errors"
	"io"
	"io/fs"
	"net/http"
	"strings"

	doors "github.com/stemma-chain/stemma/portal/x402"
)

// index is what a folder shows.
const index = "index.html"

// folder serves the files of a folder, and of no other, wherever links lead. Those whose name, or whose folder's, begins
// with a dot are not there.
type folder struct{ files fs.FS }

func (f folder) names(at string) []string {
	if strings.HasSuffix(at, "/") {
		return []string{at, at + index}
	}
	if short, is := strings.CutSuffix(at, "/"+index); is {
		return []string{at, short + "/"}
	}
	return []string{at}
}

func (f folder) hand(w http.ResponseWriter, r *http.Request, paid doors.Paid) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		return &absentError{http.StatusMethodNotAllowed, errors.New(r.Method)}
	}
	name := r.URL.Path[1:]
	if strings.HasSuffix(r.URL.Path, "/") {
		name += index
	}
	file, info, err := f.open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	if paid != nil {
		if _, err := paid(nil); err != nil {
			return err
		}
	}
	http.ServeContent(w, r, info.Name(), info.ModTime(), file.(io.ReadSeeker))
	return nil
}

// open opens a file that can be read anywhere. It fails with an *absentError.
func (f folder) open(name string) (fs.File, fs.FileInfo, error) {
	absent := func(err error) error { return &absentError{http.StatusNotFound, err} }
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") {
			return nil, nil, absent(fs.ErrNotExist)
		}
	}
	file, err := f.files.Open(name)
	if err != nil {
		return nil, nil, absent(err)
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if _, seeks := file.(io.ReadSeeker); err == nil && !seeks {
		err = errors.ErrUnsupported
	}
	if err != nil {
		return nil, nil, absent(errors.Join(err, file.Close()))
	}
	return file, info, nil
}
