package keeper

import (
	"errors"
	"slices"

	"cosmossdk.io/collections"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// subject is a work that is asked about, with what the rules decide by.
type subject struct {
	id      registrytypes.WorkID
	work    registrytypes.Work
	demands types.Demands
	waiting []types.DeclarationRef
	known   rules.Work
	// every is known with all grants that who asks has of the work, up to MaxHeldLooks; nil: nobody needed them.
	every *rules.Work
	// items are answers about items of the work: those alike in these have the same.
	items map[likeItem]types.Rights
}

// likeItem is what an answer about an item rests on beside the work: the terms that it was given under, and the withdrawal that it is
// under; 0: none.
type likeItem struct {
	terms      types.TermsID
	withdrawal uint64
}

// ofItem decides for the item of a work's manifest that is asked about.
func (q *inquiry) ofItem(s *subject) (types.Rights, error) {
	if s.work.ManifestVersion == 0 {
		return types.Rights{
			Works: []registrytypes.WorkID{s.id}, Verdict: types.VERDICT_DENIED,
			Reasons: []types.Reason{{Code: string(rules.NoManifest), Work: s.id}},
		}, nil
	}
	status, err := q.k.registry.ItemStatus(q.ctx, s.id, q.item.Contributed())
	if err != nil {
		return types.Rights{}, err
	}
	like := likeItem{q.item.Terms, status.Number}
	if rights, known := s.items[like]; known {
		return rights, nil
	}
	item, known := rules.Item{Withdrawal: status.Number}, s.known
	if status.Number > 0 {
		item.At = *status.At
		if known, err = q.withEveryGrant(s); err != nil {
			return types.Rights{}, err
		}
		// Who bought the work since keeps what a grant from before permits, as if the work were not theirs.
		known.Own = known.Own && !slices.ContainsFunc(known.Alternatives, item.Spares)
	}
	if err := q.giveTerms(s, known.Own, &item); err != nil {
		return types.Rights{}, err
	}
	if known, err = q.owing(s.id, known, item.Constraints); err != nil {
		return types.Rights{}, err
	}
	known.Item = &item
	rights, err := q.decide(s, known)
	if err == nil {
		s.items[like] = rights
	}
	return rights, err
}

// giveTerms finds what the terms that an item was given under demand of the use. What they ask in return, or an approval, is asked of the
// work, in whose name the item is had: who sells the whole sells the item. Own: who asks is who it would be asked of.
func (q *inquiry) giveTerms(s *subject, own bool, item *rules.Item) error {
	if q.item.Terms.IsZero() {
		return nil
	}
	t, err := q.termsOf(q.item.Terms)
	if errors.Is(err, types.ErrTermsNotFound) {
		item.TermsUnknown = true
		return nil
	}
	if err != nil {
		return err
	}
	item.Refusals = rules.ItemRefusals(s.id.String(), t.id, t.rules, q.use)
	if !own && t.rules.AsksInReturn(q.use) {
		item.Under = &rules.Given{TermsID: t.id, Terms: t.rules}
		return nil
	}
	for _, d := range rules.ItemDemands(s.id.String(), t.id, t.rules, q.use) {
		c := rules.Constraint{Demand: d, OnHold: onHold(s.work), Unserved: true}
		if d.Kind == rules.Approval && d.AsksAtSource(q.use) && !s.work.OwnedBy(q.licensee) {
			c.AtSource = &rules.Decision{Verdict: rules.Denied}
			if c.Approved, err = q.approved(collections.Join(s.id, q.item.Terms), s.work.Transfers, q.asker); err != nil {
				return err
			}
		}
		item.Constraints = append(item.Constraints, c)
	}
	return nil
}

// owing is what is known of a work with whether what is made of it owes royalties, where the item's own terms make that matter.
func (q *inquiry) owing(id registrytypes.WorkID, known rules.Work, own []rules.Constraint) (rules.Work, error) {
	if len(own) == 0 {
		return known, nil
	}
	var err error
	if known.Owes, err = q.owes(id, slices.Concat(own, known.Constraints)); err != nil {
		return known, err
	}
	known.Alternatives = slices.Clone(known.Alternatives)
	for i := range known.Alternatives {
		a := &known.Alternatives[i]
		judged := slices.Concat(own, known.Constraints)
		if a.Pinned {
			judged = slices.Concat(own, a.Constraints)
		}
		if !a.Granted || !rules.AsksRoyalties(judged, q.use) {
			continue
		}
		grant, err := types.ParseGrantID(a.ID)
		if err != nil {
			return known, err
		}
		row, err := q.k.GetGrant(q.ctx, grant)
		if err != nil {
			return known, err
		}
		if a.Owes, err = q.owesUnder(row, judged); err != nil {
			return known, err
		}
	}
	return known, nil
}

// withEveryGrant is what is known of a work with the grants that who asks has of it beside those that serve best: one that is older may
// permit an item that was taken back since. It looks at so many; a grant that is named is always looked at.
func (q *inquiry) withEveryGrant(s *subject) (rules.Work, error) {
	switch {
	case q.only != "":
		return s.known, nil
	case s.every != nil:
		return *s.every, nil
	}
	known := s.known
	known.Alternatives = slices.Clone(known.Alternatives)
	s.every = &known
	holders := []types.Approved{{Licensee: q.licensee}, {Derivative: q.derivative}}
	if !q.grants {
		holders = holders[1:]
	}
	for _, holder := range holders {
		if len(holder.Licensee) == 0 && holder.Derivative.IsZero() {
			continue
		}
		list, err := q.k.seekHeld(q.ctx, collections.Join4(holder.Key(), s.id, types.TermsID{}, []byte(nil)),
			collections.Join4(holder.Key(), s.id, lastTerms, beyond), types.MaxHeldLooks)
		if err != nil {
			return known, err
		}
		for _, key := range list {
			grant, _ := types.ReadHeldKey(key.K4())
			if _, _, err := q.addGrant(grant, &s.demands, &known); err != nil {
				return known, err
			}
		}
	}
	return known, nil
}
