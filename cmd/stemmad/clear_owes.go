package main

import (
	"context"

	"github.com/stemma-chain/stemma/client/words/limits"
	"github.com/stemma-chain/stemma/internal/rates"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// readOwing finds what is made owes beside the terms' own royalty, where the use makes
// something, and the ceilings that the work is under.
func (c *clearing) readOwing(ctx context.Context) (err error) {
	if c.answer.Verdict != licensetypes.VERDICT_ALLOWED && c.answer.Verdict != licensetypes.VERDICT_NEEDS_GRANT {
		return nil
	}
	if c.ceilings, err = ceilingsOf(ctx, c.conn, c.work.Id, nil); err != nil || !c.use.Rules().Makes() {
		return err
	}
	for _, o := range c.answer.Obligations {
		if o.Kind == licensetypes.OBLIGATION_ROYALTY {
			c.owes = append(c.owes, newDebt(o.Work, o.RoyaltyPolicy, o.RoyaltyRate))
		}
	}
	if t, known := c.relied(ctx); known && len(t.RevenueCeiling) > 0 {
		c.capped = c.conn.Units().Sum(t.RevenueCeiling)
	}
	passed, err := passedOn(ctx, c.conn, c.work.Id, c.answer.Permission)
	c.owes = highest(append(c.owes, passed...))
	return err
}

// relied are the terms that the answer relies on, where it relies on any.
func (c *clearing) relied(ctx context.Context) (licensetypes.Terms, bool) {
	terms := c.answer.Permission
	if id, err := licensetypes.ParseGrantID(terms); err == nil {
		res, err := c.conn.License().Grant(ctx, &licensetypes.QueryGrantRequest{Grant: id})
		if err != nil {
			return licensetypes.Terms{}, false
		}
		terms = res.Grant.Terms.String()
	}
	if terms == "" {
		return licensetypes.Terms{}, false
	}
	res, err := c.conn.License().Terms(ctx, &licensetypes.QueryTermsRequest{Terms: terms})
	if err != nil {
		return licensetypes.Terms{}, false
	}
	return res.Terms.Terms, true
}

// printOwing says it.
func (c *clearing) printOwing(ctx context.Context) {
	if c.capped != "" {
		c.conn.Say("What you make may take in %s; beyond that its commercial use is denied, and it is paid in these denoms only.", c.capped)
	}
	if len(c.owes) == 0 {
		return
	}
	how := "What you make owes %s of all that it takes in:%s"
	if c.answer.Verdict == licensetypes.VERDICT_NEEDS_GRANT {
		how = "Beside the royalty of the offer, what you make owes %s of all that it takes in:%s"
	}
	c.conn.Say(how, rates.Percent(sumOf(c.owes)), debtLines(ctx, c.owes, limits.NewSpeaker(c.conn, termsNamer(ctx, c.conn))))
}
