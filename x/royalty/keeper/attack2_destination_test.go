package keeper_test

import (
	"bytes"
	"fmt"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// TestAttack2APaymentAfterASaleGoesToTheBuyer: bob gives the original's revenue away;
// after that, in the same block, somebody pays a copy whose money the original earns.
// It is not bob's any more, also when the copy's own holders change in the block.
func TestAttack2APaymentAfterASaleGoesToTheBuyer(t *testing.T) {
	for _, copyChanges := range []bool{false, true} {
		t.Run(fmt.Sprint("the copy's holders change: ", copyChanges), func(t *testing.T) {
			c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
			copied := c.Register("copy.wav", alice)
			var original chain.Work
			for i := 0; ; i++ {
				name := fmt.Sprintf("original %d", i)
				if id := chain.WorkOf(name, bob).ID; bytes.Compare(copied.ID[:], id[:]) < 0 {
					original = c.Register(name, bob)
					break
				}
			}
			redirect(c, copied, types.DESTINATION_ANOTHER, original)
			c.NextBlock()

			sale := &types.MsgAssignShares{Holder: bob.String(), Work: original.ID, Shares: []types.Assignment{
				{Account: carol.String(), Weight: chain.Whole / 2}, {Account: fan.String(), Weight: chain.Whole / 2},
			}}
			txs := [][]byte{
				c.Sign(bob, sale),
				c.Sign(fan, chain.PayMsg(fan, copied, sdk.NewInt64Coin("uusdc", 1000))),
			}
			if copyChanges {
				txs = append(txs, c.Sign(alice, assign(alice, copied, carol, 1)))
			}
			c.Block(txs...).RequireOK(t)
			c.NextBlock()
			c.RequireInvariants()
			c.RequireBalance(bob, "1000000uusdc")
			c.RequireBalance(carol, "1000500uusdc")
		})
	}
}
