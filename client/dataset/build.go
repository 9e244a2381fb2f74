// Package dataset makes manifests of datasets and collections of any size, and proofs of what is in one. It reads rows as a stream
// and keeps on disk what is too much for memory.
package dataset

import (
	"context"
	"errors"
	"io"
	"runtime"

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
	// Progress is told how many rows more were read, and how many bytes of the source; nil: nobody is.
	Progress func(rows int, bytes int64)
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

// Build reads a manifest's rows, behind their Magic, and returns the roots over them. The contributors, sorted, are written to out,
// each as in the leaf of its tree without the first byte: kind, length of the id, id, weight. It fails with ErrNoManifest, with
// manifest.ErrRow for a row that is none, and where weights or numbers are too large.
func Build(ctx context.Context, rows io.Reader, out io.Writer, o Options) (Built, error) {
	source, err := newRowSource(rows)
	if err != nil {
		return Built{}, err
	}
	sums, err := newBuckets(o.Dir)
	if err != nil {
		return Built{}, err
	}
	defer sums.remove()
	h := hashing{source: source, sums: sums, o: o}
	if err := errors.Join(h.leg(ctx, 0), ctx.Err()); err != nil {
		return Built{}, err
	}
	built := h.built()
	if err := sums.root(ctx, out, o.workers(), &built); err != nil {
		return Built{}, err
	}
	return built, built.Manifest.Validate()
}

func (o Options) workers() int {
	if o.Workers == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return o.Workers
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
