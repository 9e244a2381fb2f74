package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/stemma-chain/stemma/client/words/limits"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/internal/rates"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
)

// readDebts finds what the work will owe, to whom and by way of which source.
func (d *derivation) readDebts(ctx context.Context, conn *connect.Conn) error {
	var all []debt
	if d.item == nil {
		owed, err := debtsOf(ctx, conn, d.work, 0)
		if err != nil {
			return err
		}
		for _, o := range owed {
			if o.Before = true; !d.replaces(o.Work) {
				all = append(all, o)
			}
		}
	}
	for _, s := range d.sources {
		if s.role == lineagetypes.ROLE_CITES {
			continue
		}
		if s.choice.Terms != nil && s.choice.Terms.Terms.RoyaltyRate > 0 {
			all = append(all, newDebt(s.work.Id, s.choice.Terms.Terms.RoyaltyPolicy, s.choice.Terms.Terms.RoyaltyRate))
		}
		passed, err := passedOn(ctx, conn, s.work.Id, s.choice.Permission)
		if err != nil {
			return err
		}
		all = append(all, passed...)
	}
	d.debts = highest(all)
	return nil
}

// owes says what the work will owe, the total first. The chain adds it up too; where a source
// is declared again, what it asked before may fall away, and the chain's total is less.
func (d *derivation) owes(ctx context.Context, conn *connect.Conn, outcome lineagetypes.MsgDeriveResponse) string {
	total := outcome.Absolute + outcome.Relative
	if total == 0 {
		return "\nIt will owe nobody a royalty."
	}
	text := fmt.Sprintf("\nOf all that it takes in it will owe %s in all", rates.Percent(total))
	if sumOf(d.debts) != total {
		text += ", of these at most"
	}
	return text + ":" + debtLines(ctx, d.debts, limits.NewSpeaker(conn, termsNamer(ctx, conn)))
}

// payable says in which denoms the work can be paid, where ceilings limit them; empty: in
// whatever the chain accepts.
func (d *derivation) payable() string {
	if len(d.denoms) == 0 {
		return ""
	}
	return "\n  - For that, it can be paid in " + strings.Join(d.denoms, ", ") + " only"
}

// readPayable finds in which denoms the ceilings, those of before and those that are new,
// leave the work to be paid.
func (d *derivation) readPayable(ctx context.Context, speaker *limits.Speaker, taken []licensetypes.NamedConstraint) error {
	var group rules.Group
	for _, c := range taken {
		if c.Kind != licensetypes.CONSTRAINT_CEILING {
			continue
		}
		demand, err := speaker.Demand(ctx, c)
		if err != nil {
			return err
		}
		group = append(group, demand)
	}
	d.denoms = rules.Takes(group)
	return nil
}
