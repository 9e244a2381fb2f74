package main

import (
	"context"
	"fmt"
	"time"

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

const flagUndo = "undo"

func withdrawCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "withdraw-work WORK|FILE",
		Aliases: []string{"withdraw"},
		Short:   "End new grants on a work of yours; what was granted stays",
		Long: `Withdraw-work ends all that is new: no grants, and no derivations under offers that can be
closed. It says first which offers that ends and what stays: grants, what was made, and
licences that can't be taken back, such as those of Creative Commons. With --undo the work is
active again, under the offers that it had. "stemmad withdraw" is the same verb.

To end one offer and keep the others use "stemmad offer WORK TERMS --close". To take back what is
said about the work use "stemmad blank", to give it to somebody else "stemmad transfer". Money
is taken out by "stemmad tx royalty withdraw".`,
		Example: `  stemmad withdraw-work song.wav --from alice
  stemmad withdraw-work song.wav --dry-run --from alice
  stemmad withdraw-work song.wav --undo --from alice`,
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().Bool(flagUndo, false, "make a withdrawn work active again")
	return sending(connect.AddProposeFlag(cmd), withdraw)
}

func withdraw(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	work, err := target.ResolveOwn(ctx, conn.Registry(), args[0], sender.Account())
	if err != nil {
		return err
	}
	var msg sdk.Msg = &registrytypes.MsgWithdrawWork{Owner: sender.Account(), Work: work.Id}
	title := fmt.Sprintf("%q (%s)", table.Short(describe.Heading(work)), work.Id)
	what, done, would, status := "Withdraw "+title+": no new grants are given.", "Withdrew", "Would withdraw", "withdrawn"
	stands := registrytypes.STATUS_WITHDRAWN
	if conn.Flags().Is(flagUndo) {
		stands, status = registrytypes.STATUS_ACTIVE, "active"
	}
	if work.Status == stands {
		if conn.JSON() {
			return conn.PrintJSON(struct {
				Work    registrytypes.WorkID `json:"work"`
				Status  string               `json:"status"`
				Already bool                 `json:"already"`
			}{work.Id, status, true})
		}
		conn.Say("Nothing to do: %s is %s already", title, status)
		return nil
	}
	var ends, forEver []string
	t := &taken{work: work, grants: []grantsInForce{}}
	if conn.Flags().Is(flagUndo) {
		msg = &registrytypes.MsgRestoreWork{Owner: sender.Account(), Work: work.Id}
		what, done, would = "Make "+title+" active again, under the offers that it had.", "Made active", "Would make active"
	} else if ends, err = noteEnding(ctx, conn, work.Id); err != nil {
		return err
	} else if err := t.noteGrants(ctx, conn, "These grants stay, until they end by themselves:"); err != nil {
		return err
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
			Ends        []string             `json:"ends,omitempty"`
			Grants      []grantsInForce      `json:"grants,omitempty"`
			Irrevocable []string             `json:"irrevocable,omitempty"`
			Tx          send.Result          `json:"tx"`
		}{work.Id, status, ends, t.grants, forEver, result})
	}
	conn.Say("%s %s: %s", result.Did(done, would), title, result)
	return nil
}

// noteEnding lists the open offers that withdrawing a work ends, and returns the ids of their
// terms.
func noteEnding(ctx context.Context, conn *connect.Conn, work registrytypes.WorkID) ([]string, error) {
	offers, err := permission.Offers(ctx, conn, work)
	if err != nil {
		return nil, err
	}
	var ends []string
	for _, o := range offers {
		if o.Offer.IrrevocableSince != nil || !o.Offer.Open(time.Now()) {
			continue
		}
		if ends = append(ends, o.Terms.Id.String()); len(ends) == 1 {
			conn.Note("Nobody gets anything new under these offers from then on:")
		}
		conn.Note("  %s, for %s; %d granted so far", permitted.Name(o.Terms), permitted.Price(conn.Units(), o), o.Granted)
	}
	if len(ends) == 0 {
		conn.Note("It has no open offer that this ends.")
	}
	return ends, nil
}
