package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	"github.com/stemma-chain/stemma/x/lineage/render"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	flagUp     = "up"
	flagDown   = "down"
	flagDepth  = "depth"
	flagFormat = "format"
	// walkPage is how many edges one query returns; maxSteps bounds all.
	walkPage = 1000
	maxSteps = 10_000
	// maxTitles bounds the questions for titles; further works show their id.
	maxTitles = 2000
)

func lineageCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lineage WORK|FILE",
		Short: "Show what a work was made from, or what was made from it",
		Long: `Lineage walks a work's sources (--up, the default) or its derivatives (--down) and
prints them as a tree, a table, JSON, or as a graph for Graphviz (dot).
Citations and external sources are drawn for the work itself only. A version is that of the source
which the other work was made from, where it is not the first: of a dataset that says which manifest. Of a file that
several have claimed it shows the earliest claim, and says so; name a work id for
another. "stemmad credits" lists whom to credit.`,
		Example: `  stemmad lineage remix.wav
  stemmad lineage song.wav --down --depth 2 --format table
  stemmad lineage remix.wav --format dot | dot -Tsvg > remix.svg`,
		Args: cobra.ExactArgs(1),
	}
	f := cmd.Flags()
	f.Bool(flagUp, false, "walk the sources (default)")
	f.Bool(flagDown, false, "walk the derivatives")
	f.Uint32(flagDepth, 0, "steps to go; 0: all")
	f.String(flagFormat, "tree", "tree, table, json or dot")
	cmd.MarkFlagsMutuallyExclusive(flagUp, flagDown)
	return asking(cmd, lineage)
}

func lineage(ctx context.Context, conn *connect.Conn, args []string) error {
	format := conn.Flags().Text(flagFormat)
	if conn.JSON() {
		format = "json"
	}
	draw, known := map[string]func(render.Lineage) error{
		"tree":  func(l render.Lineage) error { return l.Tree(conn.Out()) },
		"table": func(l render.Lineage) error { return l.Table(conn.Out()) },
		"dot":   func(l render.Lineage) error { return l.DOT(conn.Out()) },
		"json":  nil,
	}[format]
	if !known {
		return fmt.Errorf("--%s is tree, table, json or dot, not %q", flagFormat, format)
	}
	found, err := target.Earliest(ctx, conn.Registry(), args[0])
	if err != nil {
		return err
	}
	work := found.Claim
	noteChoice(conn, args[0], found)
	steps, truncated, err := walk(ctx, conn, work.Id)
	if err != nil {
		return err
	}
	if format == "json" {
		return printSteps(conn, work.Id, steps, truncated)
	}
	titles := map[registrytypes.WorkID]string{work.Id: describe.Heading(work)}
	for _, step := range steps {
		if step.Work.IsZero() || len(titles) == maxTitles {
			continue
		}
		if _, err := titleOf(ctx, conn, titles, step.Work); err != nil {
			return err
		}
	}
	err = draw(render.Lineage{
		Root: work.Id, Steps: steps, Terms: termsNamer(ctx, conn),
		Work: func(id registrytypes.WorkID) string {
			if title, known := titles[id]; known {
				return table.Short(title) + " (" + id.String() + ")"
			}
			return id.String()
		},
	})
	if truncated {
		conn.Note("There is more: the walk was cut at %d edges. --%s bounds it.", len(steps), flagDepth)
	}
	return err
}

// walk asks for all edges, page by page, and adds what a walk leaves out: the
// work's own citations and external sources.
func walk(ctx context.Context, conn *connect.Conn, work registrytypes.WorkID) (steps []lineagetypes.Step, truncated bool, err error) {
	depth, _ := conn.Flags().GetUint32(flagDepth)
	down := conn.Flags().Is(flagDown)
	ask := conn.Lineage().Ancestors
	if down {
		ask = conn.Lineage().Descendants
	}
	page := &query.PageRequest{Limit: walkPage}
	for {
		res, err := ask(ctx, &lineagetypes.QueryWalkRequest{Work: work, Depth: depth, Pagination: page, EveryEdge: true})
		if err != nil {
			return nil, false, err
		}
		steps = append(steps, res.Steps...)
		if res.Pagination == nil || len(res.Pagination.NextKey) == 0 || len(steps) >= maxSteps {
			truncated = res.Truncated || len(steps) >= maxSteps
			break
		}
		page = &query.PageRequest{Limit: walkPage, Key: res.Pagination.NextKey}
	}
	if down {
		return steps, truncated, nil
	}
	beside, err := besideWalk(ctx, conn, work)
	return append(steps, beside...), truncated, err
}

func besideWalk(ctx context.Context, conn *connect.Conn, work registrytypes.WorkID) ([]lineagetypes.Step, error) {
	res, err := conn.Lineage().Sources(ctx, &lineagetypes.QuerySourcesRequest{Work: work, Pagination: &query.PageRequest{Limit: walkPage}})
	if err != nil {
		return nil, err
	}
	var steps []lineagetypes.Step
	for _, link := range res.Sources {
		if link.External != nil || link.Role == lineagetypes.ROLE_CITES {
			steps = append(steps, lineagetypes.Step{Work: link.Source, Depth: 1, Link: link})
		}
	}
	return steps, nil
}

func printSteps(conn *connect.Conn, work registrytypes.WorkID, steps []lineagetypes.Step, truncated bool) error {
	result := struct {
		Work      registrytypes.WorkID `json:"work"`
		Steps     []json.RawMessage    `json:"steps"`
		Truncated bool                 `json:"truncated"`
	}{Work: work, Steps: []json.RawMessage{}, Truncated: truncated}
	for _, step := range steps {
		raw, err := conn.Raw(&step)
		if err != nil {
			return err
		}
		result.Steps = append(result.Steps, raw)
	}
	return conn.PrintJSON(result)
}

// noteChoice says which of several claims to a content is shown.
func noteChoice(conn *connect.Conn, argument string, work target.Work) {
	if choice := work.Choice(conn.KeyNames()); choice != "" {
		conn.Note("%s is %s%s", argument, work.Id, choice)
	}
}
