package keeper

import (
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/registry/types"
)

// TestRegisteredEventIsATypedEvent: clients cannot tell the difference.
func TestRegisteredEventIsATypedEvent(t *testing.T) {
	digest, root := types.Digest{0xab, 1}, types.Digest{0xcd, 2}
	id := types.WorkID{1, 2, 3}
	plain := types.Work{Owner: sdk.AccAddress("an account of 20 by."), Sha256: types.DigestBytes{Digest: digest}}
	anchored := plain
	anchored.AnchorRoot = types.DigestBytes{Digest: root}
	for number := range types.Kind_name {
		kind := types.Kind(number)
		for _, contested := range []bool{false, true} {
			typed := types.EventWorkRegistered{
				Work: id, Owner: plain.Owner.String(), Sha256: digest,
				Kind: kind, Contested: contested,
			}
			requireTyped(t, &typed, registeredEvent(id, plain, kind, contested))
			typed.AnchorRoot = root
			requireTyped(t, &typed, registeredEvent(id, anchored, kind, contested))
		}
	}
}

func requireTyped(t *testing.T, typed *types.EventWorkRegistered, written sdk.Event) {
	t.Helper()
	want, err := sdk.TypedEventToEvent(typed)
	require.NoError(t, err)
	require.Equal(t, want, written)
	// And back: it is the event that an indexer reads.
	read, err := sdk.ParseTypedEvent(abci.Event(written))
	require.NoError(t, err)
	require.Equal(t, typed, read)
}
