package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/clearance"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/table"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// purchase is the grant that --buy acquired.
type purchase struct {
	Grant string `json:"grant"`
	Terms string `json:"terms"`
	// For is the work that the grant is reserved for; empty: any.
	For string      `json:"for,omitempty"`
	Fee string      `json:"fee"`
	Tx  send.Result `json:"tx"`
}

// buy acquires the cheapest offer that serves and asks again. The grant costs
// what was seen or less: a price that rises meanwhile is refused.
func (c *clearing) buy(ctx context.Context, sender *send.Sender) error {
	most, err := maxFee(c.conn)
	if err != nil {
		return err
	}
	msg := &licensetypes.MsgAcquire{
		Licensee: sender.Account(), Work: c.subject, Derivative: c.derivative, Serial: uint64(time.Now().UnixNano()),
	}
	name := termsNamer(ctx, c.conn)
	offer, price, err := cheapestOffer(c.rights.Offers, most, name)
	if err != nil {
		return fmt.Errorf("no offer of %q (%s) can be bought:%w", c.title, c.subject, err)
	}
	rate, given, err := maxRate(c.conn)
	if err != nil {
		return err
	}
	if !given {
		rate = offer.RoyaltyRate
	}
	msg.Terms, msg.MaxFee, msg.MaxRate = offer.Terms, price, rate
	cost := "free of charge"
	if price != nil {
		cost = "for " + price.String()
	}
	result, err := sender.Send(ctx, fmt.Sprintf("Acquire %q (%s) under %s, %s.", c.title, c.subject, name(offer.Terms), cost), msg)
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
	return c.ask(ctx, response.Grant)
}

// cheapestOffer finds the offer with the lowest price in the denom of the most
// to pay, nil for a free one. An offer that still needs the owner's approval is
// passed over.
func cheapestOffer(
	offers []licensetypes.Obtainable, most *sdk.Coin, name clearance.Namer,
) (*licensetypes.Obtainable, *sdk.Coin, error) {
	denom := ""
	if most != nil {
		denom = most.Denom
	}
	var reasons []string
	for _, offer := range clearance.Best(offers, denom) {
		if offer.NeedsApproval {
			reasons = append(reasons, fmt.Sprintf("%s: the owner has to approve you first, or the work that you name with --%s", name(offer.Terms), flagForWork))
			continue
		}
		price, err := licensetypes.PickPrice(offer.Price, most)
		if err == nil {
			return &offer, price, nil
		}
		costs := clearance.Alternatives(offer.Price)
		if most == nil {
			reasons = append(reasons, fmt.Sprintf("%s: costs %s; say how much you pay with --%s", name(offer.Terms), costs, flagMaxFee))
			continue
		}
		reasons = append(reasons, fmt.Sprintf("%s: costs %s, --%s is %s", name(offer.Terms), costs, flagMaxFee, most))
	}
	if len(reasons) == 0 {
		return nil, nil, errors.New(" none is on offer")
	}
	return nil, nil, errors.New("\n  " + strings.Join(reasons, "\n  "))
}

// buying is the command that buys an offer, for people to paste.
func buying(offer licensetypes.Obtainable, derivative, signer string) string {
	terms := offer.Terms
	if offer.Preset != "" {
		terms = offer.Preset
	}
	command := fmt.Sprintf("stemmad acquire %s %s", offer.Work, terms)
	if len(offer.Price) > 0 {
		command += fmt.Sprintf(" --%s %s", flagMaxFee, offer.Price[0])
	}
	if derivative != "" {
		command += fmt.Sprintf(" --%s %s", flagForWork, derivative)
	}
	if signer != "" {
		command += " --from " + table.Clean(signer)
	}
	return command
}
