package hamming

import (
	"cmp"
	"math/bits"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// plain is what Within should say: each code is looked at.
func plain(codes map[uint32]Code, kind uint8, code uint64, distance, limit int) ([]Match, bool) {
	var found []Match
	for _, c := range codes {
		if d := bits.OnesCount64(c.Bits ^ code); c.Kind == kind && d <= distance {
			found = append(found, Match{c.Of, d})
		}
	}
	slices.SortFunc(found, func(a, b Match) int { return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.Of, b.Of)) })
	seen := map[uint32]bool{}
	found = slices.DeleteFunc(found, func(m Match) bool {
		was := seen[m.Of]
		seen[m.Of] = true
		return was
	})
	if len(found) > limit {
		return found[:limit], true
	}
	return found, false
}

// Whatever is put in and removed, what is found is what a look at each code finds: random codes, many that are alike, few slots and many.
func TestWithinFindsAllThatThereIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		centres := rapid.IntRange(1, 40).Draw(t, "centres")
		count := rapid.SampledFrom([]int{1, 30, 3000, 9000}).Draw(t, "count")
		removed := rapid.SampledFrom([]int{0, 3, 90}).Draw(t, "percent removed")
		centre := make([]uint64, centres)
		for i := range centre {
			centre[i] = rng.Uint64()
		}
		near := func() uint64 {
			code := centre[rng.IntN(centres)]
			for range rng.IntN(10) {
				code ^= 1 << rng.IntN(64)
			}
			return code
		}
		var s Set
		codes := map[uint32]Code{}
		for slot := uint32(1); slot <= uint32(count); slot++ {
			c := Code{Kind: uint8(1 + rng.IntN(2)), Bits: near(), Of: uint32(1 + rng.IntN(count))}
			require.True(t, s.Put(slot, c))
			require.False(t, s.Put(slot, c))
			codes[slot] = c
			if rng.IntN(100) < removed {
				gone := uint32(1 + rng.IntN(int(slot)))
				s.Remove(gone)
				delete(codes, gone)
				require.False(t, s.Put(gone, c))
			}
		}
		require.Equal(t, len(codes), s.Len())
		for range 30 {
			kind, code, distance, limit := uint8(1+rng.IntN(3)), near(), rng.IntN(MaxDistance+1), 1+rng.IntN(100)
			want, more := plain(codes, kind, code, distance, limit)
			found, others := s.Within(kind, code, distance, limit)
			require.Equal(t, want, found)
			require.Equal(t, more, others)
			// Both ways find the same, whichever is taken.
			for _, way := range []func(uint8, uint64, *nearest){s.walk, s.scan} {
				best := nearest{limit: limit, most: distance}
				way(kind, code, &best)
				best.cut()
				require.Equal(t, want, best.found)
			}
		}
	})
}

func TestNothingIsFoundInNothing(t *testing.T) {
	var s Set
	found, more := s.Within(1, 0, 6, 10)
	require.Empty(t, found)
	require.False(t, more)
	s.Remove(1)
	s.Remove(1 << 30)
	for _, c := range []Code{{Kind: 0, Of: 1}, {Kind: 1, Of: 0}} {
		require.False(t, s.Put(1, c))
	}
	require.False(t, s.Put(0, Code{Kind: 1, Of: 1}))
	require.True(t, s.Put(1, Code{Kind: 1, Of: 7}))
	found, _ = s.Within(1, 0, -1, 10)
	require.Empty(t, found)
	found, _ = s.Within(1, 1<<7-1, 64, 10)
	require.Equal(t, []Match{{7, 7}}, found)
	found, _ = s.Within(1, 1<<8-1, 64, 10)
	require.Empty(t, found, "nothing is within more than MaxDistance")
}

// TestAMillionWorks holds the numbers of docs/similarity.md: 10^6 works with two codes each. The limits are bounds for slow machines.
func TestAMillionWorks(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	const works, questions = 1_000_000, 2000
	before := heap()
	rng := rand.New(rand.NewPCG(4, 2))
	s := new(Set)
	all := make([]uint64, 0, 2*works)
	for of := range uint32(works) {
		for kind := range uint8(2) {
			all = append(all, rng.Uint64())
			require.True(t, s.Put(uint32(len(all)), Code{kind + 1, all[len(all)-1], of + 1}))
		}
	}
	perWork := float64(heap()-before-8*uint64(cap(all))) / works
	took := make([]time.Duration, questions)
	for i := range took {
		at := rng.IntN(len(all))
		code := all[at]
		for range i % 7 {
			code ^= 1 << rng.IntN(64)
		}
		kind := uint8(at%2) + 1
		began := time.Now()
		found, _ := s.Within(kind, code, 6, 100)
		took[i] = time.Since(began)
		require.Contains(t, found, Match{uint32(at/2) + 1, bits.OnesCount64(code ^ all[at])})
		if i%100 == 0 { // against each code
			n := 0
			for j, other := range all {
				if j%2 == at%2 && bits.OnesCount64(other^code) <= 6 {
					n++
				}
			}
			require.Len(t, found, n)
		}
	}
	slices.Sort(took)
	t.Logf("%d works, 2 codes each: %.1f bytes a work; p50 %v, p99 %v, at most %v", works, perWork,
		took[questions/2], took[questions*99/100], took[questions-1])
	require.Less(t, perWork, 64.0)
	require.Less(t, took[questions*99/100], 50*time.Millisecond)
	runtime.KeepAlive(s)
}

// Somebody who makes a million codes alike makes questions no dearer than reading all.
func TestManyAlikeCostWhatAllDo(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	var s Set
	for slot := uint32(1); slot <= 1_000_000; slot++ {
		s.Put(slot, Code{1, 5, slot})
	}
	began := time.Now()
	found, more := s.Within(1, 4, 6, 10)
	t.Logf("a million codes alike: %v", time.Since(began))
	require.True(t, more)
	require.Equal(t, Match{1, 1}, found[0])
	require.Len(t, found, 10)
	for slot := uint32(1); slot <= 1_000_000; slot += 2 {
		s.Remove(slot)
	}
	found, _ = s.Within(1, 4, 6, 1)
	require.Equal(t, []Match{{2, 1}}, found)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Whoever revises a work again and again makes codes that are removed at once: they are not kept in memory for ever, nor read at each
// question.
func TestWhatWasRemovedTakesNoMemory(t *testing.T) {
	var s Set
	const revisions = 100 * pageSlots
	for slot := uint32(1); slot <= revisions; slot++ {
		require.True(t, s.Put(slot, Code{Kind: 1, Bits: uint64(slot), Of: 1}))
		if slot > 1 {
			s.Remove(slot - 1)
		}
	}
	kept := 0
	for _, p := range s.pages {
		if p != nil {
			kept++
		}
	}
	require.LessOrEqual(t, kept, 3)
	require.False(t, s.Put(1, Code{Kind: 1, Bits: 1, Of: 1}), "the slot was used before")
	found, more := s.Within(1, revisions, 0, 10)
	require.Equal(t, []Match{{1, 0}}, found)
	require.False(t, more)
	found, _ = s.Within(1, revisions-1, 0, 10)
	require.Empty(t, found)
}

// Somebody who has many codes near one takes one place, and leaves the others to others.
func TestManyCodesOfOneTakeOnePlace(t *testing.T) {
	var s Set
	for n := range uint32(200) {
		require.True(t, s.Put(n+1, Code{Kind: 1, Bits: 1<<(n%8) - 1, Of: 1}))
	}
	require.True(t, s.Put(201, Code{Kind: 1, Bits: 1<<7 - 1, Of: 2}))
	found, more := s.Within(1, 0, 7, 2)
	require.Equal(t, []Match{{1, 0}, {2, 7}}, found)
	require.False(t, more)
}
