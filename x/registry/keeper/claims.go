package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/registry/types"
)

// now is the priority of what the running transaction claims. Outside of
// transactions (genesis, block hooks) the index counts as 0.
func now(ctx sdk.Context) types.Priority {
	return types.Priority{Time: ctx.BlockTime(), TxIndex: uint32(max(0, ctx.TxIndex()))}
}

// claims are those to one content. Nearly every content has one claim, so that
// one is a row to itself, found without an iterator; from the second on, and once
// one was ruled invalid, those that stand are in the ordered index. Works are
// never removed, so there is no way back.
type claims struct {
	digest  types.Digest
	claimed bool
	// sole is the work of the only claim; zero, which is no work's id, when the
	// claims are listed in the index.
	sole types.WorkID
}

func (k Keeper) claimsTo(ctx context.Context, digest types.Digest) (claims, error) {
	sole, claimed, err := k.SoleClaims.Find(ctx, digest)
	return claims{digest, claimed, sole}, err
}

func (c claims) listed() bool { return c.claimed && c.sole == types.WorkID{} }

// inOrder is the range of listed claims in the ordered index.
func (c claims) inOrder() *collections.PairRange[types.Digest, types.ClaimOrder] {
	return collections.NewPrefixedPairRange[types.Digest, types.ClaimOrder](c.digest)
}

// addClaim adds a work to the claims to its content. One that was ruled invalid
// takes no place, but from then on the others are listed.
func (k Keeper) addClaim(ctx context.Context, c claims, id types.WorkID, work types.Work) error {
	if !c.claimed && work.Stands() {
		return k.SoleClaims.Set(ctx, c.digest, id)
	}
	if err := k.list(ctx, c); err != nil || !work.Stands() {
		return err
	}
	return k.ByDigest.Set(ctx, collections.Join(c.digest, types.NewClaimOrder(work.Place(), id)))
}

// list moves the only claim to a content, if there is one, into the index.
func (k Keeper) list(ctx context.Context, c claims) error {
	if c.listed() {
		return nil
	}
	if c.claimed {
		first, err := k.Works.Get(ctx, c.sole)
		if err != nil {
			return err
		}
		if err := k.ByDigest.Set(ctx, collections.Join(c.digest, types.NewClaimOrder(first.Place(), c.sole))); err != nil {
			return err
		}
	}
	return k.SoleClaims.Set(ctx, c.digest, types.WorkID{})
}

// dropClaim takes a work out of the order of the claims to its content.
func (k Keeper) dropClaim(ctx context.Context, c claims, id types.WorkID, work types.Work) error {
	if err := k.list(ctx, c); err != nil {
		return err
	}
	return k.ByDigest.Remove(ctx, collections.Join(c.digest, types.NewClaimOrder(work.Place(), id)))
}

// moveClaim gives a work another place among the claims to its content.
func (k Keeper) moveClaim(ctx context.Context, c claims, id types.WorkID, from, to types.Priority) error {
	if !c.listed() {
		return nil // a sole claim's place is in its work's row alone
	}
	if err := k.ByDigest.Remove(ctx, collections.Join(c.digest, types.NewClaimOrder(from, id))); err != nil {
		return err
	}
	return k.ByDigest.Set(ctx, collections.Join(c.digest, types.NewClaimOrder(to, id)))
}

// rival finds the first claim to a content whose work belongs to somebody else
// than owner.
func (k Keeper) rival(ctx context.Context, owner sdk.AccAddress, c claims) (found types.WorkID, work types.Work, ok bool, err error) {
	switch {
	case !c.claimed:
		return types.WorkID{}, types.Work{}, false, nil
	case c.listed():
		return k.foreignClaim(ctx, owner, c.inOrder())
	}
	work, err = k.Works.Get(ctx, c.sole)
	return c.sole, work, err == nil && !work.Owner.Equals(owner), err
}

// foreignClaim finds the first of the listed claims to a content, within the range
// and in order of claim, whose work belongs to somebody else than owner. It
// passes over owner's own claims, so it reads one row more than there are of
// those.
func (k Keeper) foreignClaim(
	ctx context.Context, owner sdk.AccAddress, within *collections.PairRange[types.Digest, types.ClaimOrder],
) (found types.WorkID, work types.Work, ok bool, err error) {
	err = k.ByDigest.Walk(ctx, within, func(key collections.Pair[types.Digest, types.ClaimOrder]) (bool, error) {
		found = key.K2().Work
		work, err = k.Works.Get(ctx, found)
		ok = err == nil && !work.Owner.Equals(owner)
		return ok, err
	})
	return found, work, ok, err
}

// ranked gives a claim the next free rank among those of its own moment, so that
// no two claims to one content have the same place.
func (k Keeper) ranked(ctx context.Context, c claims, since types.Priority) (types.Priority, error) {
	since.Rank = 0
	switch {
	case !c.claimed:
		return since, nil
	case !c.listed():
		sole, err := k.Works.Get(ctx, c.sole)
		if err == nil && sole.Place().SameMoment(since) {
			since.Rank = sole.Place().Rank + 1
		}
		return since, err
	}
	atMoment := c.inOrder().
		StartInclusive(types.NewClaimOrder(since, types.WorkID{})).EndInclusive(types.LastAtMoment(since)).Descending()
	err := k.ByDigest.Walk(ctx, atMoment, func(key collections.Pair[types.Digest, types.ClaimOrder]) (bool, error) {
		since.Rank = key.K2().Rank + 1
		return true, nil
	})
	return since, err
}

// contested says whether somebody else's claim to the work's content stands
// before it, and whether one does behind it.
func (k Keeper) contested(ctx context.Context, id types.WorkID, work types.Work) (before, later bool, err error) {
	c, err := k.claimsTo(ctx, work.Sha256.Digest)
	if err != nil || !c.listed() {
		return false, false, err
	}
	order := types.NewClaimOrder(work.Place(), id)
	if _, _, before, err = k.foreignClaim(ctx, work.Owner, c.inOrder().EndExclusive(order)); err != nil {
		return false, false, err
	}
	_, _, later, err = k.foreignClaim(ctx, work.Owner, c.inOrder().StartExclusive(order))
	return before, later, err
}
