package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/internal/amounts"
	"github.com/stemma-chain/stemma/x/internal/events"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// registeredHead is the head of a work as it was registered: one holder, nothing
// owed, so a payment moves to `earned` and from there to the holder.
var registeredHead = types.Head{Reach: 2, Receivers: 1, Holders: 1}

// GetHead returns a work's head row; a work without one is as registered.
func (k Keeper) GetHead(ctx context.Context, work registrytypes.WorkID) (types.Head, error) {
	head, found, err := k.Heads.Find(ctx, work)
	if err != nil || found {
		return head, err
	}
	return registeredHead, nil
}

// Pay takes a payment to a work. It costs the same for any number of ancestors,
// but for the gas of what the sweep will do, which is charged by the work's
// reach. It fails when the work does not exist or is invalidated, the denom is
// not accepted or one that the work does not take, the amount is below the denom's
// minimum or above 2^128-1, or the payer has less. It returns the epoch whose lists the payment goes by.
func (k Keeper) Pay(
	ctx context.Context, payer sdk.AccAddress, work registrytypes.WorkID, amount sdk.Coin,
) (epoch uint64, err error) {
	return k.payOne(ctx, payer, line{work: work, amount: amount})
}

func (k Keeper) payOne(ctx context.Context, payer sdk.AccAddress, l line) (uint64, error) {
	epochs, err := k.payAll(ctx, payer, []line{l})
	if err != nil {
		return 0, err
	}
	return epochs[0], nil
}

// PayPromised is Pay in a denom that was promised before the work came under ceilings which
// have it not: whoever set them later does not void the promise.
func (k Keeper) PayPromised(
	ctx context.Context, payer sdk.AccAddress, work registrytypes.WorkID, amount sdk.Coin,
) (epoch uint64, err error) {
	return k.payOne(ctx, payer, line{work: work, amount: amount, promised: true})
}

// line is one payment of a transaction.
type line struct {
	work   registrytypes.WorkID
	amount sdk.Coin
	// promised: it is taken in any denom that is accepted.
	promised bool
}

// payAll takes all payments or none; the coins move in one transfer. It returns the epochs whose lists
// the payments go by.
func (k Keeper) payAll(ctx context.Context, payer sdk.AccAddress, lines []line) ([]uint64, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	total := sdk.NewMapCoins(nil)
	epochs := make([]uint64, len(lines))
	for i, l := range lines {
		if epochs[i], err = k.admit(ctx, params, l); err != nil {
			return nil, at(err, i, len(lines))
		}
		total.Add(l.amount)
	}
	coins := total.ToCoins()
	if err := k.takeCoins(ctx, payer, coins); err != nil {
		return nil, err
	}
	from := payer.String()
	for i, l := range lines {
		k.notePayment(ctx, l.work, epochs[i], l.amount)
		if err := emitPaid(ctx, from, l.work, l.amount, epochs[i]); err != nil {
			return nil, at(err, i, len(lines))
		}
	}
	return epochs, nil
}

func emitPaid(ctx context.Context, payer string, work registrytypes.WorkID, amount sdk.Coin, epoch uint64) error {
	return events.Emit(ctx, &types.EventPaid{
		Payer: payer, Work: work, Denom: amount.Denom, Amount: amount.Amount.String(), Epoch: epoch,
	})
}

// takeCoins moves coins to the module's account, which has them from the end of
// the block on. The virtual send does not check whether a denom may be sent.
func (k Keeper) takeCoins(ctx context.Context, payer sdk.AccAddress, coins sdk.Coins) error {
	if err := k.bank.IsSendEnabledCoins(ctx, coins...); err != nil {
		return err
	}
	return k.bank.SendCoinsToVirtual(ctx, payer, k.account, coins)
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
	if err := payable(params, l.amount); err != nil {
		return 0, err
	}
	head, err := k.payableHead(ctx, l.work)
	if err != nil {
		return 0, err
	}
	if !l.promised {
		if err := checkTaken(l.work, head, l.amount.Denom); err != nil {
			return 0, err
		}
	}
	chargeLine(ctx, params, head, l.amount)
	return head.Epoch, nil
}

// payableHead returns the head of a work that can be paid. It fails with the
// registry's ErrWorkNotFound and ErrOnHold.
func (k Keeper) payableHead(ctx context.Context, id registrytypes.WorkID) (types.Head, error) {
	if _, err := k.registry.Control(ctx, nil, id, registrytypes.ActPay); err != nil {
		return types.Head{}, err
	}
	return k.GetHead(ctx, id)
}

// chargeLine charges a payment for its line and for what it sets in motion.
func chargeLine(ctx context.Context, params types.Params, head types.Head, amount sdk.Coin) {
	sdk.UnwrapSDKContext(ctx).GasMeter().ConsumeGas(params.LineGas(head, amount), "royalty receivers")
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

// AcceptsPayment fails with ErrDenomNotAccepted, with ErrBelowMinimum if a payment
// of the amount would be too small, or with ErrInvalidAmount if it is too large.
func (k Keeper) AcceptsPayment(ctx context.Context, amount sdk.Coin) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	return payable(params, amount)
}

// payable checks an amount that is to enter: the one place for payments, fees and
// deposits.
func payable(params types.Params, amount sdk.Coin) error {
	denom, err := params.Accepted(amount.Denom)
	if err != nil {
		return err
	}
	if err := amounts.CheckMax(amount.Amount); err != nil {
		return types.ErrInvalidAmount.Wrapf("%s: %s", amount.Denom, err)
	}
	if amount.Amount.LT(denom.MinPayment) {
		return types.ErrBelowMinimum.Wrapf("%s; pay at least %s%s", amount, denom.MinPayment, denom.Denom)
	}
	return nil
}

// Settle asks for all that waits in works' stages of these denoms to be flushed at the
// end of the block, however little it is. Each is charged like a payment. It fails with
// the registry's ErrWorkNotFound, and with ErrDenomNotAccepted for a denom that is not
// accepted and never was paid in.
func (k Keeper) Settle(ctx context.Context, works []registrytypes.WorkID, denoms []string) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	for _, denom := range denoms {
		if err := k.everPaidIn(ctx, params, denom); err != nil {
			return err
		}
	}
	for _, work := range works {
		if _, err := k.registry.GetWork(ctx, work); err != nil {
			return err
		}
		head, err := k.GetHead(ctx, work)
		if err != nil {
			return err
		}
		for _, denom := range denoms {
			chargeLine(ctx, params, head, sdk.NewCoin(denom, math.ZeroInt())) // payouts were charged when it came
			k.noteSettle(ctx, work, denom)
		}
		if err := events.Emit(ctx, &types.EventSettleRequested{Work: work, Denoms: denoms}); err != nil {
			return err
		}
	}
	return nil
}

// everPaidIn fails with ErrDenomNotAccepted when works cannot have anything in a denom.
func (k Keeper) everPaidIn(ctx context.Context, params types.Params, denom string) error {
	_, refused := params.Accepted(denom)
	if refused == nil {
		return nil
	}
	once, err := k.Turnovers.Has(ctx, denom)
	if err == nil && !once {
		err = refused
	}
	return err
}
