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

// ProveAnchor moves the claim of a registered work back to the time of an anchor
// that its registrant made, and returns the new priority. The registrant proves,
// whoever owns the work now; an anchor that is not older is refused with
// ErrInvalidProof.
func (k Keeper) ProveAnchor(
	ctx context.Context, registrant sdk.AccAddress, id types.WorkID, proof types.AnchorProof,
) (types.Priority, error) {
	work, err := k.GetWork(ctx, id)
	if err != nil {
		return types.Priority{}, err
	}
	if !work.Registrant.Equals(registrant) {
		return types.Priority{}, errorsmod.Wrapf(types.ErrInvalidProof,
			"%s was registered by %s, not by %s: an anchor serves the account that made it", id, work.Registrant, registrant)
	}
	sdkCtx, before := sdk.UnwrapSDKContext(ctx), work.ClaimedSince
	if err := k.date(sdkCtx, &work, proof); err != nil {
		return types.Priority{}, errorsmod.Wrap(err, id.String())
	}
	if !work.ClaimedSince.Before(before) {
		return types.Priority{}, errorsmod.Wrapf(types.ErrInvalidProof, "%s is claimed since %s already, the anchor is of %s: prove an older one",
			id, before.Text(), work.ClaimedSince.Text())
	}
	claims, err := k.claimsTo(ctx, work.Sha256.Digest)
	if err != nil {
		return types.Priority{}, err
	}
	if work.ClaimedSince, err = k.ranked(ctx, claims, work.ClaimedSince); err != nil {
		return types.Priority{}, err
	}
	if err := k.moveClaim(ctx, claims, id, before, work.ClaimedSince); err != nil {
		return types.Priority{}, err
	}
	if err := k.Works.Set(ctx, id, work); err != nil {
		return types.Priority{}, err
	}
	return work.ClaimedSince, events.Emit(ctx, &types.EventAnchorProved{
		Work: id, Root: work.AnchorRoot.Digest, ClaimedSince: work.ClaimedSince.Time,
	})
}

// date checks that an anchor of the work's registrant holds its content, and
// gives the claim that anchor's time. It fails with ErrAnchorNotFound or
// ErrInvalidProof and leaves the rank to be set.
func (k Keeper) date(ctx sdk.Context, work *types.Work, proof types.AnchorProof) error {
	anchored, err := k.Anchors.Get(ctx, collections.Join(work.Registrant, proof.Root))
	switch {
	case errors.Is(err, collections.ErrNotFound):
		return errorsmod.Wrapf(types.ErrAnchorNotFound, "root %s of %s: anchor it first, with the account that registers", proof.Root, work.Registrant)
	case err != nil:
		return err
	case proof.Total != anchored.Total:
		return errorsmod.Wrapf(types.ErrInvalidProof, "total is %d, root %s was anchored over %d leaves", proof.Total, proof.Root, anchored.Total)
	}
	leaf := anchor.Leaf(ctx.ChainID(), work.Registrant, proof.Salt, work.Sha256.Digest)
	if err := proof.Proof().Verify(proof.Root, leaf); err != nil {
		return errorsmod.Wrap(types.ErrInvalidProof, err.Error())
	}
	work.ClaimedSince, work.AnchorRoot, work.RevealedAt = anchored.Priority, types.DigestBytes{Digest: proof.Root}, new(time.Time)
	*work.RevealedAt = ctx.BlockTime()
	return nil
}
