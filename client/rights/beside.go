package rights

import (
	"context"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Beside finds out what each use costs besides a grant. An answer that asks for grants does not say it: it is owed once they are there.
type Beside struct {
	License  licensetypes.QueryClient
	Registry registrytypes.QueryClient
	// Terms reads terms; nil: they are asked for.
	Terms func(context.Context, licensetypes.TermsID) (licensetypes.Terms, error)
}

// maxOffers is more offers than a work may have.
const maxOffers = 200

// maxDemands is how many demands of sources a page of them has at most.
const maxDemands = 1000

// paidPerUse says whether terms have each use of a kind paid by itself, whether or not a grant is needed too.
func paidPerUse(t licensetypes.Terms, action licensetypes.Action) bool {
	paid := action == licensetypes.ACTION_AI_INPUT && t.AiInput == licensetypes.PERMISSION_PAID ||
		action == licensetypes.ACTION_SEARCH && t.Search == licensetypes.PERMISSION_PAID
	return paid && len(t.UsePrice) > 0
}

// Uses is what each use of a work will cost once a grant under terms is there, as alternatives: the price of these terms and those of all
// sources that have their uses paid. Not payable: in no one denom.
func (b Beside) Uses(
	ctx context.Context, work registrytypes.WorkID, use licensetypes.Use, terms licensetypes.Terms,
) (price sdk.Coins, payable bool, err error) {
	owed, err := b.Owed(ctx, work, use, licensetypes.IdentifiedTerms{Terms: terms})
	if err != nil {
		return nil, false, err
	}
	price, payable = PerUse(licensetypes.Rights{Obligations: owed})
	return price, payable || len(owed) == 0, nil
}

// Owed is whom each use of a work will have to be paid to once a grant under terms is there: the work itself by these terms, and all
// sources that have their uses paid.
func (b Beside) Owed(
	ctx context.Context, work registrytypes.WorkID, use licensetypes.Use, terms licensetypes.IdentifiedTerms,
) (owed []licensetypes.Obligation, err error) {
	if !mayBePaid(use.Action) {
		return nil, nil
	}
	demands, denoms, err := b.demands(ctx, work)
	if err != nil {
		return nil, err
	}
	owe := func(to registrytypes.WorkID, id licensetypes.TermsID, t licensetypes.Terms, denoms []string) {
		// A work under a ceiling takes payments in some denoms only, and what it can't take it is not owed.
		price := slices.DeleteFunc(slices.Clone(t.UsePrice), func(c sdk.Coin) bool { return len(denoms) > 0 && !slices.Contains(denoms, c.Denom) })
		if paidPerUse(t, use.Action) && len(price) > 0 {
			owed = append(owed, licensetypes.Obligation{Kind: licensetypes.OBLIGATION_PAY_PER_USE, Work: to, Terms: id, Price: price})
		}
	}
	owe(work, terms.Id, terms.Terms, denoms)
	for _, demand := range demands {
		if demand.Contained && use.Action == licensetypes.ACTION_SEARCH {
			continue // it is about an item, and binds who makes something
		}
		its, err := b.termsOf(ctx, demand.Terms)
		if err != nil {
			return nil, err
		}
		if !paidPerUse(its, use.Action) {
			continue
		}
		source, err := b.Registry.Work(ctx, &registrytypes.QueryWorkRequest{Work: demand.Source})
		if err != nil {
			return nil, err
		}
		if source.Work.Status == registrytypes.STATUS_INVALIDATED {
			continue
		}
		_, denoms, err := b.demands(ctx, demand.Source)
		if err != nil {
			return nil, err
		}
		owe(demand.Source, demand.Terms, its, denoms)
	}
	return owed, nil
}

// demands are those of a work's sources that have uses paid, and the denoms that the work takes; none: any.
func (b Beside) demands(ctx context.Context, work registrytypes.WorkID) (paid []licensetypes.NamedConstraint, denoms []string, err error) {
	page := &query.PageRequest{Limit: maxDemands}
	for {
		res, err := b.License.Constraints(ctx, &licensetypes.QueryConstraintsRequest{Work: work, Pagination: page})
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

func (b Beside) termsOf(ctx context.Context, id licensetypes.TermsID) (licensetypes.Terms, error) {
	if b.Terms != nil {
		return b.Terms(ctx, id)
	}
	res, err := b.License.Terms(ctx, &licensetypes.QueryTermsRequest{Terms: id.String()})
	if err != nil {
		return licensetypes.Terms{}, err
	}
	return res.Terms.Terms, nil
}

// Unpaid leaves out of an answer the offers of grants that alone open no use, since each is paid besides: for servers that hand over a use
// for what a grant costs.
func (b Beside) Unpaid(ctx context.Context, use licensetypes.Use, answer licensetypes.Rights) (licensetypes.Rights, error) {
	if answer.Verdict != licensetypes.VERDICT_NEEDS_GRANT || len(answer.Works) == 0 || len(answer.Offers) == 0 || !mayBePaid(use.Action) {
		return answer, nil
	}
	work := answer.Works[0]
	ofSources, payable, err := b.Uses(ctx, work, use, licensetypes.Terms{})
	if err != nil {
		return answer, err
	}
	own := slices.ContainsFunc(answer.Offers, func(o licensetypes.Obtainable) bool { return o.Work == work && o.UsesOf.IsZero() })
	open, err := b.paidInTheOpen(ctx, work, use.Action)
	if err != nil {
		return answer, err
	}
	var left []licensetypes.Obtainable
	for _, o := range answer.Offers {
		if o.Work == work && o.UsesOf.IsZero() {
			terms, err := b.termsOf(ctx, o.Terms)
			if err != nil {
				return answer, err
			}
			if paidPerUse(terms, use.Action) {
				continue
			}
		}
		left = append(left, o)
	}
	if answer.Offers = left; len(ofSources) > 0 || !payable || open && !own {
		answer.Offers = nil
	}
	return answer, nil
}

// paidInTheOpen says whether a public offer of a work has its uses paid: where only its sources ask for grants, that is what the work is
// used by.
func (b Beside) paidInTheOpen(ctx context.Context, work registrytypes.WorkID, action licensetypes.Action) (bool, error) {
	res, err := b.License.Offers(ctx, &licensetypes.QueryOffersRequest{Work: work, Pagination: &query.PageRequest{Limit: maxOffers}})
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(res.Offers, func(o licensetypes.OpenOffer) bool { return o.Public && paidPerUse(o.Terms.Terms, action) }), nil
}

// mayBePaid says whether uses of a kind can be paid one by one.
func mayBePaid(action licensetypes.Action) bool {
	return action == licensetypes.ACTION_AI_INPUT || action == licensetypes.ACTION_SEARCH
}
