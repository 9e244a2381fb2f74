package report

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"

	"github.com/cosmos/cosmos-sdk/types/query"

	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

const (
	// DefaultMaxSources is how many sources a report lists unless it is told otherwise.
	DefaultMaxSources = 10_000
	// MaxSources is the most that it can be told.
	MaxSources = 100_000
	// page is how many sources one query returns; at once is how many questions wait for answers.
	page   = 1000
	atOnce = 8
	// chunk is how many works' sources are held before they are counted: each has 1,024 at most.
	chunk = 64
)

// Moment is the state that a report is of.
type Moment struct {
	ChainID string
	Height  int64
	Time    time.Time
}

// Known is what the chain says of a work and of all that it was made from.
type Known struct {
	Moment
	Work   registrytypes.Claim
	Node   lineagetypes.Node
	Record *lineagetypes.GenerationRecord
	// Passport and Card are those of the agent that the record names, in the version that it pins; nil: it
	// names none.
	Passport *agenttypes.Passport
	Card     *agenttypes.CardVersion
	// Sources are the edges to all that the work was made from, breadth first, external ones among them.
	Sources []Source
	// Waiting is how many declarations of the work wait for approval of others.
	Waiting int
	// Cited is how many works it only cites.
	Cited int
	// Cut: it was made from more than was asked for.
	Cut bool
}

// Source is an edge of the lineage, with what is known of its source.
type Source struct {
	// Depth in steps from the work, from 1.
	Depth uint32
	Link  lineagetypes.Link
	// Claim is nil for an external source.
	Claim  *registrytypes.Claim
	Node   lineagetypes.Node
	Record *lineagetypes.GenerationRecord
	// Terms are those relied on, with those of the grant; empty: none.
	Terms []licensetypes.IdentifiedTerms
	Grant *licensetypes.NamedGrant
	// Dataset is nil for a source without a manifest.
	Dataset *Dataset
}

// asker asks a node, as of the height in its context.
type asker struct {
	registry registrytypes.QueryClient
	lineage  lineagetypes.QueryClient
	license  licensetypes.QueryClient
	agent    agenttypes.QueryClient
	royalty  royaltytypes.QueryClient
	most     int
	works    map[registrytypes.WorkID]*seen
	terms    map[licensetypes.TermsID]licensetypes.IdentifiedTerms
	grants   map[licensetypes.GrantID]licensetypes.NamedGrant
}

// seen is a work that was asked about.
type seen struct {
	claim  registrytypes.Claim
	node   lineagetypes.Node
	record *lineagetypes.GenerationRecord
}

// Gather asks a node about a work and all that it was made from, at any depth, up to so many sources. The
// context names the height of the moment. It fails with gRPC's NotFound for a work that is not registered.
func Gather(ctx context.Context, node grpc.ClientConnInterface, at Moment, work registrytypes.WorkID, most int) (Known, error) {
	if most < 1 || most > MaxSources {
		return Known{}, fmt.Errorf("a report lists 1 to %d sources, not %d", MaxSources, most)
	}
	a := &asker{
		registry: registrytypes.NewQueryClient(node), lineage: lineagetypes.NewQueryClient(node),
		license: licensetypes.NewQueryClient(node), agent: agenttypes.NewQueryClient(node),
		royalty: royaltytypes.NewQueryClient(node), most: most,
		works: map[registrytypes.WorkID]*seen{}, terms: map[licensetypes.TermsID]licensetypes.IdentifiedTerms{},
		grants: map[licensetypes.GrantID]licensetypes.NamedGrant{},
	}
	first, err := a.look(ctx, work)
	if err != nil {
		return Known{}, err
	}
	a.works[work] = first
	k := Known{Moment: at, Work: first.claim, Node: first.node, Record: first.record}
	waiting, err := a.license.Admissions(ctx, &licensetypes.QueryAdmissionsRequest{Work: work})
	if err != nil {
		return Known{}, fmt.Errorf("declarations of %s that wait for approval: %w", work, err)
	}
	k.Waiting = len(waiting.Admissions)
	if err := a.card(ctx, &k); err != nil {
		return Known{}, err
	}
	if err := a.walk(ctx, &k); err != nil {
		return Known{}, err
	}
	if err := a.versions(ctx, &k); err != nil {
		return Known{}, err
	}
	if err := a.datasets(ctx, &k); err != nil {
		return Known{}, err
	}
	return k, a.permissions(ctx, &k)
}

// look asks what a work is and how it came to be.
func (a *asker) look(ctx context.Context, work registrytypes.WorkID) (*seen, error) {
	claim, err := a.registry.Work(ctx, &registrytypes.QueryWorkRequest{Work: work})
	if err != nil {
		return nil, err
	}
	made, err := a.lineage.Derivation(ctx, &lineagetypes.QueryDerivationRequest{Work: work})
	if err != nil {
		return nil, err
	}
	return &seen{claim: claim.Work, node: made.Node, record: made.Record}, nil
}

// card finds the version of an agent's card that the record pins: versions are listed from the first.
func (a *asker) card(ctx context.Context, k *Known) error {
	if k.Record == nil || k.Record.Agent.IsZero() {
		return nil
	}
	agent, err := a.agent.Agent(ctx, &agenttypes.QueryAgentRequest{Agent: k.Record.Agent})
	if err != nil {
		return fmt.Errorf("agent %s: %w", k.Record.Agent, err)
	}
	k.Passport, k.Card = &agent.Passport, &agent.Card
	if agent.Passport.Version == k.Record.AgentVersion {
		return nil
	}
	cards, err := a.agent.Cards(ctx, &agenttypes.QueryCardsRequest{
		Agent: k.Record.Agent, Pagination: &query.PageRequest{Offset: uint64(k.Record.AgentVersion) - 1, Limit: 1},
	})
	if err != nil {
		return fmt.Errorf("cards of agent %s: %w", k.Record.Agent, err)
	}
	if len(cards.Cards) == 0 {
		return fmt.Errorf("agent %s has no version %d of its card, which the record pins", k.Record.Agent, k.Record.AgentVersion)
	}
	k.Card = &cards.Cards[0]
	return nil
}

// walk lists the edges breadth first. Citations are no part of ancestry: the work's own are counted.
func (a *asker) walk(ctx context.Context, k *Known) error {
	level := []registrytypes.WorkID{k.Work.Id}
	for depth := uint32(1); len(level) > 0; depth++ {
		var next []registrytypes.WorkID
		for len(level) > 0 {
			part := level[:min(len(level), chunk)]
			level = level[len(part):]
			links, err := a.linksOf(ctx, part)
			if err != nil {
				return err
			}
			for _, link := range links {
				switch {
				case link.Role == lineagetypes.ROLE_CITES:
					if depth == 1 {
						k.Cited++
					}
					continue
				case len(k.Sources) == a.most:
					k.Cut = true
					return a.describe(ctx, k, next)
				}
				k.Sources = append(k.Sources, Source{Depth: depth, Link: link})
				if link.External == nil && a.works[link.Source] == nil {
					a.works[link.Source] = &seen{}
					next = append(next, link.Source)
				}
			}
		}
		if err := a.describe(ctx, k, next); err != nil {
			return err
		}
		level = next
	}
	return nil
}

// describe asks about works that were reached, and tells the edges to them that were listed since.
func (a *asker) describe(ctx context.Context, k *Known, reached []registrytypes.WorkID) error {
	found := make([]*seen, len(reached))
	err := each(ctx, len(reached), func(ctx context.Context, i int) (err error) {
		found[i], err = a.look(ctx, reached[i])
		return err
	})
	if err != nil {
		return err
	}
	for i, id := range reached {
		a.works[id] = found[i]
	}
	for i := range k.Sources {
		if s := &k.Sources[i]; s.Claim == nil && s.Link.External == nil {
			w := a.works[s.Link.Source]
			s.Claim, s.Node, s.Record = &w.claim, w.node, w.record
		}
	}
	return nil
}

// versions has each source as it was declared: its owner may have revised it since.
func (a *asker) versions(ctx context.Context, k *Known) error {
	type version struct {
		work   registrytypes.WorkID
		number uint32
	}
	var older []version
	places := map[version][]int{}
	for i, s := range k.Sources {
		if s.Claim == nil || s.Link.WorkVersion == 0 || s.Link.WorkVersion == s.Claim.Version {
			continue
		}
		v := version{s.Link.Source, s.Link.WorkVersion}
		if places[v] == nil {
			older = append(older, v)
		}
		places[v] = append(places[v], i)
	}
	return each(ctx, len(older), func(ctx context.Context, i int) error {
		v := older[i]
		res, err := a.registry.Revisions(ctx, &registrytypes.QueryRevisionsRequest{
			Work: v.work, Pagination: &query.PageRequest{Offset: uint64(v.number) - 1, Limit: 1},
		})
		if err != nil {
			return fmt.Errorf("versions of %s: %w", v.work, err)
		}
		if len(res.Revisions) == 0 || res.Revisions[0].Version != v.number {
			return fmt.Errorf("%s has no version %d, which is declared as a source", v.work, v.number)
		}
		then := *k.Sources[places[v][0]].Claim
		then.Version, then.Details, then.BlankedSha256 = v.number, res.Revisions[0].Revision.Details, res.Revisions[0].Revision.BlankedSha256
		for _, place := range places[v] { // nobody else's
			k.Sources[place].Claim = &then
		}
		return nil
	})
}

// linksOf lists the sources of works, in their order.
func (a *asker) linksOf(ctx context.Context, works []registrytypes.WorkID) (all []lineagetypes.Link, err error) {
	lists := make([][]lineagetypes.Link, len(works))
	err = each(ctx, len(works), func(ctx context.Context, i int) (err error) {
		if node := a.works[works[i]].node; node.Sources+node.Externals > 0 {
			lists[i], err = a.links(ctx, works[i])
		}
		return err
	})
	for _, list := range lists {
		all = append(all, list...)
	}
	return all, err
}

// errEndless is what a node that lies is told.
var errEndless = errors.New("the node's list has no end: ask another node")

// maxPages bounds what a node can have said of one work: it has 1,024 sources at most.
const maxPages = 8

func (a *asker) links(ctx context.Context, work registrytypes.WorkID) (list []lineagetypes.Link, err error) {
	request := &query.PageRequest{Limit: page}
	for range maxPages {
		res, err := a.lineage.Sources(ctx, &lineagetypes.QuerySourcesRequest{Work: work, Pagination: request})
		if err != nil {
			return nil, fmt.Errorf("sources of %s: %w", work, err)
		}
		list = append(list, res.Sources...)
		if len(res.Pagination.GetNextKey()) == 0 {
			return list, nil
		}
		request = &query.PageRequest{Limit: page, Key: res.Pagination.NextKey}
	}
	return nil, fmt.Errorf("sources of %s: %w", work, errEndless)
}

// permissions asks about each grant and each terms once.
func (a *asker) permissions(ctx context.Context, k *Known) error {
	var grants []licensetypes.GrantID
	for _, s := range k.Sources {
		if _, known := a.grants[s.Link.Grant]; !known && !s.Link.Grant.IsZero() {
			a.grants[s.Link.Grant] = licensetypes.NamedGrant{}
			grants = append(grants, s.Link.Grant)
		}
	}
	found := make([]licensetypes.NamedGrant, len(grants))
	err := each(ctx, len(grants), func(ctx context.Context, i int) error {
		res, err := a.license.Grant(ctx, &licensetypes.QueryGrantRequest{Grant: grants[i]})
		if err == nil {
			found[i] = res.Grant
		}
		return err
	})
	if err != nil {
		return err
	}
	for i, id := range grants {
		a.grants[id] = found[i]
	}
	return a.licences(ctx, k)
}

func (a *asker) licences(ctx context.Context, k *Known) error {
	var ids []licensetypes.TermsID
	for _, s := range k.Sources {
		for _, id := range a.termsOf(s.Link) {
			if _, known := a.terms[id]; !known {
				a.terms[id] = licensetypes.IdentifiedTerms{}
				ids = append(ids, id)
			}
		}
	}
	found := make([]licensetypes.IdentifiedTerms, len(ids))
	err := each(ctx, len(ids), func(ctx context.Context, i int) error {
		res, err := a.license.Terms(ctx, &licensetypes.QueryTermsRequest{Terms: ids[i].String()})
		if err == nil {
			found[i] = res.Terms
		}
		return err
	})
	if err != nil {
		return err
	}
	for i, id := range ids {
		a.terms[id] = found[i]
	}
	for i := range k.Sources {
		s := &k.Sources[i]
		for _, id := range a.termsOf(s.Link) {
			s.Terms = append(s.Terms, a.terms[id])
		}
		if grant, known := a.grants[s.Link.Grant]; known {
			s.Grant = &grant
		}
	}
	return nil
}

// termsOf are the terms that an edge relies on: those named, or those of the grant.
func (a *asker) termsOf(link lineagetypes.Link) (ids []licensetypes.TermsID) {
	if !link.Terms.IsZero() {
		ids = append(ids, link.Terms)
	} else if grant, known := a.grants[link.Grant]; known {
		ids = append(ids, grant.Terms)
	}
	return append(ids, link.Also...)
}

// each does something for so many, several at once, and stops at the first error.
func each(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i := range n {
		group.Go(func() error { return do(ctx, i) })
	}
	return group.Wait()
}
