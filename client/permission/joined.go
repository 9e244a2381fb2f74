package permission

import (
	"context"
	"errors"
	"fmt"
	"strings"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// joined finds what several public offers of a source, joined by +, permit together.
// That they go together the chain decides.
func (f Finder) joined(ctx context.Context, req Request) (Choice, error) {
	var all Choice
	var ids []string
	for _, part := range strings.Split(req.Wanted, licensetypes.Joiner) {
		if part == "" {
			return Choice{}, fmt.Errorf("%q joins nothing: name terms on both sides of %s", req.Wanted, licensetypes.Joiner)
		}
		one := req
		one.Wanted, one.Buy = part, false
		e := &RefusedError{Request: req, Part: part}
		if IsGrant(part) {
			e.Why = PartIsGrant
			return Choice{}, e
		}
		choice, err := f.Find(ctx, one)
		var not *RefusedError
		switch {
		case errors.As(err, &not):
			e.Why, e.Err = PartRefused, not
			return Choice{}, e
		case err != nil:
			return Choice{}, err
		case choice.Permission == "": // one's own work
			return choice, nil
		case choice.Grant != nil:
			e.Why = PartIsGrant
			return Choice{}, e
		}
		if all.Terms == nil {
			all = choice
		}
		if why := apart(*all.Terms, *choice.Terms); why != "" {
			e.Why, e.Pair = why, [2]licensetypes.IdentifiedTerms{*all.Terms, *choice.Terms}
			return Choice{}, e
		}
		ids, all.Joined = append(ids, choice.Permission), append(all.Joined, *choice.Terms)
	}
	all.Permission = strings.Join(ids, licensetypes.Joiner)
	return all, nil
}

// apart says why an offer is not joined to the first; empty: it may be. The chain decides
// by the same rule.
func apart(first, other licensetypes.IdentifiedTerms) Why {
	if !Alike(other.Terms) {
		return NotAlike
	}
	if first.Id != other.Id && !first.Terms.Rules().Joins(other.Terms.Rules()) {
		return AsksMore
	}
	return ""
}
