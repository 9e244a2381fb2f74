// Package rows reads proofs of rows of one store of the chain: which are there, and which are not. A store is an IAVL
// tree, and a proof is as much of the tree as the rows need, each node once:
//
//	node = 0x00 version key value         a row
//	     | 0x01 hash                      a subtree that is not looked into
//	     | 0x02 height size version L R   an inner node
//
// Numbers are unsigned varints, key and value have their length before them, and nothing is the proof of an empty
// store. It hashes as ICS-23 does, and proves what libraries of that refuse: rows without a value, and empty
// stores. What is read encodes to the same bytes again, and other bytes prove another root.
package rows

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"github.com/stemma-chain/stemma/client/proof/wire"
)

// Bounds of a proof.
const (
	// MaxBytes is the most bytes of a proof.
	MaxBytes = 1 << 20
	// MaxField is the most bytes of a key or a value.
	MaxField = 1 << 16
	// maxHeight is the most levels of a tree: an AVL tree of 2^63 rows has 91.
	maxHeight = 96
)

// Errors of proofs.
var (
	// ErrUnreadable: the bytes are no proof, or not in the one way that a proof is written.
	ErrUnreadable = wire.ErrUnreadable
	// ErrHidden: the proof does not say whether a row is there.
	ErrHidden = errors.New("the proof does not show the row's place")
	// ErrNeedless: a proof shows a row that nobody asked for.
	ErrNeedless = errors.New("the proof shows more than is needed")
)

// Kinds of nodes.
const (
	kindRow    = 0x00
	kindHidden = 0x01
	kindInner  = 0x02
)

// Row is a row of the store.
type Row struct{ Key, Value []byte }

// Proof is a proof that was read. It notes what was asked of it.
type Proof struct {
	root [sha256.Size]byte
	rows []Row
	// gaps are where a hidden subtree stands: before row i, and after the last.
	gaps []bool
	// needed are the rows that were asked for, or that show another's absence.
	needed []bool
}

// Read reads a proof. It fails with ErrUnreadable. Rows share memory with the bytes.
func Read(raw []byte) (*Proof, error) {
	p := &Proof{}
	if len(raw) == 0 {
		p.root, p.gaps = sha256.Sum256(nil), []bool{false}
		return p, nil
	}
	if len(raw) > MaxBytes {
		return nil, fmt.Errorf("%w: it has %d bytes, more than %d", ErrUnreadable, len(raw), MaxBytes)
	}
	r := reader{Reader: wire.New(raw), proof: p}
	root := r.node(maxHeight + 1)
	if err := r.Done(); err != nil {
		return nil, err
	}
	if len(p.rows) == 0 {
		return nil, fmt.Errorf("%w: it shows no row", ErrUnreadable)
	}
	p.root, p.gaps, p.needed = root.hash, append(p.gaps, r.gap), make([]bool, len(p.rows))
	return p, nil
}

// Root is the root of the store that the proof is about.
func (p *Proof) Root() [sha256.Size]byte { return p.root }

// Get is the value of a row; present says whether it is there. It fails with ErrHidden where the proof
// does not say.
func (p *Proof) Get(key []byte) (value []byte, present bool, err error) {
	i, found := p.search(key)
	if found {
		p.needed[i] = true
		return p.rows[i].Value, true, nil
	}
	return nil, false, p.absent(i, key)
}

// First is the first row from start on and before end (nil: to the last one); present says whether there is one. It
// fails with ErrHidden where the proof does not say.
func (p *Proof) First(start, end []byte) (row Row, present bool, err error) {
	i, _ := p.search(start)
	if i < len(p.rows) && (end == nil || bytes.Compare(p.rows[i].Key, end) < 0) {
		row, present = p.rows[i], true
	}
	if present && bytes.Equal(row.Key, start) {
		p.needed[i] = true
		return row, true, nil
	}
	if err := p.absent(i, start); err != nil {
		return Row{}, false, err
	}
	return row, present, nil
}

// Last is the last row from start on and before end (nil: of all); present says whether there is one. It fails with
// ErrHidden where the proof does not say.
func (p *Proof) Last(start, end []byte) (row Row, present bool, err error) {
	i := len(p.rows)
	if end != nil {
		i, _ = p.search(end)
	}
	if err := p.absent(i, end); err != nil {
		return Row{}, false, err
	}
	if i == 0 || bytes.Compare(p.rows[i-1].Key, start) < 0 {
		return Row{}, false, nil
	}
	return p.rows[i-1], true, nil
}

// search finds the place of a key, and whether it is there.
func (p *Proof) search(key []byte) (int, bool) {
	return slices.BinarySearchFunc(p.rows, key, func(r Row, k []byte) int { return bytes.Compare(r.Key, k) })
}

// absent says whether nothing stands right before row i, which those beside it show.
func (p *Proof) absent(i int, key []byte) error {
	if p.gaps[i] {
		return fmt.Errorf("%w: %x", ErrHidden, key)
	}
	for _, beside := range []int{i - 1, i} {
		if beside >= 0 && beside < len(p.rows) {
			p.needed[beside] = true
		}
	}
	return nil
}

// Done fails with ErrNeedless where the proof shows a row that nothing asked of it needs.
func (p *Proof) Done() error {
	if i := slices.Index(p.needed, false); i >= 0 {
		return fmt.Errorf("%w: %x", ErrNeedless, p.rows[i].Key)
	}
	return nil
}

// reader reads the nodes of a proof, which stand in preorder.
type reader struct {
	*wire.Reader
	proof *Proof
	// gap: a hidden subtree stands behind the last row.
	gap bool
}

// node is what was read of one.
type node struct {
	hash   [sha256.Size]byte
	hidden bool
}

// node reads one that is below a height.
func (r *reader) node(below uint64) node {
	kind := r.Bytes(1)
	if kind == nil {
		return node{}
	}
	switch kind[0] {
	case kindRow:
		return r.row()
	case kindHidden:
		r.gap = true
		return node{hash: r.Hash(), hidden: true}
	case kindInner:
		return r.inner(below)
	}
	r.Fail("there is no node of kind %d", kind[0])
	return node{}
}

func (r *reader) row() node {
	version, key, value := r.Number(wire.Most), r.Field(MaxField), r.Field(MaxField)
	if r.Err() != nil {
		return node{}
	}
	p := r.proof
	if n := len(p.rows); n > 0 && bytes.Compare(p.rows[n-1].Key, key) >= 0 || len(key) == 0 {
		r.Fail("row %x stands out of order", key)
		return node{}
	}
	p.rows, p.gaps = append(p.rows, Row{key, value}), append(p.gaps, r.gap)
	r.gap = false
	sum := sha256.Sum256(value)
	data := wire.AppendField(hashed(0, 1, version), key)
	return node{hash: sha256.Sum256(wire.AppendField(data, sum[:]))}
}

func (r *reader) inner(below uint64) node {
	height, size, version := r.Number(wire.Most), r.Number(wire.Most), r.Number(wire.Most)
	if r.Err() == nil && (height == 0 || height >= below) {
		r.Fail("a node of height %d stands below one of %d", height, below)
	}
	if r.Err() != nil {
		return node{}
	}
	left := r.node(height)
	if r.Err() != nil {
		return node{}
	}
	right := r.node(height)
	if r.Err() == nil && left.hidden && right.hidden {
		r.Fail("both sides of a node are hidden: then the node is")
	}
	data := wire.AppendField(hashed(height, size, version), left.hash[:])
	return node{hash: sha256.Sum256(wire.AppendField(data, right.hash[:]))}
}

// hashed is how a node's numbers are hashed: as signed varints.
func hashed(height, size, version uint64) []byte {
	data := wire.AppendSigned(make([]byte, 0, 128), int64(height))
	return wire.AppendSigned(wire.AppendSigned(data, int64(size)), int64(version))
}
