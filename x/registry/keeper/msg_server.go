package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/registry/types"
)

var _ types.MsgServer = msgServer{}

type msgServer struct{ k Keeper }

// NewMsgServer returns the server of the module's messages. The router that
// calls it has run their ValidateBasic.
func NewMsgServer(k Keeper) types.MsgServer { return msgServer{k} }

// Register implements types.MsgServer.
func (s msgServer) Register(ctx context.Context, msg *types.MsgRegister) (*types.MsgRegisterResponse, error) {
	registrant, err := sdk.AccAddressFromBech32(msg.Registrant)
	if err != nil {
		return nil, err
	}
	ids, err := s.k.Register(ctx, registrant, msg.Works, msg.AllowContested)
	if err != nil {
		return nil, err
	}
	return &types.MsgRegisterResponse{Works: ids}, nil
}

// Revise implements types.MsgServer.
func (s msgServer) Revise(ctx context.Context, msg *types.MsgRevise) (*types.MsgReviseResponse, error) {
	owner, err := sdk.AccAddressFromBech32(msg.Owner)
	if err != nil {
		return nil, err
	}
	version, err := s.k.Revise(ctx, owner, msg.Work, msg.Details, msg.Manifest)
	return &types.MsgReviseResponse{Version: version}, err
}

// OfferTransfer implements types.MsgServer.
func (s msgServer) OfferTransfer(ctx context.Context, msg *types.MsgOfferTransfer) (*types.MsgOfferTransferResponse, error) {
	owner, err := sdk.AccAddressFromBech32(msg.Owner)
	if err != nil {
		return nil, err
	}
	recipient, err := sdk.AccAddressFromBech32(msg.Recipient)
	if err != nil {
		return nil, err
	}
	number, err := s.k.OfferTransfer(ctx, owner, msg.Work, recipient)
	return &types.MsgOfferTransferResponse{Number: number}, err
}

// CancelTransfer implements types.MsgServer.
func (s msgServer) CancelTransfer(ctx context.Context, msg *types.MsgCancelTransfer) (*types.MsgCancelTransferResponse, error) {
	owner, err := sdk.AccAddressFromBech32(msg.Owner)
	if err != nil {
		return nil, err
	}
	return &types.MsgCancelTransferResponse{}, s.k.CancelTransfer(ctx, owner, msg.Work)
}

// WithdrawWork implements types.MsgServer.
func (s msgServer) WithdrawWork(ctx context.Context, msg *types.MsgWithdrawWork) (*types.MsgWithdrawWorkResponse, error) {
	owner, err := sdk.AccAddressFromBech32(msg.Owner)
	if err != nil {
		return nil, err
	}
	return &types.MsgWithdrawWorkResponse{}, s.k.Withdraw(ctx, owner, msg.Work)
}

// RestoreWork implements types.MsgServer.
func (s msgServer) RestoreWork(ctx context.Context, msg *types.MsgRestoreWork) (*types.MsgRestoreWorkResponse, error) {
	owner, err := sdk.AccAddressFromBech32(msg.Owner)
	if err != nil {
		return nil, err
	}
	return &types.MsgRestoreWorkResponse{}, s.k.Restore(ctx, owner, msg.Work)
}

// BlankText implements types.MsgServer.
func (s msgServer) BlankText(ctx context.Context, msg *types.MsgBlankText) (*types.MsgBlankTextResponse, error) {
	sender, err := sdk.AccAddressFromBech32(msg.Sender)
	if err != nil {
		return nil, err
	}
	versions, err := s.k.BlankText(ctx, sender, msg.Work, msg.Version)
	return &types.MsgBlankTextResponse{Versions: versions}, err
}

// Anchor implements types.MsgServer.
func (s msgServer) Anchor(ctx context.Context, msg *types.MsgAnchor) (*types.MsgAnchorResponse, error) {
	account, err := sdk.AccAddressFromBech32(msg.Account)
	if err != nil {
		return nil, err
	}
	return &types.MsgAnchorResponse{}, s.k.Anchor(ctx, account, msg.Root, msg.Total)
}

// ProveAnchor implements types.MsgServer.
func (s msgServer) ProveAnchor(ctx context.Context, msg *types.MsgProveAnchor) (*types.MsgProveAnchorResponse, error) {
	registrant, err := sdk.AccAddressFromBech32(msg.Registrant)
	if err != nil {
		return nil, err
	}
	work, err := s.k.ProveAnchor(ctx, registrant, msg.Work, msg.Proof)
	return &types.MsgProveAnchorResponse{ClaimedSince: work.ClaimedSince, PlacedAt: work.PlacedAt}, err
}

// WithdrawItems implements types.MsgServer.
func (s msgServer) WithdrawItems(ctx context.Context, msg *types.MsgWithdrawItems) (*types.MsgWithdrawItemsResponse, error) {
	sender, err := sdk.AccAddressFromBech32(msg.Sender)
	if err != nil {
		return nil, err
	}
	list, err := s.k.WithdrawItems(ctx, sender, msg)
	return &types.MsgWithdrawItemsResponse{List: list}, err
}

// UpdateParams implements types.MsgServer.
func (s msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := sdk.ValidateAuthority(sdk.UnwrapSDKContext(ctx), s.k.authority, msg.Authority); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, s.k.UpdateParams(ctx, msg.Params)
}
