package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
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
	return &types.MsgPublishTermsResponse{Id: id.String()}, nil
}

// BlankTerms implements types.MsgServer.
func (s msgServer) BlankTerms(ctx context.Context, msg *types.MsgBlankTerms) (*types.MsgBlankTermsResponse, error) {
	if err := sdk.ValidateAuthority(sdk.UnwrapSDKContext(ctx), s.k.authority, msg.Authority); err != nil {
		return nil, err
	}
	id, err := types.ParseTermsID(msg.Terms)
	if err != nil {
		return nil, err
	}
	return &types.MsgBlankTermsResponse{}, s.k.BlankTerms(ctx, id)
}

// Offer implements types.MsgServer.
func (s msgServer) Offer(ctx context.Context, msg *types.MsgOffer) (*types.MsgOfferResponse, error) {
	owner, work, terms, err := parseOffered(msg.Owner, msg.Work, msg.Terms)
	if err != nil {
		return nil, err
	}
	warnings, err := s.k.Offer(ctx, owner, work, terms, msg.Offer)
	if err != nil {
		return nil, err
	}
	return &types.MsgOfferResponse{Warnings: warnings}, nil
}

// CloseOffer implements types.MsgServer.
func (s msgServer) CloseOffer(ctx context.Context, msg *types.MsgCloseOffer) (*types.MsgCloseOfferResponse, error) {
	owner, work, terms, err := parseOffered(msg.Owner, msg.Work, msg.Terms)
	if err != nil {
		return nil, err
	}
	return &types.MsgCloseOfferResponse{}, s.k.CloseOffer(ctx, owner, work, terms)
}

// Acquire implements types.MsgServer.
func (s msgServer) Acquire(ctx context.Context, msg *types.MsgAcquire) (*types.MsgAcquireResponse, error) {
	licensee, work, terms, err := parseOffered(msg.Licensee, msg.Work, msg.Terms)
	if err != nil {
		return nil, err
	}
	a := Acquisition{Licensee: licensee, Work: work, Terms: terms, Serial: msg.Serial, MaxFee: msg.MaxFee, MaxRate: msg.MaxRate}
	if msg.Derivative != "" {
		if a.Derivative, err = registrytypes.ParseWorkID(msg.Derivative); err != nil {
			return nil, err
		}
	}
	id, grant, err := s.k.Acquire(ctx, a)
	if err != nil {
		return nil, err
	}
	return &types.MsgAcquireResponse{Grant: id.String(), Fee: grant.Fee, ExpiresAt: grant.ExpiresAt}, nil
}

// RenewGrant implements types.MsgServer.
func (s msgServer) RenewGrant(ctx context.Context, msg *types.MsgRenewGrant) (*types.MsgRenewGrantResponse, error) {
	holder, id, err := parseGranted(msg.Licensee, msg.Grant)
	if err != nil {
		return nil, err
	}
	grant, err := s.k.RenewGrant(ctx, holder, id, msg.MaxFee)
	if err != nil {
		return nil, err
	}
	return &types.MsgRenewGrantResponse{Fee: grant.Fee, ExpiresAt: grant.ExpiresAt}, nil
}

// TransferGrant implements types.MsgServer.
func (s msgServer) TransferGrant(ctx context.Context, msg *types.MsgTransferGrant) (*types.MsgTransferGrantResponse, error) {
	licensee, id, err := parseGranted(msg.Licensee, msg.Grant)
	if err != nil {
		return nil, err
	}
	recipient, err := sdk.AccAddressFromBech32(msg.Recipient)
	if err != nil {
		return nil, err
	}
	return &types.MsgTransferGrantResponse{}, s.k.TransferGrant(ctx, licensee, id, recipient)
}

// Approve implements types.MsgServer.
func (s msgServer) Approve(ctx context.Context, msg *types.MsgApprove) (*types.MsgApproveResponse, error) {
	owner, work, terms, err := parseOffered(msg.Owner, msg.Work, msg.Terms)
	if err != nil {
		return nil, err
	}
	whom, err := types.ParseApproved(msg.Licensee, msg.Derivative)
	if err != nil {
		return nil, err
	}
	return &types.MsgApproveResponse{}, s.k.Approve(ctx, owner, work, terms, whom)
}

// WithdrawApproval implements types.MsgServer.
func (s msgServer) WithdrawApproval(
	ctx context.Context, msg *types.MsgWithdrawApproval,
) (*types.MsgWithdrawApprovalResponse, error) {
	owner, work, terms, err := parseOffered(msg.Owner, msg.Work, msg.Terms)
	if err != nil {
		return nil, err
	}
	whom, err := types.ParseApproved(msg.Licensee, msg.Derivative)
	if err != nil {
		return nil, err
	}
	return &types.MsgWithdrawApprovalResponse{}, s.k.WithdrawApproval(ctx, owner, work, terms, whom)
}

func parseGranted(account, grant string) (sdk.AccAddress, types.GrantID, error) {
	addr, err := sdk.AccAddressFromBech32(account)
	if err != nil {
		return nil, types.GrantID{}, err
	}
	id, err := types.ParseGrantID(grant)
	return addr, id, err
}

func parseOffered(account, work, terms string) (sdk.AccAddress, registrytypes.WorkID, types.TermsID, error) {
	addr, err := sdk.AccAddressFromBech32(account)
	if err != nil {
		return nil, registrytypes.WorkID{}, types.TermsID{}, err
	}
	workID, err := registrytypes.ParseWorkID(work)
	if err != nil {
		return nil, workID, types.TermsID{}, err
	}
	termsID, err := types.ParseTermsID(terms)
	return addr, workID, termsID, err
}
