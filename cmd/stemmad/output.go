package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client/flags"
)

// Every command takes --output. Ours answer programs with members of their own; the SDK's that
// know no JSON answer {"text": ...}.

// withoutOutput are those that answer nobody, or nobody but a shell.
var withoutOutput = []string{"start", "completion", "help"}

// sdkText are groups of commands of the SDK of which some print text, whatever they are asked for.
var sdkText = []string{"keys", "comet", "debug", "snapshots", "genesis"}

// addOutput gives --output to all commands.
func addOutput(root *cobra.Command) {
	for _, cmd := range root.Commands() {
		if !slices.Contains(withoutOutput, cmd.Name()) {
			addOutputBelow(cmd, slices.Contains(sdkText, cmd.Name()))
		}
	}
}

func addOutputBelow(cmd *cobra.Command, text bool) {
	for _, sub := range cmd.Commands() {
		addOutputBelow(sub, text)
	}
	if !cmd.Runnable() || cmd.HasSubCommands() && cmd.Name() != "export" {
		return
	}
	if cmd.Flags().Lookup(flags.FlagOutput) == nil && cmd.InheritedFlags().Lookup(flags.FlagOutput) == nil {
		const usage = "text for people, json for programs"
		if cmd.Flags().ShorthandLookup("o") == nil {
			cmd.Flags().StringP(flags.FlagOutput, "o", flags.OutputFormatText, usage)
		} else {
			cmd.Flags().String(flags.FlagOutput, flags.OutputFormatText, usage)
		}
	}
	if text {
		wrapText(cmd)
	}
	// Some of CometBFT's commands are there once in a program: what another command line set is not this one's.
	if f := cmd.Flags().Lookup(flags.FlagOutput); f != nil && f.Changed {
		f.Changed = false
		_ = f.Value.Set(f.DefValue) // it was read from such a text
	}
}

// wrapText has a command that prints text print JSON where it is asked for.
func wrapText(cmd *cobra.Command) {
	run := cmd.RunE
	if run == nil && cmd.Run != nil {
		plain := cmd.Run
		run = func(cmd *cobra.Command, args []string) error { plain(cmd, args); return nil }
	}
	cmd.Run, cmd.RunE = nil, func(cmd *cobra.Command, args []string) error {
		// Commands that make transactions have JSON for their default, and print text all the same.
		if !isJSON(cmd) || !cmd.Flags().Changed(flags.FlagOutput) && os.Getenv(envPrefix+"_OUTPUT") == "" {
			return run(cmd, args)
		}
		var printed bytes.Buffer
		out := cmd.OutOrStdout()
		cmd.SetOut(&printed)
		err := run(cmd, args)
		cmd.SetOut(out)
		if err != nil {
			return err
		}
		if json.Valid(printed.Bytes()) {
			_, err = out.Write(printed.Bytes())
			return err
		}
		return printIndented(out, struct {
			Text string `json:"text"`
		}{strings.TrimSpace(printed.String())})
	}
}

// isJSON says whether the command is to print JSON.
func isJSON(cmd *cobra.Command) bool {
	asked, _ := wantsJSON(cmd)
	return asked
}

// told prints what a command did: a sentence, or for programs a value.
func told(cmd *cobra.Command, value any, sentence string, args ...any) error {
	if isJSON(cmd) {
		return printIndented(cmd.OutOrStdout(), value)
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), sentence+"\n", args...)
	return err
}

// jsonAsked says whether a command line asks for JSON, also one that can't be read.
func jsonAsked(args []string) bool {
	for i, arg := range args {
		switch arg {
		case "--":
			return false
		case "--output=json", "-o=json", "-ojson":
			return true
		case "--output", "-o":
			if i+1 < len(args) && args[i+1] == flags.OutputFormatJSON {
				return true
			}
		}
	}
	return false
}

// longVersion has `version --output json` print what --long does: JSON needs names.
func longVersion(cmd *cobra.Command) {
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if isJSON(cmd) {
			if err := cmd.Flags().Set("long", "true"); err != nil {
				return err
			}
			if err := cmd.Flags().Set(flags.FlagOutput, flags.OutputFormatJSON); err != nil {
				return err
			}
		}
		return run(cmd, args)
	}
}
