package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/registry/types"
)

// Earliest returns the work whose claim to a content stands first, whatever its
// owner made of it since; found is false where no claim stands.
func (k Keeper) Earliest(ctx context.Context, digest types.Digest) (id types.WorkID, found bool, err error) {
	c, err := k.claimsTo(ctx, digest)
	if err != nil || !c.listed() {
		return c.sole, c.claimed, err
	}
	err = k.ByDigest.Walk(ctx, c.inOrder(), func(key collections.Pair[types.Digest, types.ClaimOrder]) (bool, error) {
		id, found = key.K2().Work, true
		return true, nil
	})
	return id, found, err
}

// Rivals returns the claims of others to a work's content that stand before it
// and behind it. Either side reads at most MaxRivalsCounted keys, and the rows of
// works until MaxRivalsNamed are found: what it costs has a bound, whatever
// somebody else registers.
func (k Keeper) Rivals(
	ctx context.Context, id types.WorkID, work types.Work,
) (before, behind types.Rivals, err error) {
	c, err := k.claimsTo(ctx, work.Sha256.Digest)
	if err != nil || !c.listed() {
		// A sole claim has none, and of an invalid one the others are listed.
		return before, behind, err
	}
	order := types.NewClaimOrder(work.Place(), id)
	if before, err = k.rivals(ctx, work.Owner, c.inOrder().EndExclusive(order)); err != nil {
		return before, behind, err
	}
	behind, err = k.rivals(ctx, work.Owner, c.inOrder().StartExclusive(order))
	return before, behind, err
}

func (k Keeper) rivals(
	ctx context.Context, owner sdk.AccAddress, within *collections.PairRange[types.Digest, types.ClaimOrder],
) (found types.Rivals, err error) {
	seen := 0
	err = k.ByDigest.Walk(ctx, within, func(key collections.Pair[types.Digest, types.ClaimOrder]) (bool, error) {
		if seen++; seen > types.MaxRivalsCounted {
			found.AtLeast = true
			return true, nil
		}
		if len(found.Works) == types.MaxRivalsNamed {
			found.Count++ // without reading whose it is
			return false, nil
		}
		work, err := k.Works.Get(ctx, key.K2().Work)
		if err == nil && !work.Owner.Equals(owner) {
			found.Works, found.Count = append(found.Works, key.K2().Work), found.Count+1
		}
		return false, err
	})
	return found, err
}

// Resembling lists works whose current details have a fingerprint, given in its
// one spelling: in order of id, at most limit.
func (k Keeper) Resembling(
	ctx context.Context, scheme, value string, limit int,
) (works []types.WorkID, err error) {
	within := collections.NewPrefixedPairRange[types.Digest, types.WorkID](types.FingerprintHash(scheme, value))
	err = k.ByFingerprint.Walk(ctx, within, func(key collections.Pair[types.Digest, types.WorkID]) (bool, error) {
		if len(works) < limit {
			works = append(works, key.K2())
		}
		return len(works) == limit, nil
	})
	return works, err
}
