package keeper

import (
	"cmp"
	"context"
	"fmt"
	"math/big"
	"slices"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

type payoutKey = collections.Triple[uint64, sdk.AccAddress, string]

// payout is a balance that is to be sent. Rounds are as in the sweep: what comes
// now waits behind what waits already, so nobody starves.
type payout struct {
	round uint64
	purse purse
}

func (p payout) compare(q payout) int {
	return cmp.Or(cmp.Compare(p.round, q.round), p.purse.compare(q.purse))
}

func (p payout) key() payoutKey {
	return collections.Join3(p.round, sdk.AccAddress(p.purse.account), p.purse.denom)
}

// payOut adds the block's credits to the balances and sends those above the
// denom's minimum, within the budget. A balance that is credited and sent in one
// block is never written.
func (k Keeper) payOut(ctx context.Context, b *book) error {
	stored, more, err := load(ctx, k.Payouts, int(b.params.PayoutBudget))
	if err != nil || len(stored)+len(b.credits)+len(b.paidIn) == 0 {
		return err
	}
	purses, err := k.openPurses(ctx, b, stored)
	if err != nil {
		return err
	}
	queue, fresh := k.payoutQueue(b, purses, stored, more)
	served, paid := k.servePayouts(ctx, b, purses, queue)
	if err := k.requeuePayouts(ctx, stored, queue[:served], append(queue[served:], fresh...)); err != nil {
		return err
	}
	if err := k.saveBalances(ctx, purses); err != nil {
		return err
	}
	return k.saveTurnovers(ctx, b.paidIn, paid)
}

// account is a balance in memory.
type account struct {
	purse  purse
	was    *big.Int
	amount *big.Int
}

// openPurses reads the balances of all who got something or are to be paid, and
// adds what they got.
func (k Keeper) openPurses(ctx context.Context, b *book, stored []payoutKey) (map[purse]*account, error) {
	open := make(map[purse]*account, len(b.credits)+len(stored))
	read := func(p purse) error {
		if open[p] != nil {
			return nil
		}
		balance, found, err := k.Balances.Find(ctx, collections.Join(sdk.AccAddress(p.account), p.denom))
		if err != nil {
			return err
		}
		a := &account{purse: p, was: new(big.Int), amount: new(big.Int)}
		if found {
			a.was.Set(balance.BigIntMut())
			a.amount.Set(a.was)
		}
		open[p] = a
		return nil
	}
	for _, key := range stored {
		if err := read(purse{flow.Account(key.K2()), key.K3()}); err != nil {
			return nil, err
		}
	}
	for _, p := range b.credited() {
		if err := read(p); err != nil {
			return nil, err
		}
		open[p].amount.Add(open[p].amount, b.credits[p])
	}
	return open, nil
}

// payoutQueue returns what may be served now, and what joins the stored queue
// unserved because that goes on beyond what was loaded.
func (k Keeper) payoutQueue(b *book, purses map[purse]*account, stored []payoutKey, more bool) (queue, fresh []payout) {
	var round uint64
	waiting := make(map[purse]bool, len(stored))
	for i, key := range stored {
		p := payout{key.K1(), purse{flow.Account(key.K2()), key.K3()}}
		queue = append(queue, p)
		waiting[p.purse] = true
		if i == 0 {
			round = p.round + 1
		}
	}
	for _, p := range b.credited() {
		if waiting[p] || !b.payable(purses[p]) {
			continue
		}
		fresh = append(fresh, payout{round, p})
	}
	if more {
		return queue, fresh
	}
	queue = append(queue, fresh...)
	slices.SortFunc(queue, payout.compare)
	return queue, nil
}

// payable reports whether a balance is sent by itself: only accepted denoms
// have a minimum for that.
func (b *book) payable(a *account) bool {
	for _, d := range b.params.Denoms {
		if d.Denom == a.purse.denom {
			return a.amount.Cmp(d.MinPayout.BigIntMut()) >= 0
		}
	}
	return false
}

// payoutBatch is how many balances are sent at once. The coins leave the
// module's account together; if one of them cannot be sent, each is sent alone.
const payoutBatch = 128

// servePayouts sends balances in order, within the budget, and returns how many
// items it dealt with and what it sent by denom. What fails stays in the
// balance and leaves the queue.
func (k Keeper) servePayouts(ctx context.Context, b *book, purses map[purse]*account, queue []payout) (int, map[string]*big.Int) {
	paid := map[string]*big.Int{}
	served := min(len(queue), int(b.params.PayoutBudget))
	due := make([]*account, 0, served)
	seen := make(map[purse]bool, served)
	for _, p := range queue[:served] {
		if a := purses[p.purse]; b.payable(a) && !seen[p.purse] {
			seen[p.purse] = true
			due = append(due, a)
		}
	}
	for batch := range slices.Chunk(due, payoutBatch) {
		together := k.send(ctx, batch...) == nil
		for _, a := range batch {
			to, coin := sdk.AccAddress(a.purse.account), a.coin()
			if !together {
				if err := k.send(ctx, a); err != nil {
					b.events = append(b.events, payoutFailed(to, coin, err))
					continue
				}
			}
			b.events = append(b.events, paidOutEvent(to, coin))
			if paid[coin.Denom] == nil {
				paid[coin.Denom] = new(big.Int)
			}
			paid[coin.Denom].Add(paid[coin.Denom], a.amount)
			a.amount.SetInt64(0)
		}
	}
	return served, paid
}

func (a *account) coin() sdk.Coin {
	return sdk.NewCoin(a.purse.denom, math.NewIntFromBigInt(a.amount))
}

// send pays accounts in a cache context of their own, without bank's events: an
// error or a panic leaves nothing behind.
func (k Keeper) send(ctx context.Context, accounts ...*account) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	total := sdk.NewMapCoins(nil)
	outputs := make([]banktypes.Output, len(accounts))
	for i, a := range accounts {
		to := sdk.AccAddress(a.purse.account)
		if k.bank.BlockedAddr(to) {
			return sdkerrors.ErrUnauthorized.Wrapf("%s is not allowed to receive funds", to)
		}
		coin := a.coin()
		total.Add(coin)
		outputs[i] = banktypes.Output{Address: to.String(), Coins: sdk.Coins{coin}}
	}
	cached, write := sdk.UnwrapSDKContext(ctx).CacheContext()
	input := banktypes.Input{Address: k.account.String(), Coins: total.ToCoins()}
	if err := k.bank.InputOutputCoins(cached.WithEventManager(sdk.NewEventManager()), input, outputs); err != nil {
		return err
	}
	write()
	return nil
}

func payoutFailed(account sdk.AccAddress, coin sdk.Coin, reason error) sdk.Event {
	event, err := sdk.TypedEventToEvent(&types.EventPayoutFailed{
		Account: account.String(), Denom: coin.Denom, Amount: coin.Amount.String(), Reason: reason.Error(),
	})
	if err != nil {
		return sdk.NewEvent("stemma.royalty.v1.EventPayoutFailed")
	}
	return event
}

func (k Keeper) requeuePayouts(ctx context.Context, stored []payoutKey, served, waiting []payout) error {
	loaded := make([]payout, len(stored))
	for i, key := range stored {
		loaded[i] = payout{key.K1(), purse{flow.Account(key.K2()), key.K3()}}
	}
	was := make(map[payout]bool, len(loaded))
	for _, p := range loaded {
		was[p] = true
	}
	for _, p := range served {
		if was[p] {
			if err := k.Payouts.Remove(ctx, p.key()); err != nil {
				return err
			}
		}
	}
	for _, p := range waiting {
		if !was[p] {
			if err := k.Payouts.Set(ctx, p.key()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (k Keeper) saveBalances(ctx context.Context, purses map[purse]*account) error {
	changed := make([]*account, 0, len(purses))
	for _, a := range purses {
		if a.amount.Cmp(a.was) != 0 {
			changed = append(changed, a)
		}
	}
	slices.SortFunc(changed, func(a, b *account) int { return a.purse.compare(b.purse) })
	for _, a := range changed {
		key := collections.Join(sdk.AccAddress(a.purse.account), a.purse.denom)
		var err error
		if a.amount.Sign() == 0 {
			err = k.Balances.Remove(ctx, key)
		} else {
			err = k.Balances.Set(ctx, key, math.NewIntFromBigInt(a.amount))
		}
		if err != nil {
			return err
		}
	}
	return nil
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
		coins = append(coins, sdk.NewCoin(denom, balance))
		if err := k.Balances.Remove(ctx, key); err != nil {
			return nil, err
		}
		if err := k.turnover(ctx, denom, math.ZeroInt(), balance); err != nil {
			return nil, err
		}
	}
	if coins.Empty() {
		return nil, types.ErrNoBalance.Wrapf("%s has nothing to withdraw", to)
	}
	if err := k.bank.SendCoinsFromModuleToAccount(ctx, types.ModuleName, to, coins); err != nil {
		return nil, err
	}
	return coins, emit(ctx, &types.EventWithdrawn{Account: to.String(), Amount: coins.String()})
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
