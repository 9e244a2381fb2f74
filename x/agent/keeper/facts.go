package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/agent/types"
)

// AddFacts adds to what is counted of an agent or an account.
func (k Keeper) AddFacts(ctx context.Context, subject string, more types.Facts) error {
	if more.Declared == 0 && more.Disputed == 0 && more.Upheld == 0 && more.Acts == 0 && len(more.Paid) == 0 {
		return nil
	}
	facts, _, err := k.Facts.Find(ctx, subject)
	if err != nil {
		return err
	}
	return k.Facts.Set(ctx, subject, sum(facts, more))
}

// FactsOf are those of an agent or an account; of an agent with what its keys have done.
func (k Keeper) FactsOf(ctx context.Context, subject string) (types.Facts, error) {
	facts, _, err := k.Facts.Find(ctx, subject)
	if err != nil {
		return facts, err
	}
	id, err := types.ParseAgentID(subject)
	if err != nil { // an account
		return facts, nil
	}
	passport, err := k.GetPassport(ctx, id)
	if err != nil {
		return facts, err
	}
	standings, err := k.standings(ctx, passport)
	if err != nil {
		return facts, err
	}
	for _, s := range standings {
		facts = sum(facts, factsOf(s.Counters))
	}
	return facts, nil
}

// factsOf is what a key has done.
func factsOf(c types.Counters) types.Facts {
	facts := types.Facts{Acts: c.Acts}
	for _, s := range c.Spent {
		facts.Paid = facts.Paid.Add(sdk.Coin{Denom: s.Denom, Amount: s.Total})
	}
	return facts
}

func sum(a, b types.Facts) types.Facts {
	return types.Facts{
		Declared: a.Declared + b.Declared, Disputed: a.Disputed + b.Disputed, Upheld: a.Upheld + b.Upheld,
		Acts: a.Acts + b.Acts, Paid: a.Paid.Add(b.Paid...),
	}
}
