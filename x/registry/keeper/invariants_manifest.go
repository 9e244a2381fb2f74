package keeper

import (
	"bytes"
	"context"
	"fmt"

	"cosmossdk.io/collections"

	"github.com/stemma-chain/stemma/x/registry/types"
)

// checkManifests: those of a work are as in a genesis, and there are no others.
func (k Keeper) checkManifests(ctx context.Context) error {
	err := k.Works.Walk(ctx, nil, func(id types.WorkID, work types.Work) (bool, error) {
		w := types.GenesisWork{Id: id, Work: work}
		err := k.exportManifests(ctx, &w)
		if err == nil {
			err = work.ValidateManifests(w.Manifests)
		}
		if err == nil {
			err = types.ValidateWithdrawals(w.Withdrawals)
		}
		if err != nil {
			return true, fmt.Errorf("%s: %w", id, err)
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	return k.Manifests.Walk(ctx, nil, func(key collections.Pair[types.WorkID, uint32], _ types.Manifest) (bool, error) {
		work, err := k.GetWork(ctx, key.K1())
		if err == nil && work.ManifestVersion == 0 {
			err = fmt.Errorf("%s has a manifest of version %d, its row says that it has none", key.K1(), key.K2())
		}
		return err != nil, err
	})
}

// checkWithdrawals: numbers go up from 1, the row of the list is the sum of them, and the index has each and nothing else.
func (k Keeper) checkWithdrawals(ctx context.Context) error {
	lists := map[types.WorkID]types.WithdrawalList{}
	err := k.Withdrawals.Walk(ctx, nil, func(key collections.Pair[types.WorkID, uint64], w types.Withdrawal) (bool, error) {
		said := w.ListSha256
		list := lists[key.K1()].With(&w)
		lists[key.K1()] = list
		number, err := k.Withdrawn.Get(ctx, collections.Join3(key.K1(), w.Sha256.Digest, w.Contributor))
		if err == nil && (number != key.K2() || list.Count != number || said != w.ListSha256) {
			err = fmt.Errorf("withdrawal %d of %s is number %d in its index, and number %d of its list, with another digest or not",
				key.K2(), key.K1(), number, list.Count)
		}
		return err != nil, err
	})
	if err != nil {
		return err
	}
	err = k.WithdrawalLists.Walk(ctx, nil, func(id types.WorkID, list types.WithdrawalList) (bool, error) {
		if list != lists[id] || list.Count == 0 {
			return true, fmt.Errorf("the list of withdrawals of %s has %d, its row says %d", id, lists[id].Count, list.Count)
		}
		delete(lists, id)
		work, err := k.GetWork(ctx, id)
		if err == nil && work.ManifestVersion == 0 {
			err = fmt.Errorf("%s has withdrawals, but no manifest", id)
		}
		return err != nil, err
	})
	if err == nil && len(lists) > 0 {
		err = fmt.Errorf("%d works have withdrawals, but no row that counts them", len(lists))
	}
	if err != nil {
		return err
	}
	return k.Withdrawn.Walk(ctx, nil, func(key collections.Triple[types.WorkID, types.Digest, []byte], number uint64) (bool, error) {
		w, err := k.Withdrawals.Get(ctx, collections.Join(key.K1(), number))
		if err == nil && (w.Sha256.Digest != key.K2() || !bytes.Equal(w.Contributor, key.K3())) {
			err = fmt.Errorf("withdrawal %d of %s is another in the index", number, key.K1())
		}
		return err != nil, err
	})
}
