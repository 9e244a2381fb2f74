package permission

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/words"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// buyBeside is buy where the source's own sources ask for something too: all of it is bought
// together, or nothing.
func (f Finder) buyBeside(ctx context.Context, req Request, answer licensetypes.Rights) (Choice, error) {
	if slices.ContainsFunc(answer.Reasons, rights.AsksSource) {
		return Choice{}, needsGrant(req, answer.Offers)
	}
	needs := rights.Needs(answer)
	for i := range needs {
		needs[i].Shared = req.Several && req.use().Rules().Makes()
	}
	items, reasons := rights.Basket(needs, req.MaxFee, obtainableName)
	if len(reasons) > 0 {
		return Choice{}, refused(against(req, needsAGrant, answer.Reasons, obtainables(answer.Offers)),
			"%w\nnothing was bought:\n%s", needsGrant(req, answer.Offers), bullets(reasons))
	}
	choice, err := f.anchored(ctx, req, answer, items)
	if err != nil {
		return Choice{}, err
	}
	var said []string
	for i, item := range items {
		if item.Offer.Work == req.Source {
			continue
		}
		choice.Beside = append(choice.Beside, acquireItem(req, item, uint64(i)+1))
		said = append(said, besides(req, item))
	}
	choice.How += fmt.Sprintf("; beside it %s; in all %s, all or nothing", strings.Join(said, " and "),
		rights.Sum(rights.Total(items)))
	return choice, nil
}

// anchored is the permission of the source itself: the grant that is bought of it, else the
// public offer that needs none.
func (f Finder) anchored(
	ctx context.Context, req Request, answer licensetypes.Rights, items []rights.Item,
) (Choice, error) {
	for _, item := range items {
		if item.Offer.Work == req.Source {
			return f.bought(ctx, req, item.Offer, item.Price)
		}
	}
	var found []Option
	if req.Wanted != "" {
		terms, err := f.termsOf(ctx, req.Wanted)
		if err != nil {
			return Choice{}, err
		}
		found = []Option{{Permission: req.Wanted, Terms: terms}}
	} else {
		var err error
		if found, err = f.public(ctx, req); err != nil {
			return Choice{}, err
		}
	}
	if len(found) == 0 {
		return Choice{}, needsGrant(req, answer.Offers)
	}
	// What binds less stands first, but a person chooses where there are several.
	picked, err := f.choose(req, found)
	if err != nil {
		return Choice{}, err
	}
	answer.Permission = picked.Permission
	if answer.Conditions, err = f.brings(ctx, req.Source, picked.Permission); err != nil {
		return Choice{}, err
	}
	return f.allowed(ctx, req, answer)
}

// brings is what the public offers of a source bring beside their terms; nothing of a grant.
// The chain answers it only for what it allows as it is.
func (f Finder) brings(ctx context.Context, source registrytypes.WorkID, permission string) (seen licensetypes.Conditions, err error) {
	if isGrant(permission) {
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

// public lists the offers and grants of the source that lack nothing but what its own
// sources ask.
func (f Finder) public(ctx context.Context, req Request) ([]Option, error) {
	offers, err := Offers(ctx, f.Chain, req.Source)
	if err != nil {
		return nil, err
	}
	granted, err := f.grantedTerms(ctx, req)
	if err != nil {
		return nil, err
	}
	var list []Option
	for _, option := range append(granted, optionsOf(offers)...) {
		answer, err := f.ask(ctx, req, option.Permission)
		if err != nil {
			return nil, err
		}
		if answer.Verdict != licensetypes.VERDICT_NEEDS_GRANT || len(ofWork(req, answer.Offers)) > 0 {
			continue
		}
		option.Price = ""
		list = append(list, option)
	}
	return list, nil
}

// use is what is asked of the source, as the chain is asked.
func (r Request) use() licensetypes.Use {
	return licensetypes.Use{Action: r.Actions[0], Commercial: r.Commercial, Unplaced: true}
}

// besides says one thing that is bought of a source's source.
func besides(req Request, item rights.Item) string {
	kind, serves := "a grant", words.ServesFor(words.Serves(item.Offer.Serves), req.use())
	if !item.Offer.UsesOf.IsZero() {
		kind, serves = "a pass", words.PassServes(req.use())
	}
	return fmt.Sprintf("%s of %s, which %s was made from, under %s, bought %s, for %s",
		kind, item.Offer.Work, orThis(req.Title), obtainableName(item.Offer), costing(item.Price), serves)
}

func orThis(title string) string { return cmp.Or(title, "this source") }

// costing says a price in a sentence.
func costing(price *sdk.Coin) string {
	if price == nil {
		return "free of charge"
	}
	return "for " + price.String()
}

// acquireItem is the message that buys of a source; the number tells the grants of one
// transaction apart.
func acquireItem(req Request, item rights.Item, number uint64) *licensetypes.MsgAcquire {
	offer := item.Offer
	msg := &licensetypes.MsgAcquire{
		Licensee: req.Licensee.String(), Work: offer.Work, Terms: offer.Terms, MaxFee: item.Price, UsesOf: offer.UsesOf,
		Seen: offer.Conditions,
	}
	if offer.UsesOf.IsZero() {
		msg.Serial, msg.MaxRate = uint64(req.Now.UnixNano())+number, offer.RoyaltyRate
	}
	return msg
}
