package keeper

import (
	"context"
	"fmt"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/registry/types"
)

// InitGenesis writes parameters and tables and rebuilds the indexes. Broken data is refused.
func (k Keeper) InitGenesis(ctx context.Context, gs types.GenesisState) error {
	if err := gs.Validate(); err != nil {
		return err
	}
	if err := gs.HappenedBefore(sdk.UnwrapSDKContext(ctx).BlockTime()); err != nil {
		return err
	}
	if err := k.Params.Set(ctx, gs.Params); err != nil {
		return err
	}
	for _, w := range gs.Works {
		if err := k.initWork(ctx, w); err != nil {
			return errorsmod.Wrap(err, w.Id.String())
		}
	}
	for _, a := range gs.Anchors {
		account, err := sdk.AccAddressFromBech32(a.Account)
		if err != nil {
			return err
		}
		if err := k.Anchors.Set(ctx, collections.Join(account, a.Root), a.Anchor); err != nil {
			return err
		}
	}
	return nil
}

func (k Keeper) initWork(ctx context.Context, w types.GenesisWork) error {
	id, last := w.Id, len(w.Revisions)-1
	if err := w.Work.SetRevision(w.Revisions[last]); err != nil {
		return err
	}
	if err := k.Works.Set(ctx, id, w.Work); err != nil {
		return err
	}
	for i, revision := range w.Revisions[:last] {
		if err := k.Revisions.Set(ctx, collections.Join(id, uint32(i)+1), revision); err != nil {
			return err
		}
	}
	for i, owner := range w.Owners {
		if err := k.Owners.Set(ctx, collections.Join(id, uint32(i)+1), owner); err != nil {
			return err
		}
	}
	if w.Transfer != nil {
		if err := k.Transfers.Set(ctx, id, *w.Transfer); err != nil {
			return err
		}
	}
	if err := k.initManifests(ctx, w); err != nil {
		return err
	}
	others, err := k.claimsTo(ctx, w.Work.Sha256.Digest)
	if err != nil {
		return err
	}
	return k.index(ctx, id, w.Work, others, w.Revisions[last].Details.Fingerprints)
}

// initManifests writes a work's manifests and the withdrawals of their items.
func (k Keeper) initManifests(ctx context.Context, w types.GenesisWork) error {
	for _, m := range w.Manifests {
		if err := k.Manifests.Set(ctx, collections.Join(w.Id, m.Version), m.Manifest); err != nil {
			return err
		}
	}
	var list types.WithdrawalList
	for _, row := range w.Withdrawals {
		list = list.With(&row)
		if err := k.Withdrawals.Set(ctx, collections.Join(w.Id, list.Count), row); err != nil {
			return err
		}
		if err := k.Withdrawn.Set(ctx, collections.Join3(w.Id, row.Sha256.Digest, row.Contributor), list.Count); err != nil {
			return err
		}
	}
	if list.Count == 0 {
		return nil
	}
	return k.WithdrawalLists.Set(ctx, w.Id, list)
}

// exportManifests adds a work's manifests and withdrawals.
func (k Keeper) exportManifests(ctx context.Context, w *types.GenesisWork) error {
	if w.Work.ManifestVersion == 0 {
		return nil
	}
	err := k.Manifests.Walk(ctx, collections.NewPrefixedPairRange[types.WorkID, uint32](w.Id),
		func(key collections.Pair[types.WorkID, uint32], m types.Manifest) (bool, error) {
			w.Manifests = append(w.Manifests, types.GenesisManifest{Version: key.K2(), Manifest: m})
			return false, nil
		})
	if err != nil {
		return err
	}
	return k.Withdrawals.Walk(ctx, collections.NewPrefixedPairRange[types.WorkID, uint64](w.Id),
		func(_ collections.Pair[types.WorkID, uint64], row types.Withdrawal) (bool, error) {
			row.ListSha256 = types.DigestBytes{}
			w.Withdrawals = append(w.Withdrawals, row)
			return false, nil
		})
}

// ExportGenesis returns parameters and all tables: works in order of id, anchors in order of
// account and root.
func (k Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	gs := &types.GenesisState{Params: params}
	err = k.Works.Walk(ctx, nil, func(id types.WorkID, work types.Work) (bool, error) {
		gs.Works = append(gs.Works, types.GenesisWork{Id: id, Work: work})
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	for i := range gs.Works {
		if err := k.exportParts(ctx, &gs.Works[i]); err != nil {
			return nil, err
		}
	}
	err = k.Anchors.Walk(ctx, nil, func(key collections.Pair[sdk.AccAddress, types.Digest], a types.Anchor) (bool, error) {
		gs.Anchors = append(gs.Anchors, types.GenesisAnchor{
			Account: key.K1().String(), Root: key.K2(), Anchor: a,
		})
		return false, nil
	})
	return gs, err
}

// exportParts adds a work's revisions, later owners and the transfer on offer.
func (k Keeper) exportParts(ctx context.Context, w *types.GenesisWork) error {
	err := k.Revisions.Walk(ctx, collections.NewPrefixedPairRange[types.WorkID, uint32](w.Id),
		func(_ collections.Pair[types.WorkID, uint32], r types.Revision) (bool, error) {
			w.Revisions = append(w.Revisions, r)
			return false, nil
		})
	if err != nil {
		return err
	}
	current, err := w.Work.Revision()
	if err != nil {
		return err
	}
	w.Revisions, w.Work.Current = append(w.Revisions, current), nil
	if w.Owners, err = k.laterOwners(ctx, w.Id); err != nil {
		return err
	}
	if err := k.exportManifests(ctx, w); err != nil {
		return err
	}
	offered, err := k.Transfers.Has(ctx, w.Id)
	if err != nil || !offered {
		return err
	}
	offer, err := k.Transfers.Get(ctx, w.Id)
	w.Transfer = &offer
	return err
}

// laterOwners lists a work's owners after the registrant.
func (k Keeper) laterOwners(ctx context.Context, id types.WorkID) ([]types.Ownership, error) {
	var owners []types.Ownership
	err := k.Owners.Walk(ctx, collections.NewPrefixedPairRange[types.WorkID, uint32](id),
		func(key collections.Pair[types.WorkID, uint32], o types.Ownership) (bool, error) {
			if want := uint32(len(owners)) + 1; key.K2() != want {
				return true, fmt.Errorf("%s has owner %d where %d comes next", id, key.K2(), want)
			}
			owners = append(owners, o)
			return false, nil
		})
	return owners, err
}
