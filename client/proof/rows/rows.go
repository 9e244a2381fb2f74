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
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// Bounds of a proof.
const (
	// MaxBytes is the most bytes of a proof.
	MaxBytes = 1 << 20
	// MaxField is the most bytes of a key or a value.
	MaxField = 1 << 16
	// maxHeight is the most levels of a tree: an AVL tree of 2^63 rows has 91.
	maxHeight = 96
	// most is the largest number: they are signed where they are hashed.
	most = 1<<63 - 1
)

// Errors of proofs.
var (
	// ErrUnreadable: the bytes are no proof, or not in the one way that a proof is written.
	ErrUnreadable = errors.New("no proof of rows")
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
	r := reader{left: raw, proof: p}
	root, err := r.node(maxHeight + 1)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: byte %d: %w", ErrUnreadable, len(raw)-len(r.left), err)
	case len(r.left) > 0:
		return nil, fmt.Errorf("%w: %d bytes stand behind it", ErrUnreadable, len(r.left))
	case len(p.rows) == 0:
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

// First is the first row whose key begins so; present says whether there is one. It fails with ErrHidden where the
// proof does not say.
func (p *Proof) First(prefix []byte) (row Row, present bool, err error) {
	i, _ := p.search(prefix)
	if i == len(p.rows) || !bytes.HasPrefix(p.rows[i].Key, prefix) {
		return Row{}, false, p.absent(i, prefix)
	}
	if err := p.absent(i, prefix); err != nil {
		return Row{}, false, err
	}
	return p.rows[i], true, nil
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
	left  []byte
	proof *Proof
	// gap: a hidden subtree stands behind the last row.
	gap bool
}

// node is what was read of one.
type node struct {
	hash   [sha256.Size]byte
	height uint64 // unknown of a hidden one
	hidden bool
}

// node reads one that is below a height.
func (r *reader) node(below uint64) (node, error) {
	kind, err := r.take(1)
	if err != nil {
		return node{}, err
	}
	switch kind[0] {
	case kindRow:
		return r.row()
	case kindHidden:
		raw, err := r.take(sha256.Size)
		if err != nil {
			return node{}, err
		}
		r.gap = true
		return node{hash: [sha256.Size]byte(raw), hidden: true}, nil
	case kindInner:
		return r.inner(below)
	}
	return node{}, fmt.Errorf("there is no node of kind %d", kind[0])
}

func (r *reader) row() (node, error) {
	version, err := r.number()
	if err != nil {
		return node{}, err
	}
	key, err := r.field()
	if err != nil {
		return node{}, err
	}
	value, err := r.field()
	if err != nil {
		return node{}, err
	}
	p := r.proof
	if n := len(p.rows); n > 0 && bytes.Compare(p.rows[n-1].Key, key) >= 0 || len(key) == 0 {
		return node{}, fmt.Errorf("row %x stands out of order", key)
	}
	p.rows, p.gaps = append(p.rows, Row{key, value}), append(p.gaps, r.gap)
	r.gap = false
	sum := sha256.Sum256(value)
	data := hashed(0, 1, version)
	data = append(binary.AppendUvarint(data, uint64(len(key))), key...)
	data = append(append(data, sha256.Size), sum[:]...)
	return node{hash: sha256.Sum256(data)}, nil
}

func (r *reader) inner(below uint64) (node, error) {
	var numbers [3]uint64
	for i := range numbers {
		var err error
		if numbers[i], err = r.number(); err != nil {
			return node{}, err
		}
	}
	height, size, version := numbers[0], numbers[1], numbers[2]
	if height == 0 || height >= below {
		return node{}, fmt.Errorf("a node of height %d stands below one of %d", height, below)
	}
	left, err := r.node(height)
	if err != nil {
		return node{}, err
	}
	right, err := r.node(height)
	if err != nil {
		return node{}, err
	}
	if left.hidden && right.hidden {
		return node{}, errors.New("both sides of a node are hidden: then the node is")
	}
	data := hashed(height, size, version)
	data = append(append(data, sha256.Size), left.hash[:]...)
	data = append(append(data, sha256.Size), right.hash[:]...)
	return node{hash: sha256.Sum256(data), height: height}, nil
}

// hashed is how a node's numbers are hashed: as signed varints.
func hashed(height, size, version uint64) []byte {
	data := binary.AppendVarint(make([]byte, 0, 128), int64(height))
	return binary.AppendVarint(binary.AppendVarint(data, int64(size)), int64(version))
}

func (r *reader) take(n int) ([]byte, error) {
	if n > len(r.left) {
		return nil, errors.New("it is cut short")
	}
	part := r.left[:n:n]
	r.left = r.left[n:]
	return part, nil
}

// number reads an unsigned varint in its shortest form.
func (r *reader) number() (uint64, error) {
	v, n := binary.Uvarint(r.left)
	switch {
	case n <= 0:
		return 0, errors.New("a number is cut short, or too large")
	case n > 1 && r.left[n-1] == 0:
		return 0, errors.New("a number is not in its shortest form")
	case v > most:
		return 0, fmt.Errorf("%d is too large", v)
	}
	r.left = r.left[n:]
	return v, nil
}

func (r *reader) field() ([]byte, error) {
	n, err := r.number()
	if err != nil {
		return nil, err
	}
	if n > MaxField {
		return nil, fmt.Errorf("a key or value has %d bytes, more than %d", n, MaxField)
	}
	return r.take(int(n))
}
