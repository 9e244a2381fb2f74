package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/registry/types"
)

// TestAKindStays: what passes on from a work's sources is decided by it.
func TestAKindStays(t *testing.T) {
	f := newFixture(t)
	poem := f.register(alice, "poem")[0]
	err := f.try(&types.MsgRevise{Owner: alice.String(), Work: poem, Details: types.Details{Kind: types.KIND_MODEL, Title: "Poem"}})
	require.ErrorIs(t, err, types.ErrInvalidDetails)
	require.ErrorContains(t, err, "kind is text since the registration and stays")
}
