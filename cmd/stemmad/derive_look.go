package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/digest"
	"github.com/stemma-chain/stemma/client/permission"
	"github.com/stemma-chain/stemma/client/sheet"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/progress"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// look finds out what each row declares, and what that costs.
func (f *fleet) look(ctx context.Context) {
	bar := progress.New(f.conn.Err(), "looking at", int64(len(f.rows)), progress.Of("rows"))
	defer bar.Finish()
	f.each(lookers, stateReady, func(o *output) {
		defer bar.Add(1)
		err := f.patiently(ctx, func() error { return f.lookAt(ctx, o) })
		if err != nil && !f.isLost(err) {
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
				if f.rows[i].State == state && !f.gone.Load() {
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
		if err == nil || !away(err) || errors.Is(err, client.ErrUndecided) || time.Now().After(until) || ctx.Err() != nil {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

// isLost says whether an error is that the node is away for good, which refuses nothing; the first is kept.
func (f *fleet) isLost(err error) bool {
	if !away(err) && !errors.Is(err, client.ErrUndecided) {
		return false
	}
	f.losing.Do(func() { f.lost = err })
	f.gone.Store(true)
	return true
}

// unfinished is the error where the node went away; nil where it did not.
func (f *fleet) unfinished() error {
	if f.lost == nil {
		return nil
	}
	return fmt.Errorf("the node is away, and %s not declared yet, as far as is known; run the same command again to go on: %w",
		count(len(f.ready()), "row"), f.lost)
}

// quoted are names in an error, whatever words they have.
var quoted = regexp.MustCompile(`"(\\.|[^"\\])*"`)

// away says whether the node does not answer, or not yet. What the chain or the disk says of a row may have such words
// in it, in the name of a file.
func away(err error) bool {
	var (
		refused *client.TxError
		file    *fs.PathError
		row     *sheet.Error
	)
	if errors.As(err, &refused) || errors.As(err, &file) || errors.As(err, &row) || isUnregistered(err) {
		return false
	}
	text := quoted.ReplaceAllString(err.Error(), "")
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
	if err := o.checkDigest(ctx, f.conn, f.name); err != nil {
		return err
	}
	enroller := f.enroller
	enroller.conn = conn
	if o.d, err = derivative(ctx, conn, enroller, o.File); err != nil {
		return err
	}
	d := o.d
	f.batch.prove(d)
	o.Work, d.allowUnapproved = d.work, conn.Flags().Is(flagAllowUnapproved)
	if there, err := d.declaredBefore(ctx, conn, f.sender); err != nil || there {
		if there {
			o.State = stateAlready
		}
		return err
	}
	if err := d.readSources(ctx, conn, f.sender); err != nil {
		return err
	}
	d.buyOnce()
	if err := d.payUses(conn, f.sender); err != nil {
		return err
	}
	if o.declaration, err = d.message(f.sender); err != nil {
		return err
	}
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
	o.declaration.MaxGrants = permission.FurtherGrants(outcome.Grants)
	if !given {
		o.declaration.MaxTotalRate = outcome.Absolute + outcome.Relative
	}
	o.fee, err = f.chain.Fee(ctx, trial.Gas)
	return err
}

// checkDigest compares a file or work with the digest that its row has too.
func (o *output) checkDigest(ctx context.Context, conn *connect.Conn, name string) error {
	text := o.record.Text(columnSHA256)
	if text == "" || o.File == text {
		return nil
	}
	want, err := digest.Parse(text)
	if err != nil {
		return &sheet.Error{File: name, Line: o.Row, Column: columnSHA256, Err: err}
	}
	named, err := target.Parse(ctx, o.File)
	if err != nil {
		return err
	}
	have := named.Digest
	if have == nil {
		claims, err := target.Claims(ctx, conn.Registry(), named)
		if err != nil {
			return err
		}
		have = &claims[0].Sha256
	}
	if *have != want {
		return &sheet.Error{File: name, Line: o.Row, Column: columnSHA256, Err: fmt.Errorf("%s has SHA-256 %s, not %s", o.File, have, want)}
	}
	return nil
}
