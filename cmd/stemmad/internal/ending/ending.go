// Package ending notices that a node cannot go on and says why it ends and what to do
// about it. A node that stays up after it has failed answers with what is past.
package ending

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
)

// Code is the exit code of a node that ended by itself. Codes are stable; services and
// scripts rely on them.
type Code int

// The codes.
const (
	// Upgrade: this binary is not the one for the next block.
	Upgrade Code = 10
	// Halted: the height or time at which the operator told the node to stop.
	Halted Code = 11
	// Consensus: this node computes otherwise than the network, or its engine failed.
	Consensus Code = 12
	// DiskFull: nothing more can be written.
	DiskFull Code = 13
	// Genesis: the genesis file is not the one that the node, its operator or the network means, or no chain can begin with it.
	Genesis Code = 14
)

// Ended is why a node ended.
type Ended struct {
	Code Code
	// Why and Remedy are sentences without a full stop.
	Why, Remedy string
	cause       error
}

func (e *Ended) Error() string {
	if e.Why == "" {
		return fmt.Sprintf("%v: %s", e.cause, e.Remedy)
	}
	return e.Why + ": " + e.Remedy
}

func (e *Ended) Unwrap() error { return e.cause }

// Help lists the codes for people.
func Help() string {
	return `  10  the chain needs another binary: put it in place and start again
  11  the node has reached halt-height or halt-time of app.toml
  12  consensus has failed: the state or the binary is not the network's
  13  the disk is full, or less is free than min-free of app.toml
  14  config/genesis.json is not the genesis of this node or of the network, is refused, or is the placeholder
   1  anything else, such as a setting that cannot be read
`
}

// What the SDK and CometBFT say; they have no errors to compare.
const (
	upgradeNeeded  = `UPGRADE "`
	upgradedEarly  = "BINARY UPDATED BEFORE TRIGGER"
	upgradeMissing = "upgrade handler is missing"
	halted         = "halt per configuration"
	noSpace        = "no space left on device"
	// What the app says.
	refusedGenesis = "genesis refused"
)

// Of says why a node ended with this error. One that it does not know is returned as it
// is.
func Of(err error) error {
	if err == nil {
		return nil
	}
	if known := classified(err); known != nil {
		return known
	}
	return err
}

func classified(err error) *Ended {
	var known *Ended
	if errors.As(err, &known) {
		return known
	}
	text := err.Error()
	switch {
	case strings.Contains(text, upgradedEarly), strings.Contains(text, upgradeMissing):
		return &Ended{Upgrade, "", "this binary is not the one for this height; put the one in place that ran " +
			"the last block, or that the last upgrade named, and start again", err}
	case strings.Contains(text, upgradeNeeded):
		return &Ended{Upgrade, "", "put the binary of this upgrade in place and start again; " +
			"the plan is in data/upgrade-info.json", err}
	case strings.Contains(text, halted):
		return &Ended{Halted, "", "the operator's setting; start again without halt-height and halt-time " +
			"to go on", err}
	case errors.Is(err, syscall.ENOSPC), strings.Contains(text, noSpace):
		return &Ended{DiskFull, "", "make room on the disk of the data folder and start again; " +
			"the state is as of the last block", err}
	case strings.Contains(text, refusedGenesis):
		return &Ended{Genesis, "", otherGenesis, err}
	}
	return nil
}

// otherGenesis is what helps a node that has no block yet.
const otherGenesis = "get the network's genesis again, give `stemmad reset` (it keeps the keys and what the validator has signed) " +
	"and start"

// consensusFailed is the error of an engine that has stopped.
func consensusFailed(cause error) error {
	if known := classified(cause); known != nil {
		return known
	}
	return &Ended{Consensus, "", "consensus has failed and the node has stopped at its last block; " +
		"compare its binary (stemmad version) and genesis with the network's, then take the block back " +
		"(stemmad rollback) or join anew (stemmad reset, which keeps what the validator has signed)", cause}
}
