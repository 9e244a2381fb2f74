package pages

import (
	"context"
	"fmt"
	"html"
	"html/template"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/stemma-chain/stemma/portal/index"
	"github.com/stemma-chain/stemma/portal/picture"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// loud is a title that takes as many bytes of a page as any: five for each of its own.
var loud = strings.Repeat(`"`, registrytypes.MaxTitle)

// titled are edges between works whose titles are loud. It counts what is asked of it.
type titled struct {
	edges
	asked *int
}

func (x titled) Near(ctx context.Context, of []index.Number) ([]index.Near, error) {
	*x.asked += len(of)
	return x.edges.Near(ctx, of)
}

func (x titled) Among(ctx context.Context, of []index.Number) ([]index.Work, []index.Edge, error) {
	works, between, err := x.edges.Among(ctx, of)
	for i := range works {
		works[i].Title, works[i].Described = loud, true
	}
	return works, between, err
}

func (x titled) Work(_ context.Context, id registrytypes.WorkID) (index.Work, error) {
	return index.Work{ID: id, Title: loud, Described: true}, nil
}

// Titles that take much room do not empty the picture of a work that they were made from, and however little
// fits, drawing ends.
func TestLongTitlesDoNotEmptyAPicture(t *testing.T) {
	var list [][2]int
	for i := range 60 {
		list = append(list, [2]int{i + 2, 1}, [2]int{1000 + i, i + 2})
	}
	questions := 0
	s, _ := siteOf(t, titled{edges{list: list}, &questions}, map[string]func(any) error{
		"Holders": func(any) error { return status.Error(codes.NotFound, "the node is a block behind the index") },
	})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	v := &visit{site: s, lang: s.languages["en"]}
	d, err := v.draw(ctx, numbered(1), maxDrawn, mostDrawn)
	require.NoError(t, err)
	require.LessOrEqual(t, len(d.SVG)+len(d.Text), mostDrawn)
	require.GreaterOrEqual(t, strings.Count(string(d.SVG), `<a transform`)+strings.Count(string(d.SVG), `<a class`), maxBeside)
	require.LessOrEqual(t, questions, maxDrawn, "the index is asked once about each work")
	require.True(t, d.Cut)

	d, err = v.draw(ctx, numbered(1), maxBeside, 10)
	require.NoError(t, err)
	require.NotEmpty(t, d.SVG)
}

// However much happened in a transaction, and whatever works are called, its page stays small.
func TestAPageOfATransactionIsSmall(t *testing.T) {
	questions := 0
	s, _ := siteOf(t, titled{asked: &questions}, nil)
	hash := strings.Repeat("ab", 32)
	var events []index.Event
	for i := range index.MaxPage {
		e := index.Event{Type: "stemma.lineage.v1.EventWeightsSet", ID: int64(i + 1)}
		e.Place = index.Place{Height: 5, Tx: []byte(hash)[:32], Time: time.Unix(1e9, 0)}
		for j := range maxAbout {
			id := numbered(i*maxAbout + j)
			e.Attributes = append(e.Attributes, index.Attribute{Key: fmt.Sprintf("work%d", j), Value: `"` + id.String() + `"`})
		}
		events = append(events, e)
	}
	s.Index = busy{s.Index, events}
	v, page := &visit{site: s, lang: s.languages["en"], r: nil}, txPage{}
	found, err := s.Index.OfTx(t.Context(), nil, "", txEvents)
	require.NoError(t, err)
	page.History, err = v.happenings(t.Context(), found.Rows)
	require.NoError(t, err)
	for left := maxPayees; left > 0; {
		p := payment{Kind: "A payment", Amount: "100.00 USDC"}
		for range left/2 + 1 {
			to := v.named(t.Context(), numbered(2))
			p.Shares = append(p.Shares, payee{Account: to, Work: to, Amount: "100.00 USDC"})
		}
		left -= len(p.Shares)
		page.Payments = append(page.Payments, p)
	}
	w := shown(t, s, "tx.html", &page)
	require.Less(t, w, MaxPage)
}

// busy is an index in which a transaction did much.
type busy struct {
	Index
	events []index.Event
}

func (h busy) OfTx(_ context.Context, _ []byte, _ string, limit int) (p index.Page[index.Event], err error) {
	p.Rows, p.Next = h.events[:limit], "more"
	return p, nil
}

// shown is how many bytes a page has.
func shown(t *testing.T, s *Site, name string, page any) (bytes int) {
	t.Helper()
	handler := s.page(func(_ context.Context, v *visit) error { return v.show(http.StatusOK, name, "A title", page) })
	return record(handler, "/").Body.Len()
}

// A work whose owner and neighbours make its page as large as the chain lets them has a page all the same.
func TestAWorksPageIsSmallWhateverIsSaid(t *testing.T) {
	s, _ := siteOf(t, emptyIndex(t), nil)
	page := workPage{ID: numbered(1).String(), Title: loud, More: strings.Repeat("&", registrytypes.MaxURI), Drawn: drawn{SVG: "<svg></svg>"}}
	page.Drawn.Text = template.HTML(strings.Repeat("x", mostBeside))
	for range registrytypes.MaxCreators {
		page.Creators = append(page.Creators, creator{Name: clip(loud), Role: clip(loud)})
	}
	to := workLink(numbered(2), loud)
	for range maxShown {
		page.Sources = append(page.Sources, source{External: clipLong(loud), Role: "part"})
		page.UsedIn = append(page.UsedIn, source{Work: to, Role: "part", Terms: link{loud[:64], "/terms/x"}})
		page.Rivals = append(page.Rivals, rival{link: to, Owner: to})
		page.History = append(page.History, happening{What: "x", About: []link{to, to, to, to, to}, Tx: strings.Repeat("A", 64)})
	}
	for range maxPaid {
		page.Payees = append(page.Payees, payee{Account: to, Work: to})
	}
	page.Question.Asked = true
	for range 65 {
		page.Question.Answer.Duties = append(page.Question.Answer.Duties, line{Text: loud + loud})
	}
	require.LessOrEqual(t, shown(t, s, "work.html", &page), MaxPage)
	require.True(t, page.MoreLinks)
	require.NotEmpty(t, page.MoreUntold)
}

// Lists of works say who made them, and not at any length.
func TestNamesInListsAreShort(t *testing.T) {
	var many []registrytypes.Creator
	for range registrytypes.MaxCreators {
		many = append(many, registrytypes.Creator{Name: loud[:registrytypes.MaxCreatorName]})
	}
	require.LessOrEqual(t, len(html.EscapeString(creatorsOf(many))), clipBytes+len("…"))
	require.Equal(t, "Ann, Ben", creatorsOf([]registrytypes.Creator{{Name: "Ann"}, {Name: "Ben"}}))
}

// A dispute about much, or a network of many, has a page that says that there is more.
func TestDisputesAndValidatorsAreBounded(t *testing.T) {
	s, _ := siteOf(t, emptyIndex(t), nil)
	dispute := disputePage{Rulings: make([]ruling, 2)}
	for range 400 {
		text := strings.Repeat("x", 200)
		dispute.Claimed = append(dispute.Claimed, text)
		dispute.Rulings[0].Redress = append(dispute.Rulings[0].Redress, text)
	}
	require.LessOrEqual(t, shown(t, s, "dispute.html", &dispute), MaxPage)
	require.True(t, dispute.MoreClaimed)
	network := networkPage{}
	for range maxValidators {
		network.Validators = append(network.Validators, validator{Name: loud[:128]})
	}
	require.LessOrEqual(t, shown(t, s, "network.html", &network), MaxPage)
	require.True(t, network.More)
}

// Who holds the most is named in a picture, wherever it stands in the table, and the others are counted.
func TestAPictureNamesWhoHoldsTheMost(t *testing.T) {
	var table []royaltytypes.Holding
	for i := range flow.MaxHolders - 1 {
		table = append(table, royaltytypes.Holding{Account: fmt.Sprintf("dust-%d", i), Weight: 1})
	}
	table = append(table, royaltytypes.Holding{Account: "main", Weight: 1_000_000 - flow.MaxHolders + 1})
	payees := payeesOf(table)
	require.Len(t, payees, namedPayees+1)
	require.LessOrEqual(t, len(payees), picture.MaxPayees)
	require.Equal(t, picture.Payee{Name: "main", Share: 1_000_000 - flow.MaxHolders + 1}, payees[0])
	others := picture.Payee{Name: fmt.Sprintf("+%d", flow.MaxHolders-namedPayees), Share: flow.MaxHolders - namedPayees}
	require.Equal(t, others, payees[namedPayees])
	require.Len(t, payeesOf(table[:3]), 3)
}
