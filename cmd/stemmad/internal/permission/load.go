package permission

import (
	"context"

	"github.com/cosmos/cosmos-sdk/types/query"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// maxRows is how many offers or grants of one work are looked at.
const maxRows = 200

// Chain is what of the chain's queries is needed.
type Chain interface {
	License() licensetypes.QueryClient
	Royalty() royaltytypes.QueryClient
}

// Offers lists the open offers on a work.
func Offers(ctx context.Context, chain Chain, work string) ([]licensetypes.OpenOffer, error) {
	res, err := chain.License().Offers(ctx, &licensetypes.QueryOffersRequest{Work: work, Pagination: &query.PageRequest{Limit: maxRows}})
	if err != nil {
		return nil, err
	}
	return res.Offers, nil
}

// Load asks the chain what there is for a source.
func Load(ctx context.Context, chain Chain, source registrytypes.Claim, licensee string) (Options, error) {
	options := Options{Terms: map[string]licensetypes.IdentifiedTerms{}}
	if source.Owner == licensee {
		res, err := chain.Royalty().Holders(ctx, &royaltytypes.QueryHoldersRequest{Work: source.Id})
		if err != nil {
			return Options{}, err
		}
		options.Own = len(res.Holders) == 1 && res.Holders[0].Account == licensee
	}
	var err error
	if options.Offers, err = Offers(ctx, chain, source.Id); err != nil {
		return Options{}, err
	}
	res, err := chain.License().Grants(ctx, &licensetypes.QueryGrantsRequest{
		Work: source.Id, Licensee: licensee, Pagination: &query.PageRequest{Limit: maxRows},
	})
	if err != nil {
		return Options{}, err
	}
	options.Grants = res.Grants
	for _, grant := range res.Grants {
		if _, known := options.Terms[grant.Terms]; known {
			continue
		}
		terms, err := chain.License().Terms(ctx, &licensetypes.QueryTermsRequest{Terms: grant.Terms})
		if err != nil {
			return Options{}, err
		}
		options.Terms[grant.Terms] = terms.Terms
	}
	return options, nil
}
