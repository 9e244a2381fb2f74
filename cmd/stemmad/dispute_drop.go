package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
)

func disputeDropCmd() *cobra.Command {
	return sending(&cobra.Command{
		Use:   "drop DISPUTE",
		Short: "Give up a dispute that you opened: the bond is lost",
		Long: `Drop ends a dispute of yours before there is a ruling. The bond is lost as if it had been dismissed: half
is burnt, half goes to the holders of the work's revenue. Another one of the same kind about the same
work takes new evidence.`,
		Example: `  stemmad dispute drop dispute1... --from alice`,
		Args:    cobra.ExactArgs(1),
	}, func(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
		d, work, err := disputeAndWork(ctx, conn, args[0])
		if err != nil {
			return err
		}
		what := fmt.Sprintf("Give up the dispute about %s. Your bond of %s is lost as if it were dismissed: "+
			"half is burnt, half goes to the holders.",
			workLine(work), conn.Units().ExactSum(d.Bond))
		return sendDispute(ctx, conn, sender, what, d.Id, "Dropped", "Would drop",
			&disputetypes.MsgDrop{Challenger: sender.Account(), Dispute: d.Id})
	})
}
