package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
)

const (
	flagUphold  = "uphold"
	flagDismiss = "dismiss"
	flagRedress = "redress"
)

func disputeRuleCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rule DISPUTE --uphold|--dismiss",
		Short: "Decide a dispute, as its arbiter",
		Long: `Rule decides. --uphold gives all that is claimed, but for the past: who pays how much to whom for that
is named by --redress, a file as "stemmad dispute reckon --out" writes it, or one that says otherwise, within the
claim. What --redress does not name is not given. A ruling that could not be carried out now is
refused. It waits until the parties can appeal no more.

Where governance decides (after an appeal, or where no arbiter is impartial or decides in time), anybody puts a ruling to the
vote with --propose: it deposits what governance asks for, and prints the command to vote with.`,
		Example: `  stemmad dispute rule dispute1... --uphold --from arbiter
  stemmad dispute rule dispute1... --uphold --redress reckoned.json --from arbiter
  stemmad dispute rule dispute1... --dismiss --from arbiter
  stemmad dispute rule dispute1... --uphold --redress reckoned.json --propose --from carol`,
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().Bool(flagUphold, false, "the challenger is right")
	cmd.Flags().Bool(flagDismiss, false, "the challenger is wrong")
	cmd.Flags().String(flagRedress, "", "with --uphold: file with what is given, as JSON (default: what is claimed, but for the past)")
	return sending(connect.AddProposeFlag(cmd), ruleDispute)
}

func ruleDispute(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	uphold, file := conn.Flags().Is(flagUphold), conn.Flags().Text(flagRedress)
	switch {
	case uphold == conn.Flags().Is(flagDismiss):
		return fmt.Errorf("say how you rule: --%s or --%s", flagUphold, flagDismiss)
	case !uphold && file != "":
		return fmt.Errorf("--%s: who dismisses gives no redress", flagRedress)
	}
	d, work, err := disputeAndWork(ctx, conn, args[0])
	if err != nil {
		return err
	}
	if conn.Flags().Is(connect.FlagPropose) && d.Phase != disputetypes.PHASE_GOVERNANCE {
		return fmt.Errorf("--%s: governance does not decide %s now. %s", connect.FlagPropose, d.Id, words.Phase(d.Phase))
	}
	msg := &disputetypes.MsgRule{Arbiter: sender.Account(), Dispute: d.Id, Upheld: uphold}
	what := fmt.Sprintf("Dismiss %s about %s: half of the bond is burnt, half goes to the holders.", d.Id, workLine(work))
	if uphold {
		if msg.Redress, err = readRedress(conn, d, file); err != nil {
			return err
		}
		if msg.Redress.IsEmpty() {
			return fmt.Errorf("only the past is claimed: name who pays how much with --%s FILE (stemmad dispute reckon %s --out FILE)",
				flagRedress, d.Id)
		}
		if file == "" && !d.Claim.Past.Empty() {
			conn.Note("Nothing is given for the past: that takes --%s FILE (stemmad dispute reckon %s --out FILE).", flagRedress, d.Id)
		}
		conn.Note("Given is:")
		for _, sentence := range tellerOf(ctx, conn).Redress(msg.Redress) {
			conn.Note("  %s.", table.Clean(sentence))
		}
		what = fmt.Sprintf("Uphold %s about %s.", d.Id, workLine(work))
	}
	if conn.Flags().Is(connect.FlagPropose) {
		conn.Note("The vote has to end before the deadline of the dispute, %s.", table.Time(*d.Deadline))
	}
	return sendDispute(ctx, conn, sender, what, d.Id, "Ruled on", "Would rule on", msg)
}

// readRedress reads the file, or takes what is claimed, but for the past.
func readRedress(conn *connect.Conn, d disputetypes.Dispute, file string) (r disputetypes.Redress, err error) {
	if file == "" {
		r = d.Claim
		r.Past = nil
		return r, nil
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return r, fmt.Errorf("--%s: %w", flagRedress, err)
	}
	if err := conn.Codec.UnmarshalJSON(raw, &r); err != nil {
		return r, fmt.Errorf("--%s %s: %w", flagRedress, file, err)
	}
	if err := r.ValidateRuling(d.Kind, d.Work); err != nil {
		return r, fmt.Errorf("--%s %s: %w", flagRedress, file, err)
	}
	if err := d.Claim.Covers(r); err != nil {
		return r, fmt.Errorf("--%s %s: %w", flagRedress, file, err)
	}
	return r, nil
}
