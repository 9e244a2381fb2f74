// Package keeper holds the state of x/lineage: what came from what.
package keeper

import (
	"cosmossdk.io/collections"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"

	"github.com/stemma-chain/stemma/x/internal/rows"
	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

type (
	workID = registrytypes.WorkID
	// approvalKey is (work, the one that declares, declared source).
	approvalKey = collections.Triple[workID, workID, workID]
	// pastKey is (work, number of a declaration, source).
	pastKey = collections.Triple[workID, uint32, workID]
	// derivativeKey is (source, cites, derivative): real derivatives of a work
	// come before those that only cite it.
	derivativeKey = collections.Triple[workID, bool, workID]
	// externalKey is (derivative, place).
	externalKey = collections.Pair[workID, uint32]
)

// Keeper reads and changes the lineage of works.
type Keeper struct {
	// authority may change the parameters (bech32).
	authority string
	agent     types.AgentKeeper
	registry  types.RegistryKeeper
	royalty   types.RoyaltyKeeper
	license   types.LicenseKeeper

	Schema collections.Schema
	Params collections.Item[types.Params]
	// Derivations: work -> its sources and how each went in, ascending by id,
	// citations among them. A work without a row is an original.
	Derivations rows.Map[workID, types.Derivation]
	// Derivatives: (source, cites, derivative), the reverse of Derivations. Walks
	// read only the part without citations, however often a work is cited.
	Derivatives collections.KeySet[derivativeKey]
	// Derived: works that others derive from, citations apart: what Derivatives
	// says too, by one read instead of an iterator.
	Derived collections.KeySet[workID]
	// Externals: (derivative, place from 0) -> a source that is not registered.
	Externals collections.Map[externalKey, types.ExternalEdge]
	// Records: work -> how an AI system made it.
	Records rows.Map[workID, types.GenerationRecord]
	// PastEdges: (work, number of the declaration that replaced it, source) -> an edge as
	// it was.
	PastEdges collections.Map[pastKey, types.Edge]
	// Approvals: (work, the one that declares, declared source) -> what the work's owner
	// approved in advance.
	Approvals rows.Map[approvalKey, types.SourceApproval]
}

// NewKeeper builds the keeper; authority is the account that may change the
// parameters.
func NewKeeper(
	cdc codec.BinaryCodec, storeService store.KVStoreService, authority string,
	agent types.AgentKeeper, registry types.RegistryKeeper, royalty types.RoyaltyKeeper, license types.LicenseKeeper,
) Keeper {
	work := registrytypes.WorkIDKey
	sb := collections.NewSchemaBuilder(storeService)
	k := Keeper{
		authority: authority, agent: agent, registry: registry, royalty: royalty, license: license,
		Params: collections.NewItem(sb, types.ParamsPrefix, "params", codec.CollValue[types.Params](cdc)),
		Derivations: rows.NewMap(sb, storeService, types.DerivationsPrefix, "derivations", work,
			codec.CollValue[types.Derivation](cdc)),
		Derivatives: collections.NewKeySet(sb, types.DerivativesPrefix, "derivatives",
			collections.TripleKeyCodec(work, collections.BoolKey, work)),
		Derived: collections.NewKeySet(sb, types.DerivedPrefix, "derived", work),
		Externals: collections.NewMap(sb, types.ExternalsPrefix, "externals",
			collections.PairKeyCodec(work, collections.Uint32Key), codec.CollValue[types.ExternalEdge](cdc)),
		Records: rows.NewMap(sb, storeService, types.RecordsPrefix, "records", work,
			codec.CollValue[types.GenerationRecord](cdc)),
		PastEdges: collections.NewMap(sb, types.PastEdgesPrefix, "past_edges",
			collections.TripleKeyCodec(work, collections.Uint32Key, work), codec.CollValue[types.Edge](cdc)),
		Approvals: rows.NewMap(sb, storeService, types.ApprovalsPrefix, "approvals",
			collections.TripleKeyCodec(work, work, work), codec.CollValue[types.SourceApproval](cdc)),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}
