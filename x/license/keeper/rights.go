package keeper

import (
	"errors"
	"slices"
	"strings"

	"cosmossdk.io/collections"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// answer decides for a work, or for the one whose claim to a content stands first:
// whoever claims it later neither opens nor closes it, and is named in a notice.
// What the owner of the first claim makes of it is the answer: when it is
// withdrawn, no other takes its place.
func (q *inquiry) answer(s types.Subject) (types.Rights, error) {
	asked, err := q.find(s)
	if err != nil || asked == nil {
		return unknown(), err
	}
	if q.item != nil {
		return q.ofItem(asked)
	}
	return q.decide(asked, asked.known)
}

// find reads a subject, once where items of it are asked about; nil: it is not registered.
func (q *inquiry) find(s types.Subject) (*subject, error) {
	if known, again := q.subjects[s]; again {
		return known, nil
	}
	found, err := q.read(s)
	if err == nil && q.item != nil {
		if q.subjects == nil {
			q.subjects = make(map[types.Subject]*subject)
		}
		q.subjects[s] = found
	}
	return found, err
}

// read reads what is decided by.
func (q *inquiry) read(s types.Subject) (*subject, error) {
	id := s.Work
	if !s.Digest.IsZero() {
		first, found, err := q.k.registry.Earliest(q.ctx, s.Digest)
		if err != nil || !found {
			return nil, err
		}
		id = first
	}
	work, err := q.k.registry.GetWork(q.ctx, id)
	if errors.Is(err, registrytypes.ErrWorkNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	q.know(id, work)
	demands, err := q.k.demandsOn(q.ctx, id)
	if err != nil {
		return nil, err
	}
	waiting, err := q.k.waitingFor(q.ctx, id, demands.Waiting)
	if err != nil {
		return nil, err
	}
	asked := &subject{id: id, work: work, demands: demands, waiting: waiting, items: map[likeItem]types.Rights{}, known: rules.Work{
		Status: statusOf(work), OnHold: onHold(work), Holder: work.OwnedBy(q.licensee), Waiting: len(waiting) > 0,
	}}
	return asked, q.load(id, work, demands, &asked.known)
}

// noticeOf is about the claims of others on one side; none without them.
func noticeOf(code rules.Notice, r registrytypes.Rivals) []types.Notice {
	if r.Count == 0 {
		return nil
	}
	return []types.Notice{{Code: string(code), Works: r.Works, Count: r.Count, AtLeast: r.AtLeast}}
}

func unknown() types.Rights {
	return types.Rights{Verdict: types.VERDICT_UNKNOWN, Reasons: []types.Reason{{Code: string(rules.NotRegistered)}}}
}

// decide decides for one work, or an item of it.
func (q *inquiry) decide(s *subject, known rules.Work) (types.Rights, error) {
	id, work, demands, waiting := s.id, s.work, s.demands, s.waiting
	decision := rules.Decide(known, q.use, q.now)
	rights, err := q.describe(id, work, decision)
	if err != nil {
		return rights, err
	}
	rights.Own = known.Own
	if q.use.Makes() && types.NamesTerms(rights.Permission) {
		if rights.Conditions, err = q.k.conditions(q.ctx, id, work, demands); err != nil {
			return rights, err
		}
	}
	if rights.Notices, err = q.k.noticesOfWaiting(q.ctx, id, waiting); err != nil {
		return rights, err
	}
	if work.Disputed() {
		rights.Notices = append(noticeAbout(rules.UnderDispute, []registrytypes.WorkID{id}, 0), rights.Notices...)
	}
	apart, err := itemsApart(id, work, demands.Constraints)
	if err != nil {
		return rights, err
	}
	rights.Notices = append(rights.Notices, apart...)
	limited, err := q.noticesOfDenoms(demands.Constraints)
	if err != nil {
		return rights, err
	}
	rights.Notices = append(rights.Notices, limited...)
	for _, code := range decision.Notices {
		rights.Notices = append(rights.Notices, noticeAbout(code, []registrytypes.WorkID{id}, 0)...)
	}
	if decision.Rely != nil && decision.Rely.Pinned {
		later, err := laterSources(decision.Rely.Constraints, known.Constraints)
		if rights.Notices = append(rights.Notices, later...); err != nil {
			return rights, err
		}
	}
	before, behind, err := q.k.registry.Rivals(q.ctx, id, work)
	rights.Notices = slices.Concat(noticeOf(rules.Contested, before), noticeOf(rules.AlsoClaimed, behind), rights.Notices)
	return rights, err
}

// load reads what the rules decide by.
func (q *inquiry) load(id registrytypes.WorkID, work registrytypes.Work, demands types.Demands, known *rules.Work) (err error) {
	if known.Constraints, err = q.constraints(id, demands.Constraints); err != nil {
		return err
	}
	if known.Owes, err = q.owes(id, known.Constraints); err != nil {
		return err
	}
	if work.ManifestVersion > 0 {
		list, err := q.k.registry.WithdrawalList(q.ctx, id)
		if err != nil {
			return err
		}
		known.Withdrawals = list.Count
	}
	// Who owns a work and all its revenue does not rely on the own offers.
	if q.onlyGrant.IsZero() && work.OwnedBy(q.licensee) {
		if known.Own, err = q.k.isSole(q.ctx, id, q.licensee); err != nil {
			return err
		}
		if known.Own {
			return q.exclusivity(id, q.asker, types.GrantID{}, known)
		}
	}
	if err := q.addOffers(id, work.Transfers, &demands, known); err != nil {
		return err
	}
	return q.addGrants(id, &demands, known)
}

// addOffers adds the offers on a work. Demands are those on it, which a licence that can't
// be taken back may be older than; nil: they are not asked about.
func (q *inquiry) addOffers(id registrytypes.WorkID, transfers uint32, demands *types.Demands, known *rules.Work) error {
	count, err := q.k.offerCount(q.ctx, id)
	if err != nil || count == 0 {
		return err
	}
	if err := q.exclusivity(id, q.asker, types.GrantID{}, known); err != nil {
		return err
	}
	keepsOut := false
	it, err := q.k.Offers.Iterate(q.ctx, collections.NewPrefixedPairRange[registrytypes.WorkID, types.TermsID](id))
	if err != nil {
		return err
	}
	defer it.Close()
	for ; it.Valid(); it.Next() {
		row, err := it.KeyValue()
		if err != nil {
			return err
		}
		a, err := q.offer(row.Key, transfers, row.Value, q.asker)
		if err != nil {
			return err
		}
		if err := q.pinOffer(id, row.Value, demands, &a); err != nil {
			return err
		}
		if q.only == "" || q.only == a.ID {
			known.Alternatives = append(known.Alternatives, a)
			keepsOut = keepsOut || a.Terms.Exclusivity != rules.Shared
		}
	}
	if keepsOut {
		return q.rivals(id, known)
	}
	return nil
}

// pinOffer has an offer that can't be taken back judged by what was demanded of the work
// when it was first made.
func (q *inquiry) pinOffer(id registrytypes.WorkID, o types.Offer, demands *types.Demands, a *rules.Alternative) error {
	if o.IrrevocableSince == nil {
		return nil
	}
	return q.pin(id, demands, o.IrrevocableDemands, a)
}

// pin has an alternative judged by one version of what is demanded of a work, where that
// is not today's.
func (q *inquiry) pin(id registrytypes.WorkID, demands *types.Demands, version uint32, a *rules.Alternative) error {
	if demands == nil || version == demands.Version {
		return nil
	}
	rows, err := q.k.constraintsAt(q.ctx, id, *demands, version)
	if err != nil {
		return err
	}
	a.Pinned = true
	a.Constraints, err = q.constraints(id, rows)
	return err
}

// addGrants adds the licensee's grants of the work: the one that is named or, where
// none is, those that serve best of what the licensee and the derivative hold. Demands
// are those on the work, which a grant may be older than; nil: they are not asked about.
func (q *inquiry) addGrants(id registrytypes.WorkID, demands *types.Demands, known *rules.Work) error {
	if q.only != "" {
		return q.addNamedGrant(id, demands, known)
	}
	if q.grants {
		if err := q.addHeld(types.Approved{Licensee: q.licensee}, id, demands, known); err != nil {
			return err
		}
	}
	if q.derivative.IsZero() {
		return nil
	}
	if err := q.addHeld(types.Approved{Derivative: q.derivative}, id, demands, known); err != nil || !q.use.Makes() {
		return err
	}
	return q.addRelied(id, demands, known)
}

// addNamedGrant adds the grant that is named, if it is one of the work. It may
// have come with a derivative that the licensee bought.
func (q *inquiry) addNamedGrant(id registrytypes.WorkID, demands *types.Demands, known *rules.Work) error {
	if q.onlyGrant.IsZero() {
		return nil
	}
	grant, found, err := q.k.Grants.Find(q.ctx, q.onlyGrant)
	if err != nil || !found || grant.Work.WorkID != id {
		return err
	}
	_, _, err = q.addGrant(q.onlyGrant, demands, known)
	return err
}

// describe puts a decision in the form of an answer.
func (q *inquiry) describe(id registrytypes.WorkID, work registrytypes.Work, d rules.Decision) (types.Rights, error) {
	rights := types.Rights{Works: []registrytypes.WorkID{id}, Verdict: types.Verdict(d.Verdict)}
	for _, r := range d.Reasons {
		reason, err := newReason(id, r)
		if err != nil {
			return rights, err
		}
		rights.Reasons = append(rights.Reasons, reason)
	}
	for i, a := range d.Obtain {
		if slices.ContainsFunc(d.Obtain[:i],
			func(o rules.Alternative) bool { return o.Source == a.Source && o.ID == a.ID && o.Pass == a.Pass }) {
			continue // two offers of the work need the same of a source
		}
		of := id
		if a.Source != "" {
			var err error
			if of, err = registrytypes.ParseWorkID(a.Source); err != nil {
				return rights, err
			}
		}
		obtain := q.obtainable
		if a.Pass {
			obtain = q.obtainablePass(id)
		}
		offer, err := obtain(of, a)
		if err != nil {
			return rights, err
		}
		if a.Pass && slices.ContainsFunc(rights.Offers, betterThanPass(offer)) {
			continue
		}
		rights.Offers = append(rights.Offers, offer)
	}
	var relied types.TermsID
	var pinned uint32
	if d.Rely != nil {
		var err error
		if relied, pinned, err = q.termsRelied(d.Rely); err != nil {
			return rights, err
		}
		rights.Permission = d.Rely.ID
	}
	for _, o := range d.Obligations {
		if o.Source == "" {
			o.Version = pinned
		}
		obligation, err := q.obligation(id, work, relied, o)
		if err != nil {
			return rights, err
		}
		if o.Duty == rules.PayPerUse && len(obligation.Price) == 0 {
			continue // it came under a ceiling since, and takes payments in other denoms only
		}
		rights.Obligations = append(rights.Obligations, obligation)
	}
	return rights, nil
}

// newReason puts a reason in the form of an answer. One that is about the end of
// a grant names that in place of terms.
func newReason(id registrytypes.WorkID, r rules.Reason) (types.Reason, error) {
	reason := types.Reason{Code: string(r.Code), Work: id, Permission: r.Permission, Withdrawal: r.Withdrawal}
	if at := r.At; !at.IsZero() {
		reason.At = &at
	}
	if r.Covered != "" {
		covered := strings.Split(r.Covered, ",")
		reason.CoveredCount = uint32(len(covered))
		reason.Covered = covered[:min(len(covered), types.MaxCovered)]
	}
	terms := r.Terms
	if types.NamesGrant(terms) {
		reason.Permission, terms = terms, ""
	}
	var err error
	reason.Ancestor, reason.AncestorTerms, err = readAncestor(r.Source, terms)
	return reason, err
}

// readAncestor reads what the rules, which know no ids, name by its text: an
// ancestor and its terms; no text is none.
func readAncestor(source, termsID string) (work registrytypes.WorkID, terms types.TermsID, err error) {
	if err := work.UnmarshalText([]byte(source)); err != nil {
		return work, terms, err
	}
	return work, terms, terms.UnmarshalText([]byte(termsID))
}

// termsRelied are those of the offer or the grant that a use relies on, and the
// version of the work that the grant pins; 0: none.
func (q *inquiry) termsRelied(a *rules.Alternative) (terms types.TermsID, pinned uint32, err error) {
	if !a.Granted {
		terms, err = types.ParseTermsID(a.ID)
		return terms, 0, err
	}
	id, err := types.ParseGrantID(a.ID)
	if err != nil {
		return types.TermsID{}, 0, err
	}
	grant, err := q.k.GetGrant(q.ctx, id)
	return grant.Terms.TermsID, grant.WorkVersion, err
}

// obtainable is an offer that a grant can be acquired under, with its price now.
func (q *inquiry) obtainable(id registrytypes.WorkID, a rules.Alternative) (types.Obtainable, error) {
	terms, err := types.ParseTermsID(a.ID)
	if err != nil {
		return types.Obtainable{}, err
	}
	t, err := q.termsOf(terms)
	if err != nil {
		return types.Obtainable{}, err
	}
	offer, err := q.k.getOffer(q.ctx, id, terms)
	if err != nil {
		return types.Obtainable{}, err
	}
	price, err := q.k.payable(q.ctx, id, offer.PriceUnder(t.stored))
	if err != nil {
		return types.Obtainable{}, err
	}
	conditions, err := q.k.Conditions(q.ctx, id, offer, t.stored)
	if err != nil {
		return types.Obtainable{}, err
	}
	o := types.Obtainable{
		Work: id, Terms: terms, Preset: types.PresetName(terms), Spdx: t.stored.Spdx,
		Price: price, RoyaltyPolicy: t.stored.RoyaltyPolicy, RoyaltyRate: t.stored.RoyaltyRate,
		NeedsApproval: a.Unapproved(), Serves: t.stored.Serves(), Conditions: conditions,
		Uses: t.stored.UsesPerGrant,
	}
	if t.stored.Duration != nil {
		end := q.now.Add(*t.stored.Duration)
		o.ExpiresAt = &end
	}
	return o, nil
}
