package keeper

import (
	"context"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/stemma-chain/stemma/x/license/types"
)

// CheckRights implements types.QueryServer.
func (s queryServer) CheckRights(ctx context.Context, req *types.QueryCheckRightsRequest) (*types.QueryCheckRightsResponse, error) {
	q, err := s.k.newInquiry(ctx, req)
	if err != nil {
		return nil, coded(err)
	}
	rights, err := q.answer(req.Work)
	if err != nil {
		return nil, coded(err)
	}
	return &types.QueryCheckRightsResponse{Rights: rights, DecidedAt: q.now.UTC()}, nil
}

// CheckRightsBatch implements types.QueryServer.
func (s queryServer) CheckRightsBatch(
	ctx context.Context, req *types.QueryCheckRightsBatchRequest,
) (*types.QueryCheckRightsBatchResponse, error) {
	if len(req.Works) > types.MaxBatch {
		return nil, status.Errorf(codes.InvalidArgument, "%d works, at most %d are allowed: ask in parts", len(req.Works), types.MaxBatch)
	}
	q, err := s.k.newInquiry(ctx, &types.QueryCheckRightsRequest{Use: req.Use, Licensee: req.Licensee})
	if err != nil {
		return nil, coded(err)
	}
	res := &types.QueryCheckRightsBatchResponse{Rights: make([]types.Rights, len(req.Works)), DecidedAt: q.now.UTC()}
	for i, subject := range req.Works {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if res.Rights[i], err = q.answer(subject); err != nil {
			return nil, coded(fmt.Errorf("works[%d]: %w", i, err))
		}
	}
	return res, nil
}
