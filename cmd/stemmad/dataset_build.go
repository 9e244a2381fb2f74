package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/client/dataset/exchange"
	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/sheet"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/progress"
)

const (
	flagForm        = "form"
	flagContributor = "contributor"
	flagCredits     = "credits"
	// manifestEnding is that of a manifest's name, where none is given.
	manifestEnding = ".manifest"
)

func datasetBuildCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "build SOURCE",
		Short: "Build the manifest of a dataset, its roots and its digest",
		Long: `Build reads a source as a stream, writes its manifest, and prints the digest that the
dataset is registered by. It takes JSON Lines, Parquet, CSV and TSV with the columns
  ` + strings.Join(exchange.Columns, ", ") + `
of which the first two are needed; Croissant metadata, whose fields say where these
are in a file beside it; a folder, each file of which is an item; and a manifest that
somebody else has published, of which only the files beside it are made. What a source
is, its ending says, or --form.

A contributor is an account or a work. Of items that name none it is --contributor, which
takes the name of a key too. The files of a folder have theirs in a table (--credits) with
the columns path, contributor and, where you like, weight, terms, consent and time; a file
with several contributors has a line for each. Hidden and empty files and links are passed
over.

Beside the manifest lie FILE.contributors, all contributors with their weights, and
FILE.index, by which proofs are made. While it builds, it keeps what it does in
FILE.building: there has to be room for the manifest and some 30 bytes more for each
item. A build that is interrupted or killed goes on there when you run the command again,
unless the source has changed meanwhile.`,
		Example: `  stemmad dataset build items.jsonl
  stemmad dataset build photos --credits credits.csv --out photos.manifest
  stemmad dataset build rows.bin --form manifest --output json`,
		Args:        cobra.ExactArgs(1),
		Annotations: map[string]string{homeless: ""},
		RunE:        func(cmd *cobra.Command, args []string) error { return buildDataset(cmd, args[0]) },
	}
	f := cmd.Flags()
	f.String(flagOut, "", "file or folder to write to (default: beside the source, with "+manifestEnding+")")
	f.String(flagForm, "", "what the source is: "+strings.Join(exchange.Forms(), ", ")+" (default: guessed)")
	f.String(flagContributor, "", "account, key or work that gave the items that name nobody")
	f.String(flagCredits, "", "table of the contributors of a folder's files")
	addEncodingFlag(cmd)
	addKeyringFlags(cmd)
	return cmd
}

// built is what build says for programs.
type built struct {
	manifestTold
	PassedOver int     `json:"passed_over,omitempty"`
	ResumedAt  uint64  `json:"resumed_at,omitempty"`
	Seconds    float64 `json:"seconds"`
	Rate       float64 `json:"items_per_second"`
}

func buildDataset(cmd *cobra.Command, path string) error {
	defer interruptible(cmd)()
	ctx := cmd.Context()
	if _, err := wantsJSON(cmd); err != nil {
		return err
	}
	f := cmd.Flags()
	form, _ := f.GetString(flagForm)
	options, passed, err := sourceOptions(cmd)
	if err != nil {
		return err
	}
	if form == "" {
		if form, err = exchange.FormOf(path); err != nil {
			return fmt.Errorf("%w; say it with --%s", err, flagForm)
		}
	}
	options.Form = form
	to, err := manifestPath(cmd, path, form)
	if err != nil {
		return err
	}
	bar := progress.New(cmd.ErrOrStderr(), "hashing", sizeOf(path, form), progress.Size)
	options.Read = bar.Add
	said := built{}
	o := dataset.MakeOptions{
		Progress: func(_ int, bytes int64) { bar.Add(bytes) },
		Resumes: func(items uint64, changed bool) {
			said.ResumedAt = items
			if changed {
				cmd.PrintErrf("The source has changed since its build was broken off: it begins anew.\n")
				return
			}
			cmd.PrintErrf("Goes on behind %d items.\n", items)
		},
	}
	began := time.Now()
	made, err := makeManifest(ctx, path, to, options, o)
	bar.Finish()
	if err != nil {
		return notBuilt(ctx, to, err)
	}
	said.manifestTold, said.PassedOver = toldOf(to, made.Manifest), passed.all
	said.Seconds = time.Since(began).Seconds()
	said.Rate = float64(made.Manifest.ItemCount-said.ResumedAt) / said.Seconds
	passed.say(cmd)
	if isJSON(cmd) {
		return printIndented(cmd.OutOrStdout(), said)
	}
	return table.Fields(cmd.OutOrStdout(), append(said.pairs(), "rate", fmt.Sprintf("%.0f items a second", said.Rate))...)
}

func makeManifest(ctx context.Context, path, to string, options exchange.Options, o dataset.MakeOptions) (dataset.Built, error) {
	if options.Form == exchange.FormManifest && to == path {
		return dataset.Make(ctx, nil, path, o)
	}
	source, err := exchange.Open(ctx, path, options)
	if err != nil {
		return dataset.Built{}, err
	}
	made, err := dataset.Make(ctx, source, to, o)
	return made, errors.Join(err, source.Close())
}

// notBuilt says how to go on.
func notBuilt(ctx context.Context, to string, err error) error {
	to = table.Clean(to)
	switch {
	case errors.Is(err, dataset.ErrExists):
		return fmt.Errorf("%w: name another with --%s, or remove it with the files beside it", err, flagOut)
	}
	_, kept := os.Stat(to + ".building")
	switch {
	case ctx.Err() != nil && kept == nil:
		return fmt.Errorf("interrupted: what is done is in %s.building; the same command goes on from there", to)
	case ctx.Err() != nil:
		return errors.New("interrupted: nothing was done")
	case kept == nil && !errors.Is(err, dataset.ErrBusy):
		return fmt.Errorf("%w; what is done is in %s.building, from where the same command goes on", err, to)
	}
	return err
}

// passedOver counts what a folder has that is no item.
type passedOver struct {
	all   int
	first []string
}

func (p *passedOver) add(one register.Passed) {
	if p.all++; len(p.first) < shownPassed {
		p.first = append(p.first, fmt.Sprintf("%s (%s)", table.Clean(one.Path), one.Why))
	}
}

func (p *passedOver) say(cmd *cobra.Command) {
	if p.all == 0 {
		return
	}
	more := ""
	if n := p.all - len(p.first); n > 0 {
		more = fmt.Sprintf(", and %d more", n)
	}
	cmd.PrintErrf("Passed over: %s%s.\n", strings.Join(p.first, ", "), more)
}

// sourceOptions are those of the flags.
func sourceOptions(cmd *cobra.Command) (o exchange.Options, passed *passedOver, err error) {
	passed = &passedOver{}
	o.Passed = passed.add
	f := cmd.Flags()
	if text, _ := f.GetString(flagContributor); text != "" {
		whose, err := contributorOffline(cmd, text)
		if err != nil {
			return o, nil, fmt.Errorf("--%s: %w", flagContributor, err)
		}
		o.Whose = &whose
	}
	if name, _ := f.GetString(flagCredits); name != "" {
		encoding, _ := f.GetString(flagEncoding)
		in, err := os.Open(name)
		if err != nil {
			return o, nil, fmt.Errorf("--%s: %w", flagCredits, err)
		}
		defer in.Close()
		o.Credits, err = exchange.ReadCredits(in, name, sheet.Options{Encoding: encoding})
		if err != nil {
			return o, nil, fmt.Errorf("--%s: %w", flagCredits, err)
		}
	}
	return o, passed, nil
}

// manifestPath is where the manifest is written to.
func manifestPath(cmd *cobra.Command, path, form string) (string, error) {
	to, _ := cmd.Flags().GetString(flagOut)
	name := filepath.Base(filepath.Clean(path))
	if form != exchange.FormFolder {
		name = cmp.Or(strings.TrimSuffix(name, filepath.Ext(name)), name)
	}
	info, err := os.Stat(to)
	switch {
	case to == "" && form == exchange.FormManifest:
		return path, nil
	case to == "":
		to = filepath.Join(filepath.Dir(filepath.Clean(path)), name+manifestEnding)
	case err == nil && info.IsDir():
		to = filepath.Join(to, name+manifestEnding)
	}
	if form != exchange.FormFolder {
		return to, nil
	}
	// What is written would become an item while it is read.
	root, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	there, err := filepath.Abs(to)
	if err != nil {
		return "", err
	}
	if below, err := filepath.Rel(root, there); err == nil && filepath.IsLocal(below) {
		return "", fmt.Errorf("%s lies in the folder that is read: name a file outside of it with --%s", table.Clean(to), flagOut)
	}
	return to, nil
}

// sizeOf is how many bytes there are to read, for a bar; 0: that is not known.
func sizeOf(path, form string) (size int64) {
	if form != exchange.FormFolder {
		if info, err := os.Stat(path); err == nil && form != exchange.FormCroissant {
			size = info.Size()
		}
		return size
	}
	// What can't be read is said when it is read.
	_ = register.Walk(path, func(_ string, info os.FileInfo) error {
		size += info.Size()
		return nil
	}, func(register.Passed) {})
	return size
}
