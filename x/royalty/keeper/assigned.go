package keeper

import (
	"cmp"
	"context"
	"math/big"
	"slices"

	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// A payment goes by the lists of the epoch that it saw: these say what each work is
// assigned, and who gets what is left to the work itself. Who gets another work's part is
// who holds that work at the end of the block that moves the payment. All lists are kept
// by version, with the height that they came at, so both are found at any later time.

// assignment is a flow.Reader of the lists that a payment goes by.
type assignment struct {
	*book
	// pot that was paid.
	pot   flow.Pot
	lists flow.Lists
	// paidAt is the height of the block of the payment, movedAt that of the block that
	// flushed it out of the work's `paid` stage, as far as known; sure: it was that one.
	paidAt, movedAt uint64
	sure            bool
	// beganAt is the height at which the epoch began.
	beganAt uint64
	// closedAt is the height at which the epoch ended and all stages of the work were
	// flushed by its lists; 0: it has not.
	closedAt uint64
	tables   map[flow.Work]flow.Lists
}

func (k Keeper) newAssignment(ctx context.Context, pot flow.Pot, epoch, paidAt, movedAt uint64) (*assignment, versions, error) {
	b, err := k.newBook(ctx)
	if err != nil {
		return nil, versions{}, err
	}
	work := types.WorkIDOf(pot.Work)
	v, err := k.versionsAt(ctx, work, epoch)
	if err != nil {
		return nil, v, err
	}
	a := &assignment{
		book: b, pot: pot, paidAt: paidAt, movedAt: max(paidAt, movedAt), sure: movedAt > 0, beganAt: v.since,
		tables: map[flow.Work]flow.Lists{},
	}
	if a.lists, err = k.lists(ctx, work, v.holders, v.upstream); err != nil {
		return nil, v, err
	}
	head, err := b.head(pot.Work)
	if err != nil || head.Epoch <= epoch {
		return a, v, err
	}
	next, err := k.versionsAt(ctx, work, epoch+1)
	a.closedAt = next.since
	if a.closedAt == paidAt {
		a.movedAt, a.sure = paidAt, true
	}
	return a, v, err
}

// of returns the lists of a work that the payment goes by.
func (a *assignment) of(work flow.Work) (flow.Lists, error) {
	if work == a.pot.Work {
		return a.lists, nil
	}
	if lists, known := a.tables[work]; known {
		return lists, nil
	}
	head, err := a.head(work)
	if err != nil {
		return flow.Lists{}, err
	}
	v, err := a.k.inForce(a.ctx, types.WorkIDOf(work), head, a.movedAt)
	if err != nil {
		return flow.Lists{}, err
	}
	lists, err := a.k.lists(a.ctx, types.WorkIDOf(work), v.holders, v.upstream)
	a.tables[work] = lists
	return lists, err
}

// Upstream implements flow.Reader.
func (a *assignment) Upstream(work flow.Work) (flow.Upstream, error) {
	lists, err := a.of(work)
	return lists.Upstream, err
}

// Holders implements flow.Reader: what lay in escrow went to those to whom a ruling gave it.
func (a *assignment) Holders(work flow.Work) ([]flow.Holding, error) {
	head, err := a.head(work)
	if err != nil {
		return nil, err
	}
	ruled, found, err := a.k.ruledHolders(a.ctx, types.WorkIDOf(work), head, a.movedAt)
	if err != nil || found {
		return ruled.Flow(), err
	}
	lists, err := a.of(work)
	return lists.Holders, err
}

// Destination implements flow.Reader: what moved before a work's earnings went elsewhere
// went to itself.
func (a *assignment) Destination(work flow.Work) (flow.Destination, error) {
	head, err := a.head(work)
	if err != nil || head.AwaySince > a.movedAt {
		return flow.Destination{}, err
	}
	return a.book.Destination(work)
}

// place is how far money has come on its way, and in which stage it is if in any.
type place struct {
	progress types.Progress
	stage    flow.Kind
	work     flow.Work
	// sure: it came there in the block that moved the payment, so that the work had the
	// lists of that block. left: it left in that block too.
	sure, left bool
}

// stageAt says how far what entered a stage at a height has come there. What came first
// in a block was flushed with it, what came later may not have been.
func (a *assignment) stageAt(work flow.Work, kind flow.Kind, entered uint64, first bool) (place, error) {
	at := place{progress: types.PROGRESS_FLUSHED, stage: kind, work: work}
	stages, err := a.Stages(flow.Pot{Work: work, Denom: a.pot.Denom})
	if err != nil {
		return at, err
	}
	stage := &stages[kind]
	waits := stage.Unflushed().Sign() > 0
	switch {
	case waits && stage.FlushedAt < entered:
		at.progress = types.PROGRESS_WAITS
	case waits && stage.FlushedAt == entered && !first:
		at.progress = types.PROGRESS_MERGED
	}
	at.left = stage.FlushedAt == entered
	return at, nil
}

// start says how far the payment has come in the work's `paid` stage. The end of its
// epoch flushed it in any case. Payments come first in a block, unless it began a new
// epoch, whose end of the one before flushes too.
func (a *assignment) start() (place, error) {
	if a.closedAt > 0 {
		return place{progress: types.PROGRESS_FLUSHED, work: a.pot.Work, sure: a.sure, left: a.sure}, nil
	}
	at, err := a.stageAt(a.pot.Work, flow.Paid, a.paidAt, a.beganAt < a.paidAt)
	at.left = at.left || a.sure
	at.sure = at.left
	return at, err
}

// ways says of each work that relative shares bring something to, and of the paid one,
// how far that has come before it enters the stage that is the work's own. Of several
// ways the one that is furthest behind counts.
func (a *assignment) ways() (map[flow.Work]place, error) {
	start, err := a.start()
	if err != nil {
		return nil, err
	}
	ways := map[flow.Work]place{a.pot.Work: start}
	// Each step takes a work's place further behind or is its first, so this ends.
	for next := []flow.Work{a.pot.Work}; len(next) > 0; next = next[1:] {
		upstream, err := a.Upstream(next[0])
		if err != nil {
			return nil, err
		}
		for _, o := range upstream.Relative {
			at := ways[next[0]]
			if at.progress == types.PROGRESS_FLUSHED {
				here, err := a.stageAt(o.To, flow.Received, a.movedAt, false)
				if err != nil {
					return nil, err
				}
				here.sure, here.left = at.left, here.left && at.left
				at = here
			}
			if was, known := ways[o.To]; !known || at.behind() > was.behind() {
				ways[o.To] = at
				next = append(next, o.To)
			}
		}
	}
	return ways, nil
}

// behind orders places by how far behind they are.
func (p place) behind() int {
	order := []types.Progress{types.PROGRESS_FLUSHED, types.PROGRESS_MERGED, types.PROGRESS_WAITS}
	behind := 2 * slices.Index(order, p.progress)
	if !p.sure || !p.left {
		behind++
	}
	return behind
}

// progress says how far a part has come.
func (a *assignment) progress(part flow.Part, ways map[flow.Work]place) (place, error) {
	at := ways[a.pot.Work]
	if part.Basis == flow.RelativeShare || part.Basis == flow.BothShares {
		at = ways[part.Work]
	}
	if at.progress != types.PROGRESS_FLUSHED || part.Work == a.pot.Work && a.closedAt > 0 && part.Earner == part.Work && !part.Held {
		return at, nil
	}
	if part.Work != a.pot.Work && !at.sure {
		// It may have gone to those who hold since.
		changed, err := a.changed(part.Earner)
		if err != nil {
			return at, err
		}
		if changed {
			at.progress = types.PROGRESS_MERGED
			return at, nil
		}
	}
	return a.stageAt(part.Earner, flow.Earned, a.movedAt, false)
}

// changed says whether others hold a work now than when the payment moved.
func (a *assignment) changed(work flow.Work) (bool, error) {
	head, err := a.head(work)
	if err != nil {
		return false, err
	}
	then, err := a.k.inForce(a.ctx, types.WorkIDOf(work), head, a.movedAt)
	return then.holders != head.HoldersVersion, err
}

// assigned says what the lists of an epoch assign of a payment, the largest part of each
// basis first, and what is in no line.
func (a *assignment) assigned(amount *big.Int) (payees []types.Payee, fractions *big.Int, err error) {
	parts, err := flow.Explain(a, a.pot.Work, amount)
	if err != nil {
		return nil, nil, err
	}
	ways, err := a.ways()
	if err != nil {
		return nil, nil, err
	}
	fractions = new(big.Int).Set(amount)
	for _, part := range parts {
		at, err := a.progress(part, ways)
		if err != nil {
			return nil, nil, err
		}
		for _, p := range payeesOf(part, a.pot.Denom) {
			p.Progress = at.progress
			if at.progress != types.PROGRESS_FLUSHED {
				p.AtStage, p.AtWork = types.StageKind(at.stage), types.WorkIDOf(at.work)
			}
			fractions.Sub(fractions, p.Amount.Amount.BigIntMut())
			payees = append(payees, p)
		}
	}
	sortPayees(payees)
	return payees, fractions, nil
}

func sortPayees(payees []types.Payee) {
	slices.SortStableFunc(payees, func(a, b types.Payee) int {
		return cmp.Or(cmp.Compare(a.Basis, b.Basis), b.Amount.Amount.BigInt().Cmp(a.Amount.Amount.BigInt()))
	})
}
