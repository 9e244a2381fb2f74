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
	if err := k.noteReliance(ctx, id, g, derivative); err != nil {
		return err
	}
	return k.replaceGrant(ctx, id, before, g)
}

// reliance is a derivative, a source of it, the terms of a grant of the source, and the
// grant, on which the derivative relies.
type reliance = collections.Quad[registrytypes.WorkID, registrytypes.WorkID, types.TermsID, types.GrantID]

// noteReliance notes what a derivative relies on, where more is asked of that later than the
// grant by itself tells: what was paid for is not asked again of whoever holds the
// derivative, wherever the grant is by then, and a grant that serves several is found by
// each of them.
func (k Keeper) noteReliance(ctx context.Context, id types.GrantID, g types.Grant, derivative registrytypes.WorkID) error {
	if !g.Noted() {
		return nil
	}
	return k.Reliances.Set(ctx, collections.Join4(derivative, g.Work.WorkID, g.Terms.TermsID, id))
}

// isPaid says whether a work relies on a grant of a source that was paid for under the terms
// by which the source makes uses of it paid.
func (k Keeper) isPaid(ctx context.Context, work registrytypes.WorkID, row types.Constraint) (bool, error) {
	if row.PriceVersion == 0 {
		return false, nil // paid at each use
	}
	paid := collections.QuadSuperPrefix3[registrytypes.WorkID, registrytypes.WorkID, types.TermsID, types.GrantID](
		work, row.Source.WorkID, row.Terms.TermsID)
	it, err := k.Reliances.Iterate(ctx, new(collections.Range[reliance]).Prefix(paid))
	if err != nil {
		return false, err
	}
	defer it.Close()
	return it.Valid(), nil
}

// addRelied adds the grants of a work that the derivative relies on, which other
// derivatives may have used up.
func (q *inquiry) addRelied(id registrytypes.WorkID, demands *types.Demands, known *rules.Work) error {
	relied := collections.QuadSuperPrefix[registrytypes.WorkID, registrytypes.WorkID, types.TermsID, types.GrantID](q.derivative, id)
	it, err := q.k.Reliances.Iterate(q.ctx, new(collections.Range[reliance]).Prefix(relied))
	if err != nil {
		return err
	}
	defer it.Close()
	for n := 0; it.Valid() && n < types.MaxUsedGrants; n++ {
		key, err := it.Key()
		if err != nil {
			return err
		}
		if _, _, err := q.addGrant(key.K4(), demands, known); err != nil {
			return err
		}
		it.Next()
	}
	return nil
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
