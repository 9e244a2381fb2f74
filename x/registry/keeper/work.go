package keeper

import (
	"context"
	"errors"
	"strings"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/registry/types"
)

// GetWork reads a work's row. It fails with ErrWorkNotFound.
func (k Keeper) GetWork(ctx context.Context, id types.WorkID) (types.Work, error) {
	work, err := k.Works.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return work, errorsmod.Wrapf(types.ErrWorkNotFound, "%s: register it first, or check the id", id)
	}
	return work, err
}

// WalkWorks visits all works, for what other modules check of them.
func (k Keeper) WalkWorks(ctx context.Context, do func(id types.WorkID, work types.Work) error) error {
	return k.Works.Walk(ctx, nil, func(id types.WorkID, work types.Work) (bool, error) {
		err := do(id, work)
		return err != nil, err
	})
}

// Revise adds a version of a work's details and returns its number. Older
// versions stay. A work with a manifest may get a new one with it. Only the owner of an active or withdrawn work can.
func (k Keeper) Revise(
	ctx context.Context, owner sdk.AccAddress, id types.WorkID, details types.Details, roots *types.Roots,
) (uint32, error) {
	work, err := k.Control(ctx, owner, id, types.ActRevise)
	if err != nil {
		return 0, err
	}
	if details, err = details.Normalized(); err != nil {
		return 0, err
	}
	previous, err := work.Revision()
	if err != nil {
		return 0, err
	}
	// Roles of sources, and so what passes on from them, are decided by it.
	if details.Kind != previous.Details.Kind {
		return 0, errorsmod.Wrapf(types.ErrInvalidDetails, "kind is %s since the registration and stays: leave it, or "+
			"register another work",
			strings.ToLower(strings.TrimPrefix(previous.Details.Kind.String(), "KIND_")))
	}
	if err := k.Revisions.Set(ctx, collections.Join(id, work.Version), previous); err != nil {
		return 0, err
	}
	if err := k.moveFingerprints(ctx, id, previous.Details.Fingerprints, details.Fingerprints); err != nil {
		return 0, err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	work.Version++
	if roots != nil {
		if err := k.reviseManifest(ctx, id, &work, work.Version, *roots); err != nil {
			return 0, err
		}
	}
	if err := work.SetRevision(types.Revision{Details: details, CreatedAt: sdkCtx.BlockTime()}); err != nil {
		return 0, err
	}
	if err := k.Works.Set(ctx, id, work); err != nil {
		return 0, err
	}
	return work.Version, events.Emit(ctx, &types.EventWorkRevised{Work: id, Version: work.Version, Manifest: roots})
}

// moveFingerprints makes the index follow from one version's fingerprints to the
// next's. What is in both is written twice, which the store takes as one.
func (k Keeper) moveFingerprints(ctx context.Context, id types.WorkID, from, to []types.Fingerprint) error {
	for _, f := range from {
		if err := k.ByFingerprint.Remove(ctx, collections.Join(types.FingerprintHash(f.Scheme, f.Value), id)); err != nil {
			return err
		}
	}
	for _, f := range to {
		if err := k.ByFingerprint.Set(ctx, collections.Join(types.FingerprintHash(f.Scheme, f.Value), id)); err != nil {
			return err
		}
	}
	return nil
}

// Withdraw ends new grants on a work. The owner of an active work can.
func (k Keeper) Withdraw(ctx context.Context, owner sdk.AccAddress, id types.WorkID) error {
	return k.changeStatus(ctx, owner, id, types.ActWithdraw, types.STATUS_ACTIVE, types.STATUS_WITHDRAWN)
}

// Restore makes a withdrawn work active again. The owner can.
func (k Keeper) Restore(ctx context.Context, owner sdk.AccAddress, id types.WorkID) error {
	return k.changeStatus(ctx, owner, id, types.ActRestore, types.STATUS_WITHDRAWN, types.STATUS_ACTIVE)
}

// Invalidate takes a work's claim out of the order of those to its content, for
// good: a ruling said that it is not its registrant's to claim. The row stays. It
// fails with ErrInvalidStatus when that was said before.
func (k Keeper) Invalidate(ctx context.Context, id types.WorkID) error {
	work, err := k.GetWork(ctx, id)
	if err != nil {
		return err
	}
	if !work.Stands() {
		return errorsmod.Wrapf(types.ErrInvalidStatus, "%s was ruled invalid before", id)
	}
	c, err := k.claimsTo(ctx, work.Sha256.Digest)
	if err != nil {
		return err
	}
	if err := k.dropClaim(ctx, c, id, work); err != nil {
		return err
	}
	work.Status = types.STATUS_INVALIDATED
	if work.Hold != nil {
		hold := *work.Hold
		hold.Resumes = types.STATUS_UNSPECIFIED
		work.Hold = &hold
	}
	if err := k.Works.Set(ctx, id, work); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventWorkStatusChanged{Work: id, Status: work.Status})
}

func (k Keeper) changeStatus(
	ctx context.Context, owner sdk.AccAddress, id types.WorkID, act types.Act, from, to types.Status,
) error {
	work, err := k.Control(ctx, owner, id, act)
	if err != nil {
		return err
	}
	if work.Status != from {
		return errorsmod.Wrapf(types.ErrInvalidStatus, "%s is %s: only a work that is %s can become %s", id, work.Status, from, to)
	}
	work.Status = to
	if err := k.Works.Set(ctx, id, work); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventWorkStatusChanged{Work: id, Status: to})
}

// Revision returns a work's details in one of its versions. It fails with
// ErrWorkNotFound, and with collections.ErrNotFound for a version that has not been.
func (k Keeper) Revision(ctx context.Context, id types.WorkID, version uint32) (types.Revision, error) {
	work, err := k.GetWork(ctx, id)
	if err != nil {
		return types.Revision{}, err
	}
	revision, err := k.revisionOf(ctx, id, work, version)
	if err != nil {
		return revision, errorsmod.Wrapf(err, "version %d of %s", version, id)
	}
	return revision, nil
}

// revisionOf reads one version of a work's details, from 1 to the current.
func (k Keeper) revisionOf(ctx context.Context, id types.WorkID, work types.Work, version uint32) (types.Revision, error) {
	if version == work.Version {
		return work.Revision()
	}
	return k.Revisions.Get(ctx, collections.Join(id, version))
}
