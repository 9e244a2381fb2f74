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
	members map[index.Number]*member
	ids     map[registrytypes.WorkID]bool
	// edges are all between members.
	edges []index.Edge
	// crowded: there is no room for all edges between them.
	crowded bool
	// order is that in which they were found: the nearest first.
	order []*member
	// opened are those that the reader asked for all neighbours of.
	opened []registrytypes.WorkID
}

// member is a work of a family.
type member struct {
	number index.Number
	work   index.Work
	// near is what it has edges to; known: the index was asked.
	near   index.Near
	known  bool
	payees []picture.Payee
}

// gather finds the works around one, breadth first, sources and derivatives by turns, and all neighbours of those of
// them that the reader opened.
func (s *Site) gather(ctx context.Context, focus registrytypes.WorkID, most int, opened []registrytypes.WorkID) (*family, error) {
	number, err := s.Index.Number(ctx, focus)
	if err != nil {
		return nil, err
	}
	f := &family{focus: focus, most: most, members: map[index.Number]*member{}}
	f.add(number)
	up, down := []*member{f.order[0]}, []*member{f.order[0]}
	for (len(up) > 0 || len(down) > 0) && len(f.order) < f.most {
		if unknown(up) || unknown(down) {
			if err := f.look(ctx, s.Index); err != nil {
				return nil, err
			}
		}
		up = f.expand(up, func(m *member) []index.Number { return m.near.Sources })
		down = f.expand(down, func(m *member) []index.Number { return m.near.Derivatives })
	}
	if len(opened) > 0 {
		f.most = maxDrawn
	}
	if err := f.open(ctx, s.Index, opened); err != nil {
		return nil, err
	}
	return f, f.read(ctx, s.Index)
}

// read asks the index for the works and all edges between them.
func (f *family) read(ctx context.Context, x Index) error {
	if err := f.look(ctx, x); err != nil {
		return err
	}
	numbers := make([]index.Number, len(f.order))
	for i, m := range f.order {
		numbers[i] = m.number
	}
	works, edges, err := x.Among(ctx, numbers)
	if err != nil {
		return err
	}
	f.edges, f.ids = edges, map[registrytypes.WorkID]bool{}
	for i, m := range f.order {
		m.work, f.ids[works[i].ID] = works[i], true
	}
	return nil
}

// unknown says that the first work of a queue can't be expanded before it was looked at.
func unknown(queue []*member) bool { return len(queue) > 0 && !queue[0].known }

// look asks what all members have edges to of which that is not known: few questions serve many works.
func (f *family) look(ctx context.Context, x Index) error {
	var of []*member
	var numbers []index.Number
	for _, m := range f.order {
		if !m.known {
			m.known = true
			of, numbers = append(of, m), append(numbers, m.number)
		}
	}
	near, err := x.Near(ctx, numbers)
	for i := range near {
		of[i].near = near[i]
	}
	return err
}

// expand adds the neighbours of the first work of a queue, and puts them and the others
// that it has too many of behind.
func (f *family) expand(queue []*member, near func(*member) []index.Number) []*member {
	if len(queue) == 0 {
		return nil
	}
	first, added := queue[0], 0
	queue = queue[1:]
	for _, n := range near(first) {
		if f.members[n] != nil {
			continue
		}
		if len(f.order) >= f.most {
			return nil
		}
		if added == fan {
			return append(queue, first)
		}
		queue = append(queue, f.add(n))
		added++
	}
	return queue
}

func (f *family) add(n index.Number) *member {
	m := &member{number: n}
	f.members[n] = m
	f.order = append(f.order, m)
	return m
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
	for _, e := range f.edges {
		if len(g.Edges) < picture.MaxEdges {
			g.Edges = append(g.Edges, picture.Edge{
				From: e.Derivative.String(), To: e.Source.String(), Role: pictureRoles[e.Role], Conflict: e.Conflict, Unapproved: e.Unapproved,
			})
		}
	}
	f.crowded = len(f.edges) > picture.MaxEdges
	byContent := map[registrytypes.Digest][]string{}
	for _, m := range f.order {
		g.Nodes = append(g.Nodes, v.node(f, m))
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
	hidden := func(near []index.Number, more bool) picture.More {
		count := 0
		for _, n := range near {
			if f.members[n] == nil {
				count++
			}
		}
		if count == 0 {
			return picture.More{}
		}
		return picture.More{Count: count, AtLeast: more, Href: v.opens(f, m.work.ID)}
	}
	n.MoreSources, n.MoreDerivatives = hidden(m.near.Sources, m.near.MoreSources), hidden(m.near.Derivatives, m.near.MoreDerivatives)
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
	// Wide: the picture is for a wide screen.
	Wide bool
}

// wideQuery asks for a picture for a wide screen, and wideWidth is how much room the page has there, in pixels.
const (
	wideQuery = "?wide=1"
	wideWidth = 800
)

// lineagePath is the page with a work's picture, for a screen like the reader's.
func (v *visit) lineagePath(id string) string {
	path := "/works/" + id + "/lineage"
	if v.wide {
		path += wideQuery
	}
	return path
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
	v.wide = v.r.URL.Query().Get("wide") != ""
	page := lineagePage{Work: v.named(ctx, id), Height: height, Wide: v.wide}
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
	opened, err := v.opened()
	if err != nil {
		return drawn{}, err
	}
	f, err := v.site.gather(ctx, id, most, opened)
	if errors.Is(err, index.ErrNotFound) {
		return drawn{}, nil
	}
	if err != nil {
		return drawn{}, err
	}
	if err := v.site.holders(ctx, f); err != nil {
		return drawn{}, err
	}
	bytes = room(bytes, opened)
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
		delete(f.members, m.number)
		delete(f.ids, m.work.ID)
	}
	f.order, f.most = f.order[:most], most
	f.edges = slices.DeleteFunc(f.edges, func(e index.Edge) bool { return !f.ids[e.Derivative] || !f.ids[e.Source] })
}

// drawAll draws a family.
func (v *visit) drawAll(f *family) (drawn, error) {
	g, options := v.graph(f), picture.Options{Words: v.pictureWords()}
	if v.wide {
		options.Width = wideWidth
	}
	placed, err := picture.Layout(g, options)
	if err != nil {
		return drawn{}, fmt.Errorf("draw the lineage of %s: %w", f.focus, err)
	}
	text, err := picture.Text(g, options)
	return drawn{SVG: picture.SVG(placed), Text: text, Cut: len(f.order) >= f.most, Works: len(f.order)}, err
}
