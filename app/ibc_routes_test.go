package app_test

import (
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"
	ratelimittypes "github.com/cosmos/ibc-go/v11/modules/apps/rate-limiting/types"
	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	clienttypes "github.com/cosmos/ibc-go/v11/modules/core/02-client/types"
	channeltypes "github.com/cosmos/ibc-go/v11/modules/core/04-channel/types"
	channeltypesv2 "github.com/cosmos/ibc-go/v11/modules/core/04-channel/v2/types"
	hostv2 "github.com/cosmos/ibc-go/v11/modules/core/24-host/v2"
	ibcexported "github.com/cosmos/ibc-go/v11/modules/core/exported"
	ibctm "github.com/cosmos/ibc-go/v11/modules/light-clients/07-tendermint"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/testutil/relay"
	"github.com/stemma-chain/stemma/x/royalty/ibcpay"
)

var authority = authtypes.NewModuleAddress(govtypes.ModuleName).String()

// vote has governance execute messages: a proposal, all stake in favour, and its time.
func vote(t *testing.T, c *chain.Chain, msgs ...sdk.Msg) {
	t.Helper()
	staker := chain.Named("faucet")
	deposit := sdk.NewCoins(sdk.NewInt64Coin(app.StakingDenom, 10_000_000))
	proposal, err := govv1.NewMsgSubmitProposal(msgs, deposit, staker.String(), "", "change", "a change", false)
	require.NoError(t, err)
	var made govv1.MsgSubmitProposalResponse
	c.MustDeliver(staker, proposal).Response(t, 0, &made)
	c.MustDeliver(staker, govv1.NewMsgVote(staker.Address, made.ProposalId, govv1.OptionYes, ""))
	c.Advance(49 * time.Hour)
	done, err := c.App.Keepers.Gov.Proposals.Get(c.Ctx(), made.ProposalId)
	require.NoError(t, err)
	require.Equal(t, govv1.StatusPassed, done.Status, done.FailedReason)
}

// inStep has the clocks of both chains show the same.
func inStep(a, b *relay.End) {
	if behind := a.Now().Sub(b.Now()); behind > 0 {
		b.Advance(behind)
	} else if behind < 0 {
		a.Advance(-behind)
	}
}

// A rate limit of a stablecoin holds both ways, for payments too, and begins anew when its time is over.
func TestARateLimitHolds(t *testing.T) {
	home, away := connected(t)
	alice, fan := home.Account("alice"), away.Account("fan")
	song := home.Register("song", alice)
	send := func(amount int64, to, memo string) bool {
		res := away.MustDeliver(fan, away.TransferMsg(fan, sdk.NewInt64Coin(app.LocalDenom, amount), to, memo))
		return away.Carry(res.Events)[0].Success()
	}
	require.True(t, send(1_000_000, alice.String(), ""))
	limit := ratelimittypes.NewMsgAddRateLimit(voucher, home.Channel, math.NewInt(25), math.NewInt(25), 24)
	limit.Signer = authority
	vote(t, home.Chain, limit)
	inStep(home, away)
	require.True(t, send(200_000, ibcpay.Address().String(), payMemo(song)))
	require.False(t, send(60_000, ibcpay.Address().String(), payMemo(song)), "260,000 of 1,000,000 within a day")
	require.True(t, send(50_000, alice.String(), ""))
	home.NextBlock()
	require.Equal(t, int64(1_250_000), home.Balance(alice, voucher).Amount.Int64())
	requireConserved(t, home, away)
	out := home.TransferMsg(alice, sdk.NewInt64Coin(voucher, 500_001), fan.String(), "")
	require.ErrorIs(t, home.Deliver(alice, out).Err(), ratelimittypes.ErrQuotaExceeded, "250,000 beyond what came in")
	out.Token.Amount = math.NewInt(500_000)
	require.True(t, home.Carry(home.MustDeliver(alice, out).Events)[0].Success())
	for range 25 { // an hour is counted in one block
		home.Advance(time.Hour)
	}
	inStep(home, away)
	require.True(t, send(100_000, ibcpay.Address().String(), payMemo(song)))
	requireConserved(t, home, away)
}

// A chain whose validators sign two histories is frozen out; governance puts a client in its place that knows the right one.
func TestAFrozenClientIsRecovered(t *testing.T) {
	home, away := connected(t)
	fan := away.Account("fan")
	song := home.Register("song", home.Account("alice"))
	at := away.NextBlock().Height
	msg := home.UpdateMsg(home.Client, at)
	home.MustDeliver(home.Relayer, msg)
	forged := *away.Head(at).Header
	forged.AppHash = make([]byte, 32)
	honest, err := clienttypes.UnpackClientMessage(msg.ClientMessage)
	require.NoError(t, err)
	header := *honest.(*ibctm.Header)
	signed := *header.SignedHeader
	signed.Header, signed.Commit = forged.ToProto(), chain.CommitOf(&forged, validators("there")(at)).ToProto()
	header.SignedHeader = &signed
	evidence, err := clienttypes.NewMsgUpdateClient(home.Client, &header, home.Relayer.String())
	require.NoError(t, err)
	home.MustDeliver(home.Relayer, evidence)
	status := func() ibcexported.Status {
		return home.App.Keepers.IBC.Core.ClientKeeper.GetClientStatus(home.Ctx(), home.Client)
	}
	require.Equal(t, ibcexported.Frozen, status())
	res := away.MustDeliver(fan, away.TransferMsg(fan, sdk.NewInt64Coin(app.LocalDenom, 5000), ibcpay.Address().String(), payMemo(song)))
	require.Error(t, home.Deliver(home.Relayer, home.UpdateMsg(home.Client, away.NextBlock().Height)).Err())
	substitute := home.NewClient()
	vote(t, home.Chain, clienttypes.NewMsgRecoverClient(authority, home.Client, substitute))
	require.Equal(t, ibcexported.Active, status())
	inStep(home, away)
	packet := away.Sent(res.Events)[0]
	if uint64(home.Now().UnixNano()) >= packet.TimeoutTimestamp { // the vote took longer
		away.TimeOut(packet)
		res = away.MustDeliver(fan, away.TransferMsg(fan, sdk.NewInt64Coin(app.LocalDenom, 5000), ibcpay.Address().String(), payMemo(song)))
	}
	require.True(t, away.Carry(res.Events)[0].Success())
	requireConserved(t, home, away)
}

// Version 2 of the protocol knows clients and no channels; payments arrive and are refused alike.
func TestATransferOfVersion2PaysAWork(t *testing.T) {
	byClient := transfertypes.NewDenom(app.LocalDenom, transfertypes.NewHop(transfertypes.PortID, "07-tendermint-0")).IBCDenom()
	here := chain.New(t, chain.Signed(validators("here")), accepting(byClient, 1000), chain.BlockSTM(2))
	home, away := relay.Clients(t, here, chain.New(t, chain.Signed(validators("there"))))
	alice, fan := home.Account("alice"), away.Account("fan")
	song := home.Register("song", alice)
	before := away.Balance(fan, app.LocalDenom)
	send := func(memo, encoding string) bool {
		res := away.MustDeliver(fan, transfertypes.NewMsgTransferWithEncoding(transfertypes.PortID, away.Client,
			sdk.NewInt64Coin(app.LocalDenom, 5000), fan.String(), ibcpay.Address().String(), clienttypes.ZeroHeight(),
			uint64(away.Now().Add(time.Hour).Unix()), memo, encoding))
		return carryV2(t, away, home, res.Events)
	}
	for i, encoding := range []string{transfertypes.EncodingJSON, transfertypes.EncodingProtobuf, transfertypes.EncodingABI} {
		require.True(t, send(payMemo(song), encoding), encoding)
		require.False(t, send("for the song", encoding), encoding)
		require.False(t, send(fmt.Sprintf(`{"dest_callback":{"address":"%s"}}`, alice), encoding), encoding)
		home.NextBlock()
		require.Equal(t, int64(5000*(i+1)), home.Balance(alice, byClient).Amount.Int64())
		require.Equal(t, before.SubAmount(math.NewInt(int64(5000*(i+1)))), away.Balance(fan, app.LocalDenom))
	}
	home.RequireInvariants()
	require.Empty(t, home.App.Keepers.Bank.GetAllBalances(home.Ctx(), ibcpay.Address()))
}

// carryV2 carries a packet of version 2 and what was acknowledged, and says whether it was received.
func carryV2(t *testing.T, from, to *relay.End, events []abci.Event) (received bool) {
	t.Helper()
	raw, err := hex.DecodeString(relay.Attribute(t, events, channeltypesv2.EventTypeSendPacket, channeltypesv2.AttributeKeyEncodedPacketHex))
	require.NoError(t, err)
	var packet channeltypesv2.Packet
	require.NoError(t, proto.Unmarshal(raw, &packet))
	proof, height := from.Proof(hostv2.PacketCommitmentKey(packet.SourceClient, packet.Sequence))
	res := to.MustDeliver(to.Relayer, channeltypesv2.NewMsgRecvPacket(packet, proof, height, to.Relayer.String()))
	raw, err = hex.DecodeString(relay.Attribute(t, res.Events, channeltypesv2.EventTypeWriteAck, channeltypesv2.AttributeKeyEncodedAckHex))
	require.NoError(t, err)
	var ack channeltypesv2.Acknowledgement
	require.NoError(t, proto.Unmarshal(raw, &ack))
	proof, height = to.Proof(hostv2.PacketAcknowledgementKey(packet.DestinationClient, packet.Sequence))
	from.MustDeliver(from.Relayer, channeltypesv2.NewMsgAcknowledgement(packet, ack, proof, height, from.Relayer.String()))
	return ack.Success()
}

// A transfer is forwarded by the other chain over another channel; one that ends at the pay address, where no memo can go with it, comes
// back over both, and one over the channel that it came by is not forwarded.
func TestAForwardedTransferArrivesOrComesBack(t *testing.T) {
	home, away := connected(t)
	bob, carol := home.Account("bob"), home.Account("carol")
	first, second := *home, *home
	there, back := *away, *away
	home.Open(transfertypes.PortID, transfertypes.PortID, transfertypes.V1, channeltypes.UNORDERED)
	second.Channel, back.Channel = home.Channel, away.Channel
	hops := []transfertypes.Hop{
		transfertypes.NewHop(transfertypes.PortID, second.Channel), transfertypes.NewHop(transfertypes.PortID, there.Channel),
	}
	twice := transfertypes.NewDenom(app.LocalDenom, hops...).IBCDenom()
	arrived, forwards := int64(0), func(to, channel string) string {
		return fmt.Sprintf(`{"forward":{"receiver":"%s","port":"transfer","channel":"%s"}}`, to, channel)
	}
	for _, to := range []string{carol.String(), ibcpay.Address().String(), "nobody", carol.String()} {
		before := home.Balance(bob, app.LocalDenom)
		res := home.MustDeliver(bob, first.TransferMsg(bob, sdk.NewInt64Coin(app.LocalDenom, 7000), away.Account("fan").String(),
			forwards(to, back.Channel)))
		out := home.Sent(res.Events)[0]
		forwarded := away.Sent(away.MustDeliver(away.Relayer, away.RecvMsg(out)).Events)[0]
		_, ack := home.Receive(forwarded)
		acknowledged := away.Acknowledge(forwarded, ack)
		raw, err := hex.DecodeString(relay.Attribute(t, acknowledged.Events, "write_acknowledgement", "packet_ack_hex"))
		require.NoError(t, err)
		home.Acknowledge(out, raw)
		if to == carol.String() {
			before, arrived = before.SubAmount(math.NewInt(7000)), arrived+7000
		}
		require.Equal(t, before, home.Balance(bob, app.LocalDenom), to)
		require.Equal(t, arrived, home.Balance(carol, twice).Amount.Int64())
		once := there.Denom(app.LocalDenom)
		require.Equal(t, arrived, away.App.Keepers.Bank.GetSupply(away.Ctx(), once).Amount.Int64())
		locked := transfertypes.GetEscrowAddress(transfertypes.PortID, back.Channel)
		require.Equal(t, arrived, away.App.Keepers.Bank.GetBalance(away.Ctx(), locked, once).Amount.Int64())
	}
	before := home.Balance(bob, app.LocalDenom)
	res := home.MustDeliver(bob, first.TransferMsg(bob, sdk.NewInt64Coin(app.LocalDenom, 7000), away.Account("fan").String(),
		forwards("nobody", there.Channel)))
	require.False(t, home.Carry(res.Events)[0].Success())
	require.Equal(t, before, home.Balance(bob, app.LocalDenom))
	require.Equal(t, arrived, away.App.Keepers.Bank.GetSupply(away.Ctx(), there.Denom(app.LocalDenom)).Amount.Int64())
	away.RequireSameExport()
}
