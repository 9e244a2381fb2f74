package paychannel

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
	"github.com/stemma-chain/stemma/x/royalty/voucher"
)

// What the deposit does not cover, what others have redeemed, and what pays too many works for
// one transaction hold up no other payment channel.
func TestOneVoucherHoldsUpNoOther(t *testing.T) {
	const overDeposit, stale, large = 1, 2, 3
	var findings []Finding
	for _, channel := range []byte{overDeposit, stale, large, 4, stale, 5} {
		f := Finding{Voucher: voucher.Voucher{PaymentChannel: royaltytypes.PaymentChannelID{channel}, Total: math.OneInt()}}
		if channel == overDeposit {
			f.Problem = "its payment channel has a deposit of 0 only"
		}
		findings = append(findings, f)
	}
	pays := func(msg sdk.Msg) error {
		for _, v := range msg.(*royaltytypes.MsgRedeemVouchers).Vouchers {
			if v.PaymentChannel[0] != stale {
				return nil
			}
		}
		return royaltytypes.ErrNothingToRedeem
	}
	try := func(_ context.Context, msgs ...sdk.Msg) (uint64, error) {
		vouchers := msgs[0].(*royaltytypes.MsgRedeemVouchers).Vouchers
		for _, v := range vouchers {
			if v.PaymentChannel[0] == large {
				return 0, errors.New("out of gas in location: x")
			}
		}
		return uint64(len(vouchers)) * (maxTrialGas/2 + 1), pays(msgs[0])
	}
	var sent []byte
	send := func(_ context.Context, msg sdk.Msg, _ *Redemption) error {
		for _, v := range msg.(*royaltytypes.MsgRedeemVouchers).Vouchers {
			sent = append(sent, v.PaymentChannel[0])
		}
		return pays(msg)
	}
	done, err := redeem(t.Context(), findings, "by", try, send)
	require.ErrorIs(t, err, ErrTooManyPayees)
	require.Equal(t, []byte{4, 5}, sent)
	require.Len(t, done.Left, 3)

	broken := errors.New("no node")
	try = func(context.Context, ...sdk.Msg) (uint64, error) { return 0, broken }
	_, err = redeem(t.Context(), findings, "by", try, send)
	require.ErrorIs(t, err, broken)
}

// A payment channel that pays more works than fit in a transaction is redeemed by several: what it promised is not lost to the works.
func TestManyPayeesAreRedeemedBySeveralTransactions(t *testing.T) {
	const payees, gas = 1000, 50_000
	for _, small := range []bool{false, true} {
		paid := 0
		do := func(msg sdk.Msg, really bool) (uint64, error) {
			m := msg.(*royaltytypes.MsgRedeemVouchers)
			if len(m.Vouchers) == 1 && m.Vouchers[0].PaymentChannel[0] == 2 {
				return gas, nil
			}
			lines := payees - paid
			if m.MaxLines > 0 {
				lines = min(lines, int(m.MaxLines))
			}
			if lines == 0 {
				return 0, royaltytypes.ErrNothingToRedeem
			}
			if really {
				paid += lines
			}
			each := uint64(gas)
			if small {
				each = maxTrialGas / 2
			}
			return uint64(lines) * each, nil
		}
		try := func(_ context.Context, msgs ...sdk.Msg) (uint64, error) { return do(msgs[0], false) }
		sent := 0
		send := func(_ context.Context, msg sdk.Msg, _ *Redemption) error {
			sent++
			used, err := do(msg, true)
			require.LessOrEqual(t, used, uint64(maxTrialGas))
			return err
		}
		findings := []Finding{
			{Voucher: voucher.Voucher{PaymentChannel: royaltytypes.PaymentChannelID{1}, Total: math.OneInt()}},
			{Voucher: voucher.Voucher{PaymentChannel: royaltytypes.PaymentChannelID{2}, Total: math.OneInt()}},
		}
		_, err := redeem(t.Context(), findings, "by", try, send)
		require.NoError(t, err)
		require.Equal(t, payees, paid)
		require.Equal(t, map[bool]int{false: 5, true: 1001}[small], sent)
	}
}

// A voucher that the chain refuses, for whatever reason, holds up no other.
func TestAVoucherThatIsRefusedHoldsUpNoOther(t *testing.T) {
	const poison = 3
	var findings []Finding
	for channel := range byte(8) {
		findings = append(findings, Finding{Voucher: voucher.Voucher{PaymentChannel: royaltytypes.PaymentChannelID{channel}, Total: math.OneInt()}})
	}
	try := func(_ context.Context, msgs ...sdk.Msg) (uint64, error) {
		for _, v := range msgs[0].(*royaltytypes.MsgRedeemVouchers).Vouchers {
			if v.PaymentChannel[0] == poison {
				return 0, &client.TxError{Stage: client.Tried, Codespace: "x", Code: 9}
			}
		}
		return 1, nil
	}
	var sent []byte
	send := func(_ context.Context, msg sdk.Msg, _ *Redemption) error {
		for _, v := range msg.(*royaltytypes.MsgRedeemVouchers).Vouchers {
			sent = append(sent, v.PaymentChannel[0])
		}
		return nil
	}
	_, err := redeem(t.Context(), findings, "by", try, send)
	require.ErrorAs(t, err, new(*client.TxError))
	require.Equal(t, []byte{0, 1, 2, 4, 5, 6, 7}, sent)
}
