package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/clearance"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permission"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/table"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// purchase is the grant that --buy acquired.
type purchase struct {
	Grant licensetypes.GrantID `json:"grant"`
	Terms licensetypes.TermsID `json:"terms"`
	// For is the work that the grant is reserved for; zero: any.
	For registrytypes.WorkID `json:"for,omitzero"`
	Fee string               `json:"fee"`
	Tx  send.Result          `json:"tx"`
}

// buy acquires the cheapest offer that serves and asks again. The grant costs
// what was seen or less: a price that rises meanwhile is refused.
func (c *clearing) buy(ctx context.Context, sender *send.Sender) error {
	most, err := maxFee(c.conn)
	if err != nil {
		return err
	}
	msg := &licensetypes.MsgAcquire{
		Licensee: sender.Account(), Work: c.work.Id, Derivative: c.derivative, Serial: uint64(time.Now().UnixNano()),
	}
	name := termsNamer(ctx, c.conn)
	offer, price, reasons := clearance.Cheapest(c.rights.Offers, most, func(o licensetypes.Obtainable) string { return name(o.Terms) })
	if offer == nil {
		return fmt.Errorf("no offer of %q (%s) can be bought:\n  %s", c.title, c.subject, strings.Join(reasons, "\n  "))
	}
	rate, given, err := maxRate(c.conn)
	if err != nil {
		return err
	}
	if !given {
		rate = offer.RoyaltyRate
	}
	msg.Terms, msg.MaxFee, msg.MaxRate = offer.Terms, price, rate
	terms, err := c.conn.License().Terms(ctx, &licensetypes.QueryTermsRequest{Terms: offer.Terms.String()})
	if err != nil {
		return err
	}
	if offer.Serves > 1 && !terms.Terms.Terms.DerivativeApproval {
		msg.Derivative = registrytypes.WorkID{} // to be for one would be to serve one
	}
	serves := permission.ServesFor(terms.Terms.Terms, msg.Derivative)
	cost := "free of charge"
	if price != nil {
		cost = "for " + price.String()
	}
	what := fmt.Sprintf("Acquire %q (%s)%s under %s, %s. The grant serves %s.",
		c.title, c.work.Id, c.work.Choice(c.conn.KeyNames()), name(offer.Terms), cost, clearance.Serves(serves))
	result, err := sender.Send(ctx, what, msg)
	if err != nil && strings.Contains(err.Error(), licensetypes.ErrFeeAboveMax.Error()) {
		return fmt.Errorf("the price rose while you were buying, and nothing was paid; run it again to see the new one: %w", err)
	}
	if err != nil {
		return err
	}
	c.bought = &purchase{Terms: offer.Terms, Tx: result}
	if price != nil {
		c.bought.Fee = price.String()
	}
	if result.Height == 0 { // --dry-run: the answer stays what it is
		return nil
	}
	var response licensetypes.MsgAcquireResponse
	if err := result.Response(0, &response); err != nil {
		return err
	}
	c.bought.Grant, c.bought.For = response.Grant, msg.Derivative
	return c.ask(ctx, response.Grant.String())
}

// buying is the command that buys an offer, for people to paste.
func buying(offer licensetypes.Obtainable, derivative registrytypes.WorkID, signer string) string {
	terms := offer.Terms.String()
	if offer.Preset != "" {
		terms = offer.Preset
	}
	command := fmt.Sprintf("stemmad acquire %s %s", offer.Work, terms)
	if len(offer.Price) > 0 {
		command += fmt.Sprintf(" --%s %s", flagMaxFee, offer.Price[0])
	}
	if !derivative.IsZero() && offer.Serves <= 1 {
		command += fmt.Sprintf(" --%s %s", flagForWork, derivative)
	}
	if signer != "" {
		command += " --from " + table.Clean(signer)
	}
	return command
}
