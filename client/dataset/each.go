package dataset

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/stemma-chain/stemma/x/registry/manifest"
	"github.com/stemma-chain/stemma/x/registry/sumtree"
)

// EachContributor proves the contributors in their order, until one is refused. All of a group are proved together, so that proving
// all takes little more than reading them.
func (b Built) EachContributor(contributors io.ReaderAt, each func(ContributorProof) error) error {
	above := nodes{}
	for number, group := range b.Groups {
		begin := uint64(number) * blockRows
		in := bufio.NewReaderSize(io.NewSectionReader(contributors, group.Offset, math.MaxInt64-group.Offset), 1<<18)
		all := make([]ContributorProof, min(blockRows, b.Manifest.Contributors.Leaves-begin))
		leaves := make([]sumtree.Node, len(all))
		for i := range all {
			c, weight, err := readContributor(in)
			if err == nil {
				leaves[i], err = c.Leaf(weight)
			}
			if err != nil {
				return fmt.Errorf("contributor %d: %w", begin+uint64(i)+1, err)
			}
			all[i] = ContributorProof{Contributor: c, Weight: weight}
		}
		within := nodes{}
		node := func(first, count uint64) (sumtree.Node, error) {
			if first >= begin && first+count <= begin+uint64(len(leaves)) && count < uint64(len(leaves)) {
				return within.over(first, count, leaves[first-begin:][:count])
			}
			groups := b.Groups[first/blockRows : (first+count+blockRows-1)/blockRows]
			below := make([]sumtree.Node, len(groups))
			for i, g := range groups {
				below[i] = g.Node
			}
			return above.over(first, count, below)
		}
		for i := range all {
			var err error
			if all[i].Proof, err = sumtree.Prove(begin+uint64(i), b.Manifest.Contributors.Leaves, node); err != nil {
				return err
			}
			if i == 0 {
				if _, err := all[i].Verify(b.Manifest); err != nil {
					return fmt.Errorf("contributors %d to %d are not those that were built: build anew", begin+1, begin+uint64(len(all)))
				}
			}
			if err := each(all[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// nodes keeps those that several proofs have.
type nodes map[[2]uint64]sumtree.Node

func (n nodes) over(first, count uint64, below []sumtree.Node) (sumtree.Node, error) {
	key := [2]uint64{first, count}
	if node, known := n[key]; known {
		return node, nil
	}
	node, err := above(below)
	if err == nil {
		n[key] = node
	}
	return node, err
}

// EachItem reads the items in their order, each with its place from 0. An item is valid until the next.
func (o *Opened) EachItem(ctx context.Context, each func(index uint64, item manifest.Item) error) error {
	rows := io.NewSectionReader(o.rows, 0, math.MaxInt64)
	return EachItem(ctx, rows, func(index uint64, _ []byte, item manifest.Item) error { return each(index, item) })
}

// EachContributor is that of what was built.
func (o *Opened) EachContributor(each func(ContributorProof) error) error {
	return o.Built.EachContributor(o.contributors, each)
}

// ErrStale says that a manifest is not the one that was built any more.
var ErrStale = errors.New("the manifest changed after it was built")

// CheckBuilt fails with ErrStale where the manifest has other rows than its index at the beginning or the end, which what was written
// anew has. It does not read all.
func (o *Opened) CheckBuilt() error {
	info, err := o.rows.Stat()
	if err != nil {
		return err
	}
	last := o.Blocks[len(o.Blocks)-1]
	end := last.Offset
	in := bufio.NewReader(io.NewSectionReader(o.rows, last.Offset, math.MaxInt64-last.Offset))
	for range o.Manifest.ItemCount - uint64(len(o.Blocks)-1)*blockRows {
		row, err := readRow(in)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrStale, err)
		}
		end += int64(len(row))
	}
	if end != info.Size() {
		return fmt.Errorf("%w: it has %d bytes, and what was built %d", ErrStale, info.Size(), end)
	}
	for _, index := range []uint64{0, o.Manifest.ItemCount - 1} {
		if _, err := o.ProveItem(index); err != nil {
			return fmt.Errorf("%w: %w", ErrStale, err)
		}
	}
	return nil
}
