package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client/flags"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/x/dispute/course"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const flagParty = "party"

func disputeShowCmd() *cobra.Command {
	return asking(&cobra.Command{
		Use:   "show DISPUTE",
		Short: "Show a dispute: who claims what, what was shown, where it stands, what can be done next",
		Long: `Show prints who contests which work and why, what is claimed, what the parties showed, where the dispute
stands and for how long, what can be done next and by whom, what was ruled, and what is at stake.`,
		Example: `  stemmad dispute show dispute1...`,
		Args:    cobra.ExactArgs(1),
	}, showDispute)
}

func showDispute(ctx context.Context, conn *connect.Conn, args []string) error {
	d, work, err := disputeAndWork(ctx, conn, args[0])
	if err != nil {
		return err
	}
	if conn.JSON() {
		return printRaw(conn, &disputetypes.QueryDisputeResponse{Dispute: d})
	}
	teller, now := tellerOf(ctx, conn), time.Now()
	conn.Say("%s\n%s.", d.Id, words.Contested(d.Kind))
	deadline, closed := "", table.OptionalTime(d.ClosedAt)
	if d.Deadline != nil {
		deadline = words.Until(*d.Deadline, now) + "; then, " + words.PhaseEnd(d.Phase)
	}
	outcome := ""
	if !d.IsOpen() {
		outcome = words.Outcome(d.Outcome)
	}
	var conceded []string
	for _, account := range d.Conceded {
		conceded = append(conceded, teller.Account(account))
	}
	err = table.Fields(conn.Out(), "work", workLine(work), "challenger", teller.Account(d.Challenger),
		"owner then", teller.Account(d.Respondent),
		"opened", table.Time(d.OpenedAt), "stands", words.Phase(d.Phase), "outcome", outcome, "closed", closed, "deadline", deadline,
		"next", disputeNextStep(conn, d), "arbiter", named(teller, d.Arbiter), "conceded by", strings.Join(conceded, ", "),
		"contested by", named(teller, d.ContestedBy),
		"appealed by", named(teller, d.AppealedBy), "in escrow", escrowLine(ctx, conn, d), "failure", d.Failure)
	if err != nil {
		return err
	}
	printClaim(ctx, conn, d)
	conn.Say("Shown:")
	tab := table.New("by", "SHA-256", "where")
	for _, e := range d.Evidence {
		at := e.Uri
		if !e.BlankedSha256.IsZero() {
			at = "blanked; its SHA-256 was " + e.BlankedSha256.String()
		}
		tab.Row(teller.Account(e.By), e.Sha256.String(), at)
	}
	if err := tab.Write(conn.Out()); err != nil {
		return err
	}
	if d.Appeal().Decided {
		printRuling(conn, teller, "Ruled before the appeal", d.Appealed)
	}
	printRuling(conn, teller, "Ruling", d.Ruling)
	return printBonds(conn, d, now)
}

// disputeNextStep says what can be done now, and by whom.
func disputeNextStep(conn *connect.Conn, d disputetypes.Dispute) string {
	next := ""
	switch d.Phase {
	case disputetypes.PHASE_ANSWER:
		next = "owner and holders: stemmad dispute answer, with --concede or --contest; challenger: stemmad dispute drop"
	case disputetypes.PHASE_ARBITRATION:
		next = "arbiter: stemmad dispute rule, with --uphold or --dismiss; challenger: stemmad dispute drop"
	case disputetypes.PHASE_APPEAL:
		next = "challenger, owner and holders: stemmad dispute appeal"
	case disputetypes.PHASE_GOVERNANCE:
		next = "anybody: stemmad dispute rule, with --propose, puts a ruling to the vote"
	}
	if d.CalledUntil != nil {
		next += "; challenger: " + raiseCommand(conn, d)
	}
	if d.Callable() {
		next += "; anybody: stemmad dispute call-bond, when more is frozen than the bond is for"
	}
	return next
}

func named(t words.Teller, account string) string {
	if account == "" {
		return ""
	}
	return t.Account(account)
}

func printClaim(ctx context.Context, conn *connect.Conn, d disputetypes.Dispute) {
	conn.Say("Claimed:")
	for _, sentence := range tellerOf(ctx, conn).Redress(d.Claim) {
		conn.Say("  %s.", table.Clean(sentence))
	}
}

func printRuling(conn *connect.Conn, t words.Teller, title string, r *disputetypes.Ruling) {
	if r == nil {
		return
	}
	by, how := "those who conceded", "dismissed"
	if r.By != "" {
		by = t.Account(r.By)
	}
	if r.Upheld {
		how = "upheld"
	}
	conn.Say("%s: %s by %s, %s", title, how, by, table.Time(r.At))
	for _, sentence := range t.Redress(r.Redress) {
		conn.Say("  %s.", table.Clean(sentence))
	}
}

func printBonds(conn *connect.Conn, d disputetypes.Dispute, now time.Time) error {
	bond, contest, appeal := course.Stakes(course.Outcome(d.Outcome), d.Appeal())
	if d.IsOpen() {
		conn.Say("At stake:")
	} else {
		conn.Say("Bonds:")
	}
	sum := func(coins sdk.Coins) string {
		if coins.Empty() {
			return ""
		}
		return conn.Units().Sum(coins)
	}
	stake := func(coins sdk.Coins, fate course.Fate) string {
		if coins.Empty() || d.IsOpen() {
			return sum(coins)
		}
		return sum(coins) + ", " + words.BondFate(fate)
	}
	called := ""
	if d.CalledUntil != nil {
		called = sum(d.Called) + " by the challenger, " + words.Until(*d.CalledUntil, now)
	}
	unbacked := ""
	if d.Unbacked {
		unbacked = "not raised in time: what the work earns is in escrow by it no more"
	}
	return table.Fields(conn.Out(), "challenger", stake(d.Bond, bond), "contesting", stake(d.ContestBond, contest),
		"appealing", stake(d.AppealBond, appeal), "called for", called, "bond", unbacked)
}

func disputeListCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list [WORK|FILE]",
		Short: "List disputes about a work, of an account, or all",
		Long: `List prints the disputes about a work, the open ones first, or those that an account opened, answered, appealed or
decides, or whose work it owned when they were opened. Without either it lists all.`,
		Example: `  stemmad dispute list song.wav
  stemmad dispute list --party me --from alice`,
		Args: cobra.MaximumNArgs(1),
	}
	cmd.Flags().String(flagParty, "", "only those of this account: me, a key or an address")
	cmd.Flags().Int(flagRows, defaultRows, fmt.Sprintf("most disputes, 1 to %d", maxDisputesListed))
	cmd.Flags().String(flags.FlagFrom, "", "key that --party me stands for (default: your only key)")
	return asking(cmd, listDisputes)
}

// maxDisputesListed is the most rows of a page.
const maxDisputesListed = 1000

func listDisputes(ctx context.Context, conn *connect.Conn, args []string) (err error) {
	rows, _ := conn.Flags().GetInt(flagRows)
	party := conn.Flags().Text(flagParty)
	switch {
	case rows < 1 || rows > maxDisputesListed:
		return fmt.Errorf("--%s is from 1 to %d, not %d", flagRows, maxDisputesListed, rows)
	case party != "" && len(args) > 0:
		return fmt.Errorf("name a work or --%s, not both", flagParty)
	}
	req := &disputetypes.QueryDisputesRequest{Pagination: &query.PageRequest{Limit: uint64(rows)}}
	if len(args) > 0 {
		if req.Work, err = disputeWork(ctx, conn, args[0]); err != nil {
			return err
		}
	}
	if party == me {
		_, account, err := conn.Signer()
		if err != nil {
			return err
		}
		party = account.String()
	}
	if party != "" {
		account, err := conn.Account(party)
		if err != nil {
			return fmt.Errorf("--%s: %w", flagParty, err)
		}
		req.Party = account.String()
	}
	res, err := conn.Dispute().Disputes(ctx, req)
	if err != nil {
		return err
	}
	if conn.JSON() {
		return printRaw(conn, res)
	}
	if len(res.Disputes) == 0 {
		conn.Say("No disputes.")
		return nil
	}
	// Of a work the chain lists the open ones first. Of an account, and of all, they are sorted here.
	slices.SortStableFunc(res.Disputes, func(a, b disputetypes.Dispute) int {
		switch {
		case a.IsOpen() == b.IsOpen():
			return 0
		case a.IsOpen():
			return -1
		}
		return 1
	})
	tab, now := table.New("dispute", "work", "title", "about", "stands", "deadline"), time.Now()
	titles := map[registrytypes.WorkID]string{}
	for _, d := range res.Disputes {
		title, err := titleOf(ctx, conn, titles, d.Work)
		if err != nil {
			return err
		}
		stands, deadline := words.Stands(d.Phase), ""
		if d.Deadline != nil {
			deadline = words.Until(*d.Deadline, now)
		}
		if !d.IsOpen() {
			stands, deadline = enumName(d.Outcome.String(), "OUTCOME_"), "closed "+table.OptionalTime(d.ClosedAt)
		}
		tab.Row(d.Id.String(), d.Work.String(), table.Short(title), d.Kind.Name(), stands, deadline)
	}
	if err := tab.Write(conn.Out()); err != nil {
		return err
	}
	if len(res.Pagination.GetNextKey()) > 0 {
		conn.Say("and more: \"stemmad query dispute disputes\" pages through all")
	}
	return nil
}
