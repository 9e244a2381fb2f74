// Package types holds what the log of headers stores and answers.
package types

import "cosmossdk.io/collections"

const (
	// ModuleName is the name of the module of the log of headers.
	ModuleName = "headers"
	// StoreKey is the key of the store of the frontier. It has that row alone, so that the root of the
	// store is the row's own hash and a proof of it has no path.
	StoreKey = ModuleName
	// SubtreesStoreKey is the key of the store of full subtrees.
	SubtreesStoreKey = "subtrees"
)

// RowLevel is the lowest level of the subtrees that are rows: 1,024 headers. What is below is
// computed from the headers.
const RowLevel = 10

// Prefixes of the module's collections, one for each store.
var (
	FrontierPrefix = collections.NewPrefix(1)
	SubtreesPrefix = collections.NewPrefix(1)
)
