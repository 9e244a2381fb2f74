package keeper

import (
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/agent/types"
	"github.com/stemma-chain/stemma/x/internal/events"
)

// liveKey returns a key of an agent that is not removed. It fails with ErrNotKey.
func (k Keeper) liveKey(ctx context.Context, controller, account sdk.AccAddress, id agentID) (types.Key, error) {
	key, found, err := k.Keys.Find(ctx, collections.Join(controller, account))
	if err == nil && (!found || key.Limit == nil || key.Agent != id) {
		err = errorsmod.Wrapf(types.ErrNotKey, "%s is no key of %s", account, id)
	}
	return key, err
}

// freeKey fails with ErrInvalidKey for an account that cannot become a key of an agent of the
// controller's: itself, a module's, or one that is a key already.
func (k Keeper) freeKey(ctx context.Context, controller, account sdk.AccAddress) error {
	if account.Equals(controller) {
		return errorsmod.Wrapf(types.ErrInvalidKey, "%s is the controller, which needs no limit: name another account", account)
	}
	if err := k.checkController(ctx, account); err != nil {
		return errorsmod.Wrap(types.ErrInvalidKey, err.Error())
	}
	key, found, err := k.Keys.Find(ctx, collections.Join(controller, account))
	if err == nil && found && key.Limit != nil {
		err = errorsmod.Wrapf(types.ErrInvalidKey, "%s is a key of %s: remove it there first, or take another account", account, key.Agent)
	}
	return err
}

// SetLimit makes an account a key of an agent, or replaces the limit of one. Windows begin anew;
// what was spent of a denom in all stays, as long as the limit has a budget for it. It returns what
// budgets do not measure of what is allowed.
func (k Keeper) SetLimit(
	ctx context.Context, controller sdk.AccAddress, id agentID, account sdk.AccAddress, limit types.Limit,
) (warnings []string, err error) {
	passport, err := k.controlled(ctx, id, controller)
	if err != nil {
		return nil, err
	}
	now := sdk.UnwrapSDKContext(ctx).BlockTime()
	if err := k.checkEnd(ctx, "limit.expires_at", limit.ExpiresAt, now); err != nil {
		return nil, err
	}
	if warnings, err = k.catalogue.Check(limit); err != nil {
		return nil, err
	}
	place := collections.Join(controller, account)
	counters := types.Counters{}
	switch _, err := k.liveKey(ctx, controller, account, id); {
	case err == nil:
		if counters, _, err = k.Counters.Find(ctx, place); err != nil {
			return nil, err
		}
		if counters, err = k.keepBudgeted(ctx, id, counters, limit); err != nil {
			return nil, err
		}
	case !errors.Is(err, types.ErrNotKey):
		return nil, err
	default:
		if err := k.freeKey(ctx, controller, account); err != nil {
			return nil, err
		}
		if passport.Keys == types.MaxKeys {
			return nil, errorsmod.Wrapf(types.ErrInvalidKey, "%s has %d keys, which is the most: remove one first", id, passport.Keys)
		}
		passport.Keys++
		if err := k.Passports.Set(ctx, id, passport); err != nil {
			return nil, err
		}
	}
	if err := k.putKey(ctx, controller, account, types.Key{Agent: id, Limit: &limit, SetAt: now}, counters); err != nil {
		return nil, err
	}
	return warnings, events.Emit(ctx, &types.EventLimitSet{Agent: id, Key: account.String(), Limit: limit})
}

// keepBudgeted returns the counters at the start of a limit: windows empty, and only denoms that it
// has budgets for. What was spent of others is kept with the agent's facts.
func (k Keeper) keepBudgeted(ctx context.Context, id agentID, c types.Counters, limit types.Limit) (types.Counters, error) {
	keep := func(spent []types.Spent, budgets []types.Budget) (kept []types.Spent, rest sdk.Coins) {
		for _, s := range spent {
			if slices.ContainsFunc(budgets, func(b types.Budget) bool { return b.Denom == s.Denom }) {
				s.Window = math.ZeroInt()
				kept = append(kept, s)
				continue
			}
			rest = append(rest, sdk.Coin{Denom: s.Denom, Amount: s.Total})
		}
		return kept, rest
	}
	out := types.Counters{Acts: c.Acts}
	var rest sdk.Coins
	out.Spent, rest = keep(c.Spent, limit.Budgets)
	out.Fees, _ = keep(c.Fees, limit.Fees)
	return out, k.addFacts(ctx, id.String(), types.Facts{Paid: rest})
}

// putKey writes a key that is not removed, and what it has spent.
func (k Keeper) putKey(ctx context.Context, controller, account sdk.AccAddress, key types.Key, counters types.Counters) error {
	place := collections.Join(controller, account)
	if err := k.Keys.Set(ctx, place, key); err != nil {
		return err
	}
	if err := k.KeysOf.Set(ctx, collections.Join(key.Agent, account)); err != nil {
		return err
	}
	return k.Counters.Set(ctx, place, counters)
}

// endKey leaves of a key that it was one, and returns what it had spent.
func (k Keeper) endKey(ctx context.Context, controller, account sdk.AccAddress, id agentID) (types.Counters, error) {
	place := collections.Join(controller, account)
	counters, _, err := k.Counters.Find(ctx, place)
	if err != nil {
		return counters, err
	}
	if err := k.Counters.Remove(ctx, place); err != nil {
		return counters, err
	}
	if err := k.KeysOf.Remove(ctx, collections.Join(id, account)); err != nil {
		return counters, err
	}
	return counters, k.Keys.Set(ctx, place, types.Key{Agent: id, SetAt: sdk.UnwrapSDKContext(ctx).BlockTime()})
}

// RotateKey puts another account in the place of a key, with its limit and what it has spent.
// The former one is refused from the same block on.
func (k Keeper) RotateKey(ctx context.Context, controller sdk.AccAddress, id agentID, former, account sdk.AccAddress) error {
	if _, err := k.controlled(ctx, id, controller); err != nil {
		return err
	}
	key, err := k.liveKey(ctx, controller, former, id)
	if err != nil {
		return err
	}
	if err := k.freeKey(ctx, controller, account); err != nil {
		return err
	}
	counters, err := k.endKey(ctx, controller, former, id)
	if err != nil {
		return err
	}
	if err := k.putKey(ctx, controller, account, key, counters); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventKeyRotated{Agent: id, Key: former.String(), NewKey: account.String()})
}

// RemoveKey ends a key. It is refused from the same block on.
func (k Keeper) RemoveKey(ctx context.Context, controller sdk.AccAddress, id agentID, account sdk.AccAddress) error {
	passport, err := k.controlled(ctx, id, controller)
	if err != nil {
		return err
	}
	if _, err := k.liveKey(ctx, controller, account, id); err != nil {
		return err
	}
	passport.Keys--
	if err := k.Passports.Set(ctx, id, passport); err != nil {
		return err
	}
	return k.removeKey(ctx, controller, account, id)
}

func (k Keeper) removeKey(ctx context.Context, controller, account sdk.AccAddress, id agentID) error {
	counters, err := k.endKey(ctx, controller, account, id)
	if err != nil {
		return err
	}
	if err := k.addFacts(ctx, id.String(), factsOf(counters)); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventKeyRemoved{Agent: id, Key: account.String()})
}

// dropKeys removes all keys of an agent, of which there are at most 16. The passport is the
// caller's to write.
func (k Keeper) dropKeys(ctx context.Context, passport types.Passport) (types.Passport, error) {
	controller, err := sdk.AccAddressFromBech32(passport.Controller)
	if err != nil {
		return passport, err
	}
	accounts, err := k.keysOf(ctx, passport.Id)
	if err != nil {
		return passport, err
	}
	for _, account := range accounts {
		if err := k.removeKey(ctx, controller, account, passport.Id); err != nil {
			return passport, err
		}
	}
	passport.Keys = 0
	return passport, nil
}

// keysOf lists the keys of an agent, in order of account.
func (k Keeper) keysOf(ctx context.Context, id agentID) (accounts []sdk.AccAddress, err error) {
	err = k.KeysOf.Walk(ctx, collections.NewPrefixedPairRange[agentID, sdk.AccAddress](id),
		func(key collections.Pair[agentID, sdk.AccAddress]) (bool, error) {
			accounts = append(accounts, key.K2())
			return false, nil
		})
	return accounts, err
}
