package gather

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	ics23 "github.com/cosmos/ics23/go"

	"github.com/stemma-chain/stemma/client/proof/wire"
)

// forest is the part of the tree over all stores that proofs of stores have: one of hash, store and the rest is set.
type forest struct {
	hash        []byte
	store       *store
	left, right *forest
}

type store struct {
	name string
	rows []byte
}

// Stores makes the proof (client/proof/stores) of stores from the proofs of their rows, and their own in the app hash.
func Stores(rows map[string][]byte, paths map[string]*ics23.ExistenceProof) ([]byte, error) {
	var all *forest
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		one, err := forestOf(name, rows[name], paths[name])
		if err != nil {
			return nil, err
		}
		all = all.merge(one)
	}
	if all == nil {
		return nil, nil
	}
	return all.append(nil), nil
}

// errStorePath says that a node's proof of a store has no Merkle path.
var errStorePath = errors.New("the node's proof has another form than a path to the app hash")

func forestOf(name string, rows []byte, path *ics23.ExistenceProof) (*forest, error) {
	if string(path.GetKey()) != name {
		return nil, fmt.Errorf("%w: it is not of store %s", errStorePath, name)
	}
	f := &forest{store: &store{name, rows}}
	for _, step := range path.Path {
		switch prefix, suffix := step.Prefix, step.Suffix; {
		case len(prefix) == 33 && prefix[0] == 1 && len(suffix) == 0:
			f = &forest{left: &forest{hash: prefix[1:]}, right: f}
		case len(prefix) == 1 && prefix[0] == 1 && len(suffix) == 32:
			f = &forest{left: f, right: &forest{hash: suffix}}
		default:
			return nil, errStorePath
		}
	}
	return f, nil
}

// merge lays two parts of one tree over each other. What is not of one tree does not have the app hash either.
func (f *forest) merge(other *forest) *forest {
	switch {
	case f == nil || f.hash != nil:
		return other
	case other.hash != nil || f.store != nil || other.store != nil:
		return f
	}
	f.left, f.right = f.left.merge(other.left), f.right.merge(other.right)
	return f
}

func (f *forest) append(to []byte) []byte {
	switch {
	case f.hash != nil:
		return append(append(to, 0x01), f.hash...)
	case f.store != nil:
		return wire.AppendField(wire.AppendField(append(to, 0x00), []byte(f.store.name)), f.store.rows)
	}
	return f.right.append(f.left.append(append(to, 0x02)))
}
