package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/sheet"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permitted"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	// maxOffers is the most offers of one command.
	maxOffers = 10_000
	// offersAtOnce is how many messages one transaction has at most: their gas stays below
	// that of a transaction.
	offersAtOnce = 50
)

// offerColumns are those of a table of offers. The terms, price, end and audience may be given
// by argument and flags for all.
var offerColumns = sheet.Columns{One: []string{"work", "terms", flagPrice, flagUntil}, Many: []string{flagTo}}

// offerLine is one offer of several: what it is of, under which terms, and where it says so.
type offerLine struct {
	at, subject, under string
	price, until       string
	to                 []string
	// wrong: the line can't be meant.
	wrong error
}

// sameOffer says whether two lines about one work and terms say the same, such as two files of one content.
func (l offerLine) sameOffer(o offerLine) bool {
	return l.price == o.price && l.until == o.until && slices.Equal(l.to, o.to)
}

// offerReport is what happened to several offers.
type offerReport struct {
	Offers       []offeredLine `json:"offers"`
	Transactions []send.Result `json:"transactions"`
	LeftOut      []string      `json:"left_out,omitempty"`
}

type offeredLine struct {
	Work  registrytypes.WorkID `json:"work"`
	Terms licensetypes.TermsID `json:"terms"`
	Price string               `json:"price,omitempty"`
	// Already: the same offer stood before.
	Already bool `json:"already,omitempty"`

	title, name string
}

// offerMany offers the works of a folder or of a table.
func offerMany(ctx context.Context, conn *connect.Conn, sender *send.Sender, lines []offerLine) error {
	var left leftOut
	var offers []*offering
	var bad []error
	seen := map[string]offerLine{}
	by := map[int]*offering{} // line by line
	for i, line := range lines {
		o, err := line.prepare(ctx, conn, sender.Account())
		if err == nil {
			key := o.work.String() + o.id.String()
			first, twice := seen[key]
			if twice && first.sameOffer(line) {
				conn.Note("%s is offered so by %s already", line.at, first.at)
				continue
			}
			if twice {
				err = fmt.Errorf("the same work is offered under the same terms by %s", first.at)
			}
			seen[key] = line
		}
		if err != nil {
			bad = append(bad, fmt.Errorf("%s: %w", line.at, err))
			continue
		}
		offers, by[i] = append(offers, o), o
	}
	if err := left.skip(conn, sheet.Join(bad)); err != nil {
		return fmt.Errorf("%w\nnothing was sent", err)
	}
	if err := noteAgainst(ctx, conn, lines, by); err != nil {
		return err
	}
	report, fresh := offerReport{LeftOut: left.texts(), Transactions: []send.Result{}}, []*offering{}
	for _, o := range offers {
		line := offeredLine{o.work, o.id, o.made.PriceUnder(o.terms).String(), o.stands(), o.title, o.name}
		report.Offers = append(report.Offers, line)
		if !line.Already {
			fresh = append(fresh, o)
		}
	}
	if !conn.JSON() && len(offers) > 0 {
		if err := printOffers(conn, report.Offers, offers); err != nil {
			return err
		}
	}
	batches := transactions(sender.Account(), fresh)
	for i, msgs := range batches {
		what := fmt.Sprintf("Offer %s as above.%s", count(len(fresh), "work"), forEver(fresh))
		result, err := sender.Send(ctx, what, msgs...)
		if err != nil {
			return undone(err, i, len(batches))
		}
		report.Transactions = append(report.Transactions, result)
		conn.Say("%s, transaction %d of %d: %s", result.Did("Offered", "Would offer"), i+1, len(batches), result)
	}
	if len(fresh) == 0 {
		conn.Say("Nothing to do: all of it is offered so already.")
	}
	if conn.JSON() {
		if err := conn.PrintJSON(report); err != nil {
			return err
		}
	}
	return left.failure()
}

// stands says whether the same offer is open already.
func (o *offering) stands() bool {
	before := permitted.Replaced(o.standing, o.id)
	if before == nil || before.Offer.Closed || before.Offer.Paused {
		return false
	}
	was := before.Offer
	ends := was.ExpiresAt == nil && o.made.ExpiresAt == nil ||
		was.ExpiresAt != nil && o.made.ExpiresAt != nil && was.ExpiresAt.Equal(*o.made.ExpiresAt)
	return ends && slices.Equal(was.Licensees, o.made.Licensees) &&
		was.PriceUnder(o.terms).String() == o.made.PriceUnder(o.terms).String()
}

// transactions parts the messages. Terms that nobody has published are so once, before the
// first offer of them.
func transactions(owner string, offers []*offering) (batches [][]sdk.Msg) {
	publishes := map[licensetypes.TermsID]bool{}
	for _, o := range offers {
		msgs := o.messages(owner)
		if publishes[o.id] {
			msgs = msgs[len(msgs)-1:]
		}
		publishes[o.id] = true
		if last := len(batches) - 1; last >= 0 && len(batches[last])+len(msgs) <= offersAtOnce {
			batches[last] = append(batches[last], msgs...)
			continue
		}
		batches = append(batches, msgs)
	}
	return batches
}

// forEver warns of licences that cannot be taken back.
func forEver(offers []*offering) string {
	var names []string
	for _, o := range offers {
		if o.terms.Irrevocable() && !slices.Contains(names, o.name) {
			names = append(names, o.name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "\n  What " + strings.Join(names, ", ") + " permits cannot be taken back."
}

func printOffers(conn *connect.Conn, lines []offeredLine, offers []*offering) error {
	tab := table.New("work", "title", "terms", ">price", "note")
	for i, line := range lines {
		note := ""
		switch {
		case line.Already:
			note = "offered so already"
		case permitted.Replaced(offers[i].standing, line.Terms) != nil:
			note = "replaces its offer of the same terms"
		case !offers[i].known:
			note = "publishes the terms"
		}
		tab.Row(line.Work.String(), line.title, line.name, conn.Units().ExactAlternatives(offers[i].made.PriceUnder(offers[i].terms)), note)
	}
	return tab.Write(conn.Out())
}

// prepare reads one line. What it leaves empty the flags say for all.
func (l offerLine) prepare(ctx context.Context, conn *connect.Conn, owner string) (*offering, error) {
	if l.wrong != nil {
		return nil, l.wrong
	}
	work, err := target.ResolveOwn(ctx, conn.Registry(), l.subject, owner)
	if err != nil {
		return nil, err
	}
	made, err := l.offer(conn)
	if err != nil {
		return nil, err
	}
	if l.under == "" {
		return nil, errors.New("its terms are not named: write them in the column terms, or after the command for all")
	}
	return prepareOffer(ctx, conn, work, l.under, made)
}

func (l offerLine) offer(conn *connect.Conn) (licensetypes.Offer, error) {
	f := conn.Flags()
	price, until, to := f.Text(flagPrice), f.Text(flagUntil), f.Texts(flagTo)
	if l.price != "" {
		price = l.price
	}
	if l.until != "" {
		until = l.until
	}
	if len(l.to) > 0 {
		to = l.to
	}
	return buildOffer(conn, price, until, to)
}

// offerLines are what a folder or a table names; none where the command is about one work.
func offerLines(conn *connect.Conn, args []string) ([]offerLine, error) {
	name := conn.Flags().Text(flagCSV)
	if name == "" {
		if !isFolder(args[0]) {
			return nil, nil
		}
		return offersOfFolder(conn, args)
	}
	if len(args) > 1 {
		return nil, fmt.Errorf("with --%s the works stand in the table; at most TERMS for those without any may follow", flagCSV)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines, err := readOffers(conn, f, name)
	if err != nil {
		return nil, err
	}
	for i := range lines {
		if lines[i].under == "" && len(args) == 1 {
			lines[i].under = args[0]
		}
	}
	return lines, nil
}

func offersOfFolder(conn *connect.Conn, args []string) ([]offerLine, error) {
	if len(args) < 2 {
		return nil, fmt.Errorf("name the terms to offer the files of %s under", args[0])
	}
	found, passed, err := register.Find(args[:1])
	if err != nil {
		return nil, err
	}
	notePassed(conn, passed)
	if len(found) > maxOffers {
		return nil, fmt.Errorf("%s has %d files, more than %d: offer folder by folder", args[0], len(found), maxOffers)
	}
	var lines []offerLine
	for _, file := range found {
		lines = append(lines, offerLine{at: file.Path, subject: file.Path, under: args[1]})
	}
	return lines, nil
}

// readOffers reads a table of offers. Files are relative to its folder.
func readOffers(conn *connect.Conn, f *os.File, name string) ([]offerLine, error) {
	records, err := sheet.ReadTable(f, name, offerColumns, tableOptions(conn, name, maxOffers))
	if err != nil {
		return nil, err
	}
	var lines []offerLine
	for _, r := range records {
		line := offerLine{
			at: fmt.Sprintf("%s row %d (%s)", name, r.Line, r.Text("work")), subject: r.Text("work"), under: r.Text("terms"),
			price: r.Text(flagPrice), until: r.Text(flagUntil), to: r.Fields[flagTo],
		}
		if line.subject == "" {
			return nil, fmt.Errorf("%s row %d: the work is missing: a file, a digest or a work id in the column work", name, r.Line)
		}
		line.subject, line.wrong = beside(filepath.Dir(name), line.subject)
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return nil, fmt.Errorf("%s names no works below its header", name)
	}
	return lines, nil
}
