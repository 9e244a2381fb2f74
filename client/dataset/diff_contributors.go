package dataset

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/bits"

	"github.com/stemma-chain/stemma/x/registry/manifest"
	"github.com/stemma-chain/stemma/x/registry/sumtree"
)

// weighted reads a file of contributors, one after the other.
type weighted struct {
	in     *bufio.Reader
	left   uint64
	who    manifest.Contributor
	weight uint64
	whole  sumtree.Root
	tree   sumtree.Builder
}

func (o *Opened) weighted() (*weighted, error) {
	w := &weighted{in: bufio.NewReaderSize(io.NewSectionReader(o.contributors, 0, 1<<62), 1<<20), whole: o.Manifest.Contributors}
	w.left = w.whole.Leaves + 1
	return w, w.next()
}

// next fails with ErrStale behind the last, where they were not those that were built.
func (w *weighted) next() (err error) {
	if w.left == 0 {
		return nil
	}
	if w.left--; w.left == 0 {
		if root, err := w.tree.Root(); err != nil || root != w.whole {
			return fmt.Errorf("%w: its contributors are others", ErrStale)
		}
		return nil
	}
	if w.who, w.weight, err = readContributor(w.in); err != nil {
		return err
	}
	leaf, err := w.who.Leaf(w.weight)
	if err != nil {
		return err
	}
	return w.tree.Add(leaf)
}

func diffContributors(before, after *Opened, whose func(manifest.Contributor, uint64, uint64) error, d *ContributorsDifference) error {
	x, err := before.weighted()
	if err != nil {
		return err
	}
	y, err := after.weighted()
	if err != nil {
		return err
	}
	tell := func(who manifest.Contributor, was, is uint64) error {
		d.count(was, is, before.Manifest.Contributors.Sum, after.Manifest.Contributors.Sum)
		if whose == nil || was == is {
			return nil
		}
		return whose(who, was, is)
	}
	for x.left > 0 || y.left > 0 {
		order := 0
		switch {
		case x.left == 0:
			order = 1
		case y.left == 0:
			order = -1
		case x.who.Kind != y.who.Kind:
			order = int(x.who.Kind) - int(y.who.Kind)
		default:
			order = bytes.Compare(x.who.ID, y.who.ID)
		}
		switch {
		case order < 0:
			err = errors.Join(tell(x.who, x.weight, 0), x.next())
		case order > 0:
			err = errors.Join(tell(y.who, 0, y.weight), y.next())
		default:
			err = errors.Join(tell(x.who, x.weight, y.weight), x.next(), y.next())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// count counts a contributor of this weight before and after, of these wholes.
func (d *ContributorsDifference) count(was, is, whole, newWhole uint64) {
	switch {
	case was == 0:
		d.Came++
		return
	case is == 0:
		d.Left++
		return
	case was < is:
		d.Heavier++
	case was > is:
		d.Lighter++
	}
	// was/whole and is/newWhole, multiplied crosswise.
	wasHigh, wasLow := bits.Mul64(was, newWhole)
	isHigh, isLow := bits.Mul64(is, whole)
	switch {
	case wasHigh < isHigh || wasHigh == isHigh && wasLow < isLow:
		d.LargerPart++
	case wasHigh != isHigh || wasLow != isLow:
		d.SmallerPart++
	}
}
