package keeper_test

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"

	"github.com/stemma-chain/stemma/x/lineage/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// full is a chain with something in every table.
func full(t *testing.T) *fixture {
	f := newFixture(t)
	_, left, right, bottom, _ := diamond(f)
	require.NoError(t, f.declare(left, record()))
	f.sell(right, alice)
	f.sell(right, bob)
	require.NoError(t, f.approve(bob, right, left))
	f.mustDerive(alice, left, external("https://example.org/later"))
	require.NoError(t, f.k.Params.Set(f.ctx, types.Params{MaxWalk: 5, GasPerStep: 6}))
	f.mustDerive(carol, bottom, cites(f.work("cited", alice)))
	replaced := f.offered("replaced", alice, 0)
	f.mustDerive(alice, left, under(replaced, types.ROLE_PARENT_OF))
	f.mustDerive(alice, left, own(replaced))
	return f
}

func TestGenesisExportAndImportIsTheIdentity(t *testing.T) {
	original := full(t)
	want := original.export()
	require.NoError(t, want.Validate())
	require.EqualValues(t, 2, want.Approvals[0].Approval.Transfers)
	cdc := codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	text, err := cdc.MarshalJSON(want)
	require.NoError(t, err)
	var read types.GenesisState
	require.NoError(t, cdc.UnmarshalJSON(text, &read))

	f := newFixture(t)
	f.works, f.generations = original.works, original.generations
	require.NoError(t, f.k.InitGenesis(afterAll(f.ctx), read))
	f.requireSound()
	again, err := cdc.MarshalJSON(f.export())
	require.NoError(t, err)
	require.Equal(t, string(text), string(again))
}

func TestBrokenGenesisIsRefused(t *testing.T) {
	good := full(t).export()
	edge := func(g *types.GenesisState) (*types.GenesisNode, *types.GenesisEdge) {
		for i, n := range g.Nodes {
			for j, e := range n.Edges {
				if e.Edge.RoyaltyRate > 0 {
					return &g.Nodes[i], &g.Nodes[i].Edges[j]
				}
			}
		}
		panic("no edge with a royalty")
	}
	for name, change := range map[string]func(*types.GenesisState){
		"params":             func(g *types.GenesisState) { g.Params.MaxWalk = 10_001 },
		"work twice":         func(g *types.GenesisState) { g.Nodes = append(g.Nodes, g.Nodes[0]) },
		"work id":            func(g *types.GenesisState) { g.Nodes[0].Work = workID{} },
		"count":              func(g *types.GenesisState) { g.Nodes[0].Node.Sources++ },
		"count of externals": func(g *types.GenesisState) { g.Nodes[0].Node.Externals++ },
		"generation":         func(g *types.GenesisState) { g.Nodes[0].Node.Generation++ },
		"source id":          func(g *types.GenesisState) { _, e := edge(g); e.Source = workID{} },
		"itself":             func(g *types.GenesisState) { n, e := edge(g); e.Source = n.Work },
		"source in the edge": func(g *types.GenesisState) { _, e := edge(g); e.Edge.Source.WorkID = e.Source },
		"added before":       func(g *types.GenesisState) { n, e := edge(g); e.Edge.AddedAt = &n.Node.DerivedAt },
		"role":               func(g *types.GenesisState) { _, e := edge(g); e.Edge.Role = 77 },
		"weight":             func(g *types.GenesisState) { _, e := edge(g); e.Edge.Weight = types.Whole + 1 },
		"rate without policy": func(g *types.GenesisState) {
			_, e := edge(g)
			e.Edge.RoyaltyPolicy = royaltytypes.POLICY_NONE
		},
		"rate":           func(g *types.GenesisState) { _, e := edge(g); e.Edge.RoyaltyRate = types.Whole + 1 },
		"policy":         func(g *types.GenesisState) { _, e := edge(g); e.Edge.RoyaltyPolicy = 9 },
		"approval":       func(g *types.GenesisState) { g.Approvals[0].Source = workID{} },
		"approval of it": func(g *types.GenesisState) { g.Approvals[0].Source = g.Approvals[0].Derivative },
		"approval twice": func(g *types.GenesisState) { g.Approvals = append(g.Approvals, g.Approvals[0]) },
		"record": func(g *types.GenesisState) {
			for i := range g.Nodes {
				if g.Nodes[i].Record != nil {
					g.Nodes[i].Record.Model = ""
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			bz, err := good.Marshal()
			require.NoError(t, err)
			var g types.GenesisState
			require.NoError(t, g.Unmarshal(bz))
			change(&g)
			require.Error(t, g.Validate())
			f := newFixture(t)
			require.Error(t, f.k.InitGenesis(afterAll(f.ctx), g))
		})
	}
}

func TestAGenesisThatRoyaltyContradictsIsRefused(t *testing.T) {
	original := full(t)
	g := original.export()
	for name, work := range map[string]workID{"a derivative": idOf("left"), "an original": idOf("top")} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.generations = maps.Clone(original.generations)
			f.generations[work]++
			err := f.k.InitGenesis(afterAll(f.ctx), *g)
			require.ErrorIs(t, err, types.ErrInvalidGenesis)
			require.ErrorContains(t, err, work.String())
			delete(f.generations, work)
			if work == idOf("top") {
				require.NoError(t, f.k.InitGenesis(afterAll(f.ctx), *g))
				return
			}
			require.ErrorContains(t, f.k.InitGenesis(afterAll(f.ctx), *g), work.String())
		})
	}
}

func TestInvariantsFindWhatIsBroken(t *testing.T) {
	for name, breakIt := range map[string]func(f *fixture, bottom, left workID) error{
		"generations": func(f *fixture, bottom, _ workID) error {
			f.generations[bottom] = 9
			return nil
		},
		"is an original": func(f *fixture, _, _ workID) error {
			f.generations[idOf("top")] = 1
			return nil
		},
		"form": func(f *fixture, bottom, _ workID) error {
			return f.k.Externals.Remove(f.ctx, collections.Join(bottom, uint32(0)))
		},
		"out of order": func(f *fixture, bottom, _ workID) error {
			row, err := f.k.Derivations.Get(f.ctx, bottom)
			slices.Reverse(row.Edges)
			return errors.Join(err, f.k.Derivations.Set(f.ctx, bottom, row))
		},
		"derivatives index": func(f *fixture, bottom, left workID) error {
			return f.k.Derivatives.Remove(f.ctx, collections.Join3(left, false, bottom))
		},
		`"derivatives index": works derive`: func(f *fixture, _, left workID) error {
			return f.k.Derived.Remove(f.ctx, left)
		},
		"nothing derives from it": func(f *fixture, _, _ workID) error {
			return f.k.Derived.Set(f.ctx, idOf("nobody"))
		},
		"rows": func(f *fixture, _, _ workID) error {
			return f.k.Records.Set(f.ctx, idOf("nobody"), *record())
		},
		"approvals": func(f *fixture, bottom, _ workID) error {
			return f.k.Approvals.Set(f.ctx, collections.Join3(idOf("nobody"), bottom, bottom), types.SourceApproval{})
		},
		"work not found": func(f *fixture, bottom, _ workID) error {
			return f.k.Approvals.Set(f.ctx, collections.Join3(bottom, idOf("nobody"), bottom), types.SourceApproval{})
		},
		"a source of itself": func(f *fixture, bottom, _ workID) error {
			return f.k.Approvals.Set(f.ctx, collections.Join3(bottom, bottom, bottom), types.SourceApproval{})
		},
		"from after transfer 1": func(f *fixture, bottom, left workID) error {
			return f.k.Approvals.Set(f.ctx, collections.Join3(left, bottom, left), types.SourceApproval{Transfers: 1})
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := full(t)
			f.requireSound()
			require.NoError(t, breakIt(f, idOf("bottom"), idOf("left")))
			require.ErrorContains(t, f.k.CheckInvariants(f.ctx), name)
		})
	}
	f := full(t)
	require.NoError(t, f.k.Derivatives.Set(f.ctx, collections.Join3(idOf("x"), false, idOf("y"))))
	require.ErrorContains(t, f.k.CheckInvariants(f.ctx), "in the index")
}
