package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/client/dataset/pool"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	feemarkettypes "github.com/stemma-chain/stemma/x/feemarket/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// send pays what is worth it, a transaction for each message.
func (c *collecting) send(ctx context.Context, conn *connect.Conn, sender *send.Sender, title string, opened *dataset.Opened) error {
	if len(c.worth) == 0 {
		return nil
	}
	planned := (len(c.worth) + royaltytypes.MaxCollected - 1) / royaltytypes.MaxCollected
	c.what = fmt.Sprintf("Pay %s what they have not had of what version %d of %s earned:\n  %s in all, to them and not to you.",
		count(len(c.worth), "contributor"), c.Version, title, conn.Units().Sum(c.due))
	if planned > 1 {
		c.what += fmt.Sprintf("\n  It takes %d transactions or more, and is asked once: the fee below is of the first.", planned)
	}
	if !c.lean {
		return c.sendAll(ctx, conn, sender, c.worth, planned)
	}
	// What was proved to ask is proved again: all proofs at once take too much memory.
	worth := make(map[uint64][]pool.Entry, len(c.worth))
	for _, e := range c.worth {
		worth[e.Proof.Index] = append(worth[e.Proof.Index], e)
	}
	var batch []pool.Entry
	err := opened.EachContributor(func(p dataset.ContributorProof) error {
		for _, e := range worth[p.Index] {
			e.Proof = registrytypes.NewContributorProof(p.Contributor, p.Weight, p.Proof)
			batch = append(batch, e)
		}
		if len(batch) < royaltytypes.MaxCollected {
			return nil
		}
		full := batch
		batch = nil
		return c.sendAll(ctx, conn, sender, full, planned)
	})
	if err != nil {
		return err
	}
	return c.sendAll(ctx, conn, sender, batch, planned)
}

// sendAll pays entries, in as many transactions as that takes.
func (c *collecting) sendAll(ctx context.Context, conn *connect.Conn, sender *send.Sender, entries []pool.Entry, planned int) error {
	at := map[uint64][]pool.Entry{}
	for _, e := range entries {
		at[e.Proof.Index] = append(at[e.Proof.Index], e)
	}
	for msgs := pool.Messages(sender.Account(), c.Work, c.Version, entries); len(msgs) > 0; {
		msg, done := msgs[0], len(c.Transactions)
		if done > 0 {
			conn.Note("paying %d contributors, transaction %d of %d or more", len(msg.Entries), done+1, max(planned, done+1))
		}
		result, err := sender.Send(ctx, c.what, msg)
		if tooMuch(err) && len(msg.Entries) > 1 {
			halves := pool.Halves(msg)
			msgs = slices.Concat(halves[:], msgs[1:])
			continue
		}
		if err != nil {
			return undone(err, done, max(planned, done+1))
		}
		msgs = msgs[1:]
		c.Transactions = append(c.Transactions, result)
		if err := c.note(result, msg, at); err != nil {
			return err
		}
	}
	return nil
}

// note notes what a transaction paid.
func (c *collecting) note(result send.Result, msg *royaltytypes.MsgCollect, at map[uint64][]pool.Entry) error {
	var answer royaltytypes.MsgCollectResponse
	known := result.Height > 0 || result.DryRun
	if known {
		if err := result.Response(0, &answer); err != nil {
			return err
		}
		if len(answer.Entries) != len(msg.Entries) {
			return fmt.Errorf("%d answers about %d contributors", len(answer.Entries), len(msg.Entries))
		}
	}
	for i, proof := range msg.Entries {
		waiting := at[proof.Index]
		e := waiting[0] // of several sets of denoms that of this message comes first
		at[proof.Index] = waiting[1:]
		row := entryOf(e)
		if known {
			got := answer.Entries[i]
			row.Paid, row.Reason, row.why = append(sdk.Coins{}, got.Paid...), reasonName(got.Reason), got.Reason
			c.Paid = c.Paid.Add(row.Paid...)
		}
		c.Entries = append(c.Entries, row)
	}
	return nil
}

// tooMuch says whether a node refused a transaction for its size or gas, so that a smaller one may pass.
func tooMuch(err error) bool {
	for _, kind := range []error{feemarkettypes.ErrTooMuchGas, sdkerrors.ErrTxTooLarge, sdkerrors.ErrOutOfGas} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

func (c *collecting) print(conn *connect.Conn, title string) error {
	if conn.JSON() {
		if c.Paid == nil {
			c.Paid = sdk.Coins{}
		}
		return conn.PrintJSON(c)
	}
	for _, result := range c.Transactions {
		conn.Say("%s from version %d of %s: %s", result.Did("Collected", "Would collect"), c.Version, title, result)
	}
	if len(c.Transactions) == 0 {
		conn.Say("Nothing to collect from version %d of %s.", c.Version, title)
	}
	tab := table.New("contributor", ">weight", ">paid", "note")
	for i, e := range c.Entries {
		if i == shownEntries {
			break
		}
		paid := "nothing"
		if !e.Paid.Empty() {
			paid = conn.Units().Sum(e.Paid)
		}
		tab.Row(accountName(e.Contributor, c.names), fmt.Sprint(e.Weight), paid, words.CollectReason(e.why))
	}
	if tab.Len() > 0 {
		if err := tab.Write(conn.Out()); err != nil {
			return err
		}
	}
	if more := len(c.Entries) - shownEntries; more > 0 {
		conn.Say("and %d more; --output json lists all", more)
	}
	if !c.Paid.Empty() {
		conn.Say("In all: %s, to %s.", conn.Units().Sum(c.Paid), count(c.paidTo(), "contributor"))
	}
	if c.Nothing > 0 {
		conn.Say("Nothing is due to %d of the %s asked about.", c.Nothing, count(c.Asked, "contributor"))
	}
	if len(c.Owing) > 0 {
		conn.Say("Something is due to contributors by %s, with which the same command collects it.", manifestsOf(c.Owing))
	}
	for _, m := range c.older {
		conn.Say("Version %d had the same manifest: the same command collects what is due from its pool next.", m.Version)
	}
	if c.Dust > 0 {
		conn.Say("Less than --%s is due to %s; it stays due.", flagAtLeast, count(c.Dust, "contributor"))
	}
	return nil
}

// paidTo counts those who got something.
func (c *collecting) paidTo() (n int) {
	for _, e := range c.Entries {
		if !e.Paid.Empty() {
			n++
		}
	}
	return n
}
