// Package keeper holds the state of x/royalty: who holds and who is owed a
// work's revenue, payments, and the sweep that passes them on.
package keeper

import (
	"cosmossdk.io/collections"
	"cosmossdk.io/core/store"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/rows"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// Keeper of the royalty module's state.
type Keeper struct {
	// notes is the object store of a block's payments and changes.
	notes     storetypes.StoreKey
	authority string
	account   sdk.AccAddress
	accounts  types.AccountKeeper
	bank      types.BankKeeper
	registry  types.RegistryKeeper

	Schema collections.Schema
	Params collections.Item[types.Params]
	// Heads: work -> epoch, list versions and reach. No row: as registered.
	Heads rows.Map[registrytypes.WorkID, types.Head]
	// Holders: work, version -> table of shares. Only the version in force has a
	// row, and version 0, where the registrant holds all, none.
	Holders collections.Map[collections.Pair[registrytypes.WorkID, uint32], types.Holders]
	// Upstreams: work, version -> what it owes. All versions stay; version 0,
	// which owes nothing, has no row.
	Upstreams collections.Map[collections.Pair[registrytypes.WorkID, uint32], types.Upstream]
	// Stages: work, denom -> its money, and what it has taken in where that is
	// metered. Written by EndBlock only, but for Meter.
	Stages rows.Map[collections.Pair[registrytypes.WorkID, string], types.Stages]
	// Balances: account, denom -> what is the account's and not yet paid out.
	Balances rows.Map[collections.Pair[sdk.AccAddress, string], math.Int]
	// Turnovers: denom -> paid in and out over the chain's life.
	Turnovers rows.Map[string, types.Turnover]
	// Queue: stages that wait to be flushed, in the order of flow.Item. The order
	// is the cursor: the first item's round is the one under way.
	Queue collections.KeySet[flow.Item]
	// Payouts: round, account, denom of balances that wait to be paid out.
	Payouts collections.KeySet[collections.Triple[uint64, sdk.AccAddress, string]]
	// Channels are deposits that vouchers are paid from.
	Channels Channels
}

// NewKeeper returns a keeper. authority may change the parameters.
func NewKeeper(
	cdc codec.BinaryCodec, service store.KVStoreService, notes storetypes.StoreKey, authority string,
	accounts types.AccountKeeper, bank types.BankKeeper, registry types.RegistryKeeper,
) Keeper {
	sb := collections.NewSchemaBuilder(service)
	versioned := collections.PairKeyCodec(registrytypes.WorkIDKey, collections.Uint32Key)
	k := Keeper{
		notes: notes, authority: authority, account: accounts.GetModuleAddress(types.ModuleName),
		accounts: accounts, bank: bank, registry: registry,

		Params:    collections.NewItem(sb, types.ParamsPrefix, "params", codec.CollValue[types.Params](cdc)),
		Heads:     rows.NewMap(sb, service, types.HeadsPrefix, "heads", registrytypes.WorkIDKey, codec.CollValue[types.Head](cdc)),
		Holders:   collections.NewMap(sb, types.HoldersPrefix, "holders", versioned, codec.CollValue[types.Holders](cdc)),
		Upstreams: collections.NewMap(sb, types.UpstreamsPrefix, "upstreams", versioned, codec.CollValue[types.Upstream](cdc)),
		Stages: rows.NewMap(sb, service, types.StagesPrefix, "stages",
			collections.PairKeyCodec(registrytypes.WorkIDKey, collections.StringKey), codec.CollValue[types.Stages](cdc)),
		Balances: rows.NewMap(sb, service, types.BalancesPrefix, "balances",
			collections.PairKeyCodec(sdk.AccAddressKey, collections.StringKey), sdk.IntValue),
		Turnovers: rows.NewMap(sb, service, types.TurnoversPrefix, "turnovers", collections.StringKey, codec.CollValue[types.Turnover](cdc)),
		Queue:     collections.NewKeySet(sb, types.QueuePrefix, "queue", types.ItemKey),
		Payouts: collections.NewKeySet(sb, types.PayoutsPrefix, "payouts",
			collections.TripleKeyCodec(collections.Uint64Key, sdk.AccAddressKey, collections.StringKey)),
		Channels: newChannels(sb, cdc),
	}
	if k.account == nil {
		panic("the royalty module has no account: add it to the module account permissions")
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}
