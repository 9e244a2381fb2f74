package rights

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// Every obligation has a cell that names what it is about, and a word for people.
func TestDutiesInCells(t *testing.T) {
	require.Equal(t, []string{
		"attribution:" + workA.String(), "share_alike:" + workA.String() + ":" + termsB.String(),
		"royalty:" + workB.String() + ":50000", "pay_per_use:" + workB.String() + ":2ustem|3uusdc", "report_use",
	}, duties(licensetypes.Rights{Obligations: []licensetypes.Obligation{
		{Kind: licensetypes.OBLIGATION_ATTRIBUTION, Work: workA},
		{Kind: licensetypes.OBLIGATION_SHARE_ALIKE, Work: workA, Terms: termsB},
		{Kind: licensetypes.OBLIGATION_ROYALTY, Work: workB, RoyaltyRate: 50_000},
		{
			Kind: licensetypes.OBLIGATION_PAY_PER_USE, Work: workB,
			Price: sdk.NewCoins(sdk.NewInt64Coin("ustem", 2), sdk.NewInt64Coin("uusdc", 3)),
		},
		{Kind: licensetypes.OBLIGATION_REPORT_USE},
	}}))
}

// Passes are needed all together, and are no alternatives of each other.
func TestThePriceOfAllPasses(t *testing.T) {
	uusdc := func(n int64) sdk.Coins { return sdk.NewCoins(sdk.NewInt64Coin("uusdc", n)) }
	grant := licensetypes.Obtainable{Work: workB, Terms: termsB, Price: uusdc(9)}
	one := licensetypes.Obtainable{Work: workB, Terms: termsB, UsesOf: workA, Price: uusdc(2)}
	two := licensetypes.Obtainable{Work: workB, Terms: licensetypes.TermsID{9}, UsesOf: workA, Price: uusdc(3)}
	for want, offers := range map[string][]licensetypes.Obtainable{
		"5uusdc": {one, two, grant}, "9uusdc": {grant}, "2uusdc": {one, grant},
	} {
		price, ok := Price(licensetypes.Rights{Offers: offers})
		require.True(t, ok)
		require.Equal(t, want, price.String())
	}
}
