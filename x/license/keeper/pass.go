package keeper

import (
	"context"
	"errors"
	"slices"
	"time"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Paid terms that a derivation was made under stay obtainable at the price of then, for
// uses of what was made under them: else a source's owner would close every derivative
// by closing an offer. What is had so is a pass: a row of its own, which no decision about
// the source looks at.

type priceKey = collections.Triple[registrytypes.WorkID, types.TermsID, uint32]

func priceOf(c types.Constraint) priceKey {
	return collections.Join3(c.Source.WorkID, c.Terms.TermsID, c.PriceVersion)
}

// keepPrice gives an offer the version of what it asks, where its terms make a use paid
// by a grant, and keeps that if it is new.
func (k Keeper) keepPrice(ctx context.Context, key offered, t types.Terms, o *types.Offer) error {
	if !t.PaidByGrant() {
		return nil
	}
	last, version, err := k.lastPrice(ctx, key)
	if err != nil {
		return err
	}
	now := types.Price{Price: o.PriceUnder(t), Licensees: o.Licensees}
	if version == 0 || !last.Equal(now) {
		version++
		if err := k.Prices.Set(ctx, collections.Join3(key.K1(), key.K2(), version), now); err != nil {
			return err
		}
	}
	o.PriceVersion = version
	return nil
}

// lastPrice is the newest version of what was asked of a work under terms; 0: none was.
func (k Keeper) lastPrice(ctx context.Context, key offered) (price types.Price, version uint32, err error) {
	prefix := collections.TripleSuperPrefix[registrytypes.WorkID, types.TermsID, uint32](key.K1(), key.K2())
	it, err := k.Prices.Iterate(ctx, new(collections.Range[priceKey]).Prefix(prefix).Descending())
	if err != nil {
		return price, 0, err
	}
	defer it.Close()
	if !it.Valid() {
		return price, 0, nil
	}
	row, err := it.KeyValue()
	return row.Value, row.Key.K3(), err
}

// PassRequest is what a licensee asks for and the most they agree to.
type PassRequest struct {
	Licensee sdk.AccAddress
	// Work is the source, and Terms are those that UsesOf was made from it under.
	Work   registrytypes.WorkID
	Terms  types.TermsID
	UsesOf registrytypes.WorkID
	// MaxFee also picks the denom of the price.
	MaxFee *sdk.Coin
	// Seen has the version of what is demanded of UsesOf, as the licensee saw it.
	Seen types.Conditions
}

// AcquirePass lets an account use a work as the terms of one of its sources make paid, at
// the least price that the work was ever made at and that was promised to the account, in the
// denom of its choice, which is a payment to the source. Whether the
// terms are still offered, and how many grants were given, is not asked. Where the terms
// have a duration, a pass that still runs lasts longer by it. It fails with the error of
// the reason: the work was not made so, the source is disputed or invalidated, or the offer
// of then named others.
func (k Keeper) AcquirePass(ctx context.Context, r PassRequest) (given types.Pass, epoch uint64, err error) {
	source, err := k.registry.GetWork(ctx, r.Work)
	if err != nil {
		return types.Pass{}, 0, err
	}
	if err := k.checkSellsPasses(ctx, r); err != nil {
		return types.Pass{}, 0, err
	}
	price, made, err := k.passPrice(ctx, r.UsesOf, r.Work, r.Terms, r.Licensee)
	if err != nil {
		return types.Pass{}, 0, err
	}
	reason := rules.Reason{Permission: r.Terms.String()}
	switch {
	case !made:
		return types.Pass{}, 0, errorsmod.Wrapf(refusal(r.Work, rules.Reason{Code: rules.NotOffered, Permission: r.Terms.String()}),
			"%s was not made from it under these, or they sell no use by a grant", r.UsesOf)
	case onHold(source):
		reason.Code = rules.WorkDisputed
	case statusOf(source) == rules.Invalidated:
		reason.Code = rules.WorkInvalidated
	case price.Empty():
		reason.Code = rules.NotLicensee
	}
	if reason.Code != "" {
		return types.Pass{}, 0, refusal(r.Work, reason)
	}
	fee, err := types.PickPrice(price, r.MaxFee)
	if err != nil {
		return types.Pass{}, 0, err
	}
	if err := k.checkPassSeen(ctx, r); err != nil {
		return types.Pass{}, 0, err
	}
	key := collections.Join4(r.Licensee, r.UsesOf, r.Work, r.Terms)
	pass := types.Pass{Fee: *fee, GivenAt: sdk.UnwrapSDKContext(ctx).BlockTime().UTC()}
	held := source.HeldFor(pass.GivenAt)
	if pass.ExpiresAt, err = k.passEnd(ctx, key, pass.GivenAt, held); err != nil {
		return types.Pass{}, 0, err
	}
	if epoch, err = k.royalty.PayPromised(ctx, r.Licensee, r.Work, *fee); err != nil {
		return types.Pass{}, 0, errorsmod.Wrapf(err, "pay the fee of %s", fee)
	}
	if err := k.setPass(ctx, key, pass); err != nil {
		return types.Pass{}, 0, err
	}
	pass = pass.InTime(held)
	return pass, epoch, events.Emit(ctx, &types.EventPassGiven{
		Work: r.Work, Terms: r.Terms, Licensee: r.Licensee.String(), UsesOf: r.UsesOf, Fee: fee.String(), ExpiresAt: pass.ExpiresAt,
	})
}

// checkSellsPasses fails with ErrOfferNotFound where all that a pass could serve is counted at
// grants. Terms that nobody published are not told apart from such as nothing was made under.
func (k Keeper) checkSellsPasses(ctx context.Context, r PassRequest) error {
	terms, err := k.GetTerms(ctx, r.Terms)
	switch {
	case errors.Is(err, types.ErrTermsNotFound):
		return nil
	case err != nil:
		return err
	case terms.UsesPerGrant > 0 && !terms.SellsPasses():
		return errorsmod.Wrapf(types.ErrOfferNotFound, "%s: %s counts uses, also of what is made under it: acquire a grant of %s",
			rules.NotOffered, r.Terms, r.Work)
	}
	return nil
}

// setPass stores a pass, and where it is found by its id if it ends.
func (k Keeper) setPass(ctx context.Context, key passed, p types.Pass) error {
	if p.ExpiresAt != nil {
		row := types.NewPassKey(key.K1(), key.K2(), key.K3(), key.K4())
		id := row.ID()
		if known, err := k.PassKeys.Has(ctx, id[:]); err != nil {
			return err
		} else if !known {
			if err := k.PassKeys.Set(ctx, id[:], row); err != nil {
				return err
			}
		}
	}
	return k.Passes.Set(ctx, key, p)
}

// passKey finds a pass that ends by its id.
func (k Keeper) passKey(ctx context.Context, id registrytypes.Digest) (types.PassKey, error) {
	key, err := k.PassKeys.Get(ctx, id[:])
	return key, errorsmod.Wrapf(err, "pass %s", id)
}

// endOfPass is when a pass ends as of now, given by its id.
func (r *reader) endOfPass(id registrytypes.Digest) (time.Time, error) {
	key, err := r.k.passKey(r.ctx, id)
	if err != nil {
		return time.Time{}, err
	}
	pass, err := r.k.Passes.Get(r.ctx, collections.Join4(key.Licensee, key.UsesOf.WorkID, key.Work.WorkID, key.Terms.TermsID))
	if err != nil {
		return time.Time{}, err
	}
	return r.endInTime(key.Work.WorkID, pass.ExpiresAt)
}

// passEnd is when a pass ends that is acquired now, by the clock of the source, which has been
// on hold for so long. It fails with ErrGrantExists when the account has one that never ends.
func (k Keeper) passEnd(ctx context.Context, key passed, now time.Time, held time.Duration) (*time.Time, error) {
	terms, err := k.GetTerms(ctx, key.K4())
	if err != nil {
		return nil, err
	}
	before, had, err := k.Passes.Find(ctx, key)
	if err != nil {
		return nil, err
	}
	if terms.Duration == nil {
		if had {
			return nil, errorsmod.Wrapf(types.ErrGrantExists, "%s has a pass for %s already, which never ends", key.K1(), key.K2())
		}
		return nil, nil
	}
	from := now.Add(-held)
	if had && before.ExpiresAt.After(from) {
		from = *before.ExpiresAt
	}
	end := from.Add(*terms.Duration).UTC()
	if at := end.Add(held); !at.Before(types.MaxTime) {
		return nil, errorsmod.Wrapf(types.ErrNotRenewable, "the pass would run until %s, the latest end is before %s: extend it later",
			at.Format(time.RFC3339), types.MaxTime.Format(time.RFC3339))
	}
	return &end, nil
}

// betterThanPass says whether a grant is to be had of the source under the same terms,
// which permits more, and costs less in each denom of the pass. At one price both are told: a grant
// is used up by what is made.
func betterThanPass(pass types.Obtainable) func(types.Obtainable) bool {
	return func(o types.Obtainable) bool {
		if !o.UsesOf.IsZero() || o.Work != pass.Work || o.Terms != pass.Terms || o.NeedsApproval {
			return false
		}
		return !slices.ContainsFunc(pass.Price, func(c sdk.Coin) bool {
			found, price := o.Price.Find(c.Denom)
			return !found || price.Amount.GTE(c.Amount)
		})
	}
}

func namedPass(key passed, p types.Pass) types.NamedPass {
	return types.NamedPass{Licensee: key.K1().String(), UsesOf: key.K2(), Work: key.K3(), Terms: key.K4(), Pass: p}
}

// askPass finds out whether who asks has a pass, or can have one, for what a source makes
// paid of a work's uses.
func (q *inquiry) askPass(work registrytypes.WorkID, source registrytypes.Work, row types.Constraint, c *rules.Constraint) error {
	if row.PriceVersion == 0 {
		return nil
	}
	if q.licensee != nil {
		pass, found, err := q.k.Passes.Find(q.ctx, collections.Join4(q.licensee, work, row.Source.WorkID, row.Terms.TermsID))
		if err != nil {
			return err
		}
		if c.Passed = found; found && pass.ExpiresAt != nil {
			c.PassEnds = *types.EndInTime(pass.ExpiresAt, source.HeldFor(q.now))
		}
	}
	if onHold(source) { // of one that was invalidated nothing is asked
		return nil
	}
	price, _, err := q.k.passPrice(q.ctx, work, row.Source.WorkID, row.Terms.TermsID, q.licensee)
	c.PassSold = !price.Empty()
	return err
}

// obtainablePass describes a pass for a work that its source sells.
func (q *inquiry) obtainablePass(work registrytypes.WorkID) func(registrytypes.WorkID, rules.Alternative) (types.Obtainable, error) {
	return func(source registrytypes.WorkID, a rules.Alternative) (types.Obtainable, error) {
		terms, err := types.ParseTermsID(a.ID)
		if err != nil {
			return types.Obtainable{}, err
		}
		t, err := q.termsOf(terms)
		if err != nil {
			return types.Obtainable{}, err
		}
		price, _, err := q.k.passPrice(q.ctx, work, source, terms, q.licensee)
		if err != nil {
			return types.Obtainable{}, err
		}
		demands, err := q.k.demandsOn(q.ctx, work)
		if err != nil {
			return types.Obtainable{}, err
		}
		o := types.Obtainable{
			Conditions: types.Conditions{DemandsVersion: demands.Version},
			Work:       source, Terms: terms, Preset: types.PresetName(terms), Spdx: t.stored.Spdx, UsesOf: work, Price: price,
		}
		if t.stored.Duration != nil {
			end := q.now.Add(*t.stored.Duration)
			o.ExpiresAt = &end
		}
		return o, nil
	}
}

// met reads by what demands on a work are met: the grants, and the passes of who asks that end.
func (q *inquiry) met(work registrytypes.WorkID, means []rules.Means) (met types.Met, err error) {
	for _, m := range means {
		if m.Grant != "" {
			id, err := types.ParseGrantID(m.Grant)
			if err != nil {
				return met, err
			}
			grant, err := q.k.GetGrant(q.ctx, id)
			if err != nil {
				return met, err
			}
			met.Add(types.Met{Grants: []types.MetGrant{grant.Met(id)}})
			continue
		}
		source, terms, err := readAncestor(m.Source, m.TermsID)
		if err != nil {
			return met, err
		}
		if !m.Ends.IsZero() {
			met.Add(types.Met{Passes: []registrytypes.Digest{types.NewPassKey(q.licensee, work, source, terms).ID()}})
		}
	}
	return met, nil
}
