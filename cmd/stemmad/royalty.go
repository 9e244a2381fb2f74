package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/x/royalty/flow"
)

func royaltyCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "royalty",
		Short:   "Work with royalties away from a chain",
		Long:    `Royalty has what can be said about royalties without a chain.`,
		Example: `  stemmad royalty simulate scenario.json`,
		Args:    cobra.NoArgs,
	}
	cmd.AddCommand(simulateCmd())
	return cmd
}

func simulateCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "simulate FILE",
		Short: "Work out who gets what in a scenario, with the chain's own rules",
		Long: `Simulate reads works with their holders, sources and rates, and payments, moves
the money until nothing moves, and prints the result as JSON: what was paid in,
what is held back by rounding, what each account has got, and what each work owes
in absolute rates. Sources come before what derives from them; rates and shares are
parts per million. FILE may be - for the standard input. Where a work owes more
than the whole it prints {"error": ..., "works": [...]} and exits with 1.`,
		Example: `  echo '{"works": [{"id": "song", "holders": {"alice": 1000000}, "sources": []},
    {"id": "remix", "holders": {"bob": 1000000}, "sources": [{"work": "song", "policy": "absolute", "rate": 100000}]}],
    "payments": [{"work": "remix", "denom": "uusdc", "amount": "1001"}]}' | stemmad royalty simulate -`,
		Args:        cobra.ExactArgs(1),
		Annotations: map[string]string{homeless: "true"},
		RunE: func(cmd *cobra.Command, args []string) error {
			in := cmd.InOrStdin()
			if args[0] != "-" {
				f, err := os.Open(args[0])
				if err != nil {
					return err
				}
				defer f.Close()
				in = f
			}
			return simulate(in, cmd.OutOrStdout())
		},
	}
}

// simulate prints the outcome, or a refused stack as JSON before its error.
func simulate(in io.Reader, out io.Writer) error {
	scenario, err := flow.ReadScenario(in)
	if err != nil {
		return err
	}
	outcome, err := flow.Simulate(scenario)
	var over *flow.StackError
	if errors.As(err, &over) {
		return errors.Join(printIndented(out, over), err)
	}
	if err != nil {
		return err
	}
	return printIndented(out, outcome)
}

func printIndented(out io.Writer, v any) error {
	bz, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, string(table.JSON(bz)))
	return err
}
