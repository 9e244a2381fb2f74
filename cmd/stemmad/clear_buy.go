package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/units"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permitted"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// purchase is a grant or a pass that --buy acquired.
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

// buy acquires the cheapest that serves, of the work itself and of each source that asks for
// something, all in one transaction, and asks again. It costs what was seen or less: a price
// that rises meanwhile is refused, and then nothing is bought.
func (c *clearing) buy(ctx context.Context, sender *send.Sender) error {
	most, err := maxFee(c.conn)
	if err != nil {
		return err
	}
	if most == nil && sender.DryRun() {
		most = rights.Agreeing(c.answer)
	}
	name := termsNamer(ctx, c.conn)
	if reasons := c.unapproved(name); len(reasons) > 0 {
		return fmt.Errorf("nothing was bought, for it would not be enough to use %q (%s):\n  %s",
			c.title, c.subject, strings.Join(reasons, "\n  "))
	}
	items, why := rights.Basket(rights.Needs(c.answer), most)
	if len(why) > 0 {
		reasons := permitted.Obstacles(c.conn.Units(), why, func(o licensetypes.Obtainable) string { return name(o.Terms) })
		return fmt.Errorf("what %q (%s) needs can't be bought:\n  %s%s", c.title, c.subject, strings.Join(reasons, "\n  "),
			c.agreeing(most))
	}
	var msgs []sdk.Msg
	var lines []string
	for i, item := range items {
		msg, line, err := c.purchase(ctx, sender, item, uint64(i))
		if err != nil {
			return err
		}
		msgs, lines = append(msgs, msg), append(lines, line)
	}
	result, err := sender.Send(ctx, purchases(c.conn.Units(), lines, items), msgs...)
	if err != nil && strings.Contains(err.Error(), licensetypes.ErrFeeAboveMax.Error()) {
		return fmt.Errorf("the price rose while you were buying, and nothing was paid; run it again to see the new one: %w", err)
	}
	if err != nil {
		return err
	}
	for i, item := range items {
		if err := c.note(result, i, item, msgs[i].(*licensetypes.MsgAcquire)); err != nil {
			return err
		}
	}
	if result.Height == 0 { // --dry-run: the answer stays what it is
		return nil
	}
	if len(items) == 1 && items[0].Offer.Work == c.work.Id {
		return c.ask(ctx, c.bought[0].Grant.String())
	}
	return c.ask(ctx, "")
}

// unapproved are the reasons that no money mends: a source's owner has to approve.
func (c *clearing) unapproved(name words.Namer) []string {
	var lines []string
	for _, r := range c.answer.Reasons {
		if rights.AsksSource(r) {
			lines = append(lines, words.Explain(r, c.answer.Offers, name))
		}
	}
	return lines
}

// agreeing says which --max-fee would do; empty where none is known that does.
func (c *clearing) agreeing(most *sdk.Coin) string {
	items := rights.Shown(c.answer)
	total := rights.Total(items)
	switch {
	case len(total) == 0 || rights.Waits(c.answer, items),
		most != nil && total.AmountOf(most.Denom).IsPositive() && total.AmountOf(most.Denom).LTE(most.Amount):
		return ""
	case len(total) > 1:
		return "\nno one denom pays for all of it: buy each by itself, with the commands that `stemmad clear` prints without --" + flagBuy
	}
	return fmt.Sprintf("\n--%s %s agrees to it", flagMaxFee, total)
}

// purchase is the message that buys one thing, and what it does in words. The number tells
// the grants of one transaction apart.
func (c *clearing) purchase(
	ctx context.Context, sender *send.Sender, item rights.Item, number uint64,
) (*licensetypes.MsgAcquire, string, error) {
	offer, name := item.Offer, termsNamer(ctx, c.conn)
	msg := item.Message(sender.Address, uint64(time.Now().UnixNano())+number)
	if item.IsPass() {
		return msg, fmt.Sprintf("a pass of %s, which %q (%s) was made from, under %s, %s. The pass serves %s.",
			offer.Work, c.title, c.work.Id, name(offer.Terms), costing(c.conn.Units(), item.Price), words.PassServes(c.use)), nil
	}
	if rate, given, err := maxRate(c.conn); err != nil {
		return nil, "", err
	} else if given {
		msg.MaxRate = rate
	}
	res, err := c.conn.License().Terms(ctx, &licensetypes.QueryTermsRequest{Terms: offer.Terms.String()})
	if err != nil {
		return nil, "", err
	}
	terms := res.Terms.Terms
	brings := permitted.Lines(permitted.Preview(c.conn.Units(), terms, time.Now()))
	if offer.Work != c.work.Id {
		return msg, fmt.Sprintf("a grant of %s, which %q (%s) was made from, under %s, %s. The grant serves %s.%s%s",
			offer.Work, c.title, c.work.Id, name(offer.Terms), costing(c.conn.Units(), item.Price),
			words.ServesFor(permitted.Serves(terms, offer.Serves), c.use), permitted.Listed(msg.Seen), brings), nil
	}
	msg.Derivative = item.Reserved(terms, c.derivative)
	return msg, fmt.Sprintf("%q (%s)%s under %s, %s. The grant serves %s.%s%s",
		c.title, c.work.Id, c.work.Choice(c.conn.KeyNames()), name(offer.Terms), costing(c.conn.Units(), item.Price),
		words.ServesFor(permitted.Serves(terms, permitted.ServesFor(terms, msg.Derivative)), c.use),
		permitted.Listed(msg.Seen), brings), nil
}

// purchases says all that is bought, before it is.
func purchases(u units.Units, lines []string, items []rights.Item) string {
	if len(lines) == 1 {
		return "Acquire " + lines[0]
	}
	return fmt.Sprintf("Acquire all of these, in all %s:\n  - %s", u.Sum(rights.Total(items)), strings.Join(lines, "\n  - "))
}

// note keeps what the transaction bought by one message, or would buy.
func (c *clearing) note(result send.Result, at int, item rights.Item, msg *licensetypes.MsgAcquire) error {
	p := purchase{Terms: item.Offer.Terms, UsesOf: item.Offer.UsesOf, Fee: paid(item.Price), Tx: result}
	if item.Offer.Work != c.work.Id {
		p.Source = item.Offer.Work
	}
	if result.Height > 0 {
		var response licensetypes.MsgAcquireResponse
		if err := result.Response(at, &response); err != nil {
			return err
		}
		p.Grant, p.For = response.Grant, msg.Derivative
	}
	c.bought = append(c.bought, p)
	return nil
}

// buying is the command that buys an offer, for people to paste.
func buying(offer licensetypes.Obtainable, price *sdk.Coin, derivative registrytypes.WorkID, signer string) string {
	terms := offer.Terms.String()
	if offer.Preset != "" {
		terms = offer.Preset
	}
	command := fmt.Sprintf("stemmad acquire %s %s", offer.Work, terms)
	if price != nil {
		command += fmt.Sprintf(" --%s %s", flagMaxFee, price)
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
