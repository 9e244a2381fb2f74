package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/agent/types"
	"github.com/stemma-chain/stemma/x/internal/events"
)

var _ types.MsgServer = msgServer{}

type msgServer struct{ k Keeper }

// NewMsgServer serves the module's messages. The router that calls it has run their
// ValidateBasic.
func NewMsgServer(k Keeper) types.MsgServer { return msgServer{k: k} }

// Register makes a passport.
func (s msgServer) Register(ctx context.Context, msg *types.MsgRegister) (*types.MsgRegisterResponse, error) {
	controller, err := sdk.AccAddressFromBech32(msg.Controller)
	if err != nil {
		return nil, err
	}
	id, err := s.k.Register(ctx, controller, msg.Name, msg.Card, msg.ExpiresAt)
	if err != nil {
		return nil, err
	}
	return &types.MsgRegisterResponse{Agent: id}, nil
}

// Revise replaces a card.
func (s msgServer) Revise(ctx context.Context, msg *types.MsgRevise) (*types.MsgReviseResponse, error) {
	controller, err := sdk.AccAddressFromBech32(msg.Controller)
	if err != nil {
		return nil, err
	}
	version, err := s.k.Revise(ctx, controller, msg.Agent, msg.Card)
	if err != nil {
		return nil, err
	}
	return &types.MsgReviseResponse{Version: version}, nil
}

// Renew sets the end of a passport.
func (s msgServer) Renew(ctx context.Context, msg *types.MsgRenew) (*types.MsgRenewResponse, error) {
	controller, err := sdk.AccAddressFromBech32(msg.Controller)
	if err != nil {
		return nil, err
	}
	if err := s.k.Renew(ctx, controller, msg.Agent, msg.ExpiresAt); err != nil {
		return nil, err
	}
	return &types.MsgRenewResponse{}, nil
}

// SetStatus suspends, resumes or retires.
func (s msgServer) SetStatus(ctx context.Context, msg *types.MsgSetStatus) (*types.MsgSetStatusResponse, error) {
	controller, err := sdk.AccAddressFromBech32(msg.Controller)
	if err != nil {
		return nil, err
	}
	if err := s.k.SetStatus(ctx, controller, msg.Agent, msg.Status); err != nil {
		return nil, err
	}
	return &types.MsgSetStatusResponse{}, nil
}

// SetLimit makes a key or replaces its limit.
func (s msgServer) SetLimit(ctx context.Context, msg *types.MsgSetLimit) (*types.MsgSetLimitResponse, error) {
	controller, err := sdk.AccAddressFromBech32(msg.Controller)
	if err != nil {
		return nil, err
	}
	key, err := sdk.AccAddressFromBech32(msg.Key)
	if err != nil {
		return nil, err
	}
	warnings, err := s.k.SetLimit(ctx, controller, msg.Agent, key, msg.Limit)
	if err != nil {
		return nil, err
	}
	return &types.MsgSetLimitResponse{Warnings: warnings}, nil
}

// RotateKey replaces a key.
func (s msgServer) RotateKey(ctx context.Context, msg *types.MsgRotateKey) (*types.MsgRotateKeyResponse, error) {
	controller, err := sdk.AccAddressFromBech32(msg.Controller)
	if err != nil {
		return nil, err
	}
	key, err := sdk.AccAddressFromBech32(msg.Key)
	if err != nil {
		return nil, err
	}
	newKey, err := sdk.AccAddressFromBech32(msg.NewKey)
	if err != nil {
		return nil, err
	}
	if err := s.k.RotateKey(ctx, controller, msg.Agent, key, newKey); err != nil {
		return nil, err
	}
	return &types.MsgRotateKeyResponse{}, nil
}

// RemoveKey ends a key.
func (s msgServer) RemoveKey(ctx context.Context, msg *types.MsgRemoveKey) (*types.MsgRemoveKeyResponse, error) {
	controller, err := sdk.AccAddressFromBech32(msg.Controller)
	if err != nil {
		return nil, err
	}
	key, err := sdk.AccAddressFromBech32(msg.Key)
	if err != nil {
		return nil, err
	}
	if err := s.k.RemoveKey(ctx, controller, msg.Agent, key); err != nil {
		return nil, err
	}
	return &types.MsgRemoveKeyResponse{}, nil
}

// Act executes messages for the controller.
func (s msgServer) Act(ctx context.Context, msg *types.MsgAct) (*types.MsgActResponse, error) {
	key, err := sdk.AccAddressFromBech32(msg.Key)
	if err != nil {
		return nil, err
	}
	out, err := s.k.Act(ctx, key, msg.Agent, msg.Messages)
	if err != nil {
		return nil, err
	}
	return &types.MsgActResponse{Responses: out.Responses, Spent: out.Spent}, nil
}

// OfferPayout names a payout account.
func (s msgServer) OfferPayout(ctx context.Context, msg *types.MsgOfferPayout) (*types.MsgOfferPayoutResponse, error) {
	controller, err := sdk.AccAddressFromBech32(msg.Controller)
	if err != nil {
		return nil, err
	}
	account, err := optional(msg.Account)
	if err != nil {
		return nil, err
	}
	if err := s.k.OfferPayout(ctx, controller, msg.Agent, account); err != nil {
		return nil, err
	}
	return &types.MsgOfferPayoutResponse{}, nil
}

// AcceptPayout proves one.
func (s msgServer) AcceptPayout(ctx context.Context, msg *types.MsgAcceptPayout) (*types.MsgAcceptPayoutResponse, error) {
	account, err := sdk.AccAddressFromBech32(msg.Account)
	if err != nil {
		return nil, err
	}
	if err := s.k.AcceptPayout(ctx, account, msg.Agent); err != nil {
		return nil, err
	}
	return &types.MsgAcceptPayoutResponse{}, nil
}

// OfferControl offers an agent.
func (s msgServer) OfferControl(ctx context.Context, msg *types.MsgOfferControl) (*types.MsgOfferControlResponse, error) {
	controller, err := sdk.AccAddressFromBech32(msg.Controller)
	if err != nil {
		return nil, err
	}
	recipient, err := optional(msg.Recipient)
	if err != nil {
		return nil, err
	}
	offer, err := s.k.OfferControl(ctx, controller, msg.Agent, recipient)
	if err != nil {
		return nil, err
	}
	return &types.MsgOfferControlResponse{Offer: offer}, nil
}

// AcceptControl takes one.
func (s msgServer) AcceptControl(ctx context.Context, msg *types.MsgAcceptControl) (*types.MsgAcceptControlResponse, error) {
	recipient, err := sdk.AccAddressFromBech32(msg.Recipient)
	if err != nil {
		return nil, err
	}
	if err := s.k.AcceptControl(ctx, recipient, msg.Agent, msg.Offer, msg.Version); err != nil {
		return nil, err
	}
	return &types.MsgAcceptControlResponse{}, nil
}

// SetRecovery says who replaces a lost controller.
func (s msgServer) SetRecovery(ctx context.Context, msg *types.MsgSetRecovery) (*types.MsgSetRecoveryResponse, error) {
	controller, err := sdk.AccAddressFromBech32(msg.Controller)
	if err != nil {
		return nil, err
	}
	account, err := optional(msg.Account)
	if err != nil {
		return nil, err
	}
	if err := s.k.SetRecovery(ctx, controller, msg.Agent, account, msg.Delay); err != nil {
		return nil, err
	}
	return &types.MsgSetRecoveryResponse{}, nil
}

// RequestRecovery says that it is lost.
func (s msgServer) RequestRecovery(ctx context.Context, msg *types.MsgRequestRecovery) (*types.MsgRequestRecoveryResponse, error) {
	account, err := sdk.AccAddressFromBech32(msg.Account)
	if err != nil {
		return nil, err
	}
	due, err := s.k.RequestRecovery(ctx, account, msg.Agent)
	if err != nil {
		return nil, err
	}
	return &types.MsgRequestRecoveryResponse{DueAt: due}, nil
}

// ObjectToRecovery says that it is not.
func (s msgServer) ObjectToRecovery(ctx context.Context, msg *types.MsgObjectToRecovery) (*types.MsgObjectToRecoveryResponse, error) {
	controller, err := sdk.AccAddressFromBech32(msg.Controller)
	if err != nil {
		return nil, err
	}
	if err := s.k.ObjectToRecovery(ctx, controller, msg.Agent); err != nil {
		return nil, err
	}
	return &types.MsgObjectToRecoveryResponse{}, nil
}

// CompleteRecovery replaces it.
func (s msgServer) CompleteRecovery(ctx context.Context, msg *types.MsgCompleteRecovery) (*types.MsgCompleteRecoveryResponse, error) {
	account, err := sdk.AccAddressFromBech32(msg.Account)
	if err != nil {
		return nil, err
	}
	if err := s.k.CompleteRecovery(ctx, account, msg.Agent); err != nil {
		return nil, err
	}
	return &types.MsgCompleteRecoveryResponse{}, nil
}

// BlankText takes text back.
func (s msgServer) BlankText(ctx context.Context, msg *types.MsgBlankText) (*types.MsgBlankTextResponse, error) {
	sender, err := sdk.AccAddressFromBech32(msg.Sender)
	if err != nil {
		return nil, err
	}
	versions, err := s.k.BlankText(ctx, sender, msg.Agent, msg.Version)
	if err != nil {
		return nil, err
	}
	return &types.MsgBlankTextResponse{Versions: versions}, nil
}

// Attest says something.
func (s msgServer) Attest(ctx context.Context, msg *types.MsgAttest) (*types.MsgAttestResponse, error) {
	issuer, err := sdk.AccAddressFromBech32(msg.Issuer)
	if err != nil {
		return nil, err
	}
	id, err := s.k.Attest(ctx, issuer, msg.Schema, msg.Subject, msg.PayloadSha256, msg.ExpiresAt)
	if err != nil {
		return nil, err
	}
	return &types.MsgAttestResponse{Attestation: id}, nil
}

// RevokeAttestation takes it back.
func (s msgServer) RevokeAttestation(ctx context.Context, msg *types.MsgRevokeAttestation) (*types.MsgRevokeAttestationResponse, error) {
	issuer, err := sdk.AccAddressFromBech32(msg.Issuer)
	if err != nil {
		return nil, err
	}
	if err := s.k.RevokeAttestation(ctx, issuer, msg.Attestation); err != nil {
		return nil, err
	}
	return &types.MsgRevokeAttestationResponse{}, nil
}

// BlankAttestation takes text back.
func (s msgServer) BlankAttestation(ctx context.Context, msg *types.MsgBlankAttestation) (*types.MsgBlankAttestationResponse, error) {
	sender, err := sdk.AccAddressFromBech32(msg.Sender)
	if err != nil {
		return nil, err
	}
	return &types.MsgBlankAttestationResponse{}, s.k.BlankAttestation(ctx, sender, msg.Attestation)
}

// UpdateParams replaces the parameters.
func (s msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := sdk.ValidateAuthority(sdk.UnwrapSDKContext(ctx), s.k.authority, msg.Authority); err != nil {
		return nil, err
	}
	if err := s.k.Params.Set(ctx, msg.Params); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, events.Emit(ctx, &types.EventParamsUpdated{Params: msg.Params})
}

// optional reads an account that may be empty.
func optional(s string) (sdk.AccAddress, error) {
	if s == "" {
		return nil, nil
	}
	return sdk.AccAddressFromBech32(s)
}
