package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/types"
)

var _ types.MsgServer = msgServer{}

type msgServer struct{ k Keeper }

// NewMsgServer returns the server of the module's messages. The router that
// calls it has run their ValidateBasic.
func NewMsgServer(k Keeper) types.MsgServer { return msgServer{k} }

// PublishTerms implements types.MsgServer.
func (s msgServer) PublishTerms(ctx context.Context, msg *types.MsgPublishTerms) (*types.MsgPublishTermsResponse, error) {
	id, err := s.k.PublishTerms(ctx, msg.Terms)
	if err != nil {
		return nil, err
	}
	return &types.MsgPublishTermsResponse{Id: id}, nil
}

// BlankTerms implements types.MsgServer.
func (s msgServer) BlankTerms(ctx context.Context, msg *types.MsgBlankTerms) (*types.MsgBlankTermsResponse, error) {
	if err := sdk.ValidateAuthority(sdk.UnwrapSDKContext(ctx), s.k.authority, msg.Authority); err != nil {
		return nil, err
	}
	return &types.MsgBlankTermsResponse{}, s.k.BlankTerms(ctx, msg.Terms)
}

// Offer implements types.MsgServer.
func (s msgServer) Offer(ctx context.Context, msg *types.MsgOffer) (*types.MsgOfferResponse, error) {
	owner, err := sdk.AccAddressFromBech32(msg.Owner)
	if err != nil {
		return nil, err
	}
	warnings, err := s.k.Offer(ctx, owner, msg.Work, msg.Terms, msg.Offer)
	if err != nil {
		return nil, err
	}
	return &types.MsgOfferResponse{Warnings: warnings}, nil
}

// CloseOffer implements types.MsgServer.
func (s msgServer) CloseOffer(ctx context.Context, msg *types.MsgCloseOffer) (*types.MsgCloseOfferResponse, error) {
	owner, err := sdk.AccAddressFromBech32(msg.Owner)
	if err != nil {
		return nil, err
	}
	return &types.MsgCloseOfferResponse{}, s.k.CloseOffer(ctx, owner, msg.Work, msg.Terms)
}

// Acquire implements types.MsgServer.
func (s msgServer) Acquire(ctx context.Context, msg *types.MsgAcquire) (*types.MsgAcquireResponse, error) {
	licensee, err := sdk.AccAddressFromBech32(msg.Licensee)
	if err != nil {
		return nil, err
	}
	if !msg.UsesOf.IsZero() {
		pass, epoch, err := s.k.AcquirePass(ctx, PassRequest{
			Licensee: licensee, Work: msg.Work, Terms: msg.Terms, UsesOf: msg.UsesOf, MaxFee: msg.MaxFee,
			Seen: msg.Seen,
		})
		if err != nil {
			return nil, err
		}
		return &types.MsgAcquireResponse{Fee: &pass.Fee, ExpiresAt: pass.ExpiresAt, Epoch: epoch}, nil
	}
	got, err := s.k.Acquire(ctx, Acquisition{
		Licensee: licensee, Work: msg.Work, Terms: msg.Terms, Serial: msg.Serial,
		MaxFee: msg.MaxFee, MaxRate: msg.MaxRate, Derivative: msg.Derivative, Seen: msg.Seen,
	})
	if err != nil {
		return nil, err
	}
	return &types.MsgAcquireResponse{
		Grant: got.ID, Fee: got.Grant.Fee, ExpiresAt: got.Grant.ExpiresAt, Serves: got.Grant.Serves, Epoch: got.Epoch,
		UsesPaid: got.Grant.UsesPaid,
	}, nil
}

// RenewGrant implements types.MsgServer.
func (s msgServer) RenewGrant(ctx context.Context, msg *types.MsgRenewGrant) (*types.MsgRenewGrantResponse, error) {
	holder, err := sdk.AccAddressFromBech32(msg.Licensee)
	if err != nil {
		return nil, err
	}
	grant, epoch, err := s.k.RenewGrant(ctx, holder, msg.Grant, msg.MaxFee, msg.Seen)
	if err != nil {
		return nil, err
	}
	return &types.MsgRenewGrantResponse{Fee: grant.Fee, ExpiresAt: grant.ExpiresAt, Epoch: epoch, UsesPaid: grant.UsesPaid}, nil
}

// OfferGrant implements types.MsgServer.
func (s msgServer) OfferGrant(ctx context.Context, msg *types.MsgOfferGrant) (*types.MsgOfferGrantResponse, error) {
	licensee, err := sdk.AccAddressFromBech32(msg.Licensee)
	if err != nil {
		return nil, err
	}
	recipient, err := sdk.AccAddressFromBech32(msg.Recipient)
	if err != nil {
		return nil, err
	}
	return &types.MsgOfferGrantResponse{}, s.k.OfferGrant(ctx, licensee, msg.Grant, recipient)
}

// CancelGrantOffer implements types.MsgServer.
func (s msgServer) CancelGrantOffer(
	ctx context.Context, msg *types.MsgCancelGrantOffer,
) (*types.MsgCancelGrantOfferResponse, error) {
	licensee, err := sdk.AccAddressFromBech32(msg.Licensee)
	if err != nil {
		return nil, err
	}
	return &types.MsgCancelGrantOfferResponse{}, s.k.CancelGrantOffer(ctx, licensee, msg.Grant)
}

// AcceptGrant implements types.MsgServer.
func (s msgServer) AcceptGrant(ctx context.Context, msg *types.MsgAcceptGrant) (*types.MsgAcceptGrantResponse, error) {
	recipient, err := sdk.AccAddressFromBech32(msg.Recipient)
	if err != nil {
		return nil, err
	}
	return &types.MsgAcceptGrantResponse{}, s.k.AcceptGrant(ctx, recipient, msg.Grant, msg.Seen)
}

// Approve implements types.MsgServer.
func (s msgServer) Approve(ctx context.Context, msg *types.MsgApprove) (*types.MsgApproveResponse, error) {
	owner, err := sdk.AccAddressFromBech32(msg.Owner)
	if err != nil {
		return nil, err
	}
	whom, err := types.ParseApproved(msg.Licensee, msg.Derivative)
	if err != nil {
		return nil, err
	}
	return &types.MsgApproveResponse{}, s.k.Approve(ctx, owner, msg.Work, msg.Terms, whom)
}

// WithdrawApproval implements types.MsgServer.
func (s msgServer) WithdrawApproval(
	ctx context.Context, msg *types.MsgWithdrawApproval,
) (*types.MsgWithdrawApprovalResponse, error) {
	owner, err := sdk.AccAddressFromBech32(msg.Owner)
	if err != nil {
		return nil, err
	}
	whom, err := types.ParseApproved(msg.Licensee, msg.Derivative)
	if err != nil {
		return nil, err
	}
	return &types.MsgWithdrawApprovalResponse{}, s.k.WithdrawApproval(ctx, owner, msg.Work, msg.Terms, whom)
}

// Use implements types.MsgServer.
func (s msgServer) Use(ctx context.Context, msg *types.MsgUse) (*types.MsgUseResponse, error) {
	sender, err := sdk.AccAddressFromBech32(msg.Sender)
	if err != nil {
		return nil, err
	}
	counts, err := s.k.CountUses(ctx, sender, msg.Uses)
	return &types.MsgUseResponse{Counts: counts}, err
}
