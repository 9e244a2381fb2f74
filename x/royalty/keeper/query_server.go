package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/internal/amounts"
	"github.com/stemma-chain/stemma/x/internal/paging"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

type queryServer struct{ k Keeper }

// NewQueryServer returns the module's Query service.
func NewQueryServer(k Keeper) types.QueryServer { return queryServer{k} }

func (s queryServer) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	params, err := s.k.Params.Get(ctx)
	return &types.QueryParamsResponse{Params: params}, err
}

func (s queryServer) Head(ctx context.Context, r *types.QueryHeadRequest) (*types.QueryHeadResponse, error) {
	head, err := s.work(ctx, r.Work)
	return &types.QueryHeadResponse{Head: head}, err
}

func (s queryServer) Holders(ctx context.Context, r *types.QueryHoldersRequest) (*types.QueryHoldersResponse, error) {
	head, err := s.work(ctx, r.Work)
	if err != nil {
		return nil, err
	}
	table, err := s.k.GetHolders(ctx, r.Work, head.HoldersVersion)
	if err != nil {
		return nil, err
	}
	return &types.QueryHoldersResponse{Version: head.HoldersVersion, Epoch: head.Epoch, Holders: table.Holdings()}, nil
}

func (s queryServer) Epoch(ctx context.Context, r *types.QueryEpochRequest) (*types.QueryEpochResponse, error) {
	if _, err := s.work(ctx, r.Work); err != nil {
		return nil, err
	}
	holders, upstream, err := s.k.VersionsAt(ctx, r.Work, r.Epoch)
	if errors.Is(err, types.ErrUnknownVersion) {
		return nil, status.Error(codes.NotFound, err.Error())
	}
	if err != nil {
		return nil, err
	}
	table, err := s.k.GetHolders(ctx, r.Work, holders)
	return &types.QueryEpochResponse{Holders: table.Holdings(), HoldersVersion: holders, UpstreamVersion: upstream}, err
}

func (s queryServer) Upstream(ctx context.Context, r *types.QueryUpstreamRequest) (*types.QueryUpstreamResponse, error) {
	request, err := paging.Bound(r.Pagination)
	if err != nil {
		return nil, err
	}
	head, err := s.work(ctx, r.Work)
	if err != nil {
		return nil, err
	}
	version := head.UpstreamVersion
	if r.Version > 0 {
		version = r.Version
	}
	upstream, err := s.k.GetUpstream(ctx, r.Work, version)
	if errors.Is(err, types.ErrUnknownVersion) {
		return nil, status.Error(codes.NotFound, err.Error())
	}
	if err != nil {
		return nil, err
	}
	owed := make([]types.Owed, 0, len(upstream.Absolute)+len(upstream.Relative))
	for _, o := range upstream.Absolute {
		owed = append(owed, types.Owed{Work: types.WorkIDOf(o.To), Policy: types.POLICY_ABSOLUTE, Rate: o.Weight})
	}
	for _, o := range upstream.Relative {
		owed = append(owed, types.Owed{Work: types.WorkIDOf(o.To), Policy: types.POLICY_RELATIVE, Rate: o.Weight})
	}
	absolute, relative := upstream.Sums()
	page, next, err := paging.Slice(owed, request)
	return &types.QueryUpstreamResponse{
		Owed: page, Version: version, Absolute: uint32(absolute), Relative: uint32(relative), Pagination: next,
	}, err
}

func (s queryServer) Stages(ctx context.Context, r *types.QueryStagesRequest) (*types.QueryStagesResponse, error) {
	head, err := s.work(ctx, r.Work)
	if err != nil {
		return nil, err
	}
	request, err := paging.Forward(r.Pagination)
	if err != nil {
		return nil, err
	}
	rows, page, err := query.CollectionPaginate(ctx, s.k.Stages, request,
		func(key collections.Pair[registrytypes.WorkID, string], stages types.Stages) (types.DenomStages, error) {
			return types.DenomStages{Denom: key.K2(), Stages: stages}, nil
		}, query.WithCollectionPaginationPairPrefix[registrytypes.WorkID, string](r.Work))
	return &types.QueryStagesResponse{Stages: rows, Pagination: page, Taking: head.Taking}, err
}

func (s queryServer) Balances(ctx context.Context, r *types.QueryBalancesRequest) (*types.QueryBalancesResponse, error) {
	account, err := sdk.AccAddressFromBech32(r.Account)
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "account %q: %s", r.Account, err)
	}
	request, err := paging.Forward(r.Pagination)
	if err != nil {
		return nil, err
	}
	coins, page, err := query.CollectionPaginate(ctx, s.k.Balances, request,
		func(key collections.Pair[sdk.AccAddress, string], row types.Balance) (sdk.Coin, error) {
			return sdk.NewCoin(key.K2(), row.Amount), nil
		}, query.WithCollectionPaginationPairPrefix[sdk.AccAddress, string](account))
	return &types.QueryBalancesResponse{Balances: coins, Pagination: page}, err
}

func (s queryServer) Arrears(ctx context.Context, r *types.QueryArrearsRequest) (*types.QueryArrearsResponse, error) {
	request, err := paging.Bound(r.Pagination)
	if err != nil {
		return nil, err
	}
	debtor, err := s.debtor(ctx, r.Debtor)
	if err != nil {
		return nil, err
	}
	rows, page, err := query.CollectionPaginate(ctx, s.k.Arrears, request,
		func(at types.ArrearsRow, row types.Arrears) (types.StandingArrears, error) {
			return types.StandingArrears{
				Denom: at.K2(), Number: at.K3(), Creditor: row.Creditor.WorkID, Amount: row.Amount, Left: row.Left,
			}, nil
		}, func(o *query.CollectionsPaginateOptions[types.ArrearsRow]) {
			of := collections.TriplePrefix[[]byte, string, uint64](types.DebtorKey(debtor))
			o.Prefix = &of
		})
	return &types.QueryArrearsResponse{Arrears: rows, Pagination: page}, err
}

// debtor reads the work or the account that a request names; unknown works are NotFound.
func (s queryServer) debtor(ctx context.Context, name string) (flow.Debtor, error) {
	account, err := sdk.AccAddressFromBech32(name)
	if err == nil {
		return flow.Debtor{Account: flow.Account(account)}, nil
	}
	var id registrytypes.WorkID
	if err := id.UnmarshalText([]byte(name)); err != nil || id.IsZero() {
		return flow.Debtor{}, status.Errorf(codes.InvalidArgument, "debtor %q is neither a work's id nor an account's address", name)
	}
	_, err = s.work(ctx, id)
	return flow.Debtor{Work: types.FlowWork(id)}, err
}

func (s queryServer) Turnover(ctx context.Context, r *types.QueryTurnoverRequest) (*types.QueryTurnoverResponse, error) {
	request, err := paging.Forward(r.Pagination)
	if err != nil {
		return nil, err
	}
	rows, page, err := query.CollectionPaginate(ctx, s.k.Turnovers, request,
		func(denom string, t types.Turnover) (types.DenomTurnover, error) {
			return types.DenomTurnover{Denom: denom, Turnover: t}, nil
		})
	return &types.QueryTurnoverResponse{Turnovers: rows, Pagination: page}, err
}

func (s queryServer) Preview(ctx context.Context, r *types.QueryPreviewRequest) (*types.QueryPreviewResponse, error) {
	request, err := paging.Bound(r.Pagination)
	if err != nil {
		return nil, err
	}
	if _, err := s.work(ctx, r.Work); err != nil {
		return nil, err
	}
	amount, err := amounts.ParseCoin(r.Amount)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	if amount.IsZero() {
		return nil, status.Errorf(codes.InvalidArgument, "amount %s: write more than nothing, such as 1000000uusdc", amount)
	}
	params, err := s.k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	if err := payable(params, amount); err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	head, err := s.k.payableHead(ctx, r.Work)
	if errors.Is(err, registrytypes.ErrOnHold) {
		return nil, status.Error(codes.FailedPrecondition, err.Error())
	}
	if err != nil {
		return nil, err
	}
	if err := checkTaken(r.Work, head, amount.Denom); err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	payees, fractions, err := s.k.preview(ctx, flow.Pot{Work: types.FlowWork(r.Work), Denom: amount.Denom}, amount.Amount.BigInt())
	var tooMany *flow.TooManyWorksError
	if errors.As(err, &tooMany) {
		return nil, status.Errorf(codes.ResourceExhausted, "%s: %s; it can be paid all the same", r.Work, err)
	}
	if err != nil {
		return nil, err
	}
	page, next, err := paging.Slice(payees, request)
	if err != nil {
		return nil, err
	}
	works, accounts, err := s.k.arrearsOf(ctx, page)
	return &types.QueryPreviewResponse{
		Payees: page, Held: sdk.NewCoin(amount.Denom, math.NewIntFromBigInt(fractions)),
		Surcharge: params.LineGas(head, amount), Epoch: head.Epoch, Pagination: next,
		ArrearsOf: works, ArrearsOfAccounts: accounts,
	}, err
}

func (s queryServer) Assigned(ctx context.Context, r *types.QueryAssignedRequest) (*types.QueryAssignedResponse, error) {
	request, err := paging.Bound(r.Pagination)
	if err != nil {
		return nil, err
	}
	if _, err := s.work(ctx, r.Work); err != nil {
		return nil, err
	}
	amount, err := amounts.ParseCoin(r.Amount)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	if r.Height == 0 || amount.IsZero() {
		return nil, status.Error(codes.InvalidArgument, "write the amount that was paid, such as 1000000uusdc, and the height of its block")
	}
	a, lists, err := s.k.newAssignment(ctx, flow.Pot{Work: types.FlowWork(r.Work), Denom: amount.Denom}, r.Epoch, r.Height, r.Moved)
	if errors.Is(err, types.ErrUnknownVersion) {
		return nil, status.Error(codes.NotFound, err.Error())
	}
	if err != nil {
		return nil, err
	}
	payees, fractions, err := a.assigned(amount.Amount.BigInt())
	var tooMany *flow.TooManyWorksError
	if errors.As(err, &tooMany) || errors.Is(err, types.ErrTooLongAgo) {
		return nil, status.Errorf(codes.ResourceExhausted, "%s: %s", r.Work, err)
	}
	if err != nil {
		return nil, err
	}
	page, next, err := paging.Slice(payees, request)
	return &types.QueryAssignedResponse{
		Payees: page, Held: sdk.NewCoin(amount.Denom, math.NewIntFromBigInt(fractions)),
		HoldersVersion: lists.holders, UpstreamVersion: lists.upstream, Pagination: next,
	}, err
}

func (s queryServer) PreviewShares(ctx context.Context, r *types.QueryPreviewSharesRequest) (*types.QueryPreviewSharesResponse, error) {
	if _, err := s.work(ctx, r.Work); err != nil {
		return nil, err
	}
	if len(r.Accounts) != len(r.Weights) {
		return nil, status.Errorf(codes.InvalidArgument, "%d accounts and %d weights: name a weight for each account",
			len(r.Accounts), len(r.Weights))
	}
	msg := types.MsgAssignShares{Holder: r.Holder, Work: r.Work}
	for i, account := range r.Accounts {
		msg.Shares = append(msg.Shares, types.Assignment{Account: account, Weight: r.Weights[i]})
	}
	if err := msg.ValidateBasic(); err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	holder, shares, err := msg.Parse()
	if err != nil {
		return nil, err
	}
	res, err := s.k.previewShares(ctx, holder, r.Work, shares)
	switch {
	case errors.Is(err, registrytypes.ErrOnHold), errors.Is(err, types.ErrNotHolder), errors.Is(err, types.ErrInvalidShares),
		errors.Is(err, types.ErrTooManyHolders), errors.Is(err, types.ErrReachTooLarge):
		return nil, status.Error(codes.FailedPrecondition, err.Error())
	}
	return res, err
}

// work reads the head of the work that a request names; unknown works are
// NotFound.
func (s queryServer) work(ctx context.Context, id registrytypes.WorkID) (types.Head, error) {
	if err := id.Given("work"); err != nil {
		return types.Head{}, status.Error(codes.InvalidArgument, err.Error())
	}
	_, err := s.k.registry.GetWork(ctx, id)
	if errors.Is(err, registrytypes.ErrWorkNotFound) {
		return types.Head{}, status.Error(codes.NotFound, err.Error())
	}
	if err != nil {
		return types.Head{}, err
	}
	return s.k.GetHead(ctx, id)
}
