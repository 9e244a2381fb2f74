// Package gather makes proofs from what a node answers.
package gather

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	ics23 "github.com/cosmos/ics23/go"
)

// errPath says that a node's proof of a row has no IAVL path.
var errPath = errors.New("the node's proof has another form than an IAVL path")

// tree is the part of a tree that proofs of rows have: one of hash, row and the rest is set.
type tree struct {
	hash                  []byte
	row                   *row
	height, size, version int64
	left, right           *tree
}

type row struct {
	key, value []byte
	version    int64
}

// Rows makes the proof (client/proof/rows) of rows from their proofs of existence in one store at one height; none: that of
// an empty store. To prove a row absent, give those right before and after it.
func Rows(paths []*ics23.ExistenceProof) ([]byte, error) {
	var all *tree
	for _, path := range paths {
		one, err := treeOf(path)
		if err != nil {
			return nil, err
		}
		all = merge(all, one)
	}
	if all == nil {
		return nil, nil
	}
	return all.append(nil), nil
}

func treeOf(path *ics23.ExistenceProof) (*tree, error) {
	if path.GetLeaf() == nil {
		return nil, errPath
	}
	numbers, rest, err := split(path.Leaf.Prefix)
	if err != nil || len(rest) > 0 || numbers[0] != 0 {
		return nil, errors.Join(errPath, err)
	}
	t := &tree{row: &row{path.Key, path.Value, numbers[2]}}
	for _, step := range path.Path {
		numbers, beside, err := split(step.Prefix)
		if err != nil {
			return nil, err
		}
		up := &tree{height: numbers[0], size: numbers[1], version: numbers[2]}
		// The length of a hash stands before each; what stands beside is before this one, or behind.
		switch {
		case len(step.Suffix) == 0 && len(beside) == 34:
			up.left, up.right = &tree{hash: beside[1:33]}, t
		case len(step.Suffix) == 33 && len(beside) == 1:
			up.left, up.right = t, &tree{hash: step.Suffix[1:]}
		default:
			return nil, errPath
		}
		t = up
	}
	return t, nil
}

// split reads height, size and version of a node as they are hashed.
func split(prefix []byte) (numbers [3]int64, rest []byte, err error) {
	in := bytes.NewReader(prefix)
	for i := range numbers {
		if numbers[i], err = binary.ReadVarint(in); err != nil {
			return numbers, nil, fmt.Errorf("%w: %w", errPath, err)
		}
		if numbers[i] < 0 {
			return numbers, nil, errPath
		}
	}
	rest, err = io.ReadAll(in)
	return numbers, rest, err
}

// merge lays two parts of one tree over each other. What is not of one tree does not have the root either.
func merge(a, b *tree) *tree {
	switch {
	case a == nil || a.hash != nil:
		return b
	case b.hash != nil || a.row != nil || b.row != nil:
		return a
	}
	a.left, a.right = merge(a.left, b.left), merge(a.right, b.right)
	return a
}

func (t *tree) append(to []byte) []byte {
	switch {
	case t.hash != nil:
		return append(append(to, 0x01), t.hash...)
	case t.row != nil:
		to = binary.AppendUvarint(append(to, 0x00), uint64(t.row.version))
		to = append(binary.AppendUvarint(to, uint64(len(t.row.key))), t.row.key...)
		return append(binary.AppendUvarint(to, uint64(len(t.row.value))), t.row.value...)
	}
	to = append(to, 0x02)
	for _, number := range []int64{t.height, t.size, t.version} {
		to = binary.AppendUvarint(to, uint64(number))
	}
	return t.right.append(t.left.append(to))
}
