package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/client/dataset/collection"
	"github.com/stemma-chain/stemma/client/register/enroll"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permitted"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/refusal"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/internal/rates"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/registry/text"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

func collectionCreateCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "create NAME WORK...",
		Short: "Make a collection of works, whose works are paid by their weights",
		Long: `Create writes a manifest of the works, NAME.manifest, registers it as a work of yours, gives the works
their share of what it earns, all of it unless --share says less, and declares each as contained, so
that their terms bind the collection and nobody is permitted more of a part than its owner allows.
With --offer it is offered as a whole under one licence. Anybody pays the works out (stemmad dataset
collect), each by its weight, to its holders and sources.

Works of others need a permission to copy and distribute them: a public offer, a grant of yours, or
one that is bought with --buy --max-fee. A work declares at most 1,024 others: of more make collections
of parts and one of those, which pays them all the same. With --undeclared nothing is declared: the
works are paid, and the chain holds the collection to none of their terms.

Publish the manifest: without it nobody can collect. Many works take several transactions, and the
offer is in the last; a command that was broken off goes on when it is run again.`,
		Example: `  stemmad collection create "Castle tiles" work1... work1... --offer cc-by-4.0 --from alice
  stemmad collection create "Castle tiles" --table members.csv --share 90% --offer commercial-use --price '5.00 USDC' --from alice
  stemmad collection create "First album" one.wav two.wav three.wav --weights 3,1,1 --dry-run --from alice`,
		Args: cobra.MinimumNArgs(1),
	}
	addDetailsFlags(cmd)
	addMemberFlags(cmd)
	addContainsFlags(cmd)
	f := cmd.Flags()
	f.String(flagShare, "100%", "what the works get of all that the collection earns")
	f.String(flagManifest, "", "file to write the manifest to (default: NAME.manifest)")
	f.String(flagOffer, "", "terms to offer it under, as \"stemmad offer\" takes them")
	f.String(flagPrice, "", "price of a grant under --offer, such as '5.00 USDC'")
	f.String(flagUntil, "", "end of the offer: 2027-01-31, a time in RFC 3339, or 30d")
	return sending(cmd, createCollection)
}

// collectionReport is what became of a collection.
type collectionReport struct {
	Work     registrytypes.WorkID `json:"work"`
	Version  uint32               `json:"version"`
	File     string               `json:"file"`
	Manifest manifestRoots        `json:"manifest"`
	Members  []collection.Member  `json:"members"`
	// Share is that of the members, ppm, and Waits when it holds; unset: it does.
	Share uint32                   `json:"share"`
	Waits *royaltytypes.PoolChange `json:"waits,omitempty"`
	// Contains are the works that were declared as contained by it.
	Contains     []registrytypes.WorkID `json:"contains"`
	Terms        string                 `json:"terms,omitempty"`
	Anchor       *anchored              `json:"anchor,omitempty"`
	Transactions []send.Result          `json:"transactions"`
}

func createCollection(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	if err := waits(conn); err != nil {
		return err
	}
	f := conn.Flags()
	share, err := shareOf(f.Text(flagShare))
	if err != nil {
		return fmt.Errorf("--%s: %w", flagShare, err)
	}
	if f.Text(flagOffer) == "" && (f.Changed(flagPrice) || f.Changed(flagUntil)) {
		return fmt.Errorf("--%s and --%s belong to --%s TERMS", flagPrice, flagUntil, flagOffer)
	}
	members, err := readMembers(ctx, conn, args[1:], false)
	if err != nil {
		return err
	}
	if err := checkDeclarable(conn, len(members)); err != nil {
		return err
	}
	all := &collection.Collection{}
	for _, m := range members {
		if err := all.Add(m.Member); err != nil {
			return err
		}
	}
	m := &making{name: text.Compose(args[0]), members: members, all: all, share: share}
	defer m.clean()
	if err := m.prepare(ctx, conn, sender); err != nil {
		return err
	}
	if err := m.send(ctx, conn, sender); err != nil {
		return err
	}
	return m.print(conn)
}

// making is a collection on its way to the chain.
type making struct {
	name    string
	members []memberWork
	all     *collection.Collection
	share   uint32
	path    string
	// tried is the folder of a dry run. fresh: the manifest was not there before, and sent: something may have been sent of it.
	tried    string
	fresh    bool
	sent     bool
	items    []enroll.Item
	enroller enroller
	contains *containing
	offering *offering
	report   collectionReport
}

// clean removes what was written for nothing.
func (m *making) clean() {
	if m.tried != "" {
		_ = os.RemoveAll(m.tried)
	}
	if m.fresh && !m.sent {
		for _, path := range []string{m.path, dataset.IndexOf(m.path), dataset.ContributorsOf(m.path)} {
			_ = os.Remove(path)
		}
	}
}

// sending notes that something is sent, unless a person says no or the chain refuses it.
func (m *making) sending(err error) error {
	var refused *refusal.Error
	nothing := errors.Is(err, send.ErrDeclined) || errors.Is(err, send.ErrNoAnswer) || errors.As(err, &refused)
	m.sent = m.sent || !nothing
	return err
}

// written is where the manifest is.
func (m *making) written() string {
	if m.tried != "" {
		return filepath.Join(m.tried, "manifest")
	}
	return m.path
}

// prepare writes the manifest and finds out what registering it takes.
func (m *making) prepare(ctx context.Context, conn *connect.Conn, sender *send.Sender) error {
	m.path = conn.Flags().Text(flagManifest)
	if m.path == "" {
		m.path = fileFor(m.name, 1)
	}
	roots, err := m.write(ctx, conn, sender)
	if err != nil {
		return err
	}
	about, err := datasetDetails(conn, m.written(), registrytypes.KIND_OTHER)
	if err != nil {
		return err
	}
	if !conn.Flags().Changed(flagTitle) {
		about.Title = m.name
	}
	if err := sound(about); err != nil {
		return err
	}
	m.enroller = newEnroller(conn, sender, conn.Flags().Is(flagAllowContested))
	if m.items, err = m.enroller.look(ctx, []enroll.Item{manifestItem(m.path, roots, about)}); err != nil {
		return err
	}
	m.report = collectionReport{
		Work: m.items[0].Work, Version: 1, File: m.path, Manifest: rootsOf(roots), Members: m.all.Members, Share: m.share,
		Contains: []registrytypes.WorkID{}, Transactions: []send.Result{},
	}
	d := &derivation{work: m.report.Work, title: about.Title, kind: about.Kind}
	if !m.items[0].Already {
		d.item = &m.items[0]
	}
	if m.contains, err = contain(ctx, conn, sender, d, m.members); err != nil {
		return err
	}
	for _, s := range m.contains.sources {
		m.report.Contains = append(m.report.Contains, s.work.Id)
	}
	return m.prepareOffer(ctx, conn, about)
}

// prepareOffer reads what the collection is to be offered under; what stands already is left.
func (m *making) prepareOffer(ctx context.Context, conn *connect.Conn, about registrytypes.Details) error {
	f := conn.Flags()
	under := f.Text(flagOffer)
	if under == "" {
		return nil
	}
	made, err := buildOffer(conn, f.Text(flagPrice), f.Text(flagUntil), nil)
	if err != nil {
		return err
	}
	var o *offering
	if m.items[0].Already {
		o, err = prepareOffer(ctx, conn, registrytypes.Claim{Id: m.report.Work, Details: about}, under, made)
	} else {
		o, err = newOffering(ctx, conn, m.report.Work, about.Title, under, made)
	}
	if err != nil {
		return fmt.Errorf("--%s: %w", flagOffer, err)
	}
	m.report.Terms = o.id.String()
	if !o.stands() {
		m.offering = o
	}
	return nil
}

// newOffering reads what is to be known of an offer of a work that is registered with it: what its sources demand is known of them.
func newOffering(
	ctx context.Context, conn *connect.Conn, work registrytypes.WorkID, title, under string, made licensetypes.Offer,
) (*offering, error) {
	terms, err := termsToOfferNew(ctx, conn, under)
	if err != nil {
		return nil, err
	}
	o := &offering{work: work, title: table.Short(title), id: terms.Id, terms: terms.Terms, name: permitted.Name(terms), made: made}
	o.known, err = published(ctx, conn, terms)
	return o, err
}

// steps are the messages of each transaction.
func (m *making) steps(sender *send.Sender) [][]sdk.Msg {
	steps := m.contains.parts(sender)
	if !m.items[0].Already {
		first := manifestMessages(sender, m.enroller, m.items, m.share)
		if len(steps) == 0 {
			steps = [][]sdk.Msg{nil}
		}
		steps[0] = slices.Concat(first, steps[0])
	}
	if m.offering != nil {
		if len(steps) == 0 {
			steps = [][]sdk.Msg{nil}
		}
		last := len(steps) - 1
		steps[last] = append(steps[last], m.offering.messages(sender.Account())...)
	}
	return steps
}

// what says what is asked for.
func (m *making) what(conn *connect.Conn, transactions int) string {
	what := fmt.Sprintf("Make the collection %q of %s, with a weight of %d together.", table.Short(m.name),
		count(len(m.members), "work"), m.report.Manifest.Weight)
	if m.items[0].Already {
		what = fmt.Sprintf("Go on with the collection %q (%s), which is registered.", table.Short(m.name), m.report.Work)
	} else if m.share > 0 {
		what += fmt.Sprintf("\n  Its works get %s of all that it earns, by their weights, and you %s.", rates.Percent(m.share),
			rates.Percent(rates.Whole-m.share))
	} else {
		what += "\n  Its works get nothing of what it earns."
	}
	what += m.contains.says(conn)
	if m.contains.rate > 0 && len(m.contains.sources) > 0 {
		what += fmt.Sprintf("\n  Of all that it takes in it will owe at most %s upstream, before anybody else gets a share.",
			rates.Percent(m.contains.rate))
	}
	if m.offering != nil {
		what += "\n" + m.offering.question(m.offering.preview(conn))
	}
	if transactions > 1 {
		what += fmt.Sprintf("\n  It takes %d transactions, and is asked once: the fee below is of the first.", transactions)
	}
	return what
}

func (m *making) send(ctx context.Context, conn *connect.Conn, sender *send.Sender) error {
	steps := m.steps(sender)
	if len(steps) == 0 {
		return nil
	}
	what := m.what(conn, len(steps))
	if !m.items[0].Already {
		trial, err := sender.Try(ctx, steps[0]...)
		if err != nil {
			return err
		}
		m.report.Anchor, err = anchorFirst(ctx, conn, m.enroller, m.items, what, sender.Then(ctx, trial))
		if m.sending(err) != nil {
			return err
		}
		steps = m.steps(sender) // with the proof of the anchor
	}
	for i, msgs := range steps {
		if i > 0 && sender.DryRun() {
			conn.Note("%d more transactions declare the other works; they can't be tried before the first", len(steps)-1)
			break
		}
		if i > 0 {
			conn.Note("transaction %d of %d", i+1, len(steps))
		}
		result, err := sender.Send(ctx, what, msgs...)
		if m.sending(err) != nil {
			return undone(err, i, len(steps))
		}
		m.report.Transactions = append(m.report.Transactions, result)
	}
	return nil
}

func (m *making) print(conn *connect.Conn) error {
	if conn.JSON() {
		return conn.PrintJSON(m.report)
	}
	if len(m.report.Transactions) == 0 {
		conn.Say("Nothing to do: the collection %s is registered, and contains all of these works", m.report.Work)
		return nil
	}
	for _, result := range m.report.Transactions {
		conn.Say("%s the collection %q: %s", result.Did("Made", "Would make"), table.Short(m.name), result)
	}
	pairs := []string{
		"work", m.report.Work.String(), "manifest", m.path, "works", m.report.Manifest.String(),
		"works get", rates.Percent(m.share) + " of what it earns", "contains", count(len(m.report.Contains), "declared work"),
	}
	if m.offering != nil {
		pairs = append(pairs, "offered under", m.offering.name)
	}
	if err := table.Fields(conn.Out(), pairs...); err != nil {
		return err
	}
	if !m.report.Transactions[0].DryRun {
		conn.Note("Publish %s: without it nobody can collect. Anybody pays the works out with\n  stemmad dataset collect %s %s --all",
			m.path, m.report.Work, m.path)
	}
	return nil
}
