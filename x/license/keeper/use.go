package keeper

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// useGrant counts a derivative among those that rely on a grant, once. A grant that
// serves one is bound to it; of one that serves several each has a row of its own.
// Whoever was offered the grant can't accept it any more.
func (k Keeper) useGrant(ctx context.Context, id types.GrantID, g types.Grant, derivative registrytypes.WorkID) error {
	serves, relies, err := k.servesOf(ctx, id, g, derivative)
	if err != nil || relies {
		return err
	}
	if !serves {
		return refusal(g.Work.WorkID, rules.Reason{Code: rules.GrantUsed, Permission: id.String()})
	}
	before := g
	g.OfferedTo = nil
	g.Used++
	if g.Serves == 1 {
		g.UsedBy.WorkID = derivative
	} else if err := k.GrantUses.Set(ctx, collections.Join(id, derivative)); err != nil {
		return err
	}
	if err := k.notePaid(ctx, g, derivative); err != nil {
		return err
	}
	return k.replaceGrant(ctx, id, before, g)
}

// paidEdge is a derivative, its source, and the terms of the grant that served the edge.
type paidEdge = collections.Triple[registrytypes.WorkID, registrytypes.WorkID, types.TermsID]

// notePaid notes that a derivative's edge was served by a grant under terms that make a
// use paid by one. It is not asked again of whoever holds the derivative, wherever the
// grant is by then.
func (k Keeper) notePaid(ctx context.Context, g types.Grant, derivative registrytypes.WorkID) error {
	if g.PriceVersion == 0 {
		return nil
	}
	return k.PaidEdges.Set(ctx, collections.Join3(derivative, g.Work.WorkID, g.Terms.TermsID))
}

// ReliesOn says whether a derivative is among those that rely on a grant. It fails with
// ErrGrantNotFound.
func (k Keeper) ReliesOn(ctx context.Context, derivative registrytypes.WorkID, id types.GrantID) (bool, error) {
	grant, err := k.GetGrant(ctx, id)
	if err != nil {
		return false, err
	}
	_, relies, err := k.servesOf(ctx, id, grant, derivative)
	return relies, err
}

// servesOf says whether a grant serves a derivative, and whether that relies on it
// already; the zero id: one that nothing is known of.
func (k Keeper) servesOf(
	ctx context.Context, id types.GrantID, g types.Grant, derivative registrytypes.WorkID,
) (serves, relies bool, err error) {
	if user, bound := g.User(); bound {
		own := user == derivative
		return own, own && g.Used > 0, nil
	}
	if g.Used > 0 && !derivative.IsZero() {
		if relies, err = k.GrantUses.Has(ctx, collections.Join(id, derivative)); err != nil {
			return false, false, err
		}
	}
	return relies || !g.UsedUp(), relies, nil
}
