package keeper

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// InitGenesis fills the store and rebuilds what is derived from the grants.
func (k Keeper) InitGenesis(ctx context.Context, gs types.GenesisState) error {
	if err := gs.Validate(); err != nil {
		return err
	}
	for _, t := range gs.Terms {
		if err := k.Terms.Set(ctx, t.ID(), t); err != nil {
			return err
		}
	}
	for _, o := range gs.Offers {
		key, err := parseKey(o.Work, o.Terms)
		if err != nil {
			return err
		}
		if err := k.setOffer(ctx, key, o.Offer); err != nil {
			return err
		}
	}
	for _, g := range gs.Grants {
		id, err := types.ParseGrantID(g.Id)
		if err != nil {
			return err
		}
		terms, err := k.GetTerms(ctx, types.TermsID(g.Grant.Terms))
		if err != nil {
			return err
		}
		if err := k.addGrant(ctx, id, g.Grant, terms.Exclusive); err != nil {
			return err
		}
	}
	for _, c := range gs.GrantCounts {
		key, err := parseKey(c.Work, c.Terms)
		if err != nil {
			return err
		}
		if err := k.GrantCounts.Set(ctx, key, c.Count); err != nil {
			return err
		}
	}
	if err := k.initApprovals(ctx, gs.Approvals); err != nil {
		return err
	}
	return k.initConstraints(ctx, gs.Constraints)
}

func (k Keeper) initApprovals(ctx context.Context, rows []types.GenesisApproval) error {
	for _, row := range rows {
		key, err := parseKey(row.Work, row.Terms)
		if err != nil {
			return err
		}
		whom, err := types.ParseApproved(row.Licensee, row.Derivative)
		if err != nil {
			return err
		}
		if err := k.Approvals.Set(ctx, collections.Join3(key.K1(), key.K2(), whom.Key()), row.Transfers); err != nil {
			return err
		}
	}
	return nil
}

// initConstraints stores the constraints of each work together. They may come
// in any order.
func (k Keeper) initConstraints(ctx context.Context, rows []types.GenesisConstraint) error {
	var works []registrytypes.WorkID
	of := make(map[registrytypes.WorkID][]types.Constraint)
	for _, row := range rows {
		work, err := registrytypes.ParseWorkID(row.Work)
		if err != nil {
			return err
		}
		if of[work] == nil {
			works = append(works, work)
		}
		of[work] = append(of[work], row.Constraint)
	}
	for _, work := range works {
		if err := k.setConstraints(ctx, work, of[work]); err != nil {
			return err
		}
	}
	return nil
}

func parseKey(work, terms string) (offered, error) {
	workID, err := registrytypes.ParseWorkID(work)
	if err != nil {
		return offered{}, err
	}
	termsID, err := types.ParseTermsID(terms)
	return collections.Join(workID, termsID), err
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
		gs.Offers = append(gs.Offers, types.GenesisOffer{Work: key.K1().String(), Terms: key.K2().String(), Offer: o})
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	err = k.Grants.Walk(ctx, nil, func(id types.GrantID, g types.Grant) (bool, error) {
		gs.Grants = append(gs.Grants, types.GenesisGrant{Id: id.String(), Grant: g})
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	err = k.GrantCounts.Walk(ctx, nil, func(key offered, count uint64) (bool, error) {
		gs.GrantCounts = append(gs.GrantCounts, types.GenesisGrantCount{
			Work: key.K1().String(), Terms: key.K2().String(), Count: count,
		})
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	err = k.Approvals.Walk(ctx, nil, func(key approval, transfers uint32) (bool, error) {
		whom, err := types.ParseApprovedKey(key.K3())
		licensee, derivative := whom.Fields()
		gs.Approvals = append(gs.Approvals, types.GenesisApproval{
			Work: key.K1().String(), Terms: key.K2().String(), Licensee: licensee, Derivative: derivative, Transfers: transfers,
		})
		return false, err
	})
	if err != nil {
		return nil, err
	}
	err = k.Constraints.Walk(ctx, nil, func(work registrytypes.WorkID, packed []byte) (bool, error) {
		rows, err := types.UnpackConstraints(packed)
		for _, c := range rows {
			gs.Constraints = append(gs.Constraints, types.GenesisConstraint{Work: work.String(), Constraint: c})
		}
		return false, err
	})
	return gs, err
}
