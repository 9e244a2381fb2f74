package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permission"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/table"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func grantCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "grant",
		Short: "Look at grants, make them last longer, give them away",
		Long: `Grant has what can be done with the grants that "stemmad acquire" gets.
A grant that a work uses belongs to whoever owns that work.`,
		Example: `  stemmad grant list`,
		Args:    cobra.NoArgs,
	}
	cmd.AddCommand(grantListCmd(), grantShowCmd(), grantRenewCmd(), grantTransferCmd())
	return cmd
}

func grantRenewCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "renew GRANT",
		Short: "Make a grant last longer, at today's price",
		Long: `Renew makes a grant last longer by its terms' duration, counted from its end or, if
that is past, from now. It costs what the work's owner asks for the same terms
today, at most --max-fee. What derives under the grant may be offered, licensed and
derived from again.`,
		Example: `  stemmad grant renew grant1... --max-fee 5000000uusdc --from bob`,
		Args:    cobra.ExactArgs(1),
	}
	cmd.Flags().String(flagMaxFee, "", "most to pay, such as 5000000uusdc; its denom picks the price")
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
	price, err := renewalPrice(ctx, conn, res.Grant)
	if err != nil {
		return err
	}
	fee := "free of charge"
	if price != nil {
		fee = "for " + price.String()
	}
	result, err := sender.Send(ctx, fmt.Sprintf("Renew %s of %s, %s.", id, res.Grant.Work, fee),
		&licensetypes.MsgRenewGrant{Licensee: sender.Account(), Grant: id, MaxFee: price})
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
	return table.Fields(conn.Out(), "until", table.OptionalTime(response.ExpiresAt))
}

// renewalPrice is what a renewal costs now, within --max-fee; nil: nothing.
func renewalPrice(ctx context.Context, conn *connect.Conn, grant licensetypes.NamedGrant) (*sdk.Coin, error) {
	most, err := maxFee(conn)
	if err != nil {
		return nil, err
	}
	offer, err := offerOf(ctx, conn, grant.Work, grant.Terms)
	if err != nil {
		return nil, err
	}
	price, err := licensetypes.PickPrice(offer.Offer.PriceUnder(offer.Terms.Terms), most)
	if err != nil {
		return nil, fmt.Errorf("%w (--%s)", err, flagMaxFee)
	}
	return price, nil
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
	return licensetypes.OpenOffer{}, fmt.Errorf("%s is not offered under %s now: ask its owner for an offer", work, termsNamer(ctx, conn)(terms))
}

func grantTransferCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "transfer GRANT --to ACCOUNT",
		Short: "Give a grant to another account, where its terms allow it",
		Long: `Transfer gives a grant to another account at once. Its terms have to be transferable,
and no work may use it: a used grant moves only with that work. Where the terms ask
for the approval of the licensed work's owner, the new account needs it too.`,
		Example: `  stemmad grant transfer grant1... --to carol --from bob`,
		Args:    cobra.ExactArgs(1),
	}
	cmd.Flags().String(flagTo, "", "account or key of the new licensee")
	return sending(cmd, transferGrant)
}

func transferGrant(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	id, err := licensetypes.ParseGrantID(args[0])
	if err != nil {
		return err
	}
	to := conn.Flags().Text(flagTo)
	if to == "" {
		return fmt.Errorf("say who gets the grant with --%s", flagTo)
	}
	account, err := conn.Account(to)
	if err != nil {
		return fmt.Errorf("--%s: %w", flagTo, err)
	}
	recipient := account.String()
	result, err := sender.Send(ctx, fmt.Sprintf("Give %s to %s. Only they can give it back.", id, recipient),
		&licensetypes.MsgTransferGrant{Licensee: sender.Account(), Grant: id, Recipient: recipient})
	if err != nil {
		return err
	}
	if conn.JSON() {
		return conn.PrintJSON(struct {
			Grant     licensetypes.GrantID `json:"grant"`
			Recipient string               `json:"recipient"`
			Tx        send.Result          `json:"tx"`
		}{id, recipient, result})
	}
	conn.Say("%s %s to %s: %s", result.Did("Gave", "Would give"), id, recipient, result)
	return nil
}
