package keeper

import (
	"context"
	"slices"

	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/dispute/course"
	"github.com/stemma-chain/stemma/x/dispute/types"
	"github.com/stemma-chain/stemma/x/internal/events"
)

// beside is what a bond about a work has to come to now, beside its minimum.
func (k Keeper) beside(ctx context.Context, work workID) (types.Params, sdk.Coins, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return params, nil, err
	}
	frozen, err := k.royalty.Frozen(ctx, work)
	return params, params.Beside(frozen), err
}

// besideNew is what another bond about a work comes to beside its minimum: nothing where a dispute keeps the
// money in escrow already whose bond is not called for. Else an owner would open one with a second
// account and pay the work, whose money comes back, until nobody could afford another. When that
// dispute ends, anybody calls for more.
func (k Keeper) besideNew(ctx context.Context, work workID) (types.Params, sdk.Coins, error) {
	params, beside, err := k.beside(ctx, work)
	if err != nil {
		return params, nil, err
	}
	open, err := k.openAbout(ctx, work)
	if slices.ContainsFunc(open, func(d types.Dispute) bool { return d.Backed() && d.CalledUntil == nil }) {
		beside = nil
	}
	return params, beside, err
}

// takeBond takes what somebody has at stake in a dispute about a work. It fails with
// ErrBondTooSmall.
func (k Keeper) takeBond(ctx context.Context, from sdk.AccAddress, work workID, bond sdk.Coins) error {
	params, beside, err := k.besideNew(ctx, work)
	if err != nil {
		return err
	}
	if err := params.CheckBond(bond, beside); err != nil {
		return err
	}
	return k.take(ctx, from, bond)
}

// takeAppealBond takes what somebody has at stake in an appeal: as for opening, or as much as the
// challenger has. Else the other side would pay the work what the escrow keeps for it, until nobody
// could afford the appeal.
func (k Keeper) takeAppealBond(ctx context.Context, from sdk.AccAddress, d types.Dispute, bond sdk.Coins) error {
	params, beside, err := k.beside(ctx, d.Work)
	if err != nil {
		return err
	}
	if bond.IsAllGTE(d.Bond) {
		beside = nil
	}
	if err := params.CheckBond(bond, beside); err != nil {
		return err
	}
	return k.take(ctx, from, bond)
}

// take takes coins that may be sent: by way of a dispute nobody gets others.
func (k Keeper) take(ctx context.Context, from sdk.AccAddress, coins sdk.Coins) error {
	if err := k.bank.IsSendEnabledCoins(ctx, coins...); err != nil {
		return err
	}
	return k.bank.SendCoinsFromAccountToModule(ctx, from, types.ModuleName, coins)
}

// CallBond calls on a challenger to raise the bond to what opening the dispute would take now,
// and returns the dispute. It fails with ErrNothingToCall where the bond does.
func (k Keeper) CallBond(ctx context.Context, id disputeID) (types.Dispute, error) {
	d, err := k.current(ctx, id)
	if err != nil {
		return d, err
	}
	if !d.Callable() {
		return d, errorsmod.Wrapf(types.ErrWrongPhase, "%s: the bond can be called for once at a time, before there is a ruling, "+
			"while it keeps the work's earnings in escrow", id)
	}
	params, beside, err := k.beside(ctx, d.Work)
	if err != nil {
		return d, err
	}
	// Where nothing lies there, governance has only changed what it asks of new disputes.
	if beside.Empty() || params.CheckBond(d.Bond, beside) == nil {
		return d, errorsmod.Wrapf(types.ErrNothingToCall, "%s: the bond is %s", id, d.Bond)
	}
	was := d
	until := sdk.UnwrapSDKContext(ctx).BlockTime().Add(params.BondWindow)
	d.Called, d.CalledUntil = called(params, d.Bond, beside), &until
	if err := k.save(ctx, &was, d); err != nil {
		return d, err
	}
	return d, events.Emit(ctx, &types.EventBondCalled{Dispute: id, Called: d.Called, Until: until})
}

// called is the least that a bond is raised to: the minimum in the denom in which it is there
// now, and all that is asked beside.
func called(params types.Params, bond, beside sdk.Coins) sdk.Coins {
	for _, least := range params.MinBond {
		if bond.AmountOf(least.Denom).GTE(least.Amount) {
			return beside.Add(least).Max(bond)
		}
	}
	return beside.Add(params.MinBond[0]).Max(bond)
}

// AddBond adds to a challenger's bond. It fails with ErrWrongPhase and ErrInvalidMessage.
func (k Keeper) AddBond(ctx context.Context, payer sdk.AccAddress, id disputeID, more sdk.Coins) error {
	d, err := k.current(ctx, id)
	if err != nil {
		return err
	}
	if d.Ruling != nil { // an appeal has as much at stake: nobody makes that dearer
		return errorsmod.Wrapf(types.ErrWrongPhase, "%s: there is a ruling, and bonds stay as they are", id)
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	was := d
	d.Bond = d.Bond.Add(more...)
	if err := params.CheckDenoms(more); err != nil {
		return err
	}
	if len(d.Called) > 0 && d.Bond.IsAllGTE(d.Called) {
		d.Called, d.CalledUntil = nil, nil
	}
	if err := k.take(ctx, payer, more); err != nil {
		return err
	}
	if err := k.save(ctx, &was, d); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventBondAdded{Dispute: id, Payer: payer.String(), Bond: d.Bond})
}

// payBonds gives all that is at stake in a dispute to whom its outcome says, and returns who got
// what. holders are those of the work's revenue, who share what the challenger lost. What cannot be sent is burnt.
func (k Keeper) payBonds(ctx context.Context, d types.Dispute) ([]types.BondPaid, error) {
	bond, contest, appeal := course.Stakes(course.Outcome(d.Outcome), d.Appeal())
	var paid []types.BondPaid
	burnt := sdk.NewCoins()
	for _, stake := range []struct {
		coins sdk.Coins
		by    string
		fate  course.Fate
	}{{d.Bond, d.Challenger, bond}, {d.ContestBond, d.ContestedBy, contest}, {d.AppealBond, d.AppealedBy, appeal}} {
		if stake.coins.Empty() {
			continue
		}
		given := stake.coins
		if stake.fate != course.Back {
			var lost sdk.Coins
			if lost, given = halves(stake.coins); !lost.Empty() {
				burnt = burnt.Add(lost...)
			}
		}
		to := []share{{stake.by, types.Whole}}
		switch stake.fate {
		case course.ToChallenger:
			to = []share{{d.Challenger, types.Whole}}
		case course.ToHolders:
			var err error
			if to, err = k.holders(ctx, d.Work); err != nil {
				return nil, err
			}
		}
		got, rest, err := k.give(ctx, given, to)
		if err != nil {
			return nil, err
		}
		paid, burnt = append(paid, got...), burnt.Add(rest...)
	}
	if burnt.Empty() {
		return paid, nil
	}
	return append(paid, types.BondPaid{Amount: burnt}), k.bank.BurnCoins(ctx, types.ModuleName, burnt)
}

func halves(coins sdk.Coins) (burnt, given sdk.Coins) {
	for _, c := range coins {
		b, g := course.Halves(c.Amount.BigInt())
		burnt, given = burnt.Add(sdk.NewCoin(c.Denom, math.NewIntFromBigInt(b))), given.Add(sdk.NewCoin(c.Denom, math.NewIntFromBigInt(g)))
	}
	return burnt, given
}

// share is a part of what is given, ppm.
type share struct {
	to     string
	weight uint32
}

// holders are those of a work's revenue now.
func (k Keeper) holders(ctx context.Context, work workID) ([]share, error) {
	head, err := k.royalty.GetHead(ctx, work)
	if err != nil {
		return nil, err
	}
	table, err := k.royalty.GetHolders(ctx, work, head.HoldersVersion)
	list := make([]share, len(table.Shares))
	for i, s := range table.Shares {
		list[i] = share{s.Account.String(), s.Weight}
	}
	return list, err
}

// give sends coins by shares, each rounded down, and returns what is left.
func (k Keeper) give(ctx context.Context, coins sdk.Coins, to []share) (paid []types.BondPaid, rest sdk.Coins, err error) {
	rest = coins
	for _, s := range to {
		part := sdk.NewCoins()
		for _, c := range coins {
			part = part.Add(sdk.NewCoin(c.Denom, c.Amount.MulRaw(int64(s.weight)).QuoRaw(types.Whole)))
		}
		if part.Empty() {
			continue
		}
		account, err := sdk.AccAddressFromBech32(s.to)
		if err != nil {
			return nil, nil, err
		}
		if k.send(ctx, account, part) != nil {
			continue
		}
		paid, rest = append(paid, types.BondPaid{To: s.to, Amount: part}), rest.Sub(part...)
	}
	return paid, rest, nil
}

// send pays an account in a cache context: where it is refused, nothing is left behind.
func (k Keeper) send(ctx context.Context, to sdk.AccAddress, coins sdk.Coins) error {
	cached, write := sdk.UnwrapSDKContext(ctx).CacheContext()
	if err := k.bank.SendCoinsFromModuleToAccount(cached, types.ModuleName, to, coins); err != nil {
		return err
	}
	write()
	return nil
}
