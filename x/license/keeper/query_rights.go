package keeper

import (
	"context"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/types"
)

// CheckRights implements types.QueryServer.
func (s queryServer) CheckRights(ctx context.Context, req *types.QueryCheckRightsRequest) (*types.QueryCheckRightsResponse, error) {
	q, err := s.k.newInquiry(ctx, req)
	if err != nil {
		return nil, coded(err)
	}
	subject, err := types.ParseSubject(req.Work)
	if err != nil {
		return nil, coded(err)
	}
	rights, err := q.answer(subject)
	if err != nil {
		return nil, coded(err)
	}
	if rights.Subject = req.Work; req.Item != nil {
		rights.Item = req.Item.Sha256
	}
	return &types.QueryCheckRightsResponse{Rights: rights, DecidedAt: q.now.UTC()}, nil
}

// CheckRightsBatch implements types.QueryServer.
func (s queryServer) CheckRightsBatch(
	ctx context.Context, req *types.QueryCheckRightsBatchRequest,
) (res *types.QueryCheckRightsBatchResponse, err error) {
	if len(req.Works) > types.MaxBatch {
		return nil, status.Errorf(codes.InvalidArgument, "%d works, at most %d are allowed: ask in parts", len(req.Works), types.MaxBatch)
	}
	if len(req.Items) > 0 && len(req.Items) != len(req.Works) {
		return nil, status.Errorf(codes.InvalidArgument, "%d items for %d works: give one for each, or none", len(req.Items), len(req.Works))
	}
	metered, meter, spend := withBatchGas(ctx)
	defer func() {
		if recovered := recover(); recovered != nil {
			if _, spent := recovered.(storetypes.ErrorOutOfGas); !spent {
				panic(recovered)
			}
			res, err = nil, status.Errorf(codes.ResourceExhausted,
				"the answers for %d works are too long or read too much together: ask in parts", len(req.Works))
		}
		spend()
	}()
	q, err := s.k.newInquiry(metered, &types.QueryCheckRightsRequest{Use: req.Use, Licensee: req.Licensee})
	if err != nil {
		return nil, coded(err)
	}
	q.brief = req.Brief
	rights, err := q.answers(req.Works, req.Items, meter)
	if err != nil {
		return nil, coded(err)
	}
	return &types.QueryCheckRightsBatchResponse{Rights: rights, DecidedAt: q.now.UTC()}, nil
}

// answers decides for each subject, or the item of it, once for those that are the same in whatever
// spelling. The length of each answer, copies too, takes gas.
func (q *inquiry) answers(subjects []string, items []types.Item, meter storetypes.GasMeter) ([]types.Rights, error) {
	type question struct {
		subject types.Subject
		item    types.Item
	}
	type answer struct {
		rights types.Rights
		size   int
	}
	rights, known := make([]types.Rights, len(subjects)), make(map[question]answer, len(subjects))
	for i, text := range subjects {
		if err := q.ctx.Err(); err != nil {
			return nil, err
		}
		subject, err := types.ParseSubject(text)
		if err != nil {
			return nil, fmt.Errorf("works[%d]: %w", i, err)
		}
		asked := question{subject: subject}
		if q.item = nil; len(items) > 0 && !items[i].IsZero() {
			asked.item, q.item = items[i], &items[i]
			if err := q.item.Validate(); err != nil {
				return nil, fmt.Errorf("items[%d]: %w", i, err)
			}
		}
		a, again := known[asked]
		if !again {
			if a.rights, err = q.answer(subject); err != nil {
				return nil, fmt.Errorf("works[%d]: %w", i, err)
			}
			a.rights.Item = asked.item.Sha256
			a.size = a.rights.Size()
			known[asked] = a
		}
		meter.ConsumeGas(uint64(a.size)*types.GasPerAnswerByte, "answer")
		rights[i], rights[i].Subject = a.rights, text
	}
	return rights, nil
}

// withBatchGas gives a batch a meter of its own, within what the caller has left;
// spend charges the caller, if it is metered, with what was used.
func withBatchGas(ctx context.Context) (metered context.Context, meter storetypes.GasMeter, spend func()) {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	outer := sdkCtx.GasMeter()
	meter = storetypes.NewGasMeter(min(types.MaxBatchGas, outer.GasRemaining()))
	// The caller's context stays around it: it says when nobody waits any more.
	return context.WithValue(ctx, sdk.SdkContextKey, sdkCtx.WithGasMeter(meter)), meter, func() {
		outer.ConsumeGas(meter.GasConsumedToLimit(), "batch of rights")
	}
}
