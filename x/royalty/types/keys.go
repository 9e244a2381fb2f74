// Package types holds what x/royalty stores and says: messages, state rows,
// packed lists, errors and their validation.
package types

import "cosmossdk.io/collections"

const (
	// ModuleName is the name of the royalty module and of its account.
	ModuleName = "royalty"
	// StoreKey is the key of its store.
	StoreKey = ModuleName
	// ObjectStoreKey is the key of the object store that holds a block's notes.
	ObjectStoreKey = "object:" + ModuleName
)

// Prefixes of the store. They are stable; see README.md for keys and values.
var (
	ParamsPrefix    = collections.NewPrefix(0)
	HeadsPrefix     = collections.NewPrefix(1)
	HoldersPrefix   = collections.NewPrefix(2)
	UpstreamsPrefix = collections.NewPrefix(3)
	StagesPrefix    = collections.NewPrefix(4)
	BalancesPrefix  = collections.NewPrefix(5)
	TurnoversPrefix = collections.NewPrefix(6)
	QueuePrefix     = collections.NewPrefix(7)
	PayoutsPrefix   = collections.NewPrefix(8)

	PaymentChannelsPrefix        = collections.NewPrefix(9)
	PaymentChannelPayeesPrefix   = collections.NewPrefix(10)
	PaymentChannelsByPayerPrefix = collections.NewPrefix(11)
	PaymentChannelSerialsPrefix  = collections.NewPrefix(12)

	DestinationsPrefix = collections.NewPrefix(13)
	RecheckPrefix      = collections.NewPrefix(14)
	EarnsForPrefix     = collections.NewPrefix(15)

	ClosuresPrefix  = collections.NewPrefix(16)
	CountedByPrefix = collections.NewPrefix(17)

	ArrearsPrefix     = collections.NewPrefix(18)
	OpenArrearsPrefix = collections.NewPrefix(19)

	PoolFundsPrefix   = collections.NewPrefix(20)
	PoolPartsPrefix   = collections.NewPrefix(21)
	PoolChangesPrefix = collections.NewPrefix(22)
	PoolWaitingPrefix = collections.NewPrefix(23)
	PayeesPrefix      = collections.NewPrefix(24)
)

// Limits of messages and of what they set in motion.
const (
	// MaxPayments bounds the lines of a PayMany.
	MaxPayments = 1000
	// MaxSettled bounds the works of a Settle.
	MaxSettled = 100
	// MaxDenoms bounds the accepted denoms and the denoms of a Withdraw.
	MaxDenoms = 32
	// MaxBehind bounds from how many works destinations lead to one that earns: a change
	// there concerns all of them.
	MaxBehind = 256
	// MaxMeters bounds the denoms in which a work's revenue is counted.
	MaxMeters = MaxDenoms
)
