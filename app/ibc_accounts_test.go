package app_test

import (
	"slices"
	"testing"
	"time"

	"github.com/cosmos/gogoproto/proto"
	icatypes "github.com/cosmos/ibc-go/v11/modules/apps/27-interchain-accounts/types"
	clienttypes "github.com/cosmos/ibc-go/v11/modules/core/02-client/types"
	channeltypes "github.com/cosmos/ibc-go/v11/modules/core/04-channel/types"
	host "github.com/cosmos/ibc-go/v11/modules/core/24-host"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/app/acts"
	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/testutil/relay"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// controller is an account of the other chain that controls one here: what its chain would store is written there.
type controller struct {
	t          *testing.T
	home, away *relay.End
	port       string
	channel    channeltypes.Channel
	account    chain.Account
}

const controllerChannel = "channel-77"

func newController(t *testing.T, home, away *relay.End) *controller {
	t.Helper()
	c := &controller{t: t, home: home, away: away, port: icatypes.ControllerPortPrefix + "label"}
	c.channel = channeltypes.Channel{
		State: channeltypes.INIT, Ordering: channeltypes.ORDERED, Counterparty: channeltypes.NewCounterparty(icatypes.HostPortID, ""),
		ConnectionHops: []string{away.Connection}, Version: icatypes.NewDefaultMetadataString(away.Connection, home.Connection),
	}
	c.store()
	proof, height := away.Proof(host.ChannelKey(c.port, controllerChannel))
	res := home.MustDeliver(home.Relayer, channeltypes.NewMsgChannelOpenTry(icatypes.HostPortID, "", channeltypes.ORDERED,
		[]string{home.Connection}, c.port, controllerChannel, c.channel.Version, proof, height, home.Relayer.String()))
	here := relay.Attribute(t, res.Events, channeltypes.EventTypeChannelOpenTry, channeltypes.AttributeKeyChannelID)
	opened, _ := home.App.Keepers.IBC.Core.ChannelKeeper.GetChannel(home.Ctx(), icatypes.HostPortID, here)
	c.channel.State, c.channel.Counterparty.ChannelId, c.channel.Version = channeltypes.OPEN, here, opened.Version
	c.store()
	proof, height = away.Proof(host.ChannelKey(c.port, controllerChannel))
	home.MustDeliver(home.Relayer, channeltypes.NewMsgChannelOpenConfirm(icatypes.HostPortID, here, proof, height, home.Relayer.String()))
	address, found := home.App.Keepers.IBC.Accounts.GetInterchainAccountAddress(home.Ctx(), home.Connection, c.port)
	require.True(t, found)
	c.account = chain.Account{Name: "controlled", Address: sdk.MustAccAddressFromBech32(address)}
	return c
}

func (c *controller) store() {
	c.away.Write(func(ctx sdk.Context) error {
		channels := c.away.App.Keepers.IBC.Core.ChannelKeeper
		channels.SetChannel(ctx, c.port, controllerChannel, c.channel)
		for _, set := range []func(sdk.Context, string, string, uint64){
			channels.SetNextSequenceSend, channels.SetNextSequenceRecv, channels.SetNextSequenceAck,
		} {
			set(ctx, c.port, controllerChannel, 1)
		}
		return nil
	})
}

// send has the account here execute messages, and says whether it did.
func (c *controller) send(msgs ...proto.Message) bool {
	c.t.Helper()
	raw, err := icatypes.SerializeCosmosTx(codec.NewProtoCodec(c.home.App.Encoding().InterfaceRegistry), msgs, icatypes.EncodingProtobuf)
	require.NoError(c.t, err)
	data := icatypes.InterchainAccountPacketData{Type: icatypes.EXECUTE_TX, Data: raw}
	p := channeltypes.Packet{
		SourcePort: c.port, SourceChannel: controllerChannel, DestinationPort: icatypes.HostPortID,
		DestinationChannel: c.channel.Counterparty.ChannelId, Data: data.GetBytes(),
		TimeoutTimestamp: uint64(c.home.Now().Add(time.Hour).UnixNano()),
	}
	c.away.Write(func(ctx sdk.Context) error {
		p.Sequence, err = c.away.App.Keepers.IBC.Core.ChannelKeeper.SendPacket(ctx, p.SourcePort, p.SourceChannel, clienttypes.ZeroHeight(),
			p.TimeoutTimestamp, p.Data)
		return err
	})
	_, ackBytes := c.home.Receive(p)
	var ack channeltypes.Acknowledgement
	channeltypes.SubModuleCdc.MustUnmarshalJSON(ackBytes, &ack)
	return ack.Success()
}

// An account that another chain controls owns, licenses and pays for works; it neither votes nor stakes, nor gives anybody its power.
func TestAccountsOfOtherChains(t *testing.T) {
	home, away := connected(t)
	c := newController(t, home, away)
	alice, bob := home.Account("alice"), home.Account("bob")
	coin := sdk.NewInt64Coin(app.LocalDenom, 1_000_000)
	stake := sdk.NewInt64Coin(app.StakingDenom, 1_000_000)
	home.MustDeliver(alice, banktypes.NewMsgSend(alice.Address, c.account.Address, sdk.NewCoins(coin, stake)))
	song := chain.WorkOf("song", c.account)
	require.True(t, c.send(chain.RegisterMsg(c.account, "song"), chain.OfferMsg(song, chain.Preset("commercial-remix-10"))))
	work, err := home.App.Keepers.Registry.GetWork(home.Ctx(), song.ID)
	require.NoError(t, err)
	require.Equal(t, c.account.Address, work.Owner)
	other := home.Register("other", bob)
	require.True(t, c.send(chain.PayMsg(c.account, other, sdk.NewInt64Coin(app.LocalDenom, 5000))))
	require.True(t, c.send(&licensetypes.MsgCloseOffer{Owner: c.account.String(), Work: song.ID, Terms: chain.Preset("commercial-remix-10")}))
	validator := func() string {
		list, err := home.App.Keepers.Staking.GetAllValidators(home.Ctx())
		require.NoError(t, err)
		return list[0].OperatorAddress
	}()
	pay := chain.PayMsg(c.account, other, sdk.NewInt64Coin(app.LocalDenom, 5000))
	exec := authz.NewMsgExec(c.account.Address, []sdk.Msg{pay})
	grant, err := authz.NewMsgGrant(c.account.Address, bob.Address, authz.NewGenericAuthorization("/stemma.royalty.v1.MsgPay"), nil)
	require.NoError(t, err)
	for name, msg := range map[string]proto.Message{
		"a vote":            govv1.NewMsgVote(c.account.Address, 1, govv1.OptionYes, ""),
		"a stake":           stakingtypes.NewMsgDelegate(c.account.String(), validator, stake),
		"an act by another": &exec, "power for another": grant, "somebody else's coins": chain.PayMsg(bob, other, coin),
		"a work of somebody else": chain.OfferMsg(other, chain.Preset("cc0-1.0")),
	} {
		require.False(t, c.send(msg), name)
		require.False(t, c.send(pay, msg), "%s, behind a payment, which is undone", name)
	}
	require.Equal(t, int64(995_000), home.Balance(c.account, app.LocalDenom).Amount.Int64())
	home.RequireSameExport()
}

// What accounts of other chains may do is what the parameters list, and what owners do.
func TestWhatAccountsOfOtherChainsMayDo(t *testing.T) {
	c := chain.New(t)
	params := c.App.Keepers.IBC.Accounts.GetParams(c.Ctx())
	require.True(t, params.HostEnabled)
	require.Equal(t, acts.OfOwners(), params.AllowMessages)
	for _, kind := range []string{"/stemma.registry.v1.MsgRegister", "/stemma.license.v1.MsgOffer", "/cosmos.bank.v1beta1.MsgSend"} {
		require.Contains(t, params.AllowMessages, kind)
	}
	for _, kind := range []string{
		"*", "/cosmos.gov.v1.MsgVote", "/cosmos.authz.v1beta1.MsgExec", "/stemma.agent.v1.MsgAct", "/stemma.dispute.v1.MsgRule",
		"/stemma.royalty.v1.MsgUpdateParams",
	} {
		require.False(t, slices.Contains(params.AllowMessages, kind), kind)
	}
}
