package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/termspec/licences"
	"github.com/stemma-chain/stemma/client/words/markup"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func creditsCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "credits WORK|FILE",
		Short: "List whom to credit with a work, in lines ready to print",
		Long: `Credits lists everything that a work was made from, at any depth, whose terms ask for
a credit: title, creators, id and licence, as they were in the version that was
derived from. Later titles change no credit; text that was blanked stays blanked.
"stemmad clear" names the first 8 only, and how the work itself is credited. In Markdown
the texts of known licences are links; whatever people wrote is shown as it is.

Of a file that several have claimed it lists those of the earliest claim, and says so;
name a work id for another.`,
		Example: `  stemmad credits collage.png
  stemmad credits collage.png --format markdown > CREDITS.md`,
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().Uint32(flagDepth, 0, "steps to go; 0: all")
	cmd.Flags().String(flagFormat, "text", "text, markdown or json")
	return asking(cmd, credits)
}

func credits(ctx context.Context, conn *connect.Conn, args []string) error {
	format := conn.Flags().Text(flagFormat)
	if conn.JSON() {
		format = "json"
	}
	line, known := map[string]func(lineagetypes.Credit) string{
		"text": func(c lineagetypes.Credit) string { return table.Clean(c.Text) },
		"markdown": func(c lineagetypes.Credit) string {
			return "- " + linked(table.Clean(c.Text), textOf(ctx, conn, c.Terms))
		},
		"json": nil,
	}[format]
	if !known {
		return fmt.Errorf("--%s is text, markdown or json, not %q", flagFormat, format)
	}
	work, err := target.Earliest(ctx, conn.Registry(), args[0])
	if err != nil {
		return err
	}
	noteChoice(conn, args[0], work)
	list, truncated, err := allCredits(ctx, conn, work.Id)
	if err != nil {
		return err
	}
	if format == "json" {
		return printCredits(conn, work.Id, list, truncated)
	}
	for _, c := range list {
		fmt.Fprintln(conn.Out(), line(c))
	}
	switch {
	case truncated:
		conn.Note("There may be more: the walk was cut after %s.", count(len(list), "credit"))
	case len(list) == 0:
		conn.Note("Nobody has to be credited for what %s was made from.", work.Id)
	}
	return nil
}

// allCredits asks for all credits, page by page.
func allCredits(
	ctx context.Context, conn *connect.Conn, work registrytypes.WorkID,
) (list []lineagetypes.Credit, truncated bool, err error) {
	depth, _ := conn.Flags().GetUint32(flagDepth)
	page := &query.PageRequest{Limit: walkPage}
	for {
		request := &lineagetypes.QueryCreditsRequest{Work: work, Depth: depth, Pagination: page}
		res, err := conn.Lineage().Credits(ctx, request)
		if err != nil {
			return nil, false, err
		}
		list = append(list, res.Credits...)
		if res.Pagination == nil || len(res.Pagination.NextKey) == 0 {
			return list, res.Truncated, nil
		}
		page = &query.PageRequest{Limit: walkPage, Key: res.Pagination.NextKey}
	}
}

func printCredits(
	conn *connect.Conn, work registrytypes.WorkID, list []lineagetypes.Credit, truncated bool,
) error {
	result := struct {
		Work      registrytypes.WorkID `json:"work"`
		Credits   []json.RawMessage    `json:"credits"`
		Truncated bool                 `json:"truncated"`
	}{Work: work, Credits: []json.RawMessage{}, Truncated: truncated}
	for _, c := range list {
		raw, err := conn.Raw(&c)
		if err != nil {
			return err
		}
		result.Credits = append(result.Credits, raw)
	}
	return conn.PrintJSON(result)
}

// textOf is where the text of the licence is that a credit names, if this program knows
// the place by itself; empty: it is somebody's word for it.
func textOf(ctx context.Context, conn *connect.Conn, id licensetypes.TermsID) string {
	res, err := conn.License().Terms(ctx, &licensetypes.QueryTermsRequest{Terms: id.String()})
	if err != nil {
		return ""
	}
	known, err := licences.Named(res.Terms.Terms.Spdx)
	if err != nil || known.Uri != res.Terms.Terms.Uri {
		return ""
	}
	return known.Uri
}

// linked is a credit in Markdown, with a link to the licence's text at its end. Nothing else
// becomes a link.
func linked(text, uri string) string {
	rest, found := strings.CutSuffix(text, ", "+uri)
	if uri == "" || !found {
		return markup.Markdown(text)
	}
	return markup.Markdown(rest) + ", <" + uri + ">"
}
