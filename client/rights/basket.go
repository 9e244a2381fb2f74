package rights

import (
	"slices"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Need is what a use needs of one work. Any one of its offers does, or all of its passes
// together. An answer may have several needs: the work's own, and those of its sources. All
// of them have to be met before the use is allowed.
type Need struct {
	Work registrytypes.WorkID
	// Offers are those of grants, Passes those of passes, one for each terms that demand it.
	Offers []licensetypes.Obtainable
	Passes []licensetypes.Obtainable
	// Shared: what is made uses several works, which one grant may serve together. A pass is
	// for one of them, so at an equal price the grant is taken.
	Shared bool
}

// Needs sorts what an answer offers by what is needed, in the order of the answer.
func Needs(rights licensetypes.Rights) []Need {
	var needs []Need
	for _, offer := range rights.Offers {
		at := slices.IndexFunc(needs, func(n Need) bool { return n.Work == offer.Work })
		if at < 0 {
			at, needs = len(needs), append(needs, Need{Work: offer.Work})
		}
		if offer.UsesOf.IsZero() {
			needs[at].Offers = append(needs[at].Offers, offer)
		} else {
			needs[at].Passes = append(needs[at].Passes, offer)
		}
	}
	for i := range needs {
		if !needs[i].passesDo(rights.Reasons) {
			needs[i].Passes = nil
		}
	}
	return needs
}

// passesDo says whether a pass is sold for each of the terms that ask for something.
func (n Need) passesDo(reasons []licensetypes.Reason) bool {
	return !slices.ContainsFunc(reasons, func(r licensetypes.Reason) bool {
		return r.Code == string(rules.NeedsGrant) && r.Ancestor == n.Work &&
			!slices.ContainsFunc(n.Passes, func(p licensetypes.Obtainable) bool { return p.Terms == r.AncestorTerms })
	})
}

// Item is one thing to buy.
type Item struct {
	Offer licensetypes.Obtainable
	// Price in the denom that is paid; nil: free.
	Price *sdk.Coin
}

// Basket is what meets all needs for the lowest price in the denom of the most to pay for
// all of it; or what stands in the way. At an equal price a pass is preferred: it
// serves any number of uses, whatever they make, and a grant is used up.
func Basket(needs []Need, most *sdk.Coin) (items []Item, why []Obstacle) {
	for _, need := range needs {
		found, not := need.cheapest(most)
		items, why = append(items, found...), append(why, not...)
	}
	if len(needs) == 0 {
		why = []Obstacle{{Kind: NothingOffered}}
	}
	if len(why) > 0 {
		return nil, why
	}
	if sum := Total(items); most != nil && sum.AmountOf(most.Denom).GT(most.Amount) {
		return nil, []Obstacle{{Kind: AboveTogether, Sum: sum, Most: most}}
	}
	return items, nil
}

// cheapest is what meets one need for the lowest price.
func (n Need) cheapest(most *sdk.Coin) (items []Item, why []Obstacle) {
	var passes []Item
	for _, pass := range n.Passes {
		found, price, not := Cheapest([]licensetypes.Obtainable{pass}, most)
		if found == nil {
			passes, why = nil, append(why, not...)
			break
		}
		passes = append(passes, Item{*found, price})
	}
	if len(n.Offers) == 0 {
		return passes, why
	}
	grant, price, not := Cheapest(n.Offers, most)
	switch {
	case grant == nil && len(passes) == 0:
		return nil, append(not, why...)
	case grant == nil || len(passes) > 0 && !cheaper(price, Total(passes), n.Shared):
		return passes, nil
	}
	return []Item{{*grant, price}}, nil
}

// cheaper says whether a grant is better than passes for that sum.
func cheaper(price *sdk.Coin, sum sdk.Coins, atEqual bool) bool {
	if price == nil {
		return atEqual || !sum.IsZero()
	}
	other := sum.AmountOf(price.Denom)
	return price.Amount.LT(other) || atEqual && price.Amount.Equal(other)
}

// Shown is what to buy as it is shown before anybody agrees to a price: the cheapest of
// each need, in a denom that all of them are sold in, if there is one. Waits says whether
// something of it has to be approved before it can be had.
func Shown(rights licensetypes.Rights) []Item {
	var most *sdk.Coin
	if prices, ok := Price(rights); ok && len(prices) > 0 {
		all := sdk.NewCoin(prices[0].Denom, unbounded)
		most = &all
	}
	if items, why := Basket(Needs(rights), most); len(why) == 0 {
		return items
	}
	var items []Item
	for _, need := range Needs(rights) {
		best := Best(append(slices.Clone(need.Offers), need.Passes...), "")
		if len(best) == 0 {
			continue
		}
		item := Item{Offer: best[0]}
		if len(item.Offer.Price) > 0 {
			item.Price = &item.Offer.Price[0]
		}
		items = append(items, item)
	}
	return items
}

// Agreeing is the least to pay that agrees to all that is shown; nil: nothing is to be paid, or
// no one denom pays for it.
func Agreeing(rights licensetypes.Rights) *sdk.Coin {
	if total := Total(Shown(rights)); len(total) == 1 {
		return &total[0]
	}
	return nil
}

// Waits says whether money alone is not enough: an owner has to approve who asks first, of
// the work or of a source.
func Waits(rights licensetypes.Rights, items []Item) bool {
	return slices.ContainsFunc(items, func(i Item) bool { return i.Offer.NeedsApproval }) ||
		slices.ContainsFunc(rights.Reasons, AsksSource)
}

// AsksSource says whether a reason is that a source's owner has to approve.
func AsksSource(r licensetypes.Reason) bool {
	return r.Code == string(rules.NeedsApproval) && !r.Ancestor.IsZero()
}

// unbounded is more than any price.
var unbounded = math.NewIntWithDecimal(1, 70)

// Total adds up the prices of items.
func Total(items []Item) sdk.Coins {
	var sum sdk.Coins
	for _, item := range items {
		if item.Price != nil {
			sum = sum.Add(*item.Price)
		}
	}
	return sum
}
