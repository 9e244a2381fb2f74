// Package queries bounds what others may have this node compute for nothing: how many
// queries and simulations run at once, how large they are and how much gas they use. It
// stands where gRPC, REST and ABCI queries meet, in front of every service's handler.
// ADR 0061.
package queries

import (
	"fmt"
	"time"

	"github.com/spf13/cast"

	servertypes "github.com/cosmos/cosmos-sdk/server/types"
)

// Settings are the bounds: the section [queries] of app.toml.
type Settings struct {
	// AtOnce is how many queries run at once.
	AtOnce int `mapstructure:"at-once"`
	// MaxBytes is the most that a query may hold, in bytes.
	MaxBytes int `mapstructure:"max-bytes"`
	// SimulationsAtOnce is how many simulations run at once, and other queries that
	// decode whole transactions.
	SimulationsAtOnce int `mapstructure:"simulations-at-once"`
	// SimulationMaxBytes is the most that a simulated transaction may have, in bytes.
	SimulationMaxBytes int `mapstructure:"simulation-max-bytes"`
	// SimulationMaxGas is the most gas that a simulation may use.
	SimulationMaxGas uint64 `mapstructure:"simulation-max-gas"`
	// Wait is how long a query waits for its turn before it is refused.
	Wait time.Duration `mapstructure:"wait"`
}

// DefaultSettings are those of a new node, and of one whose file lacks the section.
func DefaultSettings() Settings {
	return Settings{
		AtOnce: 32, MaxBytes: 1 << 20,
		SimulationsAtOnce: 2, SimulationMaxBytes: 512 << 10, SimulationMaxGas: 30_000_000,
		Wait: 2 * time.Second,
	}
}

// The names of the settings, as a node's options have them.
const (
	FlagAtOnce             = "queries.at-once"
	FlagMaxBytes           = "queries.max-bytes"
	FlagSimulationsAtOnce  = "queries.simulations-at-once"
	FlagSimulationMaxBytes = "queries.simulation-max-bytes"
	FlagSimulationMaxGas   = "queries.simulation-max-gas"
	FlagWait               = "queries.wait"
)

// SettingsTemplate is the section of app.toml.
const SettingsTemplate = `
###############################################################################
###                                Queries                                  ###
###############################################################################

# What others may have this node compute for nothing, by gRPC, REST and abci_query
# alike. A query beyond a bound is refused (ResourceExhausted) with the bound's name.
# The gas of a query that is no simulation is bounded by query-gas-limit, above.
[queries]

# How many run at once. More wait for their turn, eight times as many at most.
at-once = {{ .Queries.AtOnce }}

# The most that a query may hold, in bytes.
max-bytes = {{ .Queries.MaxBytes }}

# How many simulations run at once, and other queries that decode whole transactions.
simulations-at-once = {{ .Queries.SimulationsAtOnce }}

# The most that a simulated transaction may have, in bytes.
simulation-max-bytes = {{ .Queries.SimulationMaxBytes }}

# The most gas that a simulation may use; a transaction may declare no more than a tenth
# of a block's, 30000000.
simulation-max-gas = {{ .Queries.SimulationMaxGas }}

# How long a query waits for its turn before it is refused.
wait = "{{ .Queries.Wait }}"
`

// ReadSettings takes the settings from a node's options; one that is absent is the
// default.
func ReadSettings(options servertypes.AppOptions) (Settings, error) {
	s := DefaultSettings()
	for _, number := range []struct {
		name  string
		field *int
	}{
		{FlagAtOnce, &s.AtOnce},
		{FlagMaxBytes, &s.MaxBytes},
		{FlagSimulationsAtOnce, &s.SimulationsAtOnce},
		{FlagSimulationMaxBytes, &s.SimulationMaxBytes},
	} {
		if err := positive(options, number.name, number.field, cast.ToIntE); err != nil {
			return Settings{}, err
		}
	}
	if err := positive(options, FlagSimulationMaxGas, &s.SimulationMaxGas, cast.ToUint64E); err != nil {
		return Settings{}, err
	}
	if err := positive(options, FlagWait, &s.Wait, cast.ToDurationE); err != nil {
		return Settings{}, err
	}
	return s, nil
}

// positive reads a setting, none of which can be left without a bound.
func positive[T int | uint64 | time.Duration](
	options servertypes.AppOptions, name string, field *T, read func(any) (T, error),
) error {
	value := options.Get(name)
	if value == nil {
		return nil
	}
	number, err := read(value)
	if err != nil || number <= 0 {
		return fmt.Errorf("%s is %v: set it above 0 in app.toml, such as %v", name, value, *field)
	}
	*field = number
	return nil
}
