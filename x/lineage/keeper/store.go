package keeper

import (
	"context"
	"slices"
	"time"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// store writes the declaration: the work's row, which a later declaration
// writes anew, a key for each registered source and a mark on one that nothing
// came from before, a row for each external source, and what changed with it.
func (k Keeper) store(ctx context.Context, d *derivation) error {
	now := sdk.UnwrapSDKContext(ctx).BlockTime().UTC()
	first := d.row.Externals
	if err := k.storeReplaced(ctx, d); err != nil {
		return err
	}
	if err := k.storeRow(ctx, d, now); err != nil {
		return err
	}
	for _, s := range d.Works {
		if err := k.indexEdge(ctx, s.Work, s.Role == types.ROLE_CITES, d.Work); err != nil {
			return err
		}
	}
	for i, s := range d.Externals {
		key := collections.Join(d.Work, first+uint32(i))
		edge := types.ExternalEdge{External: *s.External, Role: s.Role, Weight: s.Weight, AddedAt: now}
		if err := k.Externals.Set(ctx, key, edge); err != nil {
			return err
		}
	}
	if d.Record != nil {
		if err := k.Records.Set(ctx, d.Work, *d.Record); err != nil {
			return err
		}
	}
	for _, by := range d.approved {
		if err := k.Approvals.Remove(ctx, collections.Join3(by[0], d.Work, by[1])); err != nil {
			return err
		}
	}
	return nil
}

// storeRow adds the new sources to the work's row.
func (k Keeper) storeRow(ctx context.Context, d *derivation, now time.Time) error {
	edge := types.Edge{AddedLater: d.addedLater(), Ruled: d.ruled}
	switch {
	case !d.declared:
		d.row.DerivedAt = now
	case !now.Equal(d.row.DerivedAt):
		edge.AddedAt = &now
	}
	d.row.Edges = slices.Grow(d.row.Edges, len(d.Works))
	permits := d.permits
	for _, s := range d.Works {
		edge := edge
		edge.Source.WorkID, edge.Role, edge.Weight = s.Work, s.Role, s.Weight
		if !edge.Cites() {
			pin(&edge, permits[0])
			edge.Declaration = d.number
			permits = permits[1:]
		}
		d.row.Edges = append(d.row.Edges, edge)
	}
	d.row.Sort()
	d.row.Externals += uint32(len(d.Externals))
	d.row.Declarations = max(d.row.Declarations, d.number)
	return k.Derivations.Set(ctx, d.Work, d.row)
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
	edge.Terms.TermsID, edge.Grant.GrantID = p.Terms, p.Grant
	for _, id := range p.Also {
		edge.Also = append(edge.Also, licensetypes.TermsIDBytes{TermsID: id})
	}
	edge.MetByGrants, edge.Withheld = p.Met.Grants, p.Withheld
	for _, id := range p.Met.Passes {
		edge.MetByPasses = append(edge.MetByPasses, registrytypes.DigestBytes{Digest: id})
	}
	edge.RoyaltyPolicy, edge.RoyaltyRate = p.Policy, p.Rate
	edge.WorkVersion, edge.UpstreamVersion, edge.DemandsVersion = p.WorkVersion, p.UpstreamVersion, p.DemandsVersion
}

// pinOf is what an edge of a work of the kind keeps of its permission. Row is the work's.
func pinOf(row *types.Derivation, e types.Edge, kind registrytypes.Kind) licensetypes.Pin {
	return licensetypes.Pin{
		Source: e.Source.WorkID, Terms: e.Terms.TermsID, Also: e.AlsoTerms(), Grant: e.Grant.GrantID,
		WorkVersion: e.WorkVersion, DemandsVersion: e.DemandsVersion, Column: e.Role.Column(kind),
		Met: e.Met(), Withheld: e.Withheld, At: row.AddedAt(e),
	}
}
