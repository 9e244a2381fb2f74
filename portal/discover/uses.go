package discover

import (
	"context"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/rights"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// maxDemands is how many demands of sources a page of them has at most.
const maxDemands = 1000

// paidPerUse says whether terms have each use of a kind paid by itself, whether or not a grant is needed too.
func paidPerUse(t licensetypes.Terms, action licensetypes.Action) bool {
	paid := action == licensetypes.ACTION_AI_INPUT && t.AiInput == licensetypes.PERMISSION_PAID ||
		action == licensetypes.ACTION_SEARCH && t.Search == licensetypes.PERMISSION_PAID
	return paid && len(t.UsePrice) > 0
}

// beside completes an offer by what an answer does not say: what sources are owed of what is made, and what each use costs once its grants
// are there. It says whether both are within the bounds.
func (s *search) beside(
	ctx context.Context, work registrytypes.WorkID, terms licensetypes.Terms, answer licensetypes.Rights, offer *Offer,
) (bool, error) {
	if s.use.Rules().Makes() {
		// Who derives from a work owes what it owes by absolute rates, at any depth; relative ones the work pays of its own part.
		res, err := s.Client.Royalty().Upstream(ctx, &royaltytypes.QueryUpstreamRequest{Work: work, Pagination: &query.PageRequest{Limit: 1}})
		if err != nil {
			return false, err
		}
		offer.RoyaltyPPM = max(offer.RoyaltyPPM, min(res.Absolute+terms.RoyaltyRate, licensetypes.MaxRate))
		if s.q.MaxRoyalty != nil && offer.RoyaltyPPM > *s.q.MaxRoyalty {
			return false, nil
		}
	}
	if answer.Verdict == licensetypes.VERDICT_ALLOWED {
		return true, nil
	}
	each, payable, err := s.usesPaid(ctx, work, terms)
	if err != nil || !payable || !affordable(each, s.q.MaxPrice) {
		return false, err
	}
	offer.UsePrice = coins(each)
	return true, nil
}

// usesPaid is what each use of a work will cost once its grants are there, as alternatives: an answer that asks for grants does not say it.
// It is the price of the work's own terms and those of all sources that have their uses paid. Not payable: in no one denom.
func (s *search) usesPaid(ctx context.Context, work registrytypes.WorkID, terms licensetypes.Terms) (price sdk.Coins, payable bool, err error) {
	if s.use.Action != licensetypes.ACTION_AI_INPUT && s.use.Action != licensetypes.ACTION_SEARCH {
		return nil, true, nil
	}
	demands, denoms, err := s.demands(ctx, work)
	if err != nil {
		return nil, false, err
	}
	var answer licensetypes.Rights
	owe := func(t licensetypes.Terms, denoms []string) {
		// A work under a ceiling takes payments in some denoms only, and what it can't take it is not owed.
		price := slices.DeleteFunc(slices.Clone(t.UsePrice), func(c sdk.Coin) bool { return len(denoms) > 0 && !slices.Contains(denoms, c.Denom) })
		if paidPerUse(t, s.use.Action) && len(price) > 0 {
			answer.Obligations = append(answer.Obligations, licensetypes.Obligation{Kind: licensetypes.OBLIGATION_PAY_PER_USE, Price: price})
		}
	}
	owe(terms, denoms)
	for _, demand := range demands {
		if demand.Contained && s.use.Action == licensetypes.ACTION_SEARCH {
			continue // it is about an item, and binds who makes something
		}
		its, err := s.termsOf(ctx, demand.Terms)
		if err != nil {
			return nil, false, err
		}
		if !paidPerUse(its.Terms, s.use.Action) {
			continue
		}
		source, err := s.Client.Registry().Work(ctx, &registrytypes.QueryWorkRequest{Work: demand.Source})
		if err != nil {
			return nil, false, err
		}
		if source.Work.Status == registrytypes.STATUS_INVALIDATED {
			continue
		}
		_, denoms, err := s.demands(ctx, demand.Source)
		if err != nil {
			return nil, false, err
		}
		owe(its.Terms, denoms)
	}
	price, payable = rights.PerUse(answer)
	return price, payable || len(answer.Obligations) == 0, nil
}

// demands are those of a work's sources that have uses paid, and the denoms that the work takes; none: any.
func (s *search) demands(ctx context.Context, work registrytypes.WorkID) (paid []licensetypes.NamedConstraint, denoms []string, err error) {
	page := &query.PageRequest{Limit: maxDemands}
	for {
		res, err := s.Client.License().Constraints(ctx, &licensetypes.QueryConstraintsRequest{Work: work, Pagination: page})
		if err != nil {
			return nil, nil, err
		}
		for _, c := range res.Constraints {
			if c.Constraint.Kind == licensetypes.CONSTRAINT_PAID_USES {
				paid = append(paid, c.Constraint)
			}
		}
		if page = (&query.PageRequest{Key: res.Pagination.GetNextKey(), Limit: maxDemands}); len(page.Key) == 0 {
			return paid, res.Denoms, nil
		}
	}
}
