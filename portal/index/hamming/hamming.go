// Package hamming finds codes of 64 bits that differ in few of them.
//
// Each code is in four lists, one for each 16 bits of it. Of two codes that differ in at most 7 bits, one of the four parts
// differs in at most one (pigeonhole), so the 17 lists of each part that are within one bit have every code that is asked
// for: what is found is exact. Where these lists are long, because somebody made many codes alike, all codes are read in a row
// instead, so a question costs at most that.
//
// It costs 29 bytes a code and 2 MB.
package hamming

import (
	"cmp"
	"math/bits"
	"slices"
	"sync"
)

// MaxDistance is up to how many bits what is found is all that there is.
const MaxDistance = 7

const (
	parts    = 4
	partBits = 64 / parts
	lists    = 1 << partBits
	// pageSlots is how many slots are made at once.
	pageSlots = 1 << 12
	// scanFrom: a step along a list costs about as much as so many codes in a row.
	scanFrom = 8
)

// Code is one of somebody's.
type Code struct {
	// Kind, from 1, tells codes that can be compared from others.
	Kind uint8
	Bits uint64
	// Of is whose it is, from 1.
	Of uint32
}

// Match is a code that was found.
type Match struct {
	Of       uint32
	Distance int
}

// page is a stretch of slots, in arrays of their own so that none has gaps. A slot that was never used has no kind; one whose
// code was removed is nobody's.
type page struct {
	bits [pageSlots]uint64
	next [pageSlots][parts]uint32
	of   [pageSlots]uint32
	kind [pageSlots]uint8
}

// list is one of codes that have a part in common.
type list struct{ first, length uint32 }

// Set of codes, each in a slot of its own. Whoever puts a code there numbers the slots, from 1 and densely. Any number of
// goroutines may use it. The zero value is empty.
type Set struct {
	mu    sync.RWMutex
	pages []*page
	// gone are the pages of which all slots were used and none is somebody's any more: they take no memory.
	gone       map[int]bool
	lists      [parts][]list
	live, dead int
}

// Len is how many codes there are.
func (s *Set) Len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.live
}

// Put puts a code into a slot. It says false, and does nothing, for a slot that was used before, and for a code of no kind or nobody.
func (s *Set) Put(slot uint32, c Code) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slot == 0 || c.Kind == 0 || c.Of == 0 || s.gone[int(slot/pageSlots)] {
		return false
	}
	if s.lists[0] == nil {
		for part := range s.lists {
			s.lists[part] = make([]list, lists)
		}
	}
	p, i := s.make(slot), slot%pageSlots
	if p.kind[i] != 0 {
		return false
	}
	p.bits[i], p.of[i], p.kind[i] = c.Bits, c.Of, c.Kind
	s.enlist(slot, p)
	s.live++
	return true
}

// make returns the page of a slot.
func (s *Set) make(slot uint32) *page {
	n := int(slot / pageSlots)
	for len(s.pages) <= n {
		s.pages = append(s.pages, nil)
	}
	if s.pages[n] == nil {
		s.pages[n] = new(page)
	}
	return s.pages[n]
}

func (s *Set) enlist(slot uint32, p *page) {
	i := slot % pageSlots
	for part := range parts {
		l := &s.lists[part][partOf(p.bits[i], part)]
		p.next[i][part] = l.first
		l.first, l.length = slot, l.length+1
	}
}

func partOf(code uint64, part int) uint16 { return uint16(code >> (part * partBits)) }

// Remove takes out what is in a slot, if anything is.
func (s *Set) Remove(slot uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := int(slot / pageSlots)
	if n >= len(s.pages) || s.pages[n] == nil || s.pages[n].of[slot%pageSlots] == 0 {
		return
	}
	s.pages[n].of[slot%pageSlots] = 0 // it stays on its lists, since to find it there could take long
	s.live, s.dead = s.live-1, s.dead+1
	if s.dead > s.live+pageSlots {
		s.enlistAll()
	}
}

// enlistAll makes all lists anew, without what was removed, and gives back the memory of pages that have nothing else.
func (s *Set) enlistAll() {
	for part := range s.lists {
		clear(s.lists[part])
	}
	for n, p := range s.pages {
		if p == nil {
			continue
		}
		empty := true
		for i := range p.of {
			if p.of[i] != 0 {
				s.enlist(uint32(n*pageSlots+i), p)
			}
			empty = empty && p.of[i] == 0 && (p.kind[i] != 0 || n+i == 0) // there is no slot 0
		}
		if empty {
			if s.gone == nil {
				s.gone = map[int]bool{}
			}
			s.gone[n], s.pages[n] = true, nil
		}
	}
	s.dead = 0
}

// Within lists whose codes of a kind differ from one in at most distance bits, each once by the nearest: the nearest first, then those
// of the lowest numbers. At most limit; more says that there are others. Nothing is within more than MaxDistance.
func (s *Set) Within(kind uint8, code uint64, distance, limit int) (found []Match, more bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	distance = min(distance, MaxDistance)
	if s.live == 0 || distance < 0 || limit < 1 {
		return nil, false
	}
	best := nearest{limit: limit, most: distance}
	if s.steps(code)*scanFrom < s.live+s.dead {
		s.walk(kind, code, &best)
	} else {
		s.scan(kind, code, &best)
	}
	best.cut()
	return best.found, best.more
}

// steps is how many slots are on the lists that may have what is near a code.
func (s *Set) steps(code uint64) (n int) {
	for part := range parts {
		eachNear(partOf(code, part), func(near uint16) { n += int(s.lists[part][near].length) })
	}
	return n
}

// eachNear names what differs from a part in at most one bit.
func eachNear(part uint16, do func(uint16)) {
	do(part)
	for bit := range partBits {
		do(part ^ 1<<bit)
	}
}

func (s *Set) walk(kind uint8, code uint64, best *nearest) {
	for part := range parts {
		eachNear(partOf(code, part), func(near uint16) {
			for slot := s.lists[part][near].first; slot != 0; {
				p, i := s.pages[slot/pageSlots], slot%pageSlots
				differs := p.bits[i] ^ code
				if bits.OnesCount64(differs) <= best.most && p.kind[i] == kind && p.of[i] != 0 && firstNear(differs, part) {
					best.add(Match{p.of[i], bits.OnesCount64(differs)})
				}
				slot = p.next[i][part]
			}
		})
	}
}

// firstNear says that no part before this one would have found it too.
func firstNear(differs uint64, part int) bool {
	for earlier := range part {
		if bits.OnesCount16(partOf(differs, earlier)) <= 1 {
			return false
		}
	}
	return true
}

func (s *Set) scan(kind uint8, code uint64, best *nearest) {
	for _, p := range s.pages {
		if p == nil {
			continue
		}
		for i, b := range p.bits {
			if d := bits.OnesCount64(b ^ code); d <= best.most && p.kind[i] == kind && p.of[i] != 0 {
				best.add(Match{p.of[i], d})
			}
		}
	}
}

// nearest keeps the best of many matches in memory for some.
type nearest struct {
	found       []Match
	limit, most int
	more        bool
}

func (n *nearest) add(m Match) {
	if n.found = append(n.found, m); len(n.found) >= 4*n.limit+64 {
		if n.cut(); len(n.found) == n.limit {
			n.most = n.found[n.limit-1].Distance // what is farther would be cut again
		}
	}
}

// cut keeps the nearest of each, so that somebody who has many codes takes one place, and of all those that there is room for.
func (n *nearest) cut() {
	slices.SortFunc(n.found, func(a, b Match) int { return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.Of, b.Of)) })
	seen := make(map[uint32]bool, len(n.found))
	n.found = slices.DeleteFunc(n.found, func(m Match) bool {
		was := seen[m.Of]
		seen[m.Of] = true
		return was
	})
	if len(n.found) > n.limit {
		n.found, n.more = n.found[:n.limit], true
	}
}
