// Package permission finds what allows a derivation from a source: one's own
// work, a grant one has, a public offer, or an offer that one can buy.
package permission

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/table"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Request asks for a permission to derive from a source.
type Request struct {
	// Source is the work's id, Title what people call it.
	Source, Title string
	Licensee      sdk.AccAddress
	// Training: a model is trained on the source; else it is adapted.
	Training bool
	// Wanted names a grant (grant1...) or terms to rely on; empty: find one.
	Wanted string
	// Commercial leaves out what does not allow commercial use.
	Commercial bool
	// Buy allows a grant to be bought, for at most MaxFee.
	Buy    bool
	MaxFee *sdk.Coin
	Now    time.Time
}

// Options are what there is for a source.
type Options struct {
	// Own: the licensee owns the source and holds all its revenue.
	Own    bool
	Offers []licensetypes.OpenOffer
	// Grants the licensee has of the source, with their terms by id.
	Grants []licensetypes.NamedGrant
	Terms  map[string]licensetypes.IdentifiedTerms
}

// Choice is the permission that was found.
type Choice struct {
	// Permission is what the derivation cites; empty for one's own work.
	Permission string
	// Buy is the message that acquires the grant first; nil otherwise.
	Buy *licensetypes.MsgAcquire
	// Price of what is bought; nil: free.
	Price *sdk.Coin
	// Terms relied on; nil for one's own work.
	Terms *licensetypes.IdentifiedTerms
	// How says in words why this is the permission.
	How string
}

// Choose picks a permission: the one wanted, else one's own right, else an
// unused grant, else the public offer, else, if Buy is set, the offer to buy;
// each time the one at the lowest royalty and price. It fails with what the
// choices are.
func Choose(req Request, options Options) (Choice, error) {
	if strings.HasPrefix(req.Wanted, licensetypes.GrantHRP+"1") {
		if _, err := licensetypes.ParseGrantID(req.Wanted); err != nil {
			return Choice{}, err
		}
		return Choice{Permission: req.Wanted, How: "your grant " + req.Wanted}, nil
	}
	if options.Own && req.Wanted == "" {
		return Choice{How: "your own work"}, nil
	}
	wanted, err := wantedTerms(req.Wanted)
	if err != nil {
		return Choice{}, err
	}
	if choice, ok := byGrant(req, options, wanted); ok {
		return choice, nil
	}
	offers := usable(req, options.Offers, wanted)
	for _, offer := range offers {
		if offer.Public {
			return Choice{
				Permission: offer.Terms.Id, Terms: &offer.Terms,
				How: "public offer of " + Name(offer.Terms) + ", " + royalty(offer.Terms.Terms),
			}, nil
		}
	}
	if len(offers) > 0 && req.Buy {
		return buy(req, offers)
	}
	return Choice{}, none(req, options, offers)
}

func wantedTerms(wanted string) (string, error) {
	if wanted == "" {
		return "", nil
	}
	id, err := licensetypes.ParseTerms(wanted)
	if err != nil {
		return "", fmt.Errorf("%q is neither terms (terms1...), nor a preset, nor a grant (grant1...)", wanted)
	}
	return id.String(), nil
}

func byGrant(req Request, options Options, wanted string) (Choice, bool) {
	var found []licensetypes.NamedGrant
	for _, grant := range options.Grants {
		terms, known := options.Terms[grant.Terms]
		if known && grant.UsedBy == "" && !grant.Grant.Expired(req.Now) && (wanted == "" || wanted == grant.Terms) && permits(req, terms.Terms) {
			found = append(found, grant)
		}
	}
	if len(found) == 0 {
		return Choice{}, false
	}
	best := slices.MinFunc(found, func(a, b licensetypes.NamedGrant) int {
		return cmp.Or(cmp.Compare(a.Grant.RoyaltyRate, b.Grant.RoyaltyRate), strings.Compare(a.Id, b.Id))
	})
	terms := options.Terms[best.Terms]
	return Choice{
		Permission: best.Id, Terms: &terms,
		How: fmt.Sprintf("your grant %s under %s, %s", best.Id, Name(terms), royalty(terms.Terms)),
	}, true
}

// usable lists the offers that allow what is asked, the best first: lowest
// royalty, then commercial use, then no share-alike.
func usable(req Request, offers []licensetypes.OpenOffer, wanted string) []licensetypes.OpenOffer {
	var found []licensetypes.OpenOffer
	for _, offer := range offers {
		terms := offer.Terms.Terms
		full := terms.MaxGrants > 0 && offer.Granted >= terms.MaxGrants
		if offer.Offer.Expired(req.Now) || full || !offer.Offer.Admits(req.Licensee) ||
			(wanted != "" && wanted != offer.Terms.Id) || !permits(req, terms) {
			continue
		}
		found = append(found, offer)
	}
	slices.SortFunc(found, func(a, b licensetypes.OpenOffer) int {
		x, y := a.Terms.Terms, b.Terms.Terms
		return cmp.Or(
			cmp.Compare(x.RoyaltyRate, y.RoyaltyRate),
			worse(!x.CommercialUse, !y.CommercialUse),
			worse(x.Derivatives == licensetypes.DERIVATIVES_SHARE_ALIKE, y.Derivatives == licensetypes.DERIVATIVES_SHARE_ALIKE),
			strings.Compare(a.Terms.Id, b.Terms.Id),
		)
	})
	return found
}

// worse orders false before true.
func worse(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// permits is a first look; the chain decides, with its reasons.
func permits(req Request, terms licensetypes.Terms) bool {
	if req.Commercial && !terms.CommercialUse {
		return false
	}
	if req.Training {
		switch terms.AiTraining {
		case licensetypes.PERMISSION_ALLOW, licensetypes.PERMISSION_PAID:
			return true
		case licensetypes.PERMISSION_DENY:
			return false
		}
	}
	return terms.Derivatives != licensetypes.DERIVATIVES_NONE
}

func buy(req Request, offers []licensetypes.OpenOffer) (Choice, error) {
	var reasons []string
	var best *licensetypes.OpenOffer
	var price *sdk.Coin
	for i, offer := range offers {
		coin, err := licensetypes.PickPrice(offer.Offer.PriceUnder(offer.Terms.Terms), req.MaxFee)
		if err != nil {
			reasons = append(reasons, Name(offer.Terms)+": "+err.Error())
			continue
		}
		if best == nil || cheaper(coin, price) {
			best, price = &offers[i], coin
		}
	}
	if best == nil {
		return Choice{}, fmt.Errorf("no offer of %s can be bought for --max-fee:\n  %s", req.Title, strings.Join(reasons, "\n  "))
	}
	msg, grant, err := Acquire(req, *best, price)
	if err != nil {
		return Choice{}, err
	}
	cost := "free of charge"
	if price != nil {
		cost = "for " + price.String()
	}
	return Choice{
		Permission: grant, Buy: msg, Price: price, Terms: &best.Terms,
		How: fmt.Sprintf("a grant under %s, bought %s, %s", Name(best.Terms), cost, royalty(best.Terms.Terms)),
	}, nil
}

// cheaper compares prices in the one denom of MaxFee; nil is free.
func cheaper(a, b *sdk.Coin) bool {
	if a == nil || b == nil {
		return a == nil && b != nil
	}
	return a.Amount.LT(b.Amount)
}

// Acquire builds the message that takes an offer at a price and the id of the
// grant that it will make. The serial is the time: it only has to be new.
func Acquire(req Request, offer licensetypes.OpenOffer, price *sdk.Coin) (*licensetypes.MsgAcquire, string, error) {
	work, err := registrytypes.ParseWorkID(req.Source)
	if err != nil {
		return nil, "", err
	}
	terms, err := licensetypes.ParseTermsID(offer.Terms.Id)
	if err != nil {
		return nil, "", err
	}
	serial := uint64(req.Now.UnixNano())
	msg := &licensetypes.MsgAcquire{
		Licensee: req.Licensee.String(), Work: req.Source, Terms: offer.Terms.Id, Serial: serial,
		MaxFee: price, MaxRate: offer.Terms.Terms.RoyaltyRate,
	}
	return msg, licensetypes.NewGrantID(work, terms, req.Licensee, serial).String(), nil
}

// none says what there is instead, and what to do.
func none(req Request, options Options, offers []licensetypes.OpenOffer) error {
	use := "adapted"
	if req.Training {
		use = "trained on"
	}
	if len(offers) > 0 {
		return fmt.Errorf("%s (%s) needs a grant to be %s: add --buy and --max-fee, or `stemmad acquire %s` first:\n%s",
			req.Title, req.Source, use, req.Source, List(offers))
	}
	if len(options.Offers) == 0 {
		return fmt.Errorf("%s (%s) is offered to nobody yet: ask its owner for an offer", req.Title, req.Source)
	}
	return fmt.Errorf("no offer of %s (%s) lets it be %s by you as asked. Its offers:\n%s", req.Title, req.Source, use, List(options.Offers))
}

// Name is a preset's name, else the terms' SPDX expression and id.
func Name(terms licensetypes.IdentifiedTerms) string {
	if terms.Preset != "" {
		return terms.Preset
	}
	return table.Short(terms.Terms.Spdx) + " (" + terms.Id + ")"
}

func royalty(terms licensetypes.Terms) string {
	switch terms.RoyaltyPolicy {
	case royaltytypes.POLICY_ABSOLUTE:
		return table.Percent(terms.RoyaltyRate) + " of gross revenue"
	case royaltytypes.POLICY_RELATIVE:
		return table.Percent(terms.RoyaltyRate) + " of what the derivative takes in"
	}
	return "no royalty"
}
