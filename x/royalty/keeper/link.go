package keeper

import (
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/internal/rates"
	"github.com/stemma-chain/stemma/x/internal/events"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// GetUpstream returns one version of what a work owes; version 0 owes nothing.
// It fails with ErrUnknownVersion.
func (k Keeper) GetUpstream(ctx context.Context, work registrytypes.WorkID, version uint32) (flow.Upstream, error) {
	if version == 0 {
		return flow.Upstream{}, nil
	}
	packed, err := k.Upstreams.Get(ctx, collections.Join(work, version))
	if errors.Is(err, collections.ErrNotFound) {
		return flow.Upstream{}, types.ErrUnknownVersion.Wrapf("upstream version %d of %s", version, work)
	}
	if err != nil {
		return flow.Upstream{}, err
	}
	upstream, err := packed.Unpack()
	if err != nil {
		return upstream, errorsmod.Wrapf(err, "upstream version %d of %s", version, work)
	}
	return upstream, nil
}

// UpstreamVersion returns the version of what a work owes now.
func (k Keeper) UpstreamVersion(ctx context.Context, work registrytypes.WorkID) (uint32, error) {
	head, err := k.GetHead(ctx, work)
	return head.UpstreamVersion, err
}

// Generation returns a work's place in the order of the sweep; 0 for originals.
func (k Keeper) Generation(ctx context.Context, work registrytypes.WorkID) (uint32, error) {
	head, err := k.GetHead(ctx, work)
	return head.Generation, err
}

// Owed returns what a work owes now: the sums of its two lists, in ppm.
func (k Keeper) Owed(ctx context.Context, work registrytypes.WorkID) (absolute, relative uint32, err error) {
	head, err := k.GetHead(ctx, work)
	if err != nil {
		return 0, 0, err
	}
	upstream, err := k.GetUpstream(ctx, work, head.UpstreamVersion)
	if err != nil {
		return 0, 0, err
	}
	a, r := upstream.Sums()
	return uint32(a), uint32(r), nil
}

// Debts lists one version of what a work owes: absolute ancestors, then relative
// sources, each in order of id. It fails with ErrUnknownVersion.
func (k Keeper) Debts(ctx context.Context, work registrytypes.WorkID, version uint32) ([]types.Debt, error) {
	upstream, err := k.GetUpstream(ctx, work, version)
	if err != nil {
		return nil, err
	}
	list := make([]types.Debt, 0, len(upstream.Absolute)+len(upstream.Relative))
	for _, o := range upstream.Absolute {
		list = append(list, types.Debt{Work: types.WorkIDOf(o.To), Policy: types.POLICY_ABSOLUTE, Rate: o.Weight})
	}
	for _, o := range upstream.Relative {
		list = append(list, types.Debt{Work: types.WorkIDOf(o.To), Policy: types.POLICY_RELATIVE, Rate: o.Weight})
	}
	return list, nil
}

// Link adds sources to what a work owes, or rebuilds it, as a version of its list
// under a new epoch, and returns the sums in ppm. Later payments go by the new
// list, earlier ones, in the same block too, by the old. It fails with
// ErrOverWhole, ErrOverMaxRate, ErrTooManyReceivers or ErrReachTooLarge, naming
// sum and limit, and then changes nothing.
func (k Keeper) Link(ctx context.Context, link types.Link) (absolute, relative uint32, err error) {
	head, err := k.GetHead(ctx, link.Work)
	if err != nil {
		return 0, 0, err
	}
	before, err := k.GetUpstream(ctx, link.Work, head.UpstreamVersion)
	if err != nil {
		return 0, 0, err
	}
	sources, err := k.flowSources(ctx, link.Sources)
	if err != nil {
		return 0, 0, err
	}
	standing := before
	if link.Rebuilt {
		standing = flow.Upstream{}
	}
	upstream := standing.Join(sources...)
	if absolute, relative, err = checkUpstream(link, upstream); err != nil {
		return 0, 0, err
	}
	next := head
	next.Generation = link.Generation
	if upstream.Equal(before) {
		return absolute, relative, k.noteGeneration(ctx, link.Work, head, next)
	}
	if head.Arrears && !link.Ruled {
		return 0, 0, types.ErrInArrears.Wrapf("%s: what it owes for the past comes out of what it earns, "+
			"which sources of its own choice would take; declare them when that is paid (stemmad query royalty arrears)", link.Work)
	}
	if err := k.setReach(ctx, link, &next, before, upstream); err != nil {
		return 0, 0, err
	}
	next.Epoch++
	next.UpstreamVersion = uint32(next.Epoch)
	packed := types.PackUpstream(upstream)
	packed.HoldersVersion, packed.Since = head.HoldersVersion, heightOf(ctx)
	if err := k.Upstreams.Set(ctx, collections.Join(link.Work, next.UpstreamVersion), packed); err != nil {
		return 0, 0, err
	}
	if err := k.endEpoch(ctx, link.Work, head, next); err != nil {
		return 0, 0, err
	}
	return absolute, relative, events.Emit(ctx, &types.EventUpstreamChanged{
		Work: link.Work, Epoch: next.Epoch, UpstreamVersion: next.UpstreamVersion,
		Absolute: absolute, Relative: relative, Reach: next.Reach,
	})
}

// flowSources reads the sources' lists in the versions agreed.
func (k Keeper) flowSources(ctx context.Context, links []types.LinkSource) ([]flow.Source, error) {
	sources := make([]flow.Source, len(links))
	for i, l := range links {
		head, err := k.GetHead(ctx, l.Work)
		if err != nil {
			return nil, err
		}
		upstream, err := k.GetUpstream(ctx, l.Work, l.UpstreamVersion)
		if err != nil {
			return nil, err
		}
		sources[i] = flow.Source{
			Work: types.FlowWork(l.Work), Policy: flow.Policy(l.Policy), Rate: l.Rate, Holders: head.Holders, Upstream: upstream,
		}
	}
	return sources, nil
}

func checkUpstream(link types.Link, upstream flow.Upstream) (absolute, relative uint32, err error) {
	var overWhole *flow.OverWholeError
	switch err := upstream.Check(); {
	case errors.As(err, &overWhole):
		return 0, 0, types.ErrOverWhole.Wrapf("%s %s; leave a source out or agree on lower rates", link.Work, err)
	case err != nil:
		return 0, 0, types.ErrTooManyReceivers.Wrapf("%s: %s", link.Work, err)
	}
	a, r := upstream.Sums()
	if a+r > uint64(link.MaxTotalRate) {
		return 0, 0, types.ErrOverMaxRate.Wrapf("%s would owe %s absolute and %s relative, more than the %s of max_total_rate",
			link.Work, rates.Percent(a), rates.Percent(r), rates.Percent(link.MaxTotalRate))
	}
	return uint32(a), uint32(r), nil
}

// setReach recomputes what payments and relative shares set in motion under a new
// list, for the head and for all works that count it. Ancestors' holders count as they
// were when each list was made; works that relative shares reach count once each,
// however many ways lead to them, and as they are now.
func (k Keeper) setReach(ctx context.Context, link types.Link, next *types.Head, before, upstream flow.Upstream) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if slices.Equal(before.Relative, upstream.Relative) {
		return checkReach(params, link.Work, next, upstream, int(next.Closure))
	}
	standing, added := flow.Closure(nil), upstream.Relative
	if !link.Rebuilt { // sources are added only
		if standing, err = k.getClosure(ctx, link.Work, *next); err != nil {
			return err
		}
		added = notIn(before.Relative, upstream.Relative)
	}
	closure, err := k.closureOf(ctx, added)
	if err != nil {
		return err
	}
	closure = closure.Union(standing)
	if err := checkReach(params, link.Work, next, upstream, len(closure)); err != nil {
		return err
	}
	return k.setClosure(ctx, link.Work, next, before, upstream, closure)
}

// receiversOf counts who gets a part of a payment: those who are owed, and the work.
func receiversOf(upstream flow.Upstream) uint32 {
	return uint32(len(upstream.Absolute)+len(upstream.Relative)) + 1
}

// SetGeneration notes a work's generation, which orders the sweep.
func (k Keeper) SetGeneration(ctx context.Context, work registrytypes.WorkID, generation uint32) error {
	head, err := k.GetHead(ctx, work)
	if err != nil {
		return err
	}
	next := head
	next.Generation = generation
	return k.noteGeneration(ctx, work, head, next)
}

func (k Keeper) noteGeneration(ctx context.Context, work registrytypes.WorkID, head, next types.Head) error {
	if next == head {
		return nil
	}
	return k.Heads.Set(ctx, work, next)
}
