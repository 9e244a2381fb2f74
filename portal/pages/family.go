package pages

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/stemma-chain/stemma/portal/index"
	"github.com/stemma-chain/stemma/portal/picture"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

const (
	// maxBeside is how many works a work's page draws, maxDrawn how many a page of its own does.
	maxBeside = 30
	maxDrawn  = picture.MaxNodes
	// fan is how many sources or derivatives of one work are drawn before others have their turn.
	fan = 12
	// askedAtOnce bounds questions about the works of a picture.
	askedAtOnce = 8
)

// family is the works around one, as far as a picture has room for them.
type family struct {
	focus   registrytypes.WorkID
	most    int
	members map[registrytypes.WorkID]*member
	// crowded: there is no room for all edges between them.
	crowded bool
	// order is that in which they were found: the nearest first.
	order []*member
	// opened are those that the reader asked for all neighbours of.
	opened []registrytypes.WorkID
}

// member is a work of a family. Its edges are the first that the index has, and more says
// that there are others.
type member struct {
	work                         index.Work
	sources, derivatives         []index.Edge
	moreSources, moreDerivatives bool
	payees                       []picture.Payee
}

// gather finds the works around one, breadth first, sources and derivatives by turns.
func (s *Site) gather(ctx context.Context, focus index.Work, most int) (*family, error) {
	f := &family{focus: focus.ID, most: most, members: map[registrytypes.WorkID]*member{}}
	if err := f.add(ctx, s.Index, focus); err != nil {
		return nil, err
	}
	up, down := []*member{f.order[0]}, []*member{f.order[0]}
	for (len(up) > 0 || len(down) > 0) && len(f.order) < f.most {
		var err error
		if up, err = f.expand(ctx, s.Index, up, func(m *member) []index.Edge { return m.sources }); err != nil {
			return nil, err
		}
		if down, err = f.expand(ctx, s.Index, down, func(m *member) []index.Edge { return m.derivatives }); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// expand adds the neighbours of the first work of a queue, and puts them and the others
// that it has too many of behind.
func (f *family) expand(
	ctx context.Context, x Index, queue []*member, edges func(*member) []index.Edge,
) ([]*member, error) {
	if len(queue) == 0 {
		return nil, nil
	}
	first, added := queue[0], 0
	queue = queue[1:]
	for _, e := range edges(first) {
		if f.members[e.Other.ID] != nil {
			continue
		}
		if len(f.order) >= f.most {
			return nil, nil
		}
		if added == fan {
			queue = append(queue, first)
			break
		}
		if err := f.add(ctx, x, e.Other); err != nil {
			return nil, err
		}
		added++
		queue = append(queue, f.order[len(f.order)-1])
	}
	return queue, nil
}

func (f *family) add(ctx context.Context, x Index, w index.Work) error {
	sources, err := x.Sources(ctx, w.ID, "", index.MaxPage)
	if err != nil {
		return err
	}
	derivatives, err := x.Derivatives(ctx, w.ID, "", index.MaxPage)
	if err != nil {
		return err
	}
	m := &member{
		work: w, sources: sources.Rows, derivatives: derivatives.Rows,
		moreSources: sources.Next != "", moreDerivatives: derivatives.Next != "",
	}
	f.members[w.ID] = m
	f.order = append(f.order, m)
	return nil
}

// holders asks who is paid for each work.
func (s *Site) holders(ctx context.Context, f *family) error {
	ctx, group := errgroupAt(ctx)
	group.SetLimit(askedAtOnce)
	for _, m := range f.order {
		group.Go(func() error {
			res, err := s.Client.Royalty().Holders(ctx, &royaltytypes.QueryHoldersRequest{Work: m.work.ID})
			if status.Code(err) == codes.NotFound {
				return nil // the index is a block ahead of the page
			}
			if err != nil {
				return err
			}
			m.payees = payeesOf(res.Holders)
			return nil
		})
	}
	return group.Wait()
}

// namedPayees is how many of a work's holders a picture names; the others are one line of it.
const namedPayees = 8

// payeesOf are those who hold the most, whatever the order of the table, and how many others hold the rest.
func payeesOf(holders []royaltytypes.Holding) (payees []picture.Payee) {
	sorted := slices.SortedStableFunc(slices.Values(holders), func(a, b royaltytypes.Holding) int { return cmp.Compare(b.Weight, a.Weight) })
	others, rest := 0, uint32(0)
	for i, h := range sorted {
		if i < namedPayees {
			payees = append(payees, picture.Payee{Name: short(h.Account), Share: h.Weight})
			continue
		}
		others, rest = others+1, rest+h.Weight
	}
	if others > 0 {
		payees = append(payees, picture.Payee{Name: "+" + itoa(int64(others)), Share: rest})
	}
	return payees
}

// graph is the family as it is drawn.
func (v *visit) graph(f *family) picture.Graph {
	g := picture.Graph{Focus: f.focus.String()}
	f.crowded = false
	// An edge is known at either end: one end may have more than the index lists at once.
	drawn := map[[2]registrytypes.WorkID]bool{}
	byContent := map[registrytypes.Digest][]string{}
	for _, m := range f.order {
		g.Nodes = append(g.Nodes, v.node(f, m))
		for _, e := range slices.Concat(m.sources, m.derivatives) {
			ends := [2]registrytypes.WorkID{e.Derivative, e.Source}
			if f.members[e.Source] == nil || f.members[e.Derivative] == nil || drawn[ends] {
				continue
			}
			drawn[ends] = true
			if f.crowded = f.crowded || len(g.Edges) == picture.MaxEdges; !f.crowded {
				g.Edges = append(g.Edges, picture.Edge{
					From: e.Derivative.String(), To: e.Source.String(), Role: pictureRoles[e.Role], Conflict: e.Conflict, Unapproved: e.Unapproved,
				})
			}
		}
		for _, other := range byContent[m.work.SHA256] {
			if len(g.Rivals) < picture.MaxRivals {
				g.Rivals = append(g.Rivals, picture.Rivalry{A: other, B: m.work.ID.String()})
			}
		}
		if !m.work.SHA256.IsZero() {
			byContent[m.work.SHA256] = append(byContent[m.work.SHA256], m.work.ID.String())
		}
	}
	return g
}

func (v *visit) node(f *family, m *member) picture.Node {
	id := m.work.ID.String()
	n := picture.Node{
		ID: id, Title: clip(m.work.Title), Kind: v.kind(m.work.Kind), Href: "/works/" + id, Payees: m.payees,
		Disputed:  m.work.Status == registrytypes.STATUS_DISPUTED,
		Withdrawn: m.work.Status == registrytypes.STATUS_WITHDRAWN,
		Invalid:   m.work.Status == registrytypes.STATUS_INVALIDATED,
	}
	if strings.TrimSpace(n.Title) == "" || v.site.Denied(id) {
		n.Title = short(id)
	}
	hidden := func(edges []index.Edge, more bool) picture.More {
		count := 0
		for _, e := range edges {
			if f.members[e.Other.ID] == nil {
				count++
			}
		}
		if count == 0 {
			return picture.More{}
		}
		return picture.More{Count: count, AtLeast: more, Href: v.opens(f, m.work.ID)}
	}
	n.MoreSources, n.MoreDerivatives = hidden(m.sources, m.moreSources), hidden(m.derivatives, m.moreDerivatives)
	return n
}

// pictureRoles are the kinds of lines that pictures have for roles.
var pictureRoles = map[lineagetypes.Role]string{
	lineagetypes.ROLE_PARENT_OF: picture.RoleParent, lineagetypes.ROLE_COMPONENT_OF: picture.RoleComponent,
	lineagetypes.ROLE_INPUT_TO: picture.RoleInput, lineagetypes.ROLE_TRAINED_ON: picture.RoleTraining,
	lineagetypes.ROLE_CITES: picture.RoleCitation, lineagetypes.ROLE_CONTAINS: picture.RoleContains,
}

// pictureWords are the words of a picture in the reader's language.
func (v *visit) pictureWords() picture.Words {
	roles := map[string]string{}
	for r, key := range pictureRoles {
		roles[key] = v.role(r)
	}
	return picture.Words{
		Roles: roles, Lineage: v.T("lineage.title"), Reading: v.T("picture.reading"), MadeOf: v.T("sources.title"), UsedIn: v.T("used.title"),
		MoreSources: v.T("picture.more_sources"), MoreDerivatives: v.T("picture.more_derivatives"), Untitled: v.T("picture.untitled"),
		PaidTo: v.T("picture.paid"), Disputed: v.T("status.disputed"), Withdrawn: v.T("status.withdrawn"), Invalid: v.T("status.invalidated"),
		Rival: v.T("picture.rival"), Rivals: v.T("rivals.title"), Contested: v.T("picture.contested"), Unapproved: v.T("picture.unapproved"),
		Above: v.T("picture.above"), Also: v.T("picture.also"), None: v.T("picture.none"),
	}
}

type lineagePage struct {
	Work   link
	Drawn  drawn
	Height int64
}

func (s *Site) lineage(ctx context.Context, v *visit) error {
	id, err := v.workID()
	if err != nil {
		return err
	}
	height, _, err := s.Client.Latest(ctx)
	if err != nil {
		return err
	}
	page := lineagePage{Work: v.named(ctx, id), Height: height}
	if page.Drawn, err = v.draw(v.at(ctx, height), id, maxDrawn, mostDrawn); err != nil {
		return err
	}
	return v.show(http.StatusOK, "lineage.html", v.T("lineage.title"), page)
}

// drawn is a picture and what it says in words.
type drawn struct {
	SVG, Text template.HTML
	// Cut: there are more works around it than are drawn.
	Cut bool
	// Works is how many are.
	Works int
}

// mostBeside and mostDrawn are how many bytes a picture and its words may take: of a work's page,
// and of a page of its own.
const mostBeside, mostDrawn = 30_000, 75_000

// draw draws the works around one: as many as fit a page. A work that the index does not have
// yet has no picture.
func (v *visit) draw(ctx context.Context, id registrytypes.WorkID, most, bytes int) (drawn, error) {
	focus, err := v.site.Index.Work(ctx, id)
	if errors.Is(err, index.ErrNotFound) {
		return drawn{}, nil
	}
	if err != nil {
		return drawn{}, err
	}
	f, err := v.site.gather(ctx, focus, most)
	if err != nil {
		return drawn{}, err
	}
	opened, err := v.opened()
	if err != nil {
		return drawn{}, err
	}
	f.most, bytes = room(most, bytes, opened)
	if err := f.open(ctx, v.site.Index, opened); err != nil {
		return drawn{}, err
	}
	if err := v.site.holders(ctx, f); err != nil {
		return drawn{}, err
	}
	for {
		d, err := v.drawAll(f)
		if err != nil || !f.crowded && len(d.SVG)+len(d.Text) <= bytes || len(f.order) == 1 {
			return d, err
		}
		f.keep(len(f.order) * 2 / 3) // many edges
	}
}

// keep leaves the nearest works of a family, as many as that.
func (f *family) keep(most int) {
	most = max(1, most)
	for _, m := range f.order[most:] {
		delete(f.members, m.work.ID)
	}
	f.order, f.most = f.order[:most], most
}

// drawAll draws a family.
func (v *visit) drawAll(f *family) (drawn, error) {
	g, options := v.graph(f), picture.Options{Words: v.pictureWords()}
	placed, err := picture.Layout(g, options)
	if err != nil {
		return drawn{}, fmt.Errorf("draw the lineage of %s: %w", f.focus, err)
	}
	text, err := picture.Text(g, options)
	return drawn{SVG: picture.SVG(placed), Text: text, Cut: len(f.order) >= f.most, Works: len(f.order)}, err
}
