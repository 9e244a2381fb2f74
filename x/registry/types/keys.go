// Package types holds what the registry stores and says: messages, state rows,
// ids, errors and their validation.
package types

import (
	"crypto/sha256"

	"cosmossdk.io/collections"
)

const (
	// ModuleName is the name of the registry module.
	ModuleName = "registry"
	// StoreKey is the key of its store.
	StoreKey = ModuleName
)

// Prefixes of the module's collections. Certificates prove rows by these bytes,
// so they never change.
var (
	WorksPrefix         = collections.NewPrefix(1)
	RevisionsPrefix     = collections.NewPrefix(2)
	ByDigestPrefix      = collections.NewPrefix(3)
	ByOwnerPrefix       = collections.NewPrefix(4)
	ByFingerprintPrefix = collections.NewPrefix(5)
	TransfersPrefix     = collections.NewPrefix(6)
	AnchorsPrefix       = collections.NewPrefix(7)
	SoleClaimsPrefix    = collections.NewPrefix(8)
	OwnersPrefix        = collections.NewPrefix(9)
	ParamsPrefix        = collections.NewPrefix(10)

	ManifestsPrefix       = collections.NewPrefix(11)
	WithdrawalsPrefix     = collections.NewPrefix(12)
	WithdrawnPrefix       = collections.NewPrefix(13)
	WithdrawalListsPrefix = collections.NewPrefix(14)
)

// SchemeSHA256 is the scheme that Resolve takes for the content's own digest.
// No fingerprint may use it.
const SchemeSHA256 = "sha256"

// FingerprintHash is the fixed-size key of a fingerprint: SHA-256 over the
// scheme, a zero byte (no scheme has one) and the value.
func FingerprintHash(scheme, value string) Digest {
	h := sha256.New()
	h.Write([]byte(scheme))
	h.Write([]byte{0})
	h.Write([]byte(value))
	return Digest(h.Sum(nil))
}
