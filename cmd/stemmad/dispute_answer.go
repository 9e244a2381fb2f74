package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	flagConcede = "concede"
	flagContest = "contest"
)

func disputeAnswerCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "answer DISPUTE --concede|--contest",
		Short: "Answer a dispute about a work of yours, or whose revenue you hold",
		Long: `Answer is for the owner of the work and the holders of its revenue. With --contest the arbiter
decides; it takes a bond, which is lost if the challenger is right. With --concede nothing is at stake:
when the owner and all holders have conceded, and what is claimed is theirs to give, it is given at the
end of the block, and the owner, who concedes last, pays at once what is claimed for the past. Else the
arbiter decides.`,
		Example: `  stemmad dispute answer dispute1... --contest --evidence draft.proof --from bob
  stemmad dispute answer dispute1... --concede --from bob`,
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().Bool(flagConcede, false, "the challenger is right")
	cmd.Flags().Bool(flagContest, false, "the challenger is wrong")
	addEvidenceFlags(cmd)
	return sending(connect.AddProposeFlag(cmd), answerDispute)
}

func answerDispute(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	concede := conn.Flags().Is(flagConcede)
	if concede == conn.Flags().Is(flagContest) {
		return fmt.Errorf("say whether the challenger is right: --%s or --%s", flagConcede, flagContest)
	}
	d, work, err := disputeAndWork(ctx, conn, args[0])
	if err != nil {
		return err
	}
	msg := &disputetypes.MsgAnswer{Respondent: sender.Account(), Dispute: d.Id, Concede: concede}
	if msg.Evidence, err = readEvidence(ctx, conn, work); err != nil {
		return err
	}
	printClaim(ctx, conn, d)
	what := "Concede that the challenger is right about " + workLine(work) +
		". What is claimed is given once the owner and all holders have conceded; what is not theirs to give is for the arbiter."
	did, would := "Conceded", "Would concede"
	if concede && !d.Claim.Past.Empty() {
		what += fmt.Sprintf(" If you own the work and are the last to concede you pay %s at once.", conn.Units().ExactSum(d.Claim.Past))
	}
	if !concede {
		if msg.Bond, err = readBond(ctx, conn, registrytypes.WorkID{}, sender.Account()); err != nil {
			return err
		}
		what = fmt.Sprintf("Contest what is claimed about %s, with a bond of %s, which is lost if the challenger is right.",
			workLine(work), conn.Units().ExactSum(msg.Bond))
		if d.ContestedBy != "" && work.Owner != sender.Account() {
			what = fmt.Sprintf("Contest what is claimed about %s, beside %s: the evidence is noted, and no bond is taken.",
				workLine(work), tellerOf(ctx, conn).Account(d.ContestedBy))
		}
		did, would = "Contested", "Would contest"
	}
	return sendDispute(ctx, conn, sender, what, d.Id, did, would, msg)
}

// disputeAndWork reads a dispute and the work that it is about.
func disputeAndWork(ctx context.Context, conn *connect.Conn, argument string) (d disputetypes.Dispute, w registrytypes.Claim, err error) {
	if d, err = getDispute(ctx, conn, argument); err != nil {
		return d, w, err
	}
	res, err := conn.Registry().Work(ctx, &registrytypes.QueryWorkRequest{Work: d.Work})
	if err != nil {
		return d, w, err
	}
	return d, res.Work, nil
}
