package limits

import (
	"context"
	"fmt"
	"strings"

	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Offered says why a work with these constraints can't be offered under terms, a line a
// reason: what is demanded, by whom, what to do, and the code. Price is what the offer asks.
// None: the rules have nothing against it.
func (s *Speaker) Offered(
	ctx context.Context, constraints []licensetypes.NamedConstraint, owes bool, t licensetypes.Terms,
	price string,
) ([]string, error) {
	var group rules.Group
	for _, c := range constraints {
		if c.Kind == licensetypes.CONSTRAINT_ITEMS_APART {
			continue // it limits nobody
		}
		d, err := s.Demand(ctx, c)
		if err != nil {
			return nil, err
		}
		group = append(group, d)
	}
	var lines []string
	for _, r := range rules.OfferAllowed(group, owes, t.Rules(), price).Refusals {
		lines = append(lines, s.refusal(ctx, group, r))
	}
	return lines, nil
}

// refusal says one reason. Where the demand has numbers or names, the sentence gives them.
func (s *Speaker) refusal(ctx context.Context, group rules.Group, r rules.Reason) string {
	text := words.Reason(string(r.Code))
	remedy := words.Remedy(string(r.Code), words.About{})
	for _, d := range group {
		if d.Source != r.Source || d.TermsID != r.Terms {
			continue
		}
		switch {
		case r.Code == rules.DenomNotTaken || r.Code == rules.CeilingConflict:
			text = "It was made from a work that sets a ceiling, so it can be paid in " +
				strings.Join(rules.Takes(group), ", ") + " only"
			remedy = "ask for a price in that, with --price AMOUNT" + strings.Join(rules.Takes(group), ",AMOUNT")
			if r.Code == rules.CeilingConflict {
				remedy = "offer it under terms whose own ceiling has that denom too, or has none"
			}
		case r.Code == rules.ScopeSource && d.Kind == rules.Scope:
			text = "Use of a source is limited to " + Scope(d.Terms)
			remedy = "offer it under terms for no more than that: " + scopeFields(d.Terms)
		case r.Code == rules.ShareAlikeSource && (d.Kind == rules.ShareAlike || d.Kind == rules.ShareAlikeAny),
			r.Code == rules.CeilingSource && d.Kind == rules.Ceiling,
			r.Code == rules.UsesSource && d.Kind == rules.Uses,
			r.Code == rules.PaidSource && d.Kind == rules.PaidUses:
			text += ": " + s.sentence(d)
		}
	}
	if work, err := registrytypes.ParseWorkID(r.Source); err == nil {
		text += ", demanded by " + s.Work(ctx, work)
	}
	if id, err := licensetypes.ParseTermsID(r.Terms); err == nil {
		text += " under " + s.name(id)
	}
	return fmt.Sprintf("%s; %s [%s]", text, remedy, r.Code)
}

// scopeFields are the lines of a file of terms that keep within a scope.
func scopeFields(t rules.Terms) string {
	var fields []string
	if t.Territories != "" {
		fields = append(fields, "territories: ["+strings.ReplaceAll(t.Territories, ",", ", ")+"]")
	}
	if t.Media != "" {
		fields = append(fields, "media: ["+strings.ReplaceAll(t.Media, ",", ", ")+"]")
	}
	return strings.Join(fields, ", ")
}
