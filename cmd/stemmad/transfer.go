package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/permission"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permitted"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const flagCancel = "cancel"

func transferCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "transfer WORK|FILE --to ACCOUNT",
		Short: "Offer a work of yours to a new owner, who accepts it",
		Long: `Transfer offers a work to another account. It stays yours until they accept it
("stemmad accept"). If you alone hold its revenue, that goes with it; any other
table of holders stays. While it is on offer you do nothing that binds the new owner:
no offers of it, approvals, sources or renewals, and if you withdrew it, it stays so. To
do such a thing, take the transfer back with --cancel and offer it again afterwards.`,
		Example: `  stemmad transfer song.wav --to bob --from alice
  stemmad transfer song.wav --cancel --from alice`,
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().String(flagTo, "", "account or key of the new owner")
	cmd.Flags().Bool(flagCancel, false, "take the offered transfer back")
	return sending(connect.AddProposeFlag(cmd), transfer)
}

func transfer(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	to, cancel := conn.Flags().Text(flagTo), conn.Flags().Is(flagCancel)
	if (to == "") == !cancel {
		return fmt.Errorf("say who gets the work with --%s, or --%s", flagTo, flagCancel)
	}
	work, err := target.ResolveOwn(ctx, conn.Registry(), args[0], sender.Account())
	if err != nil {
		return err
	}
	title := table.Short(describe.Heading(work))
	var msg sdk.Msg = &registrytypes.MsgCancelTransfer{Owner: sender.Account(), Work: work.Id}
	what, done, would, recipient := fmt.Sprintf("Take back the transfer of %q (%s).", title, work.Id),
		"Took the transfer back", "Would take the transfer back", ""
	if !cancel {
		account, err := conn.Account(to)
		if err != nil {
			return fmt.Errorf("--%s: %w", flagTo, err)
		}
		recipient = account.String()
		msg = &registrytypes.MsgOfferTransfer{Owner: sender.Account(), Work: work.Id, Recipient: recipient}
		what = fmt.Sprintf("Offer %q (%s) to %s as its new owner.", title, work.Id, recipient)
		done, would = "Offered to "+recipient, "Would offer to "+recipient
	}
	if !cancel {
		if _, err := noteIrrevocable(ctx, conn, work.Id); err != nil {
			return err
		}
	}
	result, err := sender.Send(ctx, what, msg)
	if err != nil {
		return err
	}
	if conn.JSON() {
		return conn.PrintJSON(struct {
			Work      string      `json:"work"`
			Recipient string      `json:"recipient,omitempty"`
			Tx        send.Result `json:"tx"`
		}{work.Id.String(), recipient, result})
	}
	conn.Say("%s: %s", result.Did(done, would), result)
	if recipient != "" && !result.DryRun {
		conn.Note("They complete it with: stemmad accept %s", work.Id)
	}
	return nil
}

// noteIrrevocable lists the licences of a work that can't be taken back, by whoever owns
// it, and returns the ids of their terms.
func noteIrrevocable(ctx context.Context, conn *connect.Conn, work registrytypes.WorkID) ([]string, error) {
	offers, err := permission.Offers(ctx, conn, work)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, o := range offers {
		if o.Offer.IrrevocableSince == nil {
			continue
		}
		if ids = append(ids, o.Terms.Id.String()); len(ids) == 1 {
			conn.Note("Everybody has these licences of it for ever, and no owner can take them back:")
		}
		standing := ""
		if o.Offer.Closed {
			standing = ", no longer offered"
		}
		conn.Note("  %s since %s%s", permitted.Name(o.Terms), table.Time(*o.Offer.IrrevocableSince), standing)
	}
	return ids, nil
}
