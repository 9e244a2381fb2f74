package app_test

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/gogoproto/proto"
	icahosttypes "github.com/cosmos/ibc-go/v11/modules/apps/27-interchain-accounts/host/types"
	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	channeltypesv2 "github.com/cosmos/ibc-go/v11/modules/core/04-channel/v2/types"
	hostv2 "github.com/cosmos/ibc-go/v11/modules/core/24-host/v2"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/app/queries"
	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/testutil/relay"
	"github.com/stemma-chain/stemma/x/royalty/ibcpay"
)

// forged is a packet of version 2 that the other chain claims to have sent, as a chain can that is the attacker's own.
func forged(t *testing.T, away, home *relay.End, sequence uint64, encoding string, data transfertypes.FungibleTokenPacketData) (
	channeltypesv2.Packet, *channeltypesv2.MsgRecvPacket,
) {
	t.Helper()
	value, err := transfertypes.MarshalPacketData(data, transfertypes.V1, encoding)
	require.NoError(t, err)
	packet := channeltypesv2.NewPacket(sequence, away.Client, home.Client, uint64(home.Now().Add(time.Hour).Unix()),
		channeltypesv2.NewPayload(transfertypes.PortID, transfertypes.PortID, transfertypes.V1, encoding, value))
	away.Write(func(ctx sdk.Context) error {
		away.App.Keepers.IBC.Core.ChannelKeeperV2.SetPacketCommitment(ctx, packet.SourceClient, sequence, channeltypesv2.CommitPacket(packet))
		return nil
	})
	proof, height := away.Proof(hostv2.PacketCommitmentKey(packet.SourceClient, sequence))
	return packet, channeltypesv2.NewMsgRecvPacket(packet, proof, height, home.Relayer.String())
}

// forge has a forged packet arrive, and says how it was received.
func forge(
	t *testing.T, away, home *relay.End, sequence uint64, encoding string, data transfertypes.FungibleTokenPacketData,
) (received bool) {
	t.Helper()
	_, msg := forged(t, away, home, sequence, encoding, data)
	res := home.Deliver(home.Relayer, msg)
	if res.Err() != nil { // not even an answer
		return false
	}
	var ack channeltypesv2.Acknowledgement
	raw := relay.Attribute(t, res.Events, channeltypesv2.EventTypeWriteAck, channeltypesv2.AttributeKeyEncodedAckHex)
	require.NoError(t, proto.Unmarshal(unhex(t, raw), &ack))
	return ack.Success()
}

// Names of another chain's making, in any encoding: what is taken is exported and imported again.
func TestNamesOfAnotherChainAreExported(t *testing.T) {
	for _, encoding := range []string{transfertypes.EncodingProtobuf, transfertypes.EncodingABI, transfertypes.EncodingJSON} {
		t.Run(encoding, func(t *testing.T) {
			home, away := relay.Clients(t, chain.New(t, chain.Signed(validators("here"))), chain.New(t, chain.Signed(validators("there"))))
			alice := home.Account("alice")
			song := home.Register("song", alice)
			taken := 0
			for i, denom := range []string{
				"bad\xff", "bad\xfe", "\x00", "line\nfeed", "\u202eleft", strings.Repeat("long", 1000), "ibc/AB", " x", "\u00a0x",
				strings.Repeat("transfer/channel-7/", 1000) + "deep", "transfer/07-tendermint-0/\xff", "{}", `"`, "\ufffd", "transfer/channel-7/",
			} {
				for j, to := range []string{alice.String(), ibcpay.Address().String()} {
					data := transfertypes.NewFungibleTokenPacketData(denom, "5000", "who\xff", to, payMemo(song))
					if forge(t, away, home, uint64(2*i+j+1), encoding, data) {
						taken++
					}
				}
			}
			t.Log(taken, "were taken")
			home.RequireInvariants()
			home.RequireSameExport()
		})
	}
}

// Coins of another chain's making cost it nothing. Nobody burdens all blocks, or everybody who stakes, with names of them.
func TestRewardsAreOfCoinsThatPayFees(t *testing.T) {
	home, away := connected(t)
	alice, fan := home.Account("alice"), away.Account("fan")
	out := away.MustDeliver(fan, away.TransferMsg(fan, sdk.NewInt64Coin(app.LocalDenom, 5000), alice.String(), ""))
	require.True(t, away.Carry(out.Events)[0].Success())
	stakers, err := home.App.Keepers.Staking.GetAllValidators(home.Ctx())
	require.NoError(t, err)
	foreign, own := sdk.NewCoins(sdk.NewInt64Coin(voucher, 10)), sdk.NewCoins(sdk.NewInt64Coin(app.LocalDenom, 10))
	require.Error(t, home.Deliver(alice, distrtypes.NewMsgFundCommunityPool(foreign, alice.String())).Err())
	deposit := func(coins sdk.Coins) error {
		return home.Deliver(alice, distrtypes.NewMsgDepositValidatorRewardsPool(alice.String(), stakers[0].OperatorAddress, coins)).Err()
	}
	require.Error(t, deposit(foreign))
	require.NoError(t, home.Deliver(alice, distrtypes.NewMsgFundCommunityPool(own, alice.String())).Err())
	require.NoError(t, deposit(own))
}

// Amounts up to the largest that a chain can name, in a denom that payments are accepted in: blocks go on, whatever is done with them.
func TestTheLargestAmounts(t *testing.T) {
	byClient := transfertypes.NewDenom("uusdc", transfertypes.NewHop(transfertypes.PortID, "07-tendermint-0")).IBCDenom()
	home, away := relay.Clients(t, chain.New(t, chain.Signed(validators("here")), accepting(byClient, 1000)),
		chain.New(t, chain.Signed(validators("there"))))
	alice, bob := home.Account("alice"), home.Account("bob")
	song := home.Register("song", alice)
	remix := home.Derive("remix", bob, song.Under(chain.Preset("commercial-remix-10")))
	most := "340282366920938463463374607431768211455"
	huge := "115792089237316195423570985008687907853269984665640564039457584007913129639935"
	sequence := uint64(0)
	send := func(amount, to, memo string) bool {
		sequence++
		return forge(t, away, home, sequence, transfertypes.EncodingProtobuf,
			transfertypes.NewFungibleTokenPacketData("uusdc", amount, "fan", to, memo))
	}
	for range 3 {
		require.True(t, send(most, ibcpay.Address().String(), payMemo(remix)))
		home.NextBlock()
	}
	require.False(t, send("340282366920938463463374607431768211456", ibcpay.Address().String(), payMemo(remix)))
	require.False(t, send(huge+"0", ibcpay.Address().String(), payMemo(remix)))
	for _, odd := range []string{"0x1000", "05000", "+5000", "5_000", "-5000", "0", "5000.0", " 5000"} {
		require.False(t, send(odd, ibcpay.Address().String(), payMemo(remix)), odd)
	}
	home.NextBlock()
	home.RequireInvariants()
}

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(text)
	require.NoError(t, err)
	return raw
}

// A message that asks queries would answer by what a node's operator lets be asked, and by how busy the node is. There is none, so that
// nodes agree.
func TestNoMessageAsksQueries(t *testing.T) {
	c := chain.New(t)
	alice := c.Account("alice")
	ask, err := proto.Marshal(&banktypes.QueryBalanceRequest{Address: alice.String(), Denom: app.LocalDenom})
	require.NoError(t, err)
	err = c.Deliver(alice, icahosttypes.NewMsgModuleQuerySafe(alice.String(),
		[]icahosttypes.QueryRequest{{Path: "/cosmos.bank.v1beta1.Query/Balance", Data: ask}})).Err()
	node := app.New(log.NewNopLogger(), dbm.NewMemDB(), simtestutil.AppOptionsMap{queries.FlagMaxBytes: 10}, baseapp.SetChainID(chain.ID))
	require.NoError(t, c.Past().Replay(node, c.Height()), "a node that takes smaller queries")
	require.Error(t, err)
}

// A node checks what relays bring before a block has it, packets of version 2 in full: a payment among them is checked like others, and
// changes nothing of what the block then does.
func TestAPaymentOfVersion2IsChecked(t *testing.T) {
	byClient := transfertypes.NewDenom(app.LocalDenom, transfertypes.NewHop(transfertypes.PortID, "07-tendermint-0")).IBCDenom()
	home, away := relay.Clients(t, chain.New(t, chain.Signed(validators("here")), accepting(byClient, 1000)),
		chain.New(t, chain.Signed(validators("there"))))
	alice := home.Account("alice")
	song := home.Register("song", alice)
	_, msg := forged(t, away, home, 1, transfertypes.EncodingProtobuf,
		transfertypes.NewFungibleTokenPacketData(app.LocalDenom, "5000", "fan", ibcpay.Address().String(), payMemo(song)))
	tx := home.Sign(home.Relayer, msg)
	require.NoError(t, home.Check(tx))
	home.NextBlock()
	require.NoError(t, home.Recheck(tx))
	home.Block(tx).RequireOK(t)
	home.NextBlock()
	require.Equal(t, "5000", home.Balance(alice, byClient).Amount.String())
	home.RequireInvariants()
}

// One transaction brings several packets to one work, some of which go back, and pays it itself: each counts once, however often and in
// whatever order an executor runs it.
func TestSeveralPaymentsOfOneTransaction(t *testing.T) {
	byClient := transfertypes.NewDenom(app.LocalDenom, transfertypes.NewHop(transfertypes.PortID, "07-tendermint-0")).IBCDenom()
	here := chain.New(t, chain.Signed(validators("here")), accepting(byClient, 1000), chain.BlockSTM(2), chain.Twice())
	home, away := relay.Clients(t, here, chain.New(t, chain.Signed(validators("there"))))
	alice, bob := home.Account("alice"), home.Account("bob")
	song := home.Register("song", alice)
	pay := ibcpay.Address().String()
	var msgs []sdk.Msg
	for i, c := range []struct{ amount, to, memo string }{
		{"5000", pay, payMemo(song)},
		{"999", pay, payMemo(song)},
		{"7000", pay, payMemo(song)},
		{"3000", home.Relayer.String(), ""},
		{"5000", pay, "for the song"},
		{"11000", pay, payMemo(song)},
	} {
		_, msg := forged(t, away, home, uint64(i+1), transfertypes.EncodingABI,
			transfertypes.NewFungibleTokenPacketData(app.LocalDenom, c.amount, "fan", c.to, c.memo))
		msgs = append(msgs, msg)
	}
	msgs = append(msgs, chain.PayMsg(home.Relayer, song, sdk.NewInt64Coin(byClient, 2000)))
	other := home.Sign(bob, chain.PayMsg(bob, song, sdk.NewInt64Coin(app.LocalDenom, 5000)))
	direct := home.Sign(bob, chain.PayMsg(bob, song, sdk.NewInt64Coin(app.LocalDenom, 5000)))
	home.Block(other, home.Sign(home.Relayer, msgs...), direct).RequireOK(t)
	home.NextBlock()
	require.Equal(t, "25000", home.Balance(alice, byClient).Amount.String())
	require.Equal(t, "1000", home.Balance(home.Relayer, byClient).Amount.String())
	require.Empty(t, home.App.Keepers.Bank.GetAllBalances(home.Ctx(), ibcpay.Address()))
	home.RequireInvariants()
	for _, options := range []simtestutil.AppOptionsMap{{}, {"block-executor": "block-stm"}} {
		node := app.New(log.NewNopLogger(), dbm.NewMemDB(), options, baseapp.SetChainID(chain.ID))
		require.NoError(t, home.Past().Replay(node, home.Height()))
	}
}

// A payment that the transaction has no gas left for fails with it, whatever the payment would take, and stays to be received.
func TestAPaymentTakesNoMoreThanItsTransaction(t *testing.T) {
	home, away := connected(t)
	fan := away.Account("fan")
	song := home.Register("song", home.Account("alice"))
	res := away.MustDeliver(fan, away.TransferMsg(fan, sdk.NewInt64Coin(app.LocalDenom, 5000), ibcpay.Address().String(), payMemo(song)))
	packet := away.Sent(res.Events)[0]
	msg := home.RecvMsg(packet)
	for gas := uint64(150_000); ; gas += 5000 {
		tx := home.SignTx(chain.Tx{Signers: []chain.Account{home.Relayer}, Gas: gas, Msgs: []sdk.Msg{msg}})
		result := home.Block(tx).Txs[0]
		if result.Err() == nil {
			break
		}
		require.ErrorIs(t, result.Err(), sdkerrors.ErrOutOfGas)
		require.Less(t, gas, uint64(1_000_000))
	}
}
