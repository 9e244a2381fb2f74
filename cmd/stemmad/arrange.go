package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

// Groups of the root's help.
const (
	groupWorks = "works"
	groupChain = "chain"
	groupNode  = "node"
)

// arrange groups the commands in the root's help, what most people want first,
// and has every command name its usage when the number of arguments is wrong.
func arrange(root *cobra.Command) {
	root.AddGroup(
		&cobra.Group{ID: groupWorks, Title: "Works, licences and money:"},
		&cobra.Group{ID: groupChain, Title: "Everything else on the chain:"},
		&cobra.Group{ID: groupNode, Title: "Running a node:"},
	)
	groups := map[string]string{"keys": groupChain, "query": groupChain, "tx": groupChain, "status": groupChain}
	for _, verb := range verbs() {
		groups[verb.Name()] = groupWorks
	}
	for _, name := range []string{
		"init", "start", "check", "export", "testnet", "genesis", "comet", "prune", "rollback",
		"reset", "snapshots",
	} {
		groups[name] = groupNode
	}
	for _, cmd := range root.Commands() {
		cmd.GroupID = groups[cmd.Name()]
		if cmd.Name() == "export" {
			describeExport(cmd)
			cmd.AddCommand(exportRightsCmd())
		}
	}
	nameUsage(root)
}

// needsNode refuses commands about a node where there is none, before they leave
// a home folder behind: start would write its flags' empty defaults into it.
func needsNode(cmd *cobra.Command, home string) error {
	switch cmd.CommandPath() {
	case "stemmad start", "stemmad check", "stemmad export", "stemmad prune", "stemmad rollback", "stemmad reset":
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
