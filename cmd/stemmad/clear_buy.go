package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

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
	// Source is the work that was paid, where it is one that this was made from. UsesOf is
	// the work that a pass is for, in place of a grant.
	Source registrytypes.WorkID `json:"source,omitzero"`
	UsesOf registrytypes.WorkID `json:"uses_of,omitzero"`
	Fee    string               `json:"fee"`
	Tx     send.Result          `json:"tx"`
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
	if offer.Work != c.work.Id || !offer.UsesOf.IsZero() {
		return c.buyOfSource(ctx, sender, *offer, price, name)
	}
	rate, given, err := maxRate(c.conn)
	if err != nil {
		return err
	}
	if !given {
		rate = offer.RoyaltyRate
	}
	msg.Terms, msg.MaxFee, msg.MaxRate, msg.Seen = offer.Terms, price, rate, offer.Conditions
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
	what := fmt.Sprintf("Acquire %q (%s)%s under %s, %s. The grant serves %s.%s",
		c.title, c.work.Id, c.work.Choice(c.conn.KeyNames()), name(offer.Terms), cost, permission.Serves(terms.Terms.Terms, serves),
		permission.Listed(msg.Seen))
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

// buyOfSource acquires what a work that this one was made from asks: a pass for its uses,
// or a grant. Then it asks again.
func (c *clearing) buyOfSource(
	ctx context.Context, sender *send.Sender, offer licensetypes.Obtainable, price *sdk.Coin, name clearance.Namer,
) error {
	msg := &licensetypes.MsgAcquire{Licensee: sender.Account(), Work: offer.Work, Terms: offer.Terms, MaxFee: price, UsesOf: offer.UsesOf}
	kind := "a pass of"
	if offer.UsesOf.IsZero() {
		kind, msg.Serial, msg.MaxRate = "a grant of", uint64(time.Now().UnixNano()), offer.RoyaltyRate
		msg.Seen = offer.Conditions
	}
	c.bought = &purchase{Terms: offer.Terms, Source: offer.Work, UsesOf: offer.UsesOf}
	cost := "free of charge"
	if price != nil {
		c.bought.Fee, cost = price.String(), "for "+price.String()
	}
	what := fmt.Sprintf("Acquire %s %s, which %q (%s) was made from, under %s, %s.%s",
		kind, offer.Work, c.title, c.work.Id, name(offer.Terms), cost, permission.Listed(msg.Seen))
	var err error
	if c.bought.Tx, err = sender.Send(ctx, what, msg); err != nil || c.bought.Tx.Height == 0 {
		return err
	}
	var response licensetypes.MsgAcquireResponse
	if err := c.bought.Tx.Response(0, &response); err != nil {
		return err
	}
	c.bought.Grant = response.Grant
	return c.ask(ctx, "")
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
	if !offer.UsesOf.IsZero() {
		command += fmt.Sprintf(" --%s %s", flagUsesOf, offer.UsesOf)
	}
	if !derivative.IsZero() && offer.Serves == 1 {
		command += fmt.Sprintf(" --%s %s", flagForWork, derivative)
	}
	if signer != "" {
		command += " --from " + table.Clean(signer)
	}
	return command
}
