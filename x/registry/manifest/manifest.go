// Package manifest is what a dataset or a collection of any size commits to: the items, in the curator's order, and the contributors
// with the sums of their items' weights. It has the rows, the roots over them, and the digest that the chain knows the whole by.
//
// Items are the leaves of the tree of RFC 6962, section 2.1, each as its row. Contributors are those of sumtree, in the order of their
// kind and id, each once. It is pure: builders make manifests with it, and the chain verifies.
package manifest

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/stemma-chain/stemma/x/headers/rfc6962"
	"github.com/stemma-chain/stemma/x/registry/sumtree"
)

// MaxItems is the largest number of items of one manifest.
const MaxItems = 1 << 32

// domain separates digests of manifests from all other hashes of this chain.
const domain = "stemma/manifest/v1"

// ErrManifest says that roots and numbers do not fit each other.
var ErrManifest = errors.New("invalid manifest")

// Manifest is what is kept of one on the chain.
type Manifest struct {
	// Items is the root over the rows, ItemCount how many there are.
	Items     [sha256.Size]byte
	ItemCount uint64
	// Contributors is the root over them; its sum is the weight of all items.
	Contributors sumtree.Root
}

// Validate checks that there can be such a manifest: each contributor has an item, each item a weight. It fails with ErrManifest or
// an error of sumtree.
func (m Manifest) Validate() error {
	if err := m.Contributors.Validate(); err != nil {
		return fmt.Errorf("contributors: %w", err)
	}
	if m.ItemCount > MaxItems || m.Contributors.Leaves > m.ItemCount || m.Contributors.Sum < m.ItemCount {
		return fmt.Errorf("%w: %d items of %d contributors with weights of %d in all; it takes up to %d items, each of one contributor and "+
			"with a weight of 1 or more", ErrManifest, m.ItemCount, m.Contributors.Leaves, m.Contributors.Sum, uint64(MaxItems))
	}
	return nil
}

// Digest is the content of the work that the manifest makes: SHA-256 over a domain tag, both roots, both counts and the weight of all,
// numbers in 8 bytes, big-endian.
func (m Manifest) Digest() [sha256.Size]byte {
	data := append([]byte(domain), m.Items[:]...)
	data = append(data, m.Contributors.Hash[:]...)
	for _, n := range []uint64{m.ItemCount, m.Contributors.Leaves, m.Contributors.Sum} {
		data = binary.BigEndian.AppendUint64(data, n)
	}
	return sha256.Sum256(data)
}

// HasRow checks that the manifest has a row at its place, from 0, by the hashes of the siblings from the leaf up. It fails with an error of
// rfc6962.
func (m Manifest) HasRow(row []byte, index uint64, path []rfc6962.Hash) error {
	root, err := rfc6962.RootBy(rfc6962.Leaf(row), index, m.ItemCount, path)
	if err == nil && root != m.Items {
		err = fmt.Errorf("%w: item %d leads to %s and the manifest has %x: is it of this version?", rfc6962.ErrNotProved, index, root, m.Items)
	}
	return err
}

// Leaf is the node of a contributor with the sum of its items' weights. It fails with sumtree.ErrLeaf.
func (c Contributor) Leaf(weight uint64) (sumtree.Node, error) {
	return sumtree.Leaf(byte(c.Kind), c.ID, weight)
}
