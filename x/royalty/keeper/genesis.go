package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// InitGenesis stores a genesis state that is valid and creates the module's
// account, which payments credit without looking. It fails with ErrInvalidGenesis, or with
// ErrInvalidUnit where bank's genesis has a symbol of another denom.
func (k Keeper) InitGenesis(ctx context.Context, gs types.GenesisState) error {
	if err := gs.Validate(); err != nil {
		return err
	}
	if err := gs.HappenedBefore(sdk.UnwrapSDKContext(ctx).BlockTime()); err != nil {
		return err
	}
	k.accounts.GetModuleAccount(ctx, types.ModuleName)
	if err := k.initUnits(ctx, gs.Params); err != nil {
		return err
	}
	if err := k.Params.Set(ctx, gs.Params); err != nil {
		return err
	}
	for _, w := range gs.Works {
		if err := k.initWork(ctx, w); err != nil {
			return err
		}
	}
	for _, s := range gs.Stages {
		for _, stage := range []*types.Stage{&s.Stages.Paid, &s.Stages.Received, &s.Stages.Earned} {
			stage.FlushedAt = min(stage.FlushedAt, heightOf(ctx))
			stage.Due = within(stage.Due, heightOf(ctx)+flow.MaxLateAfter)
		}
		if err := k.Stages.Set(ctx, collections.Join(s.Work, s.Denom), s.Stages); err != nil {
			return err
		}
	}
	for _, b := range gs.Balances {
		if err := k.initBalance(ctx, b); err != nil {
			return err
		}
	}
	for _, t := range gs.Turnovers {
		if err := k.Turnovers.Set(ctx, t.Denom, t.Turnover); err != nil {
			return err
		}
	}
	if err := k.initPaymentChannels(ctx, gs); err != nil {
		return err
	}
	if err := k.initArrears(ctx, gs); err != nil {
		return err
	}
	if err := k.initPools(ctx, gs); err != nil {
		return err
	}
	return k.initQueues(ctx, gs)
}

// initWork stores a work with its lists. An export may come from a longer chain: what
// was before this one begins was before its first block.
func (k Keeper) initWork(ctx context.Context, w types.GenesisWork) error {
	begin := heightOf(ctx)
	w.Head.AwaySince = min(w.Head.AwaySince, max(1, begin))
	if err := k.Heads.Set(ctx, w.Id, w.Head); err != nil {
		return err
	}
	for _, h := range w.Holders {
		h.Holders.Since = min(h.Holders.Since, begin)
		h.Holders.EarnedSince = min(h.Holders.EarnedSince, begin)
		if err := k.Holders.Set(ctx, collections.Join(w.Id, h.Version), h.Holders); err != nil {
			return err
		}
	}
	for _, u := range w.Upstream {
		u.Upstream.Since = min(u.Upstream.Since, begin)
		if err := k.Upstreams.Set(ctx, collections.Join(w.Id, u.Version), u.Upstream); err != nil {
			return err
		}
	}
	if err := k.initClosure(ctx, w); err != nil {
		return err
	}
	if w.Destination.IsZero() {
		return nil
	}
	return k.setAnother(ctx, w.Id, w.Destination)
}

// initClosure stores what a work's relative shares can reach, and the lines that its
// list has in those of who counts whom.
func (k Keeper) initClosure(ctx context.Context, w types.GenesisWork) error {
	if len(w.Closure) > 0 {
		if err := k.Closures.Set(ctx, w.Id, w.Closure); err != nil {
			return err
		}
	}
	upstream, err := k.GetUpstream(ctx, w.Id, w.Head.UpstreamVersion)
	if err != nil {
		return err
	}
	return k.setCounting(ctx, w.Id, nil, upstream.Relative)
}

// initBalance stores a balance and its place in the queue of payouts. An export
// may come from a longer chain: no balance waits longer than a refused one does.
func (k Keeper) initBalance(ctx context.Context, b types.GenesisBalance) error {
	account, err := sdk.AccAddressFromBech32(b.Account)
	if err != nil {
		return err
	}
	due := within(b.Due, heightOf(ctx)+flow.RetryAfter)
	if due > 0 {
		if err := k.Payouts.Set(ctx, collections.Join3(due, account, b.Amount.Denom)); err != nil {
			return err
		}
	}
	return k.Balances.Set(ctx, collections.Join(account, b.Amount.Denom), types.Balance{Amount: b.Amount.Amount, Due: due, Late: b.Late})
}

// within is a height no later than the last, in the lane of a queue that it is in.
func within(due, last uint64) uint64 {
	if due >= flow.Late {
		return flow.Late + min(due-flow.Late, last)
	}
	return min(due, last)
}

func (k Keeper) initQueues(ctx context.Context, gs types.GenesisState) error {
	for _, d := range gs.Queue {
		item := flow.Item{
			Round: d.Round, Kind: flow.Kind(d.Stage), Generation: d.Generation,
			Pot: flow.Pot{Work: types.FlowWork(d.Work), Denom: d.Denom},
		}
		if item.Round >= flow.Late {
			item.Round = within(item.Round, heightOf(ctx)+flow.MaxLateAfter)
		}
		if err := k.Queue.Set(ctx, item); err != nil {
			return err
		}
	}
	if gs.Recheck == nil {
		return nil
	}
	return k.Recheck.Set(ctx, *gs.Recheck)
}

// ExportGenesis returns everything the module stores.
func (k Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	var gs types.GenesisState
	var err error
	if gs.Params, err = k.Params.Get(ctx); err != nil {
		return nil, err
	}
	if gs.Works, err = k.exportWorks(ctx); err != nil {
		return nil, err
	}
	err = k.Stages.Walk(ctx, nil, func(key collections.Pair[registrytypes.WorkID, string], s types.Stages) (bool, error) {
		gs.Stages = append(gs.Stages, types.GenesisStages{Work: key.K1(), Denom: key.K2(), Stages: s})
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	err = k.Balances.Walk(ctx, nil, func(key collections.Pair[sdk.AccAddress, string], row types.Balance) (bool, error) {
		gs.Balances = append(gs.Balances, types.GenesisBalance{
			Account: key.K1().String(), Amount: sdk.NewCoin(key.K2(), row.Amount), Due: row.Due, Late: row.Late,
		})
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	err = k.Turnovers.Walk(ctx, nil, func(denom string, t types.Turnover) (bool, error) {
		gs.Turnovers = append(gs.Turnovers, types.GenesisTurnover{Denom: denom, Turnover: t})
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	if err := k.exportPaymentChannels(ctx, &gs); err != nil {
		return nil, err
	}
	if err := k.exportArrears(ctx, &gs); err != nil {
		return nil, err
	}
	if err := k.exportPools(ctx, &gs); err != nil {
		return nil, err
	}
	return &gs, k.exportQueues(ctx, &gs)
}

func (k Keeper) exportWorks(ctx context.Context) (works []types.GenesisWork, err error) {
	err = k.Heads.Walk(ctx, nil, func(work registrytypes.WorkID, head types.Head) (bool, error) {
		w := types.GenesisWork{Id: work, Head: head}
		if err := k.exportLists(ctx, work, &w); err != nil {
			return true, err
		}
		if head.Closure > 0 {
			var err error
			if w.Closure, err = k.Closures.Get(ctx, work); err != nil {
				return true, err
			}
		}
		if head.Destination == types.DESTINATION_ANOTHER {
			other, err := k.Destinations.Get(ctx, work)
			if err != nil {
				return true, err
			}
			w.Destination = other
		}
		works = append(works, w)
		return false, nil
	})
	return works, err
}

// exportLists adds all versions of a work's lists.
func (k Keeper) exportLists(ctx context.Context, work registrytypes.WorkID, w *types.GenesisWork) error {
	of := collections.NewPrefixedPairRange[registrytypes.WorkID, uint32](work)
	err := k.Holders.Walk(ctx, of, func(key collections.Pair[registrytypes.WorkID, uint32], table types.Holders) (bool, error) {
		w.Holders = append(w.Holders, types.GenesisHolders{Version: key.K2(), Holders: table})
		return false, nil
	})
	if err != nil {
		return err
	}
	return k.Upstreams.Walk(ctx, of, func(key collections.Pair[registrytypes.WorkID, uint32], list types.Upstream) (bool, error) {
		w.Upstream = append(w.Upstream, types.GenesisUpstream{Version: key.K2(), Upstream: list})
		return false, nil
	})
}

func (k Keeper) exportQueues(ctx context.Context, gs *types.GenesisState) error {
	err := k.Queue.Walk(ctx, nil, func(i flow.Item) (bool, error) {
		gs.Queue = append(gs.Queue, types.GenesisDirt{
			Round: i.Round, Stage: types.StageKind(i.Kind), Generation: i.Generation,
			Work: types.WorkIDOf(i.Pot.Work), Denom: i.Pot.Denom,
		})
		return false, nil
	})
	if err != nil {
		return err
	}
	recheck, err := k.Recheck.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return nil
	}
	gs.Recheck = &recheck
	return err
}
