package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const flagUndo = "undo"

func withdrawCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "withdraw WORK|FILE",
		Short: "End new grants on a work of yours; what was granted stays",
		Long: `Withdraw ends all that is new: no grants, and no derivations under offers that can be
closed. Grants stay, what was made stays, and so do licences that can't be taken back, such
as those of Creative Commons: they are listed. With --undo the work is active again, under
the offers that it had.`,
		Example: `  stemmad withdraw song.wav --from alice
  stemmad withdraw song.wav --undo --from alice`,
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().Bool(flagUndo, false, "make a withdrawn work active again")
	return sending(cmd, withdraw)
}

func withdraw(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	work, err := target.ResolveOwn(ctx, conn.Registry(), args[0], sender.Account())
	if err != nil {
		return err
	}
	var msg sdk.Msg = &registrytypes.MsgWithdrawWork{Owner: sender.Account(), Work: work.Id}
	title := fmt.Sprintf("%q (%s)", table.Short(describe.Heading(work)), work.Id)
	what, done, would, status := "Withdraw "+title+": no new grants are given.", "Withdrew", "Would withdraw", "withdrawn"
	var forEver []string
	if conn.Flags().Is(flagUndo) {
		msg = &registrytypes.MsgRestoreWork{Owner: sender.Account(), Work: work.Id}
		what, done, would, status = "Make "+title+" active again, under the offers that it had.", "Made active", "Would make active", "active"
	} else if forEver, err = noteIrrevocable(ctx, conn, work.Id); err != nil {
		return err
	}
	result, err := sender.Send(ctx, what, msg)
	if err != nil {
		return err
	}
	if conn.JSON() {
		return conn.PrintJSON(struct {
			Work        registrytypes.WorkID `json:"work"`
			Status      string               `json:"status"`
			Irrevocable []string             `json:"irrevocable,omitempty"`
			Tx          send.Result          `json:"tx"`
		}{work.Id, status, forEver, result})
	}
	conn.Say("%s %s: %s", result.Did(done, would), title, result)
	return nil
}
