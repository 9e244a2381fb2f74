package paychannel

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"

	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
	"github.com/stemma-chain/stemma/x/royalty/voucher"
)

// A voucher is redeemed when it is worth it, when it has waited, and in any case when its payer wants the rest back.
func TestWhenVouchersAreRedeemed(t *testing.T) {
	now := time.Now()
	closes := now.Add(time.Hour)
	of := func(n byte, pays int64, change func(*Finding)) Finding {
		coin := sdk.NewInt64Coin("uusdc", pays)
		f := Finding{Voucher: voucher.Voucher{PaymentChannel: royaltytypes.PaymentChannelID{n}, Total: coin.Amount}, Pays: &coin}
		if change != nil {
			change(&f)
		}
		return f
	}
	findings := []Finding{
		of(1, 99, nil), of(2, 100, nil), of(3, 1, func(f *Finding) { f.ClosesAt = &closes }), of(4, 0, func(f *Finding) { f.Problem = "redeemed" }),
		of(5, 500, func(f *Finding) { f.Problem = "forged" }), of(6, 500, func(f *Finding) { f.Pays = nil }),
		of(7, 5, func(f *Finding) { f.Voucher.Expires = now.Add(time.Minute).Unix() }),
	}
	ids := func(due []voucher.Voucher) (ids []byte) {
		for _, v := range due {
			ids = append(ids, v.PaymentChannel[0])
		}
		return ids
	}
	r := &Redeemer{
		Policy: Policy{Above: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 100)), Every: time.Hour},
	}
	r.prepare()
	require.Equal(t, []byte{2, 3, 7}, ids(r.due(findings, now)))
	require.Contains(t, r.gone, royaltytypes.PaymentChannelID{6})
	require.Equal(t, []byte{1}, ids(r.due(findings[:1], now.Add(time.Hour))))
	require.Empty(t, r.due(findings[:1], now.Add(59*time.Minute)))
	// What was redeemed meanwhile begins to wait anew.
	require.Empty(t, r.due([]Finding{of(1, 0, func(f *Finding) { f.Problem = "redeemed" })}, now.Add(59*time.Minute)))
	require.Empty(t, r.due(findings[:1], now.Add(time.Hour)))
	// What is redeemed but not paid out to the last payee is gone on with.
	require.Equal(t, []byte{8}, ids(r.due([]Finding{of(8, 0, nil)}, now)))
	r.Policy.Above = nil
	require.Equal(t, []byte{3, 7}, ids(r.due(findings[1:], now)))
}

// What was redeemed is not asked about again, until a voucher promises more.
func TestWhatIsRedeemedIsNotAskedAbout(t *testing.T) {
	now := time.Now()
	channel := royaltytypes.PaymentChannelInfo{
		Id: royaltytypes.PaymentChannelID{1}, Deposit: sdk.NewInt64Coin("uusdc", 100), Redeemed: sdk.NewInt64Coin("uusdc", 10),
	}
	key := secp256k1.GenPrivKey()
	channel.Key = key.PubKey().Bytes()
	of := func(total int64) voucher.Voucher {
		v, err := voucher.New("c-1", channel.Id, math.NewInt(total), time.Time{})
		require.NoError(t, err)
		v, err = v.Sign(key.Sign)
		require.NoError(t, err)
		return v
	}
	r := &Redeemer{}
	r.prepare()
	require.True(t, r.mayPay(of(10), now))
	channel.PendingFrom = 3
	require.Len(t, r.due([]Finding{against(channel, of(10), now)}, now), 1) // and not paid out yet
	require.True(t, r.mayPay(of(10), now))
	channel.PendingFrom = 0
	require.Empty(t, r.due([]Finding{against(channel, of(10), now)}, now))
	require.False(t, r.mayPay(of(10), now.Add(48*time.Hour)))
	require.False(t, r.mayPay(of(9), now))
	require.True(t, r.mayPay(of(11), now))
}

// A payment channel is asked about when the policy may want something, and often enough that its payer can't close it unseen: at
// whatever moment they ask for that, half of the delay is left to redeem in. A hundred of them take a few questions each and not one a look.
func TestPaymentChannelsAreAskedAboutWhenItMatters(t *testing.T) {
	const channels, look, delay = 100, time.Minute, time.Hour
	begin := time.Now().Truncate(time.Second)
	key := secp256k1.GenPrivKey()
	of := func(n int, total int64) voucher.Voucher {
		v, err := voucher.New("c-1", royaltytypes.PaymentChannelID{byte(n)}, math.NewInt(total), time.Time{})
		require.NoError(t, err)
		v, err = v.Sign(key.Sign)
		require.NoError(t, err)
		return v
	}
	for _, closed := range []int{1, 2, 28, 29, 30, 31, 59, 60, 61} { // the payer asks right after that look
		r := &Redeemer{Policy: Policy{Above: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 100)), Every: 24 * time.Hour, Look: look}}
		r.prepare()
		var kept []voucher.Voucher
		for n := range channels {
			kept = append(kept, of(n, 10))
		}
		closes := begin.Add(time.Duration(closed) * look).Add(delay)
		questions, told := 0, time.Time{}
		for n := 0; n < 120 && told.IsZero(); n++ {
			now := begin.Add(time.Duration(n) * look)
			var findings []Finding
			for _, v := range r.toAsk(kept, now) {
				questions++
				channel := royaltytypes.PaymentChannelInfo{
					Id: v.PaymentChannel, Deposit: sdk.NewInt64Coin("uusdc", 1000), Redeemed: sdk.NewInt64Coin("uusdc", 5), Key: key.PubKey().Bytes(),
					CloseDelay: delay,
				}
				if n > closed && v.PaymentChannel[0] == 7 {
					channel.ClosesAt = &closes
				}
				findings = append(findings, against(channel, v, now))
			}
			if len(r.due(findings, now)) > 0 {
				told = now
			}
		}
		require.False(t, told.IsZero(), closed)
		require.GreaterOrEqual(t, closes.Sub(told), delay/2, closed)
		require.LessOrEqual(t, questions, channels*(closed/29+2), closed)
		// A voucher that adds enough is asked about at the next look, and one that has waited long enough.
		now := told.Add(look)
		kept[3] = of(3, 105)
		require.Contains(t, r.toAsk(kept, now), kept[3])
		kept[3] = of(3, 104)
		if now.Sub(r.seen[kept[3].PaymentChannel].at) < delay/2-look {
			require.NotContains(t, r.toAsk(kept, now), kept[3])
		}
		require.Contains(t, r.toAsk(kept, begin.Add(24*time.Hour)), kept[3])
		r.Policy.All = true
		require.Len(t, r.toAsk(kept, now), channels)
	}
}
