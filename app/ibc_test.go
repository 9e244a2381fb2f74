package app_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	dbm "github.com/cosmos/cosmos-db"
	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	channeltypes "github.com/cosmos/ibc-go/v11/modules/core/04-channel/types"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/codec"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/testutil/relay"
	"github.com/stemma-chain/stemma/x/royalty/ibcpay"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var ibcTransfers = flag.Int("ibc.transfers", 250, "how many transfers go to and fro in TestMoneyIsConservedAcrossChains")

// voucher is what a stablecoin is called that came by the first channel.
var voucher = transfertypes.NewDenom(app.LocalDenom, transfertypes.NewHop(transfertypes.PortID, "channel-0")).IBCDenom()

func validators(name string) chain.Validators {
	set := []chain.Validator{chain.NamedValidator(name+"1", 10), chain.NamedValidator(name+"2", 10), chain.NamedValidator(name+"3", 10)}
	return func(int64) []chain.Validator { return set }
}

// accepting has the chain accept payments of at least so much in a denom.
func accepting(denom string, least int64) chain.Option {
	return chain.Genesis(func(cdc codec.Codec, state app.GenesisState) {
		var royalty royaltytypes.GenesisState
		cdc.MustUnmarshalJSON(state[royaltytypes.ModuleName], &royalty)
		royalty.Params.Denoms = append(royalty.Params.Denoms, royaltytypes.AcceptedDenom{
			Denom: denom, MinPayment: math.NewInt(least), MinFlow: math.OneInt(), MinPayout: math.OneInt(),
		})
		slices.SortFunc(royalty.Params.Denoms, func(a, b royaltytypes.AcceptedDenom) int { return strings.Compare(a.Denom, b.Denom) })
		state[royaltytypes.ModuleName] = cdc.MustMarshalJSON(&royalty)
	})
}

// connected are two chains with a channel for transfers; the first accepts the other's stablecoin.
func connected(t *testing.T, opts ...chain.Option) (home, away *relay.End) {
	t.Helper()
	opts = append(opts, chain.Signed(validators("here")), accepting(voucher, 1000))
	return relay.Connect(t, chain.New(t, opts...), chain.New(t, chain.Signed(validators("there"))))
}

func payMemo(work chain.Work) string { return fmt.Sprintf(`{"stemma":{"pay":"%s"}}`, work) }

// requireConserved says that all vouchers here are what is locked away there, and the other way round.
func requireConserved(t *testing.T, home, away *relay.End) {
	t.Helper()
	for _, e := range [][2]*relay.End{{home, away}, {away, home}} {
		for _, denom := range []string{app.LocalDenom, app.StakingDenom} {
			minted := e[0].App.Keepers.Bank.GetSupply(e[0].Ctx(), e[0].Denom(denom)).Amount
			escrow := transfertypes.GetEscrowAddress(transfertypes.PortID, e[1].Channel)
			locked := e[1].App.Keepers.Bank.GetBalance(e[1].Ctx(), escrow, denom).Amount
			require.Equal(t, locked.String(), minted.String(), denom)
		}
		require.Empty(t, e[0].App.Keepers.Bank.GetAllBalances(e[0].Ctx(), ibcpay.Address()), "nothing stays at the pay address")
		e[0].RequireInvariants()
	}
}

// A stablecoin of another chain pays a remix of three generations in one transfer, holders send it home, and nodes of both executors
// agree on every block of it.
func TestATransferPaysAWork(t *testing.T) {
	for name, opts := range map[string][]chain.Option{"one by one": nil, "in parallel": {chain.BlockSTM(2), chain.Twice()}} {
		t.Run(name, func(t *testing.T) {
			home, away := connected(t, opts...)
			alice, bob, carol := home.Account("alice"), home.Account("bob"), home.Account("carol")
			fan, collector := away.Account("fan"), away.Account("collector")
			song := home.Register("song", alice)
			remix := home.Derive("remix", bob, song.Under(chain.Preset("commercial-remix-10")))
			edit := home.Derive("edit", carol, remix.Under(chain.Preset("commercial-remix-10")))
			before := away.Balance(fan, app.LocalDenom)
			to := ibcpay.Address().String()
			sent := away.MustDeliver(fan, away.TransferMsg(fan, sdk.NewInt64Coin(app.LocalDenom, 1_000_000), to, payMemo(edit)))
			packet := away.Sent(sent.Events)[0]
			received, ack := home.Receive(packet)
			require.Equal(t, []*royaltytypes.EventTransferPaid{{
				Work: edit.ID, Denom: voucher, Amount: "1000000", Channel: home.Channel, Sequence: packet.Sequence, Sender: fan.String(),
			}}, chain.Typed[*royaltytypes.EventTransferPaid](t, received.Events))
			away.Acknowledge(packet, ack)
			require.Equal(t, before.SubAmount(math.NewInt(1_000_000)), away.Balance(fan, app.LocalDenom))
			home.NextBlock()
			home.NextBlock()
			got := map[string]int64{}
			for _, a := range []chain.Account{alice, bob, carol} {
				got[a.Name] = home.Balance(a, voucher).Amount.Int64()
			}
			require.Equal(t, map[string]int64{"alice": 100_000, "bob": 100_000, "carol": 800_000}, got)
			requireConserved(t, home, away)

			res := home.MustDeliver(carol, home.TransferMsg(carol, home.Balance(carol, voucher), collector.String(), ""))
			require.True(t, home.Carry(res.Events)[0].Success())
			require.Equal(t, "1000000000800000", away.Balance(collector, app.LocalDenom).Amount.String())
			requireConserved(t, home, away)
			metadata, found := home.App.Keepers.Bank.GetDenomMetaData(home.Ctx(), voucher)
			require.True(t, found)
			require.Equal(t, []string{app.LocalDenom}, metadata.DenomUnits[0].Aliases)
			require.NoError(t, metadata.Validate())
			home.RequireSameExport()
			for _, other := range []simtestutil.AppOptionsMap{{}, {"block-executor": "block-stm"}} {
				node := app.New(log.NewNopLogger(), dbm.NewMemDB(), other, baseapp.SetChainID(chain.ID))
				require.NoError(t, home.Past().Replay(node, home.Height()))
			}
		})
	}
}

// What is no payment goes back, all of it, and says why.
func TestWhatIsNoPaymentGoesBack(t *testing.T) {
	home, away := connected(t)
	alice, fan := home.Account("alice"), away.Account("fan")
	song := home.Register("song", alice)
	deep := home.Register("deep", alice)
	other := chain.WorkOf("nobody's", alice)
	pay := ibcpay.Address().String()
	usdc := func(amount int64) sdk.Coin { return sdk.NewInt64Coin(app.LocalDenom, amount) }
	for name, c := range map[string]struct {
		coin   sdk.Coin
		to     string
		memo   string
		reason string // of ours; empty: of the module's
	}{
		"no memo":           {usdc(5000), pay, "", "no JSON object"},
		"text":              {usdc(5000), pay, "for the song", "no JSON object"},
		"a list":            {usdc(5000), pay, "[" + payMemo(song) + "]", "where { belongs"},
		"no work":           {usdc(5000), pay, `{"stemma":{"pay":7}}`, "names no work"},
		"a bad work":        {usdc(5000), pay, `{"stemma":{"pay":"work1"}}`, "the memo's work"},
		"an unknown work":   {usdc(5000), pay, payMemo(other), "not found"},
		"below the minimum": {usdc(999), pay, payMemo(song), "below the minimum"},
		"another denom":     {sdk.NewInt64Coin(app.StakingDenom, 5000), pay, payMemo(song), "denom not accepted"},
		"one name twice":    {usdc(5000), pay, fmt.Sprintf(`{"stemma":{"pay":"%s","pay":"%s"}}`, song, deep), "belongs"},
		"two payments":      {usdc(5000), pay, strings.TrimSuffix(payMemo(song), "}") + `,"stemma":{"pay":"` + deep.String() + `"}}`, "belongs"},
		"another name":      {usdc(5000), pay, fmt.Sprintf(`{"stemma":{"pay":"%s"},"wasm":{}}`, song), "belongs"},
		"an end too much":   {usdc(5000), pay, payMemo(song) + "{}", "behind its end"},
		"a long memo":       {usdc(5000), pay, payMemo(song) + strings.Repeat(" ", 600), "bytes, at most"},
		"in capitals":       {usdc(5000), strings.ToUpper(pay), "", "no JSON object"},
		"a callback":        {usdc(5000), alice.String(), fmt.Sprintf(`{"dest_callback":{"address":"%s"}}`, alice), ""},
		"a callback to us": {
			usdc(5000), pay, fmt.Sprintf(`{"dest_callback":{"address":"%s","gas_limit":"1"},"stemma":{"pay":"%s"}}`, pay, song),
			"belongs",
		},
		"a module": {usdc(5000), authtypes.NewModuleAddress(royaltytypes.ModuleName).String(), payMemo(song), ""},
		"nobody":   {usdc(5000), "cosmos1", payMemo(song), ""},
	} {
		t.Run(name, func(t *testing.T) {
			before := away.App.Keepers.Bank.GetAllBalances(away.Ctx(), fan.Address)
			res := away.MustDeliver(fan, away.TransferMsg(fan, c.coin, c.to, c.memo))
			packet := away.Sent(res.Events)[0]
			received, raw := home.Receive(packet)
			var ack channeltypes.Acknowledgement
			transfertypes.ModuleCdc.MustUnmarshalJSON(raw, &ack)
			require.False(t, ack.Success())
			told := ""
			for _, event := range received.Events {
				for _, a := range event.Attributes {
					if strings.HasSuffix(event.Type, "EventTransferRefused") && strings.HasSuffix(a.Key, "reason") {
						told = a.Value
					}
				}
			}
			require.Equal(t, c.reason != "", told != "", told)
			require.Contains(t, told, c.reason)
			away.Acknowledge(packet, raw)
			require.Equal(t, before, away.App.Keepers.Bank.GetAllBalances(away.Ctx(), fan.Address))
			require.True(t, home.Balance(alice, voucher).IsZero())
			requireConserved(t, home, away)
		})
	}
}

// Nothing is sent to the pay address but by a transfer that pays.
func TestThePayAddressTakesPaymentsOnly(t *testing.T) {
	home, _ := connected(t)
	alice := home.Account("alice")
	song := home.Register("song", alice)
	coin := sdk.NewInt64Coin(app.LocalDenom, 5000)
	require.ErrorIs(t, home.Deliver(alice, banktypes.NewMsgSend(alice.Address, ibcpay.Address(), sdk.NewCoins(coin))).Err(),
		royaltytypes.ErrInvalidPayment)
	require.ErrorIs(t, home.Deliver(alice, banktypes.NewMsgMultiSend(banktypes.NewInput(alice.Address, sdk.NewCoins(coin)),
		[]banktypes.Output{banktypes.NewOutput(ibcpay.Address(), sdk.NewCoins(coin))})).Err(), royaltytypes.ErrInvalidPayment)
	require.NoError(t, home.Deliver(alice, chain.PayMsg(alice, song, coin)).Err())
}

// What another relayer has brought already is refused by the pool.
func TestARelayThatIsRedundantIsNotTaken(t *testing.T) {
	home, away := connected(t)
	fan, second := away.Account("fan"), home.Account("second")
	res := away.MustDeliver(fan, away.TransferMsg(fan, sdk.NewInt64Coin(app.LocalDenom, 5000), second.String(), ""))
	packet := away.Sent(res.Events)[0]
	msg := home.RecvMsg(packet)
	home.MustDeliver(home.Relayer, msg)
	again := *msg
	again.Signer = second.String()
	require.ErrorIs(t, home.Check(home.Sign(second, &again)), channeltypes.ErrRedundantTx)
}

// A packet that is late goes back; so does one that was for a chain which stood still.
func TestALateTransferGoesBack(t *testing.T) {
	home, away := connected(t)
	song := home.Register("song", home.Account("alice"))
	fan := away.Account("fan")
	before := away.Balance(fan, app.LocalDenom)
	res := away.MustDeliver(fan, away.TransferMsg(fan, sdk.NewInt64Coin(app.LocalDenom, 5000), ibcpay.Address().String(), payMemo(song)))
	packet := away.Sent(res.Events)[0]
	home.Advance(2 * time.Hour)
	require.Error(t, home.Deliver(home.Relayer, home.RecvMsg(packet)).Err())
	away.TimeOut(packet)
	require.Equal(t, before, away.Balance(fan, app.LocalDenom))
	requireConserved(t, home, away)
}

// A relayer cannot have a payment sent back by giving it too little gas; one that takes more than payments may goes back.
func TestGasOfAPaymentByMemo(t *testing.T) {
	home, away := connected(t)
	fan := away.Account("fan")
	song := home.Register("song", home.Account("alice"))
	res := away.MustDeliver(fan, away.TransferMsg(fan, sdk.NewInt64Coin(app.LocalDenom, 5000), ibcpay.Address().String(), payMemo(song)))
	packet := away.Sent(res.Events)[0]
	msg := home.RecvMsg(packet)
	for gas := uint64(100_000); ; gas += 20_000 {
		tx := home.SignTx(chain.Tx{Signers: []chain.Account{home.Relayer}, Gas: gas, Msgs: []sdk.Msg{msg}})
		result := home.Block(tx).Txs[0]
		if result.Err() == nil {
			require.Len(t, chain.Typed[*royaltytypes.EventTransferPaid](t, result.Events), 1, "with %d gas", gas)
			require.Greater(t, gas, uint64(140_000))
			break
		}
		require.Less(t, gas, uint64(1_000_000), result.Log)
		_, received := home.App.Keepers.IBC.Core.ChannelKeeper.GetPacketReceipt(home.Ctx(), packet.DestinationPort, packet.DestinationChannel,
			packet.Sequence)
		require.False(t, received)
	}
	requireConserved(t, home, away)
}

// Whatever is sent to and fro: what is minted on one chain is locked away on the other, and every transfer arrives or comes back.
func TestMoneyIsConservedAcrossChains(t *testing.T) {
	transfers := *ibcTransfers
	home, away := connected(t, chain.BlockSTM(2))
	r := rand.New(rand.NewPCG(20, 1))
	names := []string{"alice", "bob", "carol"}
	works := []chain.Work{home.Register("song", home.Account("alice"))}
	works = append(works, home.Derive("remix", home.Account("bob"), works[0].Under(chain.Preset("commercial-remix-10"))))
	for _, name := range names {
		away.Account(name)
		home.Account(name)
	}
	paid, refused := 0, 0
	for i := range transfers {
		from, to := home, away
		if r.IntN(2) == 0 {
			from, to = away, home
		}
		sender := from.Account(names[r.IntN(len(names))])
		coins := from.App.Keepers.Bank.GetAllBalances(from.Ctx(), sender.Address)
		coin := coins[r.IntN(len(coins))]
		coin.Amount = math.NewInt(1 + r.Int64N(min(coin.Amount.Int64(), 1_000_000)))
		receiver, memo := to.Account(names[r.IntN(len(names))]).String(), ""
		switch r.IntN(4) {
		case 0:
			receiver, memo = ibcpay.Address().String(), payMemo(works[r.IntN(len(works))])
		case 1:
			receiver = []string{ibcpay.Address().String(), "nobody", receiver}[r.IntN(3)]
		}
		res := from.MustDeliver(sender, from.TransferMsg(sender, coin, receiver, memo))
		for _, ack := range from.Carry(res.Events) {
			if ack.Success() {
				paid++
			} else {
				refused++
			}
		}
		if i%25 == 0 {
			requireConserved(t, home, away)
		}
	}
	home.NextBlock()
	requireConserved(t, home, away)
	t.Logf("%d arrived, %d came back", paid, refused)
	node := app.New(log.NewNopLogger(), dbm.NewMemDB(), simtestutil.AppOptionsMap{}, baseapp.SetChainID(chain.ID))
	require.NoError(t, home.Past().Replay(node, home.Height()), "one by one")
	require.Greater(t, paid, transfers/3)
	require.Greater(t, refused, transfers/20)
}
