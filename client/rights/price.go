package rights

import (
	"cmp"
	"slices"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// Price is what the grants cost that a use needs: of each need the cheapest grant, or all of
// its passes where they cost less, added up, as alternatives of one coin a denom. A denom
// that some need cannot be met in is left out. Without coins the grants are free; ok is false
// when nothing is on offer or no one denom pays for all.
func Price(rights licensetypes.Rights) (alternatives sdk.Coins, ok bool) {
	var prices []sdk.Coins
	for _, need := range Needs(rights) {
		if price, sold := need.price(); sold {
			prices = append(prices, price)
		}
	}
	if len(prices) == 0 {
		return nil, false
	}
	return together(prices)
}

// price is the lowest in each denom that meets a need; sold is false where nothing does.
func (n Need) price() (lowest sdk.Coins, sold bool) {
	var options []sdk.Coins
	for _, offer := range n.Offers {
		options = append(options, offer.Price)
	}
	passes := make([]sdk.Coins, len(n.Passes))
	for i, pass := range n.Passes {
		passes[i] = pass.Price
	}
	if all, ok := together(passes); ok && len(passes) > 0 {
		options = append(options, all)
	}
	return cheapest(options), len(options) > 0
}

// PerUse is what each use costs, as alternatives, where that is an obligation;
// ok is false when it costs nothing.
func PerUse(rights licensetypes.Rights) (alternatives sdk.Coins, ok bool) {
	var prices []sdk.Coins
	for _, o := range rights.Obligations {
		if o.Kind == licensetypes.OBLIGATION_PAY_PER_USE {
			prices = append(prices, o.Price)
		}
	}
	alternatives, ok = together(prices)
	return alternatives, ok && len(alternatives) > 0
}

// cheapest finds the lowest price in each denom; none: one offer is free.
func cheapest(offers []sdk.Coins) sdk.Coins {
	var lowest sdk.Coins
	for _, price := range offers {
		if len(price) == 0 {
			return nil
		}
		for _, coin := range price {
			at := slices.IndexFunc(lowest, func(c sdk.Coin) bool { return c.Denom == coin.Denom })
			switch {
			case at < 0:
				lowest = append(lowest, coin)
			case coin.Amount.LT(lowest[at].Amount):
				lowest[at] = coin
			}
		}
	}
	return lowest.Sort()
}

// together adds up prices that are alternatives each, in every denom that all
// of them can be paid in; false when there is none.
func together(prices []sdk.Coins) (sum sdk.Coins, ok bool) {
	prices = slices.DeleteFunc(slices.Clone(prices), func(p sdk.Coins) bool { return len(p) == 0 })
	if len(prices) == 0 {
		return nil, true
	}
	for _, coin := range prices[0] {
		everywhere := true
		for _, other := range prices[1:] {
			found, more := other.Find(coin.Denom)
			if everywhere = everywhere && found; everywhere {
				coin = coin.Add(more)
			}
		}
		if everywhere {
			sum = append(sum, coin)
		}
	}
	return sum, len(sum) > 0
}

// Best orders offers by price in a denom, empty: the first that one has a price
// in; then by royalty and terms. Those that need the owner's approval come last.
func Best(offers []licensetypes.Obtainable, denom string) []licensetypes.Obtainable {
	for _, offer := range offers {
		if denom == "" && len(offer.Price) > 0 {
			denom = offer.Price[0].Denom
		}
	}
	sorted := slices.Clone(offers)
	slices.SortFunc(sorted, func(a, b licensetypes.Obtainable) int {
		return cmp.Or(
			cmp.Compare(last(a.NeedsApproval), last(b.NeedsApproval)),
			comparePrices(a.Price, b.Price, denom),
			cmp.Compare(a.RoyaltyRate, b.RoyaltyRate),
			strings.Compare(a.Terms.String(), b.Terms.String()),
		)
	})
	return sorted
}

// Cheapest finds the offer with the lowest price in the denom of the most to pay, its price,
// nil for a free one, or, where none can be bought, what stands in the way of each. One that
// still needs the owner's approval can't be.
func Cheapest(offers []licensetypes.Obtainable, most *sdk.Coin) (found *licensetypes.Obtainable, price *sdk.Coin, why []Obstacle) {
	denom := ""
	if most != nil {
		denom = most.Denom
	}
	for _, offer := range Best(offers, denom) {
		price, err := licensetypes.PickPrice(offer.Price, most)
		switch {
		case offer.NeedsApproval:
			why = append(why, Obstacle{Kind: NeedsApproval, Offer: &offer})
		case err == nil:
			return &offer, price, nil
		case most == nil:
			why = append(why, Obstacle{Kind: NoPriceAgreed, Offer: &offer})
		default:
			why = append(why, Obstacle{Kind: AbovePrice, Offer: &offer, Most: most})
		}
	}
	if len(why) == 0 {
		why = []Obstacle{{Kind: NothingOffered}}
	}
	return nil, nil, why
}

// comparePrices puts what is free first and what has no price in the denom last.
func comparePrices(a, b sdk.Coins, denom string) int {
	if len(a) == 0 || len(b) == 0 {
		return cmp.Compare(last(len(a) > 0), last(len(b) > 0))
	}
	hasA, x := a.Find(denom)
	hasB, y := b.Find(denom)
	switch {
	case !hasA || !hasB:
		return cmp.Compare(last(!hasA), last(!hasB))
	case x.Amount.LT(y.Amount):
		return -1
	case y.Amount.LT(x.Amount):
		return 1
	}
	return 0
}

func last(b bool) int {
	if b {
		return 1
	}
	return 0
}
