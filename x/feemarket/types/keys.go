// Package types holds what the fee market stores and says: parameters, the base price,
// errors and their validation.
package types

import "cosmossdk.io/collections"

const (
	// ModuleName is the name of the fee market module.
	ModuleName = "feemarket"
	// StoreKey is the key of its store.
	StoreKey = ModuleName
)

// Prefixes of the module's collections.
var (
	ParamsPrefix = collections.NewPrefix(1)
	PricePrefix  = collections.NewPrefix(2)
)
