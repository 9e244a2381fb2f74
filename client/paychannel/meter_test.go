package paychannel_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/paychannel"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// paying is the answer about a work that is allowed at a price per use.
func paying(work byte, price ...sdk.Coin) licensetypes.Rights {
	return licensetypes.Rights{Verdict: licensetypes.VERDICT_ALLOWED, Obligations: []licensetypes.Obligation{
		{Kind: licensetypes.OBLIGATION_ATTRIBUTION, Work: registrytypes.WorkID{work}},
		{Kind: licensetypes.OBLIGATION_PAY_PER_USE, Work: registrytypes.WorkID{work}, Price: price},
	}}
}

// Whatever works ask, and however many uses one voucher pays, each gets what it asks for all of them, by the
// chain's own rounding; and where prices are not too far apart, little more is paid.
func TestATariffPaysEveryWorkWhatItAsks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prices := rapid.SliceOfN(rapid.Uint64Range(1, 1_000_000_000_000), 1, 40).Draw(t, "prices")
		uses := rapid.Int64Range(1, 1_000_000_000).Draw(t, "uses")
		answers := make([]licensetypes.Rights, len(prices))
		asked, sum := map[registrytypes.WorkID]math.Int{}, math.ZeroInt()
		for i, p := range prices {
			amount, id := math.NewIntFromUint64(p), byte(i%7)
			answers[i] = paying(id, sdk.NewCoin("uusdc", amount))
			sum = sum.Add(amount)
			if before, twice := asked[registrytypes.WorkID{id}]; twice {
				amount = amount.Add(before)
			}
			asked[registrytypes.WorkID{id}] = amount
		}
		tariff, err := paychannel.NewTariff(answers, "uusdc")
		require.NoError(t, err)
		require.Len(t, tariff.Payees, len(asked))
		total, weights := tariff.Price.Amount.MulRaw(uses), uint64(0)
		lowest := uint32(1_000_000)
		for _, p := range tariff.Payees {
			weights += uint64(p.Weight)
			lowest = min(lowest, p.Weight)
			got := total.MulRaw(int64(p.Weight)).QuoRaw(1_000_000)
			require.True(t, got.GTE(asked[p.Work].MulRaw(uses)), "%s gets %s for %d uses at %s", p.Work, got, uses, asked[p.Work])
		}
		require.EqualValues(t, 1_000_000, weights)
		if lowest >= 10_000 {
			require.True(t, tariff.Price.Amount.LTE(sum.Add(sum.QuoRaw(1_000)).AddRaw(1_000)), "%s for %s", tariff.Price, sum)
		}
	})
}

func TestATariffIsRefused(t *testing.T) {
	one := sdk.NewInt64Coin("uusdc", 5)
	denied := paying(1, one)
	denied.Verdict = licensetypes.VERDICT_DENIED
	for name, answers := range map[string][]licensetypes.Rights{
		"nothing":       nil,
		"free":          {{Verdict: licensetypes.VERDICT_ALLOWED}},
		"denied":        {denied},
		"another denom": {paying(1, one), paying(2, sdk.NewInt64Coin("ustem", 5))},
	} {
		_, err := paychannel.NewTariff(answers, "uusdc")
		require.ErrorIs(t, err, paychannel.ErrNoPrice, name)
	}
}

func TestAMeterPaysUseByUse(t *testing.T) {
	tariff, err := paychannel.NewTariff([]licensetypes.Rights{
		paying(1, sdk.NewInt64Coin("uusdc", 60)), paying(2, sdk.NewInt64Coin("ustem", 1), sdk.NewInt64Coin("uusdc", 40)),
	}, "uusdc")
	require.NoError(t, err)
	require.Equal(t, sdk.NewInt64Coin("uusdc", 100), tariff.Price)
	key := secp256k1.GenPrivKey()
	channel := royaltytypes.PaymentChannelInfo{
		Id: royaltytypes.PaymentChannelID{1}, Deposit: sdk.NewInt64Coin("uusdc", 1_000), Redeemed: sdk.NewInt64Coin("uusdc", 0),
		Key: key.PubKey().Bytes(),
	}
	meter, err := paychannel.NewMeter("stemma-1", channel, tariff, nil, key.Sign)
	require.NoError(t, err)
	store := paychannel.OpenStore(t.TempDir())
	for range 10 {
		v, err := meter.Use(1)
		require.NoError(t, err)
		more, err := store.Keep(v, channel)
		require.NoError(t, err)
		require.Equal(t, math.NewInt(100), more)
	}
	_, err = meter.Use(1)
	require.ErrorIs(t, err, royaltytypes.ErrOverDeposit)
	require.Equal(t, math.NewInt(1_000), meter.Total, "nothing is paid by what is refused")

	last, err := store.Newest("stemma-1", channel.Id)
	require.NoError(t, err)
	channel.Deposit.Amount = math.NewInt(1_100)
	meter, err = paychannel.NewMeter("stemma-1", channel, tariff, last, key.Sign)
	require.NoError(t, err)
	v, err := meter.Use(1)
	require.NoError(t, err)
	require.Equal(t, math.NewInt(1_100), v.Total, "it goes on where the last one stands")
	require.False(t, v.ExpiredAt(time.Now()))
	_, err = paychannel.NewMeter("stemma-2", channel, tariff, last, key.Sign)
	require.ErrorIs(t, err, royaltytypes.ErrInvalidVoucher)
}

// BenchmarkCheckVoucher is what a service that is paid by vouchers does of each, without the disk.
func BenchmarkCheckVoucher(b *testing.B) {
	key := secp256k1.GenPrivKey()
	meter := paychannel.Meter{
		ChainID: "stemma-1", PaymentChannel: royaltytypes.PaymentChannelID{1}, Price: math.OneInt(), Deposit: math.NewInt(1 << 40),
		Total: math.ZeroInt(), Sign: key.Sign,
	}
	v, err := meter.Use(1)
	require.NoError(b, err)
	public := key.PubKey().Bytes()
	for b.Loop() {
		if err := v.Verify(public); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "vouchers/s")
}
