package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/client/history/blocks"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/report"
	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	"github.com/stemma-chain/stemma/internal/durably"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	flagFacts      = "facts"
	flagMaxSources = "max-sources"
)

func reportCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Print the papers that transparency laws ask for, as far as the chain knows",
		Long: `Report fills in what a law asks of a model or an output from the declarations on the
chain: sources at any depth, licences, grants, the generation record. Each line names
the declarations that it comes from. What the chain cannot know is stated by you
(--facts) and marked so; what nobody said is listed as missing, with what would supply
it, and the command exits with 5.

A report names the version of the text that it follows, and what of it could not be
read. It has facts from declarations, not verified, and is no legal advice.`,
		Example: `  stemmad report ca-sb942 picture.png`,
		Args:    cobra.NoArgs,
	}
	cmd.AddCommand(
		reportOfModel("eu-gpai", "Summarize a model's training content (EU AI Act Art. 53(1)(d))",
			`Eu-gpai follows the Commission's template: general information, data sources, processing.
Datasets are the works that the model, and what it was made from, declares as sources.`),
		reportOfModel("ca-ab2013", "Document a model's datasets (California AB 2013)",
			`Ca-ab2013 answers the twelve points about the datasets of a generative AI system.`),
		reportSB942Cmd(), reportNoticeCmd(), reportFactsCmd(),
	)
	return cmd
}

// addReportFlags adds what every report takes.
func addReportFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.String(flagFormat, "markdown", strings.Join(report.Formats(), ", "))
	f.String(flagTo, "", "file to write (default: standard output)")
	f.Bool(flagOverwrite, false, "replace the file")
	f.String(flagFacts, "", "YAML with what the chain cannot know, as \"stemmad report facts\" prints it to fill in")
	f.Int(flagMaxSources, report.DefaultMaxSources, "most sources to list; a list that is cut is incomplete")
	f.Int64(flagHeight, 0, "block whose state is reported (default: the latest)")
}

func reportOfModel(name, short, long string) *cobra.Command {
	cmd := &cobra.Command{
		Use: name + " --model WORK|FILE", Short: short, Long: long,
		Example: fmt.Sprintf("  stemmad report %s --model model.safetensors\n"+
			"  stemmad report %s --model model.safetensors --facts facts.yaml --format html --to summary.html", name, name),
		Args: cobra.NoArgs,
	}
	cmd.Flags().String(flagModel, "", "the model: a work id, file or SHA-256")
	if err := cmd.MarkFlagRequired(flagModel); err != nil {
		panic(err) // the flag was added above
	}
	addReportFlags(cmd)
	return asking(cmd, func(ctx context.Context, conn *connect.Conn, _ []string) error {
		return printReportOf(ctx, conn, name, report.Model, conn.Flags().Text(flagModel))
	})
}

func reportSB942Cmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ca-sb942 WORK|FILE",
		Short: "Say what an output's disclosure has to say (California SB 942)",
		Long: `Ca-sb942 says of an output who provides the system that made it, the system's name and
version, the time and a unique identifier, as its generation record has them.
"stemmad detect" finds them for a file.`,
		Example: `  stemmad report ca-sb942 picture.png
  stemmad report ca-sb942 picture.png --format html --to disclosure.html`,
		Args: cobra.ExactArgs(1),
	}
	addReportFlags(cmd)
	return asking(cmd, func(ctx context.Context, conn *connect.Conn, args []string) error {
		return printReportOf(ctx, conn, "ca-sb942", report.Output, args[0])
	})
}

func reportNoticeCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ai-notice {--model WORK|FILE | WORK|FILE}",
		Short: "Say how an output is marked (EU AI Act Art. 50), or what a model was trained on (US bills)",
		Long: `Ai-notice says of an output how it is marked as synthetic, as far as its registrant
states it, and of a model which works it was trained on and whose they are, as two US
bills would ask. What is not in force is marked "bill".`,
		Example: `  stemmad report ai-notice picture.png
  stemmad report ai-notice --model model.safetensors --format json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 || (len(args) == 1) == cmd.Flags().Changed(flagModel) {
				return fmt.Errorf("name an output, or a model with --%s", flagModel)
			}
			return nil
		},
	}
	cmd.Flags().String(flagModel, "", "a model, in place of an output: a work id, file or SHA-256")
	addReportFlags(cmd)
	return asking(cmd, func(ctx context.Context, conn *connect.Conn, args []string) error {
		if len(args) == 1 {
			return printReportOf(ctx, conn, "ai-notice", report.Output, args[0])
		}
		return printReportOf(ctx, conn, "ai-notice", report.Model, conn.Flags().Text(flagModel))
	})
}

func reportFactsCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "facts REPORT",
		Short: "Print a file of facts to fill in, for what the chain cannot know",
		Long: `Facts prints YAML with every key that a report takes, and what each answers. It needs no
node. Lines that stay empty are missing in the report; "none" is an answer. One file
may serve several reports.`,
		Example:     `  stemmad report facts eu-gpai > facts.yaml`,
		Args:        cobra.ExactArgs(1),
		ValidArgs:   report.Names(),
		Annotations: map[string]string{homeless: "true"},
		RunE: func(cmd *cobra.Command, args []string) error {
			statute, err := report.StatuteOf(args[0])
			if err != nil {
				return err
			}
			if isJSON(cmd) {
				return printIndented(cmd.OutOrStdout(), statute.FactsAsked())
			}
			_, err = fmt.Fprint(cmd.OutOrStdout(), statute.FactsTemplate())
			return err
		},
	}
}

// errIncomplete says that something is missing in a report, which lists it.
var errIncomplete = errors.New("the report is incomplete")

// printReportOf gathers, fills in and writes a report about what an argument names.
func printReportOf(ctx context.Context, conn *connect.Conn, name string, subject report.Subject, argument string) error {
	statute, err := report.StatuteOf(name)
	if err != nil {
		return err
	}
	f := conn.Flags()
	format := f.Text(flagFormat)
	if conn.JSON() && f.Text(flagTo) == "" {
		format = "json"
	}
	if err := (report.Report{}).Write(new(bytes.Buffer), format); err != nil {
		return fmt.Errorf("--%s: %w", flagFormat, err)
	}
	facts, err := readFacts(f.Text(flagFacts))
	if err != nil {
		return err
	}
	moment, err := momentOf(ctx, conn)
	if err != nil {
		return err
	}
	work, err := target.Earliest(ctx, conn.Registry(), argument)
	if err != nil {
		if errors.Is(err, target.ErrUnregistered) {
			return fmt.Errorf("as of block %d: %w", moment.Height, err)
		}
		return notKept(moment.Height, err)
	}
	noteChoice(conn, argument, work)
	most, _ := f.GetInt(flagMaxSources)
	known, err := report.Gather(ctx, conn, moment, work.Id, most)
	if err != nil {
		return notKept(moment.Height, err)
	}
	switch kind := known.Work.Details.Kind; {
	case subject == report.Model && kind != registrytypes.KIND_MODEL:
		conn.Note("Careful: %s is registered as %s, and this report is about a model.", argument, describe.KindName(kind))
	case subject == report.Output && known.Record == nil:
		conn.Note("Careful: %s has no generation record: nobody declared that an AI system made it.", argument)
	}
	filled, err := report.Fill(statute, subject, known, facts)
	if err != nil {
		return err
	}
	return writeReport(conn, filled, format)
}

func readFacts(path string) (report.Facts, error) {
	if path == "" {
		return report.Facts{}, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return report.Facts{}, fmt.Errorf("--%s: %w", flagFacts, err)
	}
	defer f.Close()
	facts, err := report.ReadFacts(f)
	if err != nil {
		return facts, fmt.Errorf("--%s %s: %w", flagFacts, path, err)
	}
	return facts, nil
}

// momentOf has all questions answered as of the block that --height names, or the latest.
func momentOf(ctx context.Context, conn *connect.Conn) (report.Moment, error) {
	node, err := conn.GetNode()
	if err != nil {
		return report.Moment{}, err
	}
	latest, err := rights.Latest(ctx, node)
	if err != nil {
		return report.Moment{}, err
	}
	moment := report.Moment{ChainID: latest.ChainID, Height: latest.Height, Time: latest.Time.UTC()}
	if height, err := conn.Flags().GetInt64(flagHeight); err == nil && height != 0 {
		if height < 1 || height > latest.Height {
			return report.Moment{}, fmt.Errorf("--%s is 1 to %d, the latest block, not %d", flagHeight, latest.Height, height)
		}
		commit, err := node.Commit(ctx, &height)
		if err != nil {
			return report.Moment{}, fmt.Errorf("ask the node for block %d: %w", height, err)
		}
		moment.Height, moment.Time = height, commit.Time.UTC()
	}
	conn.Context = conn.WithHeight(moment.Height)
	return moment, nil
}

// notKept explains a question about a state that the node has thrown away.
func notKept(height int64, err error) error {
	if !isPruned(err) {
		return err
	}
	return fmt.Errorf("the state after block %d is %w: ask a node that keeps more with --node", height, blocks.ErrNotKept)
}

// writeReport writes a report to the file or the standard output. An incomplete one has a code of its own.
func writeReport(conn *connect.Conn, r report.Report, format string) error {
	var text bytes.Buffer
	if err := r.Write(&text, format); err != nil {
		return err
	}
	if path := conn.Flags().Text(flagTo); path != "" {
		if _, err := os.Stat(path); err == nil && !conn.Flags().Is(flagOverwrite) {
			return fmt.Errorf("%s exists: choose another name for --%s, or replace it with --%s", path, flagTo, flagOverwrite)
		}
		if err := durably.Write(path, text.Bytes()); err != nil {
			return err
		}
		if conn.JSON() {
			if err := conn.PrintJSON(writtenReport{path, r.Statute, r.Height, r.Complete, len(r.Missing)}); err != nil {
				return err
			}
		}
		conn.Note("Wrote %s.", path)
	} else if _, err := conn.Out().Write(text.Bytes()); err != nil {
		return err
	}
	if r.Complete {
		return nil
	}
	conn.Note("The report is incomplete: %s missing, listed at its end.", count(len(r.Missing), "thing"))
	return exitError{code: exitNotFound, err: errIncomplete, said: true}
}

// writtenReport is what programs learn of a report that went to a file.
type writtenReport struct {
	File     string `json:"file"`
	Statute  string `json:"statute"`
	Height   int64  `json:"height,string"`
	Complete bool   `json:"complete"`
	Missing  int    `json:"missing"`
}
