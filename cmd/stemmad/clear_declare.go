package main

import (
	"context"
	"slices"

	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/table"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// readDeclaring asks whether what an allowed use makes can be declared under the same
// permission. A derivation names no places: it is judged for all those of its permission,
// where somebody may have exclusively what was not asked about.
func (c *clearing) readDeclaring(ctx context.Context) error {
	if c.answer.Verdict != licensetypes.VERDICT_ALLOWED || !slices.ContainsFunc(c.answer.Obligations, c.declares) {
		return nil
	}
	res, err := c.conn.License().CheckRights(ctx, &licensetypes.QueryCheckRightsRequest{
		Work: c.subject, Use: licensetypes.Use{Action: c.use.Action, Unplaced: true}, Licensee: c.licensee,
		Permission: c.answer.Permission, Derivative: c.derivative,
	})
	if err != nil || res.Rights.Verdict == licensetypes.VERDICT_ALLOWED {
		return err
	}
	c.undeclarable = res.Rights.Reasons
	return nil
}

// declares says whether an obligation is to declare what is made of the work itself.
func (c *clearing) declares(o licensetypes.Obligation) bool {
	return o.Kind == licensetypes.OBLIGATION_REPORT_USE && o.Work == c.work.Id
}

// printUndeclarable says that what is made can't be declared, in place of the command that does.
func (c *clearing) printUndeclarable(name words.Namer) {
	c.conn.Say("  - What you make can't be declared now (stemmad derive): a derivation names no places and is judged for all those of %s. "+
		"Ask the owner for an offer for other places alone, or wait",
		words.Permission(c.answer.Permission, name))
	for _, text := range c.explained(c.undeclarable, name) {
		c.conn.Say("    %s", text)
	}
}

// explained are reasons in words, each once, those first that nothing mends.
func (c *clearing) explained(list []licensetypes.Reason, name words.Namer) (texts []string) {
	for _, reason := range words.InOrder(list) {
		if text := table.Clean(words.Explain(reason, c.answer.Offers, name)); !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return texts
}
