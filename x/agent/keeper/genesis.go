package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/agent/types"
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
	for _, a := range gs.Agents {
		if err := k.initAgent(ctx, a); err != nil {
			return errorsmod.Wrap(err, a.Passport.Id.String())
		}
	}
	for i, key := range gs.Keys {
		if err := k.initKey(ctx, key); err != nil {
			return errorsmod.Wrapf(err, "keys[%d]", i)
		}
	}
	for _, a := range gs.Attestations {
		issuer, err := sdk.AccAddressFromBech32(a.Issuer)
		if err != nil {
			return err
		}
		if err := k.putAttestation(ctx, a, issuer); err != nil {
			return err
		}
	}
	for _, f := range gs.Facts {
		if err := k.Facts.Set(ctx, f.Subject, f.Facts); err != nil {
			return err
		}
	}
	return k.CheckInvariants(ctx)
}

func (k Keeper) initAgent(ctx context.Context, a types.GenesisAgent) error {
	controller, err := sdk.AccAddressFromBech32(a.Passport.Controller)
	if err != nil {
		return err
	}
	if err := k.checkController(ctx, controller); err != nil {
		return err
	}
	if err := k.Passports.Set(ctx, a.Passport.Id, a.Passport); err != nil {
		return err
	}
	for i, card := range a.Cards {
		if err := k.Cards.Set(ctx, collections.Join(a.Passport.Id, uint32(i)+1), card); err != nil {
			return err
		}
	}
	return k.ByController.Set(ctx, collections.Join(controller, a.Passport.Id))
}

func (k Keeper) initKey(ctx context.Context, key types.GenesisKey) error {
	controller, err := sdk.AccAddressFromBech32(key.Controller)
	if err != nil {
		return err
	}
	account, err := sdk.AccAddressFromBech32(key.Account)
	if err != nil {
		return err
	}
	if key.Key.Limit == nil {
		return k.Keys.Set(ctx, collections.Join(controller, account), key.Key)
	}
	return k.putKey(ctx, controller, account, key.Key, key.Counters)
}

// ExportGenesis returns parameters and all tables, each in order.
func (k Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	gs := &types.GenesisState{Params: params}
	if err := k.Passports.Walk(ctx, nil, func(id agentID, p types.Passport) (bool, error) {
		cards, err := k.cards(ctx, id)
		gs.Agents = append(gs.Agents, types.GenesisAgent{Passport: p, Cards: cards})
		return false, err
	}); err != nil {
		return nil, err
	}
	if err := k.Keys.Walk(ctx, nil, func(place keyOf, key types.Key) (bool, error) {
		counters, _, err := k.Counters.Find(ctx, place)
		gs.Keys = append(gs.Keys, types.GenesisKey{
			Controller: place.K1().String(), Account: place.K2().String(), Key: key, Counters: counters,
		})
		return false, err
	}); err != nil {
		return nil, err
	}
	if err := k.Attestations.Walk(ctx, nil, func(_ attestationID, a types.Attestation) (bool, error) {
		gs.Attestations = append(gs.Attestations, a)
		return false, nil
	}); err != nil {
		return nil, err
	}
	err = k.Facts.Walk(ctx, nil, func(subject string, f types.Facts) (bool, error) {
		gs.Facts = append(gs.Facts, types.GenesisFacts{Subject: subject, Facts: f})
		return false, nil
	})
	return gs, err
}

func (k Keeper) cards(ctx context.Context, id agentID) (list []types.CardVersion, err error) {
	err = k.Cards.Walk(ctx, collections.NewPrefixedPairRange[agentID, uint32](id),
		func(_ collections.Pair[agentID, uint32], c types.CardVersion) (bool, error) {
			list = append(list, c)
			return false, nil
		})
	return list, err
}
