package pages

import (
	"context"
	"encoding/binary"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/portal/index"
	"github.com/stemma-chain/stemma/portal/picture"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// edges is an index of edges alone: derivative to source.
type edges struct {
	Index
	list [][2]int
}

func numbered(n int) (id registrytypes.WorkID) {
	binary.BigEndian.PutUint64(id[:], uint64(n))
	return id
}

func (edges) Number(_ context.Context, id registrytypes.WorkID) (index.Number, error) {
	return index.Number(binary.BigEndian.Uint64(id[:])), nil
}

func (e edges) others(of index.Number, side int) (list []index.Number, more bool) {
	for _, edge := range e.list {
		if edge[side] != int(of) {
			continue
		}
		if len(list) == index.MaxPage {
			return list, true
		}
		list = append(list, index.Number(edge[1-side]))
	}
	return list, false
}

func (e edges) Near(_ context.Context, of []index.Number) (all []index.Near, err error) {
	for _, n := range of {
		var near index.Near
		near.Sources, near.MoreSources = e.others(n, 0)
		near.Derivatives, near.MoreDerivatives = e.others(n, 1)
		all = append(all, near)
	}
	return all, nil
}

func (e edges) Among(_ context.Context, of []index.Number) (works []index.Work, between []index.Edge, err error) {
	for _, n := range of {
		works = append(works, index.Work{ID: numbered(int(n))})
	}
	for _, edge := range e.list {
		if slices.Contains(of, index.Number(edge[0])) && slices.Contains(of, index.Number(edge[1])) {
			between = append(between, index.Edge{Derivative: numbered(edge[0]), Source: numbered(edge[1])})
		}
	}
	return works, between, nil
}

func drawFamily(t *testing.T, list [][2]int, focus, most int) (*family, picture.Graph) {
	t.Helper()
	s := &Site{Config: Config{Index: edges{list: list}, Denied: func(string) bool { return false }}}
	l, err := s.load("en")
	require.NoError(t, err)
	f, err := s.gather(t.Context(), numbered(focus), most, nil)
	require.NoError(t, err)
	return f, (&visit{site: s, lang: l}).graph(f)
}

// A work with ten thousand derivatives is drawn with some of them, and says that there are more.
func TestAPictureOfManyIsBounded(t *testing.T) {
	var list [][2]int
	for i := range 1000 {
		list = append(list, [2]int{i + 2, 1})
	}
	f, g := drawFamily(t, list, 1, maxBeside)
	require.Len(t, g.Nodes, maxBeside)
	require.Len(t, g.Edges, maxBeside-1)
	require.True(t, f.order[0].near.MoreDerivatives)
	require.Equal(t, index.MaxPage-(maxBeside-1), g.Nodes[0].MoreDerivatives.Count)
	require.True(t, g.Nodes[0].MoreDerivatives.AtLeast)
	_, err := picture.Layout(g, picture.Options{})
	require.NoError(t, err)
}

// A merge of many sources is drawn whole, sources of sources too, and edges between them.
func TestAMergeIsDrawnWhole(t *testing.T) {
	var list [][2]int
	for i := range 29 {
		list = append(list, [2]int{1, i + 2}, [2]int{i + 2, 100 + i})
	}
	list = append(list, [2]int{1, 100})
	_, g := drawFamily(t, list, 1, maxDrawn)
	require.Len(t, g.Nodes, 1+29+29)
	require.Len(t, g.Edges, len(list))
	for _, n := range g.Nodes {
		require.Zero(t, n.MoreSources.Count, n.ID)
		require.Zero(t, n.MoreDerivatives.Count, n.ID)
	}
}

// Where there is no room for all, sources and derivatives have turns.
func TestSourcesAndDerivativesHaveTurns(t *testing.T) {
	var list [][2]int
	for i := range 100 {
		list = append(list, [2]int{1, 1000 + i}, [2]int{2000 + i, 1})
	}
	f, _ := drawFamily(t, list, 1, maxBeside)
	above, below := 0, 0
	for _, m := range f.order[1:] {
		if n := binary.BigEndian.Uint64(m.work.ID[:]); n < 2000 {
			above++
		} else {
			below++
		}
	}
	require.GreaterOrEqual(t, above, fan)
	require.GreaterOrEqual(t, below, fan)
}

// Where works have more edges between them than a picture has room for, it has fewer works and all their edges:
// a work that others crowd out would stand there as if nothing led to it.
func TestAPictureHasAllEdgesOfItsWorks(t *testing.T) {
	var list [][2]int
	for i := range 60 {
		for j := range i {
			list = append(list, [2]int{i + 1, j + 1})
		}
	}
	s, _ := siteOf(t, titled{edges{list: list}, new(int)}, nil)
	v := &visit{site: s, lang: s.languages["en"]}
	f, err := s.gather(t.Context(), numbered(30), maxDrawn, nil)
	require.NoError(t, err)
	_, err = v.drawAll(f)
	require.NoError(t, err)
	require.True(t, f.crowded)
	d, err := v.draw(t.Context(), numbered(30), maxDrawn, mostDrawn)
	require.NoError(t, err)
	require.True(t, d.Cut)
	f.keep(26) // 60, 40, 26
	g := v.graph(f)
	require.False(t, f.crowded)
	require.Len(t, g.Edges, 26*25/2)
}

// A work that is one of very many sources is drawn as one, although it is not among the first of them.
func TestTheLastOfManySourcesIsDrawnAsOne(t *testing.T) {
	var list [][2]int
	for i := range 400 {
		list = append(list, [2]int{1, i + 2})
	}
	_, g := drawFamily(t, list, 401, maxBeside)
	edges := map[[2]string]bool{}
	for _, e := range g.Edges {
		require.False(t, edges[[2]string{e.From, e.To}], "twice")
		edges[[2]string{e.From, e.To}] = true
	}
	require.True(t, edges[[2]string{numbered(1).String(), numbered(401).String()}])
}

// counted counts the questions to an index.
type counted struct {
	edges
	questions *int
}

func (x counted) Near(ctx context.Context, of []index.Number) ([]index.Near, error) {
	*x.questions++
	return x.edges.Near(ctx, of)
}

func (x counted) Among(ctx context.Context, of []index.Number) ([]index.Work, []index.Edge, error) {
	*x.questions++
	return x.edges.Among(ctx, of)
}

// A picture of many works with many neighbours each takes few questions of the index, whatever it draws of them.
func TestALargePictureIsCheap(t *testing.T) {
	var list [][2]int
	for i := range 150 {
		for j := range 100 {
			list = append(list, [2]int{i + 1, 1000 + j}, [2]int{2000 + j, i + 1})
		}
	}
	questions := 0
	s, _ := siteOf(t, counted{edges{list: list}, &questions}, nil)
	f, err := s.gather(t.Context(), numbered(1), maxDrawn, nil)
	require.NoError(t, err)
	require.Len(t, f.order, maxDrawn)
	require.LessOrEqual(t, questions, 12)
}

// On a wide screen the same works stand side by side; what leads on from there is for such a screen too.
func TestAPictureForAWideScreenIsWide(t *testing.T) {
	var list [][2]int
	for i := range maxDrawn + 50 {
		list = append(list, [2]int{i + 2, 1})
	}
	s, _ := siteOf(t, titled{edges{list: list}, new(int)}, nil)
	size := regexp.MustCompile(`<svg class="pic-svg"[^>]* width="([\d.]+)rem" height="([\d.]+)rem"`)
	path := "/works/" + numbered(1).String() + "/lineage"
	read := func(path string) (body string, width, height float64) {
		body = get(s, path).Body.String()
		require.LessOrEqual(t, len(body), MaxPage)
		found := size.FindStringSubmatch(body)
		require.NotEmpty(t, found, body)
		width, _ = strconv.ParseFloat(found[1], 64)
		height, _ = strconv.ParseFloat(found[2], 64)
		return body, width, height
	}
	body, narrow, high := read(path)
	require.Contains(t, body, `<a href="?wide=1">For a wide screen</a>`)
	require.NotContains(t, body, "/lineage?wide")
	require.LessOrEqual(t, 16*narrow, float64(picture.DefaultWidth))
	body, wide, low := read(path + "?wide=1")
	require.Contains(t, body, `<a href="?">For a narrow screen</a>`)
	require.Contains(t, body, path+"?wide=1")
	require.Greater(t, wide, narrow)
	require.LessOrEqual(t, 16*wide, float64(wideWidth))
	require.Less(t, low, high*2/3)
}
