package main

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// maxLaterCredits bounds the credits that are added to an answer; `stemmad credits` lists all.
const maxLaterCredits = 8

// readLater adds to an answer what the sources of the work declared after it was made from
// them: the notice, and the credit of today. The chain's answer rests on what the work's own
// edges pin, in one row, so it knows neither.
func (c *clearing) readLater(ctx context.Context) error {
	res, err := c.conn.Lineage().Ancestors(ctx, &lineagetypes.QueryWalkRequest{
		Work: c.work.Id, EveryEdge: true, Pagination: &query.PageRequest{Limit: walkPage},
	})
	if err != nil {
		return err
	}
	links := make([]lineagetypes.Link, len(res.Steps))
	for i, step := range res.Steps {
		links[i] = step.Link
	}
	works := laterThan(c.work.Id, links, c.grantedAt(ctx))
	if len(works) == 0 {
		return nil
	}
	c.noteLater(works, res.Truncated || len(res.Pagination.GetNextKey()) > 0)
	if c.answer.Verdict != licensetypes.VERDICT_ALLOWED || incomplete(c.answer.Obligations) {
		return nil
	}
	return c.creditLater(ctx)
}

// grantedAt is since when a link pins what its source asks: the grant, where one is older.
func (c *clearing) grantedAt(ctx context.Context) func(lineagetypes.Link) time.Time {
	return func(link lineagetypes.Link) time.Time {
		if link.Grant.IsZero() {
			return link.AddedAt
		}
		res, err := c.conn.License().Grant(ctx, &licensetypes.QueryGrantRequest{Grant: link.Grant})
		if err != nil || res.Grant.Grant.GrantedAt.After(link.AddedAt) { // renewed since
			return link.AddedAt
		}
		return res.Grant.Grant.GrantedAt
	}
}

// laterThan lists the works that sources of a work declared as theirs after the work had
// been made from them, each once, in order of id. Pinned says since when a link pins what its
// source asks. A work that is reached by an older link too is no later one.
func laterThan(
	work registrytypes.WorkID, links []lineagetypes.Link, pinned func(lineagetypes.Link) time.Time,
) []registrytypes.WorkID {
	above := map[registrytypes.WorkID][]lineagetypes.Link{}
	for _, link := range links {
		above[link.Source] = append(above[link.Source], link)
	}
	// since is the latest moment of which the work knows what a source of it declared.
	known := map[registrytypes.WorkID]time.Time{}
	var since func(registrytypes.WorkID) time.Time
	since = func(id registrytypes.WorkID) time.Time {
		if at, done := known[id]; done {
			return at
		}
		var last time.Time
		for _, link := range above[id] {
			at := pinned(link)
			if link.Derivative != work {
				if at2 := since(link.Derivative); at2.Before(at) {
					at = at2
				}
			}
			if at.After(last) {
				last = at
			}
		}
		known[id] = last
		return last
	}
	var later []registrytypes.WorkID
	for id, by := range above {
		older := func(link lineagetypes.Link) bool {
			return link.Derivative == work || !link.AddedAt.After(since(link.Derivative))
		}
		if !slices.ContainsFunc(by, older) {
			later = append(later, id)
		}
	}
	slices.SortFunc(later, func(a, b registrytypes.WorkID) int { return cmp.Compare(a.String(), b.String()) })
	return later
}

// noteLater adds works to the notice of later sources.
func (c *clearing) noteLater(works []registrytypes.WorkID, more bool) {
	at := slices.IndexFunc(c.answer.Notices, func(n licensetypes.Notice) bool { return n.Code == string(rules.LaterSource) })
	if at < 0 {
		c.answer.Notices = append(c.answer.Notices, licensetypes.Notice{Code: string(rules.LaterSource)})
		at = len(c.answer.Notices) - 1
	}
	n := &c.answer.Notices[at]
	n.AtLeast = n.AtLeast || more
	for _, work := range works {
		if slices.Contains(n.Works, work) {
			continue
		}
		if n.Count++; len(n.Works) < licensetypes.MaxNoticeWorks {
			n.Works = append(n.Works, work)
		}
	}
}

func incomplete(list []licensetypes.Obligation) bool {
	return slices.ContainsFunc(list, func(o licensetypes.Obligation) bool { return o.Incomplete })
}

// creditLater adds the credits that the answer does not have.
func (c *clearing) creditLater(ctx context.Context) error {
	res, err := c.conn.Lineage().Credits(ctx, &lineagetypes.QueryCreditsRequest{
		Work: c.work.Id, Pagination: &query.PageRequest{Limit: walkPage},
	})
	if err != nil {
		return err
	}
	added := 0
	for _, credit := range res.Credits {
		if slices.ContainsFunc(c.answer.Obligations, func(o licensetypes.Obligation) bool {
			return o.Kind == licensetypes.OBLIGATION_ATTRIBUTION && o.Work == credit.Work && o.Terms == credit.Terms
		}) {
			continue
		}
		if added++; added > maxLaterCredits {
			c.answer.Obligations[len(c.answer.Obligations)-1].Incomplete = true
			return nil
		}
		c.answer.Obligations = append(c.answer.Obligations, licensetypes.Obligation{
			Kind: licensetypes.OBLIGATION_ATTRIBUTION, Work: credit.Work, Terms: credit.Terms, WorkVersion: credit.WorkVersion, Text: credit.Text,
		})
	}
	return nil
}
