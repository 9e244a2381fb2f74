package stores_test

import (
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/proof/rows"
	"github.com/stemma-chain/stemma/client/proof/stores"
	"github.com/stemma-chain/stemma/client/proof/wire"
	"github.com/stemma-chain/stemma/x/headers/rfc6962"
)

// row is a store of one row without a value, version 1.
func row(key string) []byte { return append([]byte{0, 1, byte(len(key))}, append([]byte(key), 0)...) }

func store(name string, rows []byte) []byte {
	return wire.AppendField(wire.AppendField([]byte{0}, []byte(name)), rows)
}

func inner(left, right []byte) []byte { return append(append([]byte{2}, left...), right...) }

func hidden(hash rfc6962.Hash) []byte { return append([]byte{1}, hash[:]...) }

func rootOf(t *testing.T, raw []byte) [sha256.Size]byte {
	p, err := rows.Read(raw)
	require.NoError(t, err)
	return p.Root()
}

// The app hash is the tree's over all stores, whichever are shown; an empty store is one.
func TestTheAppHash(t *testing.T) {
	a, b, c := stores.Leaf("a", rootOf(t, row("k"))), stores.Leaf("b", rootOf(t, nil)), stores.Leaf("c", rootOf(t, row("l")))
	want := rfc6962.Node(rfc6962.Node(a, b), c)
	for _, raw := range [][]byte{
		inner(inner(store("a", row("k")), store("b", nil)), store("c", row("l"))),
		inner(inner(hidden(a), store("b", nil)), hidden(c)),
		inner(hidden(rfc6962.Node(a, b)), store("c", row("l"))),
	} {
		p, err := stores.Read(raw)
		require.NoError(t, err)
		require.Equal(t, [sha256.Size]byte(want), p.Hash())
	}
}

// Who asks for all that is shown finds nothing needless; a store that is hidden says so.
func TestHiddenAndNeedless(t *testing.T) {
	p, err := stores.Read(inner(store("a", row("k")), store("b", nil)))
	require.NoError(t, err)
	_, err = p.Rows("c")
	require.ErrorIs(t, err, stores.ErrHidden)
	require.ErrorIs(t, p.Done(), stores.ErrNeedless)
	a, err := p.Rows("a")
	require.NoError(t, err)
	_, err = p.Rows("b")
	require.NoError(t, err)
	require.ErrorIs(t, p.Done(), rows.ErrNeedless)
	_, _, err = a.Get([]byte("k"))
	require.NoError(t, err)
	require.NoError(t, p.Done())
}

func TestWhatIsNoProof(t *testing.T) {
	hash := hidden(rfc6962.Hash{})
	deep := store("a", nil)
	for range 17 {
		deep = inner(hash, deep)
	}
	for name, raw := range map[string][]byte{
		"nothing": nil, "hidden alone": hash, "both hidden": inner(hash, hash), "out of order": inner(store("b", nil), store("a", nil)),
		"twice": inner(store("a", nil), store("a", nil)), "no name": store("", nil), "no such node": {3}, "too deep": deep,
		"rows that are none": store("a", []byte{7}), "cut short": store("a", row("k"))[:5], "more behind": append(store("a", nil), 0),
	} {
		_, err := stores.Read(raw)
		require.ErrorIs(t, err, wire.ErrUnreadable, name)
	}
}
