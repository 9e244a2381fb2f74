package keeper_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/internal/amounts"
	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// TestWorkedExamplesOnAChain replays every worked example with registered works,
// real transfers of shares and real payments, and compares what arrives.
func TestWorkedExamplesOnAChain(t *testing.T) {
	bz, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "shared", "vectors", "royalty-examples.json"))
	if os.IsNotExist(err) {
		t.Skip("the worked examples are not beside the repository: ../shared/vectors/royalty-examples.json")
	}
	require.NoError(t, err)
	var cases []struct {
		Name     string
		Scenario flow.Scenario
		Expected struct {
			flow.Outcome
			Error string
			Works []string
		}
	}
	require.NoError(t, json.Unmarshal(bz, &cases))
	for _, e := range cases {
		t.Run(e.Name, func(t *testing.T) {
			c := chain.New(t, everyUnit(), chain.Balance("2000000000000000000000000000000uusdc,2000000000000000000000000000000ustem"))
			r := replay{t: t, c: c, works: map[string]chain.Work{}}
			refused := r.register(e.Scenario)
			require.Equal(t, e.Expected.Works, refused)
			if e.Expected.Error != "" {
				return
			}
			r.pay(e.Scenario)
			for account, amounts := range e.Expected.Accounts {
				for denom, amount := range amounts {
					c.RequireBalance(r.holder(account), plus("2000000000000000000000000000000", amount)+denom)
				}
			}
			turnover, err := types.NewQueryClient(c.Conn()).Turnover(t.Context(), &types.QueryTurnoverRequest{})
			require.NoError(t, err)
			for _, d := range turnover.Turnovers {
				require.Equal(t, e.Expected.PaidIn[d.Denom], d.Turnover.PaidIn.String())
				require.Equal(t, e.Expected.Held[d.Denom], d.Turnover.PaidIn.Sub(d.Turnover.PaidOut).String())
			}
			for _, invariant := range c.App.Invariants() {
				// Lineage knows nothing of these links; all else holds.
				if invariant.Name != "generations" && invariant.Name != "royalties" {
					require.NoError(t, invariant.Check(c.Ctx()), invariant.Name)
				}
			}
		})
	}
}

func plus(a, b string) string {
	x, _ := amounts.ParseCoin(a + "x00")
	y, _ := amounts.ParseCoin(b + "x00")
	return x.Add(y).Amount.String()
}

type replay struct {
	t     *testing.T
	c     *chain.Chain
	works map[string]chain.Work
}

// holder is the account of a holder; it is funded before anything is counted.
func (r replay) holder(name string) chain.Account { return r.c.Account("holder " + name) }

// register registers the scenario's works and returns those whose sources are
// refused because they are owed more than the whole.
func (r replay) register(s flow.Scenario) (refused []string) {
	for _, w := range s.Works {
		var owner chain.Account
		var shares []types.Assignment
		names := make([]string, 0, len(w.Holders))
		for name := range w.Holders {
			names = append(names, name)
		}
		slices.Sort(names)
		owner = r.holder(names[0])
		for _, name := range names {
			shares = append(shares, types.Assignment{Account: r.holder(name).String(), Weight: w.Holders[name]})
		}
		work := r.c.Register("work "+w.ID, owner)
		r.works[w.ID] = work
		if len(shares) > 1 {
			r.c.MustDeliver(owner, &types.MsgAssignShares{Holder: owner.String(), Work: work.ID, Shares: shares})
		}
		if err := r.link(work, w.Sources); err != nil {
			require.ErrorIs(r.t, err, types.ErrOverWhole)
			refused = append(refused, w.ID)
		}
	}
	return refused
}

// link tells the module what is owed, as x/lineage does. Some examples owe one
// source in two ways, which one derivation cannot say.
func (r replay) link(work chain.Work, sources []flow.ScenarioSource) error {
	if len(sources) == 0 {
		return nil
	}
	k := r.c.App.Keepers.Royalty
	link := types.Link{Work: work.ID, MaxTotalRate: flow.Whole}
	for _, s := range sources {
		source := r.works[s.Work]
		head, err := k.GetHead(r.c.Ctx(), source.ID)
		require.NoError(r.t, err)
		link.Generation = max(link.Generation, head.Generation+1)
		link.Sources = append(link.Sources, types.LinkSource{
			Work: source.ID, Rate: s.Rate, UpstreamVersion: head.UpstreamVersion,
			Policy: types.Policy(types.Policy_value["POLICY_"+upper(s.Policy)]),
		})
	}
	var refused error
	r.c.Write(func(ctx sdk.Context) error {
		_, _, refused = k.Link(ctx, link)
		return nil
	})
	return refused
}

func upper(s string) string {
	return map[string]string{"none": "NONE", "absolute": "ABSOLUTE", "relative": "RELATIVE"}[s]
}

func (r replay) pay(s flow.Scenario) {
	payer := r.c.Account("payer")
	for payments := range slices.Chunk(s.Payments, 100) {
		var txs [][]byte
		for _, p := range payments {
			amount, err := amounts.Coin(p.Amount, p.Denom)
			require.NoError(r.t, err)
			txs = append(txs, r.c.Sign(payer, chain.PayMsg(payer, r.works[p.Work], amount)))
		}
		r.c.Block(txs...).RequireOK(r.t)
	}
}
