package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stemma-chain/stemma/client/words/table"
)

// helpGroup is a group of commands in the root's help.
type helpGroup struct {
	id, title string
	// commands, in the order in which they are shown.
	commands []string
}

// helpGroups are the groups: what is done most, then what each kind of users does beside it.
var helpGroups = []helpGroup{
	{"most", "Done most:", []string{"register", "works", "show", "offer", "clear", "acquire", "derive", "pay", "balance", "splits"}},
	{"creators", "Creators, beside that:", []string{
		"anchor", "terms", "approve", "approve-source", "withdraw-work", "revise", "blank", "transfer", "accept", "title",
		"receipt", "statement", "prove", "verify", "c2pa", "dispute",
	}},
	{"makers", "AI generators, and whoever makes something of works:", []string{
		"agent", "generate", "lineage", "credits", "license", "royalty", "report", "detect", "similar",
	}},
	{"curators", "Curators of datasets, and their contributors:", []string{"dataset", "collection"}},
	{"licensees", "Licensees and payers:", []string{"grant", "use", "fetch", "paychannel", "voucher", "denom"}},
	{"validators", "Validators, and whoever runs a node:", []string{
		"join", "init", "start", "status", "doctor", "upgrade", "check", "export", "prune", "rollback", "reset", "snapshots", "genesis", "comet", "testnet",
		"network",
	}},
	{"all", "Keys, and everything else on the chain:", []string{"keys", "query", "tx"}},
	{"program", "The program:", []string{"version", "completion", "debug", "help"}},
}

// shorts are those of the SDK's commands in our words.
var shorts = map[string]string{
	"keys": "Make, list and import the keys that sign", "status": "Ask the node how far it is, and whether it catches up",
	"comet": "Look at the node's keys and state of consensus", "genesis": "Write and check the genesis file of a new chain",
	"snapshots": "List, restore and delete snapshots of the state", "version": "Print the version of this program",
	"debug": "Look into addresses, keys and encodings", "completion": "Write completions for your shell",
	"help": "Explain a command",
}

// explain gives the commands their groups and words, and help its form.
func explain(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	group := map[string]string{}
	for _, k := range helpGroups {
		root.AddGroup(&cobra.Group{ID: k.id, Title: k.title})
		for _, name := range k.commands {
			group[name] = k.id
		}
	}
	for _, cmd := range root.Commands() {
		cmd.GroupID = group[cmd.Name()]
		if short, ours := shorts[cmd.Name()]; ours {
			cmd.Short = short
		}
	}
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { writeHelp(cmd.OutOrStdout(), cmd) })
	root.SetUsageFunc(func(cmd *cobra.Command) error {
		_, err := io.WriteString(cmd.OutOrStderr(), usage(cmd, helpColumns(cmd.OutOrStderr())))
		return err
	})
}

// helpEnd is the annotation of a command whose help ends with more than its flags.
const helpEnd = "help-end"

// helpWidth is that of help that goes to a file.
const helpWidth = 100

// helpColumns is how wide help is written: not wider than it is easily read.
func helpColumns(w io.Writer) int {
	if n := table.Columns(w); n > 0 {
		return min(n, helpWidth)
	}
	return helpWidth
}

func writeHelp(w io.Writer, cmd *cobra.Command) {
	text := strings.TrimSpace(cmd.Long)
	if text == "" {
		text = strings.TrimSpace(cmd.Short)
	}
	columns := helpColumns(w)
	if text != "" {
		text = table.Reflow(text, columns) + "\n\n"
	}
	end := ""
	if last := cmd.Annotations[helpEnd]; last != "" {
		end = "\n" + table.Reflow(last, columns) + "\n"
	}
	// What can't be printed is nobody's to hear of.
	_, _ = io.WriteString(w, text+usage(cmd, columns)+end)
}

// usage says how a command is written, what is below it, and its flags.
func usage(cmd *cobra.Command, columns int) string {
	var b strings.Builder
	b.WriteString("Usage:\n")
	if _, group := cmd.Annotations[groupOnly]; cmd.Runnable() && !group {
		fmt.Fprintf(&b, "%s\n", table.Wrap("  "+cmd.UseLine(), "    ", columns))
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "  %s COMMAND\n", cmd.CommandPath())
	}
	if len(cmd.Aliases) > 0 {
		fmt.Fprintf(&b, "\nAlso called:\n  %s\n", strings.Join(cmd.Aliases, ", "))
	}
	if cmd.HasExample() {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", cmd.Example)
	}
	if cmd.HasAvailableSubCommands() {
		writeCommands(&b, cmd, columns)
	}
	writeFlags(&b, "Flags", cmd.LocalFlags(), columns)
	if cmd.HasParent() {
		if cmd.HasAvailableInheritedFlags() {
			fmt.Fprintf(&b, "\nFlags of every command: --home, and those of logs (%s --help)\n", cmd.Root().Name())
		}
	} else {
		fmt.Fprintf(&b, "\n\"%s COMMAND --help\" explains a command, with examples.\n", cmd.CommandPath())
	}
	return b.String()
}

// writeCommands lists what is below a command; of the root in its groups, in their order.
func writeCommands(b *strings.Builder, cmd *cobra.Command, columns int) {
	below := map[string]*cobra.Command{}
	width := 0
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() || sub.Name() == "help" && !cmd.HasParent() {
			below[sub.Name()] = sub
			width = max(width, len(sub.Name()))
		}
	}
	line := func(sub *cobra.Command) {
		fmt.Fprintf(b, "%s\n", table.Wrap(fmt.Sprintf("  %-*s  %s", width, sub.Name(), sub.Short), strings.Repeat(" ", width+4), columns))
		delete(below, sub.Name())
	}
	if !cmd.HasParent() {
		for _, k := range helpGroups {
			fmt.Fprintf(b, "\n%s\n", k.title)
			for _, name := range k.commands {
				if sub := below[name]; sub != nil {
					line(sub)
				}
			}
		}
	}
	if len(below) == 0 {
		return
	}
	b.WriteString("\nCommands:\n")
	for _, sub := range cmd.Commands() {
		if below[sub.Name()] != nil {
			line(sub)
		}
	}
}

// flagGap is how deep what a flag means stands, where its name leaves that room.
const flagGap = 28

// writeFlags lists flags with what they mean.
func writeFlags(b *strings.Builder, title string, flags *pflag.FlagSet, columns int) {
	if !flags.HasAvailableFlags() {
		return
	}
	fmt.Fprintf(b, "\n%s:\n", title)
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Deprecated != "" {
			return
		}
		kind, means := pflag.UnquoteUsage(f)
		name := "      --" + f.Name
		if f.Shorthand != "" {
			name = "  -" + f.Shorthand + ", --" + f.Name
		}
		if kind != "" {
			name += " " + kind
		}
		if !plainDefault(f) {
			means += fmt.Sprintf(" (default: %s)", f.DefValue)
		}
		indent := strings.Repeat(" ", flagGap)
		if utf8.RuneCountInString(name)+2 > flagGap || columns < 2*flagGap {
			indent = "          "
			fmt.Fprintf(b, "%s\n%s\n", name, table.Wrap(indent+means, indent, columns))
			return
		}
		fmt.Fprintf(b, "%s\n", table.Wrap(fmt.Sprintf("%-*s%s", flagGap, name, means), indent, columns))
	})
}

// plainDefault says whether the default says nothing.
func plainDefault(f *pflag.Flag) bool {
	switch f.DefValue {
	case "", "0", "false", "[]", "0s":
		return true
	}
	return strings.Contains(f.Usage, "default")
}
