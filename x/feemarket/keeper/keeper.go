// Package keeper keeps the base price of gas, which follows demand.
package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/store"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/feemarket/types"
	"github.com/stemma-chain/stemma/x/internal/events"
)

// Keeper of the fee market's store. Both rows are written in EndBlock only (parameters
// by governance, which acts there): transactions read them and, executed in parallel,
// never conflict over them.
type Keeper struct {
	// authority may change the parameters (bech32).
	authority string

	Schema collections.Schema
	Params collections.Item[types.Params]
	// Price is the base price of the next block, in 10^-18 of the base denom a unit of gas.
	Price collections.Item[math.Int]
}

// NewKeeper returns a keeper on the module's store; authority is the account of
// governance.
func NewKeeper(cdc codec.BinaryCodec, storeService store.KVStoreService, authority string) Keeper {
	sb := collections.NewSchemaBuilder(storeService)
	k := Keeper{
		authority: authority,
		Params:    collections.NewItem(sb, types.ParamsPrefix, "params", codec.CollValue[types.Params](cdc)),
		Price:     collections.NewItem(sb, types.PricePrefix, "price", sdk.IntValue),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}

// Market is what the block of this context asks for.
func (k Keeper) Market(ctx context.Context) (types.Market, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return types.Market{}, err
	}
	price, err := k.Price.Get(ctx)
	return types.Market{Params: params, Price: price}, err
}

// EndBlock sets the base price of the next block by what this block's transactions
// declared, of at most so much gas. Transactions that failed count: they took the
// room of others.
func (k Keeper) EndBlock(ctx context.Context, declared, most uint64) error {
	m, err := k.Market(ctx)
	if err != nil {
		return err
	}
	next := m.Params.Curve().Next(m.Price, declared, most)
	if next.Equal(m.Price) {
		return nil
	}
	if err := k.Price.Set(ctx, next); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventPriceMoved{Price: next, Declared: declared})
}

// UpdateParams replaces the parameters, which must be valid. The base price keeps to
// them from the next block on: the end of this one brings it above a new floor.
func (k Keeper) UpdateParams(ctx context.Context, params types.Params) error {
	if err := k.Params.Set(ctx, params); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventParamsUpdated{Params: params})
}

// InitGenesis writes parameters and price. Broken data is refused.
func (k Keeper) InitGenesis(ctx context.Context, gs types.GenesisState) error {
	if err := gs.Validate(); err != nil {
		return err
	}
	if err := k.Params.Set(ctx, gs.Params); err != nil {
		return err
	}
	return k.Price.Set(ctx, gs.Price)
}

// ExportGenesis returns parameters and price.
func (k Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	m, err := k.Market(ctx)
	if err != nil {
		return nil, err
	}
	return &types.GenesisState{Params: m.Params, Price: m.Price}, nil
}

// CheckInvariants fails when the parameters are not valid or the price is not within
// its bounds.
func (k Keeper) CheckInvariants(ctx context.Context) error {
	gs, err := k.ExportGenesis(ctx)
	if err != nil {
		return err
	}
	return gs.Validate()
}
