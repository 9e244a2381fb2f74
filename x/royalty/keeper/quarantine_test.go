package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// TestABrokenWorkStopsNobodyElse breaks the stored list of one work: its money
// stays in its stage and an event says why, everybody else is paid in the same
// block, and once the row is mended the money flows by itself.
func TestABrokenWorkStopsNobodyElse(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
	song := c.Register("song.wav", alice)
	remix := c.Derive("remix.wav", bob, song.Under(chain.Preset("commercial-remix-10")))
	other := c.Register("other.wav", carol)
	rows := c.App.Keepers.Royalty.Upstreams
	key := collections.Join(remix.ID, uint32(1))
	write := func(row types.Upstream) {
		c.Write(func(ctx sdk.Context) error { return rows.Set(ctx, key, row) })
	}
	good, err := rows.Get(c.Ctx(), key)
	require.NoError(t, err)
	write(types.Upstream{Absolute: []byte("not a list")})

	block := c.Block(c.Sign(fan, chain.PayMsg(fan, remix, usdc(1000))), c.Sign(fan, chain.PayMsg(fan, other, usdc(1000))))
	block.RequireOK(t)
	quarantined := chain.Typed[*types.EventStageQuarantined](t, block.Events)
	require.Len(t, quarantined, 1)
	require.Equal(t, remix.ID, quarantined[0].Work)
	require.Contains(t, quarantined[0].Reason, "packed list")
	c.RequireBalance(carol, "1001000uusdc")
	c.RequireBalance(bob, "1000000uusdc")

	write(good)
	c.RequireInvariants()
	c.NextBlock()
	c.RequireBalance(alice, "1000100uusdc")
	c.RequireBalance(bob, "1000900uusdc")
	c.RequireInvariants()
}

// TestABrokenAncestorStopsNobodyElse: what goes to a work whose holders cannot be
// read waits there; its derivatives and their holders are paid.
func TestABrokenAncestorStopsNobodyElse(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
	song := c.Register("song.wav", alice)
	remix := c.Derive("remix.wav", bob, song.Under(chain.Preset("commercial-remix-10")))
	heads := c.App.Keepers.Royalty.Heads
	write := func(head types.Head) {
		c.Write(func(ctx sdk.Context) error { return heads.Set(ctx, song.ID, head) })
	}
	good, err := c.App.Keepers.Royalty.GetHead(c.Ctx(), song.ID)
	require.NoError(t, err)
	broken := good
	broken.HoldersVersion = 7
	write(broken)

	block := c.Block(c.Sign(fan, chain.PayMsg(fan, remix, usdc(1000))))
	block.RequireOK(t)
	quarantined := chain.Typed[*types.EventStageQuarantined](t, block.Events)
	require.Len(t, quarantined, 1)
	require.Equal(t, song.ID, quarantined[0].Work)
	c.RequireBalance(bob, "1000900uusdc")
	c.RequireBalance(alice, "1000000uusdc")

	write(good)
	c.RequireInvariants()
	c.NextBlock()
	c.RequireBalance(alice, "1000100uusdc")
	c.RequireInvariants()
}
