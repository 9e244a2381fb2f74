package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// setParams changes the parameters as governance does.
func setParams(t *testing.T, c *chain.Chain, edit func(*types.Params)) {
	t.Helper()
	params, err := c.App.Keepers.Royalty.Params.Get(c.Ctx())
	require.NoError(t, err)
	edit(&params)
	require.NoError(t, params.Validate())
	c.Write(func(ctx sdk.Context) error { return c.App.Keepers.Royalty.UpdateParams(ctx, params) })
	c.RequireInvariants()
}

func minima(flow, payout int64) func(*types.Params) {
	return func(p *types.Params) {
		for i := range p.Denoms {
			p.Denoms[i].MinFlow, p.Denoms[i].MinPayout = math.NewInt(flow), math.NewInt(payout)
		}
	}
}

// TestWhatBecomesReadyIsFound: stages and balances that waited because they were
// too small, or in a denom that was taken off the list, move by themselves once the
// rules let them.
func TestWhatBecomesReadyIsFound(t *testing.T) {
	var usdcEntry types.AcceptedDenom
	for name, changes := range map[string][]func(*types.Params){
		"lower minimum of flows":   {minima(10, 10)},
		"lower minimum of payouts": {minima(10, 100_000), minima(10, 10)},
		"off the list and on again": {func(p *types.Params) {
			for i, d := range p.Denoms {
				if d.Denom == "uusdc" {
					usdcEntry = d
					usdcEntry.MinFlow, usdcEntry.MinPayout = math.NewInt(10), math.NewInt(10)
					p.Denoms = append(p.Denoms[:i:i], p.Denoms[i+1:]...)
					return
				}
			}
		}, func(p *types.Params) { p.Denoms = append(p.Denoms, usdcEntry) }},
	} {
		t.Run(name, func(t *testing.T) {
			c := chain.New(t, chain.Balance("1000000uusdc"), withParams(minima(1000, 1000)))
			song := c.Register("song.wav", alice)
			c.MustDeliver(alice, assign(alice, song, dave, 500_000))
			c.Pay(fan, song, "500uusdc")
			c.NextBlock()
			c.RequireBalance(alice, "1000000uusdc")
			for _, change := range changes {
				setParams(t, c, change)
				for range 4 {
					c.NextBlock()
					c.RequireInvariants()
				}
			}
			c.RequireBalance(alice, "1000250uusdc")
			c.RequireBalance(dave, "1000250uusdc")
			_, err := c.App.Keepers.Royalty.Recheck.Get(c.Ctx())
			require.Error(t, err, "the recheck has come to its end")
		})
	}
}

// TestARecheckTakesItsTime: more rows than a block looks at, of stages and of
// balances, with an export in between; nothing that is ready is forgotten.
func TestARecheckTakesItsTime(t *testing.T) {
	const works = 1500
	c := chain.New(t, chain.Balance("1000000uusdc"), withParams(minima(1000, 1000)))
	songs := bareWorks("song", works)
	registerBare(t, c, songs...)
	for i := 0; i < works; i += 500 {
		msg := &types.MsgPayMany{Payer: fan.String()}
		for _, song := range songs[i : i+500] {
			msg.Payments = append(msg.Payments, types.Payment{Work: song.ID, Amount: usdc(20)})
		}
		c.MustDeliver(fan, msg)
	}
	setParams(t, c, minima(10, 1000))
	for range 3 {
		c = c.RequireSameExport()
		c.RequireInvariants()
	}
	setParams(t, c, minima(10, 10))
	for range 6 {
		c = c.RequireSameExport()
		c.RequireInvariants()
	}
	for _, song := range songs {
		c.RequireBalance(song.Owner, "20uusdc")
	}
}

// TestARefusedPayoutIsTriedAgain: the module's own account may not receive.
// Its balance stands in the queue for later, holds up nobody, and can be passed on.
func TestARefusedPayoutIsTriedAgain(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
	song := heldByBlocked(t, c, c.App.Keepers.Account.GetModuleAddress(types.ModuleName))
	for range 3 {
		block := c.Block(c.Sign(fan, chain.PayMsg(fan, song, usdc(100))))
		block.RequireOK(t)
		c.RequireInvariants()
	}
	c.RequireBalance(alice, "1000150uusdc")
	queued := 0
	require.NoError(t, c.App.Keepers.Royalty.Payouts.Walk(c.Ctx(), nil, func(collections.Triple[uint64, sdk.AccAddress, string]) (bool, error) {
		queued++
		return false, nil
	}))
	require.Equal(t, 1, queued, "it stands in the queue once, however often it grows")
	c.RequireSameExport().RequireInvariants()
}
