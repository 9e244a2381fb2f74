// Package stores reads proofs of rows of several stores of the chain under one app hash. The app hash is the root of an
// RFC 6962 tree over the stores in order of their names; an entry is a store's name and the SHA-256 of its root, each with
// its length before it. A proof is as much of the tree as is needed, each node once:
//
//	node = 0x00 name rows     a store, with the proof of its rows (package rows)
//	     | 0x01 hash          a subtree that is not looked into
//	     | 0x02 L R           an inner node
package stores

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/stemma-chain/stemma/client/proof/rows"
	"github.com/stemma-chain/stemma/client/proof/wire"
	"github.com/stemma-chain/stemma/x/headers/rfc6962"
)

// Bounds of a proof.
const (
	// maxName is the most bytes of a store's name.
	maxName = 128
	// maxDepth is the most levels of the tree.
	maxDepth = 16
)

// Kinds of nodes.
const (
	kindStore  = 0x00
	kindHidden = 0x01
	kindInner  = 0x02
)

// ErrNeedless says that a proof shows a store that nobody asked for.
var ErrNeedless = errors.New("the proof shows a store that is not needed")

// ErrHidden says that the proof does not show a store.
var ErrHidden = errors.New("the proof does not show the store")

// Proof is a proof that was read. It notes what was asked of it.
type Proof struct {
	hash  rfc6962.Hash
	names []string
	rows  map[string]*rows.Proof
	asked map[string]bool
}

// Read reads a proof. It fails with wire.ErrUnreadable.
func Read(raw []byte) (*Proof, error) {
	p := &Proof{rows: map[string]*rows.Proof{}, asked: map[string]bool{}}
	r := wire.New(raw)
	hash, _ := p.node(r, maxDepth)
	if r.Err() == nil && len(p.names) == 0 {
		r.Fail("it shows no store")
	}
	p.hash = hash
	return p, r.Done()
}

func (p *Proof) node(r *wire.Reader, depth int) (hash rfc6962.Hash, hidden bool) {
	kind := r.Bytes(1)
	if kind == nil {
		return hash, false
	}
	switch {
	case kind[0] == kindStore:
		return p.store(r), false
	case kind[0] == kindHidden:
		return r.Hash(), true
	case kind[0] == kindInner && depth > 0:
		left, leftHidden := p.node(r, depth-1)
		if r.Err() != nil {
			return hash, false
		}
		right, rightHidden := p.node(r, depth-1)
		if leftHidden && rightHidden {
			r.Fail("both sides of a node are hidden: then the node is")
		}
		return rfc6962.Node(left, right), false
	}
	r.Fail("there is no node of kind %d here", kind[0])
	return hash, false
}

func (p *Proof) store(r *wire.Reader) (hash rfc6962.Hash) {
	name, raw := string(r.Field(maxName)), r.Field(rows.MaxBytes)
	if r.Err() != nil {
		return hash
	}
	if n := len(p.names); n > 0 && p.names[n-1] >= name || name == "" {
		r.Fail("store %q stands out of order", name)
		return hash
	}
	shown, err := rows.Read(raw)
	if err != nil {
		r.Fail("store %s: %w", name, err)
		return hash
	}
	p.names, p.rows[name] = append(p.names, name), shown
	return Leaf(name, shown.Root())
}

// Leaf is the hash of a store in the tree.
func Leaf(name string, root [sha256.Size]byte) rfc6962.Hash {
	sum := sha256.Sum256(root[:])
	return rfc6962.Leaf(wire.AppendField(wire.AppendField(nil, []byte(name)), sum[:]))
}

// Hash is the app hash that the proof is about.
func (p *Proof) Hash() [sha256.Size]byte { return p.hash }

// Rows are those of a store. It fails with ErrHidden.
func (p *Proof) Rows(name string) (*rows.Proof, error) {
	shown := p.rows[name]
	if shown == nil {
		return nil, fmt.Errorf("%w: %s", ErrHidden, name)
	}
	p.asked[name] = true
	return shown, nil
}

// Done fails with ErrNeedless, or rows.ErrNeedless, where the proof shows what nothing asked of it needs.
func (p *Proof) Done() error {
	for _, name := range p.names {
		if !p.asked[name] {
			return fmt.Errorf("%w: %s", ErrNeedless, name)
		}
		if err := p.rows[name].Done(); err != nil {
			return fmt.Errorf("store %s: %w", name, err)
		}
	}
	return nil
}
