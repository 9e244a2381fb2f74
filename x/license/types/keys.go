// Package types holds what the license module stores and says: terms, offers,
// grants, their ids, messages, errors and validation.
package types

import (
	"math"
	"time"

	"cosmossdk.io/collections"

	"github.com/stemma-chain/stemma/x/license/rules"
)

const (
	// ModuleName is the name of the license module.
	ModuleName = "license"
	// StoreKey is the key of its store.
	StoreKey = ModuleName
)

// Prefixes of the collections; see keeper.Keeper for keys and values.
var (
	TermsPrefix              = collections.NewPrefix(1)
	OffersPrefix             = collections.NewPrefix(2)
	GrantsPrefix             = collections.NewPrefix(3)
	GrantsByWorkPrefix       = collections.NewPrefix(4)
	GrantsHeldPrefix         = collections.NewPrefix(5)
	TalliesPrefix            = collections.NewPrefix(6)
	RunningPrefix            = collections.NewPrefix(7)
	DemandsPrefix            = collections.NewPrefix(8)
	OfferCountsPrefix        = collections.NewPrefix(9)
	ApprovalsPrefix          = collections.NewPrefix(10)
	ExclusivesPrefix         = collections.NewPrefix(11)
	GrantUsesPrefix          = collections.NewPrefix(12)
	AllowListsPrefix         = collections.NewPrefix(13)
	PastDemandsPrefix        = collections.NewPrefix(14)
	AdmissionsPrefix         = collections.NewPrefix(15)
	AdmissionsByWorkPrefix   = collections.NewPrefix(16)
	PricesPrefix             = collections.NewPrefix(17)
	PassesPrefix             = collections.NewPrefix(18)
	TermsSetsPrefix          = collections.NewPrefix(19)
	ReliancesPrefix          = collections.NewPrefix(20)
	PromisedPrefix           = collections.NewPrefix(21)
	PassKeysPrefix           = collections.NewPrefix(22)
	ReservedPrefix           = collections.NewPrefix(23)
	ReservedEndsPrefix       = collections.NewPrefix(25)
	GrantedDerivativesPrefix = collections.NewPrefix(24)
)

// Limits of what one work or message can hold.
const (
	// MaxOffers bounds the offers on one work.
	MaxOffers = 64
	// MaxLicensees bounds the allow-list of an offer.
	MaxLicensees = 64
	// MaxConstraints bounds the constraints of one kind on one work, the declarations
	// that it waits for by their numbers, and the works named in an admission. Of
	// non-commercial sources the first are listed; of the other kinds more are refused.
	MaxConstraints = 16
	// MaxWaiting bounds what a work waits for: declarations, of which it names up to
	// MaxConstraints, and in place of more one reference for each of its sources and one for
	// its own.
	MaxWaiting = MaxConstraints + maxLinked + 1
	// maxLinked is how many sources a work may have, as x/lineage says.
	maxLinked = 1024
	// MaxWaitingWalk bounds the works that are looked at for what a work waits for where it
	// waits for all that others do. What is behind more counts as waited for.
	MaxWaitingWalk = 32
	// MaxWaitingLooks bounds the references that are looked at for what a work waits for: a full
	// row twice. What comes after them counts as waited for, until those before are forgotten.
	MaxWaitingLooks = 2 * MaxWaiting
	// MaxWaitingNamed bounds the declarations that answers name of those.
	MaxWaitingNamed = 64
	// MaxAttributions bounds the sources to credit that a work lists: as many as an
	// answer names, and one that tells that there are more. x/lineage knows all.
	MaxAttributions = rules.MaxCredits + 1
	// MaxNoticeWorks bounds the works that a notice names.
	MaxNoticeWorks = 8
	// MaxCovered bounds the territories or media that a reason names.
	MaxCovered = 16
	// MaxBatch bounds the works, and items of works, of one CheckRightsBatch.
	MaxBatch = 1000
	// MaxBatchGas bounds what the answers of one CheckRightsBatch read and are
	// long, so that nobody's offers make it slow or large: about two seconds, or
	// three megabytes.
	MaxBatchGas = 200_000_000
	// GasPerAnswerByte is what a byte of an answer in a batch takes of it.
	GasPerAnswerByte = 60
	// MaxHeldTerms bounds the terms under which one account holds grants of one
	// work, those counted twice under which it holds grants that pin other demands: an
	// answer looks at all of them.
	MaxHeldTerms = 64
	// MaxUsedGrants bounds the grants of one account, work and terms that serve no
	// further derivative which an answer looks at, those with the latest end first:
	// they may have moved on with the works that use them.
	MaxUsedGrants = 64
	// MaxHeldLooks bounds the grants of a work that one account holds which an answer about an item that was taken back
	// looks at beside those that serve best: an older one may permit it. One that is named is always looked at.
	MaxHeldLooks = 256
	// MaxReserved bounds the grants of a work that are reserved for one derivative.
	MaxReserved = 64
	// MaxPromised bounds the versions of a source's price that uses of one work were promised
	// at, none of which is as good for everybody as another.
	MaxPromised = 8
	// MaxExclusives bounds the running grants of one work that keep others out.
	MaxExclusives = 64
	// MaxRunning bounds the terms, with grants that run, that are looked at before
	// one is given which keeps others out; where there are more, none is given.
	MaxRunning = 256
	// MaxUseCounts bounds the counts of one message.
	MaxUseCounts = 64
	// MaxSources bounds the permits that one Bind takes.
	MaxSources = 256
)

// MaxTime is the latest end that the store holds, in the year 2262: ends are
// kept in nanoseconds.
var MaxTime = time.Unix(0, math.MaxInt64).UTC()
