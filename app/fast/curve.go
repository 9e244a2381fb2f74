package fast

import (
	"context"
	"crypto/sha256"

	"github.com/ethereum/go-ethereum/crypto"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/auth/ante"
)

// curveAccounts are accounts whose keys of secp256k1 verify by the C library.
type curveAccounts struct{ ante.AccountKeeper }

// Curve is what the decorator that verifies signatures asks for accounts: keys of secp256k1 verify by libsecp256k1, which the transfer
// module's dependencies bring along, a third of the time that the SDK's pure Go takes. Without a C compiler it is pure Go as well. Other
// kinds of keys, and those within a multisig, are the SDK's.
func Curve(stock ante.AccountKeeper) ante.AccountKeeper { return curveAccounts{stock} }

// GetAccount implements ante.AccountKeeper. Nobody writes what it returns.
func (c curveAccounts) GetAccount(ctx context.Context, address sdk.AccAddress) sdk.AccountI {
	account := c.AccountKeeper.GetAccount(ctx, address)
	if account == nil {
		return nil
	}
	if key, is := account.GetPubKey().(*secp256k1.PubKey); is {
		return curveAccount{account, curveKey{key}}
	}
	return account
}

type curveAccount struct {
	sdk.AccountI
	key curveKey
}

// GetPubKey implements sdk.AccountI.
func (a curveAccount) GetPubKey() cryptotypes.PubKey { return a.key }

type curveKey struct{ *secp256k1.PubKey }

// XXX_MessageName has the key packed under the name that it has.
func (curveKey) XXX_MessageName() string { return "cosmos.crypto.secp256k1.PubKey" } //nolint:revive // the name that gogoproto asks for

// VerifySignature takes what the SDK's own takes: r and s in 64 bytes, s in the lower half.
func (k curveKey) VerifySignature(msg, signature []byte) bool {
	digest := sha256.Sum256(msg)
	return crypto.VerifySignature(k.Key, digest[:], signature)
}
