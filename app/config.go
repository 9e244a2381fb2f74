package app

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"

	"github.com/cosmos/cosmos-sdk/version"

	"github.com/stemma-chain/stemma/client/encoding"
)

const (
	// Name is the chain's name as ABCI reports it.
	Name = "stemma"
	// AccountPrefix is the human-readable part of account addresses.
	AccountPrefix = encoding.AccountPrefix
	// StakingDenom is the smallest unit of the staking token: one STEM is
	// 1,000,000 ustem.
	StakingDenom = encoding.StakingDenom
	// LocalDenom is the second denom that local networks accept for payments
	// and fees. On a public network it would arrive over IBC.
	LocalDenom = encoding.LocalDenom
)

// gcPercent lets the heap grow to four times what is in use before garbage is
// collected, unless GOGC says otherwise. Go's default of 100 spends a third of
// all CPU on collecting under load.
const gcPercent = 300

var configureOnce sync.Once

// Configure sets the process-wide SDK configuration: address prefixes and the
// staking denom; and how often garbage is collected. Call it first thing in main
// and in test packages that don't use testutil/chain; later calls do nothing.
func Configure() {
	configureOnce.Do(func() {
		if os.Getenv("GOGC") == "" {
			debug.SetGCPercent(gcPercent)
		}
		if limit := memory(os.DirFS("/")) / 4; limit > 0 && os.Getenv("GOMEMLIMIT") == "" {
			debug.SetMemoryLimit(limit)
		}
		encoding.Configure()
		if version.Version == "" { // not set by the linker
			version.Name, version.AppName, version.Version = Name, Name+"d", "dev"
		}
	})
}

// DefaultHome is the folder of the node and its keys unless --home names
// another: what STEMMAD_HOME says, or ~/.stemmad.
func DefaultHome() string {
	if home := os.Getenv("STEMMAD_HOME"); home != "" {
		return home
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ".stemmad"
	}
	return filepath.Join(home, ".stemmad")
}
