package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/cosmos/cosmos-sdk/client/flags"

	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permitted"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func (c *clearing) print(ctx context.Context) error {
	if c.conn.JSON() {
		return c.printJSON(ctx)
	}
	conn, answer := c.conn, c.answer
	name := termsNamer(ctx, conn)
	conn.Say("%s: %s", words.Headline(answer.Verdict), words.Use(c.use))
	licensee := "anybody; --as or --from asks for an account"
	if c.licensee != "" {
		licensee = accountName(c.licensee, conn.KeyNames())
	}
	work := fmt.Sprintf("%q (%s)%s", c.title, rights.Works(answer), c.work.Choice(conn.KeyNames()))
	relies := answer.Permission
	switch {
	case answer.Verdict != licensetypes.VERDICT_ALLOWED:
		relies = ""
	case answer.Own:
		relies = "nothing: it is the account's own work"
	case relies != "":
		relies = words.Permission(relies, name)
	}
	item := ""
	if c.item != nil {
		item = fmt.Sprintf("%s of %s%s, if its manifest has it", c.item.Sha256, accountName(c.item.Contributor.Account, conn.KeyNames()),
			c.item.Contributor.Work)
	}
	if err := table.Fields(conn.Out(), "work", work, "item", item, "asked for", licensee, "relies on", relies, "decided at",
		table.Time(c.decided), "disputes", disputedLine(ctx, conn, c.work.Claim)); err != nil {
		return err
	}
	if err := c.printBought(name); err != nil {
		return err
	}
	c.printReasons(ctx, name)
	if err := c.printOffers(ctx, name); err != nil {
		return err
	}
	c.printOwing(ctx)
	return nil
}

// printBought says what --buy acquired.
func (c *clearing) printBought(name words.Namer) error {
	for _, p := range c.bought {
		fee := cmp.Or(p.Fee, "nothing")
		kind := "a grant"
		if !p.UsesOf.IsZero() {
			kind = "a pass"
		}
		c.conn.Say("%s %s under %s for %s: %s", p.Tx.Did("Acquired", "Would acquire"), kind, name(p.Terms), fee, p.Tx)
		if err := table.Fields(c.conn.Out(), "grant", p.Grant.String(), "reserved for", p.For.String(),
			"paid to", p.Source.String(), "for uses of", p.UsesOf.String()); err != nil {
			return err
		}
	}
	return nil
}

// printReasons prints what stands in the way, what to do with the use, and what
// else to know.
func (c *clearing) printReasons(ctx context.Context, name words.Namer) {
	if len(c.answer.Reasons) > 0 {
		c.conn.Say("Why:")
		said := map[string]bool{}
		for _, reason := range words.InOrder(c.answer.Reasons) {
			why := table.Clean(words.Explain(reason, c.answer.Offers, name))
			if said[why] {
				continue
			}
			said[why] = true
			c.conn.Say("  - %s", why)
			if text := c.usedUp(ctx, reason); text != "" {
				c.conn.Say("    %s", text)
			}
		}
		if vain := words.InVain(c.answer); vain != "" {
			c.conn.Say("  %s.", vain)
		}
	}
	for _, u := range c.used {
		c.conn.Say("  %s", u)
	}
	if len(c.answer.Obligations) > 0 {
		c.conn.Say("What you have to do:")
		for _, o := range c.answer.Obligations {
			if c.declares(o) && len(c.undeclarable) > 0 {
				c.printUndeclarable(name)
				continue
			}
			c.conn.Say("  - %s", table.Clean(words.Duty(o, c.answer, c.use, name)))
			if o.Incomplete {
				c.conn.Say("  - Credit more than these: `stemmad credits %s` lists all that it was made from", c.work.Id)
			}
		}
	}
	if len(c.answer.Notices)+len(c.ceilings) > 0 {
		c.conn.Say("To know:")
		for _, limit := range c.ceilings {
			c.conn.Say("  - %s", limit.Text)
		}
		for _, n := range c.answer.Notices {
			c.conn.Say("  - %s", table.Clean(words.Notify(n)))
		}
	}
}

// usedUp says of a grant that serves no further derivative or use what it served; empty: the
// reason is another, or the grant can't be read.
func (c *clearing) usedUp(ctx context.Context, reason licensetypes.Reason) string {
	if reason.Code != string(rules.GrantUsed) && reason.Code != string(rules.UsesExhausted) {
		return ""
	}
	id, err := licensetypes.ParseGrantID(reason.Permission)
	if err != nil {
		return ""
	}
	res, err := c.conn.License().Grant(ctx, &licensetypes.QueryGrantRequest{Grant: id})
	if err != nil {
		return ""
	}
	g := res.Grant
	switch {
	case reason.Code == string(rules.UsesExhausted):
		return fmt.Sprintf("It pays for %d uses, and all are counted.", g.Grant.UsesPaid)
	case g.Grant.Serves > 1:
		return fmt.Sprintf("It serves %s, and %d rely on it: stemmad query license grant-uses %s",
			words.Serves(g.Grant.Serves), g.Grant.Used, id)
	case g.Grant.Used == 0:
		return fmt.Sprintf("It was acquired for %s, and serves no other: name that one with --%s.", g.UsedBy, flagForWork)
	}
	return fmt.Sprintf("It serves one derivative, and that is %s.", g.UsedBy)
}

// printOffers prints what can be acquired, the cheapest first, and the command
// that does.
func (c *clearing) printOffers(ctx context.Context, name words.Namer) error {
	if len(c.answer.Offers) == 0 {
		return nil
	}
	offers := rights.Best(c.answer.Offers, "")
	tab := table.New("terms", ">price", "royalty", "serves", "grant until", "note")
	for _, offer := range offers {
		note := ""
		if offer.Work != c.work.Id {
			note = "of the source " + offer.Work.String()
		}
		serves := words.Serves(offer.Serves)
		if res, err := c.conn.License().Terms(ctx, &licensetypes.QueryTermsRequest{Terms: offer.Terms.String()}); err == nil {
			serves = permitted.Serves(res.Terms.Terms, offer.Serves)
		}
		if !offer.UsesOf.IsZero() {
			note, serves = "a pass, paid to the source "+offer.Work.String()+", for uses of this work", words.PassServes(c.use)
		}
		if offer.NeedsApproval {
			note = "the owner has to approve you first"
		}
		tab.Row(name(offer.Terms), c.conn.Units().Alternatives(offer.Price), words.Royalty(offer.RoyaltyPolicy, offer.RoyaltyRate),
			words.ServesFor(serves, c.use), endless(offer.ExpiresAt), note)
	}
	if len(rights.Needs(c.answer)) > 1 {
		c.conn.Say("Offers, of which one of each work is needed:")
	} else {
		c.conn.Say("Offers:")
	}
	if err := tab.Write(c.conn.Out()); err != nil {
		return err
	}
	c.printToBuy()
	return nil
}

// printToBuy prints what buys all that is needed.
func (c *clearing) printToBuy() {
	items, how := rights.Shown(c.answer), "To buy"
	waits := rights.Waits(c.answer, items)
	if waits {
		how = "To buy, once the owners have approved"
	}
	switch len(items) {
	case 0:
	case 1:
		c.conn.Say("%s: %s", how, buying(items[0].Offer, items[0].Price, c.derivative, c.signer()))
	default:
		c.conn.Say("%s, all of these, in all %s:", how, c.conn.Units().Sum(rights.Total(items)))
		for _, item := range items {
			c.conn.Say("  %s", buying(item.Offer, item.Price, c.derivative, c.signer()))
		}
		if total := rights.Total(items); len(total) == 1 && !waits {
			c.conn.Say("Or all at once: the same question with --%s --%s %s", flagBuy, flagMaxFee, total)
		}
	}
}

// signer is who would buy, as it was named.
func (c *clearing) signer() string {
	f := c.conn.Flags()
	for _, flag := range []string{flags.FlagFrom, connect.FlagBy, flagAs} {
		if s := f.Text(flag); s != "" {
			return s
		}
	}
	return ""
}

func endless(end *time.Time) string {
	if end == nil {
		return "no end"
	}
	return table.Time(*end)
}

// toBuy is one of the things that have to be bought, all of them, before the use is allowed.
type toBuy struct {
	Work   registrytypes.WorkID `json:"work"`
	Terms  licensetypes.TermsID `json:"terms"`
	UsesOf registrytypes.WorkID `json:"uses_of,omitzero"`
	Price  string               `json:"price"`
	// NeedsApproval: the owner has to approve who asks first.
	NeedsApproval bool `json:"needs_approval,omitempty"`
}

func (c *clearing) printJSON(ctx context.Context) error {
	answer, err := c.conn.Raw(&c.answer)
	if err != nil {
		return err
	}
	use, err := c.conn.Raw(&c.use)
	if err != nil {
		return err
	}
	var undeclarable []json.RawMessage
	for _, reason := range c.undeclarable {
		raw, err := c.conn.Raw(&reason)
		if err != nil {
			return err
		}
		undeclarable = append(undeclarable, raw)
	}
	items := rights.Shown(c.answer)
	needed := make([]toBuy, len(items))
	for i, item := range items {
		needed[i] = toBuy{item.Offer.Work, item.Offer.Terms, item.Offer.UsesOf, paid(item.Price), item.Offer.NeedsApproval}
	}
	return c.conn.PrintJSON(struct {
		Verdict   string          `json:"verdict"`
		Rights    json.RawMessage `json:"rights"`
		Use       json.RawMessage `json:"use"`
		Licensee  string          `json:"licensee"`
		DecidedAt time.Time       `json:"decided_at,omitzero"`
		ToBuy     []toBuy         `json:"to_buy,omitempty"`
		InAll     string          `json:"to_buy_in_all,omitempty"`
		Bought    []purchase      `json:"bought,omitempty"`
		Used      []usedGrant     `json:"used_grants,omitempty"`
		Owes      []debt          `json:"owes,omitempty"`
		OwesInAll uint32          `json:"owes_in_all,omitempty"`
		Ceilings  []capped        `json:"ceilings,omitempty"`
		Capped    string          `json:"what_is_made_may_take_in,omitempty"`
		// Undeclarable is why `stemmad derive` would be refused, though the use is allowed.
		Undeclarable []json.RawMessage `json:"undeclarable,omitempty"`
		// Disputes about the work that are open.
		Disputes []disputetypes.DisputeID `json:"disputes,omitempty"`
	}{
		rights.VerdictWord(c.answer.Verdict), answer, use, c.licensee, c.decided.UTC(), needed, rights.Total(items).String(),
		c.bought, c.used, c.owes, sumOf(c.owes), c.ceilings, c.capped, undeclarable, openDisputes(ctx, c.conn, c.work.Claim),
	})
}
