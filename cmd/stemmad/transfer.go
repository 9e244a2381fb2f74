package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/describe"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/limits"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permission"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	"github.com/stemma-chain/stemma/internal/rates"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
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
	return sending(cmd, transfer)
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

func acceptCmd() *cobra.Command {
	return sending(&cobra.Command{
		Use:   "accept WORK|FILE",
		Short: "Accept a work that was offered to you",
		Long: `Accept makes you the owner of a work that was offered to you. It shows version,
holders, what the work owes, what its sources demand of it and its open offers first,
and is refused if any of them changes meanwhile, or if the work is offered to you anew. It
also lists the licences that everybody has for ever, whether they are still offered or
not: you can't take them back. Of a file that several have claimed,
the earliest claim is meant, and named before you sign, unless it is under dispute; any
other you name by its work id.`,
		Example: `  stemmad accept song.wav --from bob`,
		Args:    cobra.ExactArgs(1),
	}, accept)
}

func accept(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	found, err := target.EarliestSafe(ctx, conn.Registry(), args[0])
	if err != nil {
		return err
	}
	work, choice := found.Claim, found.Choice(conn.KeyNames())
	offered, err := conn.Registry().Transfer(ctx, &registrytypes.QueryTransferRequest{Work: work.Id})
	if err != nil {
		return err
	}
	if offered.Recipient != sender.Account() {
		return fmt.Errorf("%s is offered to %s, not to you", work.Id, offered.Recipient)
	}
	holders, err := conn.Royalty().Holders(ctx, &royaltytypes.QueryHoldersRequest{Work: work.Id})
	if err != nil {
		return err
	}
	title := table.Short(describe.Heading(work))
	conn.Note("%q (%s), version %d, from %s; its revenue is held by:", title, work.Id, work.Version, work.Owner)
	for _, h := range holders.Holders {
		conn.Note("  %s  %s", h.Account, rates.Percent(h.Weight))
	}
	owed, err := conn.Royalty().Upstream(ctx, &royaltytypes.QueryUpstreamRequest{Work: work.Id})
	if err != nil {
		return err
	}
	if sum := owed.Absolute + owed.Relative; sum > 0 {
		conn.Note("It owes %s of what it takes in to the works that it was made from.", rates.Percent(sum))
	}
	if err := noteBinding(ctx, conn, work.Id); err != nil {
		return err
	}
	forEver, err := noteIrrevocable(ctx, conn, work.Id)
	if err != nil {
		return err
	}
	result, err := sender.Send(ctx, fmt.Sprintf("Accept %q (%s)%s.", title, work.Id, choice), &royaltytypes.MsgAcceptTransfer{
		Recipient: sender.Account(), Work: work.Id, WorkVersion: work.Version, Epoch: holders.Epoch, Offer: offered.Number,
	})
	if err != nil {
		return err
	}
	if conn.JSON() {
		return conn.PrintJSON(struct {
			Work        string      `json:"work"`
			WorkVersion uint32      `json:"work_version"`
			Epoch       uint64      `json:"epoch,string"`
			Offer       uint32      `json:"offer"`
			Irrevocable []string    `json:"irrevocable,omitempty"`
			Tx          send.Result `json:"tx"`
		}{work.Id.String(), work.Version, holders.Epoch, offered.Number, forEver, result})
	}
	conn.Say("%s %q (%s): %s", result.Did("Accepted", "Would accept"), title, work.Id, result)
	return nil
}

// noteBinding lists what binds the owner of a work, whoever that is: what its sources demand
// of it, and its offers, under which anybody may acquire a grant until they are closed. Credit
// is left out: `stemmad credits` lists it.
func noteBinding(ctx context.Context, conn *connect.Conn, work registrytypes.WorkID) error {
	res, err := conn.License().Constraints(ctx, &licensetypes.QueryConstraintsRequest{
		Work: work, Pagination: &query.PageRequest{Limit: maxConstraints},
	})
	if err != nil {
		return err
	}
	speaker, said := limits.NewSpeaker(conn, termsNamer(ctx, conn)), 0
	for _, row := range res.Constraints {
		if k := row.Constraint.Kind; k == licensetypes.CONSTRAINT_ATTRIBUTION || k == licensetypes.CONSTRAINT_ITEMS_APART {
			continue
		}
		text, err := speaker.Say(ctx, row.Constraint)
		if err != nil {
			return err
		}
		if said++; said == 1 {
			conn.Note("Its sources demand of it:")
		}
		conn.Note("  %s", table.Clean(text))
	}
	offers, err := permission.Offers(ctx, conn, work)
	if err != nil {
		return err
	}
	said = 0
	for _, o := range offers {
		if !o.Offer.Open(time.Now()) {
			continue
		}
		if said++; said == 1 {
			conn.Note("It is offered, until you close it, under:")
		}
		conn.Note("  %s, for %s; %d granted so far", permission.Name(o.Terms), permission.Price(o), o.Granted)
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
		conn.Note("  %s since %s%s", permission.Name(o.Terms), table.Time(*o.Offer.IrrevocableSince), standing)
	}
	return ids, nil
}
