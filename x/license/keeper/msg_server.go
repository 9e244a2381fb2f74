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
	id, grant, err := s.k.Acquire(ctx, Acquisition{
		Licensee: licensee, Work: work, Terms: terms, Serial: msg.Serial, MaxFee: msg.MaxFee, MaxRate: msg.MaxRate,
	})
	if err != nil {
		return nil, err
	}
	return &types.MsgAcquireResponse{Grant: id.String(), Fee: grant.Fee, ExpiresAt: grant.ExpiresAt}, nil
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
