// Package portrait is all that the chain knows about a work, in one call and at one height.
package portrait

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	grpctypes "github.com/cosmos/cosmos-sdk/types/grpc"
	"github.com/cosmos/cosmos-sdk/types/query"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

const (
	// MaxRows is the most entries that each list of a portrait has; the answers' pages say
	// whether there are more.
	MaxRows = 100
	// maxOffers is how many offers, of which a work may have more than rows are shown.
	maxOffers = 200
)

// Portrait is what the modules say of a work.
type Portrait struct {
	// Height of the state that all of it is of.
	Height int64
	Work   registrytypes.Claim
	// Transfer is nil where the work is not on offer to a new owner.
	Transfer *registrytypes.QueryTransferResponse
	// Owners are those that it has had.
	Owners      *registrytypes.QueryOwnersResponse
	Offers      []licensetypes.OpenOffer
	Constraints *licensetypes.QueryConstraintsResponse
	// Admissions are the declarations of sources that owners have not approved.
	Admissions []licensetypes.WaitingDeclaration
	Holders    *royaltytypes.QueryHoldersResponse
	Upstream   *royaltytypes.QueryUpstreamResponse
	Stages     *royaltytypes.QueryStagesResponse
	Derivation *lineagetypes.QueryDerivationResponse
	Sources    *lineagetypes.QuerySourcesResponse
	// Grants are those that serve the work, as they are now.
	Grants []Grant
}

// Of asks a node about a work. It fails with what the first question that fails says:
// gRPC's NotFound for a work that is not registered.
func Of(ctx context.Context, node grpc.ClientConnInterface, work registrytypes.WorkID) (Portrait, error) {
	var header metadata.MD
	registry := registrytypes.NewQueryClient(node)
	first, err := registry.Work(ctx, &registrytypes.QueryWorkRequest{Work: work}, grpc.Header(&header))
	if err != nil {
		return Portrait{}, err
	}
	p := Portrait{Work: first.Work}
	if ctx, p.Height, err = pin(ctx, header); err != nil {
		return Portrait{}, err
	}
	page := &query.PageRequest{Limit: MaxRows}
	license, royalty, lineage := licensetypes.NewQueryClient(node), royaltytypes.NewQueryClient(node), lineagetypes.NewQueryClient(node)
	group, ctx := errgroup.WithContext(ctx)
	ask := func(question func() error) { group.Go(question) }
	ask(func() (err error) {
		p.Transfer, err = registry.Transfer(ctx, &registrytypes.QueryTransferRequest{Work: work})
		if IsNone(err) {
			return nil
		}
		return err
	})
	ask(func() (err error) {
		p.Owners, err = registry.Owners(ctx, &registrytypes.QueryOwnersRequest{Work: work, Pagination: page})
		return err
	})
	ask(func() error {
		res, err := license.Offers(ctx, &licensetypes.QueryOffersRequest{Work: work, Pagination: &query.PageRequest{Limit: maxOffers}})
		if err == nil {
			p.Offers = res.Offers
		}
		return err
	})
	ask(func() (err error) {
		p.Constraints, err = license.Constraints(ctx, &licensetypes.QueryConstraintsRequest{Work: work, Pagination: page})
		if err != nil || len(p.Constraints.Waiting) == 0 {
			return err
		}
		res, err := license.Admissions(ctx, &licensetypes.QueryAdmissionsRequest{Work: work})
		if err == nil {
			p.Admissions = res.Admissions
		}
		return err
	})
	ask(func() (err error) {
		p.Holders, err = royalty.Holders(ctx, &royaltytypes.QueryHoldersRequest{Work: work})
		return err
	})
	ask(func() (err error) {
		p.Upstream, err = royalty.Upstream(ctx, &royaltytypes.QueryUpstreamRequest{Work: work, Pagination: page})
		return err
	})
	ask(func() (err error) {
		p.Stages, err = royalty.Stages(ctx, &royaltytypes.QueryStagesRequest{Work: work, Pagination: page})
		return err
	})
	ask(func() (err error) {
		p.Derivation, err = lineage.Derivation(ctx, &lineagetypes.QueryDerivationRequest{Work: work})
		return err
	})
	ask(func() (err error) {
		if p.Sources, err = lineage.Sources(ctx, &lineagetypes.QuerySourcesRequest{Work: work, Pagination: page}); err != nil {
			return err
		}
		p.Grants, err = servingNow(ctx, license, p.Sources.Sources)
		return err
	})
	return p, group.Wait()
}

// IsNone says whether an error is that a work is not on offer. Over CometBFT's RPC errors
// keep their words only.
func IsNone(err error) bool {
	return status.Code(err) == codes.NotFound || err != nil && strings.Contains(err.Error(), "no transfer of")
}

// pin has what follows answered at the height of an answer.
func pin(ctx context.Context, header metadata.MD) (context.Context, int64, error) {
	said := header.Get(grpctypes.GRPCBlockHeightHeader)
	if len(said) == 0 {
		return nil, 0, fmt.Errorf("the node does not say at what height it answered (%s)", grpctypes.GRPCBlockHeightHeader)
	}
	height, err := strconv.ParseInt(said[0], 10, 64)
	if err != nil {
		return nil, 0, fmt.Errorf("the node says that it answered at height %q: %w", said[0], err)
	}
	return metadata.AppendToOutgoingContext(ctx, grpctypes.GRPCBlockHeightHeader, said[0]), height, nil
}
