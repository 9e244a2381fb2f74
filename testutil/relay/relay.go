// Package relay carries packets between two test chains, as a relayer does: by real light clients that verify the headers of each other's
// validators, with proofs of what either chain stored.
package relay

import (
	"encoding/hex"
	"strconv"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	clienttypes "github.com/cosmos/ibc-go/v11/modules/core/02-client/types"
	clientv2types "github.com/cosmos/ibc-go/v11/modules/core/02-client/v2/types"
	connectiontypes "github.com/cosmos/ibc-go/v11/modules/core/03-connection/types"
	channeltypes "github.com/cosmos/ibc-go/v11/modules/core/04-channel/types"
	commitmenttypes "github.com/cosmos/ibc-go/v11/modules/core/23-commitment/types"
	host "github.com/cosmos/ibc-go/v11/modules/core/24-host"
	ibcexported "github.com/cosmos/ibc-go/v11/modules/core/exported"
	ibctm "github.com/cosmos/ibc-go/v11/modules/light-clients/07-tendermint"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
)

// Periods of the light clients.
const (
	Trusting  = 14 * 24 * time.Hour
	Unbonding = 21 * 24 * time.Hour
)

// End is one end of a link: a chain, and what it calls the other.
type End struct {
	*chain.Chain
	Client, Connection, Channel string
	// Relayer signs what is relayed to this chain.
	Relayer chain.Account

	t     testing.TB
	other *End
}

// Connect connects two chains of Signed headers by a channel for transfers.
func Connect(t testing.TB, a, b *chain.Chain) (*End, *End) {
	t.Helper()
	x, y := Clients(t, a, b)
	prefix := commitmenttypes.NewMerklePrefix([]byte(ibcexported.StoreKey))
	version := connectiontypes.GetCompatibleVersions()
	x.Connection = Attribute(t, x.relay(connectiontypes.NewMsgConnectionOpenInit(x.Client, y.Client, prefix, version[0], 0, x.by())),
		connectiontypes.EventTypeConnectionOpenInit, connectiontypes.AttributeKeyConnectionID)
	proof, height := x.Proof(host.ConnectionKey(x.Connection))
	y.Connection = Attribute(t, y.relay(connectiontypes.NewMsgConnectionOpenTry(
		y.Client, x.Connection, x.Client, prefix, version, 0, proof, height, y.by())),
		connectiontypes.EventTypeConnectionOpenTry, connectiontypes.AttributeKeyConnectionID)
	proof, height = y.Proof(host.ConnectionKey(y.Connection))
	x.relay(connectiontypes.NewMsgConnectionOpenAck(x.Connection, y.Connection, proof, height, version[0], x.by()))
	proof, height = x.Proof(host.ConnectionKey(x.Connection))
	y.relay(connectiontypes.NewMsgConnectionOpenConfirm(y.Connection, proof, height, y.by()))
	x.Open(transfertypes.PortID, transfertypes.PortID, transfertypes.V1, channeltypes.UNORDERED)
	return x, y
}

// Open opens a channel from a port here to one there, and is where both find it.
func (e *End) Open(port, there, version string, order channeltypes.Order) {
	e.t.Helper()
	y := e.other
	e.Channel = Attribute(e.t, e.relay(channeltypes.NewMsgChannelOpenInit(port, version, order, []string{e.Connection}, there, e.by())),
		channeltypes.EventTypeChannelOpenInit, channeltypes.AttributeKeyChannelID)
	opened, found := e.App.Keepers.IBC.Core.ChannelKeeper.GetChannel(e.Ctx(), port, e.Channel)
	require.True(e.t, found)
	proof, height := e.Proof(host.ChannelKey(port, e.Channel))
	y.Channel = Attribute(e.t, y.relay(channeltypes.NewMsgChannelOpenTry(
		there, opened.Version, order, []string{y.Connection}, port, e.Channel, opened.Version, proof, height, y.by())),
		channeltypes.EventTypeChannelOpenTry, channeltypes.AttributeKeyChannelID)
	opened, _ = y.App.Keepers.IBC.Core.ChannelKeeper.GetChannel(y.Ctx(), there, y.Channel)
	proof, height = y.Proof(host.ChannelKey(there, y.Channel))
	e.relay(channeltypes.NewMsgChannelOpenAck(port, e.Channel, y.Channel, opened.Version, proof, height, e.by()))
	proof, height = e.Proof(host.ChannelKey(port, e.Channel))
	y.relay(channeltypes.NewMsgChannelOpenConfirm(there, y.Channel, proof, height, y.by()))
}

// Clients gives either chain a light client of the other, in version 2 of the protocol's way too.
func Clients(t testing.TB, a, b *chain.Chain) (*End, *End) {
	t.Helper()
	x, y := &End{Chain: a, t: t}, &End{Chain: b, t: t}
	x.other, y.other = y, x
	for _, e := range []*End{x, y} {
		e.Relayer = e.Account("relayer")
		e.Client = e.NewClient()
	}
	for _, e := range []*End{x, y} {
		e.relay(clientv2types.NewMsgRegisterCounterparty(e.Client, [][]byte{[]byte(ibcexported.StoreKey), {}}, e.other.Client, e.by()))
	}
	return x, y
}

// NewClient makes another light client of the other chain, as it is now.
func (e *End) NewClient() string {
	e.t.Helper()
	at := e.other.NextBlock().Height
	state := ibctm.NewClientState(chain.ID, ibctm.DefaultTrustLevel, Trusting, Unbonding, 10*time.Second, heightOf(at),
		commitmenttypes.GetSDKSpecs(), []string{"upgrade", "upgradedIBCState"})
	h := e.other.Head(at).Header
	msg, err := clienttypes.NewMsgCreateClient(state,
		ibctm.NewConsensusState(h.Time, commitmenttypes.NewMerkleRoot(h.AppHash), h.NextValidatorsHash), e.by())
	require.NoError(e.t, err)
	return Attribute(e.t, e.relay(msg), clienttypes.EventTypeCreateClient, clienttypes.AttributeKeyClientID)
}

// UpdateMsg brings a client of the other chain to a height of it.
func (e *End) UpdateMsg(client string, at int64) *clienttypes.MsgUpdateClient {
	e.t.Helper()
	trusted := e.App.Keepers.IBC.Core.ClientKeeper.GetClientLatestHeight(e.Ctx(), client)
	head := e.other.Head(at)
	node := chain.Node{Chain: e.other.Chain}
	res, err := node.Commit(e.t.Context(), &at)
	require.NoError(e.t, err)
	set, err := e.other.Set(at).ToProto()
	require.NoError(e.t, err)
	next, err := e.other.Set(int64(trusted.RevisionHeight) + 1).ToProto()
	require.NoError(e.t, err)
	header := &ibctm.Header{
		SignedHeader: res.SignedHeader.ToProto(), ValidatorSet: set, TrustedHeight: trusted, TrustedValidators: next,
	}
	header.ValidatorSet.TotalVotingPower = e.other.Set(at).TotalVotingPower()
	header.TrustedValidators.TotalVotingPower = e.other.Set(int64(trusted.RevisionHeight) + 1).TotalVotingPower()
	require.Equal(e.t, at, head.Header.Height)
	msg, err := clienttypes.NewMsgUpdateClient(client, header, e.by())
	require.NoError(e.t, err)
	return msg
}

// Proof proves a row of this chain's store of IBC to the other's client, which is brought to the height that it can be verified at.
func (e *End) Proof(key []byte) ([]byte, clienttypes.Height) {
	e.t.Helper()
	at := e.Height()
	e.NextBlock()                                         // its header has the hash of the state
	if behind := e.Now().Sub(e.other.Now()); behind > 0 { // clocks go alike, however many blocks either makes
		e.other.Advance(behind)
	}
	e.other.relay(e.other.UpdateMsg(e.other.Client, at+1))
	return e.ProofAt(key, at)
}

// ProofAt is proof of the state of an earlier height, for the client as it is.
func (e *End) ProofAt(key []byte, height int64) ([]byte, clienttypes.Height) {
	e.t.Helper()
	res, err := e.App.Query(e.t.Context(), &abci.RequestQuery{
		Path: "store/" + ibcexported.StoreKey + "/key", Height: height, Data: key, Prove: true,
	})
	require.NoError(e.t, err)
	require.Zero(e.t, res.Code, res.Log)
	merkle, err := commitmenttypes.ConvertProofs(res.ProofOps)
	require.NoError(e.t, err)
	raw, err := e.App.Encoding().Codec.Marshal(&merkle)
	require.NoError(e.t, err)
	return raw, heightOf(height + 1)
}

func (e *End) by() string { return e.Relayer.String() }

// relay delivers a message of the relayer's, which has to succeed.
func (e *End) relay(msg sdk.Msg) []abci.Event {
	e.t.Helper()
	return e.MustDeliver(e.Relayer, msg).Events
}

func heightOf(height int64) clienttypes.Height { return clienttypes.NewHeight(0, uint64(height)) }

// Attribute finds an attribute of the last event of a type.
func Attribute(t testing.TB, events []abci.Event, kind, key string) (value string) {
	t.Helper()
	found := false
	for _, event := range events {
		for _, a := range event.Attributes {
			if event.Type == kind && a.Key == key {
				value, found = a.Value, true
			}
		}
	}
	require.True(t, found, "no event %s with %s", kind, key)
	return value
}

// Sent are the packets that a transaction sent.
func (e *End) Sent(events []abci.Event) (list []channeltypes.Packet) {
	e.t.Helper()
	for _, event := range events {
		if event.Type != channeltypes.EventTypeSendPacket {
			continue
		}
		one := []abci.Event{event}
		get := func(key string) string { return Attribute(e.t, one, channeltypes.EventTypeSendPacket, key) }
		data, err := hex.DecodeString(get(channeltypes.AttributeKeyDataHex))
		require.NoError(e.t, err)
		sequence, err := strconv.ParseUint(get(channeltypes.AttributeKeySequence), 10, 64)
		require.NoError(e.t, err)
		timeout, err := clienttypes.ParseHeight(get(channeltypes.AttributeKeyTimeoutHeight))
		require.NoError(e.t, err)
		stamp, err := strconv.ParseUint(get(channeltypes.AttributeKeyTimeoutTimestamp), 10, 64)
		require.NoError(e.t, err)
		list = append(list, channeltypes.Packet{
			Sequence: sequence, Data: data, TimeoutHeight: timeout, TimeoutTimestamp: stamp,
			SourcePort: get(channeltypes.AttributeKeySrcPort), SourceChannel: get(channeltypes.AttributeKeySrcChannel),
			DestinationPort: get(channeltypes.AttributeKeyDstPort), DestinationChannel: get(channeltypes.AttributeKeyDstChannel),
		})
	}
	return list
}

// RecvMsg is the message by which this chain receives a packet of the other.
func (e *End) RecvMsg(p channeltypes.Packet) *channeltypes.MsgRecvPacket {
	e.t.Helper()
	proof, height := e.other.Proof(host.PacketCommitmentKey(p.SourcePort, p.SourceChannel, p.Sequence))
	return channeltypes.NewMsgRecvPacket(p, proof, height, e.by())
}

// Receive receives a packet of the other chain here, and is how the transaction went, with the acknowledgement that was written.
func (e *End) Receive(p channeltypes.Packet) (chain.Result, []byte) {
	e.t.Helper()
	res := e.MustDeliver(e.Relayer, e.RecvMsg(p))
	ack, err := hex.DecodeString(Attribute(e.t, res.Events, channeltypes.EventTypeWriteAck, channeltypes.AttributeKeyAckHex))
	require.NoError(e.t, err)
	return res, ack
}

// Acknowledge tells this chain what the other acknowledged of its packet.
func (e *End) Acknowledge(p channeltypes.Packet, ack []byte) chain.Result {
	e.t.Helper()
	proof, height := e.other.Proof(host.PacketAcknowledgementKey(p.DestinationPort, p.DestinationChannel, p.Sequence))
	return e.MustDeliver(e.Relayer, channeltypes.NewMsgAcknowledgement(p, ack, proof, height, e.by()))
}

// TimeOut tells this chain that the other did not receive its packet in time.
func (e *End) TimeOut(p channeltypes.Packet) chain.Result {
	e.t.Helper()
	proof, height := e.other.Proof(host.PacketReceiptKey(p.DestinationPort, p.DestinationChannel, p.Sequence))
	return e.MustDeliver(e.Relayer, channeltypes.NewMsgTimeout(p, 1, proof, height, e.by()))
}

// Carry carries the packets that a transaction here sent, and their acknowledgements back, and returns these.
func (e *End) Carry(events []abci.Event) (acks []channeltypes.Acknowledgement) {
	e.t.Helper()
	for _, p := range e.Sent(events) {
		_, raw := e.other.Receive(p)
		var ack channeltypes.Acknowledgement
		require.NoError(e.t, transfertypes.ModuleCdc.UnmarshalJSON(raw, &ack))
		e.Acknowledge(p, raw)
		acks = append(acks, ack)
	}
	return acks
}

// TransferMsg sends coins to an account of the other chain, by the channel; it times out in an hour.
func (e *End) TransferMsg(from chain.Account, coin sdk.Coin, to, memo string) *transfertypes.MsgTransfer {
	return transfertypes.NewMsgTransfer(transfertypes.PortID, e.Channel, coin, from.String(), to, clienttypes.ZeroHeight(),
		uint64(e.Now().Add(time.Hour).UnixNano()), memo)
}

// Denom is what this chain calls a denom that comes from the other, by the channel.
func (e *End) Denom(there string) string {
	return transfertypes.NewDenom(there, transfertypes.NewHop(transfertypes.PortID, e.Channel)).IBCDenom()
}
