package permission

import (
	"context"
	"slices"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/rights"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// buy picks the cheapest offer that a grant can be had under now.
func (f Finder) buy(ctx context.Context, req Request, answer licensetypes.Rights) (Choice, error) {
	own := req.Own(answer.Offers)
	if len(own) < len(answer.Offers) {
		return f.buyBeside(ctx, req, answer)
	}
	offer, price, why := rights.Cheapest(own, req.MaxFee)
	if offer == nil {
		return Choice{}, notBought(req, answer, why)
	}
	return f.bought(ctx, req, *offer, price)
}

func notBought(req Request, answer licensetypes.Rights, why []rights.Obstacle) error {
	e := refused(req, NotBought, answer)
	e.Obstacles = why
	return e
}

// bought is the choice of a grant that the same transaction acquires.
func (f Finder) bought(ctx context.Context, req Request, offer licensetypes.Obtainable, price *sdk.Coin) (Choice, error) {
	terms, err := f.termsOf(ctx, offer.Terms.String())
	if err != nil {
		return Choice{}, err
	}
	if offer.Serves > 1 && !terms.Terms.DerivativeApproval {
		req.Derivative = registrytypes.WorkID{} // to be for one would be to serve one
	}
	owed, err := f.besideGrant(ctx, req, terms)
	if err != nil {
		return Choice{}, err
	}
	msg, grant := Acquire(req, terms, price, offer.Conditions)
	var end *time.Time
	if lasts := terms.Terms.Duration; lasts != nil {
		at := req.Now.Add(*lasts)
		end = &at
	}
	return Choice{
		Permission: grant.String(), Terms: &terms, Until: end, Buy: &Purchase{rights.Item{Offer: offer, Price: price}, msg},
		PerUse: owed,
	}, nil
}

// Acquire builds the message that takes an offer of terms at a price and under the
// conditions that were seen, and the id of the grant that it will make. The serial is the
// time: it only has to be new.
func Acquire(
	req Request, offered licensetypes.IdentifiedTerms, price *sdk.Coin, seen licensetypes.Conditions,
) (*licensetypes.MsgAcquire, licensetypes.GrantID) {
	item := rights.Item{Price: price, Offer: licensetypes.Obtainable{
		Work: req.Source, Terms: offered.Id, RoyaltyRate: offered.Terms.RoyaltyRate, Conditions: seen,
	}}
	serial := uint64(req.Now.UnixNano())
	msg := item.Message(req.Licensee, serial)
	msg.Derivative = req.Derivative
	return msg, item.Grant(req.Licensee, serial)
}

// buyBeside is buy where the source's own sources ask for something too: all of it is bought
// together, or nothing.
func (f Finder) buyBeside(ctx context.Context, req Request, answer licensetypes.Rights) (Choice, error) {
	if slices.ContainsFunc(answer.Reasons, rights.AsksSource) {
		return Choice{}, refused(req, NeedsGrant, answer)
	}
	needs := rights.Needs(answer)
	for i := range needs {
		needs[i].Shared = req.Several && req.Use().Rules().Makes()
	}
	items, why := rights.Basket(needs, req.MaxFee)
	if len(why) > 0 {
		return Choice{}, notBought(req, answer, why)
	}
	choice, err := f.anchored(ctx, req, answer, items)
	if err != nil {
		return Choice{}, err
	}
	for i, item := range items {
		if item.Offer.Work != req.Source {
			// The number tells the grants of one transaction apart.
			choice.Beside = append(choice.Beside, Purchase{item, item.Message(req.Licensee, uint64(req.Now.UnixNano())+uint64(i)+1)})
		}
	}
	return choice, nil
}

// anchored is the permission of the source itself: the grant that is bought of it, else the
// public offer that needs none.
func (f Finder) anchored(ctx context.Context, req Request, answer licensetypes.Rights, items []rights.Item) (Choice, error) {
	for _, item := range items {
		if item.Offer.Work == req.Source {
			return f.bought(ctx, req, item.Offer, item.Price)
		}
	}
	answer.Permission = req.Wanted
	if req.Wanted == "" {
		found, err := f.lackingNothing(ctx, req)
		if err != nil {
			return Choice{}, err
		}
		if len(found) == 0 {
			return Choice{}, refused(req, NeedsGrant, answer)
		}
		picked, err := choose(req, answer, found)
		if err != nil {
			return Choice{}, err
		}
		answer.Permission = picked.Permission
	}
	var err error
	if answer.Conditions, err = f.brings(ctx, req.Source, answer.Permission); err != nil {
		return Choice{}, err
	}
	choice, err := f.allowed(ctx, req, answer)
	if err != nil || choice.Terms == nil {
		return choice, err
	}
	// An answer that asks for grants does not say what each use costs besides.
	choice.PerUse, err = f.besideGrant(ctx, req, *choice.Terms)
	return choice, err
}

// brings is what the public offers of a source bring beside their terms; nothing of a grant.
// The chain answers it only for what it allows as it is.
func (f Finder) brings(ctx context.Context, source registrytypes.WorkID, permission string) (seen licensetypes.Conditions, err error) {
	if IsGrant(permission) {
		return seen, nil
	}
	offers, err := Offers(ctx, f.Chain, source)
	if err != nil || len(offers) == 0 {
		return seen, err
	}
	seen = offers[0].Conditions // those of one work differ in nothing but whom they name and keep out
	seen.AllowList, seen.Made = registrytypes.Digest{}, 0
	return seen, nil
}

// lackingNothing lists the grants and offers of the source that lack nothing but what its own
// sources ask.
func (f Finder) lackingNothing(ctx context.Context, req Request) ([]Option, error) {
	candidates, err := f.candidates(ctx, req)
	if err != nil {
		return nil, err
	}
	var list []Option
	for _, option := range candidates {
		answer, err := f.ask(ctx, req, option.Permission)
		if err != nil {
			return nil, err
		}
		if answer.Verdict == licensetypes.VERDICT_NEEDS_GRANT && len(req.Own(answer.Offers)) == 0 {
			option.Price = nil
			list = append(list, option)
		}
	}
	return list, nil
}
