package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/dispute/types"
)

var _ types.MsgServer = msgServer{}

type msgServer struct{ k Keeper }

// NewMsgServer serves the module's messages. The router that calls it has run their
// ValidateBasic.
func NewMsgServer(k Keeper) types.MsgServer { return msgServer{k: k} }

// Open contests a work.
func (s msgServer) Open(ctx context.Context, msg *types.MsgOpen) (*types.MsgOpenResponse, error) {
	d, err := s.k.OpenDispute(ctx, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgOpenResponse{Dispute: d.Id, Deadline: *d.Deadline}, nil
}

// Answer concedes or contests.
func (s msgServer) Answer(ctx context.Context, msg *types.MsgAnswer) (*types.MsgAnswerResponse, error) {
	d, err := s.k.Answer(ctx, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgAnswerResponse{Phase: d.Phase}, nil
}

// Rule decides.
func (s msgServer) Rule(ctx context.Context, msg *types.MsgRule) (*types.MsgRuleResponse, error) {
	d, err := s.k.Rule(ctx, msg)
	if err != nil {
		return nil, err
	}
	res := &types.MsgRuleResponse{}
	if d.Phase == types.PHASE_APPEAL {
		res.Deadline = d.Deadline
	}
	return res, nil
}

// Appeal takes a ruling to governance.
func (s msgServer) Appeal(ctx context.Context, msg *types.MsgAppeal) (*types.MsgAppealResponse, error) {
	d, err := s.k.Appeal(ctx, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgAppealResponse{Deadline: *d.Deadline}, nil
}

// Drop ends a dispute.
func (s msgServer) Drop(ctx context.Context, msg *types.MsgDrop) (*types.MsgDropResponse, error) {
	return &types.MsgDropResponse{}, s.k.Drop(ctx, msg.Challenger, msg.Dispute)
}

// CallBond calls for a higher bond.
func (s msgServer) CallBond(ctx context.Context, msg *types.MsgCallBond) (*types.MsgCallBondResponse, error) {
	d, err := s.k.CallBond(ctx, msg.Dispute)
	if err != nil {
		return nil, err
	}
	return &types.MsgCallBondResponse{Called: d.Called, Until: *d.CalledUntil}, nil
}

// AddBond raises a bond.
func (s msgServer) AddBond(ctx context.Context, msg *types.MsgAddBond) (*types.MsgAddBondResponse, error) {
	payer, err := sdk.AccAddressFromBech32(msg.Payer)
	if err != nil {
		return nil, err
	}
	return &types.MsgAddBondResponse{}, s.k.AddBond(ctx, payer, msg.Dispute, msg.Bond)
}

// BlankEvidence takes URIs back.
func (s msgServer) BlankEvidence(ctx context.Context, msg *types.MsgBlankEvidence) (*types.MsgBlankEvidenceResponse, error) {
	return &types.MsgBlankEvidenceResponse{}, s.k.BlankEvidence(ctx, msg.Sender, msg.Dispute)
}

// ObjectToWeight objects to a weight.
func (s msgServer) ObjectToWeight(ctx context.Context, msg *types.MsgObjectToWeight) (*types.MsgObjectToWeightResponse, error) {
	return &types.MsgObjectToWeightResponse{}, s.k.ObjectToWeight(ctx, msg)
}

// AgreeToWeight takes an objection over.
func (s msgServer) AgreeToWeight(ctx context.Context, msg *types.MsgAgreeToWeight) (*types.MsgAgreeToWeightResponse, error) {
	return &types.MsgAgreeToWeightResponse{}, s.k.AgreeToWeight(ctx, msg)
}

// UpdateParams replaces the parameters.
func (s msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := sdk.ValidateAuthority(sdk.UnwrapSDKContext(ctx), s.k.authority, msg.Authority); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, s.k.UpdateParams(ctx, msg.Params)
}
