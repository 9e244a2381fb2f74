package app_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
)

// Promise: an account is not stuck, and what no block takes has no place.
//
// Sequence: a transaction has passed CheckTx, and CometBFT's pool had no room for it after all (it says so
// to nobody), or its operator has turned recheck off. Another proposer's block has another transaction of the
// same sequence. Nobody checks the first one again.
//
// Expected: the account goes on. Without Commit's sweep it stands at the head of its account's queue until the
// node starts anew, and proposals pass over all that stands behind it.
func TestWhatCometBFTDoesNotHoldStandsInNobodysWay(t *testing.T) {
	c := chain.New(t, chain.FeeMarket())
	require.NoError(t, c.Check(sent(c, carol, 100_000, 2)))
	c.Forget()
	c.Block(sent(c, carol, 110_000, 1)).RequireOK(t)
	c.NextBlock()
	require.Zero(t, c.App.Mempool().CountTx())
	require.NoError(t, c.Check(sent(c, carol, 100_000, 2)))
	require.Len(t, c.Propose(), 1)
}

// The same of what no later block takes.
func TestWhatIsTooLateHasNoPlace(t *testing.T) {
	c := chain.New(t, chain.FeeMarket())
	require.NoError(t, c.Check(c.SignTx(chain.Tx{
		Msgs: []sdk.Msg{send(alice, bob, 1)}, Signers: []chain.Account{alice}, Expires: c.Now().Add(time.Minute),
	})))
	require.NoError(t, c.Check(c.SignTx(chain.Tx{
		Msgs: []sdk.Msg{send(carol, bob, 1)}, Signers: []chain.Account{carol}, Last: uint64(c.Height()) + 4,
	})))
	for range 4 {
		c.NextBlock()
		require.Equal(t, 2, c.App.Mempool().CountTx())
	}
	c.NextBlock()
	require.Equal(t, 1, c.App.Mempool().CountTx())
	c.Advance(time.Minute)
	c.NextBlock()
	require.Zero(t, c.App.Mempool().CountTx())
}
