package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/registry/types"
)

// maxBlanked is how many versions one message blanks.
const maxBlanked = 256

// BlankText takes back the text of one version of a work, or of all if version is
// 0, and returns the versions that had any. The owner can in any status, and
// governance. Fingerprints are text: look-ups by those of the current version no
// longer find the work. It fails with ErrNotOwner or ErrNothingToBlank.
func (k Keeper) BlankText(ctx context.Context, sender sdk.AccAddress, id types.WorkID, version uint32) ([]uint32, error) {
	work, err := k.GetWork(ctx, id)
	if err != nil {
		return nil, err
	}
	if sender.String() != k.authority {
		if err := work.CheckControl(id, sender, types.ActBlank); err != nil {
			return nil, err
		}
	}
	first, last := version, version
	switch {
	case version > work.Version:
		return nil, errorsmod.Wrapf(types.ErrInvalidMessage, "%s has versions 1 to %d, not %d", id, work.Version, version)
	case version == 0 && work.Version > maxBlanked:
		return nil, errorsmod.Wrapf(types.ErrInvalidMessage, "%s has %d versions, a message blanks up to %d: name the version",
			id, work.Version, maxBlanked)
	case version == 0:
		first, last = 1, work.Version
	}
	var blanked []uint32
	for v := first; v <= last; v++ {
		had, err := k.blank(ctx, id, &work, v)
		if err != nil {
			return nil, err
		}
		if had {
			blanked = append(blanked, v)
		}
	}
	if len(blanked) == 0 {
		return nil, errorsmod.Wrapf(types.ErrNothingToBlank, "%s: the text is blanked already, or there was none", id)
	}
	return blanked, events.Emit(ctx, &types.EventTextBlanked{
		Work: id, Sender: sender.String(), Versions: blanked,
	})
}

// blank takes the text of one version and says whether it had any.
func (k Keeper) blank(ctx context.Context, id types.WorkID, work *types.Work, version uint32) (bool, error) {
	revision, err := k.revisionOf(ctx, id, *work, version)
	if err != nil || !revision.Details.HasText() {
		return false, err
	}
	bare := revision.Blank()
	if version != work.Version {
		return true, k.Revisions.Set(ctx, collections.Join(id, version), bare)
	}
	if err := k.moveFingerprints(ctx, id, revision.Details.Fingerprints, nil); err != nil {
		return false, err
	}
	if err := work.SetRevision(bare); err != nil {
		return false, err
	}
	return true, k.Works.Set(ctx, id, *work)
}
