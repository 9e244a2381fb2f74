package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	icahost "github.com/cosmos/ibc-go/v11/modules/apps/27-interchain-accounts/host"
	icahostkeeper "github.com/cosmos/ibc-go/v11/modules/apps/27-interchain-accounts/host/keeper"
	icahosttypes "github.com/cosmos/ibc-go/v11/modules/apps/27-interchain-accounts/host/types"
	icatypes "github.com/cosmos/ibc-go/v11/modules/apps/27-interchain-accounts/types"
	callbacks "github.com/cosmos/ibc-go/v11/modules/apps/callbacks"
	callbackstypes "github.com/cosmos/ibc-go/v11/modules/apps/callbacks/types"
	callbacksv2 "github.com/cosmos/ibc-go/v11/modules/apps/callbacks/v2"
	pfm "github.com/cosmos/ibc-go/v11/modules/apps/packet-forward-middleware"
	pfmkeeper "github.com/cosmos/ibc-go/v11/modules/apps/packet-forward-middleware/keeper"
	pfmtypes "github.com/cosmos/ibc-go/v11/modules/apps/packet-forward-middleware/types"
	ratelimit "github.com/cosmos/ibc-go/v11/modules/apps/rate-limiting"
	ratelimitkeeper "github.com/cosmos/ibc-go/v11/modules/apps/rate-limiting/keeper"
	ratelimittypes "github.com/cosmos/ibc-go/v11/modules/apps/rate-limiting/types"
	ratelimitv2 "github.com/cosmos/ibc-go/v11/modules/apps/rate-limiting/v2"
	"github.com/cosmos/ibc-go/v11/modules/apps/transfer"
	transferkeeper "github.com/cosmos/ibc-go/v11/modules/apps/transfer/keeper"
	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	transferv2 "github.com/cosmos/ibc-go/v11/modules/apps/transfer/v2"
	clienttypes "github.com/cosmos/ibc-go/v11/modules/core/02-client/types"
	channeltypes "github.com/cosmos/ibc-go/v11/modules/core/04-channel/types"
	channeltypesv2 "github.com/cosmos/ibc-go/v11/modules/core/04-channel/v2/types"
	porttypes "github.com/cosmos/ibc-go/v11/modules/core/05-port/types"
	ibcapi "github.com/cosmos/ibc-go/v11/modules/core/api"
	ibcexported "github.com/cosmos/ibc-go/v11/modules/core/exported"
	ibckeeper "github.com/cosmos/ibc-go/v11/modules/core/keeper"
	ibctm "github.com/cosmos/ibc-go/v11/modules/light-clients/07-tendermint"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/runtime"
	sdk "github.com/cosmos/cosmos-sdk/types"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/x/royalty/ibcpay"
)

// IBC holds the state access of the modules that speak with other chains.
type IBC struct {
	Core      *ibckeeper.Keeper
	Transfer  *transferkeeper.Keeper
	Accounts  *icahostkeeper.Keeper
	Forward   *pfmkeeper.Keeper
	RateLimit *ratelimitkeeper.Keeper

	light ibctm.LightClientModule
}

// ibcStores are the stores that came with IBC, which was the first upgrade.
var ibcStores = []string{
	ibcexported.StoreKey, transfertypes.StoreKey, icahosttypes.StoreKey, pfmtypes.StoreKey, ratelimittypes.StoreKey,
}

// ibcModules are the modules of these, in the order of genesis.
var ibcModules = []string{
	ibcexported.ModuleName, ibctm.ModuleName, transfertypes.ModuleName, icatypes.ModuleName, pfmtypes.ModuleName, ratelimittypes.ModuleName,
}

// ibcAccounts are the modules of these that have an account.
var ibcAccounts = []string{transfertypes.ModuleName, icatypes.ModuleName}

// maxCallbackGas is what a memo could ask for a callback, of which there are none.
const maxCallbackGas = 100_000

// newIBC wires the modules that speak with other chains. A packet that arrives goes down this stack: rate limits, forwarding, callbacks
// (which are refused), payments to works, transfers. Version 2 of the protocol has no forwarding.
func newIBC(d keeperDeps, k Keepers) IBC {
	kv, cdc, protoCodec := d.stores.kv, d.cdc, codec.NewProtoCodec(d.cdc.InterfaceRegistry())
	var i IBC
	i.Core = ibckeeper.NewKeeper(cdc, runtime.NewKVStoreService(kv[ibcexported.StoreKey]), k.Upgrade, authority())
	channels := i.Core.ChannelKeeper
	i.Transfer = transferkeeper.NewKeeper(cdc, d.addresses, runtime.NewKVStoreService(kv[transfertypes.StoreKey]),
		channels, d.base.MsgServiceRouter(), k.Account, voucherBank{k.Bank}, authority())
	// The host takes no other codec; how numbers are spelled in what nobody signs is the other chain's matter.
	i.Accounts = icahostkeeper.NewKeeper(protoCodec, runtime.NewKVStoreService(kv[icahosttypes.StoreKey]),
		channels, k.Account, d.base.MsgServiceRouter(), noQueries{}, authority())
	i.Forward = pfmkeeper.NewKeeper(cdc, d.addresses, runtime.NewKVStoreService(kv[pfmtypes.StoreKey]),
		i.Transfer, channels, k.Bank, authority())
	i.RateLimit = ratelimitkeeper.NewKeeper(cdc, d.addresses, runtime.NewKVStoreService(kv[ratelimittypes.StoreKey]),
		channels, i.Core.ClientKeeper, k.Bank, authority())

	stack := porttypes.NewIBCStackBuilder(channels).
		Base(transfer.NewIBCModule(i.Transfer)).
		Next(ibcpay.NewMiddleware(k.Royalty)).
		Next(callbacks.NewIBCMiddleware(noContracts{}, maxCallbackGas)).
		Next(forwarding{pfm.NewIBCMiddleware(i.Forward, 0, pfmkeeper.DefaultForwardTransferPacketTimeoutTimestamp)}).
		Next(ratelimit.NewIBCMiddleware(i.RateLimit)).
		Build()
	i.Core.SetRouter(porttypes.NewRouter().
		AddRoute(transfertypes.ModuleName, stack).
		AddRoute(icahosttypes.SubModuleName, icahost.NewIBCModule(i.Accounts)))

	channelsV2 := i.Core.ChannelKeeperV2
	called := callbacksv2.NewIBCMiddleware(ibcpay.NewMiddlewareV2(k.Royalty, readable{transferv2.NewIBCModule(i.Transfer)}),
		channelsV2, noContracts{}, channelsV2, maxCallbackGas)
	i.Core.SetRouterV2(ibcapi.NewRouter().
		AddRoute(transfertypes.PortID, ratelimitv2.NewIBCMiddleware(*i.RateLimit, called, channelsV2, channelsV2)))

	i.light = ibctm.NewLightClientModule(cdc, i.Core.ClientKeeper.GetStoreProvider())
	i.Core.ClientKeeper.AddRoute(ibctm.ModuleName, &i.light)
	return i
}

// voucherBank describes vouchers so that bank takes what it exports of them: the module has the other chain's name for the smallest unit,
// where bank's own genesis demands the voucher's. What is said of one already stays: the module writes anew at every genesis, and would
// take back the unit that a vote has given.
type voucherBank struct{ bankkeeper.BaseKeeper }

// SetDenomMetaData implements transfertypes.BankKeeper.
func (b voucherBank) SetDenomMetaData(ctx context.Context, m banktypes.Metadata) {
	if b.HasDenomMetaData(ctx, m.Base) {
		return
	}
	alias := m.DenomUnits[0].Denom
	m.DenomUnits, m.Display = []*banktypes.DenomUnit{{Denom: m.Base, Aliases: []string{alias}}}, m.Base
	b.BaseKeeper.SetDenomMetaData(ctx, m)
}

// errBounce refuses to forward a transfer over the channel that it came by: where that fails, the module makes vouchers that nothing
// stands for.
var errBounce = errors.New("a transfer is not forwarded over the channel that it came by")

// forwarding is packet-forward-middleware without what it gets wrong.
type forwarding struct{ *pfm.IBCMiddleware }

// OnRecvPacket implements porttypes.IBCModule.
func (f forwarding) OnRecvPacket(
	ctx sdk.Context, version string, packet channeltypes.Packet, relayer sdk.AccAddress,
) ibcexported.Acknowledgement {
	var data transfertypes.FungibleTokenPacketData
	if transfertypes.ModuleCdc.UnmarshalJSON(packet.Data, &data) == nil {
		to, forwards, err := pfmtypes.GetPacketMetadataFromPacketdata(data)
		if forwards && err == nil && to.Forward.Port == packet.DestinationPort && to.Forward.Channel == packet.DestinationChannel {
			return channeltypes.NewErrorAcknowledgement(errBounce)
		}
	}
	return f.IBCMiddleware.OnRecvPacket(ctx, version, packet, relayer)
}

// noQueries routes no query of a message: how many queries a node takes, and of what size, is its operator's to say, so that nodes would
// not agree on the answers.
type noQueries struct{}

// Route implements icatypes.QueryRouter.
func (noQueries) Route(string) baseapp.GRPCQueryHandler { return nil }

// readable is the transfer module of version 2 of the protocol without texts that are no UTF-8, which two of its encodings can hold: JSON
// cannot, so that a state with such names would be exported as another one, and not imported again.
type readable struct {
	ibcapi.PacketUnmarshalerModuleV2
}

// OnRecvPacket implements ibcapi.IBCModule.
func (r readable) OnRecvPacket(
	ctx sdk.Context, source, destination string, sequence uint64, payload channeltypesv2.Payload, relayer sdk.AccAddress,
) channeltypesv2.RecvPacketResult {
	data, err := transfertypes.UnmarshalPacketData(payload.Value, payload.Version, payload.Encoding)
	invalid := func(text string) bool { return !utf8.ValidString(text) }
	if err != nil || slices.ContainsFunc([]string{data.Token.Denom.Path(), data.Sender, data.Receiver, data.Memo}, invalid) {
		return channeltypesv2.RecvPacketResult{Status: channeltypesv2.PacketStatus_Failure}
	}
	return r.PacketUnmarshalerModuleV2.OnRecvPacket(ctx, source, destination, sequence, payload, relayer)
}

// errNoContracts refuses a transfer whose memo asks for a callback: there is nothing on this chain that could be called.
var errNoContracts = errors.New("there are no contracts on this chain: send without a callback in the memo")

// noContracts answers the callbacks middleware.
type noContracts struct{}

var _ callbackstypes.ContractKeeper = noContracts{}

// IBCSendPacketCallback implements callbackstypes.ContractKeeper: such a transfer is not sent.
func (noContracts) IBCSendPacketCallback(
	sdk.Context, string, string, clienttypes.Height, uint64, []byte, string, string, string,
) error {
	return errNoContracts
}

// IBCReceivePacketCallback implements callbackstypes.ContractKeeper: such a transfer comes back to its sender.
func (noContracts) IBCReceivePacketCallback(
	sdk.Context, ibcexported.PacketI, ibcexported.Acknowledgement, string, string,
) error {
	return errNoContracts
}

// IBCOnAcknowledgementPacketCallback implements callbackstypes.ContractKeeper.
func (noContracts) IBCOnAcknowledgementPacketCallback(
	sdk.Context, channeltypes.Packet, []byte, sdk.AccAddress, string, string, string,
) error {
	return nil
}

// IBCOnTimeoutPacketCallback implements callbackstypes.ContractKeeper.
func (noContracts) IBCOnTimeoutPacketCallback(sdk.Context, channeltypes.Packet, sdk.AccAddress, string, string, string) error {
	return nil
}

// checkIBC compares what the transfer module says is locked away with what its accounts have, and that nothing stays at the pay address.
func (app *App) checkIBC(ctx context.Context) error {
	bank, k, sdkCtx := app.Keepers.Bank, app.Keepers.IBC, sdk.UnwrapSDKContext(ctx)
	if coins := bank.GetAllBalances(ctx, ibcpay.Address()); !coins.IsZero() {
		return fmt.Errorf("%s lies at the pay address", coins)
	}
	have := sdk.NewCoins()
	add := func(end string) {
		have = have.Add(bank.GetAllBalances(ctx, transfertypes.GetEscrowAddress(transfertypes.PortID, end))...)
	}
	for _, channel := range k.Core.ChannelKeeper.GetAllChannelsWithPortPrefix(sdkCtx, transfertypes.PortID) {
		add(channel.ChannelId)
	}
	k.Core.ClientKeeper.IterateClientStates(sdkCtx, nil, func(client string, _ ibcexported.ClientState) bool {
		add(client) // of version 2, which has no channels
		return false
	})
	if locked := k.Transfer.GetAllTotalEscrowed(sdkCtx); !have.IsAllGTE(locked) {
		return fmt.Errorf("%s are sent to other chains, and %s are there to come back", locked, have)
	}
	return nil
}
