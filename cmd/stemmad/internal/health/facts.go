// Package health says what is the matter with a node, and what to do about it. Facts are gathered
// in one place and judged in another, which asks nobody.
package health

import (
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"
)

// Facts are what is known of a node.
type Facts struct {
	Now      time.Time
	Comet    *cmtcfg.Config
	Settings Settings
	// Environment are variables that set what the files say otherwise.
	Environment []string
	Key         Key
	Disk        Disk
	// ClockSet: the machine's clock is held to others by its system; nil: not known.
	ClockSet *bool
	// OpenFiles is how many files a process may open; 0: not known.
	OpenFiles uint64
	// Node is what the node answers; nil: it does not, and NotAnswering says why.
	Node         *Node
	NotAnswering string
	// Unasked is why the node, which answers, does not say what the chain's state has; empty: it does.
	Unasked string
	// Begins is the time of the genesis of a node that does not answer: before it the node answers nobody.
	Begins time.Time
	// Validator is what the chain says of the node's key; nil: it is no validator, or that is not known.
	Validator *Validator
	// Others are other nodes of the network that answer.
	Others []Other
	// Silent are nodes that were named to be asked and could not be used, each with the reason.
	Silent []Silent
	// Plan is the upgrade that is planned; nil: none.
	Plan *Plan
	// SignedAbove is a height that was signed with the node's key and is above what this machine has signed; 0: none.
	SignedAbove int64
}

// Settings are those of app.toml that matter here.
type Settings struct {
	MinGasPrices, Pruning    string
	SnapshotInterval         uint64
	HaltHeight, HaltTime     uint64
	GRPC, REST               string
	PoolSize                 int
	OldTelemetry, UnsafeCORS bool
	MinFree                  uint64
	// ReadByOthers are files of keys that other users may read.
	ReadByOthers []string
}

// Silent is a node that could not be asked.
type Silent struct{ At, Why string }

// Key is the key that the node signs blocks with, where it has one of its own.
type Key struct {
	// Address is in hex, as blocks have it. Empty: a remote signer's.
	Address string
	// Signed is the last height that this machine signed; Known: its file can be read.
	Signed int64
	Known  bool
	// Fault is why the key can't be read; empty: it can, or there is none.
	Fault string
}

// Disk is where the data is.
type Disk struct {
	Free, Used uint64
	// PerDay is by how much the data grows each day, by the average since the oldest block; 0: not known.
	PerDay uint64
}

// Node is what a node answers.
type Node struct {
	ChainID          string
	Height, Earliest int64
	Time             time.Time
	CatchingUp       bool
	Power            int64
	Peers, Inbound   int
	// PeersHeight is the height that most of its peers have reached at least.
	PeersHeight int64
	// Pace is the time between two of the last blocks; 0: not known.
	Pace time.Duration
}

// Other is another node.
type Other struct {
	At     string
	Height int64
	Time   time.Time
	// Differs: it has another block at the height that both have.
	Differs bool
}

// Validator is what the chain says of a validator.
type Validator struct {
	Jailed, Tombstoned, Bonded bool
	// Missed of the last Window blocks; it is jailed with more than Allowed.
	Missed, Window, Allowed int64
}

// Plan is an upgrade that is planned.
type Plan struct {
	Name   string
	Height int64
	Known  bool
}
