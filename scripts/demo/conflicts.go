package main

import (
	"cmp"
	"errors"
	"slices"
	"strings"
)

// showConflicts shows one refusal in detail: a model whose card names a licence
// that a model it was made from does not allow. It counts the others.
func (s *story) showConflicts() error {
	var example *Tx
	var real, unstated, remixes, sources, stuck int
	for _, tx := range s.refused {
		switch {
		case tx.Terms.IsZero():
			sources++
		case tx.Terms != tx.Work.licence().Terms.ID():
			remixes++
		case !s.namesLicensed(tx):
			unstated++
		default:
			real++
			if example == nil || s.direct(tx) && !s.direct(example) {
				example = tx
			}
		}
	}
	for _, w := range s.works.Works {
		if w.Stuck {
			stuck++
		}
	}
	if example == nil {
		// The embedded models have conflicts, and not to find them is a fault; other data may
		// have none.
		if s.embedded {
			return errors.New("the chain refused no licence, although the data has conflicts")
		}
		s.step("The chain refused no stated licence: none contradicts those of the models it was made from.")
		return nil
	}
	w := example.Work
	s.step("A real licence conflict: the card of %s says %s.", w.ID, w.Licence)
	for _, p := range w.Parents {
		s.more("made from %s: %s", p.ID, cmp.Or(s.works.byID[p.ID].Licence, "no licence stated"))
	}
	s.more("Its owner offers it under %s. The chain refuses:", w.licence().Name())
	s.more("  %s", s.readable(reason(example.Refused.Log)))
	s.more("In all it refuses the stated licences of %s, and commercial remix offers of %s.", count(real+unstated, "model"),
		count(remixes, "model"))
	if unstated > 0 {
		s.more("(%d of them because a source without a stated licence is offered for non-commercial remixes only.)", unstated)
	}
	if sources > 0 {
		s.more("%s refused as well: the licences of the sources exclude each other.", count(sources, "derivation"))
	}
	if stuck > sources {
		s.more("%s made from such a model declare nothing.", count(stuck-sources, "model"))
	}
	return nil
}

// namesLicensed: the refusal names a source whose card states a licence.
func (s *story) namesLicensed(tx *Tx) bool {
	return slices.ContainsFunc(s.works.Works, func(w *Work) bool {
		return w != tx.Work && w.Licence != "" && strings.Contains(tx.Refused.Log, w.WorkID.String())
	})
}

// direct: the source that the refusal names is a parent, not a remote ancestor.
func (s *story) direct(tx *Tx) bool {
	for _, p := range tx.Work.Parents {
		if strings.Contains(tx.Refused.Log, s.works.byID[p.ID].WorkID.String()) {
			return true
		}
	}
	return false
}

// reason cuts off what the error's kind adds to a refusal.
func reason(log string) string {
	text, _, _ := strings.Cut(log, ": choose terms")
	return text
}
