package permission

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/stemma-chain/stemma/client/rights"
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
	case req.contains():
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

// contains says whether the source is to go unchanged into a collection, which may be
// offered under terms of its own.
func (r Request) contains() bool { return slices.Contains(r.Actions, licensetypes.ACTION_COPY) }

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
			serves = words.PassServes(req.use())
			note = fmt.Sprintf("a pass, paid to the source %s, for uses of %s", offer.Work, offer.UsesOf)
		}
		if offer.NeedsApproval {
			note = "the owner has to approve first"
		} else {
			obtainable = true
		}
		tab.Row(obtainableName(offer), rights.Alternatives(offer.Price), words.Royalty(offer.RoyaltyPolicy, offer.RoyaltyRate),
			words.ServesFor(serves, req.use()), table.OptionalTime(offer.ExpiresAt), note)
	}
	agree := "--buy and --max-fee"
	if price := rights.Agreeing(licensetypes.Rights{Offers: offers}); price != nil {
		agree = "--buy --max-fee " + price.String()
	}
	how := fmt.Sprintf("add %s, or `stemmad acquire %s` first", agree, req.Source)
	sold := ofSources(req, offers)
	if commands := buying(sold); len(commands) > 0 {
		how = together(req, offers) + "its sources are to be paid first, with " + strings.Join(commands, " and ")
		if len(ofWork(req, offers)) > 0 {
			how += ", then it, with --buy and --max-fee"
		}
	}
	if !obtainable && len(offers) > 0 {
		how = approval(req, offers[0])
	} else if at := slices.IndexFunc(sold, func(i rights.Item) bool { return i.Offer.NeedsApproval }); at >= 0 {
		how = approval(req, sold[at].Offer)
	}
	return refused(against(req, needsAGrant, reason(req, rules.NeedsGrant), obtainables(offers)),
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

// denied says why a source cannot be relied on.
func (f Finder) denied(ctx context.Context, req Request, answer licensetypes.Rights) error {
	if only(answer.Reasons, rules.NotRegistered) {
		return refused(against(req, denied, answer.Reasons, nil), "%s is not registered", subject(req))
	}
	if only(answer.Reasons, rules.NotOffered) {
		return f.notOffered(ctx, req)
	}
	var reasons []string
	for _, reason := range words.InOrder(answer.Reasons) {
		if text := table.Clean(words.Explain(reason, answer.Offers, f.Name)); !slices.Contains(reasons, text) {
			reasons = append(reasons, text)
		}
	}
	if vain := words.InVain(answer); vain != "" {
		reasons = append(reasons, vain)
	}
	return refused(against(req, denied, answer.Reasons, obtainables(answer.Offers)),
		"%s cannot be %s:\n%s", subject(req), use(req), bullets(reasons))
}

func only(reasons []licensetypes.Reason, code rules.Code) bool {
	for _, reason := range reasons {
		if reason.Code != string(code) {
			return false
		}
	}
	return len(reasons) > 0
}

// notOffered says what there is instead of nothing, or of what was wanted.
func (f Finder) notOffered(ctx context.Context, req Request) error {
	if isGrant(req.Wanted) {
		return f.notGranted(ctx, req)
	}
	if req.Wanted == "" {
		return unoffered(req)
	}
	offers, err := Offers(ctx, f.Chain, req.Source)
	if err != nil {
		return err
	}
	return notUnder(req, offers)
}

func unoffered(req Request) error {
	return refused(against(req, denied, reason(req, rules.NotOffered), nil),
		"%s is offered to nobody now: ask its owner for an offer", subject(req))
}

// notUnder says that none of the offers is of the terms wanted.
func notUnder(req Request, offers []licensetypes.OpenOffer) error {
	if len(offers) == 0 {
		return unoffered(req)
	}
	return refused(against(req, denied, reason(req, rules.NotOffered), standing(req, offers)),
		"%s is not offered under %s. Its offers:\n%s", subject(req), req.Wanted, List(offers))
}

// notGranted says why a grant that was named does not count for the source.
func (f Finder) notGranted(ctx context.Context, req Request) error {
	id, err := licensetypes.ParseGrantID(req.Wanted)
	if err != nil {
		return err
	}
	res, err := f.Chain.License().Grant(ctx, &licensetypes.QueryGrantRequest{Grant: id})
	no := against(req, denied, reason(req, rules.NotLicensee), nil)
	switch {
	case status.Code(err) == codes.NotFound:
		return refused(no, "%s: there is no %s: acquire it first", subject(req), req.Wanted)
	case err != nil:
		return err
	case res.Grant.Work != req.Source:
		return refused(no, "%s: %s is a grant of %s", subject(req), req.Wanted, res.Grant.Work)
	case res.Grant.Licensee == req.Licensee.String() && !res.Grant.UsedBy.IsZero():
		return refused(no,
			"%s: %s moved on with %s, which uses it: acquire another", subject(req), req.Wanted, res.Grant.UsedBy)
	}
	return refused(no, "%s: %s was given to %s, you are %s: acquire a grant of your own", subject(req), req.Wanted,
		res.Grant.Licensee, req.Licensee)
}

// text is a table without the last line's end.
func text(tab *table.Table) string {
	var b strings.Builder
	// A builder takes everything.
	_ = tab.Write(&b)
	return strings.TrimRight(b.String(), "\n")
}
