package keeper

import (
	"slices"

	"cosmossdk.io/collections"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// constraints are those of a work with what they come down to now, for who asks.
func (q *inquiry) constraints(work registrytypes.WorkID, rows []types.Constraint) ([]rules.Constraint, error) {
	list := make([]rules.Constraint, 0, len(rows))
	for _, row := range rows {
		if row.Kind == types.CONSTRAINT_ITEMS_APART {
			continue // a notice
		}
		d, err := q.demand(row)
		if err != nil {
			return nil, err
		}
		c := rules.Constraint{Demand: d}
		switch {
		case row.Kind == types.CONSTRAINT_EXPIRES:
			c.Ends, err = q.endOf(row)
		case row.Kind == types.CONSTRAINT_CEILING:
			c.Reached, err = q.reached(work, row.Terms.TermsID)
		case row.Kind == types.CONSTRAINT_WITHHELD:
			c.Ends = row.Ends()
			c.LeftIn, err = q.leftIn(row, q.asker)
		case d.AsksOwner(q.use):
			err = q.askOwner(work, row, &c)
		}
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// owes says whether what is made from a work today owes royalties to the work's sources,
// where that matters. What a work owes relatively it owes itself.
func (q *inquiry) owes(work registrytypes.WorkID, constraints []rules.Constraint) (bool, error) {
	if !rules.AsksRoyalties(constraints, q.use) {
		return false, nil
	}
	absolute, _, err := q.k.royalty.Owed(q.ctx, work)
	return absolute > 0, err
}

// owesUnder is owes for what is made under a grant, which pins what the work owed then.
func (q *inquiry) owesUnder(g types.Grant, constraints []rules.Constraint) (bool, error) {
	if !rules.AsksRoyalties(constraints, q.use) {
		return false, nil
	}
	debts, err := q.k.royalty.Debts(q.ctx, g.Work.WorkID, g.UpstreamVersion)
	return slices.ContainsFunc(debts, royaltytypes.Debt.PassesOn), err
}

// askOwner finds out what becomes of a demand that the owner of its source has a part in.
func (q *inquiry) askOwner(work registrytypes.WorkID, row types.Constraint, c *rules.Constraint) error {
	source, err := q.k.registry.GetWork(q.ctx, row.Source.WorkID)
	if err != nil {
		return err
	}
	c.OnHold, c.Lapsed = onHold(source), source.Status == registrytypes.STATUS_INVALIDATED
	if c.Lapsed || !c.AsksAtSource(q.use) {
		return nil
	}
	return q.askSource(work, source, row, c)
}

// askSource finds out what who asks may do with the source of a demand on a work itself.
func (q *inquiry) askSource(work registrytypes.WorkID, source registrytypes.Work, row types.Constraint, c *rules.Constraint) (err error) {
	if c.AtSource, err = q.atSource(row.Source.WorkID, source, c.Demand); err != nil {
		return err
	}
	if row.Kind == types.CONSTRAINT_ITEM_BY_GRANT {
		return nil // nothing else does
	}
	if at := c.AtSource; at.Verdict == rules.Allowed && !(q.use.Makes() && at.Rely != nil && at.Rely.Granted) {
		return nil // else something may meet the demand that uses no grant up
	}
	if row.Kind == types.CONSTRAINT_PAID_USES {
		served, err := q.k.isPaid(q.ctx, work, row)
		if err != nil {
			return err
		}
		c.Unserved = !served
		return q.askPass(work, source, row, c)
	}
	if c.Approved = source.OwnedBy(q.licensee); c.Approved {
		return nil
	}
	c.Approved, err = q.approved(collections.Join(row.Source.WorkID, row.Terms.TermsID), source.Transfers, q.asker)
	return err
}

// atSource decides about the same use of a source by what is offered and granted of
// it, as far as that stands in for the terms that a demand comes from. What its own
// sources demand stands beside its own demand at whatever was made from it, and is decided
// there. Whoever owns a source and all its revenue has nothing to ask.
func (q *inquiry) atSource(id registrytypes.WorkID, source registrytypes.Work, d rules.Demand) (*rules.Decision, error) {
	known, err := q.offeredOnce(id, source)
	if err != nil {
		return nil, err
	}
	known.Alternatives = slices.DeleteFunc(slices.Clone(known.Alternatives), func(a rules.Alternative) bool {
		return !a.Terms.StandsIn(d.Terms, q.use)
	})
	decision := rules.DecideAtSource(known, q.use, q.now)
	return &decision, nil
}

// offeredOnce is offeredAt, which an inquiry asks of each source once.
func (q *inquiry) offeredOnce(id registrytypes.WorkID, source registrytypes.Work) (rules.Work, error) {
	if known, asked := q.sources[id]; asked {
		return known, nil
	}
	known, err := q.offeredAt(id, source)
	if err != nil {
		return known, err
	}
	if q.sources == nil {
		q.sources = make(map[registrytypes.WorkID]rules.Work)
	}
	q.sources[id] = known
	return known, nil
}

// offeredAt is a source with what is offered and granted of it.
func (q *inquiry) offeredAt(id registrytypes.WorkID, source registrytypes.Work) (rules.Work, error) {
	q.know(id, source)
	known := rules.Work{Status: statusOf(source), OnHold: onHold(source)}
	if source.OwnedBy(q.licensee) { // who shares its revenue pays the others
		var err error
		if known.Own, err = q.k.isSole(q.ctx, id, q.licensee); err != nil || known.Own {
			return known, err
		}
	}
	demands, err := q.k.demandsOn(q.ctx, id)
	if err != nil {
		return known, err
	}
	waiting, err := q.k.waitingFor(q.ctx, id, demands.Waiting)
	if err != nil {
		return known, err
	}
	known.Waiting = len(waiting) > 0
	any := *q
	any.only, any.onlyGrant = "", types.GrantID{}
	if err := any.addOffers(id, source.Transfers, nil, &known); err != nil {
		return known, err
	}
	return known, any.addGrants(id, nil, &known)
}
