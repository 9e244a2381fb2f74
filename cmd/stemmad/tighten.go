package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/server"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// groupOnly is the annotation of a command that has commands and does nothing by itself.
const groupOnly = "group-only"

// tighten has commands refuse what cobra passes over: a command of a group that there is
// not, for which it prints help as if all were well, and arguments of a command that takes
// none. It mends what the SDK's and CometBFT's commands do to a node that runs.
func tighten(root *cobra.Command) {
	for _, cmd := range root.Commands() {
		tightenBelow(cmd)
	}
	if parse, _, err := root.Find([]string{"keys", "parse"}); err == nil && parse.Name() == "parse" {
		before(parse, func(*cobra.Command, []string) error {
			sdk.GetConfig().Seal() // the command waits for it, for ever
			return nil
		})
	}
	// The SDK prints that there is no such key and goes on, to exit code 0.
	if remove, _, err := root.Find([]string{"keys", "delete"}); err == nil && remove.Name() == "delete" {
		before(remove, namedKeys)
	}
	for _, name := range []string{"unsafe-reset-all", "reset-state"} {
		if reset, _, err := root.Find([]string{"comet", name}); err == nil && reset.Name() == name {
			before(reset, func(cmd *cobra.Command, _ []string) error {
				return stoppedNode(server.GetServerContextFromCmd(cmd))
			})
		}
	}
}

func tightenBelow(cmd *cobra.Command) {
	for _, sub := range cmd.Commands() {
		tightenBelow(sub)
	}
	switch {
	case cmd.HasSubCommands() && !cmd.Runnable():
		cmd.Args, cmd.RunE = nil, client.ValidateCmd
		if cmd.Annotations == nil {
			cmd.Annotations = map[string]string{}
		}
		cmd.Annotations[groupOnly] = ""
	case cmd.Args == nil && !cmd.HasSubCommands() && len(strings.Fields(cmd.Use)) == 1 && cmd.Name() != "help":
		cmd.Args = cobra.NoArgs
	}
}

// tightened is the annotation of a command whose first step is there: some of CometBFT's
// commands are there once in a program.
const tightened = "tightened"

// before has a command begin with a step that may refuse.
func before(cmd *cobra.Command, step func(*cobra.Command, []string) error) {
	if _, done := cmd.Annotations[tightened]; done {
		return
	}
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations[tightened] = ""
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := step(cmd, args); err != nil {
			return err
		}
		return run(cmd, args)
	}
}

// namedKeys is an error when one of the names is no key's, before any is deleted.
func namedKeys(cmd *cobra.Command, names []string) error {
	ctx, err := client.GetClientQueryContext(cmd)
	if err != nil {
		return err
	}
	for _, name := range names {
		if _, err := ctx.Keyring.Key(name); err != nil {
			return fmt.Errorf("no key has the name %q: nothing was deleted; \"stemmad keys list\" lists them: %w", name, err)
		}
	}
	return nil
}
