package permitted

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/permission"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/refusal"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// ErrRefused says that a source cannot be relied on; the text says why and what
// to do.
var ErrRefused = errors.New("not permitted")

// denial is an ErrRefused whose text is all its own, with the same for programs.
type denial struct {
	text string
	list []refusal.Denial
}

func (d denial) Error() string             { return d.text }
func (d denial) Is(target error) bool      { return target == ErrRefused }
func (d denial) Denials() []refusal.Denial { return d.list }

const (
	// Denied is a verdict: no permission there is allows it.
	Denied = "denied"
	// NeedsAGrant is one: it does once a grant is acquired.
	NeedsAGrant = "needs_grant"
	needsChoice = "needs_choice"
	// needsNothing: a public offer is the permission, and no grant is to be had.
	needsNothing = "needs_nothing"
)

// refused is an ErrRefused about a source.
func refused(d refusal.Denial, format string, args ...any) error {
	return denial{fmt.Errorf(format, args...).Error(), []refusal.Denial{d}}
}

// against is what stands against a request, as programs read it.
func against(req Request, verdict string, reasons []licensetypes.Reason, offers []refusal.Offer) refusal.Denial {
	d := refusal.Denial{
		Work: req.Source, Permission: req.Wanted, Verdict: verdict, Reasons: []refusal.Reason{}, Offers: append([]refusal.Offer{}, offers...),
	}
	for _, r := range reasons {
		read := refusal.Reason{Code: rules.Code(r.Code), About: []refusal.Party{}}
		if r.Permission != "" || r.Ancestor.IsZero() {
			read.About = append(read.About, refusal.Party{Work: r.Work.String(), Under: r.Permission})
		}
		if !r.Ancestor.IsZero() {
			party := refusal.Party{Work: r.Ancestor.String()}
			if !r.AncestorTerms.IsZero() {
				party.Under = r.AncestorTerms.String()
			}
			read.About = append(read.About, party)
		}
		if !slices.ContainsFunc(d.Reasons, func(o refusal.Reason) bool { return o.Code == read.Code && slices.Equal(o.About, read.About) }) {
			d.Reasons = append(d.Reasons, read)
		}
	}
	return d
}

// reason is one about the source itself.
func reason(req Request, code rules.Code) []licensetypes.Reason {
	return []licensetypes.Reason{{Code: string(code), Work: req.Source}}
}

// obtainables are the offers of an answer.
func obtainables(offers []licensetypes.Obtainable) []refusal.Offer {
	list := make([]refusal.Offer, len(offers))
	for i, o := range offers {
		list[i] = refusal.Offer{
			Work: o.Work, Terms: o.Terms, Name: obtainableName(o), UsesOf: o.UsesOf,
			Prices: prices(o.Price), Policy: policy(o.RoyaltyPolicy.String()),
			Rate: o.RoyaltyRate, Serves: o.Serves, Until: o.ExpiresAt, NeedsApproval: o.NeedsApproval,
		}
	}
	return list
}

// standing are offers of a source as they stand, without those that nobody can take.
func standing(req Request, offers []licensetypes.OpenOffer) []refusal.Offer {
	var list []refusal.Offer
	for _, o := range offers {
		if obstacle(req, o) == "" {
			list = append(list, offered(req, o.Terms, o.Offer.PriceUnder(o.Terms.Terms), o.Terms.Terms.Serves()))
		}
	}
	return list
}

func offered(req Request, terms licensetypes.IdentifiedTerms, price sdk.Coins, serves uint32) refusal.Offer {
	return refusal.Offer{
		Work: req.Source, Terms: terms.Id, Name: Name(terms), Prices: prices(price), Policy: policy(terms.Terms.RoyaltyPolicy.String()),
		Rate: terms.Terms.RoyaltyRate, Serves: serves, NeedsApproval: terms.Terms.DerivativeApproval,
	}
}

// choices are options to choose from.
func choices(req Request, options []permission.Option) []refusal.Offer {
	list := make([]refusal.Offer, len(options))
	for i, o := range options {
		list[i] = offered(req, o.Terms, o.Fee, 0)
		list[i].NeedsApproval = o.Waits
		if id, err := licensetypes.ParseGrantID(o.Permission); err == nil {
			list[i].Grant = id
		}
	}
	return list
}

func policy(value string) string { return strings.ToLower(strings.TrimPrefix(value, "POLICY_")) }

func prices(coins sdk.Coins) []string {
	list := make([]string, len(coins))
	for i, c := range coins {
		list[i] = c.String()
	}
	return list
}

// Overpriced is an error about the price of an offer that was not agreed to, with the same
// for programs.
func Overpriced(req Request, offer licensetypes.OpenOffer, err error) error {
	terms := offer.Terms
	req.Wanted = terms.Id.String()
	price := offer.Offer.PriceUnder(terms.Terms)
	return refused(against(req, NeedsAGrant, reason(req, rules.NeedsGrant),
		[]refusal.Offer{offered(req, terms, price, ServesFor(terms.Terms, req.Derivative))}), "%w", err)
}
