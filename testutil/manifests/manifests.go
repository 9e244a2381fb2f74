// Package manifests makes small manifests in memory, for tests, with proofs of what is in them.
package manifests

import (
	"slices"

	"github.com/stemma-chain/stemma/x/headers/rfc6962"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	"github.com/stemma-chain/stemma/x/registry/sumtree"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Weighed is a contributor with its weight in all.
type Weighed struct {
	manifest.Contributor
	Weight uint64
}

// Made is a manifest with all that it is made of. Contributors may be what no honest builder writes: in any order, and twice.
type Made struct {
	Items        []manifest.Item
	Contributors []Weighed

	rows  []rfc6962.Hash
	leafs []sumtree.Node
	// below remembers nodes by the leaves that they are over.
	below map[[2]uint64]sumtree.Node
}

// Of makes the manifest of items, with the contributors that they have, sorted.
func Of(items ...manifest.Item) *Made {
	sums := map[string]*Weighed{}
	for _, item := range items {
		key := string(append([]byte{byte(item.Kind)}, item.ID...))
		if sums[key] == nil {
			sums[key] = &Weighed{Contributor: item.Contributor}
		}
		sums[key].Weight += item.Weight
	}
	keys := make([]string, 0, len(sums))
	for key := range sums {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	contributors := make([]Weighed, len(keys))
	for i, key := range keys {
		contributors[i] = *sums[key]
	}
	return Forged(items, contributors)
}

// Forged makes a manifest that claims any contributors. It panics for an item or a contributor that cannot be.
func Forged(items []manifest.Item, contributors []Weighed) *Made {
	m := &Made{Items: items, Contributors: contributors, below: map[[2]uint64]sumtree.Node{}}
	for _, item := range items {
		row, err := item.Append(nil)
		if err != nil {
			panic(err)
		}
		m.rows = append(m.rows, rfc6962.Leaf(row))
	}
	for _, c := range contributors {
		leaf, err := c.Leaf(c.Weight)
		if err != nil {
			panic(err)
		}
		m.leafs = append(m.leafs, leaf)
	}
	return m
}

// Roots is what the manifest commits to.
func (m *Made) Roots() registrytypes.Roots {
	top, err := m.node(0, uint64(len(m.leafs)))
	if err != nil {
		panic(err)
	}
	return registrytypes.NewRoots(manifest.Manifest{
		Items: rfc6962.Root(m.rows), ItemCount: uint64(len(m.rows)),
		Contributors: sumtree.Root{Node: top, Leaves: uint64(len(m.leafs))},
	})
}

func (m *Made) node(first, count uint64) (sumtree.Node, error) {
	if count == 1 {
		return m.leafs[first], nil
	}
	at := [2]uint64{first, count}
	if node, known := m.below[at]; known {
		return node, nil
	}
	left := rfc6962.Left(count)
	l, err := m.node(first, left)
	if err != nil {
		return l, err
	}
	r, err := m.node(first+left, count-left)
	if err != nil {
		return r, err
	}
	m.below[at], err = sumtree.Join(l, r)
	return m.below[at], err
}

// Contributor proves the contributor at a place.
func (m *Made) Contributor(index int) registrytypes.ContributorProof {
	proof, err := sumtree.Prove(uint64(index), uint64(len(m.leafs)), m.node)
	if err != nil {
		panic(err)
	}
	c := m.Contributors[index]
	return registrytypes.NewContributorProof(c.Contributor, c.Weight, proof)
}

// Item proves the item at a place.
func (m *Made) Item(index int) registrytypes.ItemProof {
	path, err := rfc6962.Path(uint64(index), uint64(len(m.rows)), func(first, count uint64) (rfc6962.Hash, error) {
		return rfc6962.Root(m.rows[first:][:count]), nil
	})
	if err != nil {
		panic(err)
	}
	return registrytypes.NewItemProof(m.Items[index], uint64(index), path)
}

// From is who the item at a place comes from.
func (m *Made) From(item int) registrytypes.Contributor {
	return registrytypes.NewContributor(m.Items[item].Contributor)
}

// ContributorOf proves who the item at a place comes from.
func (m *Made) ContributorOf(item int) registrytypes.ContributorProof {
	return m.Contributor(slices.IndexFunc(m.Contributors, func(w Weighed) bool {
		return w.Kind == m.Items[item].Kind && slices.Equal(w.ID, m.Items[item].ID)
	}))
}
