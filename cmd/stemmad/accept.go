package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/permission"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/words/limits"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permitted"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	"github.com/stemma-chain/stemma/internal/rates"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

func acceptCmd() *cobra.Command {
	return sending(connect.AddProposeFlag(&cobra.Command{
		Use:   "accept [WORK|FILE]",
		Short: "Accept a work that was offered to you, or list those that are",
		Long: `Accept without a work lists the works that are offered to you, and sends nothing. With
one it makes you the owner of a work that was offered to you. It shows version, status,
holders and which revenue comes to you, what the work owes, what its sources demand of it,
whose approval it waits for, its open offers and the grants in force first, and is refused
if any of the lists changes meanwhile, or if the work is offered to you anew. It
also lists the licences that everybody has for ever, whether they are still offered or
not: you can't take them back. Of a file that several have claimed,
the earliest claim is meant, and named before you sign, unless it is under dispute; any
other you name by its work id.`,
		Example: `  stemmad accept --from bob
  stemmad accept song.wav --from bob
  stemmad accept song.wav --dry-run --from bob`,
		Args: cobra.MaximumNArgs(1),
	}), accept)
}

// taken is a work that is offered to somebody, with what comes with it.
type taken struct {
	work     registrytypes.Claim
	title    string
	transfer *registrytypes.QueryTransferResponse
	holders  *royaltytypes.QueryHoldersResponse
	// sole: the owner alone holds its revenue, which so comes with it.
	sole        bool
	grants      []grantsInForce
	waitsFor    []registrytypes.WorkID
	irrevocable []string
}

// grantsInForce are those of a work under one terms.
type grantsInForce struct {
	Terms licensetypes.TermsID `json:"terms"`
	// Number of those that have not ended, and how many derivatives rely on them. AtLeast:
	// there are more grants than were looked at.
	Number  int    `json:"number"`
	Used    uint64 `json:"derivatives"`
	AtLeast bool   `json:"at_least,omitempty"`
	// LastEnd is when the last of them ends; unset: never.
	LastEnd *time.Time `json:"last_end,omitempty"`
}

func accept(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	if len(args) == 0 {
		return listOffered(ctx, conn, sender.Account())
	}
	found, err := target.EarliestSafe(ctx, conn.Registry(), args[0])
	if err != nil {
		return err
	}
	t := &taken{work: found.Claim, title: table.Short(describe.Heading(found.Claim))}
	if t.transfer, err = conn.Registry().Transfer(ctx, &registrytypes.QueryTransferRequest{Work: t.work.Id}); err != nil {
		return err
	}
	if t.transfer.Recipient != sender.Account() {
		return fmt.Errorf("%s is offered to %s, not to you", t.work.Id, t.transfer.Recipient)
	}
	if err := t.note(ctx, conn); err != nil {
		return err
	}
	what := fmt.Sprintf("Accept %q (%s)%s.", t.title, t.work.Id, found.Choice(conn.KeyNames()))
	result, err := sender.Send(ctx, what, &royaltytypes.MsgAcceptTransfer{
		Recipient: sender.Account(), Work: t.work.Id, WorkVersion: t.work.Version, Epoch: t.holders.Epoch, Offer: t.transfer.Number,
	})
	if err != nil {
		return err
	}
	if conn.JSON() {
		return conn.PrintJSON(struct {
			Work        string `json:"work"`
			WorkVersion uint32 `json:"work_version"`
			Status      string `json:"status"`
			Epoch       uint64 `json:"epoch,string"`
			Offer       uint32 `json:"offer"`
			// RevenueMoves: what it takes in from then on is the new owner's.
			RevenueMoves bool                   `json:"revenue_moves"`
			Grants       []grantsInForce        `json:"grants"`
			WaitsFor     []registrytypes.WorkID `json:"waits_for"`
			Irrevocable  []string               `json:"irrevocable,omitempty"`
			Tx           send.Result            `json:"tx"`
		}{
			t.work.Id.String(), t.work.Version, enumName(t.work.Status.String(), "STATUS_"), t.holders.Epoch, t.transfer.Number, t.sole,
			t.grants, append([]registrytypes.WorkID{}, t.waitsFor...), t.irrevocable, result,
		})
	}
	conn.Say("%s %q (%s): %s", result.Did("Accepted", "Would accept"), t.title, t.work.Id, result)
	return nil
}

// note says all that comes with the work, before it is accepted.
func (t *taken) note(ctx context.Context, conn *connect.Conn) error {
	if err := t.noteRevenue(ctx, conn); err != nil {
		return err
	}
	owed, err := conn.Royalty().Upstream(ctx, &royaltytypes.QueryUpstreamRequest{Work: t.work.Id})
	if err != nil {
		return err
	}
	if sum := owed.Absolute + owed.Relative; sum > 0 {
		conn.Note("It owes %s of what it takes in to the works that it was made from.", rates.Percent(sum))
	}
	if err := t.noteDemands(ctx, conn); err != nil {
		return err
	}
	if err := t.noteOffers(ctx, conn); err != nil {
		return err
	}
	if err := t.noteGrants(ctx, conn, "These grants are in force and stay, whoever owns it:"); err != nil {
		return err
	}
	t.irrevocable, err = noteIrrevocable(ctx, conn, t.work.Id)
	return err
}

// noteRevenue says who holds the work's revenue, and whether that comes with it.
func (t *taken) noteRevenue(ctx context.Context, conn *connect.Conn) (err error) {
	if t.holders, err = conn.Royalty().Holders(ctx, &royaltytypes.QueryHoldersRequest{Work: t.work.Id}); err != nil {
		return err
	}
	names := conn.KeyNames()
	conn.Note("%q (%s), version %d, from %s; its revenue is held by:", t.title, t.work.Id, t.work.Version, accountName(t.work.Owner, names))
	for _, h := range t.holders.Holders {
		conn.Note("  %s  %s", accountName(h.Account, names), rates.Percent(h.Weight))
	}
	t.sole = len(t.holders.Holders) == 1 && t.holders.Holders[0].Account == t.work.Owner
	if t.sole {
		conn.Note("All of that comes to you: whatever it earns from then on. What it has earned before stays the old owner's.")
	} else {
		conn.Note("None of that moves: this table stays, and you get the share that you hold in it, if any.")
	}
	switch t.work.Status {
	case registrytypes.STATUS_ACTIVE:
	case registrytypes.STATUS_WITHDRAWN:
		conn.Note("It is withdrawn: no new grants are given until you restore it (stemmad withdraw-work --undo). What was granted stays.")
	default:
		conn.Note("It is %s.", enumName(t.work.Status.String(), "STATUS_"))
	}
	noteDisputed(ctx, conn, t.work)
	return nil
}

// noteDemands lists what the work's sources demand of it, whoever owns it, and whose approval
// it waits for. Credit is left out: `stemmad credits` lists it.
func (t *taken) noteDemands(ctx context.Context, conn *connect.Conn) error {
	res, err := conn.License().Constraints(ctx, &licensetypes.QueryConstraintsRequest{
		Work: t.work.Id, Pagination: &query.PageRequest{Limit: maxConstraints},
	})
	if err != nil {
		return err
	}
	speaker, said := limits.NewSpeaker(conn, termsNamer(ctx, conn)), 0
	for _, row := range res.Constraints {
		if unsaid(row.Constraint) {
			continue
		}
		text, err := speaker.Say(ctx, row.Constraint)
		if err != nil {
			return err
		}
		if said++; said == 1 {
			conn.Note("Its sources demand of it:")
		}
		conn.Note("  %s", table.Clean(text))
	}
	if len(res.Waiting) == 0 {
		return nil
	}
	waits, err := conn.License().Admissions(ctx, &licensetypes.QueryAdmissionsRequest{Work: t.work.Id})
	if err != nil {
		return err
	}
	printWaiting(conn.Note, t.work.Id, waits.Admissions)
	for _, a := range waits.Admissions {
		for _, work := range a.Admission.Works {
			if !slices.Contains(t.waitsFor, work) {
				t.waitsFor = append(t.waitsFor, work)
			}
		}
	}
	return nil
}

// noteOffers lists the offers under which anybody may acquire a grant until they are closed.
func (t *taken) noteOffers(ctx context.Context, conn *connect.Conn) error {
	offers, err := permission.Offers(ctx, conn, t.work.Id)
	if err != nil {
		return err
	}
	said := 0
	for _, o := range offers {
		if !o.Offer.Open(time.Now()) {
			continue
		}
		if said++; said == 1 {
			conn.Note("It is offered, until you close it, under:")
		}
		conn.Note("  %s, for %s; %d granted so far", permitted.Name(o.Terms), permitted.Price(conn.Units(), o), o.Granted)
	}
	return nil
}

// maxGrantsRead bounds the grants that are counted.
const maxGrantsRead = 10_000

// noteGrants counts the grants in force, which bind whoever owns the work.
func (t *taken) noteGrants(ctx context.Context, conn *connect.Conn, heading string) error {
	by, now, read := map[licensetypes.TermsID]*grantsInForce{}, time.Now(), 0
	more := false
	for page := (&query.PageRequest{Limit: walkPage}); page != nil; {
		res, err := conn.License().Grants(ctx, &licensetypes.QueryGrantsRequest{Work: t.work.Id, Pagination: page})
		if err != nil {
			return err
		}
		for _, g := range res.Grants {
			if !g.Grant.Expired(now) {
				tally(by, g)
			}
		}
		read += len(res.Grants)
		next := res.Pagination.GetNextKey()
		page = &query.PageRequest{Limit: walkPage, Key: next}
		if more = len(next) > 0 && read >= maxGrantsRead; more || len(next) == 0 {
			page = nil
		}
	}
	t.grants = []grantsInForce{}
	for _, g := range by {
		g.AtLeast = more
		t.grants = append(t.grants, *g)
	}
	slices.SortFunc(t.grants, func(a, b grantsInForce) int { return cmp.Compare(a.Terms.String(), b.Terms.String()) })
	if len(t.grants) == 0 {
		return nil
	}
	name := termsNamer(ctx, conn)
	conn.Note("%s", heading)
	for _, g := range t.grants {
		least, ends := "", "without end"
		if g.AtLeast {
			least = "at least "
		}
		if g.LastEnd != nil {
			ends = "the last until " + table.Time(*g.LastEnd)
		}
		conn.Note("  %s: %s%s, %s; %d derivatives rely on them", name(g.Terms), least, count(g.Number, "grant"), ends, g.Used)
	}
	return nil
}

// tally adds a grant to those under its terms.
func tally(by map[licensetypes.TermsID]*grantsInForce, g licensetypes.NamedGrant) {
	have, known := by[g.Terms]
	if !known {
		have = &grantsInForce{Terms: g.Terms, LastEnd: g.Grant.ExpiresAt}
		by[g.Terms] = have
	}
	have.Number++
	have.Used += uint64(g.Grant.Used)
	switch {
	case g.Grant.ExpiresAt == nil:
		have.LastEnd = nil
	case have.LastEnd != nil && have.LastEnd.Before(*g.Grant.ExpiresAt):
		have.LastEnd = g.Grant.ExpiresAt
	}
}

// maxTransfersRead bounds the transfers that are looked at.
const maxTransfersRead = 10_000

// listOffered lists the works that are offered to an account.
func listOffered(ctx context.Context, conn *connect.Conn, account string) error {
	list := []registrytypes.OfferedTransfer{}
	read, page := 0, &query.PageRequest{Limit: walkPage}
	for page != nil {
		res, err := conn.Registry().Transfers(ctx, &registrytypes.QueryTransfersRequest{Pagination: page})
		if err != nil {
			return err
		}
		for _, t := range res.Transfers {
			if t.Recipient == account {
				list = append(list, t)
			}
		}
		read += len(res.Transfers)
		if next := res.Pagination.GetNextKey(); len(next) == 0 || read >= maxTransfersRead {
			if page = nil; len(next) > 0 {
				conn.Note("There are more transfers on offer than the %d that were looked at.", read)
			}
		} else {
			page = &query.PageRequest{Limit: walkPage, Key: next}
		}
	}
	if conn.JSON() {
		return conn.PrintJSON(struct {
			Transfers []registrytypes.OfferedTransfer `json:"transfers"`
		}{list})
	}
	if len(list) == 0 {
		conn.Say("Nothing is offered to %s.", accountName(account, conn.KeyNames()))
		return nil
	}
	speaker := limits.NewSpeaker(conn, termsNamer(ctx, conn))
	tab := table.New("work", "offered")
	for _, t := range list {
		tab.Row(speaker.Work(ctx, t.Work), table.Time(t.OfferedAt))
	}
	if err := tab.Write(conn.Out()); err != nil {
		return err
	}
	conn.Note("Look at one with: stemmad accept %s --dry-run", list[0].Work)
	return nil
}
