package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// registeredHead is the head of a work as it was registered: one holder, nothing
// owed, so a payment moves to `earned` and from there to the holder.
var registeredHead = types.Head{Reach: 2, ReceivedReach: 2, Holders: 1}

// GetHead returns a work's head row; a work without one is as registered.
func (k Keeper) GetHead(ctx context.Context, work registrytypes.WorkID) (types.Head, error) {
	head, err := k.Heads.Get(ctx, work)
	if errors.Is(err, collections.ErrNotFound) {
		return registeredHead, nil
	}
	return head, err
}

// Pay takes a payment to a work. It costs the same for any number of ancestors,
// but for the gas of what the sweep will do, which is charged by the work's
// reach. It fails when the work does not exist or is invalidated, the denom is
// not accepted, the amount is below the denom's minimum, or the payer has less.
func (k Keeper) Pay(ctx context.Context, payer sdk.AccAddress, work registrytypes.WorkID, amount sdk.Coin) error {
	return k.payAll(ctx, payer, []line{{work, amount}})
}

// line is one payment of a transaction.
type line struct {
	work   registrytypes.WorkID
	amount sdk.Coin
}

// payAll takes all payments or none; the coins move in one transfer.
func (k Keeper) payAll(ctx context.Context, payer sdk.AccAddress, lines []line) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	total := sdk.NewMapCoins(nil)
	epochs := make([]uint64, len(lines))
	for i, l := range lines {
		if epochs[i], err = k.admit(ctx, params, l); err != nil {
			return at(err, i, len(lines))
		}
		total.Add(l.amount)
	}
	coins := total.ToCoins()
	if err := k.bank.IsSendEnabledCoins(ctx, coins...); err != nil {
		return err
	}
	if err := k.bank.SendCoinsToVirtual(ctx, payer, k.account, coins); err != nil {
		return err
	}
	events := sdk.UnwrapSDKContext(ctx).EventManager()
	from := payer.String()
	for i, l := range lines {
		k.notePayment(ctx, l.work, epochs[i], l.amount)
		events.EmitEvent(paidEvent(from, l.work, l.amount, epochs[i]))
	}
	return nil
}

// at names the line of a batch that an error is about.
func at(err error, i, lines int) error {
	if lines == 1 {
		return err
	}
	return errorsmod.Wrapf(err, "payment %d", i)
}

// admit checks one payment, charges for what it sets in motion and returns the
// epoch whose lists it goes by.
func (k Keeper) admit(ctx context.Context, params types.Params, l line) (epoch uint64, err error) {
	denom, err := params.Accepted(l.amount.Denom)
	if err != nil {
		return 0, err
	}
	if l.amount.Amount.LT(denom.MinPayment) {
		return 0, types.ErrBelowMinimum.Wrapf("%s; pay at least %s%s", l.amount, denom.MinPayment, denom.Denom)
	}
	work, err := k.registry.GetWork(ctx, l.work)
	if err != nil {
		return 0, err
	}
	if work.Status == registrytypes.STATUS_INVALIDATED {
		return 0, types.ErrNotPayable.Wrapf("%s was invalidated by a dispute; look at its page for the work that it copies", l.work)
	}
	head, err := k.GetHead(ctx, l.work)
	if err != nil {
		return 0, err
	}
	sdk.UnwrapSDKContext(ctx).GasMeter().ConsumeGas(params.GasPerReceiver*uint64(head.Reach), "royalty receivers")
	return head.Epoch, nil
}

// AcceptsDenom fails with ErrDenomNotAccepted, naming the denoms that are.
func (k Keeper) AcceptsDenom(ctx context.Context, denom string) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	_, err = params.Accepted(denom)
	return err
}

// Settle asks for all that waits in a work's stages to be flushed at the end of
// the block, however little it is. It is charged like a payment.
func (k Keeper) Settle(ctx context.Context, works []registrytypes.WorkID) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	for _, work := range works {
		if _, err := k.registry.GetWork(ctx, work); err != nil {
			return err
		}
		head, err := k.GetHead(ctx, work)
		if err != nil {
			return err
		}
		k.chargeAllDenoms(ctx, params, head)
		k.noteSettle(ctx, work)
		if err := emit(ctx, &types.EventSettleRequested{Work: work.String()}); err != nil {
			return err
		}
	}
	return nil
}

// chargeAllDenoms charges for flushing a work's stages in every denom.
func (k Keeper) chargeAllDenoms(ctx context.Context, params types.Params, head types.Head) {
	denoms := uint64(max(1, len(params.Denoms)))
	sdk.UnwrapSDKContext(ctx).GasMeter().ConsumeGas(params.GasPerReceiver*uint64(head.Reach)*denoms, "royalty receivers")
}
