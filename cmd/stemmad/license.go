package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/client/termspec/combining"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/internal/rates"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

func licenseCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "license",
		Short:   "Find out which licences go together",
		Long:    `License has what can be said about licences without looking at a work.`,
		Example: `  stemmad license combine cc-by-4.0 cc-by-nc-4.0`,
		Args:    cobra.NoArgs,
	}
	cmd.AddCommand(combineCmd())
	return cmd
}

func combineCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "combine TERMS...",
		Short: "Explain what a derivative of works under these terms may be offered under",
		Long: `Combine says whether works under these terms, one work each, can go into one
derivative, which two conflict and why, what follows into the derivative, and which
terms it may be offered under: each preset, and the terms given. The chain decides
by the same rules. It exits with 4 when no such derivative can be made.

TERMS is a preset, a licence that the chain knows, such as GPL-3.0-only, a YAML or JSON
file, or an id (terms1...). Only an id needs a node. What the works themselves took on from their sources is not known here:
"stemmad derive --dry-run" asks about works.`,
		Example: `  stemmad license combine cc-by-4.0 cc-by-nc-4.0
  stemmad license combine commercial-remix-5 commercial-remix-10
  stemmad license combine cc-by-sa-4.0 mine.yaml --output json`,
		Args: cobra.RangeArgs(1, licensetypes.MaxSources),
	}
	return offlineOr(cmd, allOffline, func(ctx context.Context, p printer, args []string) error {
		sources := make([]combining.Terms, len(args))
		var candidates []combining.Terms
		for _, preset := range licensetypes.Presets() {
			candidates = append(candidates, combining.Terms{Name: preset.Name, Terms: preset.Terms})
		}
		for i, arg := range args {
			named, err := p.terms(ctx, arg)
			if err != nil {
				return err
			}
			sources[i] = combining.Terms{Name: table.Short(named.name), Terms: named.Terms}
			known := func(c combining.Terms) bool { return c.Terms.ID() == named.Terms.ID() }
			if !slices.ContainsFunc(candidates, known) {
				candidates = append(candidates, sources[i])
			}
		}
		var err error
		report := combining.Explain(sources, candidates)
		if p.json {
			err = printIndented(p.cmd.OutOrStdout(), report)
		} else {
			err = printCombination(p.cmd.OutOrStdout(), report)
		}
		if err != nil || report.Combinable {
			return err
		}
		return exitError{code: exitDenied, err: errNotCombinable, said: true}
	})
}

var errNotCombinable = errors.New("no such derivative can be made")

// printCombination explains a report to people.
func printCombination(out io.Writer, r combining.Report) error {
	var b strings.Builder
	tab := table.New("source", "may be adapted", "why")
	for _, s := range r.Sources {
		answer := "yes"
		switch {
		case len(s.Refusals) > 0:
			answer = "no"
		case s.NeedsGrant:
			answer = "with a grant"
		}
		tab.Row(s.Name, answer, reasons(s.Refusals))
	}
	if err := tab.Write(&b); err != nil {
		return err
	}
	if !r.Combinable {
		b.WriteString("\nNo such derivative can be made.\n")
		findings(&b, r.Conflicts, true)
		_, err := io.WriteString(out, b.String())
		return err
	}
	b.WriteString("\nA derivative of all can be made.")
	if len(r.Demands) > 0 {
		b.WriteString(" What follows into it, and into what is made from it:")
	}
	b.WriteString("\n")
	findings(&b, r.Demands, false)
	if r.Absolute > 0 {
		fmt.Fprintf(&b, "  - It owes %s of its gross revenue, and so does what is made from it.\n", rates.Percent(uint32(r.Absolute)))
	}
	if r.Relative > 0 {
		fmt.Fprintf(&b, "  - It owes %s of what it takes in.\n", rates.Percent(uint32(r.Relative)))
	}
	b.WriteString("\nIt may be offered under:\n")
	offers := table.New("terms", "answer", "why")
	for _, o := range r.Offers {
		answer := map[combining.Answer]string{
			combining.Allowed: "allowed", combining.Warned: "not recommended", combining.Refused: "refused",
		}[o.Answer]
		offers.Row(o.Name, answer, reasons(o.Reasons))
	}
	if err := offers.Write(&b); err != nil {
		return err
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// findings lists reasons, each in a line, with the stable code of what conflicts.
func findings(b *strings.Builder, list []combining.Finding, codes bool) {
	for _, f := range list {
		line := "  - " + table.Clean(f.Text)
		if codes && f.Code != "" {
			line += " [" + f.Code + "]"
		}
		b.WriteString(line + "\n")
	}
}

// reasons puts reasons into one cell.
func reasons(list []combining.Finding) string {
	texts := make([]string, len(list))
	for i, f := range list {
		texts[i] = f.Text
	}
	return strings.Join(texts, " ")
}
