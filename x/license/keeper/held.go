package keeper

import (
	"bytes"
	"context"
	"slices"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// addGrant stores a new grant with its index entries and sums. More is how many it
// adds to those ever given.
func (k Keeper) addGrant(ctx context.Context, id types.GrantID, g types.Grant, more uint64, t types.Terms) error {
	if err := k.Grants.Set(ctx, id, g); err != nil {
		return err
	}
	if err := k.GrantsByWork.Set(ctx, collections.Join(g.Work.WorkID, id)); err != nil {
		return err
	}
	if err := k.moveReserved(ctx, id, types.Grant{}, g); err != nil {
		return err
	}
	for _, key := range heldKeys(id, g) {
		if err := k.GrantsHeld.Set(ctx, key); err != nil {
			return err
		}
	}
	return k.tally(ctx, id, g, more, t)
}

// replaceGrant stores a grant anew and moves its index entries where they changed.
func (k Keeper) replaceGrant(ctx context.Context, id types.GrantID, before, g types.Grant) error {
	if err := k.Grants.Set(ctx, id, g); err != nil {
		return err
	}
	if err := k.moveReserved(ctx, id, before, g); err != nil {
		return err
	}
	old, now := heldKeys(id, before), heldKeys(id, g)
	for _, key := range old {
		if !slices.ContainsFunc(now, sameHeld(key)) {
			if err := k.GrantsHeld.Remove(ctx, key); err != nil {
				return err
			}
		}
	}
	for _, key := range now {
		if !slices.ContainsFunc(old, sameHeld(key)) {
			if err := k.GrantsHeld.Set(ctx, key); err != nil {
				return err
			}
		}
	}
	return nil
}

// heldKeys are where a grant stands in GrantsHeld: under its licensee and, where it is
// for one derivative, under that.
func heldKeys(id types.GrantID, g types.Grant) []held {
	holders := []types.Approved{{Licensee: g.Licensee}}
	if user, bound := g.User(); bound {
		holders = append(holders, types.Approved{Derivative: user})
	}
	keys := make([]held, len(holders))
	for i, holder := range holders {
		keys[i] = collections.Join4(holder.Key(), g.Work.WorkID, g.Terms.TermsID, g.HeldKey(id))
	}
	return keys
}

// sameHeld compares keys of one grant: its work and terms never change.
func sameHeld(a held) func(held) bool {
	return func(b held) bool { return bytes.Equal(a.K1(), b.K1()) && bytes.Equal(a.K4(), b.K4()) }
}

// beyond is a last part of a key that comes after those of all grants under the same terms.
var beyond = bytes.Repeat([]byte{0xff}, 5)

// lastTerms is the last id that terms can have.
var lastTerms = types.TermsID(bytes.Repeat([]byte{0xff}, len(types.TermsID{})))

// firstHeld finds the most useful grant of a work under each terms, and each version of
// demands that grants under them pin, that somebody holds any under, in order of both: at
// most MaxHeldTerms. It seeks once for each, whatever the number of grants.
func (k Keeper) firstHeld(ctx context.Context, holder types.Approved, work registrytypes.WorkID) ([]held, error) {
	var list []held
	from := collections.Join4(holder.Key(), work, types.TermsID{}, []byte(nil))
	for len(list) < types.MaxHeldTerms {
		found, err := k.seekHeld(ctx, from, collections.Join4(holder.Key(), work, lastTerms, beyond), 1)
		if err != nil || len(found) == 0 {
			return list, err
		}
		list = append(list, found[0])
		_, end := types.ClassKeys(found[0].K4(), types.HeldClasses-1)
		from = collections.Join4(holder.Key(), work, found[0].K3(), end)
	}
	return list, nil
}

// seekHeld lists the keys from one on and before another, at most so many.
func (k Keeper) seekHeld(ctx context.Context, from, to held, most int) (list []held, err error) {
	it, err := k.GrantsHeld.Iterate(ctx, new(collections.Range[held]).StartInclusive(from).EndExclusive(to))
	if err != nil {
		return nil, err
	}
	defer it.Close()
	for ; it.Valid() && len(list) < most; it.Next() {
		key, err := it.Key()
		if err != nil {
			return nil, err
		}
		list = append(list, key)
	}
	return list, nil
}

// checkRoom refuses a grant of a work under one more terms, or under the same when more is
// demanded of the work, to an account that holds some under MaxHeldTerms: an answer looks
// at all of them.
func (k Keeper) checkRoom(ctx context.Context, account sdk.AccAddress, id types.GrantID, g types.Grant) error {
	list, err := k.firstHeld(ctx, types.Approved{Licensee: account}, g.Work.WorkID)
	known := func(h held) bool { return h.K3() == g.Terms.TermsID && types.SameHeld(h.K4(), g.HeldKey(id)) }
	if err != nil || len(list) < types.MaxHeldTerms || slices.ContainsFunc(list, known) {
		return err
	}
	return errorsmod.Wrapf(types.ErrTooManyTerms, "%s holds grants of %s under %d terms, or demands of sources that differ, "+
		"the most there may be: use another account", account, g.Work.WorkID, len(list))
}

// addHeld adds what somebody holds of a work: of the grants under each terms, and of each
// version of demands, the one that serves best and, where it does not do, such as are used up.
func (q *inquiry) addHeld(holder types.Approved, id registrytypes.WorkID, demands *types.Demands, known *rules.Work) error {
	list, err := q.k.firstHeld(q.ctx, holder, id)
	if err != nil {
		return err
	}
	for _, first := range list {
		terms, err := q.termsOf(first.K3())
		if err != nil {
			return err
		}
		counted := terms.stored.CountsUses()
		grant, class := types.ReadHeldKey(first.K4())
		if class == 0 {
			g, _, err := q.addGrant(grant, demands, known)
			if err != nil {
				return err
			}
			ended, err := q.hasEnded(g)
			if err != nil {
				return err
			}
			if g.ExpiresAt == nil || q.use.Makes() && !ended && !counted {
				continue
			}
		}
		last := byte(1) // of grants whose uses are not counted none is in a further class
		if counted {
			last = types.HeldClasses - 1
		}
		for class = max(class, 1); class <= last; class++ {
			if err := q.addClass(first, class, demands, known); err != nil {
				return err
			}
		}
	}
	return nil
}

// addClass adds the grant that runs longest among those of a group which serve no
// further derivative, or pay for no further use: other uses may rest on it, and an answer tells why it
// serves none. What moved on with the work that uses it is passed over. Of those that are
// for the derivative alone all are added: it may rely on some.
func (q *inquiry) addClass(group held, class byte, demands *types.Demands, known *rules.Work) error {
	from, to := types.ClassKeys(group.K4(), class)
	list, err := q.k.seekHeld(q.ctx, collections.Join4(group.K1(), group.K2(), group.K3(), from),
		collections.Join4(group.K1(), group.K2(), group.K3(), to), types.MaxUsedGrants)
	if err != nil {
		return err
	}
	own := !q.derivative.IsZero() && bytes.Equal(group.K1(), types.Approved{Derivative: q.derivative}.Key())
	for _, key := range list {
		grant, _ := types.ReadHeldKey(key.K4())
		if _, added, err := q.addGrant(grant, demands, known); err != nil || added && !own {
			return err
		}
	}
	return nil
}

// addGrant adds a grant unless it moved on with the derivative that uses it, or is
// another's.
func (q *inquiry) addGrant(id types.GrantID, demands *types.Demands, known *rules.Work) (g types.Grant, added bool, err error) {
	if g, err = q.k.GetGrant(q.ctx, id); err != nil {
		return g, false, err
	}
	holder, err := q.k.holderOf(q.ctx, g)
	if err != nil || !holder.Equals(q.licensee) {
		return g, false, err
	}
	if admitted, err := q.k.admits(q.ctx, holder, g); err != nil || !admitted {
		return g, false, err
	}
	a, err := q.reader.grant(id, g, q.derivative)
	if err != nil || slices.ContainsFunc(known.Alternatives, func(o rules.Alternative) bool { return o.ID == a.ID }) {
		return g, err == nil, err
	}
	if err := q.pin(g.Work.WorkID, demands, g.DemandsVersion, &a); err != nil {
		return g, false, err
	}
	judged := known.Constraints
	if a.Pinned {
		judged = a.Constraints
	}
	if a.Owes, err = q.owesUnder(g, judged); err != nil {
		return g, false, err
	}
	known.Alternatives = append(known.Alternatives, a)
	return g, true, nil
}
