// Package keeper holds the state of licences: terms, offers, grants, and the
// constraints that works took on from their sources.
package keeper

import (
	"cosmossdk.io/collections"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/rows"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// offered is a work and terms put on it.
type offered = collections.Pair[registrytypes.WorkID, types.TermsID]

// held is who holds a grant, an account or the derivative that it is for as
// types.Approved has them, its work and terms, and types.Grant's HeldKey.
type held = collections.Quad[[]byte, registrytypes.WorkID, types.TermsID, []byte]

// running is a work, the latest end of grants of it under terms, in nanoseconds, and
// the terms.
type running = collections.Triple[registrytypes.WorkID, uint64, types.TermsID]

// use is a grant and a derivative that relies on it.
type use = collections.Pair[types.GrantID, registrytypes.WorkID]

// promisedKey is a work, a source that it was made from, and the terms.
type promisedKey = collections.Triple[registrytypes.WorkID, registrytypes.WorkID, types.TermsID]

// passed is an account, the work that it may use, the source that was paid, and its terms.
type passed = collections.Quad[sdk.AccAddress, registrytypes.WorkID, registrytypes.WorkID, types.TermsID]

// approval is a work, terms, and whom its owner lets take an offer of them.
type approval = collections.Triple[registrytypes.WorkID, types.TermsID, []byte]

// Keeper gives access to the module's state. It works on one block's context
// at a time and holds nothing that changes.
type Keeper struct {
	// authority may blank the uri of terms (bech32).
	authority string
	registry  types.RegistryKeeper
	royalty   types.RoyaltyKeeper
	accounts  types.AccountKeeper

	Schema collections.Schema

	// Terms: id -> terms. Immutable but for a blanked uri, never deleted.
	Terms collections.Map[types.TermsID, types.Terms]
	// Offers: (work, terms) -> offer. The row of a licence that cannot be taken back
	// stays when its offer is closed.
	Offers rows.Map[offered, types.Offer]
	// OfferCounts: work -> its offers, expired ones too. Derived from them, so
	// that a work without offers is known by one read; no row: there never was any, and
	// no grant.
	OfferCounts rows.Map[registrytypes.WorkID, uint64]
	// Grants: id -> grant. Never deleted.
	Grants rows.Map[types.GrantID, types.Grant]
	// GrantsByWork indexes all grants: (work, grant).
	GrantsByWork collections.KeySet[collections.Pair[registrytypes.WorkID, types.GrantID]]
	// GrantsHeld indexes all grants by licensee, and those that are for one derivative
	// by it too: (holder, work, terms, use, end, grant), the most useful first, so that
	// a decision finds what matters by key.
	GrantsHeld collections.KeySet[held]
	// GrantUses: (grant, derivative), of grants that serve several.
	GrantUses collections.KeySet[use]
	// Reserved: (work, derivative, grant), of grants that are for a derivative which does
	// not use them yet. Derived.
	Reserved collections.KeySet[reservation]
	// ReservedEnds: (work, nanoseconds of the end, grant), of the same grants. Derived.
	ReservedEnds collections.KeySet[reservedEnd]
	// Reliances: (derivative, source, terms, grant), where the derivative relies on a grant
	// that serves several, or under terms that make a use paid by one. Derived.
	Reliances collections.KeySet[reliance]
	// Promised: (work, source, terms) -> versions of the source's price, packed, that uses of
	// the work were promised at; without those that another is as good as. Derived from all
	// versions of its demands.
	Promised rows.Map[promisedKey, []byte]
	// Tallies: (work, terms) -> grants ever given and their latest end, which is
	// derived from them.
	Tallies rows.Map[offered, types.Tally]
	// GrantedDerivatives: work -> the derivatives that all grants ever given of it serve, at
	// most the largest number; no row: none were given. Derived from the tallies.
	GrantedDerivatives rows.Map[registrytypes.WorkID, uint64]
	// Running: (work, latest end, terms), for each tally with an end. Derived: what
	// still runs is found without reading what has ended.
	Running collections.KeySet[running]
	// Exclusives: work -> its grants that run and keep others out. Derived; no row:
	// none was given.
	Exclusives rows.Map[registrytypes.WorkID, types.Exclusives]
	// AllowLists: SHA-256 -> accounts that may hold the grants which name it. Lists
	// are never deleted.
	AllowLists rows.Map[[]byte, types.AllowList]
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
	// TermsSets: SHA-256 -> the terms that constraints name by it. Sets are never
	// deleted.
	TermsSets rows.Map[[]byte, types.TermsSet]
	// Approvals: (work, terms, types.Approved's key) -> the work's transfers at
	// the approval, which counts while they are the same.
	Approvals rows.Map[approval, uint32]
	// Prices: (work, terms, version) -> what an offer asked whose terms make a use paid by
	// a grant. All versions stay: what was made under a grant may be used at its price.
	Prices rows.Map[collections.Triple[registrytypes.WorkID, types.TermsID, uint32], types.Price]
	// Passes: (licensee, work used, source paid, terms) -> pass. They stay when they end.
	Passes rows.Map[passed, types.Pass]
	// PassKeys: id of a pass -> its key, of those that end. Derived: what was made by a pass
	// names it so.
	PassKeys rows.Map[[]byte, types.PassKey]
}

// NewKeeper builds the keeper on its store; authority is the account of governance.
func NewKeeper(
	cdc codec.BinaryCodec, storeService store.KVStoreService, authority string,
	registry types.RegistryKeeper, royalty types.RoyaltyKeeper, accounts types.AccountKeeper,
) Keeper {
	sb := collections.NewSchemaBuilder(storeService)
	workTerms := collections.PairKeyCodec(registrytypes.WorkIDKey, types.TermsIDKey)
	workNumber := collections.PairKeyCodec(registrytypes.WorkIDKey, collections.Uint32Key)
	k := Keeper{
		authority: authority,
		registry:  registry,
		royalty:   royalty,
		accounts:  accounts,

		Terms:  collections.NewMap(sb, types.TermsPrefix, "terms", types.TermsIDKey, codec.CollValue[types.Terms](cdc)),
		Offers: rows.NewMap(sb, storeService, types.OffersPrefix, "offers", workTerms, codec.CollValue[types.Offer](cdc)),
		OfferCounts: rows.NewMap(sb, storeService, types.OfferCountsPrefix, "offer_counts", registrytypes.WorkIDKey,
			collections.Uint64Value),
		Grants: rows.NewMap(sb, storeService, types.GrantsPrefix, "grants", types.GrantIDKey, codec.CollValue[types.Grant](cdc)),
		GrantsByWork: collections.NewKeySet(sb, types.GrantsByWorkPrefix, "grants_by_work",
			collections.PairKeyCodec(registrytypes.WorkIDKey, types.GrantIDKey)),
		GrantsHeld: collections.NewKeySet(sb, types.GrantsHeldPrefix, "grants_held",
			collections.QuadKeyCodec(collections.BytesKey, registrytypes.WorkIDKey, types.TermsIDKey, collections.BytesKey)),
		GrantUses: collections.NewKeySet(sb, types.GrantUsesPrefix, "grant_uses",
			collections.PairKeyCodec(types.GrantIDKey, registrytypes.WorkIDKey)),
		ReservedEnds: collections.NewKeySet(sb, types.ReservedEndsPrefix, "reserved_ends",
			collections.TripleKeyCodec(registrytypes.WorkIDKey, collections.Uint64Key, types.GrantIDKey)),
		Reserved: collections.NewKeySet(sb, types.ReservedPrefix, "reserved",
			collections.TripleKeyCodec(registrytypes.WorkIDKey, registrytypes.WorkIDKey, types.GrantIDKey)),
		Reliances: collections.NewKeySet(sb, types.ReliancesPrefix, "reliances",
			collections.QuadKeyCodec(registrytypes.WorkIDKey, registrytypes.WorkIDKey, types.TermsIDKey, types.GrantIDKey)),
		Promised: rows.NewMap(sb, storeService, types.PromisedPrefix, "promised",
			collections.TripleKeyCodec(registrytypes.WorkIDKey, registrytypes.WorkIDKey, types.TermsIDKey), collections.BytesValue),
		Tallies: rows.NewMap(sb, storeService, types.TalliesPrefix, "tallies", workTerms, codec.CollValue[types.Tally](cdc)),
		GrantedDerivatives: rows.NewMap(sb, storeService, types.GrantedDerivativesPrefix, "granted_derivatives",
			registrytypes.WorkIDKey, collections.Uint64Value),
		Running: collections.NewKeySet(sb, types.RunningPrefix, "running",
			collections.TripleKeyCodec(registrytypes.WorkIDKey, collections.Uint64Key, types.TermsIDKey)),
		Exclusives: rows.NewMap(sb, storeService, types.ExclusivesPrefix, "exclusives", registrytypes.WorkIDKey,
			codec.CollValue[types.Exclusives](cdc)),
		AllowLists: rows.NewMap(sb, storeService, types.AllowListsPrefix, "allow_lists", collections.BytesKey,
			codec.CollValue[types.AllowList](cdc)),
		TermsSets: rows.NewMap(sb, storeService, types.TermsSetsPrefix, "terms_sets", collections.BytesKey,
			codec.CollValue[types.TermsSet](cdc)),
		Demands:     rows.NewMap(sb, storeService, types.DemandsPrefix, "demands", registrytypes.WorkIDKey, collections.BytesValue),
		PastDemands: rows.NewMap(sb, storeService, types.PastDemandsPrefix, "past_demands", workNumber, collections.BytesValue),
		Admissions:  rows.NewMap(sb, storeService, types.AdmissionsPrefix, "admissions", workNumber, codec.CollValue[types.Admission](cdc)),
		AdmissionsByWork: collections.NewKeySet(sb, types.AdmissionsByWorkPrefix, "admissions_by_work",
			collections.TripleKeyCodec(registrytypes.WorkIDKey, registrytypes.WorkIDKey, collections.Uint32Key)),
		Approvals: rows.NewMap(sb, storeService, types.ApprovalsPrefix, "approvals",
			collections.TripleKeyCodec(registrytypes.WorkIDKey, types.TermsIDKey, collections.BytesKey), collections.Uint32Value),
		Prices: rows.NewMap(sb, storeService, types.PricesPrefix, "prices",
			collections.TripleKeyCodec(registrytypes.WorkIDKey, types.TermsIDKey, collections.Uint32Key),
			codec.CollValue[types.Price](cdc)),
		Passes: rows.NewMap(sb, storeService, types.PassesPrefix, "passes",
			collections.QuadKeyCodec(sdk.AccAddressKey, registrytypes.WorkIDKey, registrytypes.WorkIDKey, types.TermsIDKey),
			codec.CollValue[types.Pass](cdc)),
		PassKeys: rows.NewMap(sb, storeService, types.PassKeysPrefix, "pass_keys", collections.BytesKey,
			codec.CollValue[types.PassKey](cdc)),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}
