package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/client/generation"
	"github.com/stemma-chain/stemma/client/sheet"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
)

// flagBatch names a batch: by its manifest, or by its root.
const flagBatch = "batch"

func generateCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "generate",
		Short: "Declare what an AI system made, one output or millions",
		Long: `Generate is for whoever runs an AI system and declares what it makes: from which works, in which
parts, by which model. "declare" registers an output and declares it in one transaction, of which works
that are registered get their share; with --manifest many. "batch" anchors the statements about any number of
outputs in one transaction; "prove" shows one of them to somebody, who checks it with "check", and "declare"
registers one later with its original time.`,
		Example: `  stemmad generate check proof.json image.png`,
		Args:    cobra.NoArgs,
	}
	cmd.AddCommand(generateDeclareCmd(), generateBatchCmd(), generateProveCmd(), generateCheckCmd())
	return cmd
}

func generateDeclareCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "declare OUTPUT --model M --source SOURCE... | OUTPUT [--batch FILE] | --manifest FILE",
		Short: "Register what an AI system made and declare what it was made from",
		Long: `Declare is "stemmad derive" as a generator has it: it checks what permits each source in its role, buys
what is missing where --buy says so, registers the output, pays for this use where --pay-uses says so, and
declares sources and generation record, all in one transaction or not at all. The output is anchored before, as by
"stemmad register", unless --no-anchor says otherwise.

Each SOURCE is WORK|FILE[:PERCENT][=role][@terms-or-grant], with a role of
` + words.Explained(words.Roles()) + `
and inputTo without one. Percentages are declared, sum up to 100 at most, and owe nothing by themselves. Sources that
are not registered are named with --external URI|FILE[:PERCENT%][=role].

With --agent, a key of the agent signs one act within its limit: the output is its controller's, the record
names the agent. What a limit refuses is refused with what is left of the budget.

With --manifest, each line of a file is an output, as JSON:
  {"output": "out/1.png", "sources": [{"work": "work1...", "weight": 60, "role": "inputTo"}], "model": "acme/painter-2"}
with any of sha256, provider, system, system_version, output_id, generated_at, prompt_sha256, and of what
"register" asks for a new work: title, kind, media_type, creator, source_type, uri, uri_sha256, fingerprint; under, max_rate
and commercial. A source that is not registered has uri or sha256 in place of work. Each output is a
transaction of its own, sent in any order. Interrupted or killed, the same command goes on: nothing is declared twice.

An output of a batch (stemmad generate batch) that is still where it was made needs no flags: the batch is
found, and its record dates from the batch's anchor. --batch names the manifest where it was moved.`,
		Example: `  stemmad generate declare image.png --source photo.jpg:60 --source sketch.png:40=parentOf --model acme/painter-2 --by bob
  stemmad generate declare image.png --source photo.jpg --model acme/painter-2 --buy --max-fee 5000uusdc --by painter-key --agent agent1...
  stemmad generate declare --manifest outputs.jsonl --by bob -y
  stemmad generate declare out/7.png --batch outputs.jsonl --by bob`,
		Args: cobra.MaximumNArgs(1),
	}
	f := cmd.Flags()
	f.StringArray(flagSource, nil, "source, as WORK|FILE[:PERCENT][=role][@terms-or-grant]; may be repeated")
	addDeriveFlags(cmd)
	f.Lookup(flagExternal).Usage = "source that is not registered, as URI|FILE[:PERCENT%][=role]: declared, not paid; registered ones are " +
		"refused; may be repeated"
	hide(cmd, flagSources, flagWeights)
	f.String(flagManifest, "", "JSON Lines of outputs to declare; its files are relative to it")
	f.String(flagOutbox, "", "file that keeps what was sent until its end is known (default: the manifest's name and .outbox)")
	f.String(flagBatch, "", "manifest of the batch that has the output")
	addDetailsFlags(cmd)
	return sending(cmd, generateDeclare)
}

// hide keeps flags out of the help text.
func hide(cmd *cobra.Command, names ...string) {
	for _, name := range names {
		_ = cmd.Flags().MarkHidden(name) // they are there
	}
}

func generateDeclare(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	f := conn.Flags()
	if err := waits(conn); err != nil {
		return err
	}
	switch {
	case f.Changed(flagSources):
		return fmt.Errorf("name who signs with --%s, and sources with --%s", connect.FlagBy, flagSource)
	case f.Changed(flagWeights):
		return fmt.Errorf("write a source's part behind it: --%s photo.jpg:60", flagSource)
	case f.Changed(flagManifest) && (len(args) > 0 || f.Changed(flagBatch)):
		return fmt.Errorf("--%s names the outputs: leave out OUTPUT and --%s", flagManifest, flagBatch)
	case f.Changed(flagManifest):
		return declareManifest(ctx, conn, sender)
	case len(args) == 0:
		return fmt.Errorf("name the output, or many with --%s (see stemmad generate declare --help)", flagManifest)
	}
	if err := readGeneratorSources(conn); err != nil {
		return err
	}
	if f.Changed(flagModel) && !f.Changed(flagBatch) {
		return deriveOne(ctx, conn, sender, args[0], nil)
	}
	if err := statedElsewhere(conn); err != nil {
		return err
	}
	batch, member, err := findMember(ctx, conn, sender, args[0])
	if err != nil {
		return err
	}
	if err := setFlags(conn, fieldsOf(member.Line)); err != nil {
		return err
	}
	return deriveOne(ctx, conn, sender, args[0], batch)
}

// statedElsewhere fails where flags say something of an output of which a batch's manifest says all.
func statedElsewhere(conn *connect.Conn) error {
	f := conn.Flags()
	for _, name := range statedFlags() {
		switch {
		case f.Changed(name) && !f.Changed(flagBatch):
			return fmt.Errorf("name the model with --%s, as its work id or its public name", flagModel)
		case f.Changed(name):
			return fmt.Errorf("--%s is stated in the batch's manifest: leave it out", name)
		}
	}
	return nil
}

// statedFlags are those of which a batch's manifest says all.
func statedFlags() []string {
	return []string{
		flagSource, flagSources, flagExternal, flagModel, flagProvider, flagSystem, flagSystemVersion, flagPromptFile, flagPromptHash,
		flagOutputID, flagGeneratedAt,
	}
}

// setFlags sets what a line of a manifest says, but for the output itself and what the command line says.
func setFlags(conn *connect.Conn, fields map[string][]string) error {
	for _, name := range rowFlags() {
		if conn.Flags().Changed(name) {
			continue
		}
		for _, v := range fields[name] {
			if err := conn.Flags().Set(name, v); err != nil {
				return err
			}
		}
	}
	return nil
}

// declareManifest declares each line of a manifest.
func declareManifest(ctx context.Context, conn *connect.Conn, sender *send.Sender) error {
	if err := readGeneratorSources(conn); err != nil {
		return err
	}
	manifest, err := generation.Look(ctx, conn.Flags().Text(flagManifest))
	if err != nil {
		return err
	}
	if manifest.Outputs > maxOutputs {
		return fmt.Errorf("%s has %d outputs, and %d can be declared at once: split it, or anchor it as one batch "+
			"(stemmad generate batch)", manifest.Path, manifest.Outputs, maxOutputs)
	}
	return deriveTable(ctx, conn, sender, func(f *fleet) error {
		f.name = manifest.Path
		var err error
		if f.batch, err = batchFor(ctx, conn, sender, manifest, generation.All); err != nil && !errors.Is(err, errNoBatch) {
			return err
		}
		var records []sheet.Record
		if err := manifest.Read(func(number int, line generation.Line, wrong error) error {
			records = append(records, sheet.Record{Line: number, Fields: fieldsOf(line), Err: wrong})
			return nil
		}); err != nil {
			return err
		}
		return f.take(records, filepath.Dir(manifest.Path))
	})
}
