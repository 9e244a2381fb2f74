// Package types holds what x/dispute stores and says: messages, state rows, errors and
// their validation.
package types

import "cosmossdk.io/collections"

const (
	// ModuleName is the name of the dispute module, and of the account that holds bonds.
	ModuleName = "dispute"
	// StoreKey is the key of its store.
	StoreKey = ModuleName
)

// Prefixes of the module's tables.
var (
	ParamsPrefix     = collections.NewPrefix(0)
	DisputesPrefix   = collections.NewPrefix(1)
	ByWorkPrefix     = collections.NewPrefix(2)
	ByPartyPrefix    = collections.NewPrefix(3)
	OpenPrefix       = collections.NewPrefix(4)
	SerialsPrefix    = collections.NewPrefix(5)
	DeadlinesPrefix  = collections.NewPrefix(6)
	SpentPrefix      = collections.NewPrefix(7)
	ObjectionsPrefix = collections.NewPrefix(8)
	TaintsPrefix     = collections.NewPrefix(9)
	SpreadsPrefix    = collections.NewPrefix(10)
	StepsPrefix      = collections.NewPrefix(11)
	EscrowsPrefix    = collections.NewPrefix(12)
)

// Bounds of what a message can hold, and of what a query looks at.
const (
	// MaxEvidence is what a party shows with one step.
	MaxEvidence = 8
	// MaxAllEvidence is what all parties show in one dispute.
	MaxAllEvidence = 40
	// MaxURILength bounds the URI of a piece of evidence, in bytes.
	MaxURILength = 512
	// MaxOffersClosed is how many offers a ruling ends: as many as a work can have.
	MaxOffersClosed = 64
	// MaxOffersMade is how many terms a ruling offers.
	MaxOffersMade = 8
	// MaxRestitutions is how many amounts a ruling names.
	MaxRestitutions = 64
	// MaxWeights is how many weights are set at once.
	MaxWeights = 256
	// MaxDenoms bounds lists of coins.
	MaxDenoms = 32
	// MaxArbiters is how many accounts can be named to decide.
	MaxArbiters = 16
	// MaxLooked is how many ancestors a query looks at.
	MaxLooked = 1_000
	// MaxNamed is how many ancestors an answer names.
	MaxNamed = 16
	// MaxDisputesNamed is how many disputes an answer names.
	MaxDisputesNamed = 8
	// Whole is all of it, in parts per million.
	Whole = 1_000_000
	// PartialShare is the share of a work's revenue, in ppm, from which an arbiter who holds it is a party.
	PartialShare = 50_000
)
