package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
)

// verbs are the commands for people, beside those generated for every message
// and query.
func verbs() []*cobra.Command {
	return []*cobra.Command{
		registerCmd(), anchorCmd(), showCmd(), worksCmd(), titleCmd(), proveCmd(), verifyCmd(), reviseCmd(), blankCmd(),
		clearCmd(), offerCmd(), approveCmd(), approveSourceCmd(), acquireCmd(), grantCmd(), useCmd(), deriveCmd(), generateCmd(),
		lineageCmd(), creditsCmd(),
		payCmd(), fetchCmd(), paymentChannelCmd(), voucherCmd(), balanceCmd(), receiptCmd(), statementCmd(), splitsCmd(), royaltyCmd(),
		transferCmd(), acceptCmd(), withdrawCmd(), termsCmd(), licenseCmd(), disputeCmd(), agentCmd(), reportCmd(), detectCmd(), similarCmd(), c2paCmd(),
		datasetCmd(), collectionCmd(), upgradeCmd(), networkCmd(), joinCmd(), doctorCmd(), denomCmd(),
	}
}

// claimsNote is said wherever claims are printed.
const claimsNote = "The registry shows who claimed what and since when. It does not prove who made it."

// sending completes a verb that signs: its flags and its connection.
func sending(cmd *cobra.Command, run func(context.Context, *connect.Conn, *send.Sender, []string) error) *cobra.Command {
	connect.AddTxFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		defer interruptible(cmd)()
		conn, err := connect.Open(cmd)
		if err != nil {
			return err
		}
		sender, err := send.Open(conn)
		if err != nil {
			return failed(cmd.Context(), conn, err)
		}
		return failed(cmd.Context(), conn, run(cmd.Context(), conn, sender, args))
	}
	return cmd
}

// asking completes a verb that only reads.
func asking(cmd *cobra.Command, run func(context.Context, *connect.Conn, []string) error) *cobra.Command {
	connect.AddQueryFlags(cmd)
	return connected(cmd, run)
}

// maybeSending completes a verb that signs for some of its arguments.
func maybeSending(cmd *cobra.Command, run func(context.Context, *connect.Conn, []string) error) *cobra.Command {
	connect.AddTxFlags(cmd)
	return connected(cmd, run)
}

func connected(cmd *cobra.Command, run func(context.Context, *connect.Conn, []string) error) *cobra.Command {
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		defer interruptible(cmd)()
		conn, err := connect.Open(cmd)
		if err != nil {
			return err
		}
		return failed(cmd.Context(), conn, run(cmd.Context(), conn, args))
	}
	return cmd
}
