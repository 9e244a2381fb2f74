package follow

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/history/blocks"
	"github.com/stemma-chain/stemma/portal/index"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	// worksQuery and sourcesQuery are the paths of queries for all works, and for what one was made from.
	worksQuery, sourcesQuery = "/stemma.registry.v1.Query/Works", "/stemma.lineage.v1.Query/Sources"
	// worksPerPage and sourcesPerPage are how many they are asked for at once.
	worksPerPage, sourcesPerPage = 500, 1000
	// offersQuery is the path of a query for a work's offers, of which there are at most offersPerPage.
	offersQuery, offersPerPage = "/stemma.license.v1.Query/Offers", 1000
	// agentsQuery is the path of a query for all agents, agentQuery of one for what a passport says.
	agentsQuery, agentQuery = "/stemma.agent.v1.Query/Agents", "/stemma.agent.v1.Query/Agent"
)

// seed takes in the works that are older than the node's first block: those that a chain brought from
// an export, or that a node got with a snapshot. What happened to them since comes with the blocks. It
// can be told only by the works, all of them, whether there are such: a chain that began from an export
// may count its blocks from 1.
func (f *Follower) seed(ctx context.Context) error {
	if err := f.x.Unseed(ctx); err != nil { // it may have been broken off
		return err
	}
	page := query.PageRequest{Limit: worksPerPage}
	for {
		var answer registrytypes.QueryWorksResponse
		if err := f.ask(ctx, worksQuery, &registrytypes.QueryWorksRequest{Pagination: &page}, &answer); err != nil {
			return err
		}
		older, err := f.older(ctx, answer.Works)
		if err != nil {
			return err
		}
		if len(older) > 0 {
			if err := f.x.Seed(ctx, older); err != nil {
				return err
			}
		}
		if page.Key = answer.Pagination.GetNextKey(); len(page.Key) == 0 {
			return f.seedAgents(ctx)
		}
	}
}

// seedAgents takes in the agents that are older than the first block.
func (f *Follower) seedAgents(ctx context.Context) error {
	page := query.PageRequest{Limit: worksPerPage}
	for {
		var answer agenttypes.QueryAgentsResponse
		if err := f.ask(ctx, agentsQuery, &agenttypes.QueryAgentsRequest{Pagination: &page}, &answer); err != nil {
			return err
		}
		var older []index.OlderAgent
		for _, p := range answer.Passports {
			if !p.RegisteredAt.Before(f.span.First.Time) {
				continue
			}
			var one agenttypes.QueryAgentResponse
			if err := f.ask(ctx, agentQuery, &agenttypes.QueryAgentRequest{Agent: p.Id}, &one); err != nil {
				return err
			}
			older = append(older, index.OlderAgent{Passport: one.Passport, Endpoints: one.Card.Card.Endpoints})
		}
		if len(older) > 0 {
			if err := f.x.SeedAgents(ctx, older); err != nil {
				return err
			}
		}
		if page.Key = answer.Pagination.GetNextKey(); len(page.Key) == 0 {
			return nil
		}
	}
}

// older finds those of some works that are older than the first block, with what they were made from and are offered under.
func (f *Follower) older(ctx context.Context, works []registrytypes.Claim) (older []index.Older, err error) {
	works = slices.DeleteFunc(works, func(w registrytypes.Claim) bool { return !w.RegisteredAt.Before(f.span.First.Time) })
	err = blocks.Each(ctx, 0, int64(len(works)-1), nil,
		func(ctx context.Context, i int64) (index.Older, error) {
			sources, err := f.olderSources(ctx, works[i].Id)
			if err != nil {
				return index.Older{}, err
			}
			var offers licensetypes.QueryOffersResponse
			err = f.ask(ctx, offersQuery, &licensetypes.QueryOffersRequest{
				Work: works[i].Id, Pagination: &query.PageRequest{Limit: offersPerPage},
			}, &offers)
			return index.Older{Claim: works[i], Sources: sources, Offers: offers.Offers}, err
		},
		func(w index.Older) error {
			older = append(older, w)
			return nil
		})
	return older, err
}

func (f *Follower) olderSources(ctx context.Context, work registrytypes.WorkID) (sources []lineagetypes.Link, err error) {
	page := query.PageRequest{Limit: sourcesPerPage}
	for {
		var answer lineagetypes.QuerySourcesResponse
		err := f.ask(ctx, sourcesQuery, &lineagetypes.QuerySourcesRequest{Work: work, Pagination: &page}, &answer)
		if err != nil {
			return nil, err
		}
		for _, l := range answer.Sources {
			if l.AddedAt.Before(f.span.First.Time) {
				sources = append(sources, l)
			}
		}
		if page.Key = answer.Pagination.GetNextKey(); len(page.Key) == 0 {
			return sources, nil
		}
	}
}

// ask asks the node for its newest state.
func (f *Follower) ask(ctx context.Context, path string, question interface{ Marshal() ([]byte, error) },
	answer interface{ Unmarshal(raw []byte) error },
) error {
	ctx, cancel := context.WithTimeout(ctx, f.patience)
	defer cancel()
	request, err := question.Marshal()
	if err != nil {
		return err
	}
	res, err := f.node.ABCIQuery(ctx, path, request)
	if err == nil && res.Response.Code != 0 {
		err = errors.New(res.Response.Log)
	}
	if err == nil {
		err = answer.Unmarshal(res.Response.Value)
	}
	if err != nil {
		return fmt.Errorf("ask the node for what no block has (%s): %w", path, err)
	}
	return nil
}
