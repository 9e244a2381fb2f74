package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	// completionTime is how long a shell waits for a node.
	completionTime = time.Second
	// completedWorks is the most works of a key that are suggested.
	completedWorks = 100
)

// keyFlags take a key or an account.
var keyFlags = []string{flags.FlagFrom, connect.FlagBy, flagAs, flagTo, flagHolder, flagReceiver, flagKey, flags.FlagFeeGranter, "licensee"}

// completeCommands has shells suggest what arguments and flags of the verbs may be.
func completeCommands(verbs []*cobra.Command) {
	for _, cmd := range verbs {
		completeCommands(cmd.Commands())
		for _, name := range keyFlags {
			if name == flags.FlagFrom && cmd.Name() == "derive" {
				continue // its sources
			}
			completeFlag(cmd, name, suggestKeys)
		}
		completeFlag(cmd, flagUse, func(*cobra.Command, string) []cobra.Completion {
			var list []cobra.Completion
			for _, m := range words.Uses() {
				list = append(list, cobra.CompletionWithDesc(m.Word, m.Means))
			}
			return list
		})
		completeFlag(cmd, flagKind, func(*cobra.Command, string) []cobra.Completion { return describe.Kinds() })
		completeFlag(cmd, flagTerms, suggestTerms)
		completeFlag(cmd, flagUnder, suggestTerms)
		places := strings.Fields(cmd.Use)
		if len(places) == 1 || cmd.HasSubCommands() {
			continue
		}
		cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
			at := min(len(args), len(places)-2)
			return suggest(cmd, strings.Trim(places[1+at], "[]."), begun)
		}
	}
}

func completeFlag(cmd *cobra.Command, name string, list func(*cobra.Command, string) []cobra.Completion) {
	if cmd.Flags().Lookup(name) == nil {
		return
	}
	// It fails for a flag that there is not, or that has one already.
	complete := func(cmd *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return list(cmd, begun), cobra.ShellCompDirectiveNoFileComp
	}
	_ = cmd.RegisterFlagCompletionFunc(name, complete)
}

// suggest completes an argument by what the usage calls its place.
func suggest(cmd *cobra.Command, place, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var list []cobra.Completion
	files := false
	for kind := range strings.SplitSeq(place, "|") {
		switch {
		case kind == "FILE", kind == "DIR":
			files = true
		case kind == "WORK" && strings.HasPrefix(begun, "work1"):
			list = append(list, suggestWorks(cmd)...)
		case kind == "WORK":
			list = append(list, cobra.CompletionWithDesc("work1", "an id; completes to works of yours"))
		case kind == "TERMS":
			list, files = append(list, suggestTerms(cmd, begun)...), true
		case kind == "ACCOUNT", kind == "KEY", strings.HasPrefix(kind, "ACCOUNT="):
			list = append(list, suggestKeys(cmd, begun)...)
		}
	}
	list = slices.DeleteFunc(list, func(c cobra.Completion) bool { return !strings.HasPrefix(c, begun) })
	slices.Sort(list)
	list = slices.Compact(list)
	if files {
		return list, cobra.ShellCompDirectiveDefault
	}
	return list, cobra.ShellCompDirectiveNoFileComp
}

func suggestTerms(*cobra.Command, string) []cobra.Completion {
	var list []cobra.Completion
	for _, p := range licensetypes.Presets() {
		list = append(list, p.Name)
	}
	return list
}

// suggestKeys reads the names of a keyring that needs no password, and no other.
func suggestKeys(cmd *cobra.Command, _ string) []cobra.Completion {
	files, err := filepath.Glob(filepath.Join(home(cmd), "keyring-test", "*.info"))
	if err != nil {
		return nil
	}
	var list []cobra.Completion
	for _, f := range files {
		list = append(list, strings.TrimSuffix(filepath.Base(f), ".info"))
	}
	return list
}

func home(cmd *cobra.Command) string {
	dir, _ := cmd.Flags().GetString(flags.FlagHome)
	return dir
}

// suggestWorks asks a node for the works of all keys; none where it does not answer at once.
func suggestWorks(cmd *cobra.Command) []cobra.Completion {
	if _, err := os.Stat(filepath.Join(home(cmd), "config", "client.toml")); err != nil {
		return nil // nothing is made for the sake of a suggestion
	}
	ctx, cancel := context.WithTimeout(context.Background(), completionTime)
	defer cancel()
	cmd.SetContext(context.WithValue(ctx, client.ClientContextKey, &client.Context{}))
	if err := prepare(cmd, nil); err != nil {
		return nil
	}
	conn, err := connect.Open(cmd)
	if err != nil {
		return nil
	}
	var list []cobra.Completion
	for address := range conn.KeyNames() {
		list = append(list, worksOf(ctx, conn, address)...)
	}
	return list
}

func worksOf(ctx context.Context, conn *connect.Conn, address string) (list []cobra.Completion) {
	if _, err := sdk.AccAddressFromBech32(address); err != nil {
		return nil
	}
	res, err := conn.Registry().Works(ctx, &registrytypes.QueryWorksRequest{
		Owner: address, Pagination: &query.PageRequest{Limit: completedWorks},
	})
	if err != nil {
		return nil
	}
	for _, w := range res.Works {
		list = append(list, cobra.CompletionWithDesc(w.Id.String(), table.Short(describe.Heading(w))))
	}
	return list
}
