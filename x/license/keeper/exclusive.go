package keeper

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"time"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// tally keeps the sums of the work's grants right after one was given or renewed:
// their number, the latest end under its terms, and which of them keep others out.
func (k Keeper) tally(ctx context.Context, id types.GrantID, g types.Grant, more uint64, t types.Terms) error {
	work, terms := g.Work.WorkID, g.Terms.TermsID
	key := collections.Join(work, terms)
	sum, _, err := k.Tallies.Find(ctx, key)
	if err != nil {
		return err
	}
	end := g.End()
	later := sum.Until == nil || sum.Until.Before(end)
	if later {
		if sum.Until != nil {
			if err := k.Running.Remove(ctx, collections.Join3(work, nanos(*sum.Until), terms)); err != nil {
				return err
			}
		}
		if err := k.Running.Set(ctx, collections.Join3(work, nanos(end), terms)); err != nil {
			return err
		}
		sum.Until = &end
	}
	sum.Given += more
	if err := k.countGranted(ctx, work, more, t); err != nil {
		return err
	}
	if later || more > 0 {
		if err := k.Tallies.Set(ctx, key, sum); err != nil {
			return err
		}
	}
	if t.Exclusivity == types.EXCLUSIVITY_NONE {
		return nil
	}
	return k.keepOut(ctx, id, g)
}

// countGranted adds the derivatives that more grants of a work under terms serve to what all
// that were ever given do, so that whoever is asked to approve a later source doesn't pay for
// reading under which terms they were.
func (k Keeper) countGranted(ctx context.Context, work registrytypes.WorkID, more uint64, t types.Terms) error {
	if more == 0 {
		return nil
	}
	sum, _, err := k.GrantedDerivatives.Find(ctx, work)
	if err != nil {
		return err
	}
	return k.GrantedDerivatives.Set(ctx, work, addGranted(sum, more, t))
}

// addGranted adds more grants under terms to a sum, which stays at the largest number once it
// is there.
func addGranted(sum, more uint64, t types.Terms) uint64 {
	over, served := bits.Mul64(more, uint64(t.Serves()))
	sum, carry := bits.Add64(sum, served, 0)
	if over > 0 || carry > 0 {
		return math.MaxUint64
	}
	return sum
}

// nanos is how keys have an end, which is between 1970 and MaxTime.
func nanos(t time.Time) uint64 { return uint64(t.UnixNano()) }

// watch has it counted what is made of a work from now on, and by which grants others are kept
// out of it: it is offered under terms that do.
func (k Keeper) watch(ctx context.Context, work registrytypes.WorkID, t types.Terms) error {
	if t.Exclusivity == types.EXCLUSIVITY_NONE {
		return nil
	}
	row, _, err := k.Exclusives.Find(ctx, work)
	if err != nil || row.Offered {
		return err
	}
	row.Offered = true
	return k.Exclusives.Set(ctx, work, row)
}

// countMade counts works among those that were made of a source without a grant, where that is watched.
func (k Keeper) countMade(ctx context.Context, permits []types.Permit) error {
	for _, p := range permits {
		if !p.Watched {
			continue
		}
		row, err := k.Exclusives.Get(ctx, p.Source)
		if err != nil {
			return err
		}
		row.Made++
		if err := k.Exclusives.Set(ctx, p.Source, row); err != nil {
			return err
		}
	}
	return nil
}

// madeOf is how many works were made of a work without a grant, for who takes a grant under
// terms that keep others out: it doesn't reach these. 0 for other terms.
func (k Keeper) madeOf(ctx context.Context, work registrytypes.WorkID, t types.Terms) (uint32, error) {
	if t.Exclusivity == types.EXCLUSIVITY_NONE {
		return 0, nil
	}
	row, _, err := k.Exclusives.Find(ctx, work)
	return row.Made, err
}

// keepOut notes a grant that keeps others out, in place of what is noted of it and of
// those that have ended.
func (k Keeper) keepOut(ctx context.Context, id types.GrantID, g types.Grant) error {
	clock, err := k.clock(ctx, g.Work.WorkID)
	if err != nil {
		return err
	}
	if g.Expired(clock) { // in a genesis
		return nil
	}
	row, _, err := k.Exclusives.Find(ctx, g.Work.WorkID)
	if err != nil {
		return err
	}
	row.Grants = slices.DeleteFunc(row.Grants, func(e types.ExclusiveGrant) bool {
		return e.Grant.GrantID == id || !e.Runs(clock)
	})
	if len(row.Grants) >= types.MaxExclusives {
		return refusal(g.Work.WorkID, rules.Reason{Code: rules.GrantsExhausted, Permission: g.Terms.String()})
	}
	row.Given, row.Offered = row.Given+1, true
	row.Grants = append(row.Grants, types.ExclusiveGrant{
		Grant: types.GrantIDBytes{GrantID: id}, Terms: g.Terms, ExpiresAt: g.ExpiresAt,
	})
	slices.SortFunc(row.Grants, func(a, b types.ExclusiveGrant) int { return bytes.Compare(a.Grant.GrantID[:], b.Grant.GrantID[:]) })
	return k.Exclusives.Set(ctx, g.Work.WorkID, row)
}

// exclusives lists the grants of a work that run and keep others out.
func (k Keeper) exclusives(ctx context.Context, work registrytypes.WorkID) ([]types.ExclusiveGrant, error) {
	row, _, err := k.Exclusives.Find(ctx, work)
	if err != nil || len(row.Grants) == 0 {
		return nil, err
	}
	clock, err := k.clock(ctx, work)
	return slices.DeleteFunc(row.Grants, func(e types.ExclusiveGrant) bool { return !e.Runs(clock) }), err
}

// keepingOut says how many grants keep others out; at least one.
func keepingOut(list []types.ExclusiveGrant) string {
	if len(list) == 1 {
		return fmt.Sprintf("%s runs, which keeps others out; wait for its end", list[0].Grant)
	}
	return fmt.Sprintf("%d grants of it run that keep others out, such as %s; wait for their end", len(list), list[0].Grant)
}

// exclusivesOf reads a work's row of grants that keep others out, once; empty where it was never
// offered so.
func (r *reader) exclusivesOf(work registrytypes.WorkID) (types.Exclusives, error) {
	if row, known := r.exclusives[work]; known {
		return row, nil
	}
	row, _, err := r.k.Exclusives.Find(r.ctx, work)
	if err != nil {
		return row, err
	}
	if r.exclusives == nil {
		r.exclusives = make(map[registrytypes.WorkID]types.Exclusives)
	}
	r.exclusives[work] = row
	return row, nil
}

// runningExclusives are the grants of a work that run and keep others out.
func (r *reader) runningExclusives(work registrytypes.WorkID) ([]types.ExclusiveGrant, error) {
	row, err := r.exclusivesOf(work)
	if err != nil || len(row.Grants) == 0 {
		return nil, err
	}
	clock, err := r.clock(work)
	return slices.DeleteFunc(slices.Clone(row.Grants), func(e types.ExclusiveGrant) bool { return !e.Runs(clock) }), err
}

// exclusivity reads the running grants of a work that keep others out; but is a grant
// that does not count.
func (r *reader) exclusivity(id registrytypes.WorkID, by asker, but types.GrantID, work *rules.Work) error {
	list, err := r.runningExclusives(id)
	if err != nil {
		return err
	}
	for _, e := range list {
		if e.Grant.GrantID == but {
			continue
		}
		t, err := r.termsOf(e.Terms.TermsID)
		if err != nil {
			return err
		}
		running := rules.Running{Terms: t.rules}
		if e.ExpiresAt != nil {
			if running.Ends, err = r.endInTime(id, e.ExpiresAt); err != nil {
				return err
			}
		}
		if running.Mine, err = r.holds(by, e.Grant.GrantID); err != nil {
			return err
		}
		work.Exclusives = append(work.Exclusives, running)
	}
	work.Crowded = work.Crowded || len(work.Exclusives) >= types.MaxExclusives
	return nil
}

// withhold notes in a permit what others than who declares have exclusively of the source. Under
// a grant of the source nobody has: it permits nothing that others have, and denies the rest.
func (r *reader) withhold(req types.PermitRequest, permit *types.Permit) error {
	if !permit.Grant.IsZero() {
		return nil
	}
	row, err := r.exclusivesOf(req.Source)
	if err != nil {
		return err
	}
	permit.Exclusives, permit.Watched = row.Given, row.Offered
	if req.Ruled || !req.Column.Passes(rules.Withheld, false) {
		return nil
	}
	list, err := r.runningExclusives(req.Source)
	if err != nil {
		return err
	}
	for _, e := range list {
		if mine, err := r.holds(asker{licensee: req.Owner}, e.Grant.GrantID); err != nil || mine {
			if err != nil {
				return err
			}
			continue
		}
		held, err := r.heldFor(req.Source)
		if err != nil {
			return err
		}
		permit.Withheld = append(permit.Withheld, types.NewExclusion(e.Terms.TermsID, types.EndInTime(e.ExpiresAt, held)))
	}
	permit.Withheld = types.SortExclusions(permit.Withheld)
	return nil
}

// leftIn says whether what somebody has exclusively of a source keeps who asks in: they have it
// themselves or, where the terms leave the owner in, own the source.
func (r *reader) leftIn(c types.Constraint, by asker) (bool, error) {
	if by.licensee == nil || c.Ended(r.now) {
		return false, nil
	}
	list, err := r.runningExclusives(c.Source.WorkID)
	if err != nil {
		return false, err
	}
	for _, e := range list {
		if e.Terms != c.Terms {
			continue
		}
		if mine, err := r.holds(by, e.Grant.GrantID); err != nil || mine {
			return mine, err
		}
	}
	if t, err := r.termsOf(c.Terms.TermsID); err != nil || t.stored.Exclusivity != types.EXCLUSIVITY_SOLE {
		return false, err
	}
	source, err := r.k.registry.GetWork(r.ctx, c.Source.WorkID)
	return source.OwnedBy(by.licensee), err
}

// holds says whether a grant is the asker's.
func (r *reader) holds(by asker, id types.GrantID) (bool, error) {
	if by.licensee == nil {
		return false, nil
	}
	grant, err := r.k.GetGrant(r.ctx, id)
	if err != nil {
		return false, err
	}
	holder, err := r.k.holderOf(r.ctx, grant)
	return holder.Equals(by.licensee), err
}

// rivals reads what keeps a grant from being given that keeps others out: which grants
// of the work run, and whether a licence that cannot be taken back was offered.
func (r *reader) rivals(id registrytypes.WorkID, work *rules.Work) error {
	held, err := r.heldFor(id)
	if err != nil {
		return err
	}
	it, err := r.k.Running.Iterate(r.ctx, new(collections.Range[running]).
		StartInclusive(collections.Join3(id, nanos(r.now.Add(-held))+1, types.TermsID{})).
		EndExclusive(collections.Join3(id, nanos(types.MaxTime)+1, types.TermsID{})))
	if err != nil {
		return err
	}
	defer it.Close()
	for ; it.Valid(); it.Next() {
		if len(work.Others) == types.MaxRunning {
			work.Crowded = true
			break
		}
		key, err := it.Key()
		if err != nil {
			return err
		}
		t, err := r.termsOf(key.K3())
		if err != nil {
			return err
		}
		other := rules.Running{Terms: t.rules}
		if key.K2() < nanos(types.MaxTime) {
			other.Ends = time.Unix(0, int64(key.K2())).UTC().Add(held)
		}
		work.Others = append(work.Others, other)
	}
	work.Irrevocable, err = r.k.irrevocablyOffered(r.ctx, id)
	return err
}

// irrevocablyOffered says whether a licence that cannot be taken back was ever offered
// on a work: its row stays.
func (k Keeper) irrevocablyOffered(ctx context.Context, work registrytypes.WorkID) (bool, error) {
	keys, err := k.offerKeys(ctx, work)
	if err != nil {
		return false, err
	}
	for _, key := range keys {
		offer, err := k.Offers.Get(ctx, key)
		if err != nil || offer.IrrevocableSince != nil {
			return err == nil, err
		}
	}
	return false, nil
}

// checkBeside refuses to offer for ever what somebody has exclusively, and exclusively
// what everybody has for ever.
func (k Keeper) checkBeside(ctx context.Context, work registrytypes.WorkID, id types.TermsID, t types.Terms, o types.Offer) error {
	if o.Irrevocable(t) {
		list, err := k.exclusives(ctx, work)
		if err != nil || len(list) == 0 {
			return err
		}
		return errorsmod.Wrapf(types.ErrExclusive, "%s: %s can't be offered under %s, which can't be taken back: "+
			"%s", rules.ExclusiveGranted, work, t.Spdx, keepingOut(list))
	}
	if t.Exclusivity == types.EXCLUSIVITY_NONE {
		return nil
	}
	everybody, err := k.irrevocablyOffered(ctx, work)
	if err != nil || !everybody {
		return err
	}
	return refusal(work, rules.Reason{Code: rules.IrrevocableOffered, Permission: id.String()})
}
