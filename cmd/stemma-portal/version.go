package main

import (
	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/version"
)

// program is this binary's name, which the SDK's flags of the build give as stemmad's.
const program = "stemma-portal"

// named says which program this is. Without the flags of a build the version is dev, as stemmad's, and the keyring that of stemmad.
func named() {
	if version.AppName = program; version.Name == "" {
		version.Name = "stemma"
	}
	if version.Version == "" {
		version.Version = "dev"
	}
}

// versionCmd is that of stemmad: the version alone, or with --long or as JSON all that it was built of.
func versionCmd() *cobra.Command {
	cmd := version.NewVersionCommand()
	cmd.Short, cmd.SilenceUsage, cmd.SilenceErrors = "Print the version of this program", true, true
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if output, _ := cmd.Flags().GetString("output"); output == "json" {
			if err := cmd.Flags().Set("long", "true"); err != nil {
				return err
			}
		}
		return run(cmd, args)
	}
	return cmd
}
