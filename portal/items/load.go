// Package items takes manifests that curators published into a portal, so that works are found by the digest of an item. What it
// takes in is a manifest's by both roots, which the chain says.
package items

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/portal/index"
	"github.com/stemma-chain/stemma/x/headers/rfc6962"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var (
	// ErrOther says that a file is none of a work's manifests.
	ErrOther = errors.New("not a manifest of that work")
	// ErrChanged says that a file changed while it was read.
	ErrChanged = errors.New("the file changed while it was read: try again")
)

// Load takes in a manifest in a file of binary rows, once it has made both roots from them anew and a node says that they are
// those of a version of the work. dir has room for some 100 bytes for each item; empty: where temporary files are. It
// fails with ErrOther, with dataset.ErrNoManifest or manifest.ErrRow for a file that is none, with ErrChanged, and with
// index.ErrListed.
func Load(ctx context.Context, registry registrytypes.QueryClient, x *index.Items, work registrytypes.WorkID, path, dir string,
) (listed index.Listed, err error) {
	file, err := os.Open(path)
	if err != nil {
		return listed, err
	}
	defer file.Close()
	dir, err = os.MkdirTemp(dir, "stemma-items-")
	if err != nil {
		return listed, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	building := filepath.Join(dir, "building")
	if err := os.Mkdir(building, 0o700); err != nil {
		return listed, err
	}
	built, err := dataset.Build(ctx, file, io.Discard, dataset.Options{Dir: building})
	if err != nil {
		return listed, err
	}
	m := built.Manifest
	version, err := versionOf(ctx, registry, work, m)
	if err != nil {
		return listed, err
	}
	listed = index.Listed{
		Work: work, Version: version, Sha256: m.Digest(), Items: m.ItemCount, Since: time.Now().UTC(), Whole: true,
	}
	return listed, take(ctx, x, listed, m, file, dir)
}

// maxPages bounds what a node can have said of a work's manifests.
const maxPages = 1000

// versionOf finds the version of a work that the manifest came with.
func versionOf(ctx context.Context, registry registrytypes.QueryClient, work registrytypes.WorkID, m manifest.Manifest) (uint32, error) {
	want, page := registrytypes.NewRoots(m), &query.PageRequest{Limit: 1000, Reverse: true}
	for range maxPages {
		res, err := registry.Manifests(ctx, &registrytypes.QueryManifestsRequest{Work: work, Pagination: page})
		if err != nil {
			return 0, err
		}
		for _, known := range res.Manifests {
			if known.Roots == want {
				return known.Version, nil
			}
		}
		if len(res.Pagination.GetNextKey()) == 0 {
			break
		}
		page = &query.PageRequest{Limit: 1000, Reverse: true, Key: res.Pagination.NextKey}
	}
	return 0, fmt.Errorf("the file makes the digest %x: %w", m.Digest(), ErrOther)
}

// take reads the rows once more, in order of their contents. Between the two readings the file may have changed, so the root over
// what is taken in is compared before the first of it is.
func take(ctx context.Context, x *index.Items, listed index.Listed, m manifest.Manifest, file *os.File, dir string) error {
	if _, err := file.Seek(int64(len(dataset.Magic)), io.SeekStart); err != nil {
		return err
	}
	parts, err := os.CreateTemp(dir, "sorted-")
	if err != nil {
		return err
	}
	defer parts.Close()
	s, root := &sorter{file: parts, rows: make([]index.ListedItem, 0, min(uint64(runRows), m.ItemCount))}, root{}
	in := bufio.NewReaderSize(file, 1<<20)
	for place := uint64(0); place < m.ItemCount; place++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		row, err := readRow(in)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrChanged, err)
		}
		item, err := manifest.ReadItem(row)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrChanged, err)
		}
		root.add(row)
		if err := s.add(index.ListedItem{Sha256: item.Sha256, Place: place, Contributor: item.Contributor}); err != nil {
			return err
		}
	}
	if root.of() != m.Items {
		return ErrChanged
	}
	next, err := s.sorted()
	if err != nil {
		return err
	}
	return x.Load(ctx, listed, next)
}

// readRow reads the next row of a manifest.
func readRow(in *bufio.Reader) ([]byte, error) {
	flags, err := in.Peek(1)
	if err != nil {
		return nil, err
	}
	size, err := manifest.RowSize(flags[0])
	if err != nil {
		return nil, err
	}
	row := make([]byte, size)
	_, err = io.ReadFull(in, row)
	return row, err
}

// root is the root over rows that are added one by one. Full parts of one size are the leaves of a tree of the same shape.
type root struct {
	leaves []rfc6962.Hash
	above  rfc6962.Frontier
}

const partRows = 1 << 12

func (r *root) add(row []byte) {
	if r.leaves = append(r.leaves, rfc6962.Leaf(row)); len(r.leaves) == partRows {
		r.end()
	}
}

func (r *root) end() {
	r.above, _ = r.above.Append(rfc6962.Root(r.leaves))
	r.leaves = r.leaves[:0]
}

func (r *root) of() rfc6962.Hash {
	if len(r.leaves) > 0 {
		r.end()
	}
	return r.above.Root()
}
