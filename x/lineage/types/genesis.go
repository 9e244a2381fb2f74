package types

import (
	"time"

	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/internal/past"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// DefaultGenesis is a chain without derivations.
func DefaultGenesis() *GenesisState { return &GenesisState{Params: DefaultParams()} }

// Validate checks every row and that the generations are those of the edges:
// so the graph has no cycle. It fails with ErrInvalidGenesis, naming the work.
func (g GenesisState) Validate() error {
	if err := g.Params.Validate(); err != nil {
		return err
	}
	generations := make(map[registrytypes.WorkID]uint32, len(g.Nodes))
	for _, n := range g.Nodes {
		if _, twice := generations[n.Work]; twice {
			return errorsmod.Wrapf(ErrInvalidGenesis, "work %s is listed twice", n.Work)
		}
		if err := n.validate(); err != nil {
			return errorsmod.Wrapf(ErrInvalidGenesis, "work %s: %s", n.Work, err)
		}
		generations[n.Work] = n.Node.Generation
	}
	for _, n := range g.Nodes {
		var want uint32
		for _, e := range n.Edges {
			if e.Edge.Role != ROLE_CITES {
				want = max(want, generations[e.Source]+1)
			}
		}
		if n.Node.Generation != want {
			return errorsmod.Wrapf(ErrInvalidGenesis, "work %s has generation %d, its sources make it %d", n.Work, n.Node.Generation, want)
		}
	}
	return g.validateApprovals()
}

func (g GenesisState) validateApprovals() error {
	seen := make(map[[3]registrytypes.WorkID]bool, len(g.Approvals))
	for _, a := range g.Approvals {
		err := validateApproved(a.Source, a.Derivative)
		if err == nil {
			err = a.Approval.validate(a.Through, a.Derivative)
		}
		key := [3]registrytypes.WorkID{a.Source, a.Derivative, a.Through}
		if err == nil && seen[key] {
			err = errorsmod.Wrap(ErrAlreadySource, "is listed twice")
		}
		if err != nil {
			return errorsmod.Wrapf(ErrInvalidGenesis, "approval of %s for %s: %s", a.Source, a.Derivative, err)
		}
		seen[key] = true
	}
	return nil
}

// validate checks a node with its edges by itself.
func (n GenesisNode) validate() error {
	if err := n.Work.Given("work"); err != nil {
		return err
	}
	if int(n.Node.Sources) != len(n.Edges) || int(n.Node.Externals) != len(n.Externals) {
		return errorsmod.Wrapf(ErrInvalidSource, "counts %d sources and %d external ones, lists %d and %d",
			n.Node.Sources, n.Node.Externals, len(n.Edges), len(n.Externals))
	}
	if total := len(n.Edges) + len(n.Externals); total > MaxSources {
		return errorsmod.Wrapf(ErrTooManySources, "%d, at most %d are kept", total, MaxSources)
	}
	var weight uint64
	seen := make(map[registrytypes.WorkID]bool, len(n.Edges))
	for _, e := range n.Edges {
		if e.Source == n.Work || seen[e.Source] {
			return errorsmod.Wrapf(ErrAlreadySource, "source %s is the work itself or listed twice", e.Source)
		}
		seen[e.Source] = true
		if err := e.validate(n.Node); err != nil {
			return err
		}
		weight += uint64(e.Edge.Weight)
	}
	if err := n.validatePast(); err != nil {
		return err
	}
	given := make(map[Reference]bool, len(n.Externals))
	for _, e := range n.Externals {
		if err := e.Validate(); err != nil {
			return err
		}
		if given[e.Reference()] {
			return errorsmod.Wrapf(ErrAlreadySource, "external reference sha256 %q uri %q is listed twice",
				e.External.Sha256, e.External.Uri)
		}
		given[e.Reference()] = true
		weight += uint64(e.Weight)
	}
	if weight > Whole {
		return errorsmod.Wrapf(ErrOverWhole, "%d ppm", weight)
	}
	if n.Record != nil {
		return n.Record.validateStored()
	}
	return nil
}

// validatePast checks the edges that were replaced: each was declared before, and its
// source still is one.
func (n GenesisNode) validatePast() error {
	type replaced struct {
		source registrytypes.WorkID
		by     uint32
	}
	declared := make(map[registrytypes.WorkID]uint32, len(n.Edges))
	for _, e := range n.Edges {
		declared[e.Source] = e.Edge.Declaration
	}
	seen := make(map[replaced]bool, len(n.PastEdges))
	for _, past := range n.PastEdges {
		key := replaced{past.Source, past.ReplacedBy}
		switch {
		case seen[key] || past.ReplacedBy <= past.Edge.Declaration || past.ReplacedBy > declared[past.Source] || past.Edge.Cites():
			return errorsmod.Wrapf(ErrInvalidSource, "%s: the past edge replaced by declaration %d comes twice, was "+
				"declared later than that, or "+
				"nothing took its place", past.Source, past.ReplacedBy)
		}
		seen[key] = true
		if err := (GenesisEdge{Source: past.Source, Edge: past.Edge}).validate(n.Node); err != nil {
			return err
		}
	}
	return n.validateNumbers()
}

// validateNumbers checks that each declaration has an edge, or had one that was replaced.
func (n GenesisNode) validateNumbers() error {
	made := make(map[uint32]bool, n.Node.Declarations)
	for _, e := range n.Edges {
		made[e.Edge.Declaration] = true
	}
	for _, past := range n.PastEdges {
		made[past.Edge.Declaration] = true
	}
	delete(made, 0) // citations
	if len(made) != int(n.Node.Declarations) {
		return errorsmod.Wrapf(ErrInvalidSource, "counts %d declarations, its sources came with %d", n.Node.Declarations, len(made))
	}
	return nil
}

// validate checks an edge of a work.
func (e GenesisEdge) validate(node Node) error {
	derivedAt := node.DerivedAt
	if e.Edge.Cites() != (e.Edge.Declaration == 0) || e.Edge.Declaration > node.Declarations {
		return errorsmod.Wrapf(ErrInvalidSource, "%s: came with declaration %d of %d: citations have none, others one of these",
			e.Source, e.Edge.Declaration, node.Declarations)
	}
	s := Source{Work: e.Source, Role: e.Edge.Role, Weight: e.Edge.Weight}
	if err := s.Validate(); err != nil {
		return err
	}
	edge := e.Edge
	if !edge.Source.IsZero() {
		return errorsmod.Wrapf(ErrInvalidSource, "%s: the edge names a source itself: leave that empty", e.Source)
	}
	if edge.AddedAt != nil && !edge.AddedAt.After(derivedAt) {
		return errorsmod.Wrapf(ErrInvalidSource, "%s: added at %s, not after the first declaration at %s: leave the time out",
			e.Source, edge.AddedAt.Format(time.RFC3339), derivedAt.Format(time.RFC3339))
	}
	if err := edge.checkAlso(); err != nil {
		return errorsmod.Wrapf(err, "%s", e.Source)
	}
	if err := edge.Met().Validate(); err != nil {
		return errorsmod.Wrapf(ErrInvalidSource, "%s: %s", e.Source, err)
	}
	if err := licensetypes.CheckExclusions(edge.Withheld); err != nil {
		return errorsmod.Wrapf(ErrInvalidSource, "%s: %s", e.Source, err)
	}
	if len(edge.Withheld) > 0 && !edge.Grant.IsZero() {
		return errorsmod.Wrapf(ErrInvalidSource, "%s: nothing is withheld under a grant", e.Source)
	}
	ruledBy := edge.Terms.IsZero() || !edge.Grant.IsZero() || len(edge.Also)+len(edge.MetByGrants)+len(edge.MetByPasses)+len(edge.Withheld) > 0
	if edge.Ruled && ruledBy {
		return errorsmod.Wrapf(ErrInvalidSource, "%s: a ruling declares a source under one terms, and uses nothing up", e.Source)
	}
	_, known := royaltytypes.Policy_name[int32(edge.RoyaltyPolicy)]
	none := edge.RoyaltyPolicy == royaltytypes.POLICY_NONE
	if !known || edge.RoyaltyRate > Whole || none != (edge.RoyaltyRate == 0) {
		return errorsmod.Wrapf(ErrInvalidSource, "%s: policy %d with a rate of %d ppm", e.Source, edge.RoyaltyPolicy, edge.RoyaltyRate)
	}
	return nil
}

// HappenedBefore checks that all that the state says has happened came before the start
// of the chain. A generator's clock may have run ahead. It fails with ErrInvalidGenesis.
func (g GenesisState) HappenedBefore(start time.Time) error {
	for _, n := range g.Nodes {
		moments := []*time.Time{&n.Node.DerivedAt}
		for _, e := range n.Edges {
			moments = append(moments, e.Edge.AddedAt)
		}
		for _, past := range n.PastEdges {
			moments = append(moments, past.Edge.AddedAt)
		}
		for i := range n.Externals {
			moments = append(moments, &n.Externals[i].AddedAt)
		}
		err := past.Check(start, n.Work, moments...)
		if err == nil && n.Record != nil {
			err = past.Check(start.Add(ClockTolerance), n.Work, n.Record.GeneratedAt)
		}
		if err != nil {
			return errorsmod.Wrap(ErrInvalidGenesis, err.Error())
		}
	}
	return nil
}
