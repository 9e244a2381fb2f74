package app_test

import (
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/stemma-chain/stemma/app/durable"
	"github.com/stemma-chain/stemma/testutil/chain"
)

// takenBack takes back the blocks after a height, in one write.
func takenBack(t *testing.T, db *journal, height int64, appHash []byte) {
	t.Helper()
	db.entries = nil
	require.NoError(t, durable.Rollback(db, height, appHash))
	require.Len(t, db.entries, 1, "an interruption is before it or after it")
}

// TestABlockIsTakenBack takes back a block, also one that went otherwise, and
// compares what the node goes on with to the chain that had no such block.
func TestABlockIsTakenBack(t *testing.T) {
	c := chain.New(t)
	c.MustDeliver(alice, send(alice, bob, 1))
	c.MustDeliver(alice, send(alice, carol, 2))
	c.MustDeliver(bob, send(bob, carol, 3))
	allowance, err := feegrant.NewMsgGrantAllowance(&feegrant.BasicAllowance{}, carol.Address, alice.Address)
	require.NoError(t, err)
	c.MustDeliver(carol, allowance)
	for range more {
		c.MustDeliver(alice, send(alice, bob, 1))
	}
	past := c.Past()
	scenarios := map[string]interruption{"adds a store": upgraded(t, past, 4)}
	for name, height := range map[string]int64{"block 2": 2, "block 4": 4} {
		base := copied(t, dbm.NewMemDB())
		require.NoError(t, past.Replay(variant{}.open(base, ""), height-1))
		scenarios[name] = interruption{past: past, base: base, height: height}
	}
	for name, i := range scenarios {
		before := variant{}.open(copied(t, i.base), i.home).LastCommitID().Hash
		for _, v := range variants() {
			t.Run(name+"/"+v.name, func(t *testing.T) {
				db := copied(t, i.base)
				executeOtherwise(t, i, v, db)
				takenBack(t, db, i.height-1, before)
				require.NoError(t, i.past.Replay(v.open(db, i.home), i.height+1))

				takenBack(t, db, i.height, i.past.Outcomes[i.height-1].AppHash)
				takenBack(t, db, i.height-1, before)
				takenBack(t, db, i.height-1, before)
				require.NoError(t, i.past.Replay(v.open(db, i.home), i.height+1))

				takenBack(t, db, i.height-1, before)
				require.NoError(t, i.past.Replay(v.open(db, i.home), i.height+more-1))
				require.NoError(t, i.past.Replay(v.open(db, i.home), i.height+more))
			})
		}
	}
}

// executeOtherwise commits the block without its transactions, and one more.
func executeOtherwise(t *testing.T, i interruption, v variant, db *journal) {
	t.Helper()
	node := v.open(db, i.home)
	for n, block := range i.past.Blocks[i.height-1 : i.height+1] {
		res, err := node.FinalizeBlock(&abci.RequestFinalizeBlock{
			Height: block.Height, Time: block.Time, Hash: block.Hash, ProposerAddress: block.ProposerAddress,
			NextValidatorsHash: block.NextValidatorsHash, DecidedLastCommit: block.DecidedLastCommit,
		})
		require.NoError(t, err)
		_, err = node.Commit()
		require.NoError(t, err)
		require.NotEqual(t, i.past.Outcomes[int(i.height)-1+n].AppHash, res.AppHash)
	}
}
