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

func (s queryServer) Channel(ctx context.Context, r *types.QueryChannelRequest) (*types.QueryChannelResponse, error) {
	request, err := paging.Bound(r.Pagination)
	if err != nil {
		return nil, err
	}
	id, err := types.ParseChannelID(r.Channel)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	channel, err := s.k.GetChannel(ctx, id)
	if errors.Is(err, types.ErrChannelNotFound) {
		return nil, status.Error(codes.NotFound, err.Error())
	}
	if err != nil {
		return nil, err
	}
	shares, err := s.k.channelPayees(ctx, id)
	if err != nil {
		return nil, err
	}
	lines := make([]types.ChannelPayee, len(shares))
	for i, share := range shares {
		lines[i] = types.ChannelPayee{Work: share.Work.String(), Weight: share.Weight}
	}
	lines, next, err := paging.Slice(lines, request)
	return &types.QueryChannelResponse{Channel: channelInfo(id, channel), Payees: lines, Pagination: next}, err
}

func (s queryServer) Channels(ctx context.Context, r *types.QueryChannelsRequest) (*types.QueryChannelsResponse, error) {
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
	channels, page, err := query.CollectionPaginate(ctx, s.k.Channels.ByPayer, request,
		func(key collections.Pair[sdk.AccAddress, types.ChannelID], _ collections.NoValue) (types.ChannelInfo, error) {
			channel, err := s.k.GetChannel(ctx, key.K2())
			return channelInfo(key.K2(), channel), err
		}, query.WithCollectionPaginationPairPrefix[sdk.AccAddress, types.ChannelID](payer))
	return &types.QueryChannelsResponse{Channels: channels, NextSerial: last + 1, Pagination: page}, err
}

func channelInfo(id types.ChannelID, c types.Channel) types.ChannelInfo {
	info := types.ChannelInfo{
		Id: id.String(), Payer: c.Payer.String(), Serial: c.Serial,
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
