package keeper_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/testutil/manifests"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// TestAttackChangesThatAreDueTogether: many changes of pools are asked for in one block while their works owe nobody, so that they are
// cheap, and are due in one block. It divides among no more receivers than the sweep may; none is lost.
func TestAttackChangesThatAreDueTogether(t *testing.T) {
	c := chain.New(t, withParams(func(p *types.Params) { everyUnitOf(p); p.SweepBudget = 25 }))
	var sets []chain.Work
	var asked [][]byte
	owners := []chain.Account{alice, bob, carol, dave}
	for i, owner := range owners {
		set := dataset(c, owner, manifests.Of(item(fmt.Sprint(i), by(fan), 1)))
		sets = append(sets, set)
		c.MustDeliver(owner, shared(set, 1, 400_000))
	}
	for i, owner := range owners {
		asked = append(asked, c.Sign(owner, shared(sets[i], 1, 100_000)))
	}
	c.Block(asked...)
	waiting := func() (n int) {
		for _, set := range sets {
			if poolOf(t, c, set).Waits != nil {
				n++
			}
		}
		return n
	}
	require.Equal(t, 4, waiting())
	left := 4
	c.Advance(8 * 24 * time.Hour)
	for blocks := 1; ; blocks++ {
		now := waiting()
		params, err := c.App.Keepers.Royalty.Params.Get(c.Ctx())
		require.NoError(t, err)
		head, err := c.App.Keepers.Royalty.GetHead(c.Ctx(), sets[0].ID)
		require.NoError(t, err)
		each := int(2*head.Receivers+head.Holders) * max(1, len(params.Denoms))
		require.LessOrEqual(t, (left-now)*each, max(25, each), "in block %d", blocks)
		require.Less(t, now, left, "it goes on")
		if left = now; left == 0 {
			require.Greater(t, blocks, 1)
			break
		}
		c.NextBlock()
	}
	for _, set := range sets {
		require.EqualValues(t, 100_000, poolOf(t, c, set).Weight)
	}
	c.RequireInvariants()
}

// TestAttackAPoolIsNoAccount: what is assigned or named to a pool from elsewhere would be lost.
func TestAttackAPoolIsNoAccount(t *testing.T) {
	c := chain.New(t, everyUnit(), chain.Balance("1000000uusdc,1000000ustem"))
	set := dataset(c, dave, manifests.Of(item("a", by(bob), 1)))
	c.MustDeliver(dave, shared(set, 1, 400_000))
	pool := types.PoolAccount(set.ID, 1)
	other := dataset(c, dave, manifests.Of(item("b", by(bob), 1)))
	for name, msg := range map[string]error{
		"another work's holder": c.Deliver(dave, &types.MsgAssignShares{Holder: dave.String(), Work: other.ID, Shares: []types.Assignment{
			{Account: pool.String(), Weight: chain.Whole},
		}}).Err(),
		"a payee": c.Deliver(bob, &types.MsgNamePayee{Contributor: bob.String(), Payee: pool.String()}).Err(),
	} {
		require.ErrorIs(t, msg, types.ErrInvalidShares, name)
	}
}
