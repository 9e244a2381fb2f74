package chain_test

import (
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/require"

	prf "github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/proof/rows"
	"github.com/stemma-chain/stemma/client/proof/stores"
	"github.com/stemma-chain/stemma/client/proof/wire"
	"github.com/stemma-chain/stemma/x/headers/rfc6962"
)

// node is a part of a proof of rows, or of stores.
type node struct {
	kind byte
	// head is all that stands before its parts: of an inner node its numbers, of a hidden one its hash, of a row or a store all of it.
	head        []byte
	rows        *node // of a store
	name        []byte
	left, right *node
}

// parse reads the tree of a proof of stores, or of rows.
func parse(t *testing.T, r *wire.Reader, inStore bool) *node {
	n := &node{kind: r.Bytes(1)[0]}
	switch {
	case n.kind == 1:
		hash := r.Hash()
		n.head = hash[:]
	case n.kind == 0 && inStore:
		n.head = wire.AppendNumber(nil, r.Number(wire.Most))
		n.head = wire.AppendField(n.head, r.Field(rows.MaxField))
		n.head = wire.AppendField(n.head, r.Field(rows.MaxField))
	case n.kind == 0:
		n.name = r.Field(128)
		if raw := r.Field(rows.MaxBytes); len(raw) > 0 {
			n.rows = parse(t, wire.New(raw), true)
		}
	default:
		for range 3 {
			if inStore {
				n.head = wire.AppendNumber(n.head, r.Number(wire.Most))
			}
		}
		n.left, n.right = parse(t, r, inStore), parse(t, r, inStore)
	}
	require.NoError(t, r.Err())
	return n
}

func (n *node) write(to []byte) []byte {
	to = append(to, n.kind)
	if n.name != nil {
		var raw []byte
		if n.rows != nil {
			raw = n.rows.write(nil)
		}
		return wire.AppendField(wire.AppendField(to, n.name), raw)
	}
	to = append(to, n.head...)
	if n.left != nil {
		to = n.right.write(n.left.write(to))
	}
	return to
}

// hash is what stands for the node where it is hidden.
func (n *node) hash(t *testing.T, inStore bool) []byte {
	switch {
	case n.kind == 1:
		return n.head
	case inStore:
		p, err := rows.Read(n.write(nil))
		if err == nil {
			root := p.Root()
			return root[:]
		}
		// Both sides are hidden: the node is not read alone.
		data := make([]byte, 0, 128)
		r := wire.New(n.head)
		for range 3 {
			data = wire.AppendSigned(data, int64(r.Number(wire.Most)))
		}
		sum := sha256.Sum256(wire.AppendField(wire.AppendField(data, n.left.hash(t, true)), n.right.hash(t, true)))
		return sum[:]
	}
	p, err := stores.Read(n.write(nil))
	if err == nil {
		hash := p.Hash()
		return hash[:]
	}
	hash := rfc6962.Node(rfc6962.Hash(n.left.hash(t, false)), rfc6962.Hash(n.right.hash(t, false)))
	return hash[:]
}

// each calls do with every node that is shown, and hides it meanwhile.
func (n *node) each(t *testing.T, inStore bool, do func()) {
	if n.kind == 1 {
		return
	}
	was := *n
	*n = node{kind: 1, head: was.hash(t, inStore)}
	do()
	*n = was
	if n.rows != nil {
		n.rows.each(t, true, do)
	}
	if n.left != nil {
		n.left.each(t, inStore, do)
		n.right.each(t, inStore, do)
	}
}

// Whatever is left out of a proof, with all hashes right, it proves nothing any more: earlier claims, offers, constraints, holders, and
// what shows that there are none.
func TestNothingCanBeLeftOut(t *testing.T) {
	s := tell(t, validators(4))
	hidden := 0
	for _, n := range everyProof(t, s) {
		p := n.proof
		states := []*[]byte{&p.State}
		for i := range p.Shown {
			states = append(states, &p.Shown[i].State)
		}
		_, err := p.Verify(n.trust, policy(s.Chain))
		require.NoError(t, err)
		for _, state := range states {
			if len(*state) == 0 {
				continue
			}
			was := *state
			tree := parse(t, wire.New(was), false)
			require.Equal(t, was, tree.write(nil))
			tree.each(t, false, func() {
				*state = tree.write(nil)
				read, err := prf.Read(p.Encode())
				if err == nil {
					_, err = read.Verify(n.trust, policy(s.Chain))
				}
				require.Error(t, err, n.name)
				hidden++
			})
			*state = was
		}
	}
	t.Logf("%d parts left out", hidden)
	require.Greater(t, hidden, 500)
}
