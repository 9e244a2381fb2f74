package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/dispute/types"
)

// InitGenesis writes parameters and tables and rebuilds the indexes, after those of the modules
// below. Broken data is refused, and what these say otherwise.
func (k Keeper) InitGenesis(ctx context.Context, gs types.GenesisState) error {
	if err := gs.Validate(); err != nil {
		return err
	}
	if err := gs.HappenedBefore(sdk.UnwrapSDKContext(ctx).BlockTime()); err != nil {
		return err
	}
	k.accounts.GetModuleAccount(ctx, types.ModuleName)
	if err := k.Params.Set(ctx, gs.Params); err != nil {
		return err
	}
	for _, d := range gs.Disputes {
		if err := k.initDispute(ctx, d); err != nil {
			return errorsmod.Wrap(err, d.Id.String())
		}
	}
	for _, o := range gs.Objections {
		if err := k.Objections.Set(ctx, collections.Join(o.Work, o.Source), o.Objection); err != nil {
			return err
		}
	}
	for _, t := range gs.Taints {
		if err := k.Taints.Set(ctx, collections.Join(t.Work, t.Ancestor)); err != nil {
			return err
		}
	}
	for _, s := range gs.Spreads {
		if err := k.Spreads.Set(ctx, s.Work, s.Spread); err != nil {
			return err
		}
		for i, step := range s.Steps {
			if err := k.Steps.Set(ctx, collections.Join(s.Work, s.Spread.Head+uint64(i)), step); err != nil {
				return err
			}
		}
	}
	return k.CheckInvariants(ctx)
}

func (k Keeper) initDispute(ctx context.Context, d types.Dispute) error {
	if err := k.save(ctx, nil, d); err != nil {
		return err
	}
	challenger, err := sdk.AccAddressFromBech32(d.Challenger)
	if err != nil {
		return err
	}
	key := collections.Join(d.Work, challenger)
	serial, _, err := k.Serials.Find(ctx, key)
	if err != nil {
		return err
	}
	if err := k.Serials.Set(ctx, key, max(serial, d.Serial)); err != nil || !d.Backed() {
		return err
	}
	n, _, err := k.Escrows.Find(ctx, d.Work)
	if err != nil {
		return err
	}
	return k.Escrows.Set(ctx, d.Work, n+1)
}

// ExportGenesis returns parameters and all tables, each in order.
func (k Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	gs := &types.GenesisState{Params: params}
	if err := k.Disputes.Walk(ctx, nil, func(_ disputeID, d types.Dispute) (bool, error) {
		gs.Disputes = append(gs.Disputes, d)
		return false, nil
	}); err != nil {
		return nil, err
	}
	if err := k.Objections.Walk(ctx, nil, func(key collections.Pair[workID, workID], o types.Objection) (bool, error) {
		gs.Objections = append(gs.Objections, types.GenesisObjection{Work: key.K1(), Source: key.K2(), Objection: o})
		return false, nil
	}); err != nil {
		return nil, err
	}
	if err := k.Taints.Walk(ctx, nil, func(key collections.Pair[workID, workID]) (bool, error) {
		gs.Taints = append(gs.Taints, types.GenesisTaint{Work: key.K1(), Ancestor: key.K2()})
		return false, nil
	}); err != nil {
		return nil, err
	}
	err = k.Spreads.Walk(ctx, nil, func(work workID, s types.Spread) (bool, error) {
		steps, err := k.steps(ctx, work)
		gs.Spreads = append(gs.Spreads, types.GenesisSpread{Work: work, Spread: s, Steps: steps})
		return false, err
	})
	return gs, err
}

func (k Keeper) steps(ctx context.Context, invalid workID) (list []types.Step, err error) {
	err = k.Steps.Walk(ctx, collections.NewPrefixedPairRange[workID, uint64](invalid),
		func(_ collections.Pair[workID, uint64], step types.Step) (bool, error) {
			list = append(list, step)
			return false, nil
		})
	return list, err
}
