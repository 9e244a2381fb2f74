package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client/flags"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/dispute"
	"github.com/stemma-chain/stemma/client/history/blocks"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/progress"
	"github.com/stemma-chain/stemma/internal/durably"
	"github.com/stemma-chain/stemma/internal/rates"
)

func disputeReckonCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "reckon DISPUTE",
		Short: "Compute from the history what a dispute's claim for the past comes to",
		Long: `Reckon reads the payments from the registration of the disputed work up to the block before the dispute was
opened, and computes what was claimed for the past by the lists then in force. Anybody can repeat it.

For a missing source: the royalty of the terms that are claimed, of all that was paid to the work, a denom at a time and rounded
down; the work owes it. For a prior claim: what each holder of the work was assigned of payments to it and to what was made from
it (up to 1,000 works); each owes that. What has lain in escrow since the opening is not in it: it goes with the work.

--out writes what is claimed with these amounts, at most 64 and no more than was claimed, for
"stemmad dispute rule DISPUTE --uphold --redress FILE". The node must still have the blocks: an archive
node has all.`,
		Example: `  stemmad dispute reckon dispute1... --out reckoned.json`,
		Args:    cobra.ExactArgs(1),
	}
	cmd.Flags().Var(new(instant), flags.FlagFrom, "first block or date whose payments count (default: the work's registration)")
	cmd.Flags().String(flagOut, "", "write the redress to this file, as JSON")
	return asking(cmd, reckonDispute)
}

func reckonDispute(ctx context.Context, conn *connect.Conn, args []string) error {
	d, work, err := disputeAndWork(ctx, conn, args[0])
	if err != nil {
		return err
	}
	node, err := conn.GetNode()
	if err != nil {
		return err
	}
	span, err := blocks.Open(ctx, node)
	if err != nil {
		return err
	}
	finish := func() {}
	r, err := dispute.Reckon(ctx, conn, span, d, conn.Flags().Lookup(flags.FlagFrom).Value.String(), func(all int64) func(int64) {
		bar := progress.New(conn.Err(), "reading", all, progress.Of("blocks"))
		finish = bar.Finish
		return bar.Add
	})
	finish()
	if err != nil {
		return err
	}
	raw, err := conn.Raw(&r.Redress)
	if err != nil {
		return err
	}
	if out := conn.Flags().Text(flagOut); out != "" {
		if err := durably.Write(out, append(raw, '\n')); err != nil {
			return fmt.Errorf("--%s: %w", flagOut, err)
		}
	}
	if conn.JSON() {
		return conn.PrintJSON(struct {
			From            int64           `json:"from"`
			To              int64           `json:"to"`
			Payments        int             `json:"payments"`
			Paid            sdk.Coins       `json:"paid"`
			Redress         json.RawMessage `json:"redress"`
			Left            sdk.Coins       `json:"left"`
			MoreDescendants bool            `json:"more_descendants"`
			Unknown         int             `json:"unknown"`
		}{r.From, r.To, r.Payments, r.Paid, raw, r.Left, r.MoreDescendants, r.Unknown})
	}
	conn.Say("%s: payments from block %d to block %d, before the dispute was opened.", workLine(work), r.From, r.To)
	paid := "nothing"
	if !r.Paid.Empty() {
		paid = conn.Units().Sum(r.Paid)
	}
	conn.Say("%s: %s.", count(r.Payments, "payment"), paid)
	if r.Rate > 0 {
		conn.Say("The source would have had %s of it.", rates.Percent(r.Rate))
	}
	if err := printReckoned(ctx, conn, r); err != nil {
		return err
	}
	if out := conn.Flags().Text(flagOut); out != "" {
		conn.Say("Wrote %s. Next: stemmad dispute rule %s --uphold --redress %s", out, d.Id, out)
	}
	return nil
}

func printReckoned(ctx context.Context, conn *connect.Conn, r dispute.Reckoned) error {
	if len(r.Redress.Restitution) == 0 {
		conn.Say("Nothing is owed for the past, or nothing was claimed.")
	} else {
		teller, tab := tellerOf(ctx, conn), table.New("debtor", "held by", "to the holders of", ">amount")
		for _, p := range r.Redress.Restitution {
			debtor, version := "the disputed work", ""
			if p.Debtor != "" {
				debtor, version = teller.Account(p.Debtor), fmt.Sprintf("version %d", p.HoldersVersion)
			}
			tab.Row(debtor, version, p.Creditor.String(), conn.Units().Coin(p.Amount))
		}
		if err := tab.Write(conn.Out()); err != nil {
			return err
		}
	}
	if !r.Left.Empty() {
		conn.Say("Not in it: %s, more than was claimed for the past, or in more amounts than a ruling has.", conn.Units().Sum(r.Left))
	}
	if r.MoreDescendants {
		conn.Say("There are more works made from it than were looked at: what they brought in is not in it.")
	}
	if r.Unknown > 0 {
		conn.Say("Of %s the chain does not tell any more who got them.", count(r.Unknown, "sum"))
	}
	return nil
}
