package permission

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// joined finds what several public offers of a source, joined by +, permit together.
// That they go together the chain decides.
func (f Finder) joined(ctx context.Context, req Request) (Choice, error) {
	var all Choice
	var ids, names []string
	for _, part := range strings.Split(req.Wanted, licensetypes.Joiner) {
		if isGrant(part) {
			return Choice{}, fmt.Errorf("%s: %s joins public offers, and %s is a grant: name it alone", subject(req),
				licensetypes.Joiner, part)
		}
		one := req
		one.Wanted, one.Buy = part, false
		choice, err := f.Find(ctx, one)
		if errors.Is(err, ErrRefused) {
			return Choice{}, refused(against(one, denied, reason(one, rules.NotOffered), nil),
				"%s joins public share-alike offers, and %s can't be one of them:\n%w",
				licensetypes.Joiner, part, err)
		}
		if err != nil {
			return Choice{}, err
		}
		if choice.Permission == "" { // one's own work
			return choice, nil
		}
		if isGrant(choice.Permission) {
			return Choice{}, fmt.Errorf("%s: %s is not a public offer: only those are joined by %s", subject(req), part,
				licensetypes.Joiner)
		}
		if all.Terms == nil {
			all.Terms, all.Seen, all.PerUse = choice.Terms, choice.Seen, choice.PerUse
		}
		if why := apart(*all.Terms, *choice.Terms); why != "" {
			return Choice{}, refused(against(req, denied, nil, nil), "%s can't rely on %s together: %s", subject(req), req.Wanted, why)
		}
		ids, names = append(ids, choice.Permission), append(names, Name(*choice.Terms))
	}
	all.Permission = strings.Join(ids, licensetypes.Joiner)
	all.How = "public offers of " + strings.Join(names, " and ") + ", under any of which the work may be shared"
	return all, nil
}

// apart says why an offer is not joined to the first; empty: it may be. The chain decides
// by the same rule.
func apart(first, other licensetypes.IdentifiedTerms) string {
	if !alike(other.Terms) {
		return Name(other) + " is not share-alike, and only share-alike offers are joined: name it alone, or leave it out"
	}
	if first.Id != other.Id && !first.Terms.Rules().Joins(other.Terms.Rules()) {
		return fmt.Sprintf("%s asks more than %s, beside sharing alike, and the first that is named must not: name the one that asks less "+
			"first, or one alone", Name(first), Name(other))
	}
	return ""
}
