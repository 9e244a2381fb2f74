package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/registry/types"
)

// newClaim is a registration that has passed all checks.
type newClaim struct {
	id        types.WorkID
	others    claims
	work      types.Work
	details   types.Details
	manifest  *types.Roots
	contested bool
}

// Register records works of one registrant, who owns them, and returns their ids
// in order; all or none. The entries are valid and each content is there once.
// The same registrant can register a content once (ErrAlreadyRegistered); a
// content that somebody else has claimed needs allowContested or an anchor that
// puts it before every such claim (ErrAlreadyClaimed). Errors name the entry by its index.
func (k Keeper) Register(
	ctx context.Context, registrant sdk.AccAddress, entries []types.Entry, allowContested bool,
) ([]types.WorkID, error) {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	// All reads come before all writes: iterating between writes makes the store
	// sort them again each time.
	claims := make([]newClaim, len(entries))
	for i, entry := range entries {
		claim, err := k.newClaim(sdkCtx, registrant, entry, allowContested)
		if err != nil {
			return nil, errorsmod.Wrapf(err, "works[%d]", i)
		}
		claims[i] = claim
	}
	ids := make([]types.WorkID, len(claims))
	for i, claim := range claims {
		ids[i] = claim.id
		if err := k.store(sdkCtx, claim); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// newClaim checks one entry against the state and writes nothing.
func (k Keeper) newClaim(ctx sdk.Context, registrant sdk.AccAddress, entry types.Entry, allowContested bool) (newClaim, error) {
	details, err := entry.Details.Normalized()
	if err != nil {
		return newClaim{}, err
	}
	id := types.NewWorkID(registrant, entry.Sha256)
	others, err := k.claimsTo(ctx, entry.Sha256)
	if err != nil {
		return newClaim{}, err
	}
	if others.claimed { // or was, by one that was ruled invalid
		if registered, err := k.Works.Has(ctx, id); err != nil {
			return newClaim{}, err
		} else if registered {
			return newClaim{}, errorsmod.Wrapf(types.ErrAlreadyRegistered, "%s: you registered this content before; revise that work", id)
		}
	}
	work := types.Work{
		Owner: registrant, Registrant: registrant, Sha256: types.DigestBytes{Digest: entry.Sha256}, Status: types.STATUS_ACTIVE, Version: 1,
		ClaimedSince: now(ctx), RegisteredAt: ctx.BlockTime(),
	}
	if entry.AnchorProof != nil {
		if err := k.date(ctx, &work, *entry.AnchorProof); err != nil {
			return newClaim{}, err
		}
	}
	contested, err := k.admit(ctx, id, &work, others, allowContested)
	if entry.Manifest != nil {
		work.ManifestVersion = 1
	}
	return newClaim{id, others, work, details, entry.Manifest, contested}, err
}

// admit decides whether a claim may join the others to its content, and gives it
// its place. It returns whether another's claim stands before it.
func (k Keeper) admit(
	ctx sdk.Context, id types.WorkID, work *types.Work, others claims, allowContested bool,
) (contested bool, err error) {
	rival, rivalWork, foreign, err := k.rival(ctx, work.Owner, others)
	if err != nil {
		return false, err
	}
	place := work.ClaimedSince
	if !work.AnchorRoot.IsZero() {
		if place, err = k.revealed(ctx, others, id, place); err != nil {
			return false, err
		}
	}
	contested = foreign && !place.Before(rivalWork.Place())
	if contested && !allowContested {
		return false, alreadyClaimed(others.digest, *work, rival, rivalWork)
	}
	if place, err = k.ranked(ctx, others, place); err != nil {
		return false, err
	}
	work.SetPlace(place)
	return contested, nil
}

// alreadyClaimed says whose claim stands before one that is not to be contested.
func alreadyClaimed(digest types.Digest, work types.Work, rival types.WorkID, rivalWork types.Work) error {
	way := "prove an anchor older than that"
	if work.ClaimedSince.Before(rivalWork.Place()) {
		way = "your anchor is older, but was not revealed within the registry's reveal_window after an earlier " +
			"registration; it is evidence for a dispute"
	}
	return errorsmod.Wrapf(types.ErrAlreadyClaimed,
		"sha256 %s is claimed by %s (%s) since %s: %s, or set allow_contested to register a contested claim",
		digest, rival, rivalWork.Owner, rivalWork.ClaimedSince.Text(), way)
}

// store writes a claim's rows and says so.
func (k Keeper) store(ctx sdk.Context, c newClaim) error {
	if err := c.work.SetRevision(types.Revision{Details: c.details, CreatedAt: c.work.RegisteredAt}); err != nil {
		return err
	}
	if err := k.Works.Set(ctx, c.id, c.work); err != nil {
		return err
	}
	if err := k.index(ctx, c.id, c.work, c.others, c.details.Fingerprints); err != nil {
		return err
	}
	if c.manifest != nil {
		if err := k.Manifests.Set(ctx, collections.Join(c.id, c.work.ManifestVersion), c.manifest.Row()); err != nil {
			return err
		}
	}
	return events.Emit(ctx, &types.EventWorkRegistered{
		Work: c.id, Owner: c.work.Owner.String(), Sha256: c.work.Sha256.Digest, Kind: c.details.Kind,
		Contested: c.contested, AnchorRoot: c.work.AnchorRoot.Digest, PlacedAt: c.work.PlacedAt,
		Manifest: c.manifest,
	})
}

// index writes the entries of a work that is new to the indexes.
func (k Keeper) index(ctx context.Context, id types.WorkID, work types.Work, others claims, fingerprints []types.Fingerprint) error {
	if err := k.addClaim(ctx, others, id, work); err != nil {
		return err
	}
	if err := k.ByOwner.Set(ctx, collections.Join(work.Owner, id)); err != nil {
		return err
	}
	return k.moveFingerprints(ctx, id, nil, fingerprints)
}
