package keeper

import (
	"context"
	"errors"
	"time"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/registry/anchor"
	"github.com/stemma-chain/stemma/x/registry/types"
)

// Anchor stores a Merkle root over total leaves for an account. The same root
// again is refused with ErrAlreadyAnchored: the first time counts.
func (k Keeper) Anchor(ctx context.Context, account sdk.AccAddress, root types.Digest, total uint64) error {
	key := collections.Join(account, root)
	earlier, err := k.Anchors.Get(ctx, key)
	switch {
	case err == nil:
		return errorsmod.Wrapf(types.ErrAlreadyAnchored, "root %s is anchored by %s since %s, which stays its time",
			root, account, earlier.Priority.Text())
	case !errors.Is(err, collections.ErrNotFound):
		return err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	if err := k.Anchors.Set(ctx, key, types.Anchor{Priority: now(sdkCtx), Total: total}); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventAnchored{
		Account: account.String(), Root: root, Total: total,
	})
}

// ProveAnchor dates the claim of a registered work by an anchor that its
// registrant made, moves it forward in the order as far as the reveal window lets
// it, and returns the row. The registrant proves, whoever owns the work now; an
// anchor that is not older than what is proved is refused with ErrInvalidProof.
func (k Keeper) ProveAnchor(
	ctx context.Context, registrant sdk.AccAddress, id types.WorkID, proof types.AnchorProof,
) (types.Work, error) {
	work, err := k.GetWork(ctx, id)
	if err != nil {
		return work, err
	}
	if !work.Registrant.Equals(registrant) {
		return work, errorsmod.Wrapf(types.ErrInvalidProof,
			"%s was registered by %s, not by %s: an anchor serves the account that made it", id, work.Registrant, registrant)
	}
	sdkCtx, since, from := sdk.UnwrapSDKContext(ctx), work.ClaimedSince, work.Place()
	if err := k.date(sdkCtx, &work, proof); err != nil {
		return work, errorsmod.Wrap(err, id.String())
	}
	if !work.ClaimedSince.Before(since) {
		return work, errorsmod.Wrapf(types.ErrInvalidProof, "%s is claimed since %s already, the anchor is of %s: prove an older one",
			id, since.Text(), work.ClaimedSince.Text())
	}
	claims, err := k.claimsTo(ctx, work.Sha256.Digest)
	if err != nil {
		return work, err
	}
	if err := k.advance(sdkCtx, claims, id, &work, from); err != nil {
		return work, err
	}
	if err := k.Works.Set(ctx, id, work); err != nil {
		return work, err
	}
	return work, events.Emit(ctx, &types.EventAnchorProved{
		Work: id, Root: work.AnchorRoot.Digest, ClaimedSince: work.ClaimedSince.Time, PlacedAt: work.PlacedAt,
	})
}

// advance moves a claim that was dated anew from its place to where it stands now.
// A proof never moves a claim back.
func (k Keeper) advance(ctx sdk.Context, c claims, id types.WorkID, work *types.Work, from types.Priority) error {
	to, err := k.revealed(ctx, c, id, work.ClaimedSince)
	if err != nil {
		return err
	}
	if !to.Before(from) {
		work.SetPlace(from)
		return nil
	}
	if to, err = k.ranked(ctx, c, to); err != nil {
		return err
	}
	work.SetPlace(to)
	if !work.Stands() {
		return nil
	}
	return k.moveClaim(ctx, c, id, from, to)
}

// revealed is the moment at which a claim stands whose anchor is proved now: the
// anchor's, but not before a claim of any other work that was registered longer
// ago than the reveal window. So one anchor over all the world's digests does not
// win every work, and a claim passes only claims of the window. Owners do not
// matter here: they change, and places do not.
//
// Claims of the window that stand between are skipped: each has an anchor of its
// own that is older than the window, so it cost its registrant more than this
// costs.
func (k Keeper) revealed(ctx sdk.Context, c claims, id types.WorkID, anchored types.Priority) (types.Priority, error) {
	if !c.claimed || c.sole == id {
		return anchored, nil
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return anchored, err
	}
	opened := ctx.BlockTime().Add(-params.RevealWindow)
	if !opened.After(anchored.Time) {
		return anchored, nil
	}
	if !c.listed() {
		other, err := k.Works.Get(ctx, c.sole)
		if err == nil && other.RegisteredAt.Before(opened) && anchored.Before(other.Place()) {
			anchored = other.Place()
		}
		return anchored, err
	}
	// No claim stands later than it was registered.
	between := c.inOrder().StartInclusive(types.NewClaimOrder(anchored, types.WorkID{})).
		EndExclusive(types.NewClaimOrder(types.Priority{Time: opened}, types.WorkID{})).Descending()
	err = k.ByDigest.Walk(ctx, between, func(key collections.Pair[types.Digest, types.ClaimOrder]) (bool, error) {
		if key.K2().Work == id {
			return false, nil
		}
		other, err := k.Works.Get(ctx, key.K2().Work)
		if err != nil || !other.RegisteredAt.Before(opened) {
			return err != nil, err
		}
		anchored = other.Place()
		return true, nil
	})
	return anchored, err
}

// date checks that an anchor of the work's registrant holds its content, and
// gives the claim that anchor's time. It fails with ErrAnchorNotFound or
// ErrInvalidProof and leaves the rank to be set.
func (k Keeper) date(ctx sdk.Context, work *types.Work, proof types.AnchorProof) error {
	leaf := anchor.Leaf(ctx.ChainID(), work.Registrant, proof.Salt, work.Sha256.Digest)
	anchored, err := k.checkLeaf(ctx, work.Registrant, leaf, proof)
	if err != nil {
		return err
	}
	work.ClaimedSince, work.AnchorRoot, work.RevealedAt = anchored, types.DigestBytes{Digest: proof.Root}, new(time.Time)
	*work.RevealedAt = ctx.BlockTime()
	return nil
}

// CheckStated returns since when an anchor of an account holds a statement of that digest. It fails with
// ErrAnchorNotFound or ErrInvalidProof, as for a content of that digest.
func (k Keeper) CheckStated(
	ctx context.Context, account sdk.AccAddress, statement types.Digest, proof types.AnchorProof,
) (types.Priority, error) {
	leaf := anchor.StatementLeaf(sdk.UnwrapSDKContext(ctx).ChainID(), account, proof.Salt, statement)
	return k.checkLeaf(ctx, account, leaf, proof)
}

// checkLeaf returns since when an anchor of an account holds a leaf.
func (k Keeper) checkLeaf(
	ctx context.Context, account sdk.AccAddress, leaf [32]byte, proof types.AnchorProof,
) (types.Priority, error) {
	anchored, err := k.Anchors.Get(ctx, collections.Join(account, proof.Root))
	switch {
	case errors.Is(err, collections.ErrNotFound):
		return types.Priority{}, errorsmod.Wrapf(types.ErrAnchorNotFound, "root %s of %s: anchor it first, with the account that registers",
			proof.Root, account)
	case err != nil:
		return types.Priority{}, err
	case proof.Total != anchored.Total:
		return types.Priority{}, errorsmod.Wrapf(types.ErrInvalidProof, "total is %d, root %s was anchored over %d leaves",
			proof.Total, proof.Root, anchored.Total)
	}
	if err := proof.Proof().Verify(proof.Root, leaf); err != nil {
		return types.Priority{}, errorsmod.Wrap(types.ErrInvalidProof, err.Error())
	}
	return anchored.Priority, nil
}
