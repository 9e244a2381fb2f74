package dataset

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/stemma-chain/stemma/x/headers/rfc6962"
	"github.com/stemma-chain/stemma/x/registry/manifest"
)

// hashing reads a source in blocks, which several workers hash, and adds up weights by contributors. It goes in legs: between two
// all that was read is hashed, in the buckets, and written.
type hashing struct {
	source Source
	sums   *buckets
	// keep is where the rows go; nil: nowhere.
	keep io.Writer
	o    Options

	blocks []Block
	// items and length of the rows of all blocks.
	items  uint64
	length int64
	// mark is where the source goes on.
	mark string
	// tail are rows that do not fill a block yet.
	tail      []byte
	tailItems int
	ended     bool
	parts     []*part
}

// job is a block on its way to a worker, hashed what comes back.
type job struct {
	batch  Batch
	number int
	rows   []byte
	done   chan hashed
}

type hashed struct {
	items int
	rows  []byte
	root  rfc6962.Hash
}

// leg goes on until the source ends, or for as long as given; 0: for ever. When it is cancelled it ends in order: all that was read is
// hashed.
func (h *hashing) leg(cancelled context.Context, lasts time.Duration) error {
	workers := h.o.workers()
	for len(h.parts) < workers {
		h.parts = append(h.parts, h.sums.part())
	}
	group, ctx := errgroup.WithContext(context.WithoutCancel(cancelled))
	jobs, order := make(chan job, workers), make(chan chan hashed, 2*workers)
	free := make(chan []byte, 2*workers+1)
	for range cap(free) {
		free <- make([]byte, 0, blockRows*manifest.MaxRow)
	}
	group.Go(func() error {
		defer close(order)
		defer close(jobs)
		return h.read(ctx, cancelled, lasts, free, jobs, order)
	})
	for _, part := range h.parts[:workers] {
		group.Go(func() error { return work(ctx, part, jobs) })
	}
	group.Go(func() error { return h.collect(ctx, order, free) })
	if err := group.Wait(); err != nil {
		return err
	}
	for _, part := range h.parts {
		if err := part.flush(); err != nil {
			return err
		}
	}
	return nil
}

// read gives blocks of the source to the workers, in order.
func (h *hashing) read(
	ctx, cancelled context.Context, lasts time.Duration, free <-chan []byte, jobs chan<- job, order chan<- chan hashed,
) error {
	number := len(h.blocks)
	give := func(b Batch) error {
		next := job{batch: b, number: number, done: make(chan hashed, 1)}
		select {
		case next.rows = <-free:
		case <-ctx.Done():
			return ctx.Err()
		}
		number++
		select {
		case order <- next.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case jobs <- next:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	began := time.Now()
	// Each leg comes further, and to a mark.
	for first := true; first || lasts == 0 || h.mark == "" || time.Since(began) < lasts; first = false {
		if cancelled.Err() != nil {
			return nil
		}
		b, err := h.source.Next(cancelled, blockRows-h.tailItems)
		if err != nil && cancelled.Err() != nil {
			return nil
		}
		if errors.Is(err, io.EOF) {
			h.ended = true
			if h.tailItems > 0 {
				return give(h.takeTail())
			}
			return nil
		}
		if err != nil {
			return err
		}
		h.mark = b.Mark
		if h.o.Progress != nil {
			h.o.Progress(b.Items, b.Read)
		}
		if h.tailItems > 0 || b.Items < blockRows {
			if h.tail, err = b.Append(h.tail); err != nil {
				return err
			}
			if h.tailItems += b.Items; h.tailItems < blockRows {
				continue
			}
			b = h.takeTail()
		}
		if err := give(b); err != nil {
			return err
		}
	}
	return nil
}

// takeTail is the batch of what was gathered.
func (h *hashing) takeTail() Batch {
	rows := h.tail
	b := Batch{Items: h.tailItems, Append: func(dst []byte) ([]byte, error) { return append(dst, rows...), nil }}
	h.tail, h.tailItems = nil, 0
	return b
}

// work hashes blocks and adds their weights to the buckets.
func work(ctx context.Context, part *part, jobs <-chan job) error {
	leaves := make([]rfc6962.Hash, 0, blockRows)
	for j := range jobs {
		if err := ctx.Err(); err != nil {
			return err
		}
		rows, err := j.batch.Append(j.rows[:0])
		if err != nil {
			return err
		}
		leaves = leaves[:0]
		if err := eachRow(rows, j.number*blockRows, func(row []byte, item manifest.Item) error {
			leaves = append(leaves, rfc6962.Leaf(row))
			return part.add(item)
		}); err != nil {
			return err
		}
		if len(leaves) != j.batch.Items {
			return fmt.Errorf("a batch of %d items has %d rows", j.batch.Items, len(leaves))
		}
		j.done <- hashed{len(leaves), rows, rfc6962.Root(leaves)}
	}
	return nil
}

// collect takes the blocks in order, and writes their rows.
func (h *hashing) collect(ctx context.Context, order <-chan chan hashed, free chan<- []byte) error {
	for done := range order {
		select {
		case b := <-done:
			if h.keep != nil {
				if _, err := h.keep.Write(b.rows); err != nil {
					return err
				}
			}
			h.blocks = append(h.blocks, Block{int64(len(Magic)) + h.length, b.root})
			h.items, h.length = h.items+uint64(b.items), h.length+int64(len(b.rows))
			free <- b.rows
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// built is what there is to tell about the items.
func (h *hashing) built() Built {
	built := Built{Blocks: h.blocks}
	built.Manifest.ItemCount, built.Manifest.Items = h.items, rootOf(h.blocks)
	return built
}

// eachRow reads rows, of which the first follows on so many.
func eachRow(rows []byte, before int, each func(row []byte, item manifest.Item) error) error {
	for number := before + 1; len(rows) > 0; number++ {
		size, err := manifest.RowSize(rows[0])
		if err == nil && size > len(rows) {
			err = fmt.Errorf("%w: it is cut short", manifest.ErrRow)
		}
		var item manifest.Item
		if err == nil {
			item, err = manifest.ReadItem(rows[:size])
		}
		if err == nil {
			err = each(rows[:size], item)
		}
		if err != nil {
			return fmt.Errorf("row %d: %w", number, err)
		}
		rows = rows[size:]
	}
	return nil
}
