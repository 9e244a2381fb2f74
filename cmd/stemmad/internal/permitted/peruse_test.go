package permitted_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permitted"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// A price of each use is told of what is asked for alone, once, whichever action asks for it.
func TestPriceOfEachUse(t *testing.T) {
	price := sdk.NewCoins(sdk.NewInt64Coin("uusdc", 100))
	paying := licensetypes.Obligation{
		Kind: licensetypes.OBLIGATION_PAY_PER_USE, Work: source, Terms: terms("cc-by-4.0"), Price: price,
	}
	rights := allowed(terms("cc-by-4.0").String())
	rights.Obligations = []licensetypes.Obligation{{Kind: licensetypes.OBLIGATION_ATTRIBUTION, Work: source}, paying}
	c := &chain{answer: map[string]licensetypes.Rights{"": rights, rights.Permission: rights}}
	for _, actions := range [][]licensetypes.Action{
		{licensetypes.ACTION_AI_INPUT}, {licensetypes.ACTION_ADAPT, licensetypes.ACTION_AI_INPUT},
	} {
		req := ask()
		req.Actions = actions
		choice, err := c.find(req)
		require.NoError(t, err)
		require.Equal(t, []licensetypes.Obligation{paying}, choice.PerUse)
		require.Equal(t, []string{"Pay 100uusdc with each use: stemmad pay " + source.String() + " 100uusdc"}, choice.PaysEach(nil))
	}
	rights.Obligations = nil
	c.answer[""] = rights
	choice, err := c.find(ask())
	require.NoError(t, err)
	require.Empty(t, choice.PaysEach(nil))
}

// Of a grant that is bought the terms tell it: the chain was not asked under it yet.
func TestPriceOfEachUseOfWhatIsBought(t *testing.T) {
	sold := preset("commercial-remix-10").Terms
	sold.AiInput, sold.UsePrice = licensetypes.PERMISSION_PAID, sdk.NewCoins(sdk.NewInt64Coin("uusdc", 7))
	offered := obtainable(t, "commercial-remix-10", "5uusdc")
	offered.Terms, offered.Preset = sold.ID(), ""
	more := licensetypes.IdentifiedTerms{Id: sold.ID(), Terms: sold}
	c := &withTerms{chain: &chain{answer: map[string]licensetypes.Rights{"": needed(offered)}}, more: more}
	req, most := ask(), sdk.NewInt64Coin("uusdc", 5)
	req.Buy, req.MaxFee = true, &most
	for action, pays := range map[licensetypes.Action]int{licensetypes.ACTION_AI_INPUT: 1, licensetypes.ACTION_ADAPT: 0} {
		req.Actions = []licensetypes.Action{action}
		choice, err := permitted.Finder{Chain: c}.Find(context.Background(), req)
		require.NoError(t, err)
		require.Len(t, choice.PerUse, pays, action)
	}
}
