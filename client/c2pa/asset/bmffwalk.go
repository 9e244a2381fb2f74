package asset

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// Exclusion says which boxes of a BMFF file, or which parts of them, a hash leaves out.
type Exclusion struct {
	XPath   string   `cbor:"xpath"`            // such as /moov[1]/pssh
	Length  *uint64  `cbor:"length,omitempty"` // of the box with its header
	Data    []Data   `cbor:"data,omitempty"`
	Subset  []Subset `cbor:"subset,omitempty"` // ascending, not overlapping; absent: the whole box
	Version *int64   `cbor:"version,omitempty"`
	Flags   []byte   `cbor:"flags,omitempty"` // 3 bytes
	Exact   *bool    `cbor:"exact,omitempty"` // absent: true
}

// Data is bytes that a box must have at an offset from its start, header included.
type Data struct {
	Offset uint64 `cbor:"offset"`
	Value  []byte `cbor:"value"`
}

// Subset is a part of a box by its offset from the box' start, header included. A length of 0 is the rest of the box.
type Subset struct {
	Offset uint64 `cbor:"offset"`
	Length uint64 `cbor:"length"`
}

// maxExclusions is how many a hash may have; those seen have about ten.
const maxExclusions = 256

// step is a node of a path: a box type, and which of its siblings of this type, from 1, or 0 for all.
type step struct {
	kind string
	nth  int
}

// parsePath reads the subset of XPath that C2PA has (C2PA 2.2, 18.6.2, Example 5).
func parsePath(s string) ([]step, error) {
	malformed := fmt.Errorf("%w: path %q", ErrMalformed, s)
	rest, is := strings.CutPrefix(s, "/")
	if !is {
		return nil, malformed
	}
	var path []step
	for node := range strings.SplitSeq(rest, "/") {
		kind, index, indexed := strings.Cut(node, "[")
		one := step{kind: kind}
		if indexed {
			number, closed := strings.CutSuffix(index, "]")
			nth, err := strconv.ParseUint(number, 10, 31)
			if !closed || err != nil || nth == 0 || number[0] == '0' {
				return nil, malformed
			}
			one.nth = int(nth)
		}
		if len(kind) != 4 || len(path) >= maxBMFFDepth {
			return nil, malformed
		}
		path = append(path, one)
	}
	return path, nil
}

// exclusion is one that was read.
type exclusion struct {
	Exclusion
	path []step
}

// checked reads and checks exclusions. They are ordered by the type of the box at the end of their paths.
func checked(exclusions []Exclusion) (map[string][]exclusion, error) {
	if len(exclusions) == 0 || len(exclusions) > maxExclusions {
		return nil, fmt.Errorf("%w: %d exclusions, not 1 to %d", ErrMalformed, len(exclusions), maxExclusions)
	}
	byKind := map[string][]exclusion{}
	for _, e := range exclusions {
		path, err := parsePath(e.XPath)
		if err != nil {
			return nil, err
		}
		if e.Flags != nil && len(e.Flags) != 3 {
			return nil, fmt.Errorf("%w: %d bytes of flags for %s", ErrMalformed, len(e.Flags), e.XPath)
		}
		for i, s := range e.Subset {
			last := i == len(e.Subset)-1
			if s.Offset+s.Length < s.Offset || !last && (s.Length == 0 || s.Offset+s.Length > e.Subset[i+1].Offset) {
				return nil, fmt.Errorf("%w: parts of %s out of order", ErrMalformed, e.XPath)
			}
		}
		kind := path[len(path)-1].kind
		byKind[kind] = append(byKind[kind], exclusion{e, path})
	}
	return byKind, nil
}

// bmffMap is what hashing needs of a BMFF file.
type bmffMap struct {
	roots  []bmffBox
	out    []Range        // what is not hashed
	absent map[int64]bool // starts of root boxes that are left out whole
}

// bmffWalk goes through a file's boxes.
type bmffWalk struct {
	in    *window
	visit func(bmffBox) error
	path  []step // where the walk is; nth counts from 1
	boxes int
}

// bmffMatch matches boxes with exclusions.
type bmffMatch struct {
	bmffWalk
	exclusions map[string][]exclusion
	found      bmffMap
}

// mapBMFF finds a file's root boxes and what the exclusions leave out.
func mapBMFF(in *window, exclusions []Exclusion) (bmffMap, error) {
	byKind, err := checked(exclusions)
	if err != nil {
		return bmffMap{}, err
	}
	w := bmffMatch{bmffWalk: bmffWalk{in: in}, exclusions: byKind, found: bmffMap{absent: map[int64]bool{}}}
	w.visit = w.match
	err = w.walk(0, in.size)
	w.found.out = joined(w.found.out)
	return w.found, err
}

func (w *bmffWalk) walk(at, end int64) error {
	if len(w.path) >= maxBMFFDepth {
		return fmt.Errorf("%w: boxes %d deep at %d", ErrMalformed, len(w.path), at)
	}
	seen := map[string]int{}
	for at < end {
		b, is, err := bmffHead(w.in, at, end, len(w.path) == 0)
		if err != nil || !is {
			return err
		}
		if w.boxes++; w.boxes > maxBMFFBoxes {
			return fmt.Errorf("%w: over %d boxes", ErrMalformed, maxBMFFBoxes)
		}
		seen[b.kind]++
		w.path = append(w.path, step{b.kind, seen[b.kind]})
		if err := w.visit(b); err != nil {
			return err
		}
		if bmffContainers[b.kind] {
			inside, err := w.inside(b)
			if err != nil {
				return err
			}
			if err := w.walk(inside, b.at.end()); err != nil {
				return err
			}
		}
		w.path = w.path[:len(w.path)-1]
		at = b.at.end()
	}
	return nil
}

// inside is where the boxes of a container begin.
func (w *bmffWalk) inside(b bmffBox) (int64, error) {
	start := b.at.Start + b.header
	if b.kind != "meta" {
		return start, nil
	}
	head, err := w.in.upTo(start, 8)
	if err != nil || len(head) == 8 && string(head[4:]) == "hdlr" {
		return start, err
	}
	return min(start+4, b.at.end()), nil
}

// match adds what exclusions leave out of a box.
func (w *bmffMatch) match(b bmffBox) error {
	if len(w.path) == 1 {
		w.found.roots = append(w.found.roots, b)
	}
	for _, e := range w.exclusions[b.kind] {
		if !w.at(e.path) {
			continue
		}
		matches, err := w.matches(b, e)
		if err != nil {
			return err
		}
		if !matches {
			continue
		}
		if e.Subset == nil {
			w.found.out = append(w.found.out, b.at)
			if len(w.path) == 1 {
				w.found.absent[b.at.Start] = true
			}
		}
		for _, s := range e.Subset {
			if s.Offset >= uint64(b.at.Length) {
				break
			}
			rest := uint64(b.at.Length) - s.Offset
			if s.Length > 0 {
				rest = min(rest, s.Length)
			}
			w.found.out = append(w.found.out, Range{b.at.Start + int64(s.Offset), int64(rest)})
		}
	}
	return nil
}

// at says whether the walk is where a path leads.
func (w *bmffMatch) at(path []step) bool {
	if len(path) != len(w.path) {
		return false
	}
	for i, s := range path {
		if s.kind != w.path[i].kind || s.nth != 0 && s.nth != w.path[i].nth {
			return false
		}
	}
	return true
}

// matches says whether a box has what an exclusion asks of it, beside the path.
func (w *bmffMatch) matches(b bmffBox, e exclusion) (bool, error) {
	if e.Length != nil && *e.Length != uint64(b.at.Length) {
		return false, nil
	}
	if e.Version != nil || e.Flags != nil {
		start := b.at.Start + b.header
		if b.kind == "uuid" {
			start += 16
		}
		head, err := w.in.upTo(start, int(min(4, max(0, b.at.end()-start))))
		if err != nil || len(head) < 4 || !bmffFull[b.kind] && b.kind != "uuid" {
			return false, err
		}
		if e.Version != nil && *e.Version != int64(head[0]) || e.Flags != nil && !flagsMatch(e, head[1:4]) {
			return false, nil
		}
	}
	for _, d := range e.Data {
		if d.Offset > uint64(b.at.Length) || uint64(len(d.Value)) > uint64(b.at.Length)-d.Offset {
			return false, nil
		}
		for at := 0; at < len(d.Value); at += windowSize {
			part := d.Value[at:min(len(d.Value), at+windowSize)]
			there, err := w.in.upTo(b.at.Start+int64(d.Offset)+int64(at), len(part))
			if err != nil || !bytes.Equal(there, part) {
				return false, err
			}
		}
	}
	return true, nil
}

func flagsMatch(e exclusion, flags []byte) bool {
	for i, wanted := range e.Flags {
		if e.Exact != nil && !*e.Exact && flags[i]&wanted != wanted || (e.Exact == nil || *e.Exact) && flags[i] != wanted {
			return false
		}
	}
	return true
}
