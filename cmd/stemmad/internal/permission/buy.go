package permission

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/rights"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// buy picks the cheapest offer that a grant can be had under now.
func (f Finder) buy(ctx context.Context, req Request, answer licensetypes.Rights) (Choice, error) {
	own := ofWork(req, answer.Offers)
	if len(own) < len(answer.Offers) {
		return f.buyBeside(ctx, req, answer)
	}
	not := against(req, needsAGrant, answer.Reasons, obtainables(answer.Offers))
	offer, price, reasons := rights.Cheapest(own, req.MaxFee, obtainableName)
	if best := rights.Best(own, denomOf(req.MaxFee)); offer == nil && len(best) > 0 && !best[0].NeedsApproval {
		return Choice{}, refused(not, "%s needs a grant to be %s, for a price that was not agreed to: add --max-fee %s\n%s",
			subject(req), use(req), priceIn(best[0].Price, req.MaxFee), bullets(reasons))
	}
	if offer == nil {
		return Choice{}, refused(not, "%s needs a grant to be %s, and none can be bought:\n%s", subject(req), use(req), bullets(reasons))
	}
	return f.bought(ctx, req, *offer, price)
}

func denomOf(most *sdk.Coin) string {
	if most == nil {
		return ""
	}
	return most.Denom
}

// priceIn is the price in the denom of the most to pay, where it has one in that.
func priceIn(prices sdk.Coins, most *sdk.Coin) sdk.Coin {
	if found, price := prices.Find(denomOf(most)); most != nil && found {
		return price
	}
	return prices[0]
}

// ofWork leaves of offers those of the work itself: what its sources sell is no permission
// to cite.
func ofWork(req Request, offers []licensetypes.Obtainable) []licensetypes.Obtainable {
	return slices.DeleteFunc(slices.Clone(offers), func(o licensetypes.Obtainable) bool { return o.Work != req.Source })
}

// bought is the choice of a grant that the same transaction acquires.
func (f Finder) bought(ctx context.Context, req Request, offer licensetypes.Obtainable, price *sdk.Coin) (Choice, error) {
	res, err := f.Chain.License().Terms(ctx, &licensetypes.QueryTermsRequest{Terms: offer.Terms.String()})
	if err != nil {
		return Choice{}, err
	}
	if offer.Serves > 1 && !res.Terms.Terms.DerivativeApproval {
		req.Derivative = registrytypes.WorkID{} // to be for one would be to serve one
	}
	msg, grant := Acquire(req, res.Terms, price, offer.Conditions)
	var end *time.Time
	if lasts := res.Terms.Terms.Duration; lasts != nil {
		at := req.Now.Add(*lasts)
		end = &at
	}
	return Choice{
		Permission: grant.String(), Buy: msg, Price: price, Terms: &res.Terms, Until: end,
		PerUse: perUse(req, res.Terms, licensetypes.Rights{}),
		How: fmt.Sprintf("a grant (%s) under %s, bought %s, %s%s%s, for %s%s", grant, Name(res.Terms), costing(price),
			Royalty(res.Terms.Terms),
			binding(res.Terms.Terms), until(end), Serves(res.Terms.Terms, ServesFor(res.Terms.Terms, req.Derivative)),
			named(offer.Conditions)),
	}, nil
}

// NotKeptOut says of a grant that keeps others out what it doesn't reach; empty of another.
func NotKeptOut(t licensetypes.Terms, made uint32) string {
	if t.Exclusivity == licensetypes.EXCLUSIVITY_NONE {
		return ""
	}
	return fmt.Sprintf(" It keeps nobody out of what was made of the work before, %d works since such terms were first offered: "+
		"stemmad lineage --down lists them.", made)
}

// Listed says of an offer that names who may have it that it does, before it is taken; empty:
// everybody may. The digest is that of the accounts.
func Listed(c licensetypes.Conditions) string {
	if c.AllowList.IsZero() {
		return ""
	}
	return " Only accounts that the owner named can have it, or a pass for uses of what is made under it."
}

// named says the same in a list of options.
func named(c licensetypes.Conditions) string {
	if c.AllowList.IsZero() {
		return ""
	}
	return ", to be had by accounts that the owner named alone"
}

// Acquire builds the message that takes an offer of terms at a price and under the
// conditions that were seen, and the id of the grant that it will make. The serial is the
// time: it only has to be new.
func Acquire(
	req Request, offered licensetypes.IdentifiedTerms, price *sdk.Coin, seen licensetypes.Conditions,
) (*licensetypes.MsgAcquire, licensetypes.GrantID) {
	serial := uint64(req.Now.UnixNano())
	msg := &licensetypes.MsgAcquire{
		Licensee: req.Licensee.String(), Work: req.Source, Terms: offered.Id, Serial: serial,
		MaxFee: price, MaxRate: offered.Terms.RoyaltyRate, Derivative: req.Derivative, Seen: seen,
	}
	return msg, licensetypes.NewGrantID(req.Source, offered.Id, req.Licensee, serial)
}

func bullets(lines []string) string {
	return "  - " + strings.Join(lines, "\n  - ")
}
