package keeper

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"slices"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// EndBlock makes the changes of pools whose time has come, collects the block's payments, closes the epochs that ended in it,
// moves money within the budget of receivers and pays balances out within
// theirs. It runs after everything that executes messages and after bank, which
// credits the module's account.
//
// What concerns one work or one account cannot fail the block: a stage that
// cannot be flushed keeps its money, says so in an event and is tried again in the
// next round, and a balance that cannot be sent is tried again later. Only a store
// that cannot be read or written is an error here, as for every module.
func (k Keeper) EndBlock(ctx context.Context) error {
	if k.observer == nil {
		_, err := k.endBlock(ctx)
		return err
	}
	ended := k.observer.SweepBegins()
	done, err := k.endBlock(ctx)
	ended(done)
	return err
}

func (k Keeper) endBlock(ctx context.Context) (done Swept, err error) {
	if err := k.makePoolChanges(ctx); err != nil {
		return done, err
	}
	notes, err := k.collect(ctx)
	if err != nil {
		return done, err
	}
	b, err := k.newBook(ctx)
	if err != nil {
		return done, err
	}
	done.SweepBudget, done.PayoutBudget = int(b.params.SweepBudget), int(b.params.PayoutBudget)
	usual, err := k.lane(ctx, nil, lateUntil(0), int(b.params.SweepBudget))
	if err != nil {
		return done, err
	}
	late, err := k.lane(ctx, lateUntil(0), lateUntil(b.Now()+1), flow.LateBudget(int(b.params.SweepBudget)))
	if err != nil {
		return done, err
	}
	sweep := flow.NewSweep(b, usual, late)
	purses, busy, err := k.recheck(ctx, b, sweep)
	if err != nil {
		return done, err
	}
	if busy || len(usual.Items)+len(late.Items) > 0 || !notes.empty() {
		if err := k.takeNotes(ctx, b, sweep, notes); err != nil {
			return done, err
		}
		sweep.Run(int(b.params.SweepBudget))
		done.Receivers, done.Left = sweep.Served()
		if err := b.save(); err != nil {
			return done, err
		}
		if err := k.requeue(ctx, sweep); err != nil {
			return done, err
		}
	}
	if done.Payouts, err = k.payOut(ctx, b, purses); err != nil {
		return done, err
	}
	sdk.UnwrapSDKContext(ctx).EventManager().EmitEvents(b.events)
	return done, nil
}

func (n blockNotes) empty() bool {
	return len(n.payments) == 0 && len(n.settles) == 0 && len(n.superseded) == 0 &&
		len(n.redirected) == 0 && len(n.behind) == 0 && len(n.earned) == 0
}

// lateUntil begins the keys of a queue's late lane from a height on.
func lateUntil(height uint64) []byte { return binary.BigEndian.AppendUint64(nil, flow.Late+height) }

// lane reads the first items of a lane of the sweep's queue.
func (k Keeper) lane(ctx context.Context, start, end []byte, limit int) (w flow.Waiting, err error) {
	w.Items, w.More, err = loadRaw(ctx, k.Queue, start, end, limit)
	return w, err
}

// loadRaw reads the first items of a part of a queue, and whether there are more.
func loadRaw[T any](ctx context.Context, queue collections.KeySet[T], start, end []byte, limit int) (items []T, more bool, err error) {
	it, err := queue.IterateRaw(ctx, start, end, collections.OrderAscending)
	if err != nil {
		return nil, false, err
	}
	return first(collections.KeySetIterator[T](it), limit)
}

// load reads the first items of a queue, and whether there are more.
func load[T any](ctx context.Context, queue collections.KeySet[T], of collections.Ranger[T], limit int) (items []T, more bool, err error) {
	it, err := queue.Iterate(ctx, of)
	if err != nil {
		return nil, false, err
	}
	return first(it, limit)
}

// first reads the first items of an iterator and closes it.
func first[T any](it collections.KeySetIterator[T], limit int) (items []T, more bool, err error) {
	defer it.Close()
	for ; it.Valid(); it.Next() {
		if len(items) == limit {
			return items, true, nil
		}
		item, err := it.Key()
		if err != nil {
			return nil, false, err
		}
		items = append(items, item)
	}
	return items, false, nil
}

// requeue stores what a sweep has changed in its queue.
func (k Keeper) requeue(ctx context.Context, sweep *flow.Sweep) error {
	leave, join := sweep.Changes()
	for _, item := range leave {
		if err := k.Queue.Remove(ctx, item); err != nil {
			return err
		}
	}
	for _, item := range join {
		if err := k.Queue.Set(ctx, item); err != nil {
			return err
		}
	}
	return nil
}

// takeNotes brings the block's notes into the sweep.
func (k Keeper) takeNotes(ctx context.Context, b *book, sweep *flow.Sweep, notes blockNotes) error {
	for _, p := range notes.payments {
		if !slices.Contains(b.noted, p.denom) {
			b.noted = append(b.noted, p.denom)
		}
	}
	payments, err := k.closeEpochs(ctx, b, sweep, notes)
	if err != nil {
		return err
	}
	b.take(sweep, payments)
	if err := b.settle(sweep, notes.settles); err != nil {
		return err
	}
	if err := b.each(notes.redirected, sweep.Redirect); err != nil {
		return err
	}
	if err := b.each(notes.behind, sweep.Requeue); err != nil {
		return err
	}
	b.earn(sweep, notes.earned)
	return nil
}

// settle queues all that lies in pots.
func (b *book) settle(sweep *flow.Sweep, pots []flow.Pot) error {
	for _, pot := range pots {
		known, err := b.isThere(pot)
		if err != nil {
			return err
		}
		if !known {
			continue
		}
		if err := sweep.Demand(pot); err != nil {
			b.Failed(flow.Item{Pot: pot}, err)
		}
	}
	return nil
}

// each does something with all pots of works. What fails is reported, and the rest
// goes on.
func (b *book) each(works []registrytypes.WorkID, do func(flow.Pot) error) error {
	for _, work := range works {
		pots, err := b.potsOf(work)
		if err != nil {
			return err
		}
		for _, pot := range pots {
			if err := do(pot); err != nil {
				b.Failed(flow.Item{Pot: pot}, err)
			}
		}
	}
	return nil
}

// take puts payments into their stages. One whose stages cannot be read stays in
// the module's account, outside all stages, and is reported: `stemmad check`
// shows the difference.
func (b *book) take(sweep *flow.Sweep, payments []payment) {
	for _, p := range payments {
		if err := sweep.Pay(p.pot(), p.amount); err != nil {
			b.Failed(flow.Item{Pot: p.pot()}, err)
			continue
		}
		addTo(b.paidIn, p.denom, p.amount)
	}
}

// closeEpochs flushes the works whose lists changed in the block under the
// lists of each epoch that ended, and returns the payments that are left: those
// under lists still in force. What waits in a derivative, or in a work whose
// destination is another, is the others' future revenue, as in any other block: it
// reaches them when all epochs are closed. What a work whose destination has changed too
// has earned is not divided: a ruling lets those have it who hold afterwards.
func (k Keeper) closeEpochs(ctx context.Context, b *book, sweep *flow.Sweep, notes blockNotes) ([]payment, error) {
	if len(notes.superseded) == 0 {
		return notes.payments, nil
	}
	type epoch struct {
		work  registrytypes.WorkID
		epoch uint64
	}
	early := map[epoch][]payment{}
	for _, s := range notes.superseded {
		early[epoch{s.work, s.epoch}] = nil
	}
	var current []payment
	for _, p := range notes.payments {
		at := epoch{p.work, p.epoch}
		if _, ended := early[at]; ended {
			early[at] = append(early[at], p)
		} else {
			current = append(current, p)
		}
	}
	slices.SortFunc(notes.superseded, func(x, y superseded) int {
		return cmp.Or(bytes.Compare(x.work[:], y.work[:]), cmp.Compare(x.epoch, y.epoch))
	})
	for _, s := range notes.superseded {
		closing := sweep.Close
		if slices.Contains(notes.redirected, s.work) {
			closing = sweep.CloseRedirected
		}
		if err := k.closeEpoch(ctx, b, sweep, s, early[epoch{s.work, s.epoch}], closing); err != nil {
			return nil, fmt.Errorf("close epoch %d of %s: %w", s.epoch, s.work, err)
		}
	}
	sweep.Deliver()
	return current, nil
}

func (k Keeper) closeEpoch(
	ctx context.Context, b *book, sweep *flow.Sweep, s superseded, payments []payment,
	closing func(pot flow.Pot, lists flow.Lists, upstreamChanges, holdersChange bool) error,
) error {
	b.take(sweep, payments)
	pots, err := b.potsOf(s.work)
	if err != nil {
		return err
	}
	var lists flow.Lists
	var listsErr error
	if len(pots) > 0 { // most works that change have not been paid yet
		lists, listsErr = k.lists(ctx, s.work, s.holdersVersion, s.upstreamVersion)
	}
	for _, pot := range pots {
		err := listsErr
		if err == nil {
			err = closing(pot, lists, s.upstream, s.holders)
		}
		if err != nil {
			b.Failed(flow.Item{Pot: pot}, err)
		}
	}
	return nil
}

// potsOf returns a work's pots, stored or opened in this block, in order of
// denom. It looks for each denom by itself: that is cheaper than an iterator, and
// most works that change have none.
func (b *book) potsOf(work registrytypes.WorkID) ([]flow.Pot, error) {
	denoms, err := b.allDenoms()
	if err != nil {
		return nil, err
	}
	var pots []flow.Pot
	for _, denom := range denoms {
		pot := flow.Pot{Work: types.FlowWork(work), Denom: denom}
		known, err := b.isThere(pot)
		if err != nil {
			return nil, err
		}
		if known {
			pots = append(pots, pot)
		}
	}
	return pots, nil
}

// isThere reports whether a pot has a row or was opened in this block.
func (b *book) isThere(pot flow.Pot) (bool, error) {
	if b.pots[pot] != nil {
		return true, nil
	}
	return b.k.Stages.Has(b.ctx, collections.Join(types.WorkIDOf(pot.Work), pot.Denom))
}

// allDenoms returns the denoms that stages can hold, sorted: those accepted now,
// those that were ever paid in, and those paid in now, which a payment channel may do
// first when a denom is no longer accepted.
func (b *book) allDenoms() ([]string, error) {
	if b.denoms != nil {
		return b.denoms, nil
	}
	it, err := b.k.Turnovers.Iterate(b.ctx, nil)
	if err != nil {
		return nil, err
	}
	denoms, err := it.Keys()
	if err != nil {
		return nil, err
	}
	denoms = append(denoms, b.noted...)
	for _, d := range b.params.Denoms {
		denoms = append(denoms, d.Denom)
	}
	slices.Sort(denoms)
	b.denoms = slices.Compact(denoms)
	return b.denoms, nil
}
