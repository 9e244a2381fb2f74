package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/client/flags"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/digest"
	"github.com/stemma-chain/stemma/client/outbox"
	"github.com/stemma-chain/stemma/client/register/enroll"
	"github.com/stemma-chain/stemma/client/sheet"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/progress"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	"github.com/stemma-chain/stemma/internal/rates"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	flagJSONL  = "jsonl"
	flagOutbox = "outbox"

	// columnFile, columnWork and columnSHA256 name the output; all others are flags.
	columnFile   = "file"
	columnWork   = "work"
	columnSHA256 = "sha256"

	// maxOutputs is the most rows of one table.
	maxOutputs = 100_000
	// lookers and fliers are how many rows are asked about, and in flight, at once.
	lookers, fliers = 8, 256
	// gone is how long a node may be away.
	gone = 3 * time.Minute
	// outboxSuffix makes the outbox's name from the table's.
	outboxSuffix = ".outbox"
)

// outputColumns are those of a table of outputs: the flags that say how one is derived.
func outputColumns() sheet.Columns {
	columns := sheet.Columns{One: []string{columnFile, columnWork, columnSHA256}}
	for _, name := range rowFlags() {
		switch name {
		case flagSources, flagExternal, flagUnder, flagCreator, flagFingerprint:
			columns.Many = append(columns.Many, name)
		default:
			columns.One = append(columns.One, name)
		}
	}
	return columns
}

// rowFlags are the flags that a row may set.
func rowFlags() []string {
	return slices.Concat([]string{
		flagSources, flagExternal, flagWeights, flagMaxRate, flagUnder, flagCommercial, flagModel, flagProvider, flagSystem,
		flagSystemVersion, flagPromptFile, flagOutputID, flagAgent, flagGeneratedAt,
	}, detailsFlags)
}

// output is a row: one declaration, and what became of it.
type output struct {
	Row   int                  `json:"row"`
	File  string               `json:"file"`
	Work  registrytypes.WorkID `json:"work,omitzero"`
	State string               `json:"state"`
	// Reason of a refusal.
	Reason string `json:"reason,omitempty"`
	TxHash string `json:"txhash,omitempty"`
	Height int64  `json:"height,omitempty"`

	record      sheet.Record
	d           *derivation
	declaration *lineagetypes.MsgDerive
	fee         sdk.Coins
	// told: its refusal was printed.
	told bool
}

// What became of a row.
const (
	stateReady   = "ready"
	stateDone    = "done"
	stateAlready = "already"
	stateRefused = "refused"
)

// fleet is many outputs that are derived by one command.
type fleet struct {
	conn     *connect.Conn
	sender   *send.Sender
	chain    *client.Sender
	enroller enroller
	name     string
	rows     []*output
}

// deriveTable declares each row of a table as one derivation.
func deriveTable(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	f := &fleet{conn: conn, sender: sender, chain: sender.Unordered(), enroller: newEnroller(conn, sender,
		conn.Flags().Is(flagAllowContested))}
	f.enroller.later = true
	if err := f.read(args); err != nil {
		return err
	}
	path := conn.Flags().Text(flagOutbox)
	if path == "" {
		path = f.name + outboxSuffix
	}
	if sender.DryRun() {
		f.look(ctx)
		return f.print(conn.Flags().Is(flags.FlagDryRun))
	}
	chainID, err := conn.Network()
	if err != nil {
		return err
	}
	box, err := outbox.Open(path, chainID, sender.Account())
	if err != nil {
		return err
	}
	defer box.Close()
	if n := box.Open(); n > 0 {
		conn.Note("%s are open from an earlier run (%s): first they come, or their time passes", count(n, "transaction"), path)
		if err := box.Resume(ctx, f.chain); err != nil {
			return err
		}
	}
	f.look(ctx)
	if err := f.agree(ctx); err != nil {
		return err
	}
	f.send(ctx, box)
	if ctx.Err() != nil {
		return fmt.Errorf("%w; run the same command again to go on: what was sent is kept in %s", context.Cause(ctx), path)
	}
	return f.print(false)
}

// read reads the table's rows.
func (f *fleet) read(args []string) error {
	flagSet := f.conn.Flags()
	csv, lines := flagSet.Text(flagCSV), flagSet.Text(flagJSONL)
	switch {
	case csv != "" && lines != "":
		return fmt.Errorf("--%s and --%s don't go together", flagCSV, flagJSONL)
	case len(args) > 1:
		return errors.New("a table takes one folder, in which its files are")
	case flagSet.Is(flagBuy) || flagSet.Changed(flagMaxFee):
		return fmt.Errorf("a table buys nothing: leave out --%s and --%s, and acquire the grants before (stemmad acquire)", flagBuy, flagMaxFee)
	}
	f.name = csv + lines
	file, err := os.Open(f.name)
	if err != nil {
		return err
	}
	defer file.Close()
	read := sheet.ReadTable
	if lines != "" {
		read = sheet.ReadLines
	}
	records, err := read(file, f.name, outputColumns(), sheet.Options{MaxRows: maxOutputs})
	if err != nil {
		return err
	}
	if len(records) == 0 {
		return fmt.Errorf("%s names no outputs", f.name)
	}
	dir := filepath.Dir(f.name)
	if len(args) == 1 {
		dir = args[0]
	}
	for _, record := range records {
		o := &output{Row: record.Line, State: stateReady, record: record}
		o.File = record.Text(columnFile) + record.Text(columnWork)
		if o.File == "" {
			o.File = record.Text(columnSHA256)
		}
		f.rows = append(f.rows, o)
		switch {
		case record.Err != nil:
			o.refuse(record.Err)
		case record.Text(columnFile) != "" && record.Text(columnWork) != "":
			o.refuse(fmt.Errorf("name %s or %s, not both", columnFile, columnWork))
		case o.File == "":
			o.refuse(fmt.Errorf("needs %s, %s or %s", columnFile, columnWork, columnSHA256))
		case record.Text(columnFile) != "" && !filepath.IsLocal(filepath.FromSlash(record.Text(columnFile))):
			o.refuse(&sheet.Error{File: f.name, Line: record.Line, Column: columnFile, Err: fmt.Errorf(
				"%q must be a path inside %s", record.Text(columnFile), dir)})
		default:
			o.locate(dir)
		}
	}
	return nil
}

func (o *output) refuse(err error) { o.State, o.Reason = stateRefused, connect.Plain(err).Error() }

// locate has the files that a row names in the table's folder.
func (o *output) locate(dir string) {
	if file := o.record.Text(columnFile); file != "" {
		o.File = filepath.Join(dir, filepath.FromSlash(file))
	}
	for _, column := range []string{flagSources, flagExternal, flagPromptFile} {
		values := slices.Clone(o.record.Fields[column])
		for i, text := range values {
			name := text
			if at := strings.LastIndexAny(text, "=@"); at > 0 && !isFile(filepath.Join(dir, name)) {
				name, _, _ = strings.Cut(text, "@")
				if at := strings.LastIndexByte(name, '='); at > 0 && !isFile(filepath.Join(dir, name)) {
					name = name[:at]
				}
			}
			if filepath.IsLocal(name) && isFile(filepath.Join(dir, name)) {
				values[i] = filepath.Join(dir, name) + strings.TrimPrefix(text, name)
			}
		}
		if len(values) > 0 {
			o.record.Fields[column] = values
		}
	}
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// look finds out what each row declares, and what that costs.
func (f *fleet) look(ctx context.Context) {
	bar := progress.New(f.conn.Err(), "looking at", int64(len(f.rows)), progress.Of("rows"))
	defer bar.Finish()
	f.each(lookers, stateReady, func(o *output) {
		defer bar.Add(1)
		err := f.patiently(ctx, func() error { return f.lookAt(ctx, o) })
		if err != nil {
			o.refuse(failed(ctx, f.conn, err))
		}
	})
	first := map[registrytypes.WorkID]int{}
	for _, o := range f.rows {
		if o.State != stateReady && o.State != stateAlready {
			continue
		}
		if row, twice := first[o.Work]; twice {
			o.refuse(fmt.Errorf("row %d has the same output: give all its sources there", row))
			continue
		}
		first[o.Work] = o.Row
	}
}

// each runs something for each row in a state, several at a time.
func (f *fleet) each(several int, state string, do func(o *output)) {
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(several, len(f.rows)) {
		group.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(f.rows) {
					return
				}
				if f.rows[i].State == state {
					do(f.rows[i])
				}
			}
		})
	}
	group.Wait()
}

// patiently does something again while the node is away, for a while.
func (f *fleet) patiently(ctx context.Context, do func() error) error {
	for until := time.Now().Add(gone); ; {
		err := do()
		if err == nil || !away(err) || time.Now().After(until) || ctx.Err() != nil {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

// away says whether the node does not answer, or not yet.
func away(err error) bool {
	text := err.Error()
	return status.Code(err) == codes.Unavailable || slices.ContainsFunc([]string{
		"connection refused", "connection reset", "EOF", "broken pipe", "please wait for first block", "is not ready",
	}, func(words string) bool { return strings.Contains(text, words) })
}

// rowCommand has the flags of one row: those of the command line, and the row's own in their place.
func (f *fleet) rowCommand(o *output) (*cobra.Command, error) {
	cmd := &cobra.Command{Use: "derive"}
	addDeriveFlags(cmd)
	addDetailsFlags(cmd)
	var wrong error
	f.conn.Flags().Visit(func(given *pflag.Flag) {
		own := cmd.Flags().Lookup(given.Name)
		if own == nil || len(o.record.Fields[given.Name]) > 0 {
			return
		}
		values := []string{given.Value.String()}
		if list, ok := given.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		for _, v := range values {
			wrong = errors.Join(wrong, cmd.Flags().Set(given.Name, v))
		}
	})
	for _, name := range rowFlags() {
		for _, v := range o.record.Fields[name] {
			if err := cmd.Flags().Set(name, v); err != nil {
				return nil, &sheet.Error{File: f.name, Line: o.Row, Column: name, Err: err}
			}
		}
	}
	nobody, err := os.Open(os.DevNull) // a table asks nothing
	if err != nil {
		return nil, err
	}
	cmd.SetIn(nobody)
	cmd.SetOut(io.Discard)
	cmd.SetErr(io.Discard)
	return cmd, wrong
}

// lookAt prepares a row's declaration and tries it.
func (f *fleet) lookAt(ctx context.Context, o *output) error {
	cmd, err := f.rowCommand(o)
	if err != nil {
		return err
	}
	if in, ok := cmd.InOrStdin().(*os.File); ok {
		defer in.Close()
	}
	conn := f.conn.With(cmd)
	if err := o.checkDigest(ctx, f.name); err != nil {
		return err
	}
	enroller := f.enroller
	enroller.conn = conn
	if o.d, err = derivative(ctx, conn, enroller, o.File); err != nil {
		return err
	}
	d := o.d
	o.Work, d.allowUnapproved = d.work, conn.Flags().Is(flagAllowUnapproved)
	if err := d.readSources(ctx, conn, f.sender); err != nil {
		return err
	}
	d.buyOnce()
	o.declaration = d.message(f.sender)
	if there, err := d.declared(ctx, conn, o.declaration); err != nil || there {
		if there {
			o.State = stateAlready
		}
		return err
	}
	most, given, err := maxRate(conn)
	if err != nil {
		return err
	}
	o.declaration.MaxTotalRate, o.declaration.MaxGrants = most, math.MaxUint32
	msgs := d.messages(f.sender, enroller, o.declaration)
	trial, err := f.chain.Try(ctx, msgs...)
	if err != nil {
		return f.sender.Explained(err)
	}
	var outcome lineagetypes.MsgDeriveResponse
	if err := trial.Response(len(msgs)-1, &outcome); err != nil {
		return err
	}
	o.declaration.MaxGrants = furtherGrants(outcome.Grants)
	if !given {
		o.declaration.MaxTotalRate = outcome.Absolute + outcome.Relative
	}
	o.fee, err = f.chain.Fee(ctx, trial.Gas)
	return err
}

// checkDigest compares a file with the digest that its row has too.
func (o *output) checkDigest(ctx context.Context, name string) error {
	text := o.record.Text(columnSHA256)
	if text == "" || o.record.Text(columnFile) == "" {
		return nil
	}
	want, err := digest.Parse(text)
	if err != nil {
		return &sheet.Error{File: name, Line: o.Row, Column: columnSHA256, Err: err}
	}
	named, err := target.Parse(ctx, o.File)
	if err == nil && named.Digest != nil && *named.Digest != want {
		err = &sheet.Error{File: name, Line: o.Row, Column: columnSHA256, Err: fmt.Errorf("%s has SHA-256 %s, not %s", o.File, named.Digest, want)}
	}
	return err
}

// ready are the rows that are to be declared.
func (f *fleet) ready() (rows []*output) {
	for _, o := range f.rows {
		if o.State == stateReady {
			rows = append(rows, o)
		}
	}
	return rows
}

// agree asks once for all, anchors the outputs that are new and gives them their proofs.
func (f *fleet) agree(ctx context.Context) error {
	if len(f.ready()) == 0 {
		return nil
	}
	f.tellRefused()
	var items []enroll.Item
	byPath := map[string]*output{}
	for _, o := range f.ready() {
		if o.d.item != nil {
			items = append(items, *o.d.item)
			byPath[o.d.item.File.Path] = o
		}
	}
	if len(items) > 0 {
		known, _, refused, err := f.enroller.LookEach(ctx, items)
		if err != nil {
			return err
		}
		for _, err := range refused {
			var item *enroll.ItemError
			if errors.As(err, &item) {
				byPath[item.Path].refuse(contestedInWords(item.Err))
			}
		}
		items = known
	}
	rows := f.ready()
	if len(rows) == 0 {
		return nil
	}
	var fees sdk.Coins
	absolute := uint32(0)
	for _, o := range rows {
		fees = fees.Add(o.fee...)
		absolute = max(absolute, o.declaration.MaxTotalRate)
	}
	what := fmt.Sprintf("Derive %s as %s says, a transaction each; %s are so already, %d are refused. What one of them owes in all is at most %s.",
		count(len(rows), "output"), f.name, count(f.number(stateAlready), "output"), f.number(stateRefused), rates.Percent(absolute))
	if len(items) > 0 && !f.conn.Flags().Is(flagNoAnchor) {
		what += fmt.Sprintf("\n  %s are new: they are anchored first, in one transaction more.", count(len(items), "file"))
	}
	if err := f.sender.Agree(what+"\n  All fees together are about what is said here", fees); err != nil {
		return err
	}
	if len(items) == 0 {
		return nil
	}
	err := f.patiently(ctx, func() error {
		_, err := anchorFirst(ctx, f.conn, f.enroller, items, what, "")
		return err
	})
	for i, item := range items {
		byPath[item.File.Path].d.item = &items[i]
	}
	return err
}

// send sends what is ready.
func (f *fleet) send(ctx context.Context, box *outbox.Outbox) {
	rows := f.ready()
	bar := progress.New(f.conn.Err(), "deriving", int64(len(rows)), progress.Of("outputs"))
	defer bar.Finish()
	f.each(fliers, stateReady, func(o *output) {
		if ctx.Err() != nil {
			return
		}
		defer bar.Add(1)
		var result client.Result
		err := f.patiently(ctx, func() (err error) {
			result, err = box.Send(ctx, f.chain, o.Work.String(), o.d.messages(f.sender, f.enroller, o.declaration)...)
			return err
		})
		if err != nil {
			o.refuse(failed(ctx, f.conn, f.sender.Explained(err)))
			return
		}
		o.State, o.TxHash, o.Height = stateDone, result.Hash, result.Height
	})
}

func (f *fleet) number(state string) (n int) {
	for _, o := range f.rows {
		if o.State == state {
			n++
		}
	}
	return n
}

// tellRefused names the rows that are refused, each once.
func (f *fleet) tellRefused() {
	for _, o := range f.rows {
		if o.State != stateRefused || o.told {
			continue
		}
		o.told = true
		reason := strings.TrimPrefix(o.Reason, fmt.Sprintf("%s row %d, ", f.name, o.Row))
		f.conn.Note("%s row %d (%s): %s", f.name, o.Row, o.File, strings.TrimPrefix(reason, fmt.Sprintf("%s row %d: ", f.name, o.Row)))
	}
}

// print says what became of all, and fails where any was refused.
func (f *fleet) print(tried bool) error {
	f.tellRefused()
	done, ready := f.number(stateDone), f.number(stateReady)
	already, refused := f.number(stateAlready), f.number(stateRefused)
	if f.conn.JSON() {
		if err := f.conn.PrintJSON(struct {
			Done    int       `json:"done"`
			Ready   int       `json:"ready,omitempty"`
			Already int       `json:"already"`
			Refused int       `json:"refused"`
			DryRun  bool      `json:"dry_run,omitempty"`
			Rows    []*output `json:"rows"`
		}{done, ready, already, refused, tried, f.rows}); err != nil {
			return err
		}
	} else {
		switch {
		case tried:
			f.conn.Say("Would derive %s; %d are so already, %d are refused (--dry-run: nothing was sent)", count(ready, "output"), already, refused)
		case done == 0 && refused == 0:
			f.conn.Say("Nothing to do: %s are derived so already", count(already, "output"))
		default:
			f.conn.Say("Derived %s; %d are so already, %d are refused", count(done, "output"), already, refused)
		}
	}
	if refused > 0 {
		return exitError{code: exitFailed, err: fmt.Errorf("%d of %s are refused, as is said above; run the command again once "+
			"they are mended", refused, count(len(f.rows), "row"))}
	}
	return nil
}
