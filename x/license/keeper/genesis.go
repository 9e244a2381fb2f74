package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// InitGenesis fills the store and rebuilds what is derived from the grants.
func (k Keeper) InitGenesis(ctx context.Context, gs types.GenesisState) error {
	if err := gs.Validate(); err != nil {
		return err
	}
	if err := gs.HappenedBefore(sdk.UnwrapSDKContext(ctx).BlockTime()); err != nil {
		return err
	}
	for _, t := range gs.Terms {
		if err := k.Terms.Set(ctx, t.ID(), t); err != nil {
			return err
		}
	}
	for _, o := range gs.Offers {
		if err := k.setOffer(ctx, collections.Join(o.Work, o.Terms), o.Offer); err != nil {
			return err
		}
	}
	for _, c := range gs.GrantCounts {
		if err := k.Tallies.Set(ctx, collections.Join(c.Work, c.Terms), types.Tally{Given: c.Count}); err != nil {
			return err
		}
		terms, err := k.GetTerms(ctx, c.Terms)
		if err != nil {
			return err
		}
		if err := k.countGranted(ctx, c.Work, c.Count, terms); err != nil {
			return err
		}
		if count, err := k.offerCount(ctx, c.Work); err != nil || count > 0 {
			if err != nil {
				return err
			}
			continue
		}
		if err := k.OfferCounts.Set(ctx, c.Work, 0); err != nil { // it was offered once
			return err
		}
	}
	if err := k.initGrants(ctx, gs); err != nil {
		return err
	}
	for _, e := range gs.Exclusives {
		row, _, err := k.Exclusives.Find(ctx, e.Work)
		if err != nil {
			return err
		}
		row.Offered, row.Given, row.Made = true, e.Given, e.Made
		if err := k.Exclusives.Set(ctx, e.Work, row); err != nil {
			return err
		}
	}
	for _, s := range gs.TermsSets {
		if err := k.keepTermsSet(ctx, s); err != nil {
			return err
		}
	}
	if err := k.initApprovals(ctx, gs.Approvals); err != nil {
		return err
	}
	for _, a := range gs.Admissions {
		if err := k.addAdmission(ctx, a.Declaration, a.Admission); err != nil {
			return err
		}
	}
	if err := k.initPasses(ctx, gs); err != nil {
		return err
	}
	return k.initDemands(ctx, gs.Demands)
}

// initPasses stores what offers asked, and the passes.
func (k Keeper) initPasses(ctx context.Context, gs types.GenesisState) error {
	for _, p := range gs.Prices {
		if err := k.Prices.Set(ctx, collections.Join3(p.Work, p.Terms, p.Version), p.Price); err != nil {
			return err
		}
	}
	for _, p := range gs.Passes {
		licensee, err := sdk.AccAddressFromBech32(p.Licensee)
		if err != nil {
			return err
		}
		if err := k.setPass(ctx, collections.Join4(licensee, p.UsesOf, p.Work, p.Terms), p.Pass); err != nil {
			return err
		}
	}
	return nil
}

// exportPasses adds what offers asked, and the passes.
func (k Keeper) exportPasses(ctx context.Context, gs *types.GenesisState) error {
	err := k.Prices.Walk(ctx, nil, func(key priceKey, p types.Price) (bool, error) {
		gs.Prices = append(gs.Prices, types.GenesisPrice{Work: key.K1(), Terms: key.K2(), Version: key.K3(), Price: p})
		return false, nil
	})
	if err != nil {
		return err
	}
	return k.Passes.Walk(ctx, nil, func(key passed, p types.Pass) (bool, error) {
		gs.Passes = append(gs.Passes, namedPass(key, p))
		return false, nil
	})
}

// initGrants stores the grants, who may hold them and what relies on them. Their numbers
// are known.
func (k Keeper) initGrants(ctx context.Context, gs types.GenesisState) error {
	for _, l := range gs.AllowLists {
		if err := k.pinAllowList(ctx, l); err != nil {
			return err
		}
	}
	for _, g := range gs.Grants {
		terms, err := k.GetTerms(ctx, g.Grant.Terms.TermsID)
		if err != nil {
			return err
		}
		if err := k.addGrant(ctx, g.Id, g.Grant, 0, terms); err != nil {
			return err
		}
		if work, bound := g.Grant.User(); bound && g.Grant.Used > 0 {
			if err := k.noteReliance(ctx, g.Id, g.Grant, work); err != nil {
				return err
			}
		}
	}
	for _, u := range gs.GrantUses {
		if err := k.GrantUses.Set(ctx, collections.Join(u.Grant, u.Derivative)); err != nil {
			return err
		}
		g, err := k.GetGrant(ctx, u.Grant)
		if err != nil {
			return err
		}
		if err := k.noteReliance(ctx, u.Grant, g, u.Derivative); err != nil {
			return err
		}
	}
	return nil
}

func (k Keeper) initApprovals(ctx context.Context, rows []types.GenesisApproval) error {
	for _, row := range rows {
		whom, err := types.ParseApproved(row.Licensee, row.Derivative)
		if err != nil {
			return err
		}
		if err := k.Approvals.Set(ctx, collections.Join3(row.Work, row.Terms, whom.Key()), row.Transfers); err != nil {
			return err
		}
	}
	return nil
}

func (k Keeper) initDemands(ctx context.Context, rows []types.GenesisDemands) error {
	for _, row := range rows {
		if err := k.Demands.Set(ctx, row.Work, row.Demands.Pack()); err != nil {
			return err
		}
		for _, d := range row.Past {
			if err := k.PastDemands.Set(ctx, collections.Join(row.Work, d.Version), d.Pack()); err != nil {
				return err
			}
			if err := k.promise(ctx, row.Work, d.Constraints); err != nil {
				return err
			}
		}
		if err := k.promise(ctx, row.Work, row.Demands.Constraints); err != nil {
			return err
		}
	}
	return nil
}

// ExportGenesis returns the store's content, in the order of its keys.
func (k Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	gs := &types.GenesisState{}
	err := k.Terms.Walk(ctx, nil, func(_ types.TermsID, t types.Terms) (bool, error) {
		gs.Terms = append(gs.Terms, t)
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	err = k.Offers.Walk(ctx, nil, func(key offered, o types.Offer) (bool, error) {
		gs.Offers = append(gs.Offers, types.GenesisOffer{Work: key.K1(), Terms: key.K2(), Offer: o})
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	if err := k.exportGrants(ctx, gs); err != nil {
		return nil, err
	}
	err = k.Approvals.Walk(ctx, nil, func(key approval, transfers uint32) (bool, error) {
		whom, err := types.ParseApprovedKey(key.K3())
		licensee, derivative := whom.Fields()
		gs.Approvals = append(gs.Approvals, types.GenesisApproval{
			Work: key.K1(), Terms: key.K2(), Licensee: licensee, Derivative: derivative, Transfers: transfers,
		})
		return false, err
	})
	if err != nil {
		return nil, err
	}
	err = k.Admissions.Walk(ctx, nil, func(key collections.Pair[registrytypes.WorkID, uint32], a types.Admission) (bool, error) {
		ref := types.DeclarationRef{Work: key.K1(), Number: key.K2()}
		gs.Admissions = append(gs.Admissions, types.GenesisAdmission{Declaration: ref, Admission: a})
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	err = k.TermsSets.Walk(ctx, nil, func(_ []byte, s types.TermsSet) (bool, error) {
		gs.TermsSets = append(gs.TermsSets, s)
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	err = k.Exclusives.Walk(ctx, nil, func(work registrytypes.WorkID, row types.Exclusives) (bool, error) {
		gs.Exclusives = append(gs.Exclusives, types.GenesisExclusives{Work: work, Given: row.Given, Made: row.Made})
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	if err := k.exportPasses(ctx, gs); err != nil {
		return nil, err
	}
	gs.Demands, err = k.exportDemands(ctx)
	return gs, err
}

// exportGrants adds the grants, their numbers, who may hold them and what relies on
// them.
func (k Keeper) exportGrants(ctx context.Context, gs *types.GenesisState) error {
	err := k.Grants.Walk(ctx, nil, func(id types.GrantID, g types.Grant) (bool, error) {
		gs.Grants = append(gs.Grants, types.GenesisGrant{Id: id, Grant: g})
		return false, nil
	})
	if err != nil {
		return err
	}
	err = k.Tallies.Walk(ctx, nil, func(key offered, sum types.Tally) (bool, error) {
		gs.GrantCounts = append(gs.GrantCounts, types.GenesisGrantCount{Work: key.K1(), Terms: key.K2(), Count: sum.Given})
		return false, nil
	})
	if err != nil {
		return err
	}
	err = k.GrantUses.Walk(ctx, nil, func(key use) (bool, error) {
		gs.GrantUses = append(gs.GrantUses, types.GenesisGrantUse{Grant: key.K1(), Derivative: key.K2()})
		return false, nil
	})
	if err != nil {
		return err
	}
	return k.AllowLists.Walk(ctx, nil, func(_ []byte, l types.AllowList) (bool, error) {
		gs.AllowLists = append(gs.AllowLists, l)
		return false, nil
	})
}

// exportDemands reads each work's demands with those that came before.
func (k Keeper) exportDemands(ctx context.Context) (list []types.GenesisDemands, err error) {
	err = k.Demands.Walk(ctx, nil, func(work registrytypes.WorkID, packed []byte) (bool, error) {
		row := types.GenesisDemands{Work: work}
		var err error
		if row.Demands, err = types.UnpackDemands(packed); err != nil {
			return true, err
		}
		if row.Demands.Waiting, err = k.waitingFor(ctx, work, row.Demands.Waiting); err != nil {
			return true, err
		}
		for v := uint32(1); v < row.Demands.Version; v++ {
			rows, err := k.constraintsAt(ctx, work, row.Demands, v)
			if err != nil {
				return true, err
			}
			row.Past = append(row.Past, types.Demands{Version: v, Constraints: rows})
		}
		if !row.Demands.IsEmpty() {
			list = append(list, row)
		}
		return false, nil
	})
	return list, err
}
