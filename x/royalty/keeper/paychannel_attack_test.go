package keeper_test

import (
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/x/royalty/types"
	"github.com/stemma-chain/stemma/x/royalty/voucher"
)

var mallory = chain.Named("mallory")

// TestAPaymentChannelOfAThousandWorksFitsInABlock measures its bounds: opening and
// redeeming fit, redeeming costs the same the tenth time, and a slice of it costs
// its part. So nothing that one payee does can keep the others from being paid.
func TestAPaymentChannelOfAThousandWorksFitsInABlock(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000000uusdc"))
	var payees []types.PaymentChannelPayee
	for from := 0; from < types.MaxPaymentChannelPayees; from += 100 {
		var names []string
		for i := from; i < from+100; i++ {
			names = append(names, fmt.Sprint("work ", i))
			payees = append(payees, chain.WorkOf(names[i-from], alice).Share(1000))
		}
		c.MustDeliver(alice, chain.RegisterMsg(alice, names...))
	}
	id := chain.PaymentChannelOf(fan, 1)
	opened := c.MustDeliver(fan, chain.PaymentChannelMsg(fan, 1, usdc(1_000_000), payees...))
	require.Less(t, opened.GasUsed, int64(15_000_000))
	used := func(total int64, lines uint32) int64 {
		msg := chain.RedeemMsg(dave, chain.Voucher(fan, id, total, never))
		msg.MaxLines = lines
		return c.MustDeliver(dave, msg).GasUsed
	}
	first := used(10_000, 0)
	require.Less(t, first, int64(15_000_000))
	for total := int64(20_000); total < 100_000; total += 10_000 {
		used(total, 0)
	}
	require.InDelta(t, first, used(100_000, 0), float64(first)/100)
	require.Less(t, used(200_000, 10), first/5)
	t.Logf("gas: opened %d, redeemed %d, 10 lines of it %d", opened.GasUsed, first, used(200_000, 10))
	c.RequireInvariants()
}

// foreign signs for a chain of another id.
func foreign(t *testing.T, signer chain.Account, id types.PaymentChannelID, total int64) types.Voucher {
	v, err := voucher.New("stemma-2", id, math.NewInt(total), time.Time{})
	require.NoError(t, err)
	v, err = v.Sign(signer.Key.Sign)
	require.NoError(t, err)
	return v.Message()
}

// upperHalf makes the other signature that fits: s becomes the order less s.
func upperHalf(signature []byte) []byte {
	order, _ := new(big.Int).SetString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16)
	s := new(big.Int).SetBytes(signature[32:])
	return append(append([]byte{}, signature[:32]...), order.Sub(order, s).FillBytes(make([]byte, 32))...)
}
