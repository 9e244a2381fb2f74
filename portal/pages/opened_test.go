package pages

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/portal/picture"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// opening draws the family of work 1 as an address asks for it.
func opening(t *testing.T, list [][2]int, path, query string) (*family, picture.Graph, drawn) {
	t.Helper()
	s, _ := siteOf(t, titled{edges{list: list}, new(int)}, nil)
	v := &visit{site: s, lang: s.languages["en"], r: httptest.NewRequest("GET", path+"?"+query, nil)}
	d, err := v.draw(t.Context(), numbered(1), maxBeside, mostBeside)
	require.NoError(t, err)
	ids, err := v.opened()
	require.NoError(t, err)
	f, err := s.gather(t.Context(), numbered(1), maxBeside, ids)
	require.NoError(t, err)
	return f, v.graph(f), d
}

func moreOf(g picture.Graph, work int) picture.More {
	for _, n := range g.Nodes {
		if n.ID == numbered(work).String() {
			return n.MoreSources
		}
	}
	return picture.More{}
}

// wide is a work of four sources, each of which has twenty.
func wide() (list [][2]int) {
	for i := range 4 {
		list = append(list, [2]int{1, 2 + i})
		for j := range 20 {
			list = append(list, [2]int{2 + i, 100*(i+1) + j})
		}
	}
	return list
}

// A link to more leads to the same picture with all neighbours of that work, and one to another work's from there keeps them.
func TestALinkToMoreOpensAWork(t *testing.T) {
	path := "/works/" + numbered(1).String()
	f, g, before := opening(t, wide(), path, "")
	require.Len(t, f.order, maxBeside)
	require.Equal(t, path+"?open="+numbered(4).String()+"#sources", moreOf(g, 4).Href)
	require.NotZero(t, moreOf(g, 4).Count)

	f, g, after := opening(t, wide(), path, "open="+numbered(4).String())
	require.Zero(t, moreOf(g, 4).Count)
	require.Greater(t, after.Works, before.Works)
	require.LessOrEqual(t, len(after.SVG)+len(after.Text), mostOpened)
	for i := range f.order[1:] {
		require.NotNil(t, f.members[f.order[i+1].number])
	}
	require.Equal(t, path+"?open="+numbered(4).String()+","+numbered(5).String()+"#sources", moreOf(g, 5).Href)

	_, g, _ = opening(t, wide(), path+"/lineage", "")
	require.Equal(t, path+"/lineage?open="+numbered(5).String()+"#sources", moreOf(g, 5).Href)
}

// A picture that is full leaves out the farthest for what a reader opens, and every work of it stays tied to the others.
func TestWhatIsOpenedHasRoom(t *testing.T) {
	var list [][2]int
	for i := range 100 {
		list = append(list, [2]int{1, 2 + i})
		for j := range 5 {
			list = append(list, [2]int{2 + i, 1000 + 10*i + j})
		}
	}
	for j := range 120 {
		list = append(list, [2]int{2, 5000 + j})
	}
	s, _ := siteOf(t, titled{edges{list: list}, new(int)}, nil)
	f, err := s.gather(t.Context(), numbered(1), maxBeside, nil)
	require.NoError(t, err)
	f.most = 40
	farthest := f.order[len(f.order)-1].number
	require.NoError(t, f.open(t.Context(), s.Index, []registrytypes.WorkID{numbered(2), numbered(77777)}))
	require.NoError(t, f.read(t.Context(), s.Index))
	require.Len(t, f.order, f.most)
	require.Len(t, f.members, f.most)
	require.NotContains(t, f.members, farthest)
	g := (&visit{site: s, lang: s.languages["en"]}).graph(f)
	tied := map[string]bool{g.Focus: true}
	for range g.Nodes {
		for _, e := range g.Edges {
			if tied[e.From] || tied[e.To] {
				tied[e.From], tied[e.To] = true, true
			}
		}
	}
	require.Len(t, tied, len(g.Nodes))
}

// Too much is not opened, nor what is no work; the last one's link leads to its own picture.
func TestFewWorksAreOpened(t *testing.T) {
	path := "/works/" + numbered(1).String()
	var ids []string
	for i := range maxOpened {
		ids = append(ids, numbered(2+i).String())
	}
	_, g, _ := opening(t, wide(), path, "open="+strings.Join(ids[:2], ","))
	for _, n := range g.Nodes {
		if n.MoreSources.Href != "" {
			require.True(t, strings.HasPrefix(n.MoreSources.Href, path+"?open="), n.MoreSources.Href)
		}
	}
	s, _ := siteOf(t, titled{edges{list: wide()}, new(int)}, nil)
	v := &visit{site: s, lang: s.languages["en"], r: httptest.NewRequest("GET", path+"?open="+strings.Join(ids, ","), nil)}
	opened, err := v.opened()
	require.NoError(t, err)
	require.Len(t, opened, maxOpened)
	require.Equal(t, "/works/"+numbered(9).String()+"/lineage", v.opens(&family{opened: opened}, numbered(9)))
	for _, text := range []string{"x", ids[0] + ",", strings.Join(ids, ",") + "," + numbered(9).String(), fmt.Sprint(1)} {
		v.r = httptest.NewRequest("GET", path+"?open="+text, nil)
		_, err := v.opened()
		require.Error(t, err, text)
	}
	twice := ids[0] + "," + ids[0]
	v.r = httptest.NewRequest("GET", path+"?open="+twice, nil)
	opened, err = v.opened()
	require.NoError(t, err)
	require.Equal(t, []registrytypes.WorkID{numbered(2)}, opened)
}
