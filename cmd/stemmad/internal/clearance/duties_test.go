package clearance

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
	for number := range licensetypes.ObligationKind_name {
		if kind := licensetypes.ObligationKind(number); kind != licensetypes.OBLIGATION_UNSPECIFIED {
			require.NotContains(t, DutyWord(duty(licensetypes.Obligation{Kind: kind})), "does not know", kind)
		}
	}
	require.Contains(t, DutyWord("from_a_newer_chain"), "does not know")
}

// What nothing mends comes first, and says that the rest is in vain.
func TestObstaclesComeBeforeWhatCanBeObtained(t *testing.T) {
	list := []licensetypes.Reason{{Code: "needs_approval"}, {Code: "needs_grant"}, {Code: "unapproved_source"}}
	require.Equal(t, []licensetypes.Reason{list[2], list[0], list[1]}, InOrder(list))
	vain := func(list ...licensetypes.Reason) string { return InVain(licensetypes.Rights{Reasons: list}) }
	require.Contains(t, vain(list...), "does not help")
	require.Empty(t, vain(list[:2]...))
	require.Empty(t, vain(list[2:]...))
}

// In place of a grant that is used up another one helps, where there is one.
func TestAnotherGrantHelpsWhereOneIsUsedUp(t *testing.T) {
	for _, code := range []string{"grant_used", "grant_expired"} {
		used, asked := licensetypes.Reason{Code: code, Work: workA}, licensetypes.Reason{Code: "needs_grant", Work: workA}
		approval := licensetypes.Reason{Code: "needs_approval", Work: workA}
		require.Empty(t, InVain(licensetypes.Rights{Reasons: []licensetypes.Reason{used, asked}}))
		require.Empty(t, InVain(licensetypes.Rights{
			Reasons: []licensetypes.Reason{used, approval}, Offers: []licensetypes.Obtainable{{Work: workA}},
		}))
		require.NotEmpty(t, InVain(licensetypes.Rights{
			Reasons: []licensetypes.Reason{used, approval}, Offers: []licensetypes.Obtainable{{Work: workB}},
		}), "of a source only")
		denied := licensetypes.Reason{Code: "use_not_covered", Work: workA}
		list := []licensetypes.Reason{asked, used, denied}
		require.NotEmpty(t, InVain(licensetypes.Rights{Reasons: list}))
		require.Equal(t, []licensetypes.Reason{denied, used, asked}, InOrder(list))
	}
}

// A grant serves one of what is made, a pass any number.
func TestWhatAGrantAndAPassServe(t *testing.T) {
	use := func(a licensetypes.Action) licensetypes.Use { return licensetypes.Use{Action: a} }
	training, adapting := use(licensetypes.ACTION_TRAIN_AI), use(licensetypes.ACTION_ADAPT)
	require.Equal(t, "one model", ServesFor(Serves(1), training))
	require.Equal(t, "one derivative", ServesFor(Serves(1), adapting))
	performing := use(licensetypes.ACTION_PERFORM)
	require.Equal(t, "uses, and one derivative", ServesFor(Serves(1), performing))
	require.Equal(t, "uses, and no derivatives", ServesFor("uses, and no derivatives", performing))
	require.Equal(t, "any number of models", PassServes(training))
	require.Equal(t, "any number of derivatives", PassServes(adapting))
	require.Equal(t, "any number of uses", PassServes(use(licensetypes.ACTION_COPY)))
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
