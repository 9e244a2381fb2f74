package keeper

import (
	"context"
	"slices"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// takeOut takes the edges that are declared anew out of the row: citations that become
// sources, and sources by another permission or role, or by the same one, which pins what
// the source asks today. The latter stay in the history. It fails with ErrAlreadySource
// for a source that is cited again, and for a role by which less passes on.
func (k Keeper) takeOut(d *derivation) error {
	var replaced []workID
	for _, s := range d.Works {
		place, has := d.row.Find(s.Work)
		if !has {
			continue
		}
		e := d.row.Edges[place]
		if d.ruled && !e.Cites() {
			return errorsmod.Wrapf(types.ErrAlreadySource, "%s of %s: a ruling replaces no permission that was acquired", s.Work, d.Work)
		}
		if s.Role == types.ROLE_CITES {
			return errorsmod.Wrapf(types.ErrAlreadySource, "%s of %s: a source is declared once, and does not become "+
				"a citation", s.Work, d.Work)
		}
		if err := e.Role.CheckAgain(s.Role); err != nil {
			return errorsmod.Wrapf(err, "source %s of %s", s.Work, d.Work)
		}
		replaced = append(replaced, s.Work)
		if e.Cites() {
			d.uncited = append(d.uncited, s.Work)
		} else {
			d.replaced = append(d.replaced, types.PastEdge{Source: s.Work, Edge: e})
		}
	}
	if len(replaced) > 0 {
		d.row.Edges = slices.DeleteFunc(slices.Clone(d.row.Edges),
			func(e types.Edge) bool { return slices.Contains(replaced, e.Source.WorkID) })
	}
	return nil
}

// compare notes which of the replaced permissions get better: no demand stricter, no
// rate higher. For anything else a source counts as a later one.
func (k Keeper) compare(ctx context.Context, d *derivation) error {
	for n, past := range d.replaced {
		i := slices.IndexFunc(d.permits, func(p licensetypes.Permit) bool { return p.Source == past.Source })
		p := d.permits[i]
		better, err := k.isBetter(ctx, d, past.Edge, p)
		if err != nil {
			return err
		}
		if better {
			d.better[p.Source] = true
		}
		d.replaced[n].Edge.Source = registrytypes.WorkIDBytes{} // which is in the key
	}
	return nil
}

func (k Keeper) isBetter(ctx context.Context, d *derivation, e types.Edge, p licensetypes.Permit) (bool, error) {
	looser, err := k.license.NoStricter(ctx, d.Work, p, pinOf(&d.row, e, d.kind))
	if err != nil || !looser {
		return false, err
	}
	before, err := k.newDebts(ctx, e.Links()...)
	if err != nil {
		return false, err
	}
	now, err := k.newDebts(ctx, p.Links()...)
	if err != nil {
		return false, err
	}
	most := make(map[owing]uint32, len(before))
	for _, debt := range before {
		to := owing{debt.Work, debt.Policy}
		most[to] = max(most[to], debt.Rate)
	}
	return !slices.ContainsFunc(now, func(debt royaltytypes.Debt) bool { return debt.Rate > most[owing{debt.Work, debt.Policy}] }), nil
}

// standing are the edges that stay and are more than citations, as license and royalty
// rebuild a work's demands and debts from.
func (d *derivation) standing() (pins []licensetypes.Pin, links []royaltytypes.LinkSource) {
	for _, e := range d.row.Edges {
		if e.Cites() {
			continue
		}
		pins = append(pins, pinOf(&d.row, e, d.kind))
		links = append(links, e.Links()...)
	}
	return pins, links
}

// storeReplaced keeps what was replaced, and takes citations out of the index.
func (k Keeper) storeReplaced(ctx context.Context, d *derivation) error {
	for _, source := range d.uncited {
		if err := k.Derivatives.Remove(ctx, collections.Join3(source, true, d.Work)); err != nil {
			return err
		}
	}
	for _, past := range d.replaced {
		if err := k.PastEdges.Set(ctx, collections.Join3(d.Work, past.ReplacedBy, past.Source), past.Edge); err != nil {
			return err
		}
	}
	return nil
}
