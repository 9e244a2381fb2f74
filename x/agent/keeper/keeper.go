// Package keeper holds the state of x/agent: who acts for whom, within which limit, and what is
// said of them.
package keeper

import (
	"cosmossdk.io/collections"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/agent/types"
	"github.com/stemma-chain/stemma/x/internal/rows"
)

type (
	agentID       = types.AgentID
	attestationID = types.AttestationID
	// keyOf is (controller, key): an account acts for one agent of a controller.
	keyOf = collections.Pair[sdk.AccAddress, sdk.AccAddress]
	// saidOf is (subject, issuer, attestation).
	saidOf = collections.Triple[string, sdk.AccAddress, attestationID]
)

// Keeper reads and changes passports, keys and attestations.
type Keeper struct {
	cdc codec.Codec
	// authority changes the parameters and blanks text (bech32).
	authority string
	accounts  types.AccountKeeper
	router    types.Router
	catalogue types.Catalogue

	Schema collections.Schema
	Params collections.Item[types.Params]
	// Passports: id -> passport.
	Passports rows.Map[agentID, types.Passport]
	// Cards: (agent, version) -> what the passport said.
	Cards collections.Map[collections.Pair[agentID, uint32], types.CardVersion]
	// ByController: (controller, agent).
	ByController collections.KeySet[collections.Pair[sdk.AccAddress, agentID]]
	// Keys: (controller, key) -> key; one that was removed stays, so that no fee allowance which is
	// forgotten pays for it.
	Keys rows.Map[keyOf, types.Key]
	// KeysOf: (agent, key), without removed ones.
	KeysOf collections.KeySet[collections.Pair[agentID, sdk.AccAddress]]
	// Counters: (controller, key) -> what it has spent; apart, since every act writes them.
	Counters rows.Map[keyOf, types.Counters]
	// Attestations: id -> attestation.
	Attestations rows.Map[attestationID, types.Attestation]
	// BySubject: (subject, issuer, attestation).
	BySubject collections.KeySet[saidOf]
	// ByIssuer: (issuer, attestation).
	ByIssuer collections.KeySet[collections.Pair[sdk.AccAddress, attestationID]]
	// Facts: subject -> what is counted of it.
	Facts rows.Map[string, types.Facts]
}

// NewKeeper builds the keeper; authority is the account of governance, the router executes what
// agents do, and the catalogue says of which messages that may be.
func NewKeeper(
	cdc codec.Codec, storeService store.KVStoreService, authority string, accounts types.AccountKeeper,
	router types.Router, catalogue types.Catalogue,
) Keeper {
	sb := collections.NewSchemaBuilder(storeService)
	agent, attestation := types.AgentIDKey, types.AttestationIDKey
	key := collections.PairKeyCodec(sdk.AccAddressKey, sdk.AccAddressKey)
	k := Keeper{
		cdc: cdc, authority: authority, accounts: accounts, router: router, catalogue: catalogue,
		Params:    collections.NewItem(sb, types.ParamsPrefix, "params", codec.CollValue[types.Params](cdc)),
		Passports: rows.NewMap(sb, storeService, types.PassportsPrefix, "passports", agent, codec.CollValue[types.Passport](cdc)),
		Cards: collections.NewMap(sb, types.CardsPrefix, "cards", collections.PairKeyCodec(agent, collections.Uint32Key),
			codec.CollValue[types.CardVersion](cdc)),
		ByController: collections.NewKeySet(sb, types.ByControllerPrefix, "by_controller", collections.PairKeyCodec(sdk.AccAddressKey, agent)),
		Keys:         rows.NewMap(sb, storeService, types.KeysPrefix, "keys", key, codec.CollValue[types.Key](cdc)),
		KeysOf:       collections.NewKeySet(sb, types.KeysOfPrefix, "keys_of", collections.PairKeyCodec(agent, sdk.AccAddressKey)),
		Counters:     rows.NewMap(sb, storeService, types.CountersPrefix, "counters", key, codec.CollValue[types.Counters](cdc)),
		Attestations: rows.NewMap(sb, storeService, types.AttestationsPrefix, "attestations", attestation,
			codec.CollValue[types.Attestation](cdc)),
		BySubject: collections.NewKeySet(sb, types.BySubjectPrefix, "by_subject",
			collections.TripleKeyCodec(collections.StringKey, sdk.AccAddressKey, attestation)),
		ByIssuer: collections.NewKeySet(sb, types.ByIssuerPrefix, "by_issuer", collections.PairKeyCodec(sdk.AccAddressKey, attestation)),
		Facts:    rows.NewMap(sb, storeService, types.FactsPrefix, "facts", collections.StringKey, codec.CollValue[types.Facts](cdc)),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}
