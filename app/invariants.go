package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/stemma-chain/stemma/internal/rates"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// ErrInvariant is matched by the error of every broken invariant.
var ErrInvariant = errors.New("invariant broken")

// Invariant is a statement about the whole state that must hold after every
// block. Check reads the state only.
type Invariant struct {
	Name  string
	Check func(ctx context.Context) error
}

// Invariants lists the invariants of all modules. Checking them walks the
// whole state: for tests, `stemmad check` and the like, not for blocks.
func (app *App) Invariants() []Invariant {
	return []Invariant{
		{"bank/total-supply", app.checkSupply},
		{"staking/pools", app.checkStakingPools},
		{"feemarket", app.Keepers.FeeMarket.CheckInvariants},
		{"headers", app.Keepers.Headers.CheckInvariants},
		{"registry", app.Keepers.Registry.CheckInvariants},
		{"royalty", app.Keepers.Royalty.CheckInvariants},
		{"license", app.Keepers.License.CheckInvariants},
		{"lineage", app.Keepers.Lineage.CheckInvariants},
		{"dispute", app.Keepers.Dispute.CheckInvariants},
		{"agent", app.Keepers.Agent.CheckInvariants},
		{"generations", app.checkGenerations},
		{"demands", app.checkDemands},
		{"royalties", app.checkRoyalties},
		{"ibc", app.checkIBC},
	}
}

// CheckInvariants checks all invariants and joins what it found; nil means
// that all hold.
func (app *App) CheckInvariants(ctx context.Context) error {
	var broken []error
	for _, inv := range app.Invariants() {
		if err := inv.Check(ctx); err != nil {
			broken = append(broken, fmt.Errorf("%w: %s: %w", ErrInvariant, inv.Name, err))
		}
	}
	return errors.Join(broken...)
}

// checkSupply compares the sum of all balances with the supply, per denom.
func (app *App) checkSupply(ctx context.Context) error {
	sum := sdk.NewCoins()
	app.Keepers.Bank.IterateAllBalances(ctx, func(_ sdk.AccAddress, coin sdk.Coin) bool {
		sum = sum.Add(coin)
		return false
	})
	supply := sdk.NewCoins()
	app.Keepers.Bank.IterateTotalSupply(ctx, func(coin sdk.Coin) bool {
		supply = supply.Add(coin)
		return false
	})
	if !sum.Equal(supply) {
		return fmt.Errorf("balances sum to %s, the supply is %s", sum, supply)
	}
	return nil
}

// checkStakingPools compares the two staking pools with what validators and
// unbonding delegations say is in them.
func (app *App) checkStakingPools(ctx context.Context) error {
	bonded, unbonded := math.ZeroInt(), math.ZeroInt()
	staking := app.Keepers.Staking
	err := staking.IterateValidators(ctx, func(_ int64, v stakingtypes.ValidatorI) bool {
		if v.IsBonded() {
			bonded = bonded.Add(v.GetTokens())
		} else {
			unbonded = unbonded.Add(v.GetTokens())
		}
		return false
	})
	if err != nil {
		return err
	}
	err = staking.IterateUnbondingDelegations(ctx, func(_ int64, d stakingtypes.UnbondingDelegation) bool {
		for _, entry := range d.Entries {
			unbonded = unbonded.Add(entry.Balance)
		}
		return false
	})
	if err != nil {
		return err
	}
	denom, err := staking.BondDenom(ctx)
	if err != nil {
		return err
	}
	return errors.Join(
		app.checkPool(ctx, stakingtypes.BondedPoolName, sdk.NewCoin(denom, bonded)),
		app.checkPool(ctx, stakingtypes.NotBondedPoolName, sdk.NewCoin(denom, unbonded)),
	)
}

func (app *App) checkPool(ctx context.Context, pool string, want sdk.Coin) error {
	has := app.Keepers.Bank.GetBalance(ctx, app.Keepers.Account.GetModuleAddress(pool), want.Denom)
	if !has.Equal(want) {
		return fmt.Errorf("%s holds %s, validators and unbonding delegations say %s", pool, has, want)
	}
	return nil
}

// checkGenerations finds works that x/royalty has a generation of and x/lineage
// knows nothing of; lineage itself looks at those it knows.
func (app *App) checkGenerations(ctx context.Context) error {
	return app.Keepers.Royalty.Heads.Walk(ctx, nil, func(work registrytypes.WorkID, head royaltytypes.Head) (bool, error) {
		if head.Generation == 0 {
			return false, nil
		}
		derived, err := app.Keepers.Lineage.Derivations.Has(ctx, work)
		if err == nil && !derived {
			err = fmt.Errorf("%s has generation %d, but no sources", work, head.Generation)
		}
		return err != nil, err
	})
}

// checkDemands finds demands on works, and declarations that wait, that x/lineage knows
// nothing of; lineage itself compares those of the works that it knows.
func (app *App) checkDemands(ctx context.Context) error {
	k := app.Keepers
	err := k.License.Demands.Walk(ctx, nil, func(work registrytypes.WorkID, _ []byte) (bool, error) {
		derived, err := k.Lineage.Derivations.Has(ctx, work)
		if err == nil && !derived {
			err = fmt.Errorf("something is demanded of %s, but it has no sources", work)
		}
		return err != nil, err
	})
	if err != nil {
		return err
	}
	type declaration = collections.Pair[registrytypes.WorkID, uint32]
	return k.License.Admissions.Walk(ctx, nil, func(key declaration, _ licensetypes.Admission) (bool, error) {
		row, _, err := k.Lineage.Derivations.Find(ctx, key.K1())
		if err == nil && key.K2() > row.Declarations {
			err = fmt.Errorf("declaration %d of %s waits, it has made %d", key.K2(), key.K1(), row.Declarations)
		}
		return err != nil, err
	})
}

// checkRoyalties: what a derivative owes is what its edges make it owe, no more and no
// less, and each edge is what its permission says. Originals owe nothing.
func (app *App) checkRoyalties(ctx context.Context) error {
	k := app.Keepers
	err := k.Lineage.Derivations.Walk(ctx, nil, func(work registrytypes.WorkID, row lineagetypes.Derivation) (bool, error) {
		head, err := k.Royalty.GetHead(ctx, work)
		if err != nil {
			return true, err
		}
		owed, err := k.Royalty.GetUpstream(ctx, work, head.UpstreamVersion)
		if err != nil {
			return true, err
		}
		want, err := app.owedByEdges(ctx, work, row.Edges)
		if err == nil && !(sameWeights(owed.Absolute, want.Absolute) && sameWeights(owed.Relative, want.Relative)) {
			err = fmt.Errorf("%s owes %s absolute and %s relative, its sources make it %s and %s", work,
				list(owed.Absolute), list(owed.Relative), list(want.Absolute), list(want.Relative))
		}
		return err != nil, err
	})
	if err != nil {
		return err
	}
	return k.Royalty.Heads.Walk(ctx, nil, func(work registrytypes.WorkID, head royaltytypes.Head) (bool, error) {
		if head.UpstreamVersion == 0 {
			return false, nil
		}
		derived, err := k.Lineage.Derivations.Has(ctx, work)
		if err == nil && !derived {
			err = fmt.Errorf("%s owes others, but has no sources", work)
		}
		return err != nil, err
	})
}

// owedByEdges joins what the sources were promised, as x/royalty does at each link.
func (app *App) owedByEdges(ctx context.Context, work registrytypes.WorkID, edges []lineagetypes.Edge) (owed flow.Upstream, err error) {
	for _, e := range edges {
		if e.Cites() {
			continue
		}
		err := app.checkPermission(ctx, work, e)
		var upstream flow.Upstream
		if err == nil {
			upstream, err = app.Keepers.Royalty.GetUpstream(ctx, e.Source.WorkID, e.UpstreamVersion)
		}
		if err != nil {
			return owed, fmt.Errorf("%s as a source of %s: %w", e.Source.WorkID, work, err)
		}
		owed = owed.Join(flow.Source{
			Work: royaltytypes.FlowWork(e.Source.WorkID), Policy: flow.Policy(e.RoyaltyPolicy), Rate: e.RoyaltyRate, Upstream: upstream,
		})
	}
	return owed, nil
}

func sameWeights(a, b []flow.Owed) bool {
	return slices.EqualFunc(a, b, func(x, y flow.Owed) bool { return x.To == y.To && x.Weight == y.Weight })
}

// list names what is owed, as far as an error shows it.
func list(owed []flow.Owed) string {
	var texts []string
	for i, o := range owed {
		if i == 4 {
			texts = append(texts, fmt.Sprintf("and %d more", len(owed)-i))
			break
		}
		texts = append(texts, fmt.Sprintf("%s to %s", rates.Percent(o.Weight), royaltytypes.WorkIDOf(o.To)))
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

// checkMet: a grant by which a demand was met counts the work, and is of the work and at the rate
// by which this owes.
func (app *App) checkMet(ctx context.Context, work registrytypes.WorkID, met licensetypes.MetGrant) error {
	id := met.Grant.GrantID
	relies, err := app.Keepers.License.ReliesOn(ctx, work, id)
	if err == nil && !relies {
		err = fmt.Errorf("%s met a demand when it was made, but does not count it", id)
	}
	if err != nil {
		return err
	}
	grant, err := app.Keepers.License.GetGrant(ctx, id)
	if err == nil && (grant.Work != met.Work || grant.RoyaltyPolicy != met.RoyaltyPolicy || grant.RoyaltyRate != met.RoyaltyRate) {
		err = fmt.Errorf("%s met a demand when it was made, and is of another work or at another rate than is owed", id)
	}
	return err
}

// checkPermission: the grant that a source was taken under is of that source and used
// for the work, as are those by which demands were met, and the rate is that of the terms.
func (app *App) checkPermission(ctx context.Context, work registrytypes.WorkID, e lineagetypes.Edge) error {
	if !e.Grant.IsZero() {
		grant, err := app.Keepers.License.GetGrant(ctx, e.Grant.GrantID)
		if err != nil {
			return err
		}
		if grant.Work != e.Source || grant.Terms != e.Terms {
			return fmt.Errorf("rests on %s, which is of %s under %s", e.Grant, grant.Work, grant.Terms)
		}
		relies, err := app.Keepers.License.ReliesOn(ctx, work, e.Grant.GrantID)
		if err != nil {
			return err
		}
		if !relies {
			return fmt.Errorf("rests on %s, which another work uses, or none", e.Grant)
		}
	}
	for _, met := range e.Met().Grants {
		if err := app.checkMet(ctx, work, met); err != nil {
			return err
		}
	}
	if e.Terms.IsZero() && e.RoyaltyPolicy != royaltytypes.POLICY_NONE {
		return fmt.Errorf("owed %s %d ppm under no terms", e.RoyaltyPolicy, e.RoyaltyRate)
	}
	if !e.Terms.IsZero() {
		terms, err := app.Keepers.License.GetTerms(ctx, e.Terms.TermsID)
		if err != nil {
			return err
		}
		if terms.RoyaltyPolicy != e.RoyaltyPolicy || terms.RoyaltyRate != e.RoyaltyRate {
			return fmt.Errorf("owed %s %d ppm, its terms say %s %d ppm",
				e.RoyaltyPolicy, e.RoyaltyRate, terms.RoyaltyPolicy, terms.RoyaltyRate)
		}
	}
	return nil
}
