package main

import (
	"context"
	"fmt"

	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/register/enroll"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// registration is what `register` did.
type registration struct {
	Anchor       *anchored        `json:"anchor,omitempty"`
	Works        []registeredWork `json:"works"`
	Transactions []send.Result    `json:"transactions"`
	// Proofs are the files of those that were kept.
	Proofs []string `json:"proofs,omitempty"`
	// LeftOut is what was wrong with files and rows that --skip-bad left out.
	LeftOut []string `json:"left_out,omitempty"`
}

type registeredWork struct {
	File   string `json:"file"`
	Work   string `json:"work"`
	SHA256 string `json:"sha256"`
	Kind   string `json:"kind"`
	Title  string `json:"title"`
	// Already: registered by the account before this command.
	Already bool `json:"already,omitempty"`
	// Contested: others claim the content too.
	Contested bool `json:"contested,omitempty"`
}

func registered(items []enroll.Item) []registeredWork {
	works := make([]registeredWork, len(items))
	for i, item := range items {
		works[i] = registeredWork{
			File: item.File.Path, Work: item.Work.String(), SHA256: item.Digest().String(), Kind: describe.KindName(item.Details.Kind),
			Title: item.Details.Title, Already: item.Already, Contested: len(item.Others) > 0,
		}
	}
	return works
}

// fresh counts what is not registered yet.
func fresh(items []enroll.Item) int {
	n := 0
	for _, item := range items {
		if !item.Already {
			n++
		}
	}
	return n
}

// anchorFirst anchors what is new, unless --no-anchor or --dry-run is set. Then says what
// the transaction after the anchor costs, for the question; empty: it is not known yet.
func anchorFirst(ctx context.Context, conn *connect.Conn, enroller enroller, items []enroll.Item,
	what, then string,
) (*anchored, error) {
	if conn.Flags().Is(flagNoAnchor) || fresh(items) == 0 {
		return nil, nil
	}
	if enroller.sender.DryRun() {
		conn.Say("Would first anchor %s unseen.", count(fresh(items), "work"))
		return nil, nil
	}
	what += "\n  It takes two transactions, and is asked once: the anchor goes first, for the fee below" + then + "."
	made, err := enroller.anchor(ctx, items, what)
	if err != nil {
		return nil, undone(err, 0, 2) // what is anchored follows
	}
	if made == nil {
		conn.Say("Using the anchor made earlier (kept in %s).", conn.HomeDir)
		return nil, nil
	}
	conn.Say("Anchored %s unseen: %s", count(int(made.Total), "work"), made.Tx)
	return made, nil
}

func (r registration) print(ctx context.Context, conn *connect.Conn, items []enroll.Item) error {
	if conn.JSON() {
		if r.Transactions == nil {
			r.Transactions = []send.Result{}
		}
		return conn.PrintJSON(r)
	}
	if len(r.Transactions) == 0 {
		conn.Say("Nothing to register.")
	}
	for _, tx := range r.Transactions {
		conn.Say("%s %s: %s", tx.Did("Registered", "Would register"), count(fresh(items), "work"), tx)
		if len(r.Transactions) > 1 {
			conn.Say("  and %d more transactions", len(r.Transactions)-1)
			break
		}
	}
	if len(items) == 1 {
		return r.printOne(ctx, conn, items[0])
	}
	tab := table.New("file", "work", "kind", "title", "note")
	for _, w := range r.Works {
		tab.Row(w.File, w.Work, w.Kind, table.Short(w.Title), w.note())
	}
	if err := tab.Write(conn.Out()); err != nil {
		return err
	}
	conn.Note("%s", claimsNote)
	r.noteNext(conn, "WORK")
	return nil
}

// noteNext says what can be done next, and what holds until then. Which terms to take
// is the owner's business: it names none.
func (r registration) noteNext(conn *connect.Conn, work string) {
	if len(r.Transactions) == 0 || r.Transactions[0].DryRun {
		return
	}
	conn.Note(`Next: stemmad offer %s TERMS --from %s
Until you offer it, nobody is permitted anything. "stemmad terms list" shows terms to
choose from. They also decide AI training, AI input and search: allowed, denied or paid.
Unset, training and input go as derivatives do, and search is permitted. "stemmad offer"
says what becomes of the three before you sign.`, work, conn.FromName)
}

func (w registeredWork) note() string {
	switch {
	case w.Already:
		return "you have registered it before; what it says of itself stays (stemmad revise changes it)"
	case w.Contested:
		return "claimed by others too"
	}
	return ""
}

func (r registration) printOne(ctx context.Context, conn *connect.Conn, item enroll.Item) error {
	w := r.Works[0]
	since := ""
	// What counts is what the chain has; the work may not be there yet.
	if res, err := conn.Registry().Work(ctx, &registrytypes.QueryWorkRequest{Work: item.Work}); err == nil {
		since, item.Details = claimedSince(res.Work), res.Work.Details
	}
	fields := []string{
		"file", w.File, "work", w.Work, "title", table.Short(item.Details.Title), "kind", describe.KindName(item.Details.Kind),
		"media type", item.Details.MediaType, "sha256", w.SHA256, "made as", item.Details.DigitalSourceType,
	}
	fields = append(fields, table.List("fingerprints", describe.EachFingerprint(item.Details.Fingerprints))...)
	if err := table.Fields(conn.Out(), append(fields, "claimed", since, "note", w.note())...); err != nil {
		return err
	}
	conn.Note("%s", claimsNote)
	r.noteNext(conn, w.Work)
	return nil
}

// claimedSince dates a claim in words.
func claimedSince(claim registrytypes.Claim) string {
	since := table.Time(claim.ClaimedSince.Time)
	if !claim.AnchorRoot.IsZero() {
		since += ", anchored unseen, revealed on " + table.OptionalTime(claim.RevealedAt)
	}
	if claim.PlacedAt != nil {
		since += ", too late to count against older registrations: it stands at " + table.Time(claim.PlacedAt.Time)
	}
	return since
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
