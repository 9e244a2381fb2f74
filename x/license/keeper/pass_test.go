package keeper_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/internal/amounts"
	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// sold are terms that let derivatives be made and sell training on them.
func sold(name string, edit func(*types.Terms)) types.Terms {
	t := types.Terms{
		Spdx: "LicenseRef-" + name, CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, AiTraining: types.PERMISSION_PAID,
	}
	if edit != nil {
		edit(&t)
	}
	return t
}

// pass acquires a pass for uses of a work that was made from another under terms.
func (f *fixture) pass(licensee sdk.AccAddress, of, source registrytypes.WorkID, terms types.TermsID, maxFee string) error {
	f.t.Helper()
	msg := &types.MsgAcquire{Licensee: licensee.String(), Work: source, Terms: terms, UsesOf: of, Seen: f.demandsSeen(of)}
	if maxFee != "" {
		fee, err := amounts.ParseCoin(maxFee)
		require.NoError(f.t, err)
		msg.MaxFee = &fee
	}
	_, _, err := f.send(msg)
	require.NoError(f.t, f.k.CheckInvariants(f.ctx))
	return err
}

// passes are the offers of passes in an answer.
func passes(r types.Rights) (list []types.Obtainable) {
	for _, o := range r.Offers {
		if !o.UsesOf.IsZero() {
			list = append(list, o)
		}
	}
	return list
}

// lock are all that an owner may do to close what others made.
func lock(f *fixture, terms types.TermsID) map[string]func() {
	return map[string]func(){
		"closes": func() {
			require.NoError(f.t, f.try(&types.MsgCloseOffer{Owner: alice.String(), Work: song, Terms: terms}))
		},
		"raises": func() { f.offered(song, terms, types.Offer{Price: coins("999999999ustem")}) },
		"pauses": func() { f.offered(song, terms, types.Offer{Price: coins("9ustem"), Paused: true}) },
		"names others": func() {
			f.offered(song, terms, types.Offer{Price: coins("9ustem"), Licensees: []string{alice.String()}})
		},
		"withdraws": func() { f.setStatus(song, registrytypes.STATUS_WITHDRAWN) },
		"closes and offers anew": func() {
			require.NoError(f.t, f.try(&types.MsgCloseOffer{Owner: alice.String(), Work: song, Terms: terms}))
			f.offered(song, terms, types.Offer{Price: coins("999999999ustem")})
		},
	}
}

// TestPaidTermsStayObtainable: whatever the owner of the source does, what was made under
// paid terms may be used by whoever pays the price of then, at any depth, and nothing else
// may be.
func TestPaidTermsStayObtainable(t *testing.T) {
	for name := range lock(nil, types.TermsID{}) {
		t.Run(name, func(t *testing.T) {
			f, terms := family(t, sold("Paid", nil), "9ustem")
			for _, work := range []registrytypes.WorkID{remix, cover} {
				got := f.rights(work, train, fan)
				require.Len(t, got.Offers, 2)
				require.True(t, got.Offers[0].UsesOf.IsZero(), "a grant of the source is for more and comes first")
				require.Len(t, passes(got), 1, "a pass costs the same and is not used up")
			}
			lock(f, terms)[name]()

			for _, work := range []registrytypes.WorkID{remix, cover} {
				got := f.rights(work, train, fan)
				require.Equal(t, types.VERDICT_NEEDS_GRANT, got.Verdict)
				require.Equal(t, []types.Reason{{Code: "needs_grant", Work: work, Ancestor: song, AncestorTerms: terms}}, got.Reasons)
				want := types.Obtainable{
					Work: song, Terms: terms, Spdx: "LicenseRef-Paid", Price: coins("9ustem"), UsesOf: work, Conditions: f.demandsSeen(work),
				}
				require.Equal(t, []types.Obtainable{want}, passes(got))
				require.ErrorIs(t, f.pass(fan, work, song, terms, "8ustem"), types.ErrFeeAboveMax)
				require.ErrorIs(t, f.pass(fan, work, song, terms, ""), types.ErrFeeAboveMax)
				require.NoError(t, f.pass(fan, work, song, terms, "9ustem"))
				require.Equal(t, payment{fan.String(), song, "9ustem"}, f.revenue.paid[len(f.revenue.paid)-1])
				require.Equal(t, types.VERDICT_ALLOWED, f.rights(work, train, fan).Verdict)
				require.ErrorIs(t, f.pass(fan, work, song, terms, "9ustem"), types.ErrGrantExists)
			}
			require.Equal(t, types.VERDICT_NEEDS_GRANT, f.rights(cover, train, sdk.AccAddress("somebody____________")).Verdict, "a pass is one account's")
			require.Equal(t, types.VERDICT_NEEDS_GRANT, f.rights(cover, train, nil).Verdict)

			require.NotEqual(t, types.VERDICT_ALLOWED, f.rights(song, train, fan).Verdict, "not the source itself")
			made := registrytypes.WorkID{78}
			f.add(made, fan)
			_, err := f.permit(made, song, terms)
			require.Error(t, err, "nothing is made from the source under a pass")
			permit, err := f.k.Permit(f.ctx, types.PermitRequest{
				Derivative: made, Owner: fan, Source: cover, Permission: anything(f).String(), Seen: f.standing(cover),
				Actions: []rules.Action{rules.TrainAI}, Column: rules.Trained,
			})
			require.NoError(t, err, "and a model is trained on what the pass is for")
			require.NoError(t, f.k.Bind(f.ctx, binding(made, permit)))

			res, err := f.query.Passes(f.ctx, &types.QueryPassesRequest{Licensee: fan.String()})
			require.NoError(t, err)
			require.Len(t, res.Passes, 2)
			res, err = f.query.Passes(f.ctx, &types.QueryPassesRequest{Licensee: fan.String(), UsesOf: cover})
			require.NoError(t, err)
			require.Equal(t, "9ustem", res.Passes[0].Pass.Fee.String())
		})
	}
}

// TestAPassCostsWhatTheDerivationWasMadeAt: each edge its own price; what was made of two
// asks the newer.
func TestAPassCostsWhatTheDerivationWasMadeAt(t *testing.T) {
	f, terms := family(t, sold("Paid", nil), "9ustem")
	f.offered(song, terms, types.Offer{Price: coins("9ustem")}) // the same again is no new version
	f.offered(song, terms, types.Offer{Price: coins("20ustem")})
	later := registrytypes.WorkID{50}
	f.add(later, bob)
	require.NoError(t, f.derive(later, source{song, f.acquired(bob, song, terms, 9, "20ustem")}))
	f.offered(later, anything(f), types.Offer{})
	require.NoError(t, f.try(&types.MsgCloseOffer{Owner: alice.String(), Work: song, Terms: terms}))
	both := registrytypes.WorkID{51}
	f.add(both, sdk.AccAddress("somebody____________"))
	require.NoError(t, f.derive(both, source{later, anything(f)}, source{remix, anything(f)}))
	f.offered(both, anything(f), types.Offer{})

	for work, price := range map[registrytypes.WorkID]string{remix: "9ustem", cover: "9ustem", later: "20ustem", both: "20ustem"} {
		require.Equal(t, price, passes(f.rights(work, train, fan))[0].Price.String())
		res, err := f.query.Constraints(f.ctx, &types.QueryConstraintsRequest{Work: work})
		require.NoError(t, err)
		last := res.Constraints[len(res.Constraints)-1]
		require.Equal(t, price, last.Price.String())
	}
	require.ErrorIs(t, f.pass(fan, later, song, terms, "9ustem"), types.ErrFeeAboveMax)
	require.ErrorIs(t, f.pass(fan, song, remix, terms, "9ustem"), types.ErrOfferNotFound, "the other way round")
	require.ErrorIs(t, f.pass(fan, photo, song, terms, "9ustem"), types.ErrOfferNotFound, "what was not made from it")
	require.ErrorIs(t, f.pass(fan, remix, song, anything(f), "9ustem"), types.ErrOfferNotFound, "other terms")
}

// TestAPassEndsAsAGrantDoes, and lasts longer when it is acquired again.
func TestAPassEndsAsAGrantDoes(t *testing.T) {
	day := 24 * time.Hour
	f := newFixture(t)
	forever := f.publish(sold("Ever", nil))
	dated := f.publish(sold("Dated", func(t *types.Terms) { t.Duration = &day }))
	_ = forever
	f.offered(song, dated, types.Offer{Price: coins("9ustem")})
	require.NoError(t, f.derive(remix, source{song, f.acquired(bob, song, dated, 0, "9ustem")}))
	f.offered(remix, anything(f), types.Offer{})
	require.NoError(t, f.pass(fan, remix, song, dated, "9ustem"))
	require.Equal(t, types.VERDICT_ALLOWED, f.rights(remix, train, fan).Verdict)
	long := train
	until := f.ctx.BlockTime().Add(30 * time.Hour)
	long.Until = &until
	require.NotEqual(t, types.VERDICT_ALLOWED, f.rights(remix, long, fan).Verdict, "longer than the pass")
	require.NoError(t, f.pass(fan, remix, song, dated, "9ustem"))
	res, err := f.query.Passes(f.ctx, &types.QueryPassesRequest{Licensee: fan.String()})
	require.NoError(t, err)
	require.Equal(t, f.ctx.BlockTime().Add(48*time.Hour), *res.Passes[0].Pass.ExpiresAt)
}

// TestWhatStandsAgainstAPass: a source whose title is in question sells none, and an
// offer that named its licensees sells to these only; how many grants there are, and whom
// they keep out, is not asked.
func TestWhatStandsAgainstAPass(t *testing.T) {
	f, terms := family(t, sold("Paid", func(t *types.Terms) { t.MaxGrants = 1 }), "9ustem")
	require.Equal(t, types.VERDICT_NEEDS_GRANT, f.rights(cover, train, fan).Verdict, "although all grants are given")
	for status, code := range map[registrytypes.Status]string{
		registrytypes.STATUS_DISPUTED: "work_disputed", registrytypes.STATUS_INVALIDATED: "work_invalidated",
	} {
		f.setStatus(song, status)
		if got := f.rights(cover, train, fan); status == registrytypes.STATUS_DISPUTED {
			require.Equal(t, []string{"work_disputed"}, codesOf(got))
			require.Equal(t, song, got.Reasons[0].Ancestor)
		} else {
			require.Equal(t, types.VERDICT_ALLOWED, got.Verdict, "its owner had no right to ask")
		}
		require.ErrorContains(t, f.pass(fan, cover, song, terms, "9ustem"), code)
	}
	f.setStatus(song, registrytypes.STATUS_ACTIVE)
	require.NoError(t, f.pass(fan, cover, song, terms, "9ustem"))
	f.setStatus(song, registrytypes.STATUS_DISPUTED)
	require.Equal(t, types.VERDICT_ALLOWED, f.rights(cover, train, fan).Verdict, "what was paid before stands")

	f = newFixture(t)
	terms = f.publish(sold("Listed", nil))
	f.offered(song, terms, types.Offer{Price: coins("9ustem"), Licensees: []string{bob.String()}})
	require.NoError(t, f.derive(remix, source{song, f.acquired(bob, song, terms, 0, "9ustem")}))
	f.offered(remix, anything(f), types.Offer{})
	f.offered(song, terms, types.Offer{Price: coins("9ustem")})
	require.NoError(t, f.try(&types.MsgCloseOffer{Owner: alice.String(), Work: song, Terms: terms}))
	require.Equal(t, types.VERDICT_DENIED, f.rights(remix, train, fan).Verdict)
	require.ErrorIs(t, f.pass(fan, remix, song, terms, "9ustem"), types.ErrNotLicensee)
	require.NoError(t, f.pass(bob, remix, song, terms, "9ustem"))
}

// TestUsePricesAreTheTerms: they are in the terms, which never change, so they are paid
// as before, whatever becomes of the offer.
func TestUsePricesAreTheTerms(t *testing.T) {
	for name := range lock(nil, types.TermsID{}) {
		f, terms := family(t, sold("Per-Use", func(t *types.Terms) {
			t.AiTraining, t.AiInput, t.UsePrice = types.PERMISSION_PAID, types.PERMISSION_PAID, coins("2ustem")
		}), "9ustem")
		lock(f, terms)[name]()
		got := f.rights(cover, ground, fan)
		require.Equal(t, types.VERDICT_ALLOWED, got.Verdict, name)
		require.Contains(t, got.Obligations, types.Obligation{
			Kind: types.OBLIGATION_PAY_PER_USE, Work: song, Terms: terms, Price: coins("2ustem"),
		}, name)
	}
}

// TestPassesAreInAGenesis: what an export has starts the same chain, and what it cannot
// have is refused.
func TestPassesAreInAGenesis(t *testing.T) {
	f, terms := family(t, sold("Paid", nil), "9ustem")
	require.NoError(t, f.pass(fan, cover, song, terms, "9ustem"))
	export := func() *types.GenesisState {
		gs, err := f.k.ExportGenesis(f.ctx)
		require.NoError(t, err)
		return gs
	}
	gs := export()
	require.NoError(t, gs.Validate())
	require.Len(t, gs.Prices, 1)
	require.Len(t, gs.Passes, 1)
	fresh := newFixture(t)
	require.NoError(t, fresh.k.InitGenesis(afterAll(fresh.ctx), *gs))
	again, err := fresh.k.ExportGenesis(fresh.ctx)
	require.NoError(t, err)
	require.Equal(t, gs, again)
	for name, edit := range map[string]func(*types.GenesisState){
		"a gap":                     func(gs *types.GenesisState) { gs.Prices[0].Version = 2 },
		"no price":                  func(gs *types.GenesisState) { gs.Prices[0].Price.Price = nil },
		"prices lost":               func(gs *types.GenesisState) { gs.Prices = nil },
		"of terms that do not sell": func(gs *types.GenesisState) { gs.Passes[0].Terms = preset("cc0-1.0") },
		"twice":                     func(gs *types.GenesisState) { gs.Passes = append(gs.Passes, gs.Passes[0]) },
		"nothing paid":              func(gs *types.GenesisState) { gs.Passes[0].Pass.Fee = sdk.NewInt64Coin("ustem", 0) },
		"an end":                    func(gs *types.GenesisState) { now := time.Now(); gs.Passes[0].Pass.ExpiresAt = &now },
		"of nobody":                 func(gs *types.GenesisState) { gs.Passes[0].Licensee = "x" },
		"for nothing":               func(gs *types.GenesisState) { gs.Passes[0].UsesOf = registrytypes.WorkID{} },
		"an offer's version":        func(gs *types.GenesisState) { gs.Offers[slicesIndex(gs.Offers, terms)].Offer.PriceVersion = 0 },
		"a grant's version":         func(gs *types.GenesisState) { gs.Grants[0].Grant.PriceVersion = 0 },
		"a grant's later one":       func(gs *types.GenesisState) { gs.Grants[0].Grant.PriceVersion = 2 },
		"a demand's version": func(gs *types.GenesisState) {
			for _, row := range gs.Demands {
				for i := range row.Demands.Constraints {
					row.Demands.Constraints[i].PriceVersion = 0
				}
			}
		},
	} {
		gs := export()
		edit(gs)
		require.Error(t, gs.Validate(), name)
	}
	require.NoError(t, f.k.Prices.Walk(f.ctx, nil, func(key collections.Triple[registrytypes.WorkID, types.TermsID, uint32], _ types.Price) (bool, error) {
		require.NoError(t, f.k.Prices.Remove(f.ctx, key))
		return false, nil
	}))
	require.Error(t, f.k.CheckInvariants(f.ctx))
}

func slicesIndex(offers []types.GenesisOffer, terms types.TermsID) int {
	for i, o := range offers {
		if o.Terms == terms {
			return i
		}
	}
	panic(fmt.Sprint("no offer under ", terms))
}
