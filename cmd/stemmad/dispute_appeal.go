package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
)

func disputeAppealCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "appeal DISPUTE",
		Short: "Take a ruling to governance",
		Long: `Appeal takes a ruling to governance, once a dispute and with a bond: it is lost where governance decides as
the arbiter did. Where governance does not decide in time the ruling stands, and you have the bond back.
The challenger, the owner and the holders of the work's revenue appeal.`,
		Example: `  stemmad dispute appeal dispute1... --evidence letter.pdf --from bob`,
		Args:    cobra.ExactArgs(1),
	}
	addEvidenceFlags(cmd)
	return sending(cmd, func(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
		d, work, err := disputeAndWork(ctx, conn, args[0])
		if err != nil {
			return err
		}
		msg := &disputetypes.MsgAppeal{Appellant: sender.Account(), Dispute: d.Id}
		if msg.Evidence, err = readEvidence(ctx, conn, work); err != nil {
			return err
		}
		if msg.Bond, err = readBond(ctx, conn, d.Work, sender.Account()); err != nil {
			return err
		}
		what := fmt.Sprintf("Take the ruling about %s to governance, with a bond of %s, which is lost where governance decides alike.",
			workLine(work), conn.Units().ExactSum(msg.Bond))
		return sendDispute(ctx, conn, sender, what, d.Id, "Appealed in", "Would appeal in", msg)
	})
}
