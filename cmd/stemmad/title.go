package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/client/history/blocks"
	"github.com/stemma-chain/stemma/client/history/title"
	"github.com/stemma-chain/stemma/client/portrait"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// maxLocated is for how many owners, the latest, transactions are looked for.
const maxLocated = 100

func titleCmd() *cobra.Command {
	return asking(&cobra.Command{
		Use:   "title WORK|FILE",
		Short: "Show who owned a work when: its chain of title",
		Long: `Title lists the owners that a work has had, the registrant first, when each of them took it
over and in which transaction, and to whom it is on offer now. Every node knows all owners and
times: they are in the state of the chain. The transactions are in its blocks: of those that
the node has thrown away it says so, and another node, named with --node, may have them.

Of a file that several have claimed, the earliest claim is meant; the others have chains of
title of their own. The chain of title begins with the registration: who made the work, who had
it before, and what was paid for a transfer are not recorded. Who gets the work's revenue is
another list: "stemmad splits WORK".`,
		Example: `  stemmad title song.wav
  stemmad title song.wav --output json`,
		Args: cobra.ExactArgs(1),
	}, showTitle)
}

// chainOfTitle is what is known of the owners of a work.
type chainOfTitle struct {
	Work registrytypes.WorkID `json:"work"`
	// Owners, the registrant first; the last is the present one.
	Owners []title.Tenure `json:"owners"`
	// Offered is the transfer that waits to be accepted.
	Offered *offeredTo `json:"offered,omitempty"`
	// EarliestBlock is the first that the node has; NotLocated is of how many owners it does not
	// know in which block they took the work over.
	EarliestBlock int64  `json:"earliest_block,omitempty"`
	NotLocated    int    `json:"not_located"`
	Note          string `json:"note"`
}

type offeredTo struct {
	Recipient string    `json:"recipient"`
	Since     time.Time `json:"since"`
}

func showTitle(ctx context.Context, conn *connect.Conn, args []string) error {
	work, err := target.Earliest(ctx, conn.Registry(), args[0])
	if err != nil {
		return err
	}
	t := chainOfTitle{Work: work.Id, Note: claimsNote}
	if t.Owners, err = title.Of(ctx, conn.Registry(), work.Id); err != nil {
		return err
	}
	if t.Offered, err = offeredNow(ctx, conn, work.Id); err != nil {
		return err
	}
	span, unread := t.locate(ctx, conn)
	if conn.JSON() {
		return conn.PrintJSON(t)
	}
	names := conn.KeyNames()
	conn.Say("%q (%s)%s", table.Short(describe.Heading(work.Claim)), work.Id, work.Choice(names))
	tab := table.New("owner", "since", "by", ">block", "transaction")
	ruled := transferredBy(ctx, conn, work.Id)
	for _, o := range t.Owners {
		by, height := "transfer", ""
		if o.Number == 0 {
			by = "registration"
		} else if id, found := ruled[o.Since.UTC()]; found {
			// No transaction did it, so none is missing.
			by, t.NotLocated = "dispute", t.NotLocated-1
			o.Tx = id.String()
		}
		if o.Height > 0 {
			height = fmt.Sprint(o.Height)
		}
		tab.Row(accountName(o.Owner, names), table.Time(o.Since), by, height, o.Tx)
	}
	if err := tab.Write(conn.Out()); err != nil {
		return err
	}
	if t.Offered != nil {
		conn.Say("On offer to %s since %s; until they accept it, it stays with its owner.",
			accountName(t.Offered.Recipient, names), table.Time(t.Offered.Since))
	}
	noteDisputed(ctx, conn, work.Claim)
	t.sayUnknown(conn, span, unread)
	conn.Note("%s", claimsNote)
	return nil
}

// locate finds the transactions of the latest owners. What it can't find is no failure: the
// owners are known without.
func (t *chainOfTitle) locate(ctx context.Context, conn *connect.Conn) (blocks.Span, error) {
	t.NotLocated = len(t.Owners)
	node, err := conn.GetNode()
	if err != nil {
		return blocks.Span{}, err
	}
	span, err := blocks.Open(ctx, node)
	if err != nil {
		return span, err
	}
	t.EarliestBlock = span.First.Height
	older := max(0, len(t.Owners)-maxLocated)
	missing, err := title.Locate(ctx, span, t.Work, t.Owners[older:])
	t.NotLocated = older + missing
	return span, err
}

// sayUnknown says what this node can't tell, and why.
func (t *chainOfTitle) sayUnknown(conn *connect.Conn, span blocks.Span, unread error) {
	switch {
	case unread != nil:
		conn.Note("The transactions could not be read from this node: %s", connect.Plain(unread))
	case t.NotLocated > 0 && !span.Whole:
		conn.Note("Of %s this node can't tell the transaction: its earliest block is %s. "+
			"Another node, named with --node, may keep more.", count(t.NotLocated, "owner"), span.First)
	case t.NotLocated > 0:
		conn.Note("Of %s the transaction is in no block that was looked at: the latest %d were looked for, "+
			"and a chain that was started from another's state does not have the other's blocks.", count(t.NotLocated, "owner"), maxLocated)
	}
	conn.Note("What was before the registration, and what was paid for a transfer, is not recorded.")
}

// offeredNow is the transfer on offer for a work; nil: there is none.
func offeredNow(ctx context.Context, conn *connect.Conn, work registrytypes.WorkID) (*offeredTo, error) {
	res, err := conn.Registry().Transfer(ctx, &registrytypes.QueryTransferRequest{Work: work})
	switch {
	case portrait.IsNone(err):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return &offeredTo{res.Recipient, res.OfferedAt}, nil
}
