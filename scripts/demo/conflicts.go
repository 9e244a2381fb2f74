package main

import (
	"errors"
	"regexp"
	"strings"
)

// reasonCode finds the stable code that a refusal starts with, after the name
// of what was being done.
var reasonCode = regexp.MustCompile(`\b[a-z]+(_[a-z]+)+\b`)

// showConflicts shows one refusal in detail: a model whose card names a licence
// that a model it was made from does not allow. It counts the others.
func (s *story) showConflicts() error {
	var example *Tx
	var licences, remixes, sources, stuck int
	for _, tx := range s.refused {
		switch {
		case tx.Terms.IsZero():
			sources++
		case tx.Terms != tx.Work.licence().terms.ID():
			remixes++
		default:
			licences++
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
		return errors.New("the chain refused no licence, although the data has conflicts")
	}
	w := example.Work
	s.step("A real licence conflict: %s says %s.", w.ID, w.licence().name())
	for _, p := range w.Parents {
		parent := s.works.byID[p.ID]
		s.more("made from %s: %s", parent.ID, parent.licence().name())
	}
	s.more("Its owner offers it under %s. The chain refuses (%s):", w.licence().name(), reasonCode.FindString(example.Result.RawLog))
	s.more("  %s", s.readable(firstError(example.Result.RawLog)))
	s.more("In all, the licences of %s are refused so, and %s with them.", count(licences, "model"), count(remixes, "commercial remix offer"))
	if stuck > 0 {
		s.more("%s stay without sources: %d refused as incompatible, the others made from such.", count(stuck, "model"), sources)
	}
	return nil
}

// direct: the source that the refusal names is a parent, not a remote ancestor.
func (s *story) direct(tx *Tx) bool {
	for _, p := range tx.Work.Parents {
		if strings.Contains(tx.Result.RawLog, s.works.byID[p.ID].WorkID.String()) {
			return true
		}
	}
	return false
}

// firstError cuts what the SDK adds around an error's text.
func firstError(log string) string {
	log = strings.TrimPrefix(log, "failed to execute message; message index: 0: ")
	text, _, _ := strings.Cut(log, ": choose terms")
	return text
}
