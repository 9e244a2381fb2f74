package keeper

import (
	"context"
	"errors"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/x/agent/budget"
	"github.com/stemma-chain/stemma/x/agent/types"
	"github.com/stemma-chain/stemma/x/internal/paging"
)

var _ types.QueryServer = queryServer{}

type queryServer struct{ k Keeper }

// NewQueryServer serves the module's queries.
func NewQueryServer(k Keeper) types.QueryServer { return queryServer{k: k} }

// Params returns the parameters.
func (s queryServer) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	params, err := s.k.Params.Get(ctx)
	return &types.QueryParamsResponse{Params: params}, coded(err)
}

// Agent returns a passport with its present card.
func (s queryServer) Agent(ctx context.Context, req *types.QueryAgentRequest) (*types.QueryAgentResponse, error) {
	passport, err := s.passport(ctx, req.Agent)
	if err != nil {
		return nil, err
	}
	card, err := s.k.Cards.Get(ctx, collections.Join(req.Agent, passport.Version))
	if err != nil {
		return nil, coded(err)
	}
	acts := passport.CheckActs(sdk.UnwrapSDKContext(ctx).BlockTime()) == nil
	return &types.QueryAgentResponse{Passport: passport, Card: card, Acts: acts}, nil
}

func (s queryServer) passport(ctx context.Context, id agentID) (types.Passport, error) {
	if err := id.Given("agent"); err != nil {
		return types.Passport{}, status.Error(codes.InvalidArgument, err.Error())
	}
	passport, err := s.k.GetPassport(ctx, id)
	return passport, coded(err)
}

// Agents lists passports.
func (s queryServer) Agents(ctx context.Context, req *types.QueryAgentsRequest) (*types.QueryAgentsResponse, error) {
	page, err := paging.Bound(req.Pagination)
	if err != nil {
		return nil, err
	}
	if req.Controller == "" {
		list, next, err := query.CollectionPaginate(ctx, s.k.Passports.Map, page,
			func(_ agentID, p types.Passport) (types.Passport, error) { return p, nil })
		return &types.QueryAgentsResponse{Passports: list, Pagination: next}, coded(err)
	}
	controller, err := account("controller", req.Controller)
	if err != nil {
		return nil, err
	}
	list, next, err := query.CollectionPaginate(ctx, s.k.ByController, page,
		func(key collections.Pair[sdk.AccAddress, agentID], _ collections.NoValue) (types.Passport, error) {
			return s.k.GetPassport(ctx, key.K2())
		}, query.WithCollectionPaginationPairPrefix[sdk.AccAddress, agentID](controller))
	return &types.QueryAgentsResponse{Passports: list, Pagination: next}, coded(err)
}

// Cards lists the versions of a card.
func (s queryServer) Cards(ctx context.Context, req *types.QueryCardsRequest) (*types.QueryCardsResponse, error) {
	page, err := paging.Bound(req.Pagination)
	if err != nil {
		return nil, err
	}
	if _, err := s.passport(ctx, req.Agent); err != nil {
		return nil, err
	}
	list, next, err := query.CollectionPaginate(ctx, s.k.Cards, page,
		func(_ collections.Pair[agentID, uint32], c types.CardVersion) (types.CardVersion, error) {
			return c, nil
		},
		query.WithCollectionPaginationPairPrefix[agentID, uint32](req.Agent))
	return &types.QueryCardsResponse{Cards: list, Pagination: next}, coded(err)
}

// Key returns a key as it stands.
func (s queryServer) Key(ctx context.Context, req *types.QueryKeyRequest) (*types.QueryKeyResponse, error) {
	passport, err := s.passport(ctx, req.Agent)
	if err != nil {
		return nil, err
	}
	key, err := account("key", req.Key)
	if err != nil {
		return nil, err
	}
	standing, err := s.k.standing(ctx, passport, key)
	return &types.QueryKeyResponse{Key: standing}, coded(err)
}

// Keys lists the keys of an agent.
func (s queryServer) Keys(ctx context.Context, req *types.QueryKeysRequest) (*types.QueryKeysResponse, error) {
	passport, err := s.passport(ctx, req.Agent)
	if err != nil {
		return nil, err
	}
	list, err := s.k.standings(ctx, passport)
	return &types.QueryKeysResponse{Keys: list}, coded(err)
}

// standings are the keys of an agent, as they stand.
func (k Keeper) standings(ctx context.Context, passport types.Passport) (list []types.KeyStanding, err error) {
	accounts, err := k.keysOf(ctx, passport.Id)
	if err != nil {
		return nil, err
	}
	for _, a := range accounts {
		standing, err := k.standing(ctx, passport, a)
		if err != nil {
			return nil, err
		}
		list = append(list, standing)
	}
	return list, nil
}

func (k Keeper) standing(ctx context.Context, passport types.Passport, account sdk.AccAddress) (types.KeyStanding, error) {
	controller, err := sdk.AccAddressFromBech32(passport.Controller)
	if err != nil {
		return types.KeyStanding{}, err
	}
	key, err := k.liveKey(ctx, controller, account, passport.Id)
	if err != nil {
		return types.KeyStanding{}, err
	}
	counters, _, err := k.Counters.Find(ctx, collections.Join(controller, account))
	if err != nil {
		return types.KeyStanding{}, err
	}
	now := sdk.UnwrapSDKContext(ctx).BlockTime()
	counters = counters.At(key, now)
	s := types.KeyStanding{
		Key: account.String(), Limit: *key.Limit, SetAt: key.SetAt, Counters: counters,
		Remaining:     types.RemainingOf(key.Limit.Budgets, counters.Spent),
		RemainingFees: types.RemainingOf(key.Limit.Fees, counters.Fees),
		Acts:          passport.CheckActs(now) == nil && key.CheckActs(account.String(), now) == nil,
	}
	if key.Limit.Window > 0 {
		end := budget.End(key.SetAt, counters.Window, key.Limit.Window)
		s.WindowEndsAt = &end
	}
	return s, nil
}

// Facts returns what is counted.
func (s queryServer) Facts(ctx context.Context, req *types.QueryFactsRequest) (*types.QueryFactsResponse, error) {
	if err := types.ValidateSubject(req.Subject); err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	facts, err := s.k.FactsOf(ctx, req.Subject)
	return &types.QueryFactsResponse{Facts: facts}, coded(err)
}

// Attestations lists attestations.
func (s queryServer) Attestations(ctx context.Context, req *types.QueryAttestationsRequest) (*types.QueryAttestationsResponse, error) {
	page, err := paging.Bound(req.Pagination)
	if err != nil {
		return nil, err
	}
	params, err := s.k.Params.Get(ctx)
	if err != nil {
		return nil, coded(err)
	}
	list, next, err := s.attestations(ctx, req, page, params.Issuers)
	if err != nil {
		return nil, coded(err)
	}
	now := sdk.UnwrapSDKContext(ctx).BlockTime()
	res := &types.QueryAttestationsResponse{Pagination: next}
	for _, a := range list {
		res.Attestations = append(res.Attestations, types.AttestationStanding{
			Attestation: a, Listed: slices.Contains(params.Issuers, a.Issuer), Holds: a.Holds(now),
		})
	}
	return res, nil
}

func (s queryServer) attestations(
	ctx context.Context, req *types.QueryAttestationsRequest, page *query.PageRequest, issuers []string,
) ([]types.Attestation, *query.PageResponse, error) {
	if (req.Subject == "") == (req.Issuer == "") {
		return nil, nil, status.Error(codes.InvalidArgument, "subject, issuer: ask for those of one of them")
	}
	if req.Issuer != "" {
		issuer, err := account("issuer", req.Issuer)
		if err != nil {
			return nil, nil, err
		}
		return query.CollectionPaginate(ctx, s.k.ByIssuer, page,
			func(key collections.Pair[sdk.AccAddress, attestationID], _ collections.NoValue) (types.Attestation, error) {
				return s.k.Attestations.Get(ctx, key.K2())
			}, query.WithCollectionPaginationPairPrefix[sdk.AccAddress, attestationID](issuer))
	}
	if err := types.ValidateSubject(req.Subject); err != nil {
		return nil, nil, status.Error(codes.InvalidArgument, err.Error())
	}
	if req.Listed {
		list, err := s.k.listed(ctx, req.Subject, issuers)
		if err != nil {
			return nil, nil, err
		}
		return paging.Slice(list, page)
	}
	prefix := collections.TriplePrefix[string, sdk.AccAddress, attestationID](req.Subject)
	return query.CollectionPaginate(ctx, s.k.BySubject, page, func(key saidOf, _ collections.NoValue) (types.Attestation, error) {
		return s.k.Attestations.Get(ctx, key.K3())
	}, func(o *query.CollectionsPaginateOptions[saidOf]) { o.Prefix = &prefix })
}

// maxListedOf bounds what is read of one listed issuer about one subject.
const maxListedOf = 100

// listed are the attestations of a subject by listed issuers, the first of each.
func (k Keeper) listed(ctx context.Context, subject string, issuers []string) (list []types.Attestation, err error) {
	for _, address := range issuers {
		issuer, err := sdk.AccAddressFromBech32(address)
		if err != nil {
			return nil, err
		}
		read := 0
		err = k.BySubject.Walk(ctx, collections.NewSuperPrefixedTripleRange[string, sdk.AccAddress, attestationID](subject, issuer),
			func(key saidOf) (bool, error) {
				a, err := k.Attestations.Get(ctx, key.K3())
				list = append(list, a)
				read++
				return read == maxListedOf, err
			})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Messages lists what a limit can allow.
func (s queryServer) Messages(context.Context, *types.QueryMessagesRequest) (*types.QueryMessagesResponse, error) {
	res := &types.QueryMessagesResponse{}
	for kind, k := range s.k.catalogue {
		res.Messages = append(res.Messages, types.MessageKind{
			Type: kind, Never: k.Never, Unmeasured: k.Unmeasured, Payees: k.Payees, Works: k.Works, Terms: k.Terms, Rates: k.Rates,
		})
	}
	slices.SortFunc(res.Messages, func(a, b types.MessageKind) int { return strings.Compare(a.Type, b.Type) })
	return res, nil
}

func account(field, s string) (sdk.AccAddress, error) {
	a, err := sdk.AccAddressFromBech32(s)
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "%s: %s", field, err)
	}
	return a, nil
}

// coded gives errors their gRPC code; others are internal.
func coded(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, types.ErrNotFound), errors.Is(err, types.ErrNotKey):
		return status.Error(codes.NotFound, err.Error())
	}
	if _, ok := status.FromError(err); ok {
		return err
	}
	return status.Error(codes.Internal, err.Error())
}
