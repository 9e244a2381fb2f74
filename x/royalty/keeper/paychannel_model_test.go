package keeper_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// modelPaymentChannel is a payment channel in plain numbers.
type modelPaymentChannel struct {
	payer             chain.Account
	serial            uint64
	deposit, redeemed int64
	weights           [3]int64
	closesAt          time.Time
	closed            bool
}

// paymentChannelModel says what every account must have, whatever was redeemed in what
// order.
type paymentChannelModel struct {
	c        *chain.Chain
	works    []chain.Work
	payers   []chain.Account
	serials  map[string]uint64
	channels []*modelPaymentChannel
	// deposited less refunded by payer; earned by owner.
	out    map[string]int64
	earned map[string]int64
}

const modelBalance = 1_000_000_000

func newPaymentChannelModel(t testing.TB) *paymentChannelModel {
	m := &paymentChannelModel{
		c:      chain.New(t, chain.Balance(fmt.Sprint(modelBalance, "uusdc")), everyUnit()),
		payers: []chain.Account{fan, dave}, serials: map[string]uint64{}, out: map[string]int64{}, earned: map[string]int64{},
	}
	for _, owner := range []chain.Account{alice, bob, carol} {
		m.works = append(m.works, m.c.Register("work of "+owner.Name, owner))
	}
	return m
}

func (m *paymentChannelModel) open(rt *rapid.T) {
	first := rapid.Int64Range(1, chain.Whole-2).Draw(rt, "weight")
	second := rapid.Int64Range(1, chain.Whole-first-1).Draw(rt, "weight")
	ch := &modelPaymentChannel{
		payer: rapid.SampledFrom(m.payers).Draw(rt, "payer"), deposit: rapid.Int64Range(1, 5000).Draw(rt, "deposit"),
		weights: [3]int64{first, second, chain.Whole - first - second},
	}
	m.serials[ch.payer.Name] += rapid.Uint64Range(1, 3).Draw(rt, "gap")
	ch.serial = m.serials[ch.payer.Name]
	msg := chain.PaymentChannelMsg(ch.payer, ch.serial, usdc(ch.deposit))
	for i, w := range ch.weights {
		msg.Payees = append(msg.Payees, m.works[i].Share(uint32(w)))
	}
	msg.Receiver = carol.String()
	m.c.MustDeliver(ch.payer, msg)
	m.channels = append(m.channels, ch)
	m.out[ch.payer.Name] += ch.deposit
}

// over says whether the time of a payment channel had come in the last block.
func (m *paymentChannelModel) over(ch *modelPaymentChannel) bool {
	return !ch.closesAt.IsZero() && !m.c.Now().Before(ch.closesAt)
}

func (m *paymentChannelModel) redeem(rt *rapid.T) {
	ch := m.draw(rt)
	total := rapid.Int64Range(1, ch.deposit+10).Draw(rt, "total")
	signer := ch.payer
	if rapid.IntRange(0, 9).Draw(rt, "stranger") == 0 {
		signer = mallory
	}
	v := chain.Voucher(signer, chain.PaymentChannelOf(ch.payer, ch.serial), total, time.Time{})
	err := m.c.Deliver(mallory, chain.RedeemMsg(mallory, v)).Err()
	switch {
	case ch.closed, m.over(ch), total <= ch.redeemed:
		require.ErrorIs(rt, err, types.ErrNothingToRedeem)
	case total > ch.deposit:
		require.ErrorIs(rt, err, types.ErrOverDeposit)
	case signer.Name == mallory.Name:
		require.ErrorIs(rt, err, types.ErrWrongSignature)
	default:
		require.NoError(rt, err)
		for i, owner := range []chain.Account{alice, bob, carol} {
			m.earned[owner.Name] += total*ch.weights[i]/chain.Whole - ch.redeemed*ch.weights[i]/chain.Whole
		}
		ch.redeemed = total
	}
}

func (m *paymentChannelModel) topUp(rt *rapid.T) {
	ch := m.draw(rt)
	amount := rapid.Int64Range(1, 1000).Draw(rt, "amount")
	err := m.c.Deliver(ch.payer, &types.MsgTopUpPaymentChannel{
		Payer: ch.payer.String(), PaymentChannel: chain.PaymentChannelOf(ch.payer, ch.serial), Amount: usdc(amount),
	}).Err()
	switch {
	case ch.closed:
		require.ErrorIs(rt, err, types.ErrPaymentChannelNotFound)
	case !ch.closesAt.IsZero():
		require.ErrorIs(rt, err, types.ErrPaymentChannelClosing)
	default:
		require.NoError(rt, err)
		ch.deposit += amount
		m.out[ch.payer.Name] += amount
	}
}

func (m *paymentChannelModel) close(rt *rapid.T) {
	ch := m.draw(rt)
	sender := rapid.SampledFrom([]chain.Account{ch.payer, carol, mallory}).Draw(rt, "closer")
	err := m.c.Deliver(sender, chain.CloseMsg(sender, chain.PaymentChannelOf(ch.payer, ch.serial))).Err()
	switch {
	case ch.closed:
		require.ErrorIs(rt, err, types.ErrPaymentChannelNotFound)
	case sender.Name == carol.Name || m.over(ch):
		require.NoError(rt, err)
		ch.closed = true
		m.out[ch.payer.Name] -= ch.deposit
		for _, w := range ch.weights {
			m.out[ch.payer.Name] += ch.redeemed * w / chain.Whole
		}
	case !ch.closesAt.IsZero():
		require.ErrorIs(rt, err, types.ErrTooEarly)
	case sender.Name == ch.payer.Name:
		require.NoError(rt, err)
		ch.closesAt = m.c.Now().Add(chain.CloseDelay)
	default:
		require.ErrorIs(rt, err, types.ErrNotParty)
	}
}

func (m *paymentChannelModel) draw(rt *rapid.T) *modelPaymentChannel {
	if len(m.channels) == 0 {
		m.open(rt)
	}
	return rapid.SampledFrom(m.channels).Draw(rt, "payment_channel")
}

func (m *paymentChannelModel) check(rt *rapid.T) {
	ctx := m.c.Ctx()
	require.NoError(rt, m.c.App.Keepers.Royalty.CheckInvariants(ctx))
	for _, a := range []chain.Account{alice, bob, carol, fan, dave} {
		want := sdk.NewInt64Coin("uusdc", modelBalance-m.out[a.Name]+m.earned[a.Name])
		require.Equal(rt, want, m.c.Balance(a, "uusdc"), a.Name)
	}
}

// TestRandomPaymentChannelsMatchTheModel: random opening, redeeming, adding and closing,
// by those who may and those who may not. What a payee has is the part of the
// newest total; a payer has the rest back.
func TestRandomPaymentChannelsMatchTheModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := newPaymentChannelModel(t)
		rt.Repeat(map[string]func(*rapid.T){
			"":       m.check,
			"open":   m.open,
			"redeem": m.redeem,
			"top up": m.topUp,
			"close":  m.close,
			"wait": func(rt *rapid.T) {
				m.c.Advance(time.Duration(rapid.IntRange(1, 90).Draw(rt, "minutes")) * time.Minute)
			},
		})
	})
}
