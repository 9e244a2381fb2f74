// Package types holds what the license module stores and says: terms, offers,
// grants, their ids, messages, errors and validation.
package types

import (
	"math"
	"time"

	"cosmossdk.io/collections"
)

const (
	// ModuleName is the name of the license module.
	ModuleName = "license"
	// StoreKey is the key of its store.
	StoreKey = ModuleName
)

// Prefixes of the collections; see keeper.Keeper for keys and values.
var (
	TermsPrefix            = collections.NewPrefix(1)
	OffersPrefix           = collections.NewPrefix(2)
	GrantsPrefix           = collections.NewPrefix(3)
	GrantsByWorkPrefix     = collections.NewPrefix(4)
	GrantsByLicenseePrefix = collections.NewPrefix(5)
	GrantCountsPrefix      = collections.NewPrefix(6)
	GrantedUntilPrefix     = collections.NewPrefix(7)
	ConstraintsPrefix      = collections.NewPrefix(8)
	OfferCountsPrefix      = collections.NewPrefix(9)
	ApprovalsPrefix        = collections.NewPrefix(10)
)

// Limits of what one work or message can hold.
const (
	// MaxOffers bounds the offers on one work.
	MaxOffers = 64
	// MaxLicensees bounds the allow-list of an offer.
	MaxLicensees = 64
	// MaxConstraints bounds the constraints of one kind on one work. Beyond it
	// non-commercial sources are no longer listed one by one; of the other
	// kinds more are refused.
	MaxConstraints = 64
	// MaxAttributions bounds the sources to credit that a work lists: the first
	// tell that credit is due, x/lineage knows all.
	MaxAttributions = 8
	// MaxBatch bounds the works of one CheckRightsBatch.
	MaxBatch = 1000
	// MaxBatchGas bounds what the answers of one CheckRightsBatch read and are
	// long, so that nobody's offers make it slow or large: about two seconds, or
	// three megabytes.
	MaxBatchGas = 200_000_000
	// GasPerAnswerByte is what a byte of an answer in a batch takes of it.
	GasPerAnswerByte = 60
	// MaxOwnGrants bounds the grants of one work and licensee that an answer
	// looks at, unless one is named.
	MaxOwnGrants = 256
	// MaxSources bounds the permits that one Bind takes.
	MaxSources = 256
)

// MaxTime is the latest end that the store holds, in the year 2262: ends are
// kept in nanoseconds.
var MaxTime = time.Unix(0, math.MaxInt64).UTC()
