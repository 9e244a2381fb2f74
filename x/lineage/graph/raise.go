package graph

import (
	"cmp"
	"container/heap"
	"errors"
	"fmt"
)

// Errors of Raise.
var (
	// ErrCycle says that a new source comes from the work itself.
	ErrCycle = errors.New("the source is itself made from the work")
	// ErrTooFar says that the bound was met before a cycle could be ruled out.
	ErrTooFar = errors.New("too many derivatives to rule out a cycle")
)

// CycleError is an ErrCycle that names the source.
type CycleError[N ID] struct{ Source N }

// Error says which source is meant.
func (e *CycleError[N]) Error() string { return fmt.Sprintf("%s: %v", ErrCycle, e.Source) }

// Unwrap returns ErrCycle.
func (e *CycleError[N]) Unwrap() error { return ErrCycle }

// Derivatives is a graph of derivatives with the generation of each node.
type Derivatives[N ID] interface {
	Graph[N]
	// Generation returns the node's generation before the change.
	Generation(n N) (uint32, error)
}

// Change is a node's new generation.
type Change[N ID] struct {
	Node       N
	Generation uint32
}

// Raise plans what must change so that work can have the given generation,
// one above the highest of its new sources: which descendants need which
// generation, from the lowest old generation up. Every edge looked along is
// one step; step is called before each, and its error ends the plan.
//
// It fails with a CycleError if a source is a descendant. No cycle is missed: on a
// path from the work to a source, no generation exceeds the source's, so the
// raised one carries along the whole path. It fails with ErrTooFar if that
// takes more than limit steps.
func Raise[N ID](g Derivatives[N], work N, generation uint32, sources []N, limit int, step func() error) ([]Change[N], error) {
	isSource := make(map[N]bool, len(sources))
	for _, s := range sources {
		isSource[s] = true
	}
	var (
		changes []Change[N]
		queue   byGeneration[N]
		raised  = make(map[N]uint32) // New generation of each queued node.
		steps   int
	)
	node := Change[N]{Node: work, Generation: generation}
	for {
		for n, err := range neighbours(g, node.Node, func() int { return limit - steps + 1 }) {
			if err != nil {
				return nil, err
			}
			if steps == limit {
				return nil, ErrTooFar
			}
			steps++
			if err := step(); err != nil {
				return nil, err
			}
			if isSource[n] {
				return nil, &CycleError[N]{Source: n}
			}
			if want, queued := raised[n]; queued {
				raised[n] = max(want, node.Generation+1)
				continue
			}
			has, err := g.Generation(n)
			if err != nil {
				return nil, err
			}
			if has <= node.Generation {
				raised[n] = node.Generation + 1
				heap.Push(&queue, Change[N]{Node: n, Generation: has})
			}
		}
		if len(queue) == 0 {
			return changes, nil
		}
		// All that lead to the node of the lowest old generation are done, so
		// its new one is final and each node is taken up once.
		next := heap.Pop(&queue).(Change[N])
		node = Change[N]{Node: next.Node, Generation: raised[next.Node]}
		changes = append(changes, node)
	}
}

// byGeneration is a heap of nodes by old generation, then by id.
type byGeneration[N ID] []Change[N]

func (q byGeneration[N]) Len() int { return len(q) }

func (q byGeneration[N]) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(q[i].Generation, q[j].Generation), compare(q[i].Node, q[j].Node)) < 0
}

func (q byGeneration[N]) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push adds a node; for container/heap.
func (q *byGeneration[N]) Push(x any) { *q = append(*q, x.(Change[N])) }

// Pop takes the last node; for container/heap.
func (q *byGeneration[N]) Pop() any {
	old := *q
	last := old[len(old)-1]
	*q = old[:len(old)-1]
	return last
}
