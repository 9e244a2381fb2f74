// Package types holds what x/lineage stores and says: messages, state rows,
// errors and their validation.
package types

import (
	"time"

	"cosmossdk.io/collections"
)

const (
	// ModuleName is the name of the lineage module.
	ModuleName = "lineage"
	// StoreKey is the key of its store.
	StoreKey = ModuleName
)

// Prefixes of the module's tables.
var (
	ParamsPrefix      = collections.NewPrefix(0)
	DerivationsPrefix = collections.NewPrefix(1)
	DerivativesPrefix = collections.NewPrefix(2)
	DerivedPrefix     = collections.NewPrefix(3)
	ExternalsPrefix   = collections.NewPrefix(4)
	RecordsPrefix     = collections.NewPrefix(5)
	ApprovalsPrefix   = collections.NewPrefix(6)
	PastEdgesPrefix   = collections.NewPrefix(7)
)

// NoticeResembles: registered works have a fingerprint that an external reference
// names. It is the only notice so far.
const NoticeResembles = "resembles"

// Bounds of what a work and a message can declare.
const (
	// MaxMessageSources is how many sources one message may declare.
	MaxMessageSources = 256
	// ClockTolerance is how far a generator's clock may run ahead of block time.
	ClockTolerance = 10 * time.Minute
	// MaxSources is how many sources, external ones among them, a work may have.
	MaxSources = 1024
	// MaxTextLength bounds each text of a generation record, in bytes.
	MaxTextLength = 128
	// MaxURILength bounds the URI of an external source, in bytes.
	MaxURILength = 512
	// MaxResembling is how many works a notice about a fingerprint names.
	MaxResembling = 8
	// MaxCounted is how many derivatives are counted for an approval: it stands for that
	// many or more.
	MaxCounted = 10_000
	// Whole is all of it, in parts per million.
	Whole = 1_000_000
)
