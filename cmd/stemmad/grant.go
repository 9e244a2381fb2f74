package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/permission"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permitted"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func grantCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "grant",
		Short: "Look at grants, make them last longer, pass them on",
		Long: `Grant has what can be done with the grants that "stemmad acquire" gets.
A grant that serves one work belongs to whoever owns that work, once it is named or
made; one that serves several stays with whoever acquired it.`,
		Example: `  stemmad grant list`,
		Args:    cobra.NoArgs,
	}
	cmd.AddCommand(grantListCmd(), grantShowCmd(), grantRenewCmd(), grantTransferCmd(), grantAcceptCmd())
	return cmd
}

func grantRenewCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "renew GRANT",
		Short: "Make a grant last longer, at today's price",
		Long: `Renew makes a grant last longer by its terms' duration, counted from its end or, if
that is past, from now, and adds as many uses as the terms say where uses are counted.
It costs what the work's owner asks for the same terms today, at most --max-fee. What
derives under the grant may be offered, licensed and derived from again. For what you
make from now on it pins the work as it is today.`,
		Example: `  stemmad grant renew grant1... --max-fee '5.00 USDC' --from bob`,
		Args:    cobra.ExactArgs(1),
	}
	cmd.Flags().String(flagMaxFee, "", "most to pay, such as '5.00 USDC' or 5000000uusdc; its denom picks the price")
	return sending(cmd, renewGrant)
}

func renewGrant(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	id, err := licensetypes.ParseGrantID(args[0])
	if err != nil {
		return err
	}
	res, err := conn.License().Grant(ctx, &licensetypes.QueryGrantRequest{Grant: id})
	if err != nil {
		return err
	}
	offer, err := offerOf(ctx, conn, res.Grant.Work, res.Grant.Terms)
	if err != nil {
		return err
	}
	price, err := renewalPrice(conn, offer)
	if err != nil {
		return err
	}
	fee := "free of charge"
	if price != nil {
		fee = "for " + conn.Units().Exact(*price)
	}
	result, err := sender.Send(ctx, fmt.Sprintf("Renew %s of %s, %s.%s", id, res.Grant.Work, fee, permitted.Listed(offer.Conditions)),
		&licensetypes.MsgRenewGrant{Licensee: sender.Account(), Grant: id, MaxFee: price, Seen: offer.Conditions})
	if err != nil {
		return err
	}
	var response licensetypes.MsgRenewGrantResponse
	if result.Height > 0 {
		if err := result.Response(0, &response); err != nil {
			return err
		}
	}
	if conn.JSON() {
		return conn.PrintJSON(struct {
			Grant    licensetypes.GrantID                `json:"grant"`
			Response *licensetypes.MsgRenewGrantResponse `json:"response"`
			Tx       send.Result                         `json:"tx"`
		}{id, &response, result})
	}
	conn.Say("%s %s, %s: %s", result.Did("Renewed", "Would renew"), id, fee, result)
	if result.Height == 0 {
		return nil
	}
	pays := ""
	if response.UsesPaid > 0 {
		pays = fmt.Sprintf("%d uses in all, %d of which were counted before", response.UsesPaid, res.Grant.Grant.Uses)
	}
	return table.Fields(conn.Out(), "until", endless(response.ExpiresAt), "pays for", pays)
}

// renewalPrice is what a renewal costs now, within --max-fee; nil: nothing.
func renewalPrice(conn *connect.Conn, offer licensetypes.OpenOffer) (*sdk.Coin, error) {
	most, err := maxFee(conn)
	if err != nil {
		return nil, err
	}
	return pickPrice(conn.Units(), "a renewal", offer.Offer.PriceUnder(offer.Terms.Terms), most)
}

// offerOf is the offer of a work under terms.
func offerOf(
	ctx context.Context, conn *connect.Conn, work registrytypes.WorkID, terms licensetypes.TermsID,
) (licensetypes.OpenOffer, error) {
	offers, err := permission.Offers(ctx, conn, work)
	if err != nil {
		return licensetypes.OpenOffer{}, err
	}
	for _, offer := range offers {
		if offer.Terms.Id == terms {
			return offer, nil
		}
	}
	return licensetypes.OpenOffer{}, fmt.Errorf("%s is not offered under %s now: ask its owner for an offer",
		work, termsNamer(ctx, conn)(terms))
}

func grantTransferCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "transfer GRANT --to ACCOUNT",
		Short: "Offer a grant to another account, which accepts it",
		Long: `Transfer offers a grant to another account. It stays yours until they accept it
("stemmad grant accept"). Its terms have to be transferable, and no work may use it: a
used grant moves only with that work, or not at all where it serves several. Where the
offer named who may have it, the new account has to be among them, and where the terms
ask for the approval of the licensed work's owner, it needs that too.`,
		Example: `  stemmad grant transfer grant1... --to carol --from bob
  stemmad grant transfer grant1... --cancel --from bob`,
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().String(flagTo, "", "account or key of the new licensee")
	cmd.Flags().Bool(flagCancel, false, "take the offer back")
	return sending(cmd, transferGrant)
}

func transferGrant(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	id, err := licensetypes.ParseGrantID(args[0])
	if err != nil {
		return err
	}
	to, cancel := conn.Flags().Text(flagTo), conn.Flags().Is(flagCancel)
	if (to == "") == !cancel {
		return fmt.Errorf("say who gets the grant with --%s, or --%s", flagTo, flagCancel)
	}
	var msg sdk.Msg = &licensetypes.MsgCancelGrantOffer{Licensee: sender.Account(), Grant: id}
	what, done, would, recipient := fmt.Sprintf("Take back the offer of %s.", id), "Took back the offer of",
		"Would take back the offer of", ""
	if !cancel {
		account, err := conn.Account(to)
		if err != nil {
			return fmt.Errorf("--%s: %w", flagTo, err)
		}
		recipient = account.String()
		msg = &licensetypes.MsgOfferGrant{Licensee: sender.Account(), Grant: id, Recipient: recipient}
		what = fmt.Sprintf("Offer %s to %s.", id, recipient)
		done, would = "Offered", "Would offer"
	}
	result, err := sender.Send(ctx, what, msg)
	if err != nil {
		return err
	}
	if err := printMoved(conn, id, recipient, result, result.Did(done, would)); err != nil {
		return err
	}
	if recipient != "" && !result.DryRun && !conn.JSON() {
		conn.Note("They complete it with: stemmad grant accept %s", id)
	}
	return nil
}

func grantAcceptCmd() *cobra.Command {
	return sending(&cobra.Command{
		Use:   "accept GRANT",
		Short: "Accept a grant that was offered to you",
		Long: `Accept makes a grant yours that its licensee offers to you. It says first what the
grant is of, how many derivatives it serves, when it ends, and in which versions of the
work it was given. If its licensee renews it meanwhile under others, it is refused.`,
		Example: `  stemmad grant accept grant1... --from carol`,
		Args:    cobra.ExactArgs(1),
	}, acceptGrant)
}

func acceptGrant(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	id, err := licensetypes.ParseGrantID(args[0])
	if err != nil {
		return err
	}
	res, err := conn.License().Grant(ctx, &licensetypes.QueryGrantRequest{Grant: id})
	if err != nil {
		return err
	}
	g := res.Grant
	terms, err := conn.License().Terms(ctx, &licensetypes.QueryTermsRequest{Terms: g.Terms.String()})
	if err != nil {
		return err
	}
	seen := g.Grant.Conditions()
	beside := ""
	if terms.Terms.Terms.Exclusivity != licensetypes.EXCLUSIVITY_NONE {
		made, err := conn.License().Exclusives(ctx, &licensetypes.QueryExclusivesRequest{Work: g.Work})
		if err != nil {
			return err
		}
		seen.Made, beside = made.Made, permitted.NotKeptOut(terms.Terms.Terms, made.Made)
	}
	left := ""
	if g.Grant.CountsUses() {
		left = " Uses by machines: " + grantUses(g.Grant) + "."
	}
	what := fmt.Sprintf("Accept %s of %s under %s from %s; it serves %s, until %s. It pins %s.%s", id, g.Work, permitted.Name(terms.Terms),
		g.Licensee, permitted.Serves(terms.Terms.Terms, g.Grant.Serves), grantEnd(g.Grant, time.Now()), pins(g.Grant), beside+left)
	result, err := sender.Send(ctx, what, &licensetypes.MsgAcceptGrant{
		Recipient: sender.Account(), Grant: id, Seen: seen,
	})
	if err != nil {
		return err
	}
	return printMoved(conn, id, "", result, result.Did("Accepted", "Would accept"))
}

func printMoved(conn *connect.Conn, id licensetypes.GrantID, recipient string, result send.Result, did string) error {
	if conn.JSON() {
		return conn.PrintJSON(struct {
			Grant     licensetypes.GrantID `json:"grant"`
			Recipient string               `json:"recipient,omitempty"`
			Tx        send.Result          `json:"tx"`
		}{id, recipient, result})
	}
	to := ""
	if recipient != "" {
		to = " to " + recipient
	}
	conn.Say("%s %s%s: %s", did, id, to, result)
	return nil
}
