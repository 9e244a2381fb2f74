package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/generation"
	"github.com/stemma-chain/stemma/client/permission"
	"github.com/stemma-chain/stemma/client/portrait"
	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/register/enroll"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

func deriveCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "derive FILE|WORK --from SOURCE... | --csv|--jsonl FILE [DIR]",
		Short: "Declare what a work of yours was made from",
		Long: `Derive links a work to its sources. A FILE that you have not registered is
registered in the same transaction (anchored first, as by "stemmad register").

Each SOURCE is WORK|FILE[=role][@terms-or-grant], with a role of
` + words.Explained(words.Roles()) + `
(or short: parent, component, input, trained, item). "contains" is for a collection that
holds the source unchanged: it needs the permission to copy and to distribute, and
the source keeps its own terms. Terms are an id, a preset, or the name of the licence
that it is offered under. Without a role it is parentOf for a single source,
componentOf for several, and inputTo with --model. Without terms or grant, derive asks
the chain what permits it: your own work, else of the public offers and your grants the
one with the lowest royalty, and says which it took. If that forbids commercial use,
demands share-alike or sets a ceiling on what the work may take in, and what does not is
on offer or granted to you, it lists what each costs and forbids, and asks. Without a
terminal it then needs --under TERMS, @TERMS at the source, or --commercial; -y does not
choose.
Several public share-alike offers of one source may be relied on together, joined by
+ (@cc-by-sa-4.0+terms1...): the work may be offered under any of them then.
Where a grant must be bought, --buy --max-fee buys the cheapest in the same
transaction, reserved for this work. Where what a source was made from asks for something
too, that is bought with it, and --max-fee is the most for all of one source. Sources that cannot be used are all listed,
with the reasons. Of a file that several have claimed, the earliest claim is taken
and named before you sign, unless it is under dispute; any other you name by id.

Where others rely on the work already, by grants or derivatives, those whom it newly
owes or is newly limited by have to approve (stemmad approve-source). Without that,
--allow-unapproved declares it all the same: the work takes no offers and grants then
until they have. The same goes for a source that itself waits for approval. A source
declared again, by a better permission, replaces the old one.

What limits the work from then on is listed first: what its permissions demand, such as a
ceiling or no commercial use, and what its sources have taken on themselves. If a source
is revised, or takes on or owes more, before the message is executed, it is refused. What
the work will owe in all is shown, and guarded likewise; --max-rate sets your own limit. All or nothing: a refusal names source and reason.
--dry-run tries all of it on the node without sending: beside the permissions, which
"stemmad clear" answers too, the limits of the graph, the rates together, and the
open offers of the work that its sources do not allow.

Where the file has Content Credentials, the ingredients that they name and that are
registered works are proposed as sources, in C2PA's roles. You name them yourself: anybody can register a work
with somebody else's fingerprints, so these never choose who is paid.

Many outputs are derived by one command from a table (--csv) or JSON Lines (--jsonl): a row each,
with file (or work, or sha256) and any of the flags below as columns, such as from, role in from,
under, model, title. What the command line says holds for rows that say nothing else. Several
sources stand in a cell with semicolons between them, in JSON as an array. All is asked once, with
the fees together. Each row is a transaction of its own, so one that is refused is named and the
others go on. Interrupted or killed, the same command goes on: nothing is declared twice, and what is
derived so already, which the chain is asked for, is left as it is. A table buys no grants (no --buy) and chooses no licence: give
under, or acquire before. Needs -y without a terminal.`,
		Example: `  stemmad derive remix.wav --from song.wav --by bob
  stemmad derive remix.wav --from song.wav=parentOf@commercial-remix-10 --max-rate 15% --by bob
  stemmad derive image.png --from photo.jpg=input --model acme/painter-2 --provider Acme --prompt-file prompt.txt --by bob
  stemmad derive remix.wav --from song.wav --from drums.wav --under cc-by-4.0 --by bob
  stemmad derive album.zip --from song.wav=contains --from cover.png=contains --by bob
  stemmad derive remix.wav --from song.wav --dry-run --by bob
  stemmad derive --csv outputs.csv --from photo.jpg=input --model acme/painter-2 --by bob
  stemmad derive --jsonl outputs.jsonl --by bob -y`,
		Args: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed(flagCSV) || cmd.Flags().Changed(flagJSONL) {
				return cobra.MaximumNArgs(1)(cmd, args)
			}
			return cobra.ExactArgs(1)(cmd, args)
		},
	}
	addDeriveFlags(cmd)
	f := cmd.Flags()
	addEncodingFlag(cmd)
	f.String(flagCSV, "", "table of outputs to derive, a row each; its files are relative to DIR, else to the table")
	f.String(flagJSONL, "", "the same as JSON Lines, an object each")
	f.String(flagOutbox, "", "file that keeps what was sent until its end is known (default: the table's name and .outbox)")
	addDetailsFlags(cmd)
	return sending(cmd, derive)
}

// derivation is what derive declares and does.
type derivation struct {
	work     registrytypes.WorkID
	title    string
	kind     registrytypes.Kind
	item     *enroll.Item // to be registered first; nil when it is
	sources  []chosen
	record   *lineagetypes.GenerationRecord
	external []lineagetypes.Source
	// links are those of the work that stand already as the command asks.
	links []lineagetypes.Link
	// limits are what the work takes on, and denoms those in which ceilings leave it to be
	// paid; none: in all that the chain accepts.
	limits []limit
	denoms []string
	// debts are what it will owe, the highest first.
	debts []debt
	// allowUnapproved: declare it although owners have not approved.
	allowUnapproved bool
	// uses are payments for this use, with it.
	uses []*royaltytypes.MsgPay
	// file has the output, if it was named so.
	file string
	// member is the output of a batch that it is, whose anchor dates its record; nil: of none.
	member *generation.Member
}

func derive(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	if err := waits(conn); err != nil {
		return err
	}
	if conn.Flags().Changed(flagCSV) || conn.Flags().Changed(flagJSONL) {
		return deriveTable(ctx, conn, sender, func(f *fleet) error { return f.readTable(args) })
	}
	return deriveOne(ctx, conn, sender, args[0], nil)
}

// deriveOne declares one work. batch, where there is one, has its statement.
func deriveOne(ctx context.Context, conn *connect.Conn, sender *send.Sender, argument string, batch *batchOf) error {
	enroller := newEnroller(conn, sender, conn.Flags().Is(flagAllowContested))
	batch.lend(&enroller)
	d, err := derivative(ctx, conn, enroller, argument)
	if err != nil {
		return err
	}
	batch.prove(d)
	d.allowUnapproved = conn.Flags().Is(flagAllowUnapproved)
	if err := d.readSources(ctx, conn, sender); err != nil {
		if there, failed := d.declaredBefore(ctx, conn, sender); failed == nil && there {
			return d.printAlready(ctx, conn)
		}
		return err
	}
	d.buyOnce()
	if err := errors.Join(d.payUses(conn, sender), d.readStanding(ctx, conn)); err != nil {
		return err
	}
	declaration, err := d.message(sender)
	if err != nil {
		return err
	}
	if there, err := d.declared(ctx, conn, declaration); err != nil || there {
		if err != nil {
			return err
		}
		return d.printAlready(ctx, conn)
	}
	most, given, err := maxRate(conn)
	if err != nil {
		return err
	}
	declaration.MaxTotalRate, declaration.MaxGrants = most, math.MaxUint32
	// Tried before anything is anchored: a refusal costs nothing.
	msgs := d.messages(sender, enroller, declaration)
	trial, err := sender.Try(ctx, msgs...)
	if err != nil {
		return fmt.Errorf("%w%s", err, d.explain(ctx, conn, err))
	}
	var outcome lineagetypes.MsgDeriveResponse
	if err := trial.Response(len(msgs)-1, &outcome); err != nil {
		return err
	}
	declaration.MaxGrants = permission.FurtherGrants(outcome.Grants)
	if !given {
		declaration.MaxTotalRate = outcome.Absolute + outcome.Relative
	}
	if err := errors.Join(d.readLimits(ctx, conn), d.readDebts(ctx, conn)); err != nil {
		return err
	}
	report := derived{Work: d.work, Record: d.record != nil, MaxTotalRate: declaration.MaxTotalRate, Uses: d.usesPaid()}
	if d.member != nil {
		report.AnchorRoot = d.member.Stated.Root
	}
	what := fmt.Sprintf("Declare %q (%s) as derived from %s.%s", table.Short(d.title), d.work,
		count(len(declaration.Sources), "source"), d.reliance(conn.KeyNames()))
	report.Grants = portrait.Grants(outcome.Grants)
	report.grants, report.owes = servingLines(ctx, conn, report.Grants), d.owes(ctx, conn, outcome)
	what += d.usesLines(conn) + report.grants + report.owes + d.takesOn() + waiting(outcome)
	if d.item != nil {
		items := []enroll.Item{*d.item}
		if report.Anchor, err = anchorFirst(ctx, conn, enroller, items, what, sender.Then(ctx, trial)); err != nil {
			return err
		}
		d.item = &items[0] // with its proof
	}
	result, err := sender.Send(ctx, what, d.messages(sender, enroller, declaration)...)
	if err != nil {
		return err
	}
	if result.Height > 0 {
		if err := result.Response(len(msgs)-1, &outcome); err != nil {
			return err
		}
	}
	return report.print(conn, d, outcome, result)
}

// derivative finds the work that derives, or says what is to be registered.
func derivative(ctx context.Context, conn *connect.Conn, enroller enroller, argument string) (*derivation, error) {
	named, err := target.Parse(ctx, argument)
	if err != nil {
		return nil, err
	}
	owner := enroller.sender.Account()
	if named.Path == "" {
		claim, err := target.ResolveOwn(ctx, conn.Registry(), argument, owner)
		if err != nil {
			return nil, err
		}
		noteDetails(conn, claim.Id)
		return &derivation{work: claim.Id, title: describe.Heading(claim), kind: claim.Details.Kind}, nil
	}
	claims, err := target.Claims(ctx, conn.Registry(), named)
	if err != nil && !isUnregistered(err) {
		return nil, err
	}
	if len(target.Owned(claims, owner)) > 0 {
		claim, err := target.ResolveOwn(ctx, conn.Registry(), argument, owner)
		if err != nil {
			return nil, err
		}
		noteDetails(conn, claim.Id)
		return &derivation{work: claim.Id, title: describe.Heading(claim), kind: claim.Details.Kind, file: named.Path}, nil
	}
	about, err := details(conn, named.Path, true)
	if err != nil {
		return nil, err
	}
	if err := sound(about); err != nil {
		return nil, err
	}
	items, err := enroller.look(ctx, []enroll.Item{{File: register.File{Path: named.Path, Digest: *named.Digest}, Details: about}})
	if err != nil {
		return nil, err
	}
	if items[0].Already {
		return nil, fmt.Errorf("you registered %s as %s, but it belongs to somebody else now", argument, items[0].Work)
	}
	return &derivation{work: items[0].Work, title: about.Title, kind: about.Kind, item: &items[0], file: named.Path}, nil
}

// noteDetails says that details of a work that is registered already are not recorded.
func noteDetails(conn *connect.Conn, work registrytypes.WorkID) {
	for _, name := range detailsFlags {
		if conn.Flags().Changed(name) {
			conn.Note("%s is registered already: --%s is not recorded, and what it says of itself stays (stemmad "+
				"revise changes it)", work, name)
		}
	}
}

// reliance says on what permission each source was to be taken, and of several
// claims to a content which.
func (d *derivation) reliance(names map[string]string) string {
	var b strings.Builder
	for _, s := range d.sources {
		fmt.Fprintf(&b, "\n  %s (%s)%s, as %s: %s",
			table.Short(describe.Heading(s.work.Claim)), s.work.Id, s.work.Choice(names), s.role.Name(), s.choice.How)
		if s.before != "" {
			fmt.Fprintf(&b, "\n    This replaces what the work relied on so far: %s", s.before)
		}
		if len(d.uses) == 0 { // else usesLines say what is paid, with it
			for _, line := range s.choice.PaysEach(nil) {
				b.WriteString("\n    " + table.Clean(line))
			}
		}
		for _, change := range s.changes {
			b.WriteString("\n    " + table.Clean(change))
		}
	}
	return b.String()
}

// message is the declaration itself. It fails where a batch has stated something else of the output.
func (d *derivation) message(sender *send.Sender) (*lineagetypes.MsgDerive, error) {
	msg := &lineagetypes.MsgDerive{Owner: sender.Account(), Work: d.work, Record: d.record, AllowUnapproved: d.allowUnapproved}
	for _, s := range d.sources {
		source := s.choice.Source(s.work.Id, s.role)
		source.Weight = s.weight
		msg.Sources = append(msg.Sources, source)
	}
	msg.Sources = append(msg.Sources, d.external...)
	if d.member == nil {
		return msg, nil
	}
	if msg.Record == nil || lineagetypes.StatementDigest(msg.Work, msg.Sources, *msg.Record) != d.member.Digest() {
		return nil, fmt.Errorf("what is declared of %s differs from what the batch %s states: leave out what the manifest says, or change "+
			"neither", d.work, d.member.Stated.Root)
	}
	msg.Anchor = &d.member.Stated
	return msg, nil
}

// messages are all of the transaction: register, buy, pay, declare.
func (d *derivation) messages(sender *send.Sender, enroller enroller, declaration *lineagetypes.MsgDerive) []sdk.Msg {
	var msgs []sdk.Msg
	if d.item != nil {
		msgs = append(msgs, &registrytypes.MsgRegister{
			Registrant: sender.Account(), Works: []registrytypes.Entry{d.item.Entry()}, AllowContested: enroller.AllowContested,
		})
	}
	for _, s := range d.sources {
		msgs = append(msgs, s.choice.Messages()...)
	}
	for _, use := range d.uses {
		msgs = append(msgs, use)
	}
	return append(msgs, declaration)
}
