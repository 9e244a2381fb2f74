package main

import (
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/client/flags"
)

// The log of a node goes to files and pipes without colours, whatever NO_COLOR says; a person who asks for them gets
// them.
func TestLogsOfNoTerminalHaveNoColours(t *testing.T) {
	for given, want := range map[string]bool{"": true, "false": false, "true": true} {
		cmd := &cobra.Command{}
		cmd.SetOut(t.Output())
		cmd.Flags().Bool(flags.FlagLogNoColor, false, "")
		if given != "" {
			require.NoError(t, cmd.Flags().Set(flags.FlagLogNoColor, given))
		}
		require.NoError(t, colour(cmd))
		got, err := cmd.Flags().GetBool(flags.FlagLogNoColor)
		require.NoError(t, err)
		require.Equal(t, want, got, given)
	}
}
