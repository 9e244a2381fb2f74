package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/registry/types"
)

// GetManifest returns the manifest that came with a version of a work. It fails with ErrNoManifest.
func (k Keeper) GetManifest(ctx context.Context, id types.WorkID, version uint32) (types.Roots, error) {
	row, err := k.Manifests.Get(ctx, collections.Join(id, version))
	if errors.Is(err, collections.ErrNotFound) {
		err = errorsmod.Wrapf(types.ErrNoManifest, "none came with version %d of %s: stemmad dataset show %s lists those that did",
			version, id, id)
	}
	return row.Roots(), err
}

// ManifestOf returns the manifest in force in a version of a work, 0 for the current, and the version that it came with.
// It fails with ErrNoManifest.
func (k Keeper) ManifestOf(ctx context.Context, id types.WorkID, work types.Work, version uint32) (types.Roots, uint32, error) {
	if work.ManifestVersion == 0 || version > work.Version {
		return types.Roots{}, 0, errorsmod.Wrapf(types.ErrNoManifest, "%s in version %d: it is in version %d, and its manifest is of version %d "+
			"(0: it was registered without one)", id, version, work.Version, work.ManifestVersion)
	}
	came := work.ManifestVersion
	if version != 0 && version < came {
		it, err := k.Manifests.Iterate(ctx, collections.NewPrefixedPairRange[types.WorkID, uint32](id).EndInclusive(version).Descending())
		if err != nil {
			return types.Roots{}, 0, err
		}
		defer it.Close()
		key, err := it.Key()
		if err != nil {
			return types.Roots{}, 0, err
		}
		came = key.K2()
	}
	roots, err := k.GetManifest(ctx, id, came)
	return roots, came, err
}

// reviseManifest stores a new manifest for a work that has one.
func (k Keeper) reviseManifest(ctx context.Context, id types.WorkID, work *types.Work, version uint32, roots types.Roots) error {
	if work.ManifestVersion == 0 {
		return errorsmod.Wrapf(types.ErrNoManifest, "%s was registered as a content by itself, which it stays: register the manifest as a work",
			id)
	}
	before, err := k.GetManifest(ctx, id, work.ManifestVersion)
	if err != nil {
		return err
	}
	if before == roots {
		return errorsmod.Wrapf(types.ErrInvalidManifest, "it is the one of version %d, which is in force: leave it out", work.ManifestVersion)
	}
	work.ManifestVersion = version
	return k.Manifests.Set(ctx, collections.Join(id, version), roots.Row())
}

// WithdrawItems takes back items of a work's manifest, or all that a contributor gave to it, proved by the manifest that came with
// a version. From the next block on answers deny them. It returns how far the list of the work's withdrawals has come.
// It fails with ErrNotContributor when somebody else asks, ErrNoManifest, ErrInvalidManifest and ErrAlreadyWithdrawn.
func (k Keeper) WithdrawItems(ctx context.Context, sender sdk.AccAddress, msg *types.MsgWithdrawItems) (types.WithdrawalList, error) {
	if _, err := k.GetWork(ctx, msg.Work); err != nil {
		return types.WithdrawalList{}, err
	}
	if err := k.speaksFor(ctx, sender, msg.Contributor); err != nil {
		return types.WithdrawalList{}, err
	}
	roots, err := k.GetManifest(ctx, msg.Work, msg.Version)
	if err != nil {
		return types.WithdrawalList{}, err
	}
	var contents []types.Digest
	if msg.All != nil {
		if _, err := msg.All.Verify(roots); err != nil {
			return types.WithdrawalList{}, errorsmod.Wrap(err, "all")
		}
		contents = append(contents, types.Digest{})
	}
	for i, item := range msg.Items {
		if err := item.Verify(roots, msg.Contributor); err != nil {
			return types.WithdrawalList{}, errorsmod.Wrapf(err, "items[%d]", i)
		}
		contents = append(contents, item.Sha256)
	}
	list, err := k.WithdrawalList(ctx, msg.Work)
	if err != nil {
		return list, err
	}
	key, err := msg.Contributor.Key()
	if err != nil {
		return list, err
	}
	contributor, err := types.ContributorOf(key) // in its one spelling
	if err != nil {
		return list, err
	}
	for _, content := range contents {
		if err := k.addWithdrawal(ctx, msg.Work, contributor, &list, types.Withdrawal{
			Contributor: key, Sha256: types.DigestBytes{Digest: content}, At: sdk.UnwrapSDKContext(ctx).BlockTime(),
		}); err != nil {
			return list, err
		}
	}
	return list, k.WithdrawalLists.Set(ctx, msg.Work, list)
}

// speaksFor tells whether an account decides about what a contributor gave: its own account, or the owner of the work.
func (k Keeper) speaksFor(ctx context.Context, sender sdk.AccAddress, contributor types.Contributor) error {
	if contributor.Account == "" {
		_, err := k.Control(ctx, sender, contributor.Work, types.ActWithdrawItems)
		return err
	}
	account, err := sdk.AccAddressFromBech32(contributor.Account)
	if err == nil && !account.Equals(sender) {
		err = errorsmod.Wrapf(types.ErrNotContributor, "%s: only who contributed an item withdraws it, and %s asks", contributor.Account, sender)
	}
	return err
}

// addWithdrawal writes a withdrawal's rows and says so. It fails with ErrAlreadyWithdrawn.
func (k Keeper) addWithdrawal(
	ctx context.Context, id types.WorkID, contributor types.Contributor, list *types.WithdrawalList, w types.Withdrawal,
) error {
	number, _, err := k.withdrawn(ctx, id, w.Sha256.Digest, w.Contributor)
	if err != nil {
		return err
	}
	if number != 0 {
		return errorsmod.Wrapf(types.ErrAlreadyWithdrawn, "%s of %s: by withdrawal %d of %s",
			orAll(w.Sha256.Digest), contributor.Text(), number, id)
	}
	*list = list.With(&w)
	if err := k.Withdrawals.Set(ctx, collections.Join(id, list.Count), w); err != nil {
		return err
	}
	if err := k.Withdrawn.Set(ctx, collections.Join3(id, w.Sha256.Digest, w.Contributor), list.Count); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventItemsWithdrawn{Work: id, Contributor: contributor, Sha256: w.Sha256.Digest, Number: list.Count})
}

func orAll(content types.Digest) string {
	if content.IsZero() {
		return "all"
	}
	return content.String()
}

// WithdrawalList returns how far the list of a work's withdrawals has come.
func (k Keeper) WithdrawalList(ctx context.Context, id types.WorkID) (types.WithdrawalList, error) {
	list, err := k.WithdrawalLists.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return types.WithdrawalList{}, nil
	}
	return list, err
}

// WithdrawalListAt returns the list of a work's withdrawals as it stood after so many of them. It fails with ErrNoManifest where there
// were fewer.
func (k Keeper) WithdrawalListAt(ctx context.Context, id types.WorkID, count uint64) (types.WithdrawalList, error) {
	if count == 0 {
		return types.WithdrawalList{}, nil
	}
	last, err := k.Withdrawals.Get(ctx, collections.Join(id, count))
	if errors.Is(err, collections.ErrNotFound) {
		err = errorsmod.Wrapf(types.ErrNoManifest, "%s has no withdrawal %d", id, count)
	}
	return types.WithdrawalList{Count: count, Sha256: last.ListSha256.Digest}, err
}

// ItemStatus says whether an item of a work was withdrawn, by itself or with all of its contributor's: of both it names the earlier.
func (k Keeper) ItemStatus(ctx context.Context, id types.WorkID, item types.ContributedItem) (types.ItemStatus, error) {
	key, err := item.Contributor.Key()
	if err != nil {
		return types.ItemStatus{}, err
	}
	number, w, err := k.withdrawn(ctx, id, item.Sha256, key)
	if err != nil || number == 0 {
		return types.ItemStatus{}, err
	}
	return types.ItemStatus{Number: number, At: &w.At}, nil
}

// withdrawn returns the first withdrawal that a content of a contributor is under; number 0: none.
func (k Keeper) withdrawn(
	ctx context.Context, id types.WorkID, content types.Digest, contributor []byte,
) (number uint64, w types.Withdrawal, err error) {
	for _, of := range []types.Digest{content, {}} {
		n, err := k.Withdrawn.Get(ctx, collections.Join3(id, of, contributor))
		switch {
		case errors.Is(err, collections.ErrNotFound):
		case err != nil:
			return 0, w, err
		case number == 0 || n < number:
			number = n
		}
	}
	if number == 0 {
		return 0, w, nil
	}
	w, err = k.Withdrawals.Get(ctx, collections.Join(id, number))
	return number, w, err
}
