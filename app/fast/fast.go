// Package fast holds what the app does otherwise than the SDK for speed: a file,
// a switch, a test against the stock behaviour and an ADR each.
//
//	trees      written, hashed and saved side by side      ADR 0014  node
//	addresses  read and written the way of our ids         ADR 0032  node
//	signatures verified once, when they arrive             ADR 0056  node
//	curve      signatures verified by the C library        ADR 0077  node
//	changes    rows that do not change are not written     ADR 0012  chain
//	accounts   read once a transaction, index left alone   ADR 0031  chain
//
// A shortcut that gives the same app hash is a setting of the node. One that does
// not is the same for all nodes of a chain, whatever their settings say.
package fast

import (
	"fmt"

	"github.com/spf13/cast"

	servertypes "github.com/cosmos/cosmos-sdk/server/types"
)

// Settings are the shortcuts that a node may take or leave: the section [fast] of
// app.toml.
type Settings struct {
	// Trees: see the type Trees.
	Trees bool `mapstructure:"trees"`
	// Addresses: see the function Addresses.
	Addresses bool `mapstructure:"addresses"`
	// Signatures: see the type Signatures.
	Signatures bool `mapstructure:"signatures"`
	// Curve: see the function Curve.
	Curve bool `mapstructure:"curve"`
}

// DefaultSettings takes all shortcuts.
func DefaultSettings() Settings {
	return Settings{Trees: true, Addresses: true, Signatures: true, Curve: true}
}

// The names of the settings, as a node's options have them.
const (
	FlagTrees      = "fast.trees"
	FlagAddresses  = "fast.addresses"
	FlagSignatures = "fast.signatures"
	FlagCurve      = "fast.curve"
)

// SettingsTemplate is the section of app.toml.
const SettingsTemplate = `
###############################################################################
###                               Shortcuts                                 ###
###############################################################################

# What this node does otherwise than the SDK for speed. App hashes are the same.
[fast]

# Write, hash and save the trees of a block side by side, on all processors.
trees = {{ .Fast.Trees }}

# Read and write addresses without the general bech32 library.
addresses = {{ .Fast.Addresses }}

# Do not verify signatures in a block again that were verified when they arrived.
signatures = {{ .Fast.Signatures }}

# Verify signatures of secp256k1 by the C library.
curve = {{ .Fast.Curve }}
`

// ReadSettings takes the settings from a node's options; one that is absent is on.
func ReadSettings(options servertypes.AppOptions) (Settings, error) {
	s := DefaultSettings()
	for name, field := range map[string]*bool{
		FlagTrees: &s.Trees, FlagAddresses: &s.Addresses, FlagSignatures: &s.Signatures, FlagCurve: &s.Curve,
	} {
		value := options.Get(name)
		if value == nil {
			continue
		}
		var err error
		if *field, err = cast.ToBoolE(value); err != nil {
			return Settings{}, fmt.Errorf("%s is %v: set it to true or false in app.toml", name, value)
		}
	}
	return s, nil
}

// Chain are the shortcuts that change the app hash or the gas, so that all nodes of
// a chain have to take the same.
type Chain struct {
	// Changes: see the function Changes.
	Changes bool
	// Accounts: see the function Accounts.
	Accounts bool
}

// ChainKey names the option by which tests leave shortcuts of the chain out. Its
// value is a Chain, which no file, flag or variable of a node can hold.
const ChainKey = "fast.chain"

// ReadChain is what the chain takes: every shortcut, but in tests.
func ReadChain(options servertypes.AppOptions) Chain {
	if c, tested := options.Get(ChainKey).(Chain); tested {
		return c
	}
	return Chain{Changes: true, Accounts: true}
}
