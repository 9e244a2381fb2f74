package keeper

import (
	"context"
	"slices"
	"strings"

	abci "github.com/cometbft/cometbft/abci/types"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdktx "github.com/cosmos/cosmos-sdk/types/tx"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/internal/amounts"
	"github.com/stemma-chain/stemma/x/agent/types"
	"github.com/stemma-chain/stemma/x/internal/events"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Outcome is what came of an act.
type Outcome struct {
	Responses []*codectypes.Any
	// Spent is what left the controller, whatever came in.
	Spent sdk.Coins
}

// Act executes messages in the name of an agent's controller, all or none, within the limit of the
// key. What bank takes from the controller meanwhile is counted; the error of a refusal has a code
// for its reason and names what is left.
func (k Keeper) Act(ctx context.Context, account sdk.AccAddress, id agentID, messages []*codectypes.Any) (Outcome, error) {
	passport, err := k.GetPassport(ctx, id)
	if err != nil {
		return Outcome{}, err
	}
	now := sdk.UnwrapSDKContext(ctx).BlockTime()
	if err := passport.CheckActs(now); err != nil {
		return Outcome{}, err
	}
	controller, err := sdk.AccAddressFromBech32(passport.Controller)
	if err != nil {
		return Outcome{}, err
	}
	key, err := k.liveKey(ctx, controller, account, id)
	if err != nil {
		return Outcome{}, err
	}
	if err := key.CheckActs(account.String(), now); err != nil {
		return Outcome{}, err
	}
	msgs, err := sdktx.GetMsgs(messages, "act")
	if err != nil {
		return Outcome{}, errorsmod.Wrap(types.ErrInvalidMessage, err.Error())
	}
	out, kinds := Outcome{}, make([]string, len(msgs))
	made := make(map[registrytypes.WorkID]bool)
	for i, msg := range msgs {
		kinds[i] = sdk.MsgTypeURL(msg)
		if err := k.checkMessage(key, controller, kinds[i], msg, made); err != nil {
			return Outcome{}, errorsmod.Wrapf(err, "messages[%d]", i)
		}
		if err := k.execute(ctx, controller, msg, &out); err != nil {
			return Outcome{}, errorsmod.Wrapf(err, "messages[%d]", i)
		}
	}
	counters, _, err := k.Counters.Find(ctx, collections.Join(controller, account))
	if err != nil {
		return Outcome{}, err
	}
	if counters, err = counters.Act(key, now, out.Spent); err != nil {
		return Outcome{}, err
	}
	if err := k.Counters.Set(ctx, collections.Join(controller, account), counters); err != nil {
		return Outcome{}, err
	}
	return out, events.Emit(ctx, &types.EventActed{
		Agent: id, Key: account.String(), Controller: passport.Controller, Messages: kinds, Spent: out.Spent,
	})
}

// checkMessage fails when the limit does not allow a message, or another than the controller signs
// it too. Made are the works that came into being by those before it, to which its own are added.
func (k Keeper) checkMessage(
	key types.Key, controller sdk.AccAddress, kind string, msg sdk.Msg, made map[registrytypes.WorkID]bool,
) error {
	known, err := k.catalogue.Kind(kind)
	if err != nil {
		return err
	}
	if !slices.Contains(key.Limit.Messages, kind) {
		return errorsmod.Wrapf(types.ErrNotAllowed, "%s: the limit allows %s", kind, strings.Join(key.Limit.Messages, ", "))
	}
	signers, _, err := k.cdc.GetMsgV1Signers(msg)
	if err != nil {
		return errorsmod.Wrap(types.ErrInvalidMessage, err.Error())
	}
	if len(signers) != 1 || !controller.Equals(sdk.AccAddress(signers[0])) {
		return errorsmod.Wrapf(types.ErrOtherSigner, "%s: it is signed by the controller, %s, and by nobody else", kind, controller)
	}
	if known.Read == nil {
		return key.Limit.Allows(kind, known, types.Named{})
	}
	named := known.Read(msg)
	for _, other := range named.Agents {
		if other != key.Agent {
			return errorsmod.Wrapf(types.ErrNotAllowed, "%s: it declares something of %s, and the key acts for %s", kind, other, key.Agent)
		}
	}
	// What is named may be the message's own list, and the message is executed as it was signed.
	named.Works = slices.DeleteFunc(slices.Clone(named.Works), func(work registrytypes.WorkID) bool { return made[work] })
	for _, work := range named.Made {
		made[work] = true
	}
	return key.Limit.Allows(kind, known, named)
}

// execute runs a message and adds its answer and what it took from the controller.
func (k Keeper) execute(ctx context.Context, controller sdk.AccAddress, msg sdk.Msg, out *Outcome) error {
	handler := k.router.Handler(msg)
	if handler == nil {
		return errorsmod.Wrapf(types.ErrNotAllowed, "%s: nothing executes it", sdk.MsgTypeURL(msg))
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	result, err := handler(sdkCtx, msg)
	if err != nil {
		return err
	}
	for _, event := range result.Events {
		sdkCtx.EventManager().EmitEvent(sdk.Event(event))
		if out.Spent, err = addSpent(out.Spent, event, controller.String()); err != nil {
			return err
		}
	}
	out.Responses = append(out.Responses, result.MsgResponses...)
	return nil
}

// addSpent adds what bank says by an event that it took from an account. Bank says so of all that it
// takes, and of nothing else.
func addSpent(spent sdk.Coins, event abci.Event, account string) (sdk.Coins, error) {
	if event.Type != banktypes.EventTypeCoinSpent {
		return spent, nil
	}
	var spender, amount string
	for _, a := range event.Attributes {
		switch a.Key {
		case banktypes.AttributeKeySpender:
			spender = a.Value
		case sdk.AttributeKeyAmount:
			amount = a.Value
		}
	}
	if spender != account || amount == "" {
		return spent, nil
	}
	coins, err := amounts.ParseCoins(amount)
	if err != nil {
		return nil, errorsmod.Wrapf(types.ErrInvalidMessage, "bank took coins of %s: %s", account, err)
	}
	return spent.Add(coins...), nil
}

// CountFee counts a fee that a granter has paid for an account, where that is or was a key of an
// agent of the granter's. So a budget for fees holds for all transactions of the key, those without
// an act too, and whether they succeed or not. For other accounts it does nothing.
func (k Keeper) CountFee(ctx context.Context, granter, account sdk.AccAddress, fee sdk.Coins) error {
	place := collections.Join(granter, account)
	key, found, err := k.Keys.Find(ctx, place)
	if err != nil || !found {
		return err
	}
	now := sdk.UnwrapSDKContext(ctx).BlockTime()
	if err := key.CheckActs(account.String(), now); err != nil {
		return err
	}
	passport, err := k.GetPassport(ctx, key.Agent)
	if err != nil {
		return err
	}
	if err := passport.CheckActs(now); err != nil {
		return err
	}
	counters, _, err := k.Counters.Find(ctx, place)
	if err != nil {
		return err
	}
	if counters, err = counters.Fee(key, now, fee); err != nil {
		return err
	}
	if err := k.Counters.Set(ctx, place, counters); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventFeesCounted{Agent: key.Agent, Key: account.String(), Fee: fee})
}
