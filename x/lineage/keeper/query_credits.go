package keeper

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/stemma-chain/stemma/x/internal/paging"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/graph"
	"github.com/stemma-chain/stemma/x/lineage/types"
)

// Credits lists whom a work owes a credit line, through any number of steps. Each
// page walks from the start again, as walks do; lines are written for its own rows
// only.
func (s queryServer) Credits(ctx context.Context, req *types.QueryCreditsRequest) (*types.QueryCreditsResponse, error) {
	page, err := paging.Forward(req.Pagination)
	if err != nil {
		return nil, err
	}
	if _, err := s.find(ctx, "work", req.Work); err != nil {
		return nil, err
	}
	if req.Depth > maxDepth {
		return nil, status.Errorf(codes.InvalidArgument, "depth %d is above %d", req.Depth, maxDepth)
	}
	c := &credits{reader: &reader{ctx: ctx, k: s.k}, terms: map[licensetypes.TermsID]licensetypes.Terms{}}
	// Every edge is looked at: a source may be owed under other terms by each.
	steps, truncated, err := graph.Walk(ancestors{c.reader}, req.Work,
		graph.Limits{Depth: int(req.Depth), Steps: maxWalkSteps, Edges: maxWalkEdges, EveryEdge: true})
	if err != nil {
		return nil, coded(err)
	}
	all, err := c.of(steps)
	if err != nil {
		return nil, coded(err)
	}
	rows, next, err := paging.Slice(all, page)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		if err := c.write(&rows[i]); err != nil {
			return nil, coded(err)
		}
	}
	return &types.QueryCreditsResponse{Credits: rows, Pagination: next, Truncated: truncated}, nil
}

// credits reads what is owed along the edges of one walk; terms are read once.
type credits struct {
	*reader
	terms map[licensetypes.TermsID]licensetypes.Terms
}

// owed is one credit: a work under one set of terms.
type owed struct {
	work  workID
	terms licensetypes.TermsID
}

// of lists the credits that the steps of a walk owe, each once, in the order of the
// first step that owes it. Of several versions that were derived from, it names the
// newest, as the constraints of x/license do.
func (c *credits) of(steps []graph.Step[workID]) ([]types.Credit, error) {
	var list []types.Credit
	known := make(map[owed]int)
	for _, s := range steps {
		link, err := c.link(s.From, s.Node)
		if err != nil {
			return nil, err
		}
		if link.Terms.IsZero() { // one's own work
			continue
		}
		terms, err := c.termsOf(link.Terms)
		if err != nil {
			return nil, err
		}
		if !terms.Attribution {
			continue
		}
		key := owed{link.Source, link.Terms}
		if place, again := known[key]; again {
			list[place].WorkVersion = max(list[place].WorkVersion, link.WorkVersion)
			list[place].AddedLater = list[place].AddedLater && link.AddedLater
			continue
		}
		known[key] = len(list)
		list = append(list, types.Credit{
			Work: link.Source, WorkVersion: link.WorkVersion, Terms: link.Terms, Role: link.Role,
			Derivative: link.Derivative, Depth: uint32(s.Depth), AddedLater: link.AddedLater,
		})
	}
	return list, nil
}

func (c *credits) termsOf(id licensetypes.TermsID) (licensetypes.Terms, error) {
	if terms, known := c.terms[id]; known {
		return terms, nil
	}
	terms, err := c.k.license.GetTerms(c.ctx, id)
	if err == nil {
		c.terms[id] = terms
	}
	return terms, err
}

// write writes the line of a credit.
func (c *credits) write(credit *types.Credit) error {
	terms, err := c.termsOf(credit.Terms)
	if err != nil {
		return err
	}
	revision, err := c.k.registry.Revision(c.ctx, credit.Work, credit.WorkVersion)
	if err != nil {
		return err
	}
	credit.Text = licensetypes.CreditLine(credit.Work, revision, terms)
	return nil
}
