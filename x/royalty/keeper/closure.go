package keeper

import (
	"context"
	"slices"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/internal/events"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// maxTold bounds how many works made from one are told that its closure has grown.
const maxTold = 256

// getClosure returns the works that relative shares of a work can reach.
func (k Keeper) getClosure(ctx context.Context, work registrytypes.WorkID, head types.Head) (flow.Closure, error) {
	if head.Closure == 0 {
		return nil, nil
	}
	packed, err := k.Closures.Get(ctx, work)
	if err != nil {
		return nil, errorsmod.Wrapf(err, "closure of %s", work)
	}
	closure, err := flow.UnpackClosure(packed)
	return closure, errorsmod.Wrapf(err, "closure of %s", work)
}

// closureOf returns what a work's relative shares can reach: these sources and all
// that theirs can.
func (k Keeper) closureOf(ctx context.Context, sources []flow.Owed) (flow.Closure, error) {
	parts := make([]flow.Closure, 0, 2*len(sources))
	for _, s := range sources {
		head, err := k.GetHead(ctx, types.WorkIDOf(s.To))
		if err != nil {
			return nil, err
		}
		closure, err := k.getClosure(ctx, types.WorkIDOf(s.To), head)
		if err != nil {
			return nil, err
		}
		parts = append(parts, flow.ClosureOf(s.To), closure)
	}
	return flow.Closure(nil).Union(parts...), nil
}

// checkReach counts in a work's head the receivers that payments to it are charged for
// under a list, and fails with ErrReachTooLarge when these, or the works in its closure,
// are too many.
func checkReach(params types.Params, work registrytypes.WorkID, next *types.Head, upstream flow.Upstream, closure int) error {
	if closure > flow.MaxClosure {
		return types.ErrReachTooLarge.Wrapf("relative shares of %s would reach %d works, at most %d are allowed; leave sources out, "+
			"or agree on absolute rates", work, closure, flow.MaxClosure)
	}
	next.Receivers = receiversOf(upstream)
	counted := *next // the closure is counted when it is stored
	counted.Closure, counted.Reach = uint32(closure), uint32(upstream.Reach(next.Holders, uint32(closure)))
	next.Reach = counted.Reach
	return counted.CheckReach(params, work)
}

// setClosure stores what a work's relative shares can reach under a new list, notes
// it in the head, and tells the works that count it. A closure that was counted by
// more than maxTold works, or by one that has no room, is counted by none: the head
// says that the work has grown, and the sweep serves what it receives late.
func (k Keeper) setClosure(
	ctx context.Context, work registrytypes.WorkID, next *types.Head, before, upstream flow.Upstream, closure flow.Closure,
) error {
	if err := k.setCounting(ctx, work, before.Relative, upstream.Relative); err != nil {
		return err
	}
	old, err := k.getClosure(ctx, work, *next)
	if err != nil || slices.Equal(old, closure) {
		return err
	}
	next.Closure = uint32(len(closure))
	if len(closure) == 0 {
		return k.Closures.Remove(ctx, work)
	}
	if err := k.Closures.Set(ctx, work, closure.Pack()); err != nil {
		return err
	}
	gained := closure.Without(old)
	if next.Grown || len(gained) == 0 {
		return nil
	}
	told, err := k.tell(ctx, work, gained)
	next.Grown = !told
	return err
}

// notIn returns what a list owes works that another does not.
func notIn(other, list []flow.Owed) (rest []flow.Owed) {
	known := make(map[flow.Work]bool, len(other))
	for _, o := range other {
		known[o.To] = true
	}
	for _, o := range list {
		if !known[o.To] {
			rest = append(rest, o)
		}
	}
	return rest
}

// setCounting keeps the lines of who counts whom.
func (k Keeper) setCounting(ctx context.Context, work registrytypes.WorkID, before, now []flow.Owed) error {
	for _, o := range notIn(now, before) {
		if err := k.CountedBy.Remove(ctx, collections.Join(types.WorkIDOf(o.To), work)); err != nil {
			return err
		}
	}
	for _, o := range notIn(before, now) {
		if err := k.CountedBy.Set(ctx, collections.Join(types.WorkIDOf(o.To), work)); err != nil {
			return err
		}
	}
	return nil
}

// larger is a work that is told of a closure that has grown, with its own.
type larger struct {
	work    registrytypes.WorkID
	head    types.Head
	closure flow.Closure
	changed bool
}

// tell adds works to the closures of all that count a work, and says whether it could:
// all of them are told, or none.
func (k Keeper) tell(ctx context.Context, work registrytypes.WorkID, gained flow.Closure) (bool, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return false, err
	}
	counting, all, err := k.counting(ctx, work)
	if err != nil || !all {
		return false, err
	}
	for i := range counting {
		fits, err := k.enlarge(ctx, params, &counting[i], gained)
		if err != nil || !fits {
			return false, err
		}
	}
	for _, l := range counting {
		if !l.changed {
			continue
		}
		if err := k.Closures.Set(ctx, l.work, l.closure.Pack()); err != nil {
			return false, err
		}
		if err := k.Heads.Set(ctx, l.work, l.head); err != nil {
			return false, err
		}
		if err := events.Emit(ctx, &types.EventReachChanged{Work: l.work, Reach: l.head.Reach}); err != nil {
			return false, err
		}
	}
	return true, nil
}

// enlarge computes a work's closure and reach with more works, and says whether they
// are within their bounds.
func (k Keeper) enlarge(ctx context.Context, params types.Params, l *larger, gained flow.Closure) (fits bool, err error) {
	had, err := k.getClosure(ctx, l.work, l.head)
	if err != nil {
		return false, err
	}
	l.closure = had.Union(gained)
	upstream, err := k.GetUpstream(ctx, l.work, l.head.UpstreamVersion)
	if err != nil {
		return false, err
	}
	if len(l.closure) > flow.MaxClosure {
		return false, nil
	}
	l.changed = len(l.closure) > len(had)
	l.head.Closure = uint32(len(l.closure))
	l.head.Reach = uint32(upstream.Reach(l.head.Holders, l.head.Closure))
	return l.head.CheckReach(params, l.work) == nil, nil
}

// counting returns the works whose closures a work is in, the nearest first, and
// whether these are all: at most maxTold. What is behind one that has grown is served
// late anyway and counts no more.
func (k Keeper) counting(ctx context.Context, work registrytypes.WorkID) (found []larger, all bool, err error) {
	seen := map[registrytypes.WorkID]bool{work: true}
	next := []registrytypes.WorkID{work}
	for ; len(next) > 0; next = next[1:] {
		of := collections.NewPrefixedPairRange[registrytypes.WorkID, registrytypes.WorkID](next[0])
		keys, more, err := load(ctx, k.CountedBy, of, maxTold+1)
		if err != nil || more {
			return nil, false, err
		}
		for _, key := range keys {
			if seen[key.K2()] {
				continue
			}
			if len(found) == maxTold {
				return nil, false, nil
			}
			seen[key.K2()] = true
			head, err := k.GetHead(ctx, key.K2())
			if err != nil {
				return nil, false, err
			}
			found = append(found, larger{work: key.K2(), head: head})
			if !head.Grown {
				next = append(next, key.K2())
			}
		}
	}
	return found, true, nil
}

// checkClosures: each closure has the relative sources and, unless these have grown
// since, what theirs can reach; heads say how many works that are, and the lines of who
// counts whom are those of the lists.
func (k Keeper) checkClosures(ctx context.Context) error {
	lines, closures := 0, 0
	err := k.Heads.Walk(ctx, nil, func(work registrytypes.WorkID, head types.Head) (bool, error) {
		upstream, err := k.GetUpstream(ctx, work, head.UpstreamVersion)
		if err != nil {
			return true, err
		}
		lines += len(upstream.Relative)
		if head.Closure > 0 {
			closures++
		}
		err = k.checkClosure(ctx, work, head, upstream)
		return err != nil, err
	})
	if err != nil {
		return err
	}
	if err := countRows(ctx, "lines of who counts whom", k.CountedBy.Walk, lines); err != nil {
		return err
	}
	return countRows(ctx, "closures", func(
		ctx context.Context, _ collections.Ranger[registrytypes.WorkID], each func(registrytypes.WorkID) (bool, error),
	) error {
		return k.Closures.Walk(ctx, nil, func(work registrytypes.WorkID, _ []byte) (bool, error) { return each(work) })
	}, closures)
}

// countRows fails when there are not as many rows as expected, each of which exists.
func countRows[K any](
	ctx context.Context, what string, walk func(context.Context, collections.Ranger[K], func(K) (bool, error)) error, want int,
) error {
	rows := 0
	err := walk(ctx, nil, func(K) (bool, error) {
		rows++
		return false, nil
	})
	if err == nil && rows != want {
		err = types.ErrBrokenInvariant.Wrapf("there are %d %s, the heads and lists say %d", rows, what, want)
	}
	return err
}

func (k Keeper) checkClosure(ctx context.Context, work registrytypes.WorkID, head types.Head, upstream flow.Upstream) error {
	closure, err := k.getClosure(ctx, work, head)
	if err != nil {
		return err
	}
	if int(head.Closure) != len(closure) {
		return types.ErrBrokenInvariant.Wrapf("the closure of %s has %d works, its head says %d", work, len(closure), head.Closure)
	}
	if len(upstream.Relative) == 0 && len(closure) > 0 {
		return types.ErrBrokenInvariant.Wrapf("%s owes nobody relative shares, but has a closure of %d works", work, len(closure))
	}
	for _, o := range upstream.Relative {
		source := types.WorkIDOf(o.To)
		if has, err := k.CountedBy.Has(ctx, collections.Join(source, work)); err != nil || !has {
			return errorsmod.Wrapf(types.ErrBrokenInvariant, "%s owes %s a relative share, and no line says so (%v)", work, source, err)
		}
		of, err := k.GetHead(ctx, source)
		if err != nil {
			return err
		}
		theirs, err := k.getClosure(ctx, source, of)
		if err != nil {
			return err
		}
		if of.Grown {
			theirs = nil
		}
		if missing := flow.ClosureOf(o.To).Union(theirs).Without(closure); len(missing) > 0 {
			return types.ErrBrokenInvariant.Wrapf("%d works that relative shares of %s reach through %s are not in its closure",
				len(missing), work, source)
		}
	}
	return nil
}
