package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// InitGenesis writes the state and rebuilds the index. It refuses what
// Validate refuses.
func (k Keeper) InitGenesis(ctx context.Context, g types.GenesisState) error {
	if err := g.Validate(); err != nil {
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
		source, derivative, err := types.ParseApproved(a.Source, a.Derivative)
		if err != nil {
			return err
		}
		if err := k.Approvals.Set(ctx, collections.Join(source, derivative), a.Transfers); err != nil {
			return err
		}
	}
	return nil
}

func (k Keeper) initNode(ctx context.Context, n types.GenesisNode) error {
	work, err := registrytypes.ParseWorkID(n.Work)
	if err != nil {
		return err
	}
	if err := k.Nodes.Set(ctx, work, n.Node); err != nil {
		return err
	}
	for _, e := range n.Edges {
		source, err := registrytypes.ParseWorkID(e.Source)
		if err != nil {
			return err
		}
		if err := k.Edges.Set(ctx, collections.Join(work, source), e.Edge); err != nil {
			return err
		}
		cites := e.Edge.Role == types.ROLE_CITES
		if err := k.indexEdge(ctx, source, cites, work); err != nil {
			return err
		}
	}
	for i, e := range n.Externals {
		if err := k.Externals.Set(ctx, collections.Join(work, uint32(i)), e); err != nil {
			return err
		}
	}
	if n.Record != nil {
		return k.Records.Set(ctx, work, *n.Record)
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
	err = k.Nodes.Walk(ctx, nil, func(work workID, node types.Node) (bool, error) {
		n, err := k.exportNode(ctx, work, node)
		g.Nodes = append(g.Nodes, n)
		return false, err
	})
	if err != nil {
		return nil, err
	}
	err = k.Approvals.Walk(ctx, nil, func(key workPair, transfers uint32) (bool, error) {
		g.Approvals = append(g.Approvals, types.GenesisApproval{
			Source: key.K1().String(), Derivative: key.K2().String(), Transfers: transfers,
		})
		return false, nil
	})
	return g, err
}

func (k Keeper) exportNode(ctx context.Context, work workID, node types.Node) (types.GenesisNode, error) {
	n := types.GenesisNode{Work: work.String(), Node: node}
	err := k.Edges.Walk(ctx, collections.NewPrefixedPairRange[workID, workID](work), func(key workPair, e types.Edge) (bool, error) {
		n.Edges = append(n.Edges, types.GenesisEdge{Source: key.K2().String(), Edge: e})
		return false, nil
	})
	if err != nil {
		return n, err
	}
	err = k.Externals.Walk(ctx, collections.NewPrefixedPairRange[workID, uint32](work), func(_ externalKey, e types.ExternalEdge) (bool, error) {
		n.Externals = append(n.Externals, e)
		return false, nil
	})
	if err != nil {
		return n, err
	}
	record, err := k.Records.Get(ctx, work)
	switch {
	case err == nil:
		n.Record = &record
	case !errors.Is(err, collections.ErrNotFound):
		return n, err
	}
	return n, nil
}
