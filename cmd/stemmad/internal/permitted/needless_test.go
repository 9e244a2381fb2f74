package permitted_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permitted"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

func TestAGrantOfWhatEverybodyHasIsNeedless(t *testing.T) {
	price := sdk.NewInt64Coin("uusdc", 5)
	past := now.Add(-time.Second)
	ended := offer("mit")
	ended.Offer.ExpiresAt = &past
	lasting := ended
	lasting.Offer.IrrevocableSince = &past
	for _, c := range []struct {
		picked, public licensetypes.OpenOffer
		needless       bool
	}{
		{offer("commercial-use", price), offer("mit"), true},
		{offer("commercial-remix-10", price), offer("mit"), true},
		{offer("commercial-remix-10", price), offer("cc-by-4.0"), true},
		{offer("ai-training-paid", price), offer("cc-by-4.0"), false}, // which asks for credit
		{offer("ai-training-paid", price), offer("cc0-1.0"), true},
		{offer("commercial-use", price), ended, false},
		{offer("commercial-use", price), lasting, true},
		{offer("commercial-remix-10", price), offer("cc-by-nc-4.0"), false},
		{offer("commercial-remix-10", price), offer("cc-by-sa-4.0"), false},
		{offer("commercial-remix-10", price), offer("cc-by-nd-4.0"), false},
		{offer("noncommercial-remix", price), offer("cc-by-nc-4.0"), true},
		{offer("commercial-remix-5", price), offer("commercial-remix-10"), false}, // which costs more
		{offer("commercial-use", price), offer("ai-training-allowed"), false},
		{offer("mit", price), offer("mit"), false},
	} {
		public, found := permitted.Needless(c.picked, []licensetypes.OpenOffer{c.picked, c.public}, now)
		require.Equal(t, c.needless, found, "%s beside %s", c.picked.Terms.Preset, c.public.Terms.Preset)
		if found {
			require.Equal(t, c.public, public)
		}
	}
	sole := offer("commercial-use", price)
	sole.Terms.Terms.Exclusivity = licensetypes.EXCLUSIVITY_SOLE
	_, found := permitted.Needless(sole, []licensetypes.OpenOffer{offer("mit")}, now)
	require.False(t, found)
}

func TestWhatAGrantServes(t *testing.T) {
	require.Equal(t, "uses, and no derivatives", permitted.Serves(preset("commercial-use").Terms, 1))
	require.Equal(t, "one derivative", permitted.Serves(preset("ai-training-paid").Terms, 1))
	require.Equal(t, "5 derivatives", permitted.Serves(preset("commercial-remix-5").Terms, 5))
}
