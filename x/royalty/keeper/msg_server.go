package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

type msgServer struct{ k Keeper }

// NewMsgServer returns the module's Msg service. Messages have passed
// ValidateBasic before they arrive here.
func NewMsgServer(k Keeper) types.MsgServer { return msgServer{k} }

func (s msgServer) Pay(ctx context.Context, m *types.MsgPay) (*types.MsgPayResponse, error) {
	payer, err := sdk.AccAddressFromBech32(m.Payer)
	if err != nil {
		return nil, err
	}
	epoch, err := s.k.Pay(ctx, payer, m.Work, m.Amount)
	return &types.MsgPayResponse{Epoch: epoch}, err
}

func (s msgServer) PayMany(ctx context.Context, m *types.MsgPayMany) (*types.MsgPayManyResponse, error) {
	payer, err := sdk.AccAddressFromBech32(m.Payer)
	if err != nil {
		return nil, err
	}
	lines := make([]line, len(m.Payments))
	for i, p := range m.Payments {
		lines[i] = line{work: p.Work, amount: p.Amount}
	}
	epochs, err := s.k.payAll(ctx, payer, lines)
	return &types.MsgPayManyResponse{Epochs: epochs}, err
}

func (s msgServer) Settle(ctx context.Context, m *types.MsgSettle) (*types.MsgSettleResponse, error) {
	return &types.MsgSettleResponse{}, s.k.Settle(ctx, m.Works, m.Denoms)
}

func (s msgServer) Withdraw(ctx context.Context, m *types.MsgWithdraw) (*types.MsgWithdrawResponse, error) {
	account, err := sdk.AccAddressFromBech32(m.Account)
	if err != nil {
		return nil, err
	}
	amount, err := s.k.Withdraw(ctx, account, m.Denoms)
	return &types.MsgWithdrawResponse{Amount: amount}, err
}

func (s msgServer) SharePool(ctx context.Context, m *types.MsgSharePool) (*types.MsgSharePoolResponse, error) {
	owner, err := sdk.AccAddressFromBech32(m.Owner)
	if err != nil {
		return nil, err
	}
	waits, err := s.k.SharePool(ctx, owner, m.Work, m.Version, m.Weight)
	return &types.MsgSharePoolResponse{Waits: waits}, err
}

func (s msgServer) Collect(ctx context.Context, m *types.MsgCollect) (*types.MsgCollectResponse, error) {
	entries, err := s.k.Collect(ctx, m.Work, m.Version, m.Denoms, m.Entries)
	return &types.MsgCollectResponse{Entries: entries}, err
}

func (s msgServer) NamePayee(ctx context.Context, m *types.MsgNamePayee) (*types.MsgNamePayeeResponse, error) {
	contributor, err := sdk.AccAddressFromBech32(m.Contributor)
	if err != nil {
		return nil, err
	}
	payee, err := sdk.AccAddressFromBech32(m.Payee)
	if err != nil {
		return nil, err
	}
	return &types.MsgNamePayeeResponse{}, s.k.NamePayee(ctx, contributor, payee)
}

func (s msgServer) AssignShares(ctx context.Context, m *types.MsgAssignShares) (*types.MsgAssignSharesResponse, error) {
	holder, shares, err := m.Parse()
	if err != nil {
		return nil, err
	}
	version, err := s.k.AssignShares(ctx, holder, m.Work, shares)
	return &types.MsgAssignSharesResponse{HoldersVersion: version}, err
}

func (s msgServer) AcceptTransfer(ctx context.Context, m *types.MsgAcceptTransfer) (*types.MsgAcceptTransferResponse, error) {
	recipient, err := sdk.AccAddressFromBech32(m.Recipient)
	if err != nil {
		return nil, err
	}
	return &types.MsgAcceptTransferResponse{}, s.k.AcceptTransfer(ctx, recipient, m.Work, m.WorkVersion, m.Epoch, m.Offer)
}

func (s msgServer) OpenPaymentChannel(ctx context.Context, m *types.MsgOpenPaymentChannel) (*types.MsgOpenPaymentChannelResponse, error) {
	payer, err := sdk.AccAddressFromBech32(m.Payer)
	if err != nil {
		return nil, err
	}
	channel := types.PaymentChannel{Payer: payer, Serial: m.Serial, Key: m.Key, CloseDelay: m.CloseDelay}
	if m.Receiver != "" {
		if channel.Receiver, err = sdk.AccAddressFromBech32(m.Receiver); err != nil {
			return nil, err
		}
	}
	payees, err := types.NewPaymentChannelPayees(m.Payees)
	if err != nil {
		return nil, err
	}
	id, err := s.k.OpenPaymentChannel(ctx, channel, m.Deposit, payees)
	return &types.MsgOpenPaymentChannelResponse{PaymentChannel: id}, err
}

func (s msgServer) TopUpPaymentChannel(
	ctx context.Context, m *types.MsgTopUpPaymentChannel,
) (*types.MsgTopUpPaymentChannelResponse, error) {
	payer, err := sdk.AccAddressFromBech32(m.Payer)
	if err != nil {
		return nil, err
	}
	return &types.MsgTopUpPaymentChannelResponse{}, s.k.TopUpPaymentChannel(ctx, payer, m.PaymentChannel, m.Amount)
}

func (s msgServer) RedeemVouchers(ctx context.Context, m *types.MsgRedeemVouchers) (*types.MsgRedeemVouchersResponse, error) {
	paid, skipped, err := s.k.RedeemVouchers(ctx, m.Vouchers, m.MaxLines)
	return &types.MsgRedeemVouchersResponse{Paid: paid, Skipped: skipped}, err
}

func (s msgServer) ClosePaymentChannel(
	ctx context.Context, m *types.MsgClosePaymentChannel,
) (*types.MsgClosePaymentChannelResponse, error) {
	sender, err := sdk.AccAddressFromBech32(m.Sender)
	if err != nil {
		return nil, err
	}
	refund, closesAt, err := s.k.ClosePaymentChannel(ctx, sender, m.PaymentChannel)
	return &types.MsgClosePaymentChannelResponse{Refund: refund, ClosesAt: closesAt}, err
}

func (s msgServer) AcceptDenom(ctx context.Context, m *types.MsgAcceptDenom) (*types.MsgAcceptDenomResponse, error) {
	if err := sdk.ValidateAuthority(sdk.UnwrapSDKContext(ctx), s.k.authority, m.Authority); err != nil {
		return nil, err
	}
	return &types.MsgAcceptDenomResponse{}, s.k.AcceptDenom(ctx, m.Accepted)
}

func (s msgServer) UpdateParams(ctx context.Context, m *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := sdk.ValidateAuthority(sdk.UnwrapSDKContext(ctx), s.k.authority, m.Authority); err != nil {
		return nil, err
	}
	if err := s.k.UpdateParams(ctx, m.Params); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, events.Emit(ctx, &types.EventParamsUpdated{Params: m.Params})
}
