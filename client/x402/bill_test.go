package x402_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/x402"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

func prices(t *testing.T, text string) sdk.Coins {
	t.Helper()
	coins, err := sdk.ParseCoinsNormalized(text)
	require.NoError(t, err)
	return coins
}

// What is paid to several with one use is paid in a denom that all of them take, each what it asks; and where there is
// none, it is not free.
func TestUsesArePaidInOneDenom(t *testing.T) {
	due := func(n byte, text string) licensetypes.Obligation {
		return licensetypes.Obligation{Kind: licensetypes.OBLIGATION_PAY_PER_USE, Work: registrytypes.WorkID{n}, Price: prices(t, text)}
	}
	answer := licensetypes.Rights{
		Verdict: licensetypes.VERDICT_ALLOWED, Works: []registrytypes.WorkID{{1}},
		Obligations: []licensetypes.Obligation{due(2, "4uusdc,9ustem"), due(1, "5uusdc"), due(2, "1uusdc")},
	}
	require.False(t, x402.Free(answer))
	bills := x402.Bills(answer, nil, 0)
	require.Len(t, bills, 1)
	require.Equal(t, "10uusdc", bills[0].Amount.String())
	lines := bills[0].Messages[0].(*royaltytypes.MsgPayMany).Payments
	require.Equal(t, []string{"5uusdc", "5uusdc"}, []string{lines[0].Amount.String(), lines[1].Amount.String()})
	require.Equal(t, registrytypes.WorkID{1}, lines[0].Work)
	cost, err := x402.Cost(bills[0].Messages)
	require.NoError(t, err)
	require.Equal(t, bills[0].Amount, cost)

	answer.Obligations[1] = due(1, "5uatom")
	require.Empty(t, x402.Bills(answer, nil, 0))
	require.False(t, x402.Free(answer), "what nobody can pay in one denom is not free")
	answer.Obligations = nil
	require.True(t, x402.Free(answer))
	answer.Obligations = []licensetypes.Obligation{{Kind: licensetypes.OBLIGATION_COUNT_USE}}
	require.False(t, x402.Free(answer))
	require.True(t, x402.Counted(answer))
	for verdict := range licensetypes.Verdict_name {
		if licensetypes.Verdict(verdict) != licensetypes.VERDICT_ALLOWED {
			require.False(t, x402.Free(licensetypes.Rights{Verdict: licensetypes.Verdict(verdict)}))
		}
	}
}

// A grant that pays for a number of uses is sold by who counts them.
func TestWhatCountsUsesIsNotSoldByWhoDoesNot(t *testing.T) {
	answer := licensetypes.Rights{Verdict: licensetypes.VERDICT_NEEDS_GRANT, Works: []registrytypes.WorkID{{1}}, Offers: []licensetypes.Obtainable{
		{Work: registrytypes.WorkID{1}, Terms: licensetypes.TermsID{1}, Price: prices(t, "5uusdc"), Uses: 100},
		{Work: registrytypes.WorkID{1}, Terms: licensetypes.TermsID{2}, Price: prices(t, "50uusdc")},
	}}
	require.Equal(t, "5uusdc", x402.Bills(answer, nil, 0)[0].Amount.String())
	require.Equal(t, "50uusdc", x402.Bills(x402.Uncounted(answer), nil, 0)[0].Amount.String())
	require.Len(t, answer.Offers, 2)
	answer.Offers[0].NeedsApproval, answer.Offers = true, answer.Offers[:1]
	require.Empty(t, x402.Bills(answer, nil, 0))
}

// A free grant is asked for too: the amount is nothing.
func TestAFreeGrant(t *testing.T) {
	answer := licensetypes.Rights{Verdict: licensetypes.VERDICT_NEEDS_GRANT, Works: []registrytypes.WorkID{{1}}, Offers: []licensetypes.Obtainable{
		{Work: registrytypes.WorkID{1}, Terms: licensetypes.TermsID{1}},
	}}
	bills := x402.Bills(answer, nil, 0)
	require.Len(t, bills, 1)
	require.True(t, bills[0].Amount.IsZero())
	require.Len(t, bills[0].Messages, 1)
}
