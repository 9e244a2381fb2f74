package flow

import "cmp"

// Pot names the money of one work in one denom.
type Pot struct {
	Work  Work
	Denom string
}

// Late is the first round of the late lane: what no payer was charged for, because the
// holders of a work or what it owes became more after the list was made that payers are
// charged by. Its rounds are heights, from which on they are served, by a tenth of the
// budget and no more, so that it costs a block little whatever waits there.
const Late = 1 << 63

// lateShare: the late lane gets one part in so many of a budget.
const lateShare = 10

// LateBudget is what the late lane gets of a budget, which is never less than one.
func LateBudget(budget int) int { return max(budget/lateShare, min(budget, 1)) }

// Item is a stage that waits to be flushed. Items are served in the order of
// Compare: by round, then `paid`, then `received` from the newest generation
// down, then `earned`, so that flows which meet at an ancestor merge.
type Item struct {
	// Round separates what may join now from what must wait its turn. Rounds from
	// Late on are the late lane's.
	Round uint64
	Kind  Kind
	// Generation of the work for Received; 0 otherwise.
	Generation uint32
	Pot        Pot
}

// late is the item by which a stage stands in the late lane.
func (i Item) late(stage *Stage) Item {
	i.Round = Late + stage.Due
	return i
}

// Compare orders items.
func (i Item) Compare(j Item) int {
	return cmp.Or(
		cmp.Compare(i.Round, j.Round),
		cmp.Compare(i.Kind, j.Kind),
		cmp.Compare(j.Generation, i.Generation),
		cmp.Compare(i.Pot.Work, j.Pot.Work),
		cmp.Compare(i.Pot.Denom, j.Pot.Denom),
	)
}

// itemHeap is a heap of items, the first on top.
type itemHeap []Item

func (h itemHeap) Len() int           { return len(h) }
func (h itemHeap) Less(i, j int) bool { return h[i].Compare(h[j]) < 0 }
func (h itemHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *itemHeap) Push(x any)        { *h = append(*h, x.(Item)) }
func (h *itemHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}
