package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
)

func disputeBondCmd() *cobra.Command {
	return asking(&cobra.Command{
		Use:   "bond WORK|FILE",
		Short: "Show what a dispute about a work takes now",
		Long: `Bond prints what has to be at stake to open a dispute about a work now, or to appeal in one: one of the
coins of the minimum, and beside it a part of what lies in the work's stages. To answer
takes the minimum alone.`,
		Example: `  stemmad dispute bond song.wav`,
		Args:    cobra.ExactArgs(1),
	}, func(ctx context.Context, conn *connect.Conn, args []string) error {
		work, err := disputeWork(ctx, conn, args[0])
		if err != nil {
			return err
		}
		res, err := conn.Dispute().Bond(ctx, &disputetypes.QueryBondRequest{Work: work})
		if err != nil {
			return err
		}
		if conn.JSON() {
			return printRaw(conn, res)
		}
		beside := ""
		if !res.Beside.Empty() {
			beside = ", and beside that " + conn.Units().Sum(res.Beside) + " for what it freezes"
		}
		conn.Say("A dispute about %s takes %s%s.", tellerOf(ctx, conn).Work(work), conn.Units().Alternatives(res.MinBond), beside)
		return nil
	})
}

func disputeCallBondCmd() *cobra.Command {
	return sending(&cobra.Command{
		Use:   "call-bond DISPUTE",
		Short: "Call on the challenger to raise the bond to what is frozen by now",
		Long: `Call-bond asks the challenger to raise the bond, when more lies in the work's stages than when the
dispute was opened. Anybody may. Where it is not raised in time, what the work earns is in escrow by
this dispute no more; the dispute goes on.`,
		Example: `  stemmad dispute call-bond dispute1... --from bob`,
		Args:    cobra.ExactArgs(1),
	}, func(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
		d, err := getDispute(ctx, conn, args[0])
		if err != nil {
			return err
		}
		return sendDispute(ctx, conn, sender, fmt.Sprintf("Call on the challenger of %s to raise the bond.", d.Id), d.Id,
			"Called for the bond of", "Would call for the bond of", &disputetypes.MsgCallBond{Caller: sender.Account(), Dispute: d.Id})
	})
}

func disputeAddBondCmd() *cobra.Command {
	return sending(&cobra.Command{
		Use:   "add-bond DISPUTE AMOUNT",
		Short: "Add to a challenger's bond",
		Long: `Add-bond adds to what the challenger has at stake, for instance when it was called for. Anybody may; it goes back
to the challenger when the bond does.`,
		Example: `  stemmad dispute add-bond dispute1... '5 STEM' --from alice`,
		Args:    cobra.ExactArgs(2),
	}, func(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
		d, err := getDispute(ctx, conn, args[0])
		if err != nil {
			return err
		}
		more, err := conn.Coins(args[1])
		if err != nil {
			return err
		}
		return sendDispute(ctx, conn, sender, fmt.Sprintf("Add %s to the bond of %s, which goes back to its challenger, if at all.",
			conn.Units().ExactSum(more), d.Id), d.Id, "Added to the bond of", "Would add to the bond of",
			&disputetypes.MsgAddBond{Payer: sender.Account(), Dispute: d.Id, Bond: more})
	})
}
