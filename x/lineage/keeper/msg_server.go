package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/lineage/types"
)

var _ types.MsgServer = msgServer{}

type msgServer struct{ k Keeper }

// NewMsgServer serves the module's messages. The router that calls it has run
// their ValidateBasic.
func NewMsgServer(k Keeper) types.MsgServer { return msgServer{k: k} }

// Derive declares sources of a work.
func (s msgServer) Derive(ctx context.Context, msg *types.MsgDerive) (*types.MsgDeriveResponse, error) {
	d, err := msg.Declaration()
	if err != nil {
		return nil, err
	}
	result, err := s.k.Derive(ctx, d)
	if err != nil {
		return nil, err
	}
	return &result, nil
}

// ApproveSource approves a later source.
func (s msgServer) ApproveSource(ctx context.Context, msg *types.MsgApproveSource) (*types.MsgApproveSourceResponse, error) {
	settled, err := s.k.ApproveSource(ctx, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgApproveSourceResponse{Settled: settled}, nil
}

// WithdrawSourceApproval takes an approval back.
func (s msgServer) WithdrawSourceApproval(
	ctx context.Context, msg *types.MsgWithdrawSourceApproval,
) (*types.MsgWithdrawSourceApprovalResponse, error) {
	if err := s.k.WithdrawSourceApproval(ctx, msg); err != nil {
		return nil, err
	}
	return &types.MsgWithdrawSourceApprovalResponse{}, nil
}

// BlankText takes text back.
func (s msgServer) BlankText(ctx context.Context, msg *types.MsgBlankText) (*types.MsgBlankTextResponse, error) {
	sender, err := sdk.AccAddressFromBech32(msg.Sender)
	if err != nil {
		return nil, err
	}
	if err := s.k.BlankText(ctx, sender, msg.Work); err != nil {
		return nil, err
	}
	return &types.MsgBlankTextResponse{}, nil
}

// UpdateParams replaces the parameters.
func (s msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	if err := sdk.ValidateAuthority(sdkCtx, s.k.authority, msg.Authority); err != nil {
		return nil, err
	}
	if err := s.k.UpdateParams(ctx, msg.Params); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, nil
}
