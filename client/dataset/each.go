package dataset

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/stemma-chain/stemma/x/registry/manifest"
	"github.com/stemma-chain/stemma/x/registry/sumtree"
)

// EachItem reads the items in their order, each with its place from 0, until one is refused. An item's ID is good until the next.
func EachItem(rows io.ReaderAt, each func(index uint64, item manifest.Item) error) error {
	in := bufio.NewReaderSize(io.NewSectionReader(rows, 0, math.MaxInt64), 1<<20)
	begin := make([]byte, len(Magic))
	if _, err := io.ReadFull(in, begin); err != nil || string(begin) != Magic {
		return fmt.Errorf("%w: it does not begin with %q", ErrNoManifest, Magic)
	}
	var room [manifest.MaxRow]byte
	for index := uint64(0); ; index++ {
		flags, err := in.Peek(1)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		item, err := nextItem(in, flags[0], room[:])
		if err != nil {
			return fmt.Errorf("row %d: %w", index+1, err)
		}
		if err := each(index, item); err != nil {
			return err
		}
	}
}

func nextItem(in io.Reader, flags byte, room []byte) (manifest.Item, error) {
	size, err := manifest.RowSize(flags)
	if err != nil {
		return manifest.Item{}, err
	}
	if _, err := io.ReadFull(in, room[:size]); err != nil {
		return manifest.Item{}, fmt.Errorf("%w: it is cut short: %w", manifest.ErrRow, err)
	}
	return manifest.ReadItem(room[:size])
}

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

// EachItem is that of the manifest's rows.
func (o *Opened) EachItem(each func(index uint64, item manifest.Item) error) error { return EachItem(o.rows, each) }

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
