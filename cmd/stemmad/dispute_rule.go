package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

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
	flagPropose = "propose"
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
	cmd.Flags().Bool(flagPropose, false, "put the ruling to the vote of governance")
	return sending(cmd, ruleDispute)
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
	if conn.Flags().Is(flagPropose) && d.Phase != disputetypes.PHASE_GOVERNANCE {
		return fmt.Errorf("--%s: governance does not decide %s now. %s", flagPropose, d.Id, words.Phase(d.Phase))
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
	if conn.Flags().Is(flagPropose) {
		return proposeRuling(ctx, conn, sender, what, msg)
	}
	return sendDispute(ctx, conn, sender, what, d.Id, "Ruled on", "Would rule on", msg)
}

// proposeRuling puts a ruling to the vote, with the deposit that governance asks for.
func proposeRuling(ctx context.Context, conn *connect.Conn, sender *send.Sender, what string, msg *disputetypes.MsgRule) error {
	res, err := govv1.NewQueryClient(conn).Params(ctx, &govv1.QueryParamsRequest{})
	if err != nil {
		return err
	}
	deposit := sdk.NewCoins(res.Params.MinDeposit...)
	msg.Arbiter = governance()
	proposal, err := govv1.NewMsgSubmitProposal([]sdk.Msg{msg}, deposit, sender.Account(), "", what, what, false)
	if err != nil {
		return err
	}
	what = fmt.Sprintf("Put to the vote of governance, with a deposit of %s: %s", conn.Units().ExactSum(deposit), what)
	sent, err := sendSaying(ctx, conn, sender, what, proposal)
	if err != nil {
		return err
	}
	var made govv1.MsgSubmitProposalResponse
	if sent.Height > 0 {
		if err := sent.Response(0, &made); err != nil {
			return err
		}
	}
	if conn.JSON() {
		return conn.PrintJSON(struct {
			Dispute  disputetypes.DisputeID `json:"dispute"`
			Proposal uint64                 `json:"proposal,omitempty"`
			Tx       send.Result            `json:"tx"`
		}{msg.Dispute, made.ProposalId, sent})
	}
	conn.Say("%s a ruling on %s: %s", sent.Did("Proposed", "Would propose"), msg.Dispute, sent)
	if made.ProposalId > 0 {
		conn.Say("Proposal %d; whoever has staked votes: stemmad tx gov vote %d yes", made.ProposalId, made.ProposalId)
		conn.Say("The vote lasts %s, and has to end before the deadline of the dispute.", words.Lasting(*res.Params.VotingPeriod))
	}
	return nil
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
