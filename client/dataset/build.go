// Package dataset makes manifests of datasets and collections of any size, and proofs of what is in one. It reads rows as a stream
// and keeps on disk what is too much for memory.
package dataset

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/stemma-chain/stemma/x/headers/rfc6962"
	"github.com/stemma-chain/stemma/x/registry/manifest"
)

// Magic begins a file of rows: the format's name and version.
const Magic = "stemma-manifest\x01"

// blockRows is how many rows are hashed together: a full subtree of the tree of items, whose root is kept to make proofs by.
const (
	blockLevel = 12
	blockRows  = 1 << blockLevel
)

// ErrNoManifest says that a file is no manifest of this version.
var ErrNoManifest = errors.New("not a manifest of this version")

// Options of a build.
type Options struct {
	// Dir is an empty folder for what is too much for memory, some 30 bytes for each row. It is empty again at the end.
	Dir string
	// Workers hash at once; 0: as many as there are processors.
	Workers int
	// Progress is told how many rows more were read; nil: nobody is.
	Progress func(rows int)
}

// Block is a part of the rows: blockRows of them, in the last block what is left.
type Block struct {
	// Offset of its first row in the file.
	Offset int64
	// Root over its rows.
	Root rfc6962.Hash
}

// Built is what a build finds out.
type Built struct {
	Manifest manifest.Manifest
	// Blocks and Groups are kept to make proofs by, without reading all again.
	Blocks []Block
	Groups []Group
}

// chunk is a block on its way.
type chunk struct {
	number int
	raw    []byte
	rows   int
	offset int64
}

// Build reads a manifest's rows, behind their Magic, and returns the roots over them. The contributors, sorted, are written to out,
// each as in the leaf of its tree without the first byte: kind, length of the id, id, weight. It fails with ErrNoManifest, with
// manifest.ErrRow for a row that is none, and where weights or numbers are too large.
func Build(ctx context.Context, rows io.Reader, out io.Writer, o Options) (Built, error) {
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	sums, err := newBuckets(o.Dir)
	if err != nil {
		return Built{}, err
	}
	defer sums.remove()
	built, err := hashRows(ctx, rows, sums, o)
	if err != nil {
		return Built{}, err
	}
	if err := sums.root(ctx, out, o.Workers, &built); err != nil {
		return Built{}, err
	}
	return built, built.Manifest.Validate()
}

// hashRows reads the rows in blocks, which several workers hash, and adds up their weights.
func hashRows(ctx context.Context, rows io.Reader, sums *buckets, o Options) (built Built, err error) {
	group, ctx := errgroup.WithContext(ctx)
	chunks, free := make(chan chunk, o.Workers), make(chan []byte, 2*o.Workers+1)
	for range cap(free) {
		free <- make([]byte, 0, blockRows*manifest.MaxRow)
	}
	group.Go(func() error {
		defer close(chunks)
		return readBlocks(ctx, rows, free, chunks, o.Progress)
	})
	type done struct {
		number, rows int
		block        Block
	}
	results := make(chan done, o.Workers)
	workers, workCtx := errgroup.WithContext(ctx)
	for range o.Workers {
		workers.Go(func() error {
			part := sums.part()
			leaves := make([]rfc6962.Hash, 0, blockRows)
			for c := range chunks {
				leaves = leaves[:0]
				if err := eachRow(c, func(row []byte, item manifest.Item) error {
					leaves = append(leaves, rfc6962.Leaf(row))
					return part.add(item)
				}); err != nil {
					return err
				}
				select {
				case results <- done{c.number, c.rows, Block{c.offset, rfc6962.Root(leaves)}}:
				case <-workCtx.Done():
					return workCtx.Err()
				}
				free <- c.raw[:0]
			}
			return part.flush()
		})
	}
	group.Go(func() error {
		defer close(results)
		return workers.Wait()
	})
	total := uint64(0)
	for r := range results {
		for len(built.Blocks) <= r.number {
			built.Blocks = append(built.Blocks, Block{})
		}
		built.Blocks[r.number] = r.block
		total += uint64(r.rows)
	}
	if err := group.Wait(); err != nil {
		return Built{}, err
	}
	built.Manifest.ItemCount = total
	built.Manifest.Items = rootOf(built.Blocks)
	return built, nil
}

// rootOf is the root over all rows: blocks are full subtrees of one size, but for the last, which is the smallest. So the tree over
// their roots has the shape of that over the rows.
func rootOf(blocks []Block) rfc6962.Hash {
	var f rfc6962.Frontier
	for _, b := range blocks {
		f, _ = f.Append(b.Root)
	}
	return f.Root()
}

// readBlocks cuts the stream into blocks of whole rows.
func readBlocks(ctx context.Context, rows io.Reader, free <-chan []byte, chunks chan<- chunk, progress func(int)) error {
	in := bufio.NewReaderSize(rows, 1<<20)
	begin := make([]byte, len(Magic))
	if _, err := io.ReadFull(in, begin); err != nil || string(begin) != Magic {
		return fmt.Errorf("%w: it does not begin with %q", ErrNoManifest, Magic)
	}
	c := chunk{offset: int64(len(Magic))}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		select {
		case c.raw = <-free:
		case <-ctx.Done():
			return ctx.Err()
		}
		end := false
		for c.rows = 0; c.rows < blockRows; c.rows++ {
			flags, err := in.Peek(1)
			if errors.Is(err, io.EOF) {
				end = true
				break
			}
			if err != nil {
				return err
			}
			size, err := manifest.RowSize(flags[0])
			if err != nil {
				return fmt.Errorf("row %d: %w", c.number*blockRows+c.rows+1, err)
			}
			at := len(c.raw)
			c.raw = c.raw[:at+size]
			if _, err := io.ReadFull(in, c.raw[at:]); err != nil {
				return fmt.Errorf("row %d is cut short: %w", c.number*blockRows+c.rows+1, manifest.ErrRow)
			}
		}
		if c.rows > 0 {
			if progress != nil {
				progress(c.rows)
			}
			next := chunk{number: c.number + 1, offset: c.offset + int64(len(c.raw))}
			select {
			case chunks <- c:
			case <-ctx.Done():
				return ctx.Err()
			}
			c = next
		}
		if end {
			return nil
		}
	}
}

// eachRow reads a block's rows.
func eachRow(c chunk, each func(row []byte, item manifest.Item) error) error {
	for at, number := 0, 0; at < len(c.raw); number++ {
		size, err := manifest.RowSize(c.raw[at])
		if err != nil {
			return err
		}
		row := c.raw[at : at+size]
		item, err := manifest.ReadItem(row)
		if err == nil {
			err = each(row, item)
		}
		if err != nil {
			return fmt.Errorf("row %d: %w", c.number*blockRows+number+1, err)
		}
		at += size
	}
	return nil
}
