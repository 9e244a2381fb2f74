// Package keeper holds the state of x/dispute: who contests which work, how it stands, and what
// the parties have at stake.
package keeper

import (
	"cosmossdk.io/collections"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/dispute/types"
	"github.com/stemma-chain/stemma/x/internal/rows"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

type (
	workID    = registrytypes.WorkID
	disputeID = types.DisputeID
	// ofWork is (work, closed, dispute): the open ones come first.
	ofWork = collections.Triple[workID, bool, disputeID]
	// ofChallenger is (work, challenger).
	ofChallenger = collections.Pair[workID, sdk.AccAddress]
	// spentKey is (work, challenger, kind, digest).
	spentKey = collections.Quad[workID, sdk.AccAddress, uint32, registrytypes.Digest]
)

// Keeper reads and changes disputes.
type Keeper struct {
	// authority decides appeals and changes the parameters (bech32).
	authority string
	agent     types.AgentKeeper
	registry  types.RegistryKeeper
	royalty   types.RoyaltyKeeper
	license   types.LicenseKeeper
	lineage   types.LineageKeeper
	bank      types.BankKeeper
	accounts  types.AccountKeeper

	Schema collections.Schema
	Params collections.Item[types.Params]
	// Disputes: id -> dispute; a closed one stays.
	Disputes rows.Map[disputeID, types.Dispute]
	// ByWork: (work, closed, id).
	ByWork collections.KeySet[ofWork]
	// ByParty: (account, id).
	ByParty collections.KeySet[collections.Pair[sdk.AccAddress, disputeID]]
	// Open: (work, challenger) -> the dispute that is open.
	Open rows.Map[ofChallenger, disputeID]
	// Serials: (work, challenger) -> number of the last dispute.
	Serials rows.Map[ofChallenger, uint32]
	// Deadlines: (nanoseconds since 1970, id): when the chain looks at an open dispute next.
	Deadlines collections.KeySet[collections.Pair[uint64, disputeID]]
	// Spent: (work, challenger, kind, SHA-256) of evidence with which a dispute failed.
	Spent collections.KeySet[spentKey]
	// Escrows: work -> number of its disputes that keep in escrow what it earns.
	Escrows rows.Map[workID, uint32]
	// Objections: (work, source) -> objection to the source's weight.
	Objections rows.Map[collections.Pair[workID, workID], types.Objection]
	// Taints: (work, invalid ancestor).
	Taints collections.KeySet[collections.Pair[workID, workID]]
	// Spreads: invalid work -> how far its descendants are told.
	Spreads rows.Map[workID, types.Spread]
	// Steps: (invalid work, number) -> a work whose derivatives are told next.
	Steps collections.Map[collections.Pair[workID, uint64], types.Step]
}

// Modules are what the keeper decides about, and by.
type Modules struct {
	Agent    types.AgentKeeper
	Registry types.RegistryKeeper
	Royalty  types.RoyaltyKeeper
	License  types.LicenseKeeper
	Lineage  types.LineageKeeper
	Bank     types.BankKeeper
	Accounts types.AccountKeeper
}

// NewKeeper builds the keeper; authority is the account of governance.
func NewKeeper(cdc codec.BinaryCodec, storeService store.KVStoreService, authority string, m Modules) Keeper {
	work, id := registrytypes.WorkIDKey, types.DisputeIDKey
	sb := collections.NewSchemaBuilder(storeService)
	challenger := collections.PairKeyCodec(work, sdk.AccAddressKey)
	k := Keeper{
		authority: authority, agent: m.Agent, registry: m.Registry, royalty: m.Royalty, license: m.License, lineage: m.Lineage,
		bank: m.Bank, accounts: m.Accounts,
		Params:   collections.NewItem(sb, types.ParamsPrefix, "params", codec.CollValue[types.Params](cdc)),
		Disputes: rows.NewMap(sb, storeService, types.DisputesPrefix, "disputes", id, codec.CollValue[types.Dispute](cdc)),
		ByWork:   collections.NewKeySet(sb, types.ByWorkPrefix, "by_work", collections.TripleKeyCodec(work, collections.BoolKey, id)),
		ByParty:  collections.NewKeySet(sb, types.ByPartyPrefix, "by_party", collections.PairKeyCodec(sdk.AccAddressKey, id)),
		Open:     rows.NewMap(sb, storeService, types.OpenPrefix, "open", challenger, types.DisputeIDValue),
		Serials:  rows.NewMap(sb, storeService, types.SerialsPrefix, "serials", challenger, collections.Uint32Value),
		Deadlines: collections.NewKeySet(sb, types.DeadlinesPrefix, "deadlines",
			collections.PairKeyCodec(collections.Uint64Key, id)),
		Spent: collections.NewKeySet(sb, types.SpentPrefix, "spent",
			collections.QuadKeyCodec(work, sdk.AccAddressKey, collections.Uint32Key, registrytypes.DigestKey)),
		Escrows: rows.NewMap(sb, storeService, types.EscrowsPrefix, "escrows", work, collections.Uint32Value),
		Objections: rows.NewMap(sb, storeService, types.ObjectionsPrefix, "objections",
			collections.PairKeyCodec(work, work), codec.CollValue[types.Objection](cdc)),
		Taints:  collections.NewKeySet(sb, types.TaintsPrefix, "taints", collections.PairKeyCodec(work, work)),
		Spreads: rows.NewMap(sb, storeService, types.SpreadsPrefix, "spreads", work, codec.CollValue[types.Spread](cdc)),
		Steps: collections.NewMap(sb, types.StepsPrefix, "steps",
			collections.PairKeyCodec(work, collections.Uint64Key), codec.CollValue[types.Step](cdc)),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}
