package main

import (
	"os"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client/flags"
)

// colour has the log in colours on a terminal alone, and not with NO_COLOR (https://no-color.org), unless the flag says
// so.
func colour(cmd *cobra.Command) error {
	f := cmd.Flags().Lookup(flags.FlagLogNoColor)
	if f == nil || f.Changed {
		return nil
	}
	out, isFile := cmd.OutOrStdout().(*os.File)
	if os.Getenv("NO_COLOR") == "" && isFile && isatty.IsTerminal(out.Fd()) {
		return nil
	}
	return cmd.Flags().Set(flags.FlagLogNoColor, "true")
}
