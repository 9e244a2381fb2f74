package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// InitGenesis stores a validated genesis state and creates the module's account,
// which payments credit without looking.
func (k Keeper) InitGenesis(ctx context.Context, gs types.GenesisState) error {
	k.accounts.GetModuleAccount(ctx, types.ModuleName)
	if err := k.Params.Set(ctx, gs.Params); err != nil {
		return err
	}
	for _, w := range gs.Works {
		if err := k.initWork(ctx, w); err != nil {
			return err
		}
	}
	for _, s := range gs.Stages {
		work, err := registrytypes.ParseWorkID(s.Work)
		if err != nil {
			return err
		}
		if err := k.Stages.Set(ctx, collections.Join(work, s.Denom), s.Stages); err != nil {
			return err
		}
	}
	for _, b := range gs.Balances {
		account, err := sdk.AccAddressFromBech32(b.Account)
		if err != nil {
			return err
		}
		if err := k.Balances.Set(ctx, collections.Join(account, b.Amount.Denom), b.Amount.Amount); err != nil {
			return err
		}
	}
	for _, t := range gs.Turnovers {
		if err := k.Turnovers.Set(ctx, t.Denom, t.Turnover); err != nil {
			return err
		}
	}
	if err := k.initChannels(ctx, gs); err != nil {
		return err
	}
	return k.initQueues(ctx, gs)
}

func (k Keeper) initWork(ctx context.Context, w types.GenesisWork) error {
	work, err := registrytypes.ParseWorkID(w.Id)
	if err != nil {
		return err
	}
	if err := k.Heads.Set(ctx, work, w.Head); err != nil {
		return err
	}
	if w.Holders != nil {
		if err := k.Holders.Set(ctx, collections.Join(work, w.Head.HoldersVersion), *w.Holders); err != nil {
			return err
		}
	}
	for i, upstream := range w.Upstream {
		if err := k.Upstreams.Set(ctx, collections.Join(work, uint32(i+1)), upstream); err != nil {
			return err
		}
	}
	return nil
}

func (k Keeper) initQueues(ctx context.Context, gs types.GenesisState) error {
	for _, d := range gs.Queue {
		work, err := registrytypes.ParseWorkID(d.Work)
		if err != nil {
			return err
		}
		item := flow.Item{
			Round: d.Round, Kind: flow.Kind(d.Stage), Generation: d.Generation,
			Pot: flow.Pot{Work: types.FlowWork(work), Denom: d.Denom},
		}
		if err := k.Queue.Set(ctx, item); err != nil {
			return err
		}
	}
	for _, p := range gs.Payouts {
		account, err := sdk.AccAddressFromBech32(p.Account)
		if err != nil {
			return err
		}
		if err := k.Payouts.Set(ctx, collections.Join3(p.Round, account, p.Denom)); err != nil {
			return err
		}
	}
	return nil
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
		gs.Stages = append(gs.Stages, types.GenesisStages{Work: key.K1().String(), Denom: key.K2(), Stages: s})
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	err = k.Balances.Walk(ctx, nil, func(key collections.Pair[sdk.AccAddress, string], amount math.Int) (bool, error) {
		gs.Balances = append(gs.Balances, types.GenesisBalance{Account: key.K1().String(), Amount: sdk.NewCoin(key.K2(), amount)})
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
	if err := k.exportChannels(ctx, &gs); err != nil {
		return nil, err
	}
	return &gs, k.exportQueues(ctx, &gs)
}

func (k Keeper) exportWorks(ctx context.Context) (works []types.GenesisWork, err error) {
	err = k.Heads.Walk(ctx, nil, func(work registrytypes.WorkID, head types.Head) (bool, error) {
		w := types.GenesisWork{Id: work.String(), Head: head}
		if head.HoldersVersion > 0 {
			table, err := k.Holders.Get(ctx, collections.Join(work, head.HoldersVersion))
			if err != nil {
				return true, err
			}
			w.Holders = &table
		}
		for version := uint32(1); version <= head.UpstreamVersion; version++ {
			upstream, err := k.Upstreams.Get(ctx, collections.Join(work, version))
			if err != nil {
				return true, err
			}
			w.Upstream = append(w.Upstream, upstream)
		}
		works = append(works, w)
		return false, nil
	})
	return works, err
}

func (k Keeper) exportQueues(ctx context.Context, gs *types.GenesisState) error {
	err := k.Queue.Walk(ctx, nil, func(i flow.Item) (bool, error) {
		gs.Queue = append(gs.Queue, types.GenesisDirt{
			Round: i.Round, Stage: types.StageKind(i.Kind), Generation: i.Generation,
			Work: types.WorkIDOf(i.Pot.Work).String(), Denom: i.Pot.Denom,
		})
		return false, nil
	})
	if err != nil {
		return err
	}
	return k.Payouts.Walk(ctx, nil, func(key payoutKey) (bool, error) {
		gs.Payouts = append(gs.Payouts, types.GenesisPayout{Round: key.K1(), Account: key.K2().String(), Denom: key.K3()})
		return false, nil
	})
}
