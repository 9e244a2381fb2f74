package keeper

import (
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"math/big"
	"slices"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

type payoutKey = collections.Triple[uint64, sdk.AccAddress, string]

// balance is a row of Balances in memory.
type balance struct {
	purse       flow.Purse
	was, amount *big.Int
	// late is what of the amount no payer was charged for.
	late *big.Int
	// due is where it stands in the queue of payouts; 0: nowhere.
	wasDue, due uint64
}

func balanceKey(p flow.Purse) collections.Pair[sdk.AccAddress, string] {
	return collections.Join(sdk.AccAddress(p.Account), p.Denom)
}

// payOut adds the block's credits to the balances and sends those above the
// denom's minimum, within the budget of each lane. found are purses that may need a place in the
// queue although nothing was credited. It returns how many it tried to send. A balance that is credited and sent in one
// block is never written.
func (k Keeper) payOut(ctx context.Context, b *book, found []flow.Purse) (tried int, err error) {
	now, budget := b.Now(), int(b.params.PayoutBudget)
	due, more, err := k.duePayouts(ctx, nil, binary.BigEndian.AppendUint64(nil, now+1), budget)
	if err != nil {
		return 0, err
	}
	late, moreLate, err := k.duePayouts(ctx, lateUntil(0), lateUntil(now+1), flow.LateBudget(budget))
	if err != nil || len(due)+len(late)+len(found)+len(b.credits)+len(b.paidIn) == 0 {
		return 0, err
	}
	open, err := k.openBalances(ctx, b, slices.Concat(due, late), found)
	if err != nil {
		return 0, err
	}
	ready, readyLate := ready(b.params, open)
	late = slices.DeleteFunc(late, func(p flow.Payout) bool { return open[p.Purse].isPaidFor(b.params) })
	try, wait := flow.Payouts(now, budget, due, more, ready)
	tryLate, waitLate := flow.Payouts(flow.Late+now, flow.LateBudget(budget), late, moreLate, readyLate)
	paid := k.sendPayouts(ctx, b, open, slices.Concat(try, tryLate), now)
	for _, p := range slices.Concat(wait, waitLate) {
		open[p.Purse].due = p.Due
	}
	tried = len(try) + len(tryLate)
	if err := k.saveBalances(ctx, open); err != nil {
		return tried, err
	}
	return tried, k.saveTurnovers(ctx, b.paidIn, paid)
}

// duePayouts reads the first payouts of a part of the queue, and whether there are more.
func (k Keeper) duePayouts(ctx context.Context, start, end []byte, limit int) ([]flow.Payout, bool, error) {
	keys, more, err := loadRaw(ctx, k.Payouts, start, end, limit)
	due := make([]flow.Payout, len(keys))
	for i, key := range keys {
		due[i] = flow.Payout{Due: key.K1(), Purse: flow.Purse{Account: flow.Account(key.K2()), Denom: key.K3()}}
	}
	return due, more, err
}

// openBalances reads the balances of all who got something, are to be paid or were
// found, and adds what they got.
func (k Keeper) openBalances(ctx context.Context, b *book, due []flow.Payout, found []flow.Purse) (map[flow.Purse]*balance, error) {
	purses := slices.SortedFunc(maps.Keys(b.credits), flow.Purse.Compare)
	for _, p := range due {
		purses = append(purses, p.Purse)
	}
	open := make(map[flow.Purse]*balance, len(purses)+len(found))
	for _, p := range append(purses, found...) {
		if open[p] != nil {
			continue
		}
		row, found, err := k.Balances.Find(ctx, balanceKey(p))
		if err != nil {
			return nil, err
		}
		a := &balance{purse: p, was: new(big.Int), amount: new(big.Int), late: new(big.Int), wasDue: row.Due, due: row.Due}
		if found {
			a.was.Set(row.Amount.BigIntMut())
		}
		if row.Late != nil {
			a.late.Set(row.Late.BigIntMut())
		}
		a.amount.Set(a.was)
		if credit := b.credits[p]; credit != nil {
			a.amount.Add(a.amount, credit)
		}
		if credit := b.late[p]; credit != nil {
			a.late.Add(a.late, credit)
		}
		open[p] = a
	}
	return open, nil
}

// ready returns the purses that are to be paid and have no place in the usual lane of
// the queue, or none in any, each in order. One leaves the late lane when payers have
// paid for as much as is paid out.
func ready(params types.Params, open map[flow.Purse]*balance) (usual, late []flow.Purse) {
	for p, a := range open {
		switch {
		case a.due > 0 && a.due < flow.Late || !payoutReady(params, p.Denom, a.amount):
		case a.isPaidFor(params):
			usual = append(usual, p)
		case a.due == 0:
			late = append(late, p)
		}
	}
	slices.SortFunc(usual, flow.Purse.Compare)
	slices.SortFunc(late, flow.Purse.Compare)
	return usual, late
}

// isPaidFor reports whether what payers were charged for is enough for a payout.
func (a *balance) isPaidFor(params types.Params) bool {
	return payoutReady(params, a.purse.Denom, new(big.Int).Sub(a.amount, a.late))
}

// payoutReady reports whether a balance is paid out by itself: only accepted
// denoms have a minimum for that.
func payoutReady(params types.Params, denom string, amount *big.Int) bool {
	for _, d := range params.Denoms {
		if d.Denom == denom {
			return amount.Cmp(d.MinPayout.BigIntMut()) >= 0
		}
	}
	return false
}

// payoutBatch is how many balances are sent at once. The coins leave the
// module's account together; if one of them cannot be sent, each is sent alone.
const payoutBatch = 128

// sendPayouts sends balances and returns what it sent by denom. A balance that has
// become too small by now leaves the queue; one that is refused stays, and is tried
// again after a while.
func (k Keeper) sendPayouts(
	ctx context.Context, b *book, open map[flow.Purse]*balance, try []flow.Payout, now uint64,
) map[string]*big.Int {
	paid := map[string]*big.Int{}
	due := make([]*balance, 0, len(try))
	for _, p := range try {
		a := open[p.Purse]
		a.due = 0
		if payoutReady(b.params, a.purse.Denom, a.amount) {
			due = append(due, a)
		}
	}
	for batch := range slices.Chunk(due, payoutBatch) {
		outputs := make([]banktypes.Output, len(batch))
		for i, a := range batch {
			outputs[i] = banktypes.Output{Address: sdk.AccAddress(a.purse.Account).String(), Coins: sdk.Coins{a.coin()}}
		}
		together := k.sendAll(ctx, outputs) == nil
		for i, a := range batch {
			to, coin := sdk.AccAddress(a.purse.Account), a.coin()
			if !together {
				if err := k.sendAll(ctx, outputs[i:i+1]); err != nil {
					a.due = now + flow.RetryAfter
					if !a.isPaidFor(b.params) {
						a.due += flow.Late
					}
					b.emit(&types.EventPayoutFailed{
						Account: to.String(), Denom: coin.Denom, Amount: coin.Amount.String(), Reason: err.Error(),
					})
					continue
				}
			}
			b.emit(&types.EventPaidOut{Account: to.String(), Denom: coin.Denom, Amount: coin.Amount.String()})
			if paid[coin.Denom] == nil {
				paid[coin.Denom] = new(big.Int)
			}
			paid[coin.Denom].Add(paid[coin.Denom], a.amount)
			a.amount.SetInt64(0)
			a.late.SetInt64(0)
		}
	}
	return paid
}

func (a *balance) coin() sdk.Coin {
	return sdk.NewCoin(a.purse.Denom, math.NewIntFromBigInt(a.amount))
}

// sendAll pays accounts in a cache context of their own, without bank's events: an
// error or a panic leaves nothing behind.
func (k Keeper) sendAll(ctx context.Context, outputs []banktypes.Output) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	total := sdk.NewMapCoins(nil)
	for _, o := range outputs {
		to, err := sdk.AccAddressFromBech32(o.Address)
		if err != nil {
			return err
		}
		if k.bank.BlockedAddr(to) {
			return sdkerrors.ErrUnauthorized.Wrapf("%s is not allowed to receive funds", to)
		}
		total.Add(o.Coins...)
	}
	cached, write := sdk.UnwrapSDKContext(ctx).CacheContext()
	input := banktypes.Input{Address: k.account.String(), Coins: total.ToCoins()}
	if err := k.bank.InputOutputCoins(cached.WithEventManager(sdk.NewEventManager()), input, outputs); err != nil {
		return err
	}
	write()
	return nil
}

// saveBalances writes the balances that changed and their places in the queue, in
// order.
func (k Keeper) saveBalances(ctx context.Context, open map[flow.Purse]*balance) error {
	for _, p := range slices.SortedFunc(maps.Keys(open), flow.Purse.Compare) {
		a := open[p]
		if err := k.moveDue(ctx, a); err != nil {
			return err
		}
		var err error
		switch {
		case a.amount.Cmp(a.was) == 0 && a.due == a.wasDue:
		case a.amount.Sign() > 0:
			err = k.Balances.Set(ctx, balanceKey(p), types.BalanceOf(a.amount, a.late, a.due))
		default:
			err = k.Balances.Remove(ctx, balanceKey(p))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// moveDue gives a balance its new place in the queue of payouts.
func (k Keeper) moveDue(ctx context.Context, a *balance) error {
	if a.due == a.wasDue {
		return nil
	}
	account := sdk.AccAddress(a.purse.Account)
	if a.wasDue > 0 {
		if err := k.Payouts.Remove(ctx, collections.Join3(a.wasDue, account, a.purse.Denom)); err != nil {
			return err
		}
	}
	if a.due == 0 {
		return nil
	}
	return k.Payouts.Set(ctx, collections.Join3(a.due, account, a.purse.Denom))
}

func (k Keeper) saveTurnovers(ctx context.Context, paidIn, paidOut map[string]*big.Int) error {
	var denoms []string
	for denom := range paidIn {
		denoms = append(denoms, denom)
	}
	for denom := range paidOut {
		if paidIn[denom] == nil {
			denoms = append(denoms, denom)
		}
	}
	slices.Sort(denoms)
	for _, denom := range denoms {
		if err := k.turnover(ctx, denom, intOf(paidIn[denom]), intOf(paidOut[denom])); err != nil {
			return err
		}
	}
	return nil
}

func intOf(amount *big.Int) math.Int {
	if amount == nil {
		return math.ZeroInt()
	}
	return math.NewIntFromBigInt(amount)
}

// Withdraw sends an account its balances in the denoms named, or in the first
// 32 when none is; accepted denoms or not. It fails with ErrNoBalance when there
// is nothing, and with bank's error when the account cannot receive.
func (k Keeper) Withdraw(ctx context.Context, to sdk.AccAddress, denoms []string) (sdk.Coins, error) {
	if len(denoms) == 0 {
		var err error
		if denoms, err = k.balanceDenoms(ctx, to); err != nil {
			return nil, err
		}
	}
	var coins sdk.Coins
	for _, denom := range slices.Sorted(slices.Values(denoms)) {
		key := collections.Join(to, denom)
		balance, found, err := k.Balances.Find(ctx, key)
		if err != nil {
			return nil, err
		}
		if !found {
			continue
		}
		coins = append(coins, sdk.NewCoin(denom, balance.Amount))
		if err := k.Balances.Remove(ctx, key); err != nil {
			return nil, err
		}
		if balance.Due > 0 {
			if err := k.Payouts.Remove(ctx, collections.Join3(balance.Due, to, denom)); err != nil {
				return nil, err
			}
		}
		if err := k.turnover(ctx, denom, math.ZeroInt(), balance.Amount); err != nil {
			return nil, err
		}
	}
	if coins.Empty() {
		return nil, types.ErrNoBalance.Wrapf("%s has nothing to withdraw", to)
	}
	if err := k.bank.SendCoinsFromModuleToAccount(ctx, types.ModuleName, to, coins); err != nil {
		return nil, err
	}
	return coins, events.Emit(ctx, &types.EventWithdrawn{Account: to.String(), Amount: coins.String()})
}

// balanceDenoms returns the first denoms of an account's balances, as many as one
// message may name.
func (k Keeper) balanceDenoms(ctx context.Context, account sdk.AccAddress) (denoms []string, err error) {
	it, err := k.Balances.Iterate(ctx, collections.NewPrefixedPairRange[sdk.AccAddress, string](account))
	if err != nil {
		return nil, err
	}
	defer it.Close()
	for ; it.Valid() && len(denoms) < types.MaxDenoms; it.Next() {
		key, err := it.Key()
		if err != nil {
			return nil, err
		}
		denoms = append(denoms, key.K2())
	}
	return denoms, nil
}
