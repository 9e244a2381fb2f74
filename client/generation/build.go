package generation

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	sdk "github.com/cosmos/cosmos-sdk/types"

	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	"github.com/stemma-chain/stemma/x/registry/anchor"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// together is how many lines a worker takes at once, while they are no more bytes than window.
const together = 512

// builder computes the leaves of a batch. Of each output it keeps both leaves and the work's id, 84 bytes.
type builder struct {
	batch    Batch
	address  sdk.AccAddress
	manifest Manifest
	wanted   func(registrytypes.WorkID) bool
	done     func(int64)

	leaves  [][32]byte
	works   []registrytypes.WorkID
	numbers []uint32 // of the lines

	files atomic.Uint64 // that are read

	mu    sync.Mutex
	found map[registrytypes.WorkID]place
}

// place is a wanted output with its place among all.
type place struct {
	index     uint64
	line      Line
	content   registrytypes.Digest
	statement Statement
}

// row is a line that is to be worked on, and its place among the outputs.
type row struct {
	index  uint64
	number int
	raw    []byte
}

func (b Batch) build(
	ctx context.Context, address sdk.AccAddress, m Manifest, wanted func(registrytypes.WorkID) bool, done func(int64),
) (*Opened, error) {
	w := &builder{
		batch: b, address: address, manifest: m, wanted: wanted, done: done,
		leaves: make([][32]byte, b.Total), works: make([]registrytypes.WorkID, m.Outputs), numbers: make([]uint32, m.Outputs),
		found: map[registrytypes.WorkID]place{},
	}
	if err := w.run(ctx); err != nil {
		return nil, err
	}
	if err := w.once(); err != nil {
		return nil, err
	}
	tree, err := anchor.NewTree(w.leaves)
	if err != nil {
		return nil, err
	}
	b.Files = w.files.Load()
	opened := &Opened{Batch: b, tree: tree, found: map[registrytypes.WorkID]Member{}}
	for work, at := range w.found {
		member := Member{Statement: at.statement, Line: at.line, SHA256: at.content}
		if member.Content, err = opened.proof(at.index * leavesEach); err != nil {
			return nil, err
		}
		if member.Stated, err = opened.proof(at.index*leavesEach + 1); err != nil {
			return nil, err
		}
		opened.found[work] = member
	}
	return opened, nil
}

func (o *Opened) proof(index uint64) (registrytypes.AnchorProof, error) {
	p, err := o.tree.Proof(index)
	return registrytypes.NewAnchorProof(o.tree.Root(), o.Salt(index), p), err
}

// run reads the manifest once, and has all processors work on its lines.
func (w *builder) run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	rows := make(chan []row, runtime.NumCPU())
	group.Go(func() error {
		defer close(rows)
		return w.read(ctx, rows)
	})
	for range runtime.NumCPU() {
		group.Go(func() error {
			for some := range rows {
				for _, r := range some {
					if err := w.add(ctx, r); err != nil {
						return w.manifest.wrong(r.number, err)
					}
				}
				if w.done != nil {
					w.done(int64(len(some)))
				}
			}
			return nil
		})
	}
	return group.Wait()
}

func (w *builder) read(ctx context.Context, rows chan<- []row) error {
	var some []row
	index, size := uint64(0), 0
	send := func() error {
		select {
		case rows <- some:
			some, size = nil, 0
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	sum, err := w.manifest.scan(func(number int, raw []byte) error {
		if index == w.manifest.Outputs {
			return fmt.Errorf("%s grew while it was read: run it again once it is written", w.manifest.Path)
		}
		some = append(some, row{index, number, slices.Clone(raw)})
		index, size = index+1, size+len(raw)
		if len(some) < together && size < window {
			return nil
		}
		return send()
	})
	switch {
	case err != nil:
		return err
	case sum != w.manifest.SHA256:
		return fmt.Errorf("%s changed while it was read: run it again once it is written", w.manifest.Path)
	}
	return send()
}

// add computes the leaves of a line.
func (w *builder) add(ctx context.Context, r row) error {
	line, err := ParseLine(r.raw)
	if err != nil {
		return err
	}
	content, err := w.manifest.content(ctx, line)
	if err != nil {
		return err
	}
	if err := content.GivenContent("sha256"); err != nil {
		return err
	}
	if line.SHA256 == "" {
		w.files.Add(1)
	}
	work := registrytypes.NewWorkID(w.address, content)
	statement, err := StatementOf(w.address, work, w.batch.Agent, line.Said, line.Sources)
	if err != nil {
		return err
	}
	if made := statement.Record.GeneratedAt; made != nil && made.After(w.batch.Created.Add(lineagetypes.ClockTolerance)) {
		return fmt.Errorf("generated_at %s is not over yet: a statement that is younger than its anchor counts for nothing", line.GeneratedAt)
	}
	at := r.index * leavesEach
	w.leaves[at] = anchor.Leaf(w.batch.ChainID, w.address, w.batch.Salt(at), content)
	w.leaves[at+1] = anchor.StatementLeaf(w.batch.ChainID, w.address, w.batch.Salt(at+1), statement.Digest())
	w.works[r.index], w.numbers[r.index] = work, uint32(r.number)
	if w.wanted != nil && w.wanted(work) {
		w.mu.Lock()
		w.found[work] = place{r.index, line, content, statement}
		w.mu.Unlock()
	}
	return nil
}

// once fails where two lines are about one output: it has one statement.
func (w *builder) once() error {
	first := make(map[registrytypes.WorkID]uint32, len(w.works))
	for i, work := range w.works {
		if at, twice := first[work]; twice {
			return w.manifest.wrong(int(w.numbers[i]), fmt.Errorf("row %d has the same output", at))
		}
		first[work] = w.numbers[i]
	}
	w.works = nil
	return nil
}
