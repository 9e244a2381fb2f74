package keeper

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/types"
)

func TestEventsByHandAreTheTypedOnes(t *testing.T) {
	end := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	one := types.NamedConstraint{Kind: types.CONSTRAINT_ATTRIBUTION, Source: "work1a", Terms: "terms1b"}
	for _, list := range [][]types.NamedConstraint{
		{one},
		{one, {Kind: types.CONSTRAINT_SHARE_ALIKE, Source: "work1c", Terms: "terms1d"}},
		{one, {Kind: types.CONSTRAINT_EXPIRES, Source: "work1c", Grant: "grant1e", ExpiresAt: &end}},
	} {
		event := &types.EventConstrained{Work: "work1z", Constraints: list}
		want, err := sdk.TypedEventToEvent(event)
		require.NoError(t, err)
		got, err := constrainedEvent(event)
		require.NoError(t, err)
		require.Equal(t, want.Type, got.Type)
		require.ElementsMatch(t, want.Attributes, got.Attributes)
	}
}
