package index_test

import (
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/portal/index"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// What works have brought an account is summed, whether it was paid out by itself or taken, in amounts that
// have more than 64 bits.
func TestWhatAnAccountEarned(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *index.Index) {
		x := open()
		large := "340282366920938463463374607431768211455"
		require.NoError(t, x.Apply(t.Context(), block(1,
			[]abci.Event{event(t, &royaltytypes.EventPaidOut{Account: account(1), Denom: "uusdc", Amount: large}, inMsg(0))},
			[]abci.Event{
				event(t, &royaltytypes.EventPaidOut{Account: account(1), Denom: "ustem", Amount: "7"}, inMsg(0)),
				event(t, &royaltytypes.EventPaidOut{Account: account(2), Denom: "ibc/AB", Amount: "1"}, inMsg(0)),
			})))
		require.NoError(t, x.Apply(t.Context(), block(2,
			[]abci.Event{event(t, &royaltytypes.EventWithdrawn{Account: account(1), Amount: "3ustem,1uusdc"}, inMsg(0))},
			[]abci.Event{event(t, &royaltytypes.EventWithdrawn{Account: account(2)}, inMsg(0))},
		)))
		require.NoError(t, x.Close())
		x = open()
		for n, want := range map[int]string{1: "10ustem,340282366920938463463374607431768211456uusdc", 2: "1ibc/AB", 3: ""} {
			subject, err := index.ParseSubject(account(n))
			require.NoError(t, err)
			earned, err := x.Earned(t.Context(), subject)
			require.NoError(t, err)
			require.Equal(t, want, earned.String())
		}
	})
}
