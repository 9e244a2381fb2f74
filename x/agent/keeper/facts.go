package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/agent/types"
)

// CountDeclared counts a work among those that an account has declared.
func (k Keeper) CountDeclared(ctx context.Context, account sdk.AccAddress) error {
	return k.addFacts(ctx, account.String(), types.Facts{Declared: 1})
}

// CountGenerated counts a work among those of an agent, and returns the version of its card. It fails
// with ErrNotFound, ErrNotController, ErrSuspended or ErrExpired: nobody declares in the name of an
// agent that is somebody else's, or does not act.
func (k Keeper) CountGenerated(ctx context.Context, agent agentID, controller sdk.AccAddress) (version uint32, err error) {
	passport, err := k.GetPassport(ctx, agent)
	if err != nil {
		return 0, err
	}
	if err := passport.CheckControl(controller.String()); err != nil {
		return 0, err
	}
	if err := passport.CheckActs(sdk.UnwrapSDKContext(ctx).BlockTime()); err != nil {
		return 0, err
	}
	return passport.Version, k.addFacts(ctx, agent.String(), types.Facts{Declared: 1})
}

// CountDisputed counts a dispute about a work, of the account that owned it then and the agent that made
// it; zero: none did.
func (k Keeper) CountDisputed(ctx context.Context, owner sdk.AccAddress, agent agentID) error {
	return k.addFactsOfBoth(ctx, owner, agent, types.Facts{Disputed: 1})
}

// CountUpheld counts that such a dispute was upheld. What the owner has conceded counts for the agent where
// the owner controls it: whoever bought an output, or sold the agent, would else concede to a second
// account, as often as they like, what the agent is blamed for.
func (k Keeper) CountUpheld(ctx context.Context, owner sdk.AccAddress, agent agentID, conceded bool) error {
	if conceded && !agent.IsZero() {
		passport, _, err := k.Passports.Find(ctx, agent)
		if err != nil {
			return err
		}
		if passport.Controller != owner.String() {
			agent = agentID{}
		}
	}
	return k.addFactsOfBoth(ctx, owner, agent, types.Facts{Upheld: 1})
}

func (k Keeper) addFactsOfBoth(ctx context.Context, account sdk.AccAddress, agent agentID, facts types.Facts) error {
	if err := k.addFacts(ctx, account.String(), facts); err != nil || agent.IsZero() {
		return err
	}
	return k.addFacts(ctx, agent.String(), facts)
}

// addFacts adds to what is counted of an agent or an account.
func (k Keeper) addFacts(ctx context.Context, subject string, more types.Facts) error {
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
