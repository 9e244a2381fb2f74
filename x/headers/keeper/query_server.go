package keeper

import (
	"context"
	"encoding/hex"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/stemma-chain/stemma/x/headers/rfc6962"
	"github.com/stemma-chain/stemma/x/headers/types"
)

var _ types.QueryServer = queryServer{}

type queryServer struct {
	k    Keeper
	node types.Node
}

// NewQueryServer returns the server of the module's queries; it reads headers from the node.
func NewQueryServer(k Keeper, node types.Node) types.QueryServer { return queryServer{k, node} }

// Frontier implements types.QueryServer.
func (s queryServer) Frontier(ctx context.Context, req *types.QueryFrontierRequest) (*types.QueryFrontierResponse, error) {
	if req == nil {
		return nil, status.Error(codes.InvalidArgument, "no request")
	}
	l, err := s.k.Read(ctx)
	return &types.QueryFrontierResponse{FirstHeight: l.First, TreeSize: l.Size, Peaks: types.Hashes(l.Peaks)}, err
}

// Path implements types.QueryServer.
func (s queryServer) Path(ctx context.Context, req *types.QueryPathRequest) (*types.QueryPathResponse, error) {
	if req == nil {
		return nil, status.Error(codes.InvalidArgument, "no request")
	}
	l, err := s.k.Read(ctx)
	if err != nil {
		return nil, err
	}
	if req.TreeSize > l.Size {
		return nil, status.Errorf(codes.NotFound, "the log has %d headers, not %d yet", l.Size, req.TreeSize)
	}
	if req.TreeSize > 0 {
		l.Size = req.TreeSize // a path needs no peaks, and what is full stays as it is
	}
	if req.FromLevel >= rfc6962.MaxPeaks {
		return nil, status.Errorf(codes.InvalidArgument, "from_level is %d: a log has levels up to %d", req.FromLevel, rfc6962.MaxPeaks-1)
	}
	var own []byte
	read := func(from int64, count int) ([][]byte, error) {
		hashes, err := s.node.Headers(ctx, from, count)
		if err == nil {
			own = hashes[req.Height-from]
		}
		return hashes, err
	}
	peak, path, err := s.k.Path(ctx, l, req.Height, uint8(req.FromLevel), read)
	switch {
	case errors.Is(err, types.ErrNotInLog):
		return nil, status.Error(codes.NotFound, err.Error())
	case errors.Is(err, types.ErrUnavailable):
		return nil, status.Error(codes.FailedPrecondition, err.Error())
	case err != nil:
		return nil, err
	}
	res := &types.QueryPathResponse{
		Index: uint64(req.Height - l.First), TreeSize: l.Size, Level: uint32(peak.Level), Path: types.Hashes(path),
	}
	if req.FromLevel == 0 {
		res.Hash = hex.EncodeToString(own)
	}
	return res, nil
}
