// Package keeper holds the state of x/royalty: who holds and who is owed a
// work's revenue, payments, and the sweep that passes them on.
package keeper

import (
	"cosmossdk.io/collections"
	collcodec "cosmossdk.io/collections/codec"
	"cosmossdk.io/core/store"

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
	observer  Observer // nil: nobody

	Schema collections.Schema
	Params collections.Item[types.Params]
	// Heads: work -> epoch, list versions and reach. No row: as registered.
	Heads rows.Map[registrytypes.WorkID, types.Head]
	// Holders: work, version -> table of shares. All versions stay; version 0, where
	// the registrant holds all, has no row.
	Holders collections.Map[collections.Pair[registrytypes.WorkID, uint32], types.Holders]
	// Upstreams: work, version -> what it owes. All versions stay; version 0,
	// which owes nothing, has no row. A version is the epoch that it came with, so
	// each epoch but the first has a row in Holders or in Upstreams.
	Upstreams collections.Map[collections.Pair[registrytypes.WorkID, uint32], types.Upstream]
	// Destinations: work -> work that earns in its place. A row exactly for works
	// whose head says so.
	Destinations collections.Map[registrytypes.WorkID, registrytypes.WorkID]
	// EarnsFor: work, work in whose place it earns. Each row of Destinations the other
	// way round: a change concerns all works that lead to it.
	EarnsFor collections.KeySet[collections.Pair[registrytypes.WorkID, registrytypes.WorkID]]
	// Stages: work, denom -> its money, and what it has taken in where that is
	// metered. Written by EndBlock only, but for Meter.
	Stages rows.Map[collections.Pair[registrytypes.WorkID, string], types.Stages]
	// Balances: account, denom -> what is the account's and not yet paid out.
	Balances rows.Map[collections.Pair[sdk.AccAddress, string], types.Balance]
	// Turnovers: denom -> paid in and out over the chain's life.
	Turnovers rows.Map[string, types.Turnover]
	// Queue: stages that wait to be flushed, in the order of flow.Item. The order
	// is the cursor: the first item's round is the one under way.
	Queue collections.KeySet[flow.Item]
	// Payouts: height, account, denom of balances that wait to be paid out, by when
	// they are due. A balance is in here once at most, and its row says where.
	Payouts collections.KeySet[collections.Triple[uint64, sdk.AccAddress, string]]
	// Recheck: how far stages and balances have been looked at again. No row: to the
	// end.
	Recheck collections.Item[types.Recheck]
	// Closures: work -> the works that its relative shares can reach, 8 bytes each. A row
	// exactly for works that have some.
	Closures collections.Map[registrytypes.WorkID, []byte]
	// CountedBy: source, work that owes it a relative share now. When the source's
	// closure grows, these and those behind them are told.
	CountedBy collections.KeySet[collections.Pair[registrytypes.WorkID, registrytypes.WorkID]]
	// Arrears: 0x00 and work or 0x01 and account, denom, number -> what it owes a work. What
	// is paid has no row; the lowest number is paid first. A work's head says whether it has any.
	Arrears collections.Map[types.ArrearsRow, types.Arrears]
	// OpenArrears: how many rows of accounts there are. No row: none.
	OpenArrears collections.Item[uint64]
	// PaymentChannels are deposits that vouchers are paid from.
	PaymentChannels PaymentChannels
	// Pools are what contributors to manifests share.
	Pools Pools
}

// Observer is told what the end of a block did. It is the node's own matter: the chain does not depend on it.
type Observer interface {
	// SweepBegins is called before, and what it returns after.
	SweepBegins() (ended func(Swept))
}

// Swept is what the end of a block did.
type Swept struct {
	// Receivers served and Payouts tried in both lanes, and the budgets of the usual one.
	Receivers, SweepBudget, Payouts, PayoutBudget int
	// Left: stages of the usual lane wait for the next block.
	Left bool
}

// WithObserver returns the keeper with one who is told.
func (k Keeper) WithObserver(o Observer) Keeper {
	k.observer = o
	return k
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
		Stages:    rows.NewMap(sb, service, types.StagesPrefix, "stages", types.StageKey, codec.CollValue[types.Stages](cdc)),
		Balances:  rows.NewMap(sb, service, types.BalancesPrefix, "balances", types.BalanceKey, codec.CollValue[types.Balance](cdc)),
		Turnovers: rows.NewMap(sb, service, types.TurnoversPrefix, "turnovers", collections.StringKey, codec.CollValue[types.Turnover](cdc)),
		Queue:     collections.NewKeySet(sb, types.QueuePrefix, "queue", types.ItemKey),
		Payouts: collections.NewKeySet(sb, types.PayoutsPrefix, "payouts",
			collections.TripleKeyCodec(collections.Uint64Key, sdk.AccAddressKey, collections.StringKey)),
		Recheck: collections.NewItem(sb, types.RecheckPrefix, "recheck", codec.CollValue[types.Recheck](cdc)),
		Destinations: collections.NewMap(sb, types.DestinationsPrefix, "destinations", registrytypes.WorkIDKey,
			collcodec.KeyToValueCodec(registrytypes.WorkIDKey)),
		EarnsFor: collections.NewKeySet(sb, types.EarnsForPrefix, "earns_for",
			collections.PairKeyCodec(registrytypes.WorkIDKey, registrytypes.WorkIDKey)),
		Closures: collections.NewMap(sb, types.ClosuresPrefix, "closures", registrytypes.WorkIDKey, collections.BytesValue),
		CountedBy: collections.NewKeySet(sb, types.CountedByPrefix, "counted_by",
			collections.PairKeyCodec(registrytypes.WorkIDKey, registrytypes.WorkIDKey)),
		Arrears:         collections.NewMap(sb, types.ArrearsPrefix, "arrears", types.ArrearsKey, codec.CollValue[types.Arrears](cdc)),
		OpenArrears:     collections.NewItem(sb, types.OpenArrearsPrefix, "open_arrears", collections.Uint64Value),
		PaymentChannels: newPaymentChannels(sb, cdc),
		Pools:           newPools(sb, cdc),
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
