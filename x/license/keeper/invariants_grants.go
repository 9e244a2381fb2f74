package keeper

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"cosmossdk.io/collections"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// checkGrants: terms and the work that a grant is for exist, the indexes have the grant,
// and what is pinned is what the terms say.
func (k Keeper) checkGrants(ctx context.Context) error {
	return k.Grants.Walk(ctx, nil, func(id types.GrantID, g types.Grant) (bool, error) {
		if err := k.checkGrant(ctx, id, g); err != nil {
			return true, fmt.Errorf("%s: %w", id, err)
		}
		return false, nil
	})
}

func (k Keeper) checkGrant(ctx context.Context, id types.GrantID, g types.Grant) error {
	work := g.Work.WorkID
	if err := k.checkPins(ctx, work, g); err != nil {
		return err
	}
	t, err := k.GetTerms(ctx, g.Terms.TermsID)
	if err != nil {
		return err
	}
	if g.RoyaltyPolicy != t.RoyaltyPolicy || g.RoyaltyRate != t.RoyaltyRate {
		return fmt.Errorf("has %s %d, its terms say %s %d", g.RoyaltyPolicy, g.RoyaltyRate, t.RoyaltyPolicy, t.RoyaltyRate)
	}
	if err := g.ValidateUse(t); err != nil {
		return err
	}
	if user, bound := g.User(); bound {
		if _, err := k.registry.GetWork(ctx, user); err != nil {
			return fmt.Errorf("used_by: %w", err)
		}
	}
	if _, err := k.allowListOf(ctx, g); err != nil {
		return fmt.Errorf("allow_list: %w", err)
	}
	indexed, err := k.GrantsByWork.Has(ctx, collections.Join(work, id))
	if err == nil && !indexed {
		err = fmt.Errorf("is missing from the index by work")
	}
	if err != nil {
		return err
	}
	indexed, err = k.Reserved.Has(ctx, collections.Join3(work, g.UsedBy.WorkID, id))
	if err == nil && indexed == g.Reserved() {
		indexed, err = k.ReservedEnds.Has(ctx, collections.Join3(work, nanos(g.End()), id))
	}
	if err == nil && indexed != g.Reserved() {
		err = fmt.Errorf("stands among those reserved: %t, and is reserved: %t", indexed, g.Reserved())
	}
	if err != nil {
		return err
	}
	for _, key := range heldKeys(id, g) {
		if indexed, err = k.GrantsHeld.Has(ctx, key); err == nil && !indexed {
			err = fmt.Errorf("is missing from the index by holder, under %x", key.K1())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// checkPins: the versions that a grant pins have been.
func (k Keeper) checkPins(ctx context.Context, work registrytypes.WorkID, g types.Grant) error {
	row, err := k.registry.GetWork(ctx, work)
	if err != nil {
		return err
	}
	if err := k.checkPinned(ctx, work, g.DemandsVersion); err != nil {
		return err
	}
	upstream, err := k.royalty.UpstreamVersion(ctx, work)
	if err == nil && (g.WorkVersion == 0 || g.WorkVersion > row.Version || g.UpstreamVersion > upstream) {
		err = fmt.Errorf("pins version %d and upstream version %d of %s, which is at %d and %d",
			g.WorkVersion, g.UpstreamVersion, work, row.Version, upstream)
	}
	if err != nil || g.Withdrawals == 0 {
		return err
	}
	list := registrytypes.WithdrawalList{}
	if row.ManifestVersion > 0 {
		list, err = k.registry.WithdrawalList(ctx, work)
	}
	if err == nil && g.Withdrawals > list.Count {
		err = fmt.Errorf("pins %d withdrawals of items of %s, which has %d", g.Withdrawals, work, list.Count)
	}
	return err
}

// checkGrantIndexes: each entry leads to a grant of that work, and of that holder and
// terms, in its place; nobody holds grants of a work under more than MaxHeldTerms.
func (k Keeper) checkGrantIndexes(ctx context.Context) error {
	err := k.GrantsByWork.Walk(ctx, nil, func(key collections.Pair[registrytypes.WorkID, types.GrantID]) (bool, error) {
		g, err := k.GetGrant(ctx, key.K2())
		if err == nil && g.Work.WorkID != key.K1() {
			err = fmt.Errorf("%s is indexed under %s", key.K2(), key.K1())
		}
		return err != nil, err
	})
	if err != nil {
		return err
	}
	err = k.Reserved.Walk(ctx, nil, func(key reservation) (bool, error) {
		g, err := k.GetGrant(ctx, key.K3())
		if err == nil && (g.Work.WorkID != key.K1() || g.UsedBy.WorkID != key.K2()) {
			err = fmt.Errorf("%s stands among those of %s reserved for %s", key.K3(), key.K1(), key.K2())
		}
		return err != nil, err
	})
	if err != nil {
		return err
	}
	err = k.ReservedEnds.Walk(ctx, nil, func(key reservedEnd) (bool, error) {
		g, err := k.GetGrant(ctx, key.K3())
		if err == nil && (!g.Reserved() || g.Work.WorkID != key.K1() || nanos(g.End()) != key.K2()) {
			err = fmt.Errorf("%s stands among those reserved of %s by another end, or is not reserved", key.K3(), key.K1())
		}
		return err != nil, err
	})
	if err != nil {
		return err
	}
	var last held
	number := 0
	return k.GrantsHeld.Walk(ctx, nil, func(key held) (bool, error) {
		id, _ := types.ReadHeldKey(key.K4())
		g, err := k.GetGrant(ctx, id)
		if err != nil {
			return true, err
		}
		if !slices.ContainsFunc(heldKeys(id, g), func(want held) bool {
			return sameHeld(key)(want) && want.K2() == key.K2() && want.K3() == key.K3()
		}) {
			return true, fmt.Errorf("%s is indexed under %x, %s and %s in place %x", id, key.K1(), key.K2(), key.K3(), key.K4())
		}
		switch {
		case number == 0, !bytes.Equal(last.K1(), key.K1()), last.K2() != key.K2():
			number = 1
		case last.K3() != key.K3(), !types.SameHeld(last.K4(), key.K4()):
			number++
		}
		if last = key; number > types.MaxHeldTerms && key.K1()[0] == 0 {
			return true, fmt.Errorf("%x holds grants of %s under more than %d terms", key.K1(), key.K2(), types.MaxHeldTerms)
		}
		return false, nil
	})
}

// checkGrantUses: each row is of a grant that serves several, and of a work; each such
// grant has as many as it says. What is noted of those who rely on grants is what the
// grants say.
func (k Keeper) checkGrantUses(ctx context.Context) error {
	used := make(map[types.GrantID]uint32)
	relied := 0
	note := func(id types.GrantID, g types.Grant, work registrytypes.WorkID) error {
		if !g.Noted() {
			return nil
		}
		relied++
		noted, err := k.Reliances.Has(ctx, collections.Join4(work, g.Work.WorkID, g.Terms.TermsID, id))
		if err == nil && !noted {
			err = fmt.Errorf("%s relies on %s, which is not noted", work, id)
		}
		return err
	}
	err := k.GrantUses.Walk(ctx, nil, func(key use) (bool, error) {
		g, err := k.GetGrant(ctx, key.K1())
		if err == nil && g.Serves == 1 {
			err = fmt.Errorf("%s serves one derivative and has a row for %s", key.K1(), key.K2())
		}
		if err == nil {
			_, err = k.registry.GetWork(ctx, key.K2())
		}
		if err == nil {
			err = note(key.K1(), g, key.K2())
		}
		used[key.K1()]++
		return err != nil, err
	})
	if err != nil {
		return err
	}
	err = k.Grants.Walk(ctx, nil, func(id types.GrantID, g types.Grant) (bool, error) {
		if g.Serves > 1 && g.Used != used[id] {
			return true, fmt.Errorf("%s is used by %d derivatives, there are rows for %d", id, g.Used, used[id])
		}
		if work, bound := g.User(); bound && g.Used > 0 {
			err := note(id, g, work)
			return err != nil, err
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	return k.Reliances.Walk(ctx, nil, func(key reliance) (bool, error) {
		if relied--; relied < 0 {
			return true, fmt.Errorf("%s is noted as relying on %s, or another work is on another, and does not", key.K1(), key.K4())
		}
		return false, nil
	})
}

// checkAllowLists: each stands under its digest.
func (k Keeper) checkAllowLists(ctx context.Context) error {
	return k.AllowLists.Walk(ctx, nil, func(key []byte, l types.AllowList) (bool, error) {
		if digest := l.Digest(); !bytes.Equal(digest[:], key) || digest.IsZero() {
			return true, fmt.Errorf("the list of %x is that of %s", key, digest)
		}
		return false, nil
	})
}

// checkTallies: no count is below the grants there are or above the terms' maximum, each
// has the latest end of its grants, and the index of ends has just these.
func (k Keeper) checkTallies(ctx context.Context) error {
	sums := make(map[workTerms]types.Tally)
	err := k.Grants.Walk(ctx, nil, func(_ types.GrantID, g types.Grant) (bool, error) {
		key := workTerms{g.Work.WorkID, g.Terms.TermsID}
		sum, end := sums[key], g.End()
		if sum.Given++; sum.Until == nil || sum.Until.Before(end) {
			sum.Until = &end
		}
		sums[key] = sum
		return false, nil
	})
	if err != nil {
		return err
	}
	ends := 0
	err = k.Tallies.Walk(ctx, nil, func(key offered, sum types.Tally) (bool, error) {
		want := sums[workTerms{key.K1(), key.K2()}]
		delete(sums, workTerms{key.K1(), key.K2()})
		if sum.Given < want.Given || (sum.Until == nil) != (want.Until == nil) || want.Until != nil && !want.Until.Equal(*sum.Until) {
			return true, fmt.Errorf("%s under %s has %d grants until %v, noted are %d until %v",
				key.K1(), key.K2(), want.Given, want.Until, sum.Given, sum.Until)
		}
		t, err := k.GetTerms(ctx, key.K2())
		if err == nil && t.MaxGrants > 0 && sum.Given > t.MaxGrants {
			err = fmt.Errorf("%s under %s has %d grants, the most are %d", key.K1(), key.K2(), sum.Given, t.MaxGrants)
		}
		if err != nil || sum.Until == nil {
			return err != nil, err
		}
		ends++
		indexed, err := k.Running.Has(ctx, collections.Join3(key.K1(), nanos(*sum.Until), key.K2()))
		if err == nil && !indexed {
			err = fmt.Errorf("%s under %s is missing from the index of ends", key.K1(), key.K2())
		}
		return err != nil, err
	})
	if err != nil {
		return err
	}
	if len(sums) > 0 {
		return fmt.Errorf("the grants of %d works and terms are not counted", len(sums))
	}
	return k.Running.Walk(ctx, nil, func(key running) (bool, error) {
		if ends--; ends < 0 {
			return true, fmt.Errorf("%s under %s stands twice in the index of ends", key.K1(), key.K3())
		}
		return false, nil
	})
}

// checkGranted: of each work it is known how many derivatives all grants ever given serve.
func (k Keeper) checkGranted(ctx context.Context) error {
	sums := make(map[registrytypes.WorkID]uint64)
	err := k.Tallies.Walk(ctx, nil, func(key offered, sum types.Tally) (bool, error) {
		t, err := k.GetTerms(ctx, key.K2())
		if err == nil && sum.Given > 0 {
			sums[key.K1()] = addGranted(sums[key.K1()], sum.Given, t)
		}
		return err != nil, err
	})
	if err != nil {
		return err
	}
	err = k.GrantedDerivatives.Walk(ctx, nil, func(work registrytypes.WorkID, noted uint64) (bool, error) {
		if want := sums[work]; noted != want || want == 0 {
			return true, fmt.Errorf("grants of %s serve %d derivatives, noted are %d", work, want, noted)
		}
		delete(sums, work)
		return false, nil
	})
	if err == nil && len(sums) > 0 {
		err = fmt.Errorf("of %d works it is not noted how many derivatives their grants serve", len(sums))
	}
	return err
}

// workTerms is a work and terms, which maps can have as their key.
type workTerms struct {
	work  registrytypes.WorkID
	terms types.TermsID
}

// checkExclusives: each running grant that keeps others out is noted, and each that is
// noted is one, with its end; no two overlap that run.
func (k Keeper) checkExclusives(ctx context.Context) error {
	r := k.newReader(ctx)
	noted := make(map[types.GrantID]bool)
	err := k.Exclusives.Walk(ctx, nil, func(work registrytypes.WorkID, row types.Exclusives) (bool, error) {
		if !row.Offered || len(row.Grants) > types.MaxExclusives {
			return true, fmt.Errorf("%s has %d exclusive grants noted, or was never offered so", work, len(row.Grants))
		}
		for i, e := range row.Grants {
			if err := r.checkExclusive(work, e); err != nil {
				return true, fmt.Errorf("%s: %w", work, err)
			}
			if i > 0 && bytes.Compare(row.Grants[i-1].Grant.GrantID[:], e.Grant.GrantID[:]) >= 0 {
				return true, fmt.Errorf("%s: exclusive grant %d is out of order", work, i)
			}
			noted[e.Grant.GrantID] = true
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	if err := k.checkWatched(ctx); err != nil {
		return err
	}
	return k.Grants.Walk(ctx, nil, func(id types.GrantID, g types.Grant) (bool, error) {
		if ended, err := r.hasEnded(g); err != nil || ended || noted[id] {
			return err != nil, err
		}
		t, err := k.GetTerms(ctx, g.Terms.TermsID)
		if err == nil && t.Exclusivity != types.EXCLUSIVITY_NONE {
			err = fmt.Errorf("%s keeps others out and is not noted", id)
		}
		return err != nil, err
	})
}

// checkWatched: it is counted what is made of each work that is offered under terms that keep
// others out.
func (k Keeper) checkWatched(ctx context.Context) error {
	return k.Offers.Walk(ctx, nil, func(key offered, _ types.Offer) (bool, error) {
		t, err := k.GetTerms(ctx, key.K2())
		if err != nil || t.Exclusivity == types.EXCLUSIVITY_NONE {
			return err != nil, err
		}
		has, err := k.Exclusives.Has(ctx, key.K1())
		if err == nil && !has {
			err = fmt.Errorf("%s is offered under %s, which keep others out, and it is not counted what is made of it", key.K1(), key.K2())
		}
		return err != nil, err
	})
}

// checkExclusive: the grant is one of the work under exclusive terms, as noted, and no
// other that runs overlaps with it.
func (r *reader) checkExclusive(work registrytypes.WorkID, e types.ExclusiveGrant) error {
	k, ctx := r.k, r.ctx
	g, err := k.GetGrant(ctx, e.Grant.GrantID)
	if err != nil {
		return err
	}
	t, err := k.GetTerms(ctx, e.Terms.TermsID)
	if err != nil {
		return err
	}
	noted := types.Grant{ExpiresAt: e.ExpiresAt}
	if g.Work.WorkID != work || g.Terms != e.Terms || !g.End().Equal(noted.End()) || t.Exclusivity == types.EXCLUSIVITY_NONE {
		return fmt.Errorf("%s is noted as another grant than it is, or keeps nobody out", e.Grant)
	}
	clock, err := r.clock(work)
	if err != nil || !e.Runs(clock) {
		return err
	}
	of := collections.NewPrefixedPairRange[registrytypes.WorkID, types.GrantID](work)
	return k.GrantsByWork.Walk(ctx, of, func(key collections.Pair[registrytypes.WorkID, types.GrantID]) (bool, error) {
		other, err := k.GetGrant(ctx, key.K2())
		if err != nil || key.K2() == e.Grant.GrantID || other.Expired(clock) {
			return err != nil, err
		}
		terms, err := k.GetTerms(ctx, other.Terms.TermsID)
		if err == nil && t.Rules().Excludes(terms.Rules()) {
			err = fmt.Errorf("%s overlaps with %s, which keeps others out", key.K2(), e.Grant)
		}
		return err != nil, err
	})
}
