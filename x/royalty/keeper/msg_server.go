package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

type msgServer struct{ k Keeper }

// NewMsgServer returns the module's Msg service. Messages have passed
// ValidateBasic before they arrive here.
func NewMsgServer(k Keeper) types.MsgServer { return msgServer{k} }

func (s msgServer) Pay(ctx context.Context, m *types.MsgPay) (*types.MsgPayResponse, error) {
	payer, work, err := accountAndWork(m.Payer, m.Work)
	if err != nil {
		return nil, err
	}
	return &types.MsgPayResponse{}, s.k.Pay(ctx, payer, work, m.Amount)
}

func (s msgServer) PayMany(ctx context.Context, m *types.MsgPayMany) (*types.MsgPayManyResponse, error) {
	payer, err := sdk.AccAddressFromBech32(m.Payer)
	if err != nil {
		return nil, err
	}
	lines := make([]line, len(m.Payments))
	for i, p := range m.Payments {
		if lines[i].work, err = registrytypes.ParseWorkID(p.Work); err != nil {
			return nil, err
		}
		lines[i].amount = p.Amount
	}
	return &types.MsgPayManyResponse{}, s.k.payAll(ctx, payer, lines)
}

func (s msgServer) Settle(ctx context.Context, m *types.MsgSettle) (*types.MsgSettleResponse, error) {
	works := make([]registrytypes.WorkID, len(m.Works))
	for i, id := range m.Works {
		var err error
		if works[i], err = registrytypes.ParseWorkID(id); err != nil {
			return nil, err
		}
	}
	return &types.MsgSettleResponse{}, s.k.Settle(ctx, works)
}

func (s msgServer) Withdraw(ctx context.Context, m *types.MsgWithdraw) (*types.MsgWithdrawResponse, error) {
	account, err := sdk.AccAddressFromBech32(m.Account)
	if err != nil {
		return nil, err
	}
	amount, err := s.k.Withdraw(ctx, account, m.Denoms)
	return &types.MsgWithdrawResponse{Amount: amount}, err
}

func (s msgServer) AssignShares(ctx context.Context, m *types.MsgAssignShares) (*types.MsgAssignSharesResponse, error) {
	holder, work, err := accountAndWork(m.Holder, m.Work)
	if err != nil {
		return nil, err
	}
	shares := make([]types.Share, len(m.Shares))
	for i, a := range m.Shares {
		if shares[i].Account, err = sdk.AccAddressFromBech32(a.Account); err != nil {
			return nil, err
		}
		shares[i].Weight = a.Weight
	}
	version, err := s.k.AssignShares(ctx, holder, work, shares)
	return &types.MsgAssignSharesResponse{HoldersVersion: version}, err
}

func (s msgServer) AcceptTransfer(ctx context.Context, m *types.MsgAcceptTransfer) (*types.MsgAcceptTransferResponse, error) {
	recipient, work, err := accountAndWork(m.Recipient, m.Work)
	if err != nil {
		return nil, err
	}
	return &types.MsgAcceptTransferResponse{}, s.k.AcceptTransfer(ctx, recipient, work, m.WorkVersion, m.HoldersVersion)
}

func (s msgServer) OpenChannel(ctx context.Context, m *types.MsgOpenChannel) (*types.MsgOpenChannelResponse, error) {
	payer, err := sdk.AccAddressFromBech32(m.Payer)
	if err != nil {
		return nil, err
	}
	channel := types.Channel{Payer: payer, Serial: m.Serial, Key: m.Key, CloseDelay: m.CloseDelay}
	if m.Receiver != "" {
		if channel.Receiver, err = sdk.AccAddressFromBech32(m.Receiver); err != nil {
			return nil, err
		}
	}
	payees, err := types.NewChannelPayees(m.Payees)
	if err != nil {
		return nil, err
	}
	id, err := s.k.OpenChannel(ctx, channel, m.Deposit, payees)
	return &types.MsgOpenChannelResponse{Channel: id.String()}, err
}

func (s msgServer) TopUpChannel(ctx context.Context, m *types.MsgTopUpChannel) (*types.MsgTopUpChannelResponse, error) {
	payer, id, err := accountAndChannel(m.Payer, m.Channel)
	if err != nil {
		return nil, err
	}
	return &types.MsgTopUpChannelResponse{}, s.k.TopUpChannel(ctx, payer, id, m.Amount)
}

func (s msgServer) RedeemVouchers(ctx context.Context, m *types.MsgRedeemVouchers) (*types.MsgRedeemVouchersResponse, error) {
	paid, skipped, err := s.k.RedeemVouchers(ctx, m.Vouchers, m.MaxLines)
	return &types.MsgRedeemVouchersResponse{Paid: paid, Skipped: skipped}, err
}

func (s msgServer) CloseChannel(ctx context.Context, m *types.MsgCloseChannel) (*types.MsgCloseChannelResponse, error) {
	sender, id, err := accountAndChannel(m.Sender, m.Channel)
	if err != nil {
		return nil, err
	}
	refund, closesAt, err := s.k.CloseChannel(ctx, sender, id)
	return &types.MsgCloseChannelResponse{Refund: refund, ClosesAt: closesAt}, err
}

func (s msgServer) UpdateParams(ctx context.Context, m *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := sdk.ValidateAuthority(sdk.UnwrapSDKContext(ctx), s.k.authority, m.Authority); err != nil {
		return nil, err
	}
	if err := s.k.UpdateParams(ctx, m.Params); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, emit(ctx, &types.EventParamsUpdated{Params: m.Params})
}

func accountAndWork(account, work string) (sdk.AccAddress, registrytypes.WorkID, error) {
	address, err := sdk.AccAddressFromBech32(account)
	if err != nil {
		return nil, registrytypes.WorkID{}, err
	}
	id, err := registrytypes.ParseWorkID(work)
	return address, id, err
}

func accountAndChannel(account, channel string) (sdk.AccAddress, types.ChannelID, error) {
	address, err := sdk.AccAddressFromBech32(account)
	if err != nil {
		return nil, types.ChannelID{}, err
	}
	id, err := types.ParseChannelID(channel)
	return address, id, err
}
