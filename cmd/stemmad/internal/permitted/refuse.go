package permitted

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/permission"
	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/units"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// subject names the source.
func subject(req Request) string {
	title := req.Title
	if title == "" {
		return req.Source.String()
	}
	return fmt.Sprintf("%s (%s)", title, req.Source)
}

// use says what is to be done with the source.
func use(req Request) string {
	s := "adapted"
	switch {
	case req.Contains():
		s = "copied and distributed as part of a collection"
	case slices.Contains(req.Actions, licensetypes.ACTION_TRAIN_AI):
		s = "trained on"
	case slices.Contains(req.Actions, licensetypes.ACTION_AI_INPUT):
		s = "given to an AI system as input"
	}
	if req.Commercial {
		s += " commercially"
	}
	return s
}

// needsGrant lists what can be acquired and says how.
func needsGrant(req Request, offers []licensetypes.Obtainable) error {
	tab := table.New("terms", ">price", "royalty", "serves", "grant until", "note")
	obtainable := false
	for _, offer := range rights.Best(offers, "") {
		note := ""
		serves := words.Serves(offer.Serves)
		if offer.Work != req.Source {
			note = "of the source " + offer.Work.String()
		}
		if !offer.UsesOf.IsZero() {
			serves = words.PassServes(req.Use())
			note = fmt.Sprintf("a pass, paid to the source %s, for uses of %s", offer.Work, offer.UsesOf)
		}
		if offer.NeedsApproval {
			note = "the owner has to approve first"
		} else {
			obtainable = true
		}
		tab.Row(obtainableName(offer), req.Units.Alternatives(offer.Price), words.Royalty(offer.RoyaltyPolicy, offer.RoyaltyRate),
			words.ServesFor(serves, req.Use()), table.OptionalTime(offer.ExpiresAt), note)
	}
	agree := "--buy and --max-fee"
	if price := rights.Agreeing(licensetypes.Rights{Offers: offers}); price != nil {
		agree = "--buy --max-fee " + price.String()
	}
	how := fmt.Sprintf("add %s, or `stemmad acquire %s` first", agree, req.Source)
	sold := ofSources(req, offers)
	if commands := buying(sold); len(commands) > 0 {
		how = together(req, offers) + "its sources are to be paid first, with " + strings.Join(commands, " and ")
		if len(req.Own(offers)) > 0 {
			how += ", then it, with --buy and --max-fee"
		}
	}
	if !obtainable && len(offers) > 0 {
		how = approval(req, offers[0])
	} else if at := slices.IndexFunc(sold, func(i rights.Item) bool { return i.Offer.NeedsApproval }); at >= 0 {
		how = approval(req, sold[at].Offer)
	}
	return refused(against(req, NeedsAGrant, reason(req, rules.NeedsGrant), obtainables(offers)),
		"%s needs a grant to be %s: %s:\n%s", subject(req), use(req), how, text(tab))
}

// together says how all that a source and its own sources ask is bought at once; empty where
// no one denom pays for it.
func together(req Request, offers []licensetypes.Obtainable) string {
	total := rights.Total(rights.Shown(licensetypes.Rights{Offers: offers}))
	switch len(total) {
	case 0:
		return "add --buy, which takes all of it at once; else "
	case 1:
		return fmt.Sprintf("add --buy --max-fee %s, which buys all of it at once; else ", total)
	}
	return ""
}

// ofSources are what the sources of a work ask, the cheapest of each that is sold. What they
// sell is no permission to cite, so that --buy takes none of it.
func ofSources(req Request, offers []licensetypes.Obtainable) []rights.Item {
	return slices.DeleteFunc(rights.Shown(licensetypes.Rights{Offers: offers}), func(i rights.Item) bool {
		return i.Offer.Work == req.Source
	})
}

// buying are the commands that buy items.
func buying(items []rights.Item) []string {
	var commands []string
	for _, item := range items {
		how := fmt.Sprintf("`stemmad acquire %s %s", item.Offer.Work, cmp.Or(item.Offer.Preset, item.Offer.Terms.String()))
		if !item.Offer.UsesOf.IsZero() {
			how += " --uses-of " + item.Offer.UsesOf.String()
		}
		if item.Price != nil {
			how += " --max-fee " + item.Price.String()
		}
		commands = append(commands, how+"`")
	}
	return commands
}

// approval says what the owner has to do before the offer can be taken.
func approval(req Request, offer licensetypes.Obtainable) string {
	terms := offer.Preset
	if terms == "" {
		terms = offer.Terms.String()
	}
	return fmt.Sprintf("its owner has to approve you first, with `stemmad approve %s %s --licensee %s`, or what you "+
		"make, with --derivative",
		offer.Work, terms, req.Licensee)
}

// refusal says why a source can't be relied on, and what to do.
func (f Finder) refusal(req Request, e *permission.RefusedError) error {
	req.Request = e.Request
	no := against(req, Denied, e.Answer.Reasons, nil)
	switch e.Why {
	case permission.Denied:
		return f.denied(req, e.Answer)
	case permission.Unregistered:
		return refused(no, "%s is not registered", subject(req))
	case permission.Unoffered:
		return unoffered(req)
	case permission.NotUnder:
		return notUnder(req, e.Offers)
	case permission.NeedsGrant:
		return needsGrant(req, e.Answer.Offers)
	case permission.NotBought:
		return f.notBought(req, e)
	case permission.PartIsGrant, permission.PartRefused, permission.NotAlike, permission.AsksMore:
		return f.notJoined(req, e)
	}
	return notGranted(req, e)
}

// denied lists the chain's reasons.
func (f Finder) denied(req Request, answer licensetypes.Rights) error {
	var reasons []string
	for _, reason := range words.InOrder(answer.Reasons) {
		if text := table.Clean(words.Explain(reason, answer.Offers, f.Name)); !slices.Contains(reasons, text) {
			reasons = append(reasons, text)
		}
	}
	if vain := words.InVain(answer); vain != "" {
		reasons = append(reasons, vain)
	}
	return refused(against(req, Denied, answer.Reasons, obtainables(answer.Offers)),
		"%s cannot be %s:\n%s", subject(req), use(req), bullets(reasons))
}

func unoffered(req Request) error {
	return refused(against(req, Denied, reason(req, rules.NotOffered), nil),
		"%s is offered to nobody now: ask its owner for an offer", subject(req))
}

// notUnder says that none of the offers is of the terms wanted.
func notUnder(req Request, offers []licensetypes.OpenOffer) error {
	if len(offers) == 0 {
		return unoffered(req)
	}
	return refused(against(req, Denied, reason(req, rules.NotOffered), standing(req, offers)),
		"%s is not offered under %s. Its offers:\n%s", subject(req), req.Wanted, List(req.Units, offers))
}

// notGranted says why a grant that was named does not count for the source.
func notGranted(req Request, e *permission.RefusedError) error {
	no := against(req, Denied, reason(req, rules.NotLicensee), nil)
	switch e.Why {
	case permission.NoSuchGrant:
		return refused(no, "%s: there is no %s: acquire it first", subject(req), req.Wanted)
	case permission.GrantElsewhere:
		return refused(no, "%s: %s is a grant of %s", subject(req), req.Wanted, e.Grant.Work)
	case permission.GrantMoved:
		return refused(no,
			"%s: %s moved on with %s, which uses it: acquire another", subject(req), req.Wanted, e.Grant.UsedBy)
	}
	return refused(no, "%s: %s was given to %s, you are %s: acquire a grant of your own", subject(req), req.Wanted,
		e.Grant.Licensee, req.Licensee)
}

// notBought says why what is for sale was not bought.
func (f Finder) notBought(req Request, e *permission.RefusedError) error {
	own, not := req.Own(e.Answer.Offers), against(req, NeedsAGrant, e.Answer.Reasons, obtainables(e.Answer.Offers))
	reasons := Obstacles(req.Units, e.Obstacles, obtainableName)
	if len(own) < len(e.Answer.Offers) {
		return refused(not, "%w\nnothing was bought:\n%s", needsGrant(req, e.Answer.Offers), bullets(reasons))
	}
	if best := rights.Best(own, denomOf(req.MaxFee)); len(best) > 0 && !best[0].NeedsApproval {
		return refused(not, "%s needs a grant to be %s, for a price that was not agreed to: add --max-fee %s\n%s",
			subject(req), use(req), priceIn(best[0].Price, req.MaxFee), bullets(reasons))
	}
	return refused(not, "%s needs a grant to be %s, and none can be bought:\n%s", subject(req), use(req), bullets(reasons))
}

// Obstacles says what stands in the way of buying, a line each.
func Obstacles(u units.Units, list []rights.Obstacle, name func(licensetypes.Obtainable) string) []string {
	lines := make([]string, len(list))
	for i, o := range list {
		switch o.Kind {
		case rights.NeedsApproval:
			lines[i] = fmt.Sprintf("%s: its owner has to approve you first, with `stemmad approve %s %s --licensee ACCOUNT`, "+
				"or what you make, with --derivative", name(*o.Offer), o.Offer.Work, cmp.Or(o.Offer.Preset, o.Offer.Terms.String()))
		case rights.NoPriceAgreed:
			lines[i] = fmt.Sprintf("%s: costs %s; say how much you pay with --max-fee", name(*o.Offer), u.Alternatives(o.Offer.Price))
		case rights.AbovePrice:
			lines[i] = fmt.Sprintf("%s: costs %s, --max-fee is %s", name(*o.Offer), u.Alternatives(o.Offer.Price), u.Coin(*o.Most))
		case rights.AboveTogether:
			lines[i] = fmt.Sprintf("all of it together costs %s, --max-fee is %s", u.Sum(o.Sum), u.Coin(*o.Most))
		default:
			lines[i] = "none is on offer"
		}
	}
	return lines
}

// notJoined says why offers are not relied on together.
func (f Finder) notJoined(req Request, e *permission.RefusedError) error {
	switch e.Why {
	case permission.PartIsGrant:
		if permission.IsGrant(e.Part) {
			return fmt.Errorf("%s: %s joins public offers, and %s is a grant: name it alone", subject(req), licensetypes.Joiner, e.Part)
		}
		return fmt.Errorf("%s: %s is not a public offer: only those are joined by %s", subject(req), e.Part, licensetypes.Joiner)
	case permission.PartRefused:
		one, why := req, e.Err
		one.Wanted = e.Part
		var not *permission.RefusedError
		if errors.As(e.Err, &not) {
			why = f.refusal(one, not)
		}
		return refused(against(one, Denied, reason(one, rules.NotOffered), nil),
			"%s joins public share-alike offers, and %s can't be one of them:\n%w", licensetypes.Joiner, e.Part, why)
	}
	first, other := Name(e.Pair[0]), Name(e.Pair[1])
	why := fmt.Sprintf("%s is not share-alike, and only share-alike offers are joined: name it alone, or leave it out", other)
	if e.Why == permission.AsksMore {
		why = fmt.Sprintf("%s asks more than %s, beside sharing alike, and the first that is named must not: name the one that asks less "+
			"first, or one alone", first, other)
	}
	return refused(against(req, Denied, nil, nil), "%s can't rely on %s together: %s", subject(req), req.Wanted, why)
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

func bullets(lines []string) string {
	return "  - " + strings.Join(lines, "\n  - ")
}

// text is a table without the last line's end.
func text(tab *table.Table) string {
	var b strings.Builder
	// A builder takes everything.
	_ = tab.Write(&b)
	return strings.TrimRight(b.String(), "\n")
}
