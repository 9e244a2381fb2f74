package keeper

import (
	"bytes"
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/registry/sumtree"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

func (k Keeper) initPools(ctx context.Context, gs types.GenesisState) error {
	for _, p := range gs.Pools {
		for _, f := range p.Funds {
			if err := k.Pools.Funds.Set(ctx, collections.Join3(p.Work, p.Version, f.Denom), f.Fund); err != nil {
				return err
			}
		}
		for _, part := range p.Parts {
			if err := k.Pools.Parts.Set(ctx, partOf(p.Work, p.Version, part.Start, part.Denom), part.Amount); err != nil {
				return err
			}
		}
	}
	for _, c := range gs.PoolChanges {
		if err := k.Pools.Changes.Set(ctx, c.Work, c.Change); err != nil {
			return err
		}
		if err := k.Pools.Waiting.Set(ctx, waitsUntil(c.Change.At, c.Work)); err != nil {
			return err
		}
	}
	for _, p := range gs.Payees {
		contributor, err := sdk.AccAddressFromBech32(p.Contributor)
		if err != nil {
			return err
		}
		payee, err := sdk.AccAddressFromBech32(p.Payee)
		if err != nil {
			return err
		}
		if err := k.Pools.Payees.Set(ctx, contributor, payee); err != nil {
			return err
		}
	}
	return k.checkPools(ctx)
}

func (k Keeper) exportPools(ctx context.Context, gs *types.GenesisState) error {
	err := k.Pools.Funds.Walk(ctx, nil, func(key fundKey, fund types.PoolFund) (bool, error) {
		last := len(gs.Pools) - 1
		if last < 0 || gs.Pools[last].Work != key.K1() || gs.Pools[last].Version != key.K2() {
			gs.Pools = append(gs.Pools, types.GenesisPool{Work: key.K1(), Version: key.K2()})
			last++
		}
		gs.Pools[last].Funds = append(gs.Pools[last].Funds, types.DenomFund{Denom: key.K3(), Fund: fund})
		return false, nil
	})
	if err != nil {
		return err
	}
	for i := range gs.Pools {
		p := &gs.Pools[i]
		of := collections.NewSuperPrefixedQuadRange[registrytypes.WorkID, uint32, uint64, string](p.Work, p.Version)
		err := k.Pools.Parts.Walk(ctx, of, func(key partKey, amount math.Int) (bool, error) {
			p.Parts = append(p.Parts, types.CollectedPart{Start: key.K3(), Denom: key.K4(), Amount: amount})
			return false, nil
		})
		if err != nil {
			return err
		}
	}
	err = k.Pools.Changes.Walk(ctx, nil, func(work registrytypes.WorkID, change types.PoolChange) (bool, error) {
		gs.PoolChanges = append(gs.PoolChanges, types.GenesisPoolChange{Work: work, Change: change})
		return false, nil
	})
	if err != nil {
		return err
	}
	return k.Pools.Payees.Walk(ctx, nil, func(contributor sdk.AccAddress, payee []byte) (bool, error) {
		gs.Payees = append(gs.Payees, types.GenesisPayee{Contributor: contributor.String(), Payee: sdk.AccAddress(payee).String()})
		return false, nil
	})
}

// checkPools: a pool has had no less than was collected of it, which its parts have had; it is of a manifest that there is, and so is
// one that holds revenue, of that work and once; and what waits is queued.
func (k Keeper) checkPools(ctx context.Context) error {
	collected := map[partPot]math.Int{}
	err := k.Pools.Parts.Walk(ctx, nil, func(key partKey, amount math.Int) (bool, error) {
		at := partPot{key.K1(), key.K2(), key.K4()}
		if sum, found := collected[at]; found {
			amount = amount.Add(sum)
		}
		collected[at] = amount
		return false, nil
	})
	if err != nil {
		return err
	}
	err = k.Pools.Funds.Walk(ctx, nil, func(key fundKey, fund types.PoolFund) (bool, error) {
		at := partPot{key.K1(), key.K2(), key.K3()}
		sum, found := collected[at]
		if !found {
			sum = math.ZeroInt()
		}
		delete(collected, at)
		err := fund.Validate()
		if err == nil && !sum.Equal(fund.Collected) {
			err = types.ErrBrokenInvariant.Wrapf("%s were collected by its parts, and %s as the pool says", sum, fund.Collected)
		}
		if err == nil {
			_, err = k.registry.GetManifest(ctx, at.work, at.version)
		}
		return err != nil, errorsmod.Wrapf(err, "pool of version %d of %s in %s", at.version, at.work, at.denom)
	})
	if err != nil {
		return err
	}
	if len(collected) > 0 {
		return types.ErrBrokenInvariant.Wrapf("parts of %d pools have had something, and the pools nothing", len(collected))
	}
	if err := k.checkParts(ctx); err != nil {
		return err
	}
	if err := k.checkPoolHolders(ctx); err != nil {
		return err
	}
	return k.checkPoolChanges(ctx)
}

// checkParts: no part of a pool has had more than is due to all that lies between its start and that of the next part that has had
// something. Else what is due to the others would be more than is left.
func (k Keeper) checkParts(ctx context.Context) error {
	var of partKey // the part that is read, with amounts by denom
	var amounts []sdk.Coin
	var roots registrytypes.Roots
	check := func(end uint64) error {
		for _, had := range amounts {
			fund, err := k.Pools.Funds.Get(ctx, collections.Join3(of.K1(), of.K2(), had.Denom))
			if err != nil {
				return err
			}
			if of.K3() >= end || end > roots.Weight || had.Amount.GT(sumtree.Due(fund.Total, end-of.K3(), roots.Weight)) {
				return types.ErrBrokenInvariant.Wrapf("of version %d of %s the part from %d to %d of %d at most has had %s, of %s that the pool had",
					of.K2(), of.K1(), of.K3(), end, roots.Weight, had, fund.Total)
			}
		}
		amounts = amounts[:0]
		return nil
	}
	err := k.Pools.Parts.Walk(ctx, nil, func(key partKey, amount math.Int) (bool, error) {
		samePool := len(amounts) > 0 && key.K1() == of.K1() && key.K2() == of.K2()
		end := roots.Weight
		if samePool {
			end = key.K3()
		}
		if !samePool || key.K3() != of.K3() {
			if err := check(end); err != nil {
				return true, err
			}
		}
		if !samePool {
			var err error
			if roots, err = k.registry.GetManifest(ctx, key.K1(), key.K2()); err != nil {
				return true, err
			}
		}
		of, amounts = key, append(amounts, sdk.Coin{Denom: key.K4(), Amount: amount})
		return false, nil
	})
	if err != nil {
		return err
	}
	return check(roots.Weight)
}

// partPot names a pool's money in a denom.
type partPot struct {
	work    registrytypes.WorkID
	version uint32
	denom   string
}

func (k Keeper) checkPoolHolders(ctx context.Context) error {
	return k.Holders.Walk(ctx, nil, func(key collections.Pair[registrytypes.WorkID, uint32], table types.Holders) (bool, error) {
		pools := 0
		for _, s := range table.Shares {
			work, version, is := types.PoolOf(s.Account)
			if !is {
				continue
			}
			if pools++; pools > 1 || work != key.K1() {
				return true, types.ErrBrokenInvariant.Wrapf("version %d of the holders of %s has a pool of %s, the %d.",
					key.K2(), key.K1(), work, pools)
			}
			if _, err := k.registry.GetManifest(ctx, work, version); err != nil {
				return true, err
			}
		}
		return false, nil
	})
}

func (k Keeper) checkPoolChanges(ctx context.Context) error {
	waiting := 0
	err := k.Pools.Changes.Walk(ctx, nil, func(work registrytypes.WorkID, change types.PoolChange) (bool, error) {
		waiting++
		err := change.Validate()
		if err == nil {
			_, err = k.registry.GetManifest(ctx, work, change.Version)
		}
		if queued, found := k.Pools.Waiting.Has(ctx, waitsUntil(change.At, work)); err == nil && (found != nil || !queued) {
			err = types.ErrBrokenInvariant.Wrapf("the change of the pool of %s waits for %s and is not queued (%v)", work, change.At, found)
		}
		return err != nil, err
	})
	if err != nil {
		return err
	}
	err = k.Pools.Waiting.Walk(ctx, nil, func(waitKey) (bool, error) {
		waiting--
		return false, nil
	})
	if err == nil && waiting != 0 {
		err = types.ErrBrokenInvariant.Wrapf("%d more changes of pools are queued than wait", -waiting)
	}
	if err != nil {
		return err
	}
	return k.Pools.Payees.Walk(ctx, nil, func(contributor sdk.AccAddress, payee []byte) (bool, error) {
		if bytes.Equal(contributor, payee) {
			return true, types.ErrBrokenInvariant.Wrapf("%s names itself as its payee", contributor)
		}
		return false, nil
	})
}

// RefusePools is bank's restriction of what is sent to contributor pools: nobody would ever get it.
func RefusePools(_ context.Context, _, to sdk.AccAddress, _ sdk.Coins) (sdk.AccAddress, error) {
	work, version, is := types.PoolOf(to)
	if is {
		return to, types.ErrInvalidShares.Wrapf("%s holds what contributors to version %d of %s share: nothing can be sent to it, pay the work",
			to, version, work)
	}
	return to, nil
}
