package asset

import (
	"bytes"
	"fmt"
)

// The trees are as C2PA has them (2.2, 18.6, and A.5.4): a node's hash is that of its two children's, one after
// the other; a node without a neighbour rises as it is.

// rowHeight is how many rows above the leaves a row of a length lies; false where no row has it.
func rowHeight(leaves, length int64) (int, bool) {
	if length < 1 || leaves < 1 {
		return 0, false
	}
	height := 0
	for n := leaves; n > length; n = n/2 + n%2 {
		height++
	}
	return height, (leaves-1)>>height+1 == length
}

func parent(alg string, left, right []byte) ([]byte, error) {
	h, err := NewHash(alg)
	if err != nil {
		return nil, err
	}
	h.Write(left)
	h.Write(right)
	return h.Sum(nil), nil
}

// row takes the leaves of a tree in order and compares each node of a row as it is complete. It holds one node a
// row below.
type row struct {
	alg    string
	height int
	left   int64 // leaves to come
	hashes [][]byte
	stack  []subtree
}

type subtree struct {
	height int
	hash   []byte
}

func newRow(alg string, leaves int64, hashes [][]byte) (*row, error) {
	height, is := rowHeight(leaves, int64(len(hashes)))
	if !is {
		return nil, fmt.Errorf("%w: no row of a tree of %d leaves has %d hashes", ErrMalformed, leaves, len(hashes))
	}
	return &row{alg: alg, height: height, left: leaves, hashes: hashes}, nil
}

func (r *row) leaf(hash []byte) error {
	r.stack = append(r.stack, subtree{0, hash})
	r.left--
	for n := len(r.stack); n > 1 && (r.stack[n-1].height == r.stack[n-2].height || r.left == 0); n = len(r.stack) {
		joint, err := parent(r.alg, r.stack[n-2].hash, r.stack[n-1].hash)
		if err != nil {
			return err
		}
		r.stack = append(r.stack[:n-2], subtree{r.stack[n-2].height + 1, joint})
	}
	if r.stack[0].height < r.height && r.left > 0 {
		return nil
	}
	if len(r.hashes) == 0 || !bytes.Equal(r.stack[0].hash, r.hashes[0]) {
		return ErrMismatch
	}
	r.hashes, r.stack = r.hashes[1:], r.stack[:0]
	return nil
}

// proves says whether a leaf's hash leads to the row of a tree that is known, with the hashes beside its way.
func (m MerkleMap) proves(alg string, hash []byte, leaf merkleBox) error {
	height, is := rowHeight(m.Count, int64(len(m.Hashes)))
	if !is || leaf.Location < 0 || leaf.Location >= m.Count {
		return fmt.Errorf("%w: leaf %d of a tree of %d", ErrMalformed, leaf.Location, m.Count)
	}
	at, count, beside := leaf.Location, m.Count, leaf.Hashes
	for range height {
		if at%2 == 1 || at+1 < count {
			if len(beside) == 0 {
				return fmt.Errorf("%w: a hash beside the way of leaf %d is missing", ErrMismatch, leaf.Location)
			}
			left, right := hash, beside[0]
			if at%2 == 1 {
				left, right = right, left
			}
			joint, err := parent(alg, left, right)
			if err != nil {
				return err
			}
			hash, beside = joint, beside[1:]
		}
		at, count = at/2, count/2+count%2
	}
	if !bytes.Equal(hash, m.Hashes[at]) {
		return ErrMismatch
	}
	return nil
}
