// Package keeper keeps the registry: works, their revisions and owners, claims
// to contents in their order, and anchors.
package keeper

import (
	"cosmossdk.io/collections"
	collcodec "cosmossdk.io/collections/codec"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/rows"
	"github.com/stemma-chain/stemma/x/registry/types"
)

// Keeper of the registry's store. Registering is a hot path, so the indexes are
// plain key sets beside the tables; CheckInvariants says how they agree.
type Keeper struct {
	// authority may blank any work's text and change the parameters (bech32).
	authority string

	Schema collections.Schema
	Params collections.Item[types.Params]
	// Works: work -> row, with the current version of its details.
	Works collections.Map[types.WorkID, types.Work]
	// Revisions: (work, version from 1) -> details of a version before the current.
	Revisions collections.Map[collections.Pair[types.WorkID, uint32], types.Revision]
	// SoleClaims: sha256 -> the only work that claims this content, or the zero id
	// once several do, or that one was ruled invalid. Read it through claimsTo.
	SoleClaims rows.Map[types.Digest, types.WorkID]
	// ByDigest: (sha256, claim order), so the claims to a content in the order in
	// which they stand, without those that were ruled invalid; only of contents
	// whose row in SoleClaims names no work.
	ByDigest collections.KeySet[collections.Pair[types.Digest, types.ClaimOrder]]
	// ByOwner: (current owner, work).
	ByOwner collections.KeySet[collections.Pair[sdk.AccAddress, types.WorkID]]
	// ByFingerprint: (hash of scheme and value, work), of current revisions only.
	ByFingerprint collections.KeySet[collections.Pair[types.Digest, types.WorkID]]
	// Transfers: work -> transfer on offer.
	Transfers collections.Map[types.WorkID, types.TransferOffer]
	// Owners: (work, number of its transfers from 1) -> who owned it from then on.
	// The registrant, who was first, has no row.
	Owners collections.Map[collections.Pair[types.WorkID, uint32], types.Ownership]
	// Anchors: (account, Merkle root) -> when, and over how many leaves.
	Anchors collections.Map[collections.Pair[sdk.AccAddress, types.Digest], types.Anchor]
	// Manifests: (work, version that it came with) -> what the work is made of.
	Manifests collections.Map[collections.Pair[types.WorkID, uint32], types.Manifest]
	// Withdrawals: (work, number from 1) -> what a contributor took back.
	Withdrawals collections.Map[collections.Pair[types.WorkID, uint64], types.Withdrawal]
	// Withdrawn: (work, sha256 or zeros for all, contributor's key) -> number of the withdrawal.
	Withdrawn collections.Map[collections.Triple[types.WorkID, types.Digest, []byte], uint64]
	// WithdrawalLists: work -> how far its list has come. No row: nothing was withdrawn.
	WithdrawalLists collections.Map[types.WorkID, types.WithdrawalList]
}

// NewKeeper returns a keeper on the module's store; authority is the account of
// governance.
func NewKeeper(cdc codec.BinaryCodec, storeService store.KVStoreService, authority string) Keeper {
	sb := collections.NewSchemaBuilder(storeService)
	k := Keeper{
		authority: authority,

		Params: collections.NewItem(sb, types.ParamsPrefix, "params", codec.CollValue[types.Params](cdc)),
		Works:  collections.NewMap(sb, types.WorksPrefix, "works", types.WorkIDKey, codec.CollValue[types.Work](cdc)),
		Revisions: collections.NewMap(sb, types.RevisionsPrefix, "revisions",
			collections.PairKeyCodec(types.WorkIDKey, collections.Uint32Key), codec.CollValue[types.Revision](cdc)),
		SoleClaims: rows.NewMap(sb, storeService, types.SoleClaimsPrefix, "sole_claims",
			types.DigestKey, collcodec.KeyToValueCodec(types.WorkIDKey)),
		ByDigest: collections.NewKeySet(sb, types.ByDigestPrefix, "by_digest",
			collections.PairKeyCodec(types.DigestKey, types.ClaimOrderKey)),
		ByOwner: collections.NewKeySet(sb, types.ByOwnerPrefix, "by_owner",
			collections.PairKeyCodec(sdk.AccAddressKey, types.WorkIDKey)),
		ByFingerprint: collections.NewKeySet(sb, types.ByFingerprintPrefix, "by_fingerprint",
			collections.PairKeyCodec(types.DigestKey, types.WorkIDKey)),
		Transfers: collections.NewMap(sb, types.TransfersPrefix, "transfers", types.WorkIDKey, codec.CollValue[types.TransferOffer](cdc)),
		Owners: collections.NewMap(sb, types.OwnersPrefix, "owners",
			collections.PairKeyCodec(types.WorkIDKey, collections.Uint32Key), codec.CollValue[types.Ownership](cdc)),
		Anchors: collections.NewMap(sb, types.AnchorsPrefix, "anchors",
			collections.PairKeyCodec(sdk.AccAddressKey, types.DigestKey), codec.CollValue[types.Anchor](cdc)),
		Manifests: collections.NewMap(sb, types.ManifestsPrefix, "manifests",
			collections.PairKeyCodec(types.WorkIDKey, collections.Uint32Key), codec.CollValue[types.Manifest](cdc)),
		Withdrawals: collections.NewMap(sb, types.WithdrawalsPrefix, "withdrawals",
			collections.PairKeyCodec(types.WorkIDKey, collections.Uint64Key), codec.CollValue[types.Withdrawal](cdc)),
		Withdrawn: collections.NewMap(sb, types.WithdrawnPrefix, "withdrawn",
			collections.TripleKeyCodec(types.WorkIDKey, types.DigestKey, collections.BytesKey), collections.Uint64Value),
		WithdrawalLists: collections.NewMap(sb, types.WithdrawalListsPrefix, "withdrawal_lists",
			types.WorkIDKey, codec.CollValue[types.WithdrawalList](cdc)),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}
