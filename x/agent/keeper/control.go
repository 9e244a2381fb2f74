package keeper

import (
	"context"
	"time"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/agent/types"
	"github.com/stemma-chain/stemma/x/internal/events"
)

// OfferPayout names the account that an agent is to be paid at; none, or the controller's: it is
// paid at the controller from now on.
func (k Keeper) OfferPayout(ctx context.Context, controller sdk.AccAddress, id agentID, account sdk.AccAddress) error {
	passport, err := k.controlled(ctx, id, controller)
	if err != nil {
		return err
	}
	if account.Empty() || account.Equals(controller) {
		passport.Payout, passport.PayoutOffered = "", ""
	} else {
		passport.PayoutOffered = account.String()
	}
	return k.setPayout(ctx, passport)
}

// AcceptPayout makes an account that was named, and signs, the one that the agent is paid at.
func (k Keeper) AcceptPayout(ctx context.Context, account sdk.AccAddress, id agentID) error {
	passport, err := k.GetPassport(ctx, id)
	if err != nil {
		return err
	}
	if passport.PayoutOffered != account.String() {
		return errorsmod.Wrapf(types.ErrInvalidPayout, "%s has not named %s: its controller does first", id, account)
	}
	passport.Payout, passport.PayoutOffered = passport.PayoutOffered, ""
	return k.setPayout(ctx, passport)
}

func (k Keeper) setPayout(ctx context.Context, passport types.Passport) error {
	if err := k.Passports.Set(ctx, passport.Id, passport); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventPayoutChanged{Agent: passport.Id, Payout: passport.Payout, Offered: passport.PayoutOffered})
}

// OfferControl offers an agent to another account, in place of any earlier offer, and returns the
// number of the offer; no recipient: it is on offer no more.
func (k Keeper) OfferControl(ctx context.Context, controller sdk.AccAddress, id agentID, recipient sdk.AccAddress) (uint32, error) {
	passport, err := k.controlled(ctx, id, controller)
	if err != nil {
		return 0, err
	}
	if recipient.Empty() && passport.OfferedTo == "" {
		return 0, errorsmod.Wrapf(types.ErrInvalidTransfer, "%s is not on offer", id)
	}
	if recipient.Equals(controller) {
		return 0, errorsmod.Wrapf(types.ErrInvalidTransfer, "%s controls %s already: name another account", recipient, id)
	}
	passport.OfferedTo = recipient.String()
	if !recipient.Empty() {
		passport.Offers++ // 2^32 offers are out of reach
	}
	if err := k.Passports.Set(ctx, id, passport); err != nil {
		return 0, err
	}
	return passport.Offers, events.Emit(ctx, &types.EventControlOffered{Agent: id, Recipient: passport.OfferedTo, Offer: passport.Offers})
}

// AcceptControl makes the recipient the controller, of the offer and the card that it looked at.
func (k Keeper) AcceptControl(ctx context.Context, recipient sdk.AccAddress, id agentID, offer, version uint32) error {
	passport, err := k.GetPassport(ctx, id)
	if err != nil {
		return err
	}
	if passport.OfferedTo == "" || passport.OfferedTo != recipient.String() {
		return errorsmod.Wrapf(types.ErrInvalidTransfer, "%s is not on offer to %s: its controller offers it first", id, recipient)
	}
	if passport.Offers != offer || passport.Version != version {
		return errorsmod.Wrapf(types.ErrInvalidTransfer, "offer %d of version %d is on, you expect offer %d of version %d: look at %s again",
			passport.Offers, passport.Version, offer, version, id)
	}
	return k.take(ctx, passport, recipient, false)
}

// SetRecovery says who becomes the controller if that one is lost; none: nobody. A request that
// runs ends.
func (k Keeper) SetRecovery(
	ctx context.Context, controller sdk.AccAddress, id agentID, account sdk.AccAddress, delay time.Duration,
) error {
	passport, err := k.controlled(ctx, id, controller)
	if err != nil {
		return err
	}
	passport.Recovery = nil
	if account.Equals(controller) {
		return errorsmod.Wrapf(types.ErrInvalidRecovery, "%s is the controller, which is what may be lost: name another account", account)
	}
	if !account.Empty() {
		params, err := k.Params.Get(ctx)
		if err != nil {
			return err
		}
		if delay < params.MinRecoveryDelay {
			return errorsmod.Wrapf(types.ErrInvalidRecovery, "delay is %s, the least is %s: a controller has to notice", delay, params.MinRecoveryDelay)
		}
		if err := k.checkController(ctx, account); err != nil {
			return err
		}
		passport.Recovery = &types.Recovery{Account: account.String(), Delay: delay}
	}
	return k.setRecovery(ctx, passport)
}

func (k Keeper) setRecovery(ctx context.Context, passport types.Passport) error {
	if err := k.Passports.Set(ctx, passport.Id, passport); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventRecoveryChanged{Agent: passport.Id, Recovery: passport.Recovery})
}

// recoverable returns the passport of an agent whose recovery account signs.
func (k Keeper) recoverable(ctx context.Context, account sdk.AccAddress, id agentID) (types.Passport, error) {
	passport, err := k.GetPassport(ctx, id)
	if err != nil {
		return passport, err
	}
	if passport.Recovery == nil || passport.Recovery.Account != account.String() {
		return passport, errorsmod.Wrapf(types.ErrInvalidRecovery, "%s is not the recovery account of %s", account, id)
	}
	return passport, nil
}

// RequestRecovery says that the controller is lost, and returns from when its place may be taken.
func (k Keeper) RequestRecovery(ctx context.Context, account sdk.AccAddress, id agentID) (time.Time, error) {
	passport, err := k.recoverable(ctx, account, id)
	if err != nil {
		return time.Time{}, err
	}
	if passport.Recovery.DueAt != nil {
		return *passport.Recovery.DueAt, errorsmod.Wrapf(types.ErrInvalidRecovery, "%s: the request runs already, until %s",
			id, passport.Recovery.DueAt.UTC().Format(time.RFC3339))
	}
	due := sdk.UnwrapSDKContext(ctx).BlockTime().Add(passport.Recovery.Delay)
	passport.Recovery.DueAt = &due
	return due, k.setRecovery(ctx, passport)
}

// ObjectToRecovery ends a request: the controller is not lost.
func (k Keeper) ObjectToRecovery(ctx context.Context, controller sdk.AccAddress, id agentID) error {
	passport, err := k.controlled(ctx, id, controller)
	if err != nil {
		return err
	}
	if passport.Recovery == nil || passport.Recovery.DueAt == nil {
		return errorsmod.Wrapf(types.ErrInvalidRecovery, "%s: nobody has asked to replace you", id)
	}
	passport.Recovery.DueAt = nil
	return k.setRecovery(ctx, passport)
}

// CompleteRecovery makes the recovery account the controller when the delay is over.
func (k Keeper) CompleteRecovery(ctx context.Context, account sdk.AccAddress, id agentID) error {
	passport, err := k.recoverable(ctx, account, id)
	if err != nil {
		return err
	}
	due := passport.Recovery.DueAt
	if due == nil {
		return errorsmod.Wrapf(types.ErrInvalidRecovery, "%s: ask first; the controller can object for %s", id, passport.Recovery.Delay)
	}
	if now := sdk.UnwrapSDKContext(ctx).BlockTime(); now.Before(*due) {
		return errorsmod.Wrapf(types.ErrInvalidRecovery, "%s: the controller can object until %s", id, due.UTC().Format(time.RFC3339))
	}
	return k.take(ctx, passport, account, true)
}

// take makes an account the controller. Keys, payout account, recovery and offers end: they were
// the former controller's word and money.
func (k Keeper) take(ctx context.Context, passport types.Passport, controller sdk.AccAddress, recovered bool) error {
	if passport.Status == types.STATUS_RETIRED {
		return errorsmod.Wrapf(types.ErrInvalidStatus, "%s is retired, for good", passport.Id)
	}
	if err := k.checkController(ctx, controller); err != nil {
		return err
	}
	passport, err := k.dropKeys(ctx, passport)
	if err != nil {
		return err
	}
	previous, err := sdk.AccAddressFromBech32(passport.Controller)
	if err != nil {
		return err
	}
	if err := k.ByController.Remove(ctx, collections.Join(previous, passport.Id)); err != nil {
		return err
	}
	if err := k.ByController.Set(ctx, collections.Join(controller, passport.Id)); err != nil {
		return err
	}
	passport.Controller = controller.String()
	passport.Payout, passport.PayoutOffered, passport.OfferedTo, passport.Recovery = "", "", "", nil
	if err := k.Passports.Set(ctx, passport.Id, passport); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventControlTaken{
		Agent: passport.Id, Previous: previous.String(), Controller: passport.Controller, Recovered: recovered,
	})
}
