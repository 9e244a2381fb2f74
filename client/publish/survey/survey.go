// Package survey asks a node what works are offered under, for the files that package publish writes.
package survey

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/permission"
	"github.com/stemma-chain/stemma/client/publish"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	// page is how many rows are asked for at once, atOnce how many works are asked about at a time.
	page   = 100
	atOnce = 8
)

// maxSources bounds the sources that a work of schema.org names.
const maxSources = 100

// Chain is what is asked.
type Chain interface {
	License() licensetypes.QueryClient
	Lineage() lineagetypes.QueryClient
}

// Survey asks about works. Its context says the height, which is that of Source.
type Survey struct {
	Chain    Chain
	Site     publish.Site
	Source   publish.Source
	Register publish.Register
	// Describes: the works are described too, as schema.org does, wherever they are.
	Describes bool
	// MaxOffers is how many of a work's offers are asked about; 0: all. What others permit is not stated then.
	MaxOffers int
}

// Each asks about works, several at a time, and passes them on in order.
func (s Survey) Each(ctx context.Context, claims []registrytypes.Claim, use func(publish.Work) error) error {
	for group := range slices.Chunk(claims, atOnce) {
		works, errs := make([]publish.Work, len(group)), make([]error, len(group))
		var asked sync.WaitGroup
		for i, claim := range group {
			asked.Go(func() { works[i], errs[i] = s.Work(ctx, claim) })
		}
		asked.Wait()
		for i, work := range works {
			if errs[i] != nil {
				return fmt.Errorf("%s: %w", work.Claim.Id, errs[i])
			}
			if err := use(work); err != nil {
				return err
			}
		}
	}
	return nil
}

// Work asks about one work. About one that is not stated nothing is asked.
func (s Survey) Work(ctx context.Context, claim registrytypes.Claim) (publish.Work, error) {
	work := publish.Work{Claim: claim, Places: s.Site.Places(claim, s.Register), Until: s.Source.ValidUntil}
	if len(work.Places) == 0 && !s.Describes {
		return work, nil
	}
	known, err := s.about(ctx, claim.Id)
	if err != nil {
		return work, err
	}
	return s.Known(ctx, claim, known)
}

// About is what the chain says of a work beside its claim: all that its sources demand, what it was made from, and its offers.
type About struct {
	Constraints []licensetypes.InForce
	Sources     []lineagetypes.Link
	Offers      []licensetypes.OpenOffer
}

// Known is Work where the rest is known already, as of the same height.
func (s Survey) Known(ctx context.Context, claim registrytypes.Claim, known About) (publish.Work, error) {
	work := publish.Work{
		Claim: claim, Places: s.Site.Places(claim, s.Register), Until: s.Source.ValidUntil, Constraints: known.Constraints,
	}
	for _, link := range known.Sources {
		if s.Describes && !link.Source.IsZero() && link.Role != lineagetypes.ROLE_CITES {
			work.Sources = append(work.Sources, link.Source)
		}
	}
	for _, open := range known.Offers {
		if !publish.Published(open, s.Source.ValidUntil) {
			continue
		}
		if len(work.Offers) == s.MaxOffers && s.MaxOffers > 0 {
			break
		}
		offer := publish.Offer{Open: open}
		for _, use := range publish.Questions(open.Terms.Terms, s.Source.ValidUntil) {
			res, err := s.Chain.License().CheckRights(ctx, &licensetypes.QueryCheckRightsRequest{
				Work: claim.Id.String(), Use: use, Permission: open.Terms.Id.String(),
			})
			if err != nil {
				return work, err
			}
			offer.Answers = append(offer.Answers, res.Rights)
		}
		work.Offers = append(work.Offers, offer)
	}
	return work, nil
}

// constraints are all of a work's; x/license bounds them.
func (s Survey) constraints(ctx context.Context, work registrytypes.WorkID) ([]licensetypes.InForce, error) {
	var all []licensetypes.InForce
	part := &query.PageRequest{Limit: page}
	for {
		res, err := s.Chain.License().Constraints(ctx, &licensetypes.QueryConstraintsRequest{Work: work, Pagination: part})
		if err != nil {
			return nil, err
		}
		all = append(all, res.Constraints...)
		if res.Pagination == nil || len(res.Pagination.NextKey) == 0 {
			return all, nil
		}
		part = &query.PageRequest{Limit: page, Key: res.Pagination.NextKey}
	}
}

func (s Survey) about(ctx context.Context, work registrytypes.WorkID) (known About, err error) {
	if known.Constraints, err = s.constraints(ctx, work); err != nil {
		return known, err
	}
	if s.Describes {
		res, err := s.Chain.Lineage().Sources(ctx, &lineagetypes.QuerySourcesRequest{
			Work: work, Pagination: &query.PageRequest{Limit: maxSources},
		})
		if err != nil {
			return known, err
		}
		known.Sources = res.Sources
	}
	known.Offers, err = permission.Offers(ctx, s.Chain, work)
	return known, err
}
