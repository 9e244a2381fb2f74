package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/outbox"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/register/enroll"
	"github.com/stemma-chain/stemma/client/sheet"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/progress"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
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
	columns := sheet.Columns{
		One:     []string{columnFile, columnWork, columnSHA256},
		Flags:   []string{flagCommercial},
		Instead: map[string]string{"role": "the role stands behind its source, as photo.jpg=input"},
		Part:    map[string]func(string) []string{flagFingerprint: describe.PartFingerprints},
	}
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
		flagSystemVersion, flagPromptFile, flagPromptHash, flagOutputID, flagGeneratedAt,
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
	// batch has the outputs' statements; nil: none has.
	batch *batchOf

	// lost is why the node could not be asked any more.
	losing sync.Once
	lost   error
	gone   atomic.Bool
}

// deriveTable declares each row of a table, which read reads, as one derivation.
func deriveTable(ctx context.Context, conn *connect.Conn, sender *send.Sender, read func(*fleet) error) error {
	chain, err := sender.Unordered()
	if err != nil {
		return err
	}
	f := &fleet{conn: conn, sender: sender, chain: chain, enroller: newEnroller(conn, sender,
		conn.Flags().Is(flagAllowContested))}
	f.enroller.later = true
	if err := read(f); err != nil {
		return err
	}
	f.batch.lend(&f.enroller)
	path := conn.Flags().Text(flagOutbox)
	if path == "" {
		path = f.name + outboxSuffix
	}
	if sender.DryRun() {
		f.look(ctx)
		if err := f.unfinished(); err != nil {
			return err
		}
		return f.print(true)
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
	// The rows that an interrupt kept from being looked at are not refused: none of them is named.
	stopped := resumableError{fmt.Sprintf("interrupted: run the same command again to go on; what was sent is kept in %s", path)}
	f.look(ctx)
	if ctx.Err() != nil {
		return stopped
	}
	if err := f.unfinished(); err != nil {
		return err
	}
	err = f.agree(ctx)
	switch {
	case ctx.Err() != nil:
		return stopped
	case err != nil:
		return err
	}
	f.send(ctx, box)
	if ctx.Err() != nil {
		return stopped
	}
	if err := f.unfinished(); err != nil {
		f.tellRefused()
		return err
	}
	return f.print(false)
}

func (o *output) refuse(err error) { o.State, o.Reason = stateRefused, connect.Plain(err).Error() }

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
		known, _, err := f.enroller.Look(ctx, items)
		var bad *sheet.BadError
		switch {
		case errors.As(err, &bad):
			for _, err := range bad.Each {
				var item *enroll.ItemError
				if errors.As(err, &item) {
					byPath[item.Path].refuse(contestedInWords(item.Err))
				}
			}
		case err != nil:
			return err
		}
		items = known
	}
	rows := f.ready()
	if len(rows) == 0 {
		return nil
	}
	var fees, uses sdk.Coins
	absolute := uint32(0)
	for _, o := range rows {
		fees = fees.Add(o.fee...)
		for _, use := range o.d.uses {
			uses = uses.Add(use.Amount)
		}
		absolute = max(absolute, o.declaration.MaxTotalRate)
	}
	what := fmt.Sprintf("Derive %s as %s says, a transaction each; %s are so already, %d are refused. "+
		"What one of them owes in all is at most %s.",
		count(len(rows), "output"), f.name, count(f.number(stateAlready), "output"), f.number(stateRefused), rates.Percent(absolute))
	if !uses.IsZero() {
		what += fmt.Sprintf("\n  For what they use they pay %s in all.", f.conn.Units().ExactSum(uses))
	}
	if n := unanchored(items); n > 0 && !f.conn.Flags().Is(flagNoAnchor) {
		what += fmt.Sprintf("\n  %s are new: they are anchored first, in one transaction more.", count(n, "file"))
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

// unanchored is how many items are new and in no anchor yet.
func unanchored(items []enroll.Item) (n int) {
	for _, item := range items {
		if !item.Already && item.Proof == nil {
			n++
		}
	}
	return n
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
			if !f.isLost(err) {
				o.refuse(failed(ctx, f.conn, f.sender.Explained(err)))
			}
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
			f.conn.Say("Would derive %s; %d are so already, %d are refused (--dry-run: nothing was sent)",
				count(ready, "output"), already, refused)
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
