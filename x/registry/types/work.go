package types

import "fmt"

// Revision decodes the current version of the work's details.
func (w Work) Revision() (Revision, error) {
	var r Revision
	if err := r.Unmarshal(w.Current); err != nil {
		return r, fmt.Errorf("current revision %d: %w", w.Version, err)
	}
	return r, nil
}

// SetRevision makes a revision the current one; Version is the caller's to count.
func (w *Work) SetRevision(r Revision) error {
	current, err := r.Marshal()
	w.Current = current
	return err
}
