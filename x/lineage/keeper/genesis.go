package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// InitGenesis writes the state and rebuilds the indexes, after x/royalty has
// read its part. It refuses what Validate refuses, and generations that are not
// those of x/royalty.
func (k Keeper) InitGenesis(ctx context.Context, g types.GenesisState) error {
	if err := g.Validate(); err != nil {
		return err
	}
	if err := g.HappenedBefore(sdk.UnwrapSDKContext(ctx).BlockTime()); err != nil {
		return err
	}
	if err := k.checkStated(ctx, g.Nodes); err != nil {
		return err
	}
	if err := k.Params.Set(ctx, g.Params); err != nil {
		return err
	}
	for _, n := range g.Nodes {
		if err := k.initNode(ctx, n); err != nil {
			return err
		}
	}
	for _, a := range g.Approvals {
		if err := k.Approvals.Set(ctx, collections.Join3(a.Source, a.Derivative, a.Through), a.Approval); err != nil {
			return err
		}
	}
	return nil
}

func (k Keeper) initNode(ctx context.Context, n types.GenesisNode) error {
	row := types.Derivation{Externals: n.Node.Externals, DerivedAt: n.Node.DerivedAt, Declarations: n.Node.Declarations}
	for _, e := range n.Edges {
		edge := e.Edge
		edge.Source.WorkID = e.Source
		row.Edges = append(row.Edges, edge)
		if err := k.indexEdge(ctx, e.Source, edge.Cites(), n.Work); err != nil {
			return err
		}
	}
	row.Sort()
	if err := k.Derivations.Set(ctx, n.Work, row); err != nil {
		return err
	}
	for i, e := range n.Externals {
		if err := k.Externals.Set(ctx, collections.Join(n.Work, uint32(i)), e); err != nil {
			return err
		}
	}
	for _, past := range n.PastEdges {
		if err := k.PastEdges.Set(ctx, collections.Join3(n.Work, past.ReplacedBy, past.Source), past.Edge); err != nil {
			return err
		}
	}
	if n.Record != nil {
		return k.Records.Set(ctx, n.Work, *n.Record)
	}
	return nil
}

// checkStated compares the generations that the file states, 0 for originals,
// with those that x/royalty read from its own part of it.
func (k Keeper) checkStated(ctx context.Context, nodes []types.GenesisNode) error {
	stated := make(map[workID]uint32, len(nodes))
	for _, n := range nodes {
		stated[n.Work] = n.Node.Generation
	}
	check := func(work workID) error {
		generation, err := k.royalty.Generation(ctx, work)
		if err == nil && generation != stated[work] {
			err = errorsmod.Wrapf(types.ErrInvalidGenesis, "work %s has generation %d here and %d in the genesis of royalty: state one",
				work, stated[work], generation)
		}
		return err
	}
	for _, n := range nodes {
		if err := check(n.Work); err != nil {
			return err
		}
		for _, e := range n.Edges {
			if _, listed := stated[e.Source]; listed {
				continue
			}
			if err := check(e.Source); err != nil {
				return err
			}
		}
	}
	return nil
}

// ExportGenesis reads the whole state, works in ascending order of their ids.
func (k Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	g := &types.GenesisState{Params: params}
	err = k.Derivations.Walk(ctx, nil, func(work workID, row types.Derivation) (bool, error) {
		n, err := k.exportNode(ctx, work, row)
		g.Nodes = append(g.Nodes, n)
		return false, err
	})
	if err != nil {
		return nil, err
	}
	err = k.Approvals.Walk(ctx, nil, func(key approvalKey, a types.SourceApproval) (bool, error) {
		g.Approvals = append(g.Approvals, types.GenesisApproval{
			Source: key.K1(), Derivative: key.K2(), Through: key.K3(), Approval: a,
		})
		return false, nil
	})
	return g, err
}

func (k Keeper) exportNode(ctx context.Context, work workID, row types.Derivation) (types.GenesisNode, error) {
	n := types.GenesisNode{Work: work}
	var err error
	if n.Node, err = k.newNode(ctx, work, row); err != nil {
		return n, err
	}
	for _, e := range row.Edges {
		source := e.Source.WorkID
		e.Source = registrytypes.WorkIDBytes{}
		n.Edges = append(n.Edges, types.GenesisEdge{Source: source, Edge: e})
	}
	err = k.Externals.Walk(ctx, collections.NewPrefixedPairRange[workID, uint32](work), func(_ externalKey,
		e types.ExternalEdge,
	) (bool, error) {
		n.Externals = append(n.Externals, e)
		return false, nil
	})
	if err != nil {
		return n, err
	}
	err = k.PastEdges.Walk(ctx, collections.NewPrefixedTripleRange[workID, uint32, workID](work), func(key pastKey, e types.Edge) (bool, error) {
		n.PastEdges = append(n.PastEdges, types.PastEdge{Source: key.K3(), Edge: e, ReplacedBy: key.K2()})
		return false, nil
	})
	if err != nil {
		return n, err
	}
	record, found, err := k.Records.Find(ctx, work)
	if found {
		n.Record = &record
	}
	return n, err
}
