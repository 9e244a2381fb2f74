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

// GetPassport returns the passport of an agent. It fails with ErrNotFound.
func (k Keeper) GetPassport(ctx context.Context, id agentID) (types.Passport, error) {
	passport, found, err := k.Passports.Find(ctx, id)
	if err == nil && !found {
		err = errorsmod.Wrapf(types.ErrNotFound, "%s has no passport: its controller registers it first", id)
	}
	return passport, err
}

// controlled returns the passport of an agent whose controller signs, and which is not retired.
func (k Keeper) controlled(ctx context.Context, id agentID, controller sdk.AccAddress) (types.Passport, error) {
	passport, err := k.GetPassport(ctx, id)
	if err != nil {
		return passport, err
	}
	if err := passport.CheckControl(controller.String()); err != nil {
		return passport, err
	}
	if passport.Status == types.STATUS_RETIRED {
		return passport, errorsmod.Wrapf(types.ErrInvalidStatus, "%s is retired, for good", id)
	}
	return passport, nil
}

// Register makes a passport for an agent that acts for the controller from then on.
func (k Keeper) Register(
	ctx context.Context, controller sdk.AccAddress, name string, card types.Card, expiresAt time.Time,
) (agentID, error) {
	id := types.NewAgentID(controller, name)
	if _, found, err := k.Passports.Find(ctx, id); err != nil || found {
		return id, errorsmod.Wrapf(orAlready(err), "%s is %q of %s: choose another name, or revise it", id, name, controller)
	}
	if err := k.checkController(ctx, controller); err != nil {
		return id, err
	}
	now := sdk.UnwrapSDKContext(ctx).BlockTime()
	if err := k.checkEnd(ctx, "expires_at", expiresAt, now); err != nil {
		return id, err
	}
	passport := types.Passport{
		Id: id, Name: name, Registrant: controller.String(), Controller: controller.String(), Status: types.STATUS_ACTIVE,
		RegisteredAt: now, ExpiresAt: expiresAt, Version: 1,
	}
	if err := k.Passports.Set(ctx, id, passport); err != nil {
		return id, err
	}
	if err := k.Cards.Set(ctx, collections.Join(id, uint32(1)), types.CardVersion{Card: card, CreatedAt: now}); err != nil {
		return id, err
	}
	if err := k.ByController.Set(ctx, collections.Join(controller, id)); err != nil {
		return id, err
	}
	return id, events.Emit(ctx, &types.EventAgentRegistered{Passport: passport, Card: card})
}

func orAlready(err error) error {
	if err != nil {
		return err
	}
	return types.ErrAlreadyRegistered
}

// checkController refuses module accounts: what executes messages for them is nobody's agent.
func (k Keeper) checkController(ctx context.Context, account sdk.AccAddress) error {
	if _, module := k.accounts.GetAccount(ctx, account).(sdk.ModuleAccountI); module {
		return errorsmod.Wrapf(types.ErrInvalidMessage, "%s is a module's account, which controls no agent", account)
	}
	return nil
}

// checkEnd refuses an end that has come or is further than passports and keys last.
func (k Keeper) checkEnd(ctx context.Context, field string, end, now time.Time) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if last := now.Add(params.MaxValidity); !end.After(now) || end.After(last) {
		return errorsmod.Wrapf(types.ErrInvalidMessage, "%s is %s: an end lies between now (%s) and %s", field,
			end.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339), last.UTC().Format(time.RFC3339))
	}
	return nil
}

// Revise replaces a card and returns its version.
func (k Keeper) Revise(ctx context.Context, controller sdk.AccAddress, id agentID, card types.Card) (uint32, error) {
	passport, err := k.controlled(ctx, id, controller)
	if err != nil {
		return 0, err
	}
	passport.Version++ // 2^32 revisions are out of reach
	if err := k.Passports.Set(ctx, id, passport); err != nil {
		return 0, err
	}
	version := types.CardVersion{Card: card, CreatedAt: sdk.UnwrapSDKContext(ctx).BlockTime()}
	if err := k.Cards.Set(ctx, collections.Join(id, passport.Version), version); err != nil {
		return 0, err
	}
	return passport.Version, events.Emit(ctx, &types.EventAgentRevised{Agent: id, Version: passport.Version, Card: card})
}

// Renew sets the end of a passport, one that has come too.
func (k Keeper) Renew(ctx context.Context, controller sdk.AccAddress, id agentID, expiresAt time.Time) error {
	passport, err := k.controlled(ctx, id, controller)
	if err != nil {
		return err
	}
	if err := k.checkEnd(ctx, "expires_at", expiresAt, sdk.UnwrapSDKContext(ctx).BlockTime()); err != nil {
		return err
	}
	passport.ExpiresAt = expiresAt
	if err := k.Passports.Set(ctx, id, passport); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventAgentRenewed{Agent: id, ExpiresAt: expiresAt})
}

// SetStatus suspends, resumes or retires an agent. It holds for what follows in the block.
func (k Keeper) SetStatus(ctx context.Context, controller sdk.AccAddress, id agentID, status types.Status) error {
	passport, err := k.controlled(ctx, id, controller)
	if err != nil {
		return err
	}
	if passport.Status == status {
		return errorsmod.Wrapf(types.ErrInvalidStatus, "%s is %s already", id, status.Word())
	}
	passport.Status = status
	if status == types.STATUS_RETIRED {
		passport.OfferedTo, passport.PayoutOffered, passport.Recovery = "", "", nil
		if passport, err = k.dropKeys(ctx, passport); err != nil {
			return err
		}
	}
	if err := k.Passports.Set(ctx, id, passport); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventAgentStatusChanged{Agent: id, Status: status})
}

// BlankText takes back the text of one version of a card; version 0: of the newest MaxBlanked, and the
// name. The controller can in any status, and governance. An offer of control ends: its recipient looked
// at what is not there any more. It fails with ErrNothingToBlank.
func (k Keeper) BlankText(ctx context.Context, sender sdk.AccAddress, id agentID, version uint32) ([]uint32, error) {
	passport, err := k.GetPassport(ctx, id)
	if err != nil {
		return nil, err
	}
	if sender.String() != k.authority {
		if err := passport.CheckControl(sender.String()); err != nil {
			return nil, err
		}
	}
	if version > passport.Version {
		return nil, errorsmod.Wrapf(types.ErrInvalidMessage, "%s has versions 1 to %d, not %d", id, passport.Version, version)
	}
	first, last := version, version
	if version == 0 { // the name goes however many versions there are: nothing else blanks it
		first, last = passport.Version-min(passport.Version, types.MaxBlanked)+1, passport.Version
	}
	blanked, err := k.blankCards(ctx, id, first, last)
	if err != nil {
		return nil, err
	}
	name, offered := version == 0 && passport.Name != "", passport.OfferedTo != ""
	if len(blanked) == 0 && !name {
		return nil, errorsmod.Wrapf(types.ErrNothingToBlank, "%s: the text is blanked already, or there was none", id)
	}
	if name {
		passport.NameBlankedSha256, passport.Name = types.NameDigest(passport.Name), ""
	}
	passport.OfferedTo = ""
	if err := k.Passports.Set(ctx, id, passport); err != nil {
		return nil, err
	}
	if offered {
		if err := events.Emit(ctx, &types.EventControlOffered{Agent: id, Offer: passport.Offers}); err != nil {
			return nil, err
		}
	}
	return blanked, events.Emit(ctx, &types.EventAgentTextBlanked{Agent: id, Sender: sender.String(), Versions: blanked, Name: name})
}

// blankCards blanks the text of versions of a card, and returns those that had any.
func (k Keeper) blankCards(ctx context.Context, id agentID, first, last uint32) (blanked []uint32, err error) {
	for v := first; v <= last; v++ {
		card, err := k.Cards.Get(ctx, collections.Join(id, v))
		if err != nil {
			return nil, err
		}
		if !card.Card.HasText() {
			continue
		}
		if err := k.Cards.Set(ctx, collections.Join(id, v), card.Blank()); err != nil {
			return nil, err
		}
		blanked = append(blanked, v)
	}
	return blanked, nil
}
