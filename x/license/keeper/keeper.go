// Package keeper holds the state of licences: terms, offers, grants, and the
// constraints that works took on from their sources.
package keeper

import (
	"time"

	"cosmossdk.io/collections"
	collcodec "cosmossdk.io/collections/codec"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Keys of the collections that the module's files share.
type (
	// offered is a work and terms put on it.
	offered = collections.Pair[registrytypes.WorkID, types.TermsID]
	// demanded is a work, a kind of constraint, and the source and terms that
	// the constraint comes from.
	demanded = collections.Quad[registrytypes.WorkID, uint16, registrytypes.WorkID, types.TermsID]
)

// Keeper gives access to the module's state. It works on one block's context
// at a time and holds nothing that changes.
type Keeper struct {
	registry types.RegistryKeeper
	royalty  types.RoyaltyKeeper

	Schema collections.Schema

	// Terms: id -> terms. Immutable, never deleted.
	Terms collections.Map[types.TermsID, types.Terms]
	// Offers: (work, terms) -> offer.
	Offers collections.Map[offered, types.Offer]
	// Grants: id -> grant. Never deleted.
	Grants collections.Map[types.GrantID, types.Grant]
	// GrantsByWork and GrantsByLicensee index all grants.
	GrantsByWork     collections.KeySet[collections.Pair[registrytypes.WorkID, types.GrantID]]
	GrantsByLicensee collections.KeySet[collections.Pair[sdk.AccAddress, types.GrantID]]
	// GrantCounts: (work, terms) -> grants ever given; it never falls.
	GrantCounts collections.Map[offered, uint64]
	// GrantedUntil: (work, exclusive) -> latest end of the work's exclusive, or
	// its other, grants. Derived from the grants: an exclusive grant bears no
	// other beside it.
	GrantedUntil collections.Map[collections.Pair[registrytypes.WorkID, bool], time.Time]
	// Constraints: (work, kind, source, terms) -> when the permission ends, in
	// Unix nanoseconds; 0 for kinds without an end.
	Constraints collections.Map[demanded, int64]
}

// NewKeeper builds the keeper on its store.
func NewKeeper(
	cdc codec.BinaryCodec, storeService store.KVStoreService, registry types.RegistryKeeper, royalty types.RoyaltyKeeper,
) Keeper {
	sb := collections.NewSchemaBuilder(storeService)
	workTerms := collections.PairKeyCodec(registrytypes.WorkIDKey, types.TermsIDKey)
	k := Keeper{
		registry: registry,
		royalty:  royalty,

		Terms:  collections.NewMap(sb, types.TermsPrefix, "terms", types.TermsIDKey, codec.CollValue[types.Terms](cdc)),
		Offers: collections.NewMap(sb, types.OffersPrefix, "offers", workTerms, codec.CollValue[types.Offer](cdc)),
		Grants: collections.NewMap(sb, types.GrantsPrefix, "grants", types.GrantIDKey, codec.CollValue[types.Grant](cdc)),
		GrantsByWork: collections.NewKeySet(sb, types.GrantsByWorkPrefix, "grants_by_work",
			collections.PairKeyCodec(registrytypes.WorkIDKey, types.GrantIDKey)),
		GrantsByLicensee: collections.NewKeySet(sb, types.GrantsByLicenseePrefix, "grants_by_licensee",
			collections.PairKeyCodec(sdk.AccAddressKey, types.GrantIDKey)),
		GrantCounts: collections.NewMap(sb, types.GrantCountsPrefix, "grant_counts", workTerms, collections.Uint64Value),
		GrantedUntil: collections.NewMap(sb, types.GrantedUntilPrefix, "granted_until",
			collections.PairKeyCodec(registrytypes.WorkIDKey, collections.BoolKey), collcodec.TimeValue()),
		Constraints: collections.NewMap(sb, types.ConstraintsPrefix, "constraints",
			collections.QuadKeyCodec(registrytypes.WorkIDKey, collections.Uint16Key, registrytypes.WorkIDKey, types.TermsIDKey),
			collections.Int64Value),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}
