package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
)

func disputeBlankCmd() *cobra.Command {
	return sending(&cobra.Command{
		Use:   "blank DISPUTE",
		Short: "Take back for good the URIs of evidence that you showed",
		Long: `Blank takes the URIs of the evidence that you showed in a dispute out of the chain's state; their SHA-256, and
that of the evidence, stay. It can't be undone, and does not reach copies of the blocks.`,
		Example: `  stemmad dispute blank dispute1... --from alice`,
		Args:    cobra.ExactArgs(1),
	}, func(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
		d, err := getDispute(ctx, conn, args[0])
		if err != nil {
			return err
		}
		return sendDispute(ctx, conn, sender, fmt.Sprintf("Take back, for good, the URIs of what you showed in %s.", d.Id), d.Id,
			"Took back the URIs of evidence in", "Would take back the URIs of evidence in",
			&disputetypes.MsgBlankEvidence{Sender: sender.Account(), Dispute: d.Id})
	})
}
