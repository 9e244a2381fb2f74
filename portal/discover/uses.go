package discover

import (
	"context"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/rights"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

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
	uses := rights.Beside{
		License: s.Client.License(), Registry: s.Client.Registry(),
		Terms: func(ctx context.Context, id licensetypes.TermsID) (licensetypes.Terms, error) {
			known, err := s.termsOf(ctx, id)
			return known.Terms, err
		},
	}
	each, payable, err := uses.Uses(ctx, work, s.use, terms)
	if err != nil || !payable || !affordable(each, s.q.MaxPrice) {
		return false, err
	}
	offer.UsePrice = coins(each)
	return true, nil
}
