package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"sigs.k8s.io/yaml"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/termspec"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/x/license/deed"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

const (
	flagPresets = "presets"
	// termsPage is how many terms one query returns.
	termsPage = 200
)

func termsCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "terms",
		Short: "Read, write and publish licence terms",
		Long: `Terms say what may be done with a work, in a form that machines decide by and
people can read. They are published once and never change; equal terms are one
entry, whoever publishes them. A work is then offered under them ("stemmad offer").

To make your own, start from a file:

  stemmad terms template commercial-remix-10 > mine.yaml
  stemmad terms show mine.yaml
  stemmad terms publish mine.yaml`,
		Example: `  stemmad terms list
  stemmad terms show cc-by-nc-4.0`,
		Args: cobra.NoArgs,
	}
	cmd.AddCommand(termsListCmd(), termsShowCmd(), termsTemplateCmd(), termsPublishCmd())
	return cmd
}

func termsListCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the presets and all published terms",
		Long: `List prints the presets and all terms that were ever published, with what most
people ask first. With --presets it lists the presets only, and needs no node.`,
		Example: `  stemmad terms list
  stemmad terms list --presets
  stemmad terms list --output json`,
		Args: cobra.NoArgs,
	}
	cmd.Flags().Bool(flagPresets, false, "only the presets, without a node")
	return offlineOr(cmd, func(cmd *cobra.Command, _ []string) bool {
		only, _ := cmd.Flags().GetBool(flagPresets)
		return only
	}, func(ctx context.Context, p printer, _ []string) error {
		list := presetTerms()
		if p.conn != nil {
			published, err := publishedTerms(ctx, p.conn)
			if err != nil {
				return err
			}
			list = append(list, published...)
		}
		return p.list(list)
	})
}

// presetTerms lists the presets in their own order.
func presetTerms() []licensetypes.IdentifiedTerms {
	var list []licensetypes.IdentifiedTerms
	for _, preset := range licensetypes.Presets() {
		list = append(list, identified(preset.Terms))
	}
	return list
}

// publishedTerms pages through all terms on the chain but the presets.
func publishedTerms(ctx context.Context, conn *connect.Conn) ([]licensetypes.IdentifiedTerms, error) {
	var list []licensetypes.IdentifiedTerms
	page := &query.PageRequest{Limit: termsPage}
	for {
		res, err := conn.License().TermsList(ctx, &licensetypes.QueryTermsListRequest{Pagination: page})
		if err != nil {
			return nil, err
		}
		for _, terms := range res.Terms {
			if terms.Preset == "" {
				list = append(list, terms)
			}
		}
		if res.Pagination == nil || len(res.Pagination.NextKey) == 0 {
			return list, nil
		}
		page = &query.PageRequest{Key: res.Pagination.NextKey, Limit: termsPage}
	}
}

func termsShowCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show TERMS|PRESET|FILE",
		Short: "Say in plain sentences what terms allow, demand and exclude",
		Long: `Show prints the deed of terms, what you may, must and may not do, and their id. It
takes an id (terms1...), a preset's name, the name of a licence that the chain knows, such
as GPL-3.0-only, or a YAML or JSON file ("-" for the standard input). Only an id needs a
node.`,
		Example: `  stemmad terms show commercial-remix-10
  stemmad terms show mine.yaml
  stemmad terms show cc-by-4.0 --output json`,
		Args: cobra.ExactArgs(1),
	}
	return offlineOr(cmd, allOffline, func(ctx context.Context, p printer, args []string) error {
		named, err := p.terms(ctx, args[0])
		if err != nil {
			return err
		}
		return p.deed(named.IdentifiedTerms)
	})
}

func termsTemplateCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "template [PRESET|FILE]",
		Short: "Print a file of terms to edit, every key explained",
		Long: `Template prints a YAML file with every key of terms, what it means, and an example
in a comment where it is not set (with --output json those that are set); filled in from a preset, a licence or another file, if
you name one. It needs no node. Give terms of your own a name of their own
(LicenseRef-...), and drop the uri of the text that no longer holds.`,
		Example: `  stemmad terms template > mine.yaml
  stemmad terms template commercial-remix-10 > mine.yaml`,
		Args:        cobra.MaximumNArgs(1),
		Annotations: map[string]string{homeless: "true"},
		RunE: func(cmd *cobra.Command, args []string) error {
			terms := licensetypes.Terms{Spdx: "LicenseRef-My-Terms", CommercialUse: true, Attribution: true}
			if len(args) == 1 {
				named, err := printer{cmd: cmd}.terms(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				terms = named.Terms
			}
			text := termspec.Write(terms)
			if isJSON(cmd) {
				raw, err := yaml.YAMLToJSON([]byte(text))
				if err != nil {
					return err
				}
				return printIndented(cmd.OutOrStdout(), json.RawMessage(raw))
			}
			_, err := fmt.Fprint(cmd.OutOrStdout(), text)
			return err
		},
	}
}

func termsPublishCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "publish FILE",
		Short: "Publish terms of your own from a YAML file",
		Long: `Publish checks the terms in a YAML or JSON file, prints what they mean and their id,
and stores them on the chain, for good. Terms that exist already are not published
again. "stemmad terms template" prints a file to start from.

A mistake in the file is named with its line before anything is sent.`,
		Example: `  stemmad terms publish mine.yaml --from alice
  stemmad terms publish mine.yaml --dry-run`,
		Args: cobra.ExactArgs(1),
	}
	connect.AddTxFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		defer interruptible(cmd)()
		terms, err := termspec.Read(args[0], cmd.InOrStdin())
		if err != nil {
			return err
		}
		conn, err := connect.Open(cmd)
		if err != nil {
			return err
		}
		return failed(cmd.Context(), conn, publishTerms(cmd.Context(), conn, terms))
	}
	return cmd
}

func publishTerms(ctx context.Context, conn *connect.Conn, terms licensetypes.Terms) error {
	named := identified(terms)
	conn.Say("%s", deed.Of(terms).Text())
	exists, err := published(ctx, conn, named)
	if err != nil {
		return err
	}
	if exists {
		return printPublished(conn, named, true, nil)
	}
	sender, err := send.Open(conn)
	if err != nil {
		return err
	}
	result, err := sender.Send(ctx, fmt.Sprintf("Publish these terms (%s), for good.", table.Clean(terms.Spdx)),
		&licensetypes.MsgPublishTerms{Author: sender.Account(), Terms: terms})
	if err != nil {
		return err
	}
	return printPublished(conn, named, false, &result)
}

// published asks whether equal terms exist. Presets do from genesis.
func published(ctx context.Context, conn *connect.Conn, terms licensetypes.IdentifiedTerms) (bool, error) {
	if terms.Preset != "" {
		return true, nil
	}
	_, err := conn.License().Terms(ctx, &licensetypes.QueryTermsRequest{Terms: terms.Id.String()})
	if status.Code(err) == codes.NotFound {
		return false, nil
	}
	return err == nil, err
}

func printPublished(conn *connect.Conn, terms licensetypes.IdentifiedTerms, existed bool, result *send.Result) error {
	if conn.JSON() {
		raw, err := describedTerms(terms)
		if err != nil {
			return err
		}
		return conn.PrintJSON(struct {
			described
			Existed bool         `json:"existed"`
			Tx      *send.Result `json:"tx,omitempty"`
		}{raw, existed, result})
	}
	switch {
	case terms.Preset != "":
		conn.Say("These are the preset %s: there is nothing to publish.", terms.Preset)
	case existed:
		conn.Say("Equal terms exist already: there is nothing to publish.")
	default:
		conn.Say("%s: %s", result.Did("Published", "Would publish"), result)
	}
	return table.Fields(conn.Out(), "terms", terms.Id.String())
}

// described is terms as programs read them: with id, name and deed.
type described struct {
	ID     licensetypes.TermsID `json:"id"`
	Preset string               `json:"preset,omitempty"`
	Terms  json.RawMessage      `json:"terms"`
	Deed   deed.Deed            `json:"deed"`
}

// cleanLines replaces what a terminal would interpret, and keeps the lines.
func cleanLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = table.Clean(line)
	}
	return strings.Join(lines, "\n")
}
