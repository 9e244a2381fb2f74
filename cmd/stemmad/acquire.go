package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/permission"
	prf "github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/units"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permitted"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func acquireCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "acquire WORK|FILE [TERMS]",
		Short: "Take a licence: get a grant under an offer, paying its fee",
		Long: `Acquire gets you a grant of a work under one of its offers. Its fee, at most
--max-fee, is a payment to the work: everyone upstream gets their part. The grant
pins terms, rate and version, so nothing can be changed under you afterwards.
TERMS are an id, a preset, a file, or the name of the licence that it is offered under. Without
them it takes the only offer that needs a grant, or lists them. It says first how many
derivatives the grant serves, what they owe, until when, where and in which media it
counts and whom it keeps out, and warns where everybody is permitted some of it already,
or all, with what the grant adds.

Of a file that several have claimed, the earliest claim is taken, and named before
you sign, unless it is under dispute; any other you name by its work id.

--uses-of takes a pass in place of a grant: WORK is a source, under whose TERMS another work
was made, and you pay it to use that one, as by training on it. The price is that of the
day when the other was made, whatever became of the offer. "stemmad clear" prints the
command; "stemmad grant list" lists your passes beside your grants. A pass has no id: it
counts by itself for you and the work that it names.

--for reserves it for one derivative of yours, whatever number the terms say: name it
where the owner approved that derivative and not you.`,
		Example: `  stemmad acquire song.wav commercial-use --max-fee '5.00 USDC' --from bob
  stemmad acquire song.wav commercial-remix-10 --for remix.wav --from bob
  stemmad acquire song.wav terms1... --uses-of remix.wav --max-fee '5.00 USDC' --from bob`,
		Args: cobra.RangeArgs(1, 2),
	}
	f := cmd.Flags()
	f.String(flagMaxFee, "", "most to pay, such as '5.00 USDC' or 5000000uusdc; its denom picks the price (not needed with --dry-run)")
	f.String(flagMaxRate, "", "highest royalty rate to accept, such as 10% (default: the offer's)")
	f.String(flagForWork, "", "work of yours that the grant is for, and for no other")
	f.String(flagUsesOf, "", "work made from this one under TERMS: a pass to use that work, and nothing else")
	addProofFlag(cmd, "the grant and of the transaction")
	return sending(cmd, acquire)
}

func acquire(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	work, err := target.EarliestSafe(ctx, conn.Registry(), args[0])
	if err != nil {
		return err
	}
	if used := conn.Flags().Text(flagUsesOf); used != "" {
		return acquirePass(ctx, conn, sender, work, args[1:], used)
	}
	request := permitted.Request{
		Request: permission.Request{Source: work.Id, Licensee: sender.Address, Now: time.Now()},
		Title:   table.Short(describe.Heading(work.Claim)), Units: conn.Units(),
	}
	if len(args) == 2 {
		request.Wanted = args[1]
		if terms, isFile, err := termsInFile(args[1]); err != nil {
			return err
		} else if isFile {
			request.Wanted = terms.ID().String()
		}
	}
	offers, err := permission.Offers(ctx, conn, work.Id)
	if err != nil {
		return err
	}
	picked, err := permitted.Pick(request, offers)
	if err != nil {
		return err
	}
	if request.MaxFee, err = maxFee(conn); err != nil {
		return err
	}
	if own := conn.Flags().Text(flagForWork); own != "" {
		derivative, err := target.ResolveOwn(ctx, conn.Registry(), own, sender.Account())
		if err != nil {
			return fmt.Errorf("--%s: %w", flagForWork, err)
		}
		request.Derivative = derivative.Id
	}
	prices := picked.Offer.PriceUnder(picked.Terms.Terms)
	if request.MaxFee == nil && sender.DryRun() && len(prices) > 0 {
		request.MaxFee = &prices[0]
	}
	price, err := pickPrice(conn.Units(), "a grant under "+permitted.Name(picked.Terms), prices, request.MaxFee)
	if err != nil {
		return permitted.Overpriced(request, picked, err)
	}
	free := permitted.Free(request.Units, picked, offers, request.Now)
	for _, line := range free {
		conn.Note("Warning: %s.", table.Clean(line))
	}
	msg, grant := permission.Acquire(request.Request, picked.Terms, price, picked.Conditions)
	rate, given, err := maxRate(conn)
	if err != nil {
		return err
	}
	if given {
		msg.MaxRate = rate
	}
	serves := permitted.ServesFor(picked.Terms.Terms, request.Derivative)
	what := fmt.Sprintf("Acquire %q (%s)%s under %s, %s. The grant serves %s.%s%s%s",
		request.Title, work.Id, work.Choice(conn.KeyNames()), permitted.Name(picked.Terms), costing(conn.Units(), price),
		permitted.Serves(picked.Terms.Terms, serves), permitted.Listed(msg.Seen), permitted.NotKeptOut(picked.Terms.Terms, msg.Seen.Made),
		permitted.Lines(permitted.Preview(conn.Units(), picked.Terms.Terms, request.Now)))
	result, err := sender.Send(ctx, what, msg)
	if err != nil {
		return approvalFirst(err, work.Id, picked.Terms.Id, request.Licensee.String())
	}
	return printGrant(ctx, conn, result, work.Id, picked, grant, price)
}

// pickPrice picks the price to pay within --max-fee; nil: nothing is to be paid.
func pickPrice(u units.Units, what string, prices sdk.Coins, most *sdk.Coin) (*sdk.Coin, error) {
	price, err := licensetypes.PickPrice(prices, most)
	switch {
	case err == nil:
		return price, nil
	case most == nil:
		return nil, fmt.Errorf("%s costs %s: agree to it with --%s %s", what, u.Alternatives(prices), flagMaxFee, prices[0])
	case prices.AmountOf(most.Denom).IsZero():
		return nil, fmt.Errorf("%s costs %s and --%s is %s: name a denom of the price, such as --%s %s",
			what, u.Alternatives(prices), flagMaxFee, u.Coin(*most), flagMaxFee, prices[0])
	}
	costs := sdk.NewCoin(most.Denom, prices.AmountOf(most.Denom))
	return nil, fmt.Errorf("%s costs %s and --%s is %s: --%s %s agrees to it",
		what, u.Coin(costs), flagMaxFee, u.Coin(*most), flagMaxFee, costs)
}

// approvalFirst adds to a refusal for want of an approval who gives one, and how.
func approvalFirst(err error, work registrytypes.WorkID, terms licensetypes.TermsID, licensee string) error {
	if !strings.Contains(err.Error(), licensetypes.ErrApprovalNeeded.Error()) {
		return err
	}
	return fmt.Errorf("%w\nthe owner approves with `stemmad approve %s %s --licensee %s`, or a derivative of yours with --derivative, "+
		"which you then name with --%s", err, work, terms, licensee, flagForWork)
}

// costing says a price in a sentence, with the base units that are signed.
func costing(u units.Units, price *sdk.Coin) string {
	if price == nil {
		return "free of charge"
	}
	return "for " + u.Exact(*price)
}

// paid is a price for programs, the same whether it was paid or only tried; empty: nothing.
func paid(price *sdk.Coin) string {
	if price == nil {
		return ""
	}
	return price.String()
}

// printGrant prints what was acquired, or would be.
func printGrant(
	ctx context.Context, conn *connect.Conn, result send.Result, work registrytypes.WorkID, picked licensetypes.OpenOffer,
	grant licensetypes.GrantID, price *sdk.Coin,
) error {
	// Without a wait there is no answer, and the price is what was agreed to.
	response := licensetypes.MsgAcquireResponse{Grant: grant, Fee: price, Serves: picked.Terms.Terms.Serves()}
	if result.Height > 0 || result.DryRun {
		response = licensetypes.MsgAcquireResponse{}
		if err := result.Response(0, &response); err != nil {
			return err
		}
	}
	proofs := keepProofs(ctx, conn, result, deedOf(result),
		factOf(response.Grant.String(), prf.Grant, &licensetypes.QueryGrantRequest{Grant: response.Grant}, result))
	if conn.JSON() {
		return conn.PrintJSON(struct {
			Grant     licensetypes.GrantID `json:"grant"`
			Work      registrytypes.WorkID `json:"work"`
			Terms     licensetypes.TermsID `json:"terms"`
			Fee       string               `json:"fee"`
			Serves    uint32               `json:"serves"`
			ExpiresAt *time.Time           `json:"expires_at,omitempty"`
			Tx        send.Result          `json:"tx"`
			Proofs    []string             `json:"proofs,omitempty"`
		}{response.Grant, work, picked.Terms.Id, paid(response.Fee), response.Serves, response.ExpiresAt, result, proofs})
	}
	conn.Say("%s %s under %s, %s: %s", result.Did("Acquired", "Would acquire"), work, permitted.Name(picked.Terms),
		costing(conn.Units(), price), result)
	fields := []string{
		"grant", response.Grant.String(), "terms", picked.Terms.Id.String(),
		"serves", permitted.Serves(picked.Terms.Terms, response.Serves),
	}
	if result.DryRun { // nobody was asked, so nothing was shown before
		return table.Fields(conn.Out(), append(fields, permitted.Preview(conn.Units(), picked.Terms.Terms, time.Now())...)...)
	}
	return table.Fields(conn.Out(), append(fields, "until", table.OptionalTime(response.ExpiresAt))...)
}
