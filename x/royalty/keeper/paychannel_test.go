package keeper_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/stemma-chain/stemma/testutil/chain"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

var never time.Time

// withPaymentChannel is a chain where everybody has 10^6 uusdc and fan has deposited
// 1,000 for alice's song, 60 %, and bob's remix of it, 40 %, with carol as
// receiver.
func withPaymentChannel(t testing.TB) (*chain.Chain, types.PaymentChannelID, []chain.Work) {
	c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
	song := c.Register("song.wav", alice)
	remix := c.Derive("remix.wav", bob, song.Under(chain.Preset("commercial-remix-10")))
	open := chain.PaymentChannelMsg(fan, 1, usdc(1000), song.Share(600_000), remix.Share(400_000))
	open.Receiver = carol.String()
	c.MustDeliver(fan, open)
	return c, chain.PaymentChannelOf(fan, 1), []chain.Work{song, remix}
}

func redeem(c *chain.Chain, vouchers ...types.Voucher) error {
	return c.Deliver(dave, chain.RedeemMsg(dave, vouchers...)).Err()
}

func TestVouchersPayWorksAndTheirSources(t *testing.T) {
	c, id, works := withPaymentChannel(t)
	c.RequireBalance(fan, "999000uusdc")
	c.RequireSameExport().RequireInvariants()

	res := c.MustDeliver(dave, chain.RedeemMsg(dave, chain.Voucher(fan, id, 100, never)))
	paid := chain.Typed[*types.EventPaid](t, res.Events)
	require.Len(t, paid, 2)
	for _, p := range paid {
		require.Equal(t, fan.String(), p.Payer)
	}
	var answer types.MsgRedeemVouchersResponse
	res.Response(t, 0, &answer)
	require.Equal(t, "100uusdc", answer.Paid.String())
	require.Empty(t, answer.Skipped)
	c.RequireBalance(alice, "1000064uusdc") // 60, and 10 % of the remix's 40
	c.RequireBalance(bob, "1000036uusdc")
	c.RequireSameExport().RequireInvariants()

	redeemed := chain.Typed[*types.EventVoucherRedeemed](t, res.Events)
	require.Equal(t, []*types.EventVoucherRedeemed{{PaymentChannel: id, Denom: "uusdc", Total: "100", Paid: "100"}}, redeemed)

	query := types.NewQueryClient(c.Conn())
	shown, err := query.PaymentChannel(t.Context(), &types.QueryPaymentChannelRequest{PaymentChannel: id})
	require.NoError(t, err)
	require.Equal(t, "100uusdc", shown.PaymentChannel.Redeemed.String())
	require.Equal(t, carol.String(), shown.PaymentChannel.Receiver)
	require.ElementsMatch(t, []types.PaymentChannelPayee{works[0].Share(600_000), works[1].Share(400_000)}, shown.Payees)

	c.MustDeliver(carol, chain.CloseMsg(carol, id)).Response(t, 0, &types.MsgClosePaymentChannelResponse{})
	c.RequireBalance(fan, "999900uusdc")
	c.RequireSameExport().RequireInvariants()
	_, err = query.PaymentChannel(t.Context(), &types.QueryPaymentChannelRequest{PaymentChannel: id})
	require.Equal(t, codes.NotFound, status.Code(err))
	list, err := query.PaymentChannels(t.Context(), &types.QueryPaymentChannelsRequest{Payer: fan.String()})
	require.NoError(t, err)
	require.Empty(t, list.PaymentChannels)
	require.EqualValues(t, 2, list.NextSerial)
}

// TestVouchersAreGoodOnceAndForOnePaymentChannel: late, twice, out of order, for other
// chains and payment channels, changed, by a stranger, over the deposit, after the end.
func TestVouchersAreGoodOnceAndForOnePaymentChannel(t *testing.T) {
	c, id, works := withPaymentChannel(t)
	other := chain.PaymentChannelMsg(fan, 2, usdc(1000), works[0].Share(chain.Whole))
	other.Key = bob.Key.PubKey().Bytes()
	c.MustDeliver(fan, other)
	soon := c.Now().Add(10 * time.Second)
	first, second := chain.Voucher(fan, id, 300, never), chain.Voucher(fan, id, 500, soon)
	changed := func(change func(*types.Voucher)) types.Voucher {
		v := chain.Voucher(fan, id, 600, soon)
		change(&v)
		return v
	}

	require.ErrorIs(t, redeem(c, chain.Voucher(mallory, id, 600, never)), types.ErrWrongSignature)
	require.ErrorIs(t, redeem(c, chain.Voucher(bob, id, 600, never)), types.ErrWrongSignature, "another payment channel's key")
	require.ErrorIs(t, redeem(c, foreign(t, fan, id, 600)), types.ErrWrongSignature, "another chain")
	for name, v := range map[string]types.Voucher{
		"more":                  changed(func(v *types.Voucher) { v.Total = math.NewInt(700) }),
		"longer":                changed(func(v *types.Voucher) { v.Expires++ }),
		"other payment channel": changed(func(v *types.Voucher) { v.PaymentChannel = chain.PaymentChannelOf(fan, 2) }),
		"a bit":                 changed(func(v *types.Voucher) { v.Signature[40] ^= 1 }),
	} {
		require.ErrorIs(t, redeem(c, v), types.ErrWrongSignature, name)
	}
	require.ErrorIs(t, redeem(c, changed(func(v *types.Voucher) { v.Signature = upperHalf(v.Signature) })), types.ErrInvalidVoucher)
	require.ErrorIs(t, redeem(c, chain.Voucher(fan, id, 1001, never)), types.ErrOverDeposit)

	require.NoError(t, redeem(c, second))
	require.ErrorIs(t, redeem(c, second), types.ErrNothingToRedeem, "twice")
	require.ErrorIs(t, redeem(c, first), types.ErrNothingToRedeem, "out of order")
	late := chain.Voucher(fan, id, 600, soon)
	c.Advance(time.Minute)
	require.ErrorContains(t, redeem(c, late), "expired")
	require.NoError(t, redeem(c, chain.Voucher(fan, id, 1000, never)), "all of it")
	c.RequireBalance(alice, "1000640uusdc")
	c.RequireBalance(bob, "1000360uusdc")

	c.MustDeliver(fan, &types.MsgTopUpPaymentChannel{Payer: fan.String(), PaymentChannel: id, Amount: usdc(500)})
	require.NoError(t, redeem(c, chain.Voucher(fan, id, 1001, never)))
	c.MustDeliver(carol, chain.CloseMsg(carol, id))
	require.ErrorContains(t, redeem(c, chain.Voucher(fan, id, 1002, never)), "closed")

	// The id is used up: vouchers of the old payment channel cannot come back to life.
	again := chain.PaymentChannelMsg(fan, 1, usdc(5000), works[0].Share(chain.Whole))
	require.ErrorIs(t, c.Deliver(fan, again).Err(), types.ErrInvalidPaymentChannel)
	c.RequireInvariants()
}

func TestThePayerWaitsForTheRest(t *testing.T) {
	c, id, _ := withPaymentChannel(t)
	require.ErrorIs(t, c.Deliver(mallory, chain.CloseMsg(mallory, id)).Err(), types.ErrNotParty)
	require.ErrorIs(t, c.Deliver(mallory, &types.MsgTopUpPaymentChannel{
		Payer: mallory.String(), PaymentChannel: id,
		Amount: usdc(5),
	}).Err(), types.ErrNotParty)

	var asked types.MsgClosePaymentChannelResponse
	c.MustDeliver(fan, chain.CloseMsg(fan, id)).Response(t, 0, &asked)
	require.Nil(t, asked.Refund)
	require.Equal(t, c.Now().Add(chain.CloseDelay), *asked.ClosesAt)
	c.RequireSameExport().RequireInvariants()
	require.ErrorIs(t, c.Deliver(fan, chain.CloseMsg(fan, id)).Err(), types.ErrTooEarly)
	require.ErrorIs(t, c.Deliver(fan, &types.MsgTopUpPaymentChannel{
		Payer: fan.String(), PaymentChannel: id,
		Amount: usdc(5),
	}).Err(), types.ErrPaymentChannelClosing)

	require.NoError(t, redeem(c, chain.Voucher(fan, id, 400, never)), "until then vouchers are good")
	c.Advance(chain.CloseDelay)
	require.ErrorContains(t, redeem(c, chain.Voucher(fan, id, 500, never)), "closed")
	c.MustDeliver(mallory, chain.CloseMsg(mallory, id)) // anybody, now
	c.RequireBalance(fan, "999600uusdc")
	c.RequireInvariants()
}

// TestADepositIsNotPaidBackInItsBlock: its money is in the module's account at the
// end of the block only, and must not be taken from others' meanwhile.
func TestADepositIsNotPaidBackInItsBlock(t *testing.T) {
	c, id, works := withPaymentChannel(t)
	open := chain.PaymentChannelMsg(bob, 7, usdc(50), works[0].Share(chain.Whole))
	open.Receiver = alice.String()
	block := c.Block(c.Sign(bob, open), c.Sign(alice, chain.CloseMsg(alice, chain.PaymentChannelOf(bob, 7))),
		c.Sign(dave, chain.RedeemMsg(dave, chain.Voucher(bob, chain.PaymentChannelOf(bob, 7), 20, never))))
	require.NoError(t, block.Txs[0].Err())
	require.ErrorIs(t, block.Txs[1].Err(), types.ErrTooEarly)
	require.NoError(t, block.Txs[2].Err(), "redeeming moves no coins")
	c.RequireInvariants()
	c.MustDeliver(alice, chain.CloseMsg(alice, chain.PaymentChannelOf(bob, 7)))
	c.RequireBalance(bob, "999980uusdc")
	require.NoError(t, redeem(c, chain.Voucher(fan, id, 1000, never)), "others' deposits are whole")
	c.RequireInvariants()
}

// TestSimulationTakesWhatTheNextBlockTakes: it runs at the height of the deposit's block,
// which is over.
func TestSimulationTakesWhatTheNextBlockTakes(t *testing.T) {
	c, _, works := withPaymentChannel(t)
	open := chain.PaymentChannelMsg(bob, 7, usdc(50), works[0].Share(chain.Whole))
	open.Receiver = alice.String()
	c.MustDeliver(bob, open)
	tx := c.Sign(alice, chain.CloseMsg(alice, chain.PaymentChannelOf(bob, 7)))
	_, _, err := c.App.Simulate(tx)
	require.NoError(t, err)
	c.Block(tx).RequireOK(t)
}

// TestABatchOutlivesWhatOvertookIt: one message, a voucher of each kind.
func TestABatchOutlivesWhatOvertookIt(t *testing.T) {
	c, id, works := withPaymentChannel(t)
	open := func(serial uint64) types.PaymentChannelID {
		c.MustDeliver(fan, chain.PaymentChannelMsg(fan, serial, usdc(1000), works[0].Share(chain.Whole)))
		return chain.PaymentChannelOf(fan, serial)
	}
	good, stale, expired := open(2), open(3), open(4)
	require.NoError(t, redeem(c, chain.Voucher(fan, stale, 100, never)))
	unknown := chain.PaymentChannelOf(fan, 99)
	var answer types.MsgRedeemVouchersResponse
	c.MustDeliver(dave, chain.RedeemMsg(dave,
		chain.Voucher(fan, stale, 100, never), chain.Voucher(fan, good, 10, never), chain.Voucher(fan, expired, 10,
			c.Now().Add(-time.Second)),
		chain.Voucher(fan, unknown, 10, never), chain.Voucher(fan, id, 10, never),
	)).Response(t, 0, &answer)
	require.Equal(t, "20uusdc", answer.Paid.String())
	require.Equal(t, []types.SkippedVoucher{
		{PaymentChannel: stale, Reason: types.SKIP_STALE},
		{PaymentChannel: expired, Reason: types.SKIP_EXPIRED},
		{PaymentChannel: unknown, Reason: types.SKIP_CLOSED},
	}, answer.Skipped)

	// What the sender could have known refuses all of it.
	before := c.Balance(alice, "uusdc")
	require.ErrorIs(t, redeem(c, chain.Voucher(fan, good, 20, never), chain.Voucher(mallory, id, 20, never)), types.ErrWrongSignature)
	require.ErrorContains(t, redeem(c, chain.Voucher(fan, good, 20, never), chain.Voucher(fan, good, 30, never)), "two vouchers")
	require.Equal(t, before, c.Balance(alice, "uusdc"))
	c.RequireInvariants()
}

// TestALongListIsPaidInSlices: max_lines cuts a redemption, and what follows goes
// on there; nobody is paid twice, and closing completes it.
func TestALongListIsPaidInSlices(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
	var payees []types.PaymentChannelPayee
	var names []string
	for i := range 10 {
		names = append(names, fmt.Sprint("work ", i))
		payees = append(payees, chain.WorkOf(names[i], alice).Share(100_000))
	}
	c.MustDeliver(alice, chain.RegisterMsg(alice, names...))
	c.MustDeliver(fan, chain.PaymentChannelMsg(fan, 1, usdc(1000), payees...))
	id := chain.PaymentChannelOf(fan, 1)
	slice := func(lines uint32, total int64) (answer types.MsgRedeemVouchersResponse) {
		msg := chain.RedeemMsg(dave, chain.Voucher(fan, id, total, never))
		msg.MaxLines = lines
		c.MustDeliver(dave, msg).Response(t, 0, &answer)
		c.RequireSameExport().RequireInvariants()
		return answer
	}
	require.Equal(t, "40uusdc", slice(4, 100).Paid.String())
	require.Equal(t, "40uusdc", slice(4, 100).Paid.String())
	answer := slice(1, 200) // one line more of the first total
	require.Equal(t, "10uusdc", answer.Paid.String())
	require.Equal(t, types.SKIP_PENDING, answer.Skipped[0].Reason)
	answer = slice(4, 200) // the last line of the first total, and three of the second
	require.Equal(t, "40uusdc", answer.Paid.String())
	require.Empty(t, answer.Skipped)
	c.RequireBalance(alice, "1000130uusdc")

	// A voucher by a stranger completes what is promised, and no more.
	msg := chain.RedeemMsg(mallory, chain.Voucher(mallory, id, 999, never))
	require.ErrorIs(t, c.Deliver(mallory, msg).Err(), types.ErrWrongSignature)
	c.MustDeliver(fan, chain.CloseMsg(fan, id))
	c.Advance(chain.CloseDelay)
	c.MustDeliver(fan, chain.CloseMsg(fan, id))
	c.RequireBalance(alice, "1000200uusdc")
	c.RequireBalance(fan, "999800uusdc")
	c.RequireInvariants()
}

func TestTheShareOfAnInvalidatedWorkGoesBack(t *testing.T) {
	c, id, works := withPaymentChannel(t)
	c.Write(func(ctx sdk.Context) error { return c.App.Keepers.Registry.Invalidate(ctx, works[0].ID) })
	require.NoError(t, redeem(c, chain.Voucher(fan, id, 500, never)), "others are paid")
	c.RequireBalance(bob, "1000180uusdc")
	c.RequireInvariants()
	c.MustDeliver(carol, chain.CloseMsg(carol, id))
	c.RequireBalance(fan, "999800uusdc")
	require.ErrorIs(t, c.Deliver(fan, chain.PaymentChannelMsg(fan, 5, usdc(10), works[0].Share(chain.Whole))).Err(),
		registrytypes.ErrOnHold)
	c.RequireInvariants()
}

// TestADenomThatIsNoLongerAcceptedStillPays: what was deposited is redeemed, under
// the right holders, although the denom was never paid in before.
func TestADenomThatIsNoLongerAcceptedStillPays(t *testing.T) {
	c, id, works := withPaymentChannel(t)
	c.Write(func(ctx sdk.Context) error {
		params, err := c.App.Keepers.Royalty.Params.Get(ctx)
		if err != nil {
			return err
		}
		params.Denoms = []types.AcceptedDenom{types.NewAcceptedDenom("ustem")}
		return c.App.Keepers.Royalty.Params.Set(ctx, params)
	})
	require.ErrorIs(t, c.Deliver(fan, chain.PaymentChannelMsg(fan, 2, usdc(10), works[0].Share(chain.Whole))).Err(),
		types.ErrDenomNotAccepted)
	c.Block(c.Sign(dave, chain.RedeemMsg(dave, chain.Voucher(fan, id, 500, never))), c.Sign(alice, assign(alice,
		works[0], carol, chain.Whole))).RequireOK(t)
	c.NextBlock()
	c.RequireInvariants()
	c.MustDeliver(alice, &types.MsgWithdraw{Account: alice.String()})
	c.RequireBalance(alice, "1000300uusdc") // the remix's royalty comes later, to carol
	c.MustDeliver(carol, &types.MsgWithdraw{Account: carol.String()})
	c.RequireBalance(carol, "1000020uusdc")
	c.RequireInvariants()
}

func TestPaymentChannelsAreRefusedWhole(t *testing.T) {
	c, id, works := withPaymentChannel(t)
	open := func(change func(*types.MsgOpenPaymentChannel)) sdk.Msg {
		msg := chain.PaymentChannelMsg(fan, 9, usdc(10), works[0].Share(500_000), works[1].Share(500_000))
		change(msg)
		return msg
	}
	for _, refused := range []struct {
		name string
		msg  sdk.Msg
		want error
	}{
		{"no payees", open(func(m *types.MsgOpenPaymentChannel) { m.Payees = nil }), types.ErrInvalidPaymentChannel},
		{
			"a payee twice", open(func(m *types.MsgOpenPaymentChannel) { m.Payees[1].Work = m.Payees[0].Work }),
			types.ErrInvalidPaymentChannel,
		},
		{"less than the whole", open(func(m *types.MsgOpenPaymentChannel) { m.Payees[1].Weight-- }), types.ErrInvalidPaymentChannel},
		{"more than the whole", open(func(m *types.MsgOpenPaymentChannel) { m.Payees[1].Weight++ }), types.ErrInvalidPaymentChannel},
		{
			"a weight that wraps", open(func(m *types.MsgOpenPaymentChannel) { m.Payees[1].Weight += 1 << 24 }),
			types.ErrInvalidPaymentChannel,
		},
		{"an unknown work", open(func(m *types.MsgOpenPaymentChannel) {
			m.Payees[1].Work = chain.WorkOf("none",
				bob).ID
		}), registrytypes.ErrWorkNotFound},
		{"no key", open(func(m *types.MsgOpenPaymentChannel) { m.Key = nil }), types.ErrInvalidPaymentChannel},
		{"no point of the curve", open(func(m *types.MsgOpenPaymentChannel) {
			m.Key = append([]byte{2}, make([]byte, 31)...)
			m.Key = append(m.Key, 5)
		}), types.ErrInvalidPaymentChannel},
		{"no delay", open(func(m *types.MsgOpenPaymentChannel) { m.CloseDelay = 0 }), types.ErrInvalidPaymentChannel},
		{
			"a year's delay", open(func(m *types.MsgOpenPaymentChannel) { m.CloseDelay = 365 * 24 * time.Hour }),
			types.ErrInvalidPaymentChannel,
		},
		{"payer as receiver", open(func(m *types.MsgOpenPaymentChannel) { m.Receiver = fan.String() }), types.ErrInvalidPaymentChannel},
		{"a used serial", open(func(m *types.MsgOpenPaymentChannel) { m.Serial = 1 }), types.ErrInvalidPaymentChannel},
		{"no serial", open(func(m *types.MsgOpenPaymentChannel) { m.Serial = 0 }), types.ErrInvalidPaymentChannel},
		{"no deposit", open(func(m *types.MsgOpenPaymentChannel) { m.Deposit.Amount = math.ZeroInt() }), types.ErrInvalidAmount},
		{"more than there is", open(func(m *types.MsgOpenPaymentChannel) { m.Deposit = usdc(1_000_000) }), sdkerrors.ErrInsufficientFunds},
		{"another denom on top", &types.MsgTopUpPaymentChannel{
			Payer: fan.String(), PaymentChannel: id,
			Amount: sdk.NewInt64Coin("ustem", 5),
		}, types.ErrInvalidAmount},
		{"closing what is not there", chain.CloseMsg(fan, chain.PaymentChannelOf(fan, 8)), types.ErrPaymentChannelNotFound},
		{"no vouchers", &types.MsgRedeemVouchers{Sender: fan.String()}, types.ErrInvalidMessage},
	} {
		t.Run(refused.name, func(t *testing.T) {
			before, err := c.App.Keepers.Royalty.ExportGenesis(c.Ctx())
			require.NoError(t, err)
			require.ErrorIs(t, c.Deliver(fan, refused.msg).Err(), refused.want)
			after, err := c.App.Keepers.Royalty.ExportGenesis(c.Ctx())
			require.NoError(t, err)
			require.Equal(t, before, after)
		})
	}
}
