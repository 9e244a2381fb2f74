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

// foreignClaim finds the first claim to a content, within the range and in order
// of claim, whose work belongs to somebody else than owner. It passes over
// owner's own claims, so it reads one row more than there are of those.
func (k Keeper) foreignClaim(
	ctx context.Context, owner sdk.AccAddress, within *collections.PairRange[[32]byte, types.ClaimOrder],
) (found types.WorkID, work types.Work, ok bool, err error) {
	err = k.ByDigest.Walk(ctx, within, func(key collections.Pair[[32]byte, types.ClaimOrder]) (bool, error) {
		found = key.K2().Work
		work, err = k.Works.Get(ctx, found)
		ok = err == nil && !work.Owner.Equals(owner)
		return ok, err
	})
	return found, work, ok, err
}

// claimsTo is the range of all claims to a content.
func claimsTo(digest [32]byte) *collections.PairRange[[32]byte, types.ClaimOrder] {
	return collections.NewPrefixedPairRange[[32]byte, types.ClaimOrder](digest)
}

// ranked gives a claim the next free rank among those of its own moment, so that
// no two claims to one content have the same place.
func (k Keeper) ranked(ctx context.Context, digest [32]byte, since types.Priority) (types.Priority, error) {
	since.Rank = 0
	atMoment := claimsTo(digest).
		StartInclusive(types.NewClaimOrder(since, types.WorkID{})).EndInclusive(types.LastAtMoment(since)).Descending()
	err := k.ByDigest.Walk(ctx, atMoment, func(key collections.Pair[[32]byte, types.ClaimOrder]) (bool, error) {
		since.Rank = key.K2().Rank + 1
		return true, nil
	})
	return since, err
}

// contested says whether somebody else claimed the work's content before, and
// whether somebody else did later.
func (k Keeper) contested(ctx context.Context, id types.WorkID, work types.Work) (before, later bool, err error) {
	digest, order := [32]byte(work.Sha256), types.NewClaimOrder(work.ClaimedSince, id)
	if _, _, before, err = k.foreignClaim(ctx, work.Owner, claimsTo(digest).EndExclusive(order)); err != nil {
		return false, false, err
	}
	_, _, later, err = k.foreignClaim(ctx, work.Owner, claimsTo(digest).StartExclusive(order))
	return before, later, err
}
