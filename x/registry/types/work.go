package types

import "fmt"

// Place is where the claim stands among those to its content: at the time since
// when it is claimed, or later if its anchor was revealed too late.
func (w Work) Place() Priority {
	if w.PlacedAt != nil {
		return *w.PlacedAt
	}
	return w.ClaimedSince
}

// Place is where the claim stands, as of a Work.
func (c Claim) Place() Priority {
	return Work{ClaimedSince: c.ClaimedSince, PlacedAt: c.PlacedAt}.Place()
}

// SetPlace puts the claim where it stands among those to its content, at the
// time since when it is claimed or later.
func (w *Work) SetPlace(place Priority) {
	if place.SameMoment(w.ClaimedSince) {
		w.ClaimedSince, w.PlacedAt = place, nil
		return
	}
	w.PlacedAt = &place
}

// Stands says whether the claim is in the order at all: a ruling takes it out.
func (w Work) Stands() bool { return w.Status != STATUS_INVALIDATED }

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
