package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/x/internal/paging"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

func (s queryServer) PaymentChannel(ctx context.Context, r *types.QueryPaymentChannelRequest) (*types.QueryPaymentChannelResponse, error) {
	request, err := paging.Bound(r.Pagination)
	if err != nil {
		return nil, err
	}
	if err := r.PaymentChannel.Given("payment_channel"); err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	channel, err := s.k.GetPaymentChannel(ctx, r.PaymentChannel)
	if errors.Is(err, types.ErrPaymentChannelNotFound) {
		return nil, status.Error(codes.NotFound, err.Error())
	}
	if err != nil {
		return nil, err
	}
	shares, err := s.k.paymentChannelPayees(ctx, r.PaymentChannel)
	if err != nil {
		return nil, err
	}
	lines := make([]types.PaymentChannelPayee, len(shares))
	for i, share := range shares {
		lines[i] = types.PaymentChannelPayee(share)
	}
	lines, next, err := paging.Slice(lines, request)
	return &types.QueryPaymentChannelResponse{PaymentChannel: paymentChannelInfo(r.PaymentChannel, channel), Payees: lines, Pagination: next}, err
}

func (s queryServer) PaymentChannels(ctx context.Context, r *types.QueryPaymentChannelsRequest) (*types.QueryPaymentChannelsResponse, error) {
	payer, err := sdk.AccAddressFromBech32(r.Payer)
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "payer %q: %s", r.Payer, err)
	}
	request, err := paging.Bound(r.Pagination)
	if err != nil {
		return nil, err
	}
	last, err := s.k.lastSerial(ctx, payer)
	if err != nil {
		return nil, err
	}
	channels, page, err := query.CollectionPaginate(ctx, s.k.PaymentChannels.ByPayer, request,
		func(key collections.Pair[sdk.AccAddress, types.PaymentChannelID], _ collections.NoValue) (types.PaymentChannelInfo, error) {
			channel, err := s.k.GetPaymentChannel(ctx, key.K2())
			return paymentChannelInfo(key.K2(), channel), err
		}, query.WithCollectionPaginationPairPrefix[sdk.AccAddress, types.PaymentChannelID](payer))
	return &types.QueryPaymentChannelsResponse{PaymentChannels: channels, NextSerial: last + 1, Pagination: page}, err
}

func paymentChannelInfo(id types.PaymentChannelID, c types.PaymentChannel) types.PaymentChannelInfo {
	info := types.PaymentChannelInfo{
		Id: id, Payer: c.Payer.String(), Serial: c.Serial,
		Deposit:  sdk.Coin{Denom: c.Denom, Amount: c.Deposit},
		Redeemed: sdk.Coin{Denom: c.Denom, Amount: c.Redeemed},
		Paid:     sdk.Coin{Denom: c.Denom, Amount: c.Paid},
		Key:      c.Key, CloseDelay: c.CloseDelay, ClosesAt: c.ClosesAt, PendingFrom: c.PendingFrom,
	}
	if len(c.Receiver) > 0 {
		info.Receiver = c.Receiver.String()
	}
	return info
}
