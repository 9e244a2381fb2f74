package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// TestAReceiptSaysWhomARulingGaveTheEscrow: what a work earned while it was in escrow, by payments to it
// and to what was made from it, is the claimant's after a ruling, also of the last block; what moved before
// is the old holder's, and what comes later is shared by the lists of its time.
func TestAReceiptSaysWhomARulingGaveTheEscrow(t *testing.T) {
	c := chain.New(t)
	song := c.Register("song.wav", bob)
	remix := c.Derive("remix.wav", dave, song.Under(terms(c, types.POLICY_ABSOLUTE, 100_000)))
	type payment struct {
		paid   *types.EventPaid
		height int64
	}
	began := map[string]int64{}
	for _, p := range []chain.Account{alice, bob, carol, dave} {
		began[p.String()] = c.Balance(p, "uusdc").Amount.Int64()
	}
	var payments []payment
	pay := func(work chain.Work, amount int64) {
		block := c.Block(c.Sign(fan, chain.PayMsg(fan, work, usdc(amount))))
		block.RequireOK(t)
		payments = append(payments, payment{chain.Typed[*types.EventPaid](t, block.Txs[0].Events)[0], block.Height})
	}
	both := func() {
		pay(song, 1_000_003)
		pay(remix, 1_000_003)
		c.NextBlock() // what is written comes at the height of the last block
	}
	k := c.App.Keepers.Royalty
	both()
	c.Write(func(ctx sdk.Context) error {
		return k.SetDestination(ctx, song.ID, types.DESTINATION_ESCROW, registrytypes.WorkID{})
	})
	both()
	both()
	c.Write(func(ctx sdk.Context) error { return k.Adjudge(ctx, song.ID, alice.Address) })
	both() // another dispute holds it still
	c.Write(func(ctx sdk.Context) error {
		if err := k.AddPayee(ctx, song.ID, carol.Address, 250_000); err != nil {
			return err
		}
		return k.SetDestination(ctx, song.ID, types.DESTINATION_ITSELF, registrytypes.WorkID{})
	})
	both()
	for range 6 {
		c.NextBlock()
	}
	said := map[string]int64{}
	for _, p := range payments {
		for who, sum := range sums(t, assignedOf(t, c, p.paid, p.height), types.PROGRESS_FLUSHED) {
			said[who] += sum
		}
	}
	for who, first := range began {
		account := map[string]chain.Account{alice.String(): alice, bob.String(): bob, carol.String(): carol, dave.String(): dave}[who]
		got := c.Balance(account, "uusdc").Amount.Int64() - first
		require.InDelta(t, got, said[who], 10, "%s", account.Name) // fractions wait in stages
	}
	require.Greater(t, said[carol.String()], int64(500_000))
	c.RequireInvariants()
}
