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

	"github.com/stemma-chain/stemma/x/internal/rows"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// offered is a work and terms put on it.
type offered = collections.Pair[registrytypes.WorkID, types.TermsID]

// licensed is an account, a work it has a grant of, and the grant.
type licensed = collections.Triple[sdk.AccAddress, registrytypes.WorkID, types.GrantID]

// approval is a work, terms, and whom its owner lets take an offer of them.
type approval = collections.Triple[registrytypes.WorkID, types.TermsID, []byte]

// Keeper gives access to the module's state. It works on one block's context
// at a time and holds nothing that changes.
type Keeper struct {
	// authority may blank the uri of terms (bech32).
	authority string
	registry  types.RegistryKeeper
	royalty   types.RoyaltyKeeper

	Schema collections.Schema

	// Terms: id -> terms. Immutable but for a blanked uri, never deleted.
	Terms collections.Map[types.TermsID, types.Terms]
	// Offers: (work, terms) -> offer.
	Offers collections.Map[offered, types.Offer]
	// OfferCounts: work -> its offers, expired ones too. Derived from them, so
	// that a work without offers is known by one read; no row: none.
	OfferCounts rows.Map[registrytypes.WorkID, uint64]
	// Grants: id -> grant. Never deleted.
	Grants rows.Map[types.GrantID, types.Grant]
	// GrantsByWork and GrantsByLicensee index all grants: (work, grant) and
	// (licensee, work, grant).
	GrantsByWork     collections.KeySet[collections.Pair[registrytypes.WorkID, types.GrantID]]
	GrantsByLicensee collections.KeySet[licensed]
	// GrantCounts: (work, terms) -> grants ever given; it never falls.
	GrantCounts rows.Map[offered, uint64]
	// GrantedUntil: (work, exclusive) -> latest end of the work's exclusive, or
	// its other, grants. Derived from the grants: an exclusive grant bears no
	// other beside it.
	GrantedUntil rows.Map[collections.Pair[registrytypes.WorkID, bool], time.Time]
	// Demands: work -> what its sources demand of it now, packed; no row: nothing, nor
	// ever before.
	Demands rows.Map[registrytypes.WorkID, []byte]
	// PastDemands: (work, version) -> what they demanded before, packed. Grants and
	// derivatives pin versions.
	PastDemands rows.Map[collections.Pair[registrytypes.WorkID, uint32], []byte]
	// Admissions: (work, number of a declaration) -> for whom it waits; no row: for
	// nobody any more.
	Admissions rows.Map[collections.Pair[registrytypes.WorkID, uint32], types.Admission]
	// AdmissionsByWork: (work waited for, declaring work, number).
	AdmissionsByWork collections.KeySet[waited]
	// Approvals: (work, terms, types.Approved's key) -> the work's transfers at
	// the approval, which counts while they are the same.
	Approvals rows.Map[approval, uint32]
}

// NewKeeper builds the keeper on its store; authority is the account of governance.
func NewKeeper(
	cdc codec.BinaryCodec, storeService store.KVStoreService, authority string,
	registry types.RegistryKeeper, royalty types.RoyaltyKeeper,
) Keeper {
	sb := collections.NewSchemaBuilder(storeService)
	workTerms := collections.PairKeyCodec(registrytypes.WorkIDKey, types.TermsIDKey)
	workNumber := collections.PairKeyCodec(registrytypes.WorkIDKey, collections.Uint32Key)
	k := Keeper{
		authority: authority,
		registry:  registry,
		royalty:   royalty,

		Terms:       collections.NewMap(sb, types.TermsPrefix, "terms", types.TermsIDKey, codec.CollValue[types.Terms](cdc)),
		Offers:      collections.NewMap(sb, types.OffersPrefix, "offers", workTerms, codec.CollValue[types.Offer](cdc)),
		OfferCounts: rows.NewMap(sb, storeService, types.OfferCountsPrefix, "offer_counts", registrytypes.WorkIDKey, collections.Uint64Value),
		Grants:      rows.NewMap(sb, storeService, types.GrantsPrefix, "grants", types.GrantIDKey, codec.CollValue[types.Grant](cdc)),
		GrantsByWork: collections.NewKeySet(sb, types.GrantsByWorkPrefix, "grants_by_work",
			collections.PairKeyCodec(registrytypes.WorkIDKey, types.GrantIDKey)),
		GrantsByLicensee: collections.NewKeySet(sb, types.GrantsByLicenseePrefix, "grants_by_licensee",
			collections.TripleKeyCodec(sdk.AccAddressKey, registrytypes.WorkIDKey, types.GrantIDKey)),
		GrantCounts: rows.NewMap(sb, storeService, types.GrantCountsPrefix, "grant_counts", workTerms, collections.Uint64Value),
		GrantedUntil: rows.NewMap(sb, storeService, types.GrantedUntilPrefix, "granted_until",
			collections.PairKeyCodec(registrytypes.WorkIDKey, collections.BoolKey), collcodec.TimeValue()),
		Demands:     rows.NewMap(sb, storeService, types.DemandsPrefix, "demands", registrytypes.WorkIDKey, collections.BytesValue),
		PastDemands: rows.NewMap(sb, storeService, types.PastDemandsPrefix, "past_demands", workNumber, collections.BytesValue),
		Admissions:  rows.NewMap(sb, storeService, types.AdmissionsPrefix, "admissions", workNumber, codec.CollValue[types.Admission](cdc)),
		AdmissionsByWork: collections.NewKeySet(sb, types.AdmissionsByWorkPrefix, "admissions_by_work",
			collections.TripleKeyCodec(registrytypes.WorkIDKey, registrytypes.WorkIDKey, collections.Uint32Key)),
		Approvals: rows.NewMap(sb, storeService, types.ApprovalsPrefix, "approvals",
			collections.TripleKeyCodec(registrytypes.WorkIDKey, types.TermsIDKey, collections.BytesKey), collections.Uint32Value),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}
