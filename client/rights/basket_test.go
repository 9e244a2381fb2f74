package rights

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// What is needed together is told apart from alternatives for one and the same.
func TestABasketMeetsEveryNeed(t *testing.T) {
	uusdc := func(n int64) sdk.Coins { return sdk.NewCoins(sdk.NewInt64Coin("uusdc", n)) }
	termsC := licensetypes.TermsID{9}
	cheap := licensetypes.Obtainable{Work: workA, Terms: termsB, Price: uusdc(1)}
	dear := licensetypes.Obtainable{Work: workA, Terms: termsC, Price: uusdc(7)}
	grant := licensetypes.Obtainable{Work: workB, Terms: termsB, Price: uusdc(2)}
	pass := licensetypes.Obtainable{Work: workB, Terms: termsB, UsesOf: workA, Price: uusdc(2)}
	dearer, free, freePass := pass, grant, pass
	dearer.Price, free.Price, freePass.Price = uusdc(3), nil, nil
	asked := licensetypes.Reason{Code: "needs_grant", Ancestor: workB, AncestorTerms: termsB}
	also := licensetypes.Reason{Code: "needs_grant", Ancestor: workB, AncestorTerms: termsC}
	other := licensetypes.Obtainable{Work: workB, Terms: termsC, UsesOf: workA, Price: uusdc(1)}
	listed := func(reasons []licensetypes.Reason, offers ...licensetypes.Obtainable) licensetypes.Rights {
		return licensetypes.Rights{Reasons: reasons, Offers: offers}
	}
	for _, c := range []struct {
		name   string
		rights licensetypes.Rights
		want   []licensetypes.Obtainable
		total  string
	}{
		{"alternatives of one work", listed(nil, dear, cheap), []licensetypes.Obtainable{cheap}, "1uusdc"},
		{"the work and its source", listed([]licensetypes.Reason{asked}, cheap, grant), []licensetypes.Obtainable{cheap, grant}, "3uusdc"},
		{"a pass is not used up", listed([]licensetypes.Reason{asked}, grant, pass), []licensetypes.Obtainable{pass}, "2uusdc"},
		{"a dearer pass", listed([]licensetypes.Reason{asked}, grant, dearer), []licensetypes.Obtainable{grant}, "2uusdc"},
		{"both for nothing", listed([]licensetypes.Reason{asked}, free, freePass), []licensetypes.Obtainable{freePass}, ""},
		{"all passes of a source", listed([]licensetypes.Reason{asked, also}, pass, other), []licensetypes.Obtainable{pass, other}, "3uusdc"},
		{"one grant for two passes", listed([]licensetypes.Reason{asked, also}, pass, other, grant), []licensetypes.Obtainable{grant}, "2uusdc"},
		{"a pass for half of it", listed([]licensetypes.Reason{asked, also}, other, grant), []licensetypes.Obtainable{grant}, "2uusdc"},
	} {
		var got []licensetypes.Obtainable
		items := Shown(c.rights)
		for _, item := range items {
			got = append(got, item.Offer)
		}
		require.Equal(t, c.want, got, c.name)
		require.Equal(t, c.total, Total(items).String(), c.name)
	}
}

// Where several works are used, one grant serves them together, and a pass only one.
func TestAGrantIsSharedAtAnEqualPrice(t *testing.T) {
	price := sdk.NewCoins(sdk.NewInt64Coin("uusdc", 2))
	grant := licensetypes.Obtainable{Work: workB, Terms: termsB, Price: price}
	pass := grant
	pass.UsesOf = workA
	most := price[0]
	for shared, want := range map[bool]licensetypes.Obtainable{false: pass, true: grant} {
		need := Need{Work: workB, Shared: shared, Offers: []licensetypes.Obtainable{grant}, Passes: []licensetypes.Obtainable{pass}}
		items, reasons := Basket([]Need{need}, &most)
		require.Empty(t, reasons)
		require.Equal(t, want, items[0].Offer)
	}
}

func TestABasketIsBoughtWholeOrNot(t *testing.T) {
	coins := sdk.NewCoins(sdk.NewInt64Coin("uusdc", 2), sdk.NewInt64Coin("ustem", 5))
	offer := func(work registrytypes.WorkID, price sdk.Coins) licensetypes.Obtainable {
		return licensetypes.Obtainable{Work: work, Spdx: work.String(), Price: price}
	}
	rights := licensetypes.Rights{Offers: []licensetypes.Obtainable{offer(workA, coins), offer(workB, coins[:1])}}
	most := sdk.NewInt64Coin(coins[1].Denom, 4)
	items, reasons := Basket(Needs(rights), &most)
	require.Empty(t, items)
	require.NotEmpty(t, reasons, "one of them is not sold in that denom, or it is too dear")
	most = sdk.NewInt64Coin(coins[0].Denom, 1_000)
	items, reasons = Basket(Needs(rights), &most)
	require.Empty(t, reasons)
	require.Len(t, items, 2)
	most.Amount = Total(items)[0].Amount.SubRaw(1)
	_, reasons = Basket(Needs(rights), &most)
	require.Equal(t, AboveTogether, reasons[0].Kind)

	apart := licensetypes.Rights{Offers: []licensetypes.Obtainable{offer(workA, coins[1:]), offer(workB, coins[:1])}}
	require.Equal(t, coins.String(), Total(Shown(apart)).String(), "no one denom pays for both")
	require.False(t, Waits(apart, Shown(apart)))
	asks := licensetypes.Rights{Offers: apart.Offers, Reasons: []licensetypes.Reason{{Code: "needs_approval", Ancestor: workB}}}
	require.True(t, Waits(asks, Shown(asks)), "of the source's owner")
	apart.Offers[0].NeedsApproval = true
	items = Shown(apart)
	require.Len(t, items, 2, "both are needed in the end")
	require.True(t, Waits(apart, items))
	require.Empty(t, Shown(licensetypes.Rights{}))
}
