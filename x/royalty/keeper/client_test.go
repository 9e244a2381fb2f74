package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/history"
	"github.com/stemma-chain/stemma/client/paychannel"
	"github.com/stemma-chain/stemma/internal/amounts"
	"github.com/stemma-chain/stemma/testutil/chain"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
	"github.com/stemma-chain/stemma/x/royalty/voucher"
)

// What the client library says of payments and vouchers is tested here, on a chain, so that
// its own tests need no app.

// A payment by itself divides into whole units and fractions, whatever waits in
// the works already and whatever their minimum is.
func TestSharesOfAPaymentByItself(t *testing.T) {
	c := chain.New(t)
	song := c.Register("song", alice)
	remix := c.Derive("remix", bob, song.Under(chain.Preset("commercial-remix-10")))
	c.MustDeliver(bob, &royaltytypes.MsgAssignShares{
		Holder: bob.String(), Work: remix.ID, Shares: []royaltytypes.Assignment{
			{Account: bob.String(), Weight: 700_000}, {Account: carol.String(), Weight: 300_000},
		},
	})
	query := royaltytypes.NewQueryClient(c.Conn())
	var earlier royaltytypes.QueryPreviewResponse
	for i, amount := range []string{"1001uusdc", "37uusdc", "1001uusdc", "3uusdc", "1001uusdc"} {
		res := c.MustDeliver(fan, chain.PayMsg(fan, remix, coinOf(t, amount)))
		payments, err := history.Payments(res.Events)
		require.NoError(t, err)
		require.Len(t, payments, 1)
		alone, err := query.Preview(t.Context(), &royaltytypes.QueryPreviewRequest{Work: remix.ID, Amount: amount})
		require.NoError(t, err)
		require.Equal(t, payments[0].Epoch, alone.Epoch)
		r := history.Receipt{Paid: []history.Paid{{Payment: payments[0], Shares: alone.Payees, Held: alone.Held}}}
		total := r.Totals()[0]
		require.Equal(t, amount, total.Paid.String()+total.Denom)
		require.Equal(t, total.Paid, total.Due.Add(total.Held), "nothing is lost")
		if amount != "1001uusdc" {
			continue
		}
		require.ElementsMatch(t, []string{alice.String(), bob.String(), carol.String()}, r.Accounts())
		var due []string
		for _, s := range alone.Payees {
			due = append(due, s.Amount.Amount.String())
		}
		require.Equal(t, []string{"630", "270", "100"}, due)
		require.Equal(t, "1", total.Held.String())
		if i > 0 {
			require.Equal(t, earlier.Payees, alone.Payees, "whatever was paid before")
		}
		earlier = *alone
	}
}

func coinOf(t *testing.T, s string) sdk.Coin {
	t.Helper()
	coin, err := amounts.ParseCoin(s)
	require.NoError(t, err)
	return coin
}

// TestAFindingSaysWhenThePaymentChannelCloses: how long after its payer asks, and when
// it has asked.
func TestAFindingSaysWhenThePaymentChannelCloses(t *testing.T) {
	fan := chain.Named("fan")
	c := chain.New(t)
	song := c.Register("song.wav", chain.Named("alice"))
	id := chain.PaymentChannelOf(fan, 1)
	c.MustDeliver(fan, chain.PaymentChannelMsg(fan, 1, sdk.NewInt64Coin("uusdc", 1000), song.Share(chain.Whole)))
	check := func() paychannel.Finding {
		v := voucher.FromMessage(chain.ID, chain.Voucher(fan, id, 10, time.Time{}))
		found, err := paychannel.Check(t.Context(), royaltytypes.NewQueryClient(c.Conn()), chain.ID, []voucher.Voucher{v}, c.Now())
		require.NoError(t, err)
		require.Empty(t, found[0].Problem)
		return found[0]
	}
	require.Nil(t, check().ClosesAt)
	require.Equal(t, int64(chain.CloseDelay/time.Second), check().CloseDelay)
	c.MustDeliver(fan, chain.CloseMsg(fan, id))
	require.NotNil(t, check().ClosesAt)
	require.WithinDuration(t, c.Now().Add(chain.CloseDelay), *check().ClosesAt, time.Minute)
}
