package dataset

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"sort"

	"github.com/stemma-chain/stemma/x/headers/rfc6962"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	"github.com/stemma-chain/stemma/x/registry/sumtree"
)

// ErrNotInManifest says that a manifest has no such item or contributor.
var ErrNotInManifest = errors.New("not in the manifest")

// ItemProof is an item with the way to the root over all.
type ItemProof struct {
	Index uint64
	Row   []byte
	Path  []rfc6962.Hash
}

// Verify checks that a manifest has the item at its place. It fails with manifest.ErrRow, or an error of rfc6962.
func (p ItemProof) Verify(m manifest.Manifest) (manifest.Item, error) {
	item, err := manifest.ReadItem(p.Row)
	if err == nil {
		err = m.HasRow(p.Row, p.Index, p.Path)
	}
	return item, err
}

// Item proves an item by its index, from 0. It reads one block of the rows that were built.
func (b Built) Item(rows io.ReaderAt, index uint64) (ItemProof, error) {
	if index >= b.Manifest.ItemCount {
		return ItemProof{}, fmt.Errorf("%w: item %d of %d; the first is item 0", ErrNotInManifest, index, b.Manifest.ItemCount)
	}
	begin := index / blockRows * blockRows
	block := b.Blocks[index/blockRows]
	in := bufio.NewReader(io.NewSectionReader(rows, block.Offset, math.MaxInt64-block.Offset))
	leaves := make([]rfc6962.Hash, min(blockRows, b.Manifest.ItemCount-begin))
	p := ItemProof{Index: index}
	for i := range leaves {
		row, err := readRow(in)
		if err != nil {
			return ItemProof{}, fmt.Errorf("row %d: %w", begin+uint64(i)+1, err)
		}
		if leaves[i] = rfc6962.Leaf(row); begin+uint64(i) == index {
			p.Row = row
		}
	}
	if rfc6962.Root(leaves) != block.Root {
		return ItemProof{}, fmt.Errorf("rows %d to %d are not those that were built: build anew", begin+1, begin+uint64(len(leaves)))
	}
	var err error
	p.Path, err = rfc6962.Path(index, b.Manifest.ItemCount, func(first, count uint64) (rfc6962.Hash, error) {
		if first >= begin && first+count <= begin+uint64(len(leaves)) && count < uint64(len(leaves)) {
			return rfc6962.Root(leaves[first-begin:][:count]), nil
		}
		return rootOf(b.Blocks[first/blockRows : (first+count+blockRows-1)/blockRows]), nil
	})
	return p, err
}

func readRow(in *bufio.Reader) ([]byte, error) {
	flags, err := in.Peek(1)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", manifest.ErrRow, err)
	}
	size, err := manifest.RowSize(flags[0])
	if err != nil {
		return nil, err
	}
	row := make([]byte, size)
	if _, err := io.ReadFull(in, row); err != nil {
		return nil, fmt.Errorf("%w: it is cut short: %w", manifest.ErrRow, err)
	}
	return row, nil
}

// Group is a part of the contributors, in their order: blockRows of them, in the last group what is left.
type Group struct {
	// Offset of its first in the file of contributors.
	Offset int64
	// First is the first, as in that file without its weight: kind, length of the id, id.
	First []byte
	// Node over them.
	Node sumtree.Node
}

// ContributorProof is a contributor with the sum of its weights and the way to the root over all.
type ContributorProof struct {
	manifest.Contributor
	Weight uint64
	sumtree.Proof
}

// Verify returns the contributor's interval of the whole. It fails as sumtree does.
func (p ContributorProof) Verify(m manifest.Manifest) (sumtree.Interval, error) {
	leaf, err := p.Leaf(p.Weight)
	if err != nil {
		return sumtree.Interval{}, err
	}
	return p.Proof.Verify(m.Contributors, leaf)
}

// Contributor proves a contributor, from the file of contributors that was built. It reads one group. It fails with ErrNotInManifest.
func (b Built) Contributor(contributors io.ReaderAt, who manifest.Contributor) (ContributorProof, error) {
	key := append([]byte{byte(who.Kind)}, who.ID...)
	at := sort.Search(len(b.Groups), func(i int) bool { return bytes.Compare(orderOf(b.Groups[i].First), key) > 0 }) - 1
	missing := fmt.Errorf("%w: it has no item of %s", ErrNotInManifest, ContributorText(who))
	if at < 0 {
		return ContributorProof{}, missing
	}
	group, begin := b.Groups[at], uint64(at)*blockRows
	in := bufio.NewReader(io.NewSectionReader(contributors, group.Offset, math.MaxInt64-group.Offset))
	leaves := make([]sumtree.Node, min(blockRows, b.Manifest.Contributors.Leaves-begin))
	p, found := ContributorProof{Contributor: who}, false
	for i := range leaves {
		c, weight, err := readContributor(in)
		if err == nil {
			leaves[i], err = c.Leaf(weight)
		}
		if err != nil {
			return ContributorProof{}, fmt.Errorf("contributor %d: %w", begin+uint64(i)+1, err)
		}
		if c.Kind == who.Kind && bytes.Equal(c.ID, who.ID) {
			p.Weight, p.Index, found = weight, begin+uint64(i), true
		}
	}
	if !found {
		return ContributorProof{}, missing
	}
	var err error
	p.Proof, err = sumtree.Prove(p.Index, b.Manifest.Contributors.Leaves, func(first, count uint64) (sumtree.Node, error) {
		if first >= begin && first+count <= begin+uint64(len(leaves)) && count < uint64(len(leaves)) {
			return above(leaves[first-begin:][:count])
		}
		var nodes []sumtree.Node
		for _, g := range b.Groups[first/blockRows : (first+count+blockRows-1)/blockRows] {
			nodes = append(nodes, g.Node)
		}
		return above(nodes)
	})
	if err == nil {
		if _, wrong := p.Verify(b.Manifest); wrong != nil {
			err = fmt.Errorf("contributors %d to %d are not those that were built: build anew", begin+1, begin+uint64(len(leaves)))
		}
	}
	return p, err
}

// above is the node over some.
func above(nodes []sumtree.Node) (sumtree.Node, error) {
	var b sumtree.Builder
	for _, n := range nodes {
		if err := b.Add(n); err != nil {
			return sumtree.Node{}, err
		}
	}
	root, err := b.Root()
	return root.Node, err
}

// orderOf is what contributors are sorted by: kind and id, without its length.
func orderOf(first []byte) []byte { return append([]byte{first[0]}, first[2:]...) }

// readContributor reads one of the file of contributors.
func readContributor(in *bufio.Reader) (c manifest.Contributor, weight uint64, err error) {
	var head [2]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return c, 0, err
	}
	rest := make([]byte, int(head[1])+8)
	if _, err := io.ReadFull(in, rest); err != nil {
		return c, 0, err
	}
	return manifest.Contributor{Kind: manifest.Kind(head[0]), ID: rest[:head[1]]}, binary.BigEndian.Uint64(rest[head[1]:]), nil
}
