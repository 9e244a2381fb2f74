package disputeoracle

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	// steps are the acts that are drawn for a world.
	steps = 70
	// mostBlocks is after how many blocks all that can move must have moved.
	mostBlocks = 20_000
)

// story is a world's acts with what became of them, played on the modules.
type story struct {
	on      *stage
	acts    []Act
	refused []bool
	// due is how many disputes were due at the end of a block, apart says that they are processed alike in
	// blocks of their own.
	due   map[int]int
	apart map[int]bool
	end   *World
	seen  *counts
	// err is where modules and oracle differ: about the last act.
	err error
}

func (s *story) String() string {
	var b strings.Builder
	for i, act := range s.acts {
		mark := " "
		if i < len(s.refused) && s.refused[i] {
			mark = "x"
		}
		fmt.Fprintf(&b, "%3d %s %s\n", i+1, mark, act)
	}
	fmt.Fprintf(&b, "  ! %s\n", s.err)
	return b.String()
}

// newStory begins one in a world in which nothing has happened.
func newStory(t testing.TB, w *World, seen *counts) *story {
	s := &story{on: newStage(t, w, ample, false), due: map[int]int{}, apart: map[int]bool{}, end: w, seen: seen}
	w.Order = func(name Dispute) string { id := s.on.disputes[name]; return string(id[:]) }
	return s
}

// play draws a world and plays it to the end of all disputes: each block's money is at its place before
// the next.
func play(t testing.TB, d *drawer, seen *counts) *story {
	s := newStory(t, d.w, seen)
	for _, act := range d.first() {
		s.do(act)
	}
	for range steps {
		if s.err == nil {
			s.do(d.next())
		}
	}
	s.finish()
	if s.err == nil && d.w.Inexact {
		s.err = errors.New("an amount was not divided without a rest: the world shows nothing")
	}
	return s
}

// finish lets time pass until no dispute goes on.
func (s *story) finish() {
	s.do(NextBlock{})
	for s.err == nil {
		open := slices.IndexFunc(s.end.disputes, (*dispute).open)
		if open < 0 {
			s.seen.ended(s.end)
			return
		}
		s.do(NextBlock{max(0, s.end.disputes[open].next()-s.end.now)})
	}
}

// do does one act on both sides, unless they have differed already.
func (s *story) do(act Act) {
	if s.err != nil {
		return
	}
	s.acts = append(s.acts, act)
	if next, ends := act.(NextBlock); ends {
		s.due[len(s.acts)-1], s.apart[len(s.acts)-1] = len(s.end.due()), s.mayBeApart()
		s.refused = append(s.refused, false)
		s.err = s.endBlock(next.Later)
		return
	}
	err := s.on.perform(act)
	against := s.end.Do(act)
	s.refused = append(s.refused, err != nil)
	switch {
	case err == nil && len(against) > 0:
		s.err = fmt.Errorf("the modules do it, the rules refuse it for %v", against)
	case err != nil && len(against) == 0:
		s.err = fmt.Errorf("the rules do it, the modules refuse it: %w", err)
	case err != nil && !slices.Contains(against, reasonOf(err)):
		s.err = fmt.Errorf("the modules refuse it for %s, the rules for %v: %w", reasonOf(err), against, err)
	case err != nil:
		s.seen.refusal(act, reasonOf(err))
	default:
		s.on.accepted(act)
		s.seen.accepted(act)
	}
}

// mayBeApart says of the disputes that are due that it does not matter whether all are processed in this
// block: what one releases flows at the end of its block, so neither a ruling beside it may say where it goes, nor may
// the block's payments meet one that is carried out later.
func (s *story) mayBeApart() bool {
	due := s.end.due()
	gives := func(d *dispute) bool { return d.ruling != nil && d.ruling.upheld }
	paid := len(s.end.block.payments) > 0
	return len(due) < 2 || !paid && !slices.ContainsFunc(due, gives)
}

func (s *story) endBlock(later time.Duration) error {
	s.end.Do(NextBlock{later})
	if err := s.on.endBlock(0); err != nil {
		return err
	}
	if err := errors.Join(s.on.drain(), s.on.checkInvariants(), s.on.compare(s.end)); err != nil {
		return err
	}
	s.on.wait(later)
	return nil
}

// drain lets blocks pass until nothing moves any more.
func (s *stage) drain() error {
	for range mostBlocks {
		waits, err := s.waits()
		if err != nil || !waits {
			return err
		}
		if err := s.endBlock(0); err != nil {
			return err
		}
	}
	return fmt.Errorf("after %d blocks there is still something to move", mostBlocks)
}

// wait has the block that begins be later.
func (s *stage) wait(later time.Duration) { s.ctx = s.ctx.WithBlockTime(s.ctx.BlockTime().Add(later)) }
