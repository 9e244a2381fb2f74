package types_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// TestBrokenGenesisIsRefused with an error that names the row. What only the whole
// state shows is for the invariants.
func TestBrokenGenesisIsRefused(t *testing.T) {
	account := sdk.AccAddress("an account of 20 by.").String()
	work := registrytypes.WorkID{1}
	coin := func(amount int64) sdk.Coin { return sdk.Coin{Denom: "uusdc", Amount: math.NewInt(amount)} }
	zero := func() types.Stage {
		return types.Stage{Total: math.ZeroInt(), Flushed: math.ZeroInt(), Held: math.ZeroInt()}
	}
	huge := math.NewIntFromBigInt(new(big.Int).Lsh(big.NewInt(1), 254))
	stages := func(change func(*types.Stages)) func(*types.GenesisState) {
		return func(g *types.GenesisState) {
			s := types.Stages{Paid: zero(), Received: zero(), Earned: zero()}
			change(&s)
			g.Stages = append(g.Stages, types.GenesisStages{Work: work, Denom: "uusdc", Stages: s})
		}
	}
	for name, c := range map[string]struct {
		change func(*types.GenesisState)
		says   string
	}{
		"a negative balance":   {func(g *types.GenesisState) { g.Balances = []types.GenesisBalance{{Account: account, Amount: coin(-5)}} }, account},
		"a balance of nothing": {func(g *types.GenesisState) { g.Balances = []types.GenesisBalance{{Account: account, Amount: coin(0)}} }, account},
		"a balance that is too large": {func(g *types.GenesisState) {
			g.Balances = []types.GenesisBalance{{Account: account, Amount: sdk.Coin{Denom: "uusdc", Amount: huge}}}
		}, account},
		"a balance of nobody":    {func(g *types.GenesisState) { g.Balances = []types.GenesisBalance{{Account: "alice", Amount: coin(5)}} }, "alice"},
		"no budget of the sweep": {func(g *types.GenesisState) { g.Params.SweepBudget = 0 }, "sweep_budget"},
		"no budget of payouts":   {func(g *types.GenesisState) { g.Params.PayoutBudget = 0 }, "payout_budget"},
		"more out than in": {func(g *types.GenesisState) {
			g.Turnovers = []types.GenesisTurnover{{Denom: "uusdc", Turnover: types.Turnover{PaidIn: math.NewInt(1), PaidOut: math.NewInt(2)}}}
		}, "uusdc"},
		"a stage below zero":             {stages(func(s *types.Stages) { s.Earned.Held = math.NewInt(-1) }), work.String()},
		"a stage that holds too much":    {stages(func(s *types.Stages) { s.Paid.Held = math.NewInt(1) }), work.String()},
		"a stage flushed past its total": {stages(func(s *types.Stages) { s.Paid.Flushed = math.NewInt(1) }), work.String()},
		"a total that is too large":      {stages(func(s *types.Stages) { s.Paid.Total, s.Paid.Held = huge, huge }), work.String()},
		"a queue of an unknown stage":    {func(g *types.GenesisState) { g.Queue = []types.GenesisDirt{{Work: work, Stage: 7, Denom: "uusdc"}} }, work.String()},
		"a queue of no work":             {func(g *types.GenesisState) { g.Queue = []types.GenesisDirt{{Denom: "uusdc"}} }, "work is not given"},
		"a work twice": {func(g *types.GenesisState) {
			g.Works = []types.GenesisWork{{Id: work}, {Id: work}}
		}, work.String()},
	} {
		t.Run(name, func(t *testing.T) {
			g := types.DefaultGenesis()
			c.change(g)
			require.ErrorContains(t, g.Validate(), c.says)
		})
	}
}
