package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

// arrange adds what all commands have: help in one form, usage in complaints about the number
// of arguments.
func arrange(root *cobra.Command) {
	for _, cmd := range root.Commands() {
		if cmd.Name() == "export" {
			describeExport(cmd)
			cmd.AddCommand(exportRightsCmd())
		}
	}
	explain(root)
	completeCommands(ours(root))
	nameUsage(root)
}

// needsNode refuses commands about a node where there is none, before they leave
// a home folder behind: start would write its flags' empty defaults into it.
func needsNode(cmd *cobra.Command, home string) error {
	switch cmd.CommandPath() {
	case "stemmad start", "stemmad check", "stemmad export", "stemmad prune", "stemmad rollback", "stemmad reset", "stemmad doctor":
	default:
		return nil
	}
	if _, err := os.Stat(filepath.Join(home, "config", "genesis.json")); errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("there is no node in %s: make one with `stemmad init`, or name another folder with --home", home)
	}
	return nil
}

func nameUsage(cmd *cobra.Command) {
	if check := cmd.Args; check != nil && !cmd.HasSubCommands() {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return fmt.Errorf("%w; usage: %s", err, cmd.UseLine())
			}
			return nil
		}
	}
	for _, sub := range cmd.Commands() {
		nameUsage(sub)
	}
}

// ours are the verbs of the root, which are not generated and not the SDK's.
func ours(root *cobra.Command) (list []*cobra.Command) {
	names := map[string]bool{}
	for _, verb := range verbs() {
		names[verb.Name()] = true
	}
	for _, cmd := range root.Commands() {
		if names[cmd.Name()] {
			list = append(list, cmd)
		}
	}
	return list
}
