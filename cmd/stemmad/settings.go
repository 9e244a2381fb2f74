package main

import (
	"errors"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/server"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
)

// shield keeps the settings and the environment from setting flags that only
// share a name with them: a message's version is not config.toml's, the sources of
// derive are not STEMMAD_FROM, and what prune is told is not what app.toml keeps. release
// ends it.
func shield(set *pflag.FlagSet) (release func()) {
	var shielded []*pflag.Flag
	for _, name := range []string{"version", flagSources, server.FlagPruningKeepRecent} {
		f := set.Lookup(name)
		if f == nil || f.Changed || (name == flagSources && f.Value.Type() == "string") {
			continue
		}
		// What is set on the command line is left alone.
		f.Changed = true
		shielded = append(shielded, f)
	}
	return func() {
		for _, f := range shielded {
			f.Changed = false
		}
	}
}

// setFromEnvironment sets the flags that variables STEMMAD_<FLAG> name. The SDK reads those
// whose prefix is the name of the program's file, so that a copy by another name, or one
// that a test built, would pass over them without a word.
func setFromEnvironment(set *pflag.FlagSet) error {
	var failed []error
	set.VisitAll(func(f *pflag.Flag) {
		value, found := os.LookupEnv(envPrefix + "_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_")))
		switch {
		case !found || value == "" || f.Changed || f.Name == "version":
		case f.Name == flagSources && f.Value.Type() != "string":
		default:
			if err := set.Set(f.Name, value); err != nil {
				failed = append(failed, err)
			}
		}
	})
	return errors.Join(failed...)
}

// signFromEnvironment lets STEMMAD_FROM name the signer of derive too, where
// --from is a source.
func signFromEnvironment(cmd *cobra.Command) error {
	from, by := cmd.Flags().Lookup(flagSources), cmd.Flags().Lookup(connect.FlagBy)
	signer := os.Getenv(envPrefix + "_" + strings.ToUpper(flagSources))
	if signer == "" || from == nil || by == nil || by.Changed || from.Value.Type() == "string" {
		return nil
	}
	return cmd.Flags().Set(connect.FlagBy, signer)
}

// The gas that generated transactions ask for, as a multiple of what a trial
// used: the same as the verbs'.
const generatedGasAdjustment = "1.5"

// estimateFee has the generated commands of tx estimate their gas, pay what the
// chain asks for in its first denom, and sign for the node's chain, unless flags or
// settings say otherwise. So a command pasted from an example works, and a
// message that would fail is refused before it is sent. Transactions that are
// only printed, or made without a node, are left as they are.
func estimateFee(cmd *cobra.Command) error {
	set := cmd.Flags()
	if !isGeneratedTx(cmd) || set.Changed(flags.FlagOffline) || set.Changed(flags.FlagGenerateOnly) || set.Changed(flags.FlagDryRun) {
		return nil
	}
	if !set.Changed(flags.FlagGas) {
		if err := set.Set(flags.FlagGas, flags.GasFlagAuto); err != nil {
			return err
		}
		if !set.Changed(flags.FlagGasAdjustment) {
			if err := set.Set(flags.FlagGasAdjustment, generatedGasAdjustment); err != nil {
				return err
			}
		}
	}
	ctx, err := nodeOf(cmd)
	if err != nil {
		return err
	}
	if ctx.ChainID == "" && !set.Changed(flags.FlagChainID) {
		status, err := ctx.Client.Status(cmd.Context())
		if err != nil {
			return err
		}
		if err := set.Set(flags.FlagChainID, status.NodeInfo.Network); err != nil {
			return err
		}
	}
	if set.Changed(flags.FlagFees) || set.Changed(flags.FlagGasPrices) {
		return nil
	}
	chain, err := connect.Chain(ctx)
	if err != nil {
		return err
	}
	prices, err := chain.Prices(cmd.Context())
	if err != nil || len(prices) == 0 {
		return err
	}
	return set.Set(flags.FlagGasPrices, prices[0].String())
}

// nodeOf is a connection to the node that --node or the settings name.
func nodeOf(cmd *cobra.Command) (client.Context, error) {
	ctx := client.GetClientContextFromCmd(cmd)
	if !cmd.Flags().Changed(flags.FlagNode) {
		return ctx, nil
	}
	uri, err := cmd.Flags().GetString(flags.FlagNode)
	if err != nil {
		return ctx, err
	}
	node, err := client.NewClientFromNode(uri)
	if err != nil {
		return ctx, err
	}
	return ctx.WithNodeURI(uri).WithClient(node), nil
}

// isGeneratedTx says whether this is "stemmad tx MODULE MESSAGE", or deeper, such as "stemmad tx ibc client recover-client".
func isGeneratedTx(cmd *cobra.Command) bool {
	deep, at := 0, cmd
	for ; at.HasParent() && at.Parent().HasParent(); at = at.Parent() {
		deep++
	}
	if deep < 2 || at.Name() != "tx" {
		return false
	}
	return cmd.Flags().Lookup(flags.FlagGasPrices) != nil && cmd.Flags().Lookup(flags.FlagGas) != nil
}
