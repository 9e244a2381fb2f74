package keeper

import (
	"context"
	"time"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
)

// store writes the declaration: the work's row, two keys a registered source
// and a mark on one that nothing came from before, a key an external source,
// and the rows that changed with it.
func (k Keeper) store(ctx context.Context, d *derivation) error {
	now := sdk.UnwrapSDKContext(ctx).BlockTime().UTC()
	if err := k.storeEdges(ctx, d, now); err != nil {
		return err
	}
	for i, s := range d.Externals {
		key := collections.Join(d.Work, d.node.Externals+uint32(i))
		edge := types.ExternalEdge{External: *s.External, Role: s.Role, Weight: s.Weight, AddedAt: now}
		if err := k.Externals.Set(ctx, key, edge); err != nil {
			return err
		}
	}
	if d.node.DerivedAt.IsZero() {
		d.node.DerivedAt = now
	}
	d.node.Sources += uint32(len(d.Works))
	d.node.Externals += uint32(len(d.Externals))
	if err := k.Nodes.Set(ctx, d.Work, d.node); err != nil {
		return err
	}
	if d.Record != nil {
		if err := k.Records.Set(ctx, d.Work, *d.Record); err != nil {
			return err
		}
	}
	for _, source := range d.approved {
		if err := k.Approvals.Remove(ctx, collections.Join(source, d.Work)); err != nil {
			return err
		}
	}
	return k.storeRaised(ctx, d)
}

func (k Keeper) storeEdges(ctx context.Context, d *derivation, now time.Time) error {
	later, permits := d.addedLater(), d.permits
	for _, s := range d.Works {
		edge := types.Edge{Role: s.Role, Weight: s.Weight, AddedAt: now, AddedLater: later}
		cites := s.Role == types.ROLE_CITES
		if !cites {
			pin(&edge, permits[0])
			permits = permits[1:]
		}
		if err := k.Edges.Set(ctx, collections.Join(d.Work, s.ID), edge); err != nil {
			return err
		}
		if err := k.indexEdge(ctx, s.ID, cites, d.Work); err != nil {
			return err
		}
	}
	return nil
}

// indexEdge notes that a work comes from a source. The source's mark is written
// by its first derivative only: a famous source must not become a key that all
// transactions of a block write.
func (k Keeper) indexEdge(ctx context.Context, source workID, cites bool, work workID) error {
	if err := k.Derivatives.Set(ctx, collections.Join3(source, cites, work)); err != nil || cites {
		return err
	}
	marked, err := k.Derived.Has(ctx, source)
	if err != nil || marked {
		return err
	}
	return k.Derived.Set(ctx, source)
}

// pin notes in an edge what the derivation relies on, so that nothing which
// changes at the source later changes what was agreed.
func pin(edge *types.Edge, p licensetypes.Permit) {
	if p.Terms != (licensetypes.TermsID{}) {
		edge.Terms = p.Terms[:]
	}
	if p.Grant != (licensetypes.GrantID{}) {
		edge.Grant = p.Grant[:]
	}
	edge.RoyaltyPolicy, edge.RoyaltyRate, edge.WorkVersion = p.Policy, p.Rate, p.WorkVersion
}

func (k Keeper) storeRaised(ctx context.Context, d *derivation) error {
	for _, c := range d.raised {
		node, err := k.Nodes.Get(ctx, c.Node)
		if err != nil {
			return err
		}
		node.Generation = c.Generation
		if err := k.Nodes.Set(ctx, c.Node, node); err != nil {
			return err
		}
	}
	return nil
}
