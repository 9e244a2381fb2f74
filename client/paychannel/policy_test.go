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
		f := Finding{Voucher: voucher.Voucher{PaymentChannel: royaltytypes.PaymentChannelID{n}}, Pays: &coin}
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
		since:  map[royaltytypes.PaymentChannelID]time.Time{}, gone: map[royaltytypes.PaymentChannelID]time.Time{},
	}
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
	r := &Redeemer{since: map[royaltytypes.PaymentChannelID]time.Time{}, gone: map[royaltytypes.PaymentChannelID]time.Time{}}
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
