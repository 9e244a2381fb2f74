package picture

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestListsSayEveryNodeAndEveryEdgeOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := anyGraph(t)
		for i := range g.Nodes {
			g.Nodes[i].Payees = []Payee{{Name: "payee" + g.Nodes[i].ID, Share: 1}}
		}
		for i := range g.Edges {
			g.Edges[i].Role = "as " + g.Edges[i].From + " of " + g.Edges[i].To
		}
		markup, err := Text(g, Options{})
		require.NoError(t, err)
		_, text := tags(t, string(markup))

		for _, e := range g.Edges {
			want := e.Role
			if e.Conflict {
				want += ", contested"
			}
			if e.Unapproved {
				want += ", not approved"
			}
			require.Equal(t, 1, strings.Count(text, want+": "), want)
		}
		for _, n := range g.Nodes {
			require.Contains(t, text, clean(n.Title))
			require.Equal(t, 1, strings.Count(text, "payee"+n.ID+" "), "facts of a node stand once")
			require.Equal(t, 1, strings.Count(string(markup), `href="`+n.Href+`"`))
		}
		require.Equal(t, len(g.Rivals), strings.Count(text, " ≠ "))
	})
}

func TestListsOfADiamond(t *testing.T) {
	markup, err := Text(diamond(), Options{})
	require.NoError(t, err)
	_, text := tags(t, strings.NewReplacer("<li>", "\n- ", "</li>", "", "</h3>", "</h3>\n").Replace(string(markup)))
	for _, want := range []string{
		"The long way home (live in Lisbon), text, disputed, rival claim, Paid to Ana Lima 100%, More sources: 4, " +
			"More derivatives: 1204Made of",
		"- citation: Summer rain, song, Paid to Ana Lima 100%",
		"- training, not approved 2.5%: Harbour at night, field recording, recording",
		"- part, contested 1%: Kick drum, image, invalid, Paid to",
		"- adaptation 10%: Summer rain",
		"- adaptation: Blue study no. 4, song, withdrawn, Paid to",
		"- Voice of my grandmother Made of\n- part: Summer rain",
		"- The long way home (live in Lisbon) ≠ Choir, take 2, image, rival claim",
	} {
		require.Contains(t, text, want)
	}
}

func TestAnOriginalSaysThatNothingIsKnown(t *testing.T) {
	markup, err := Text(Graph{Focus: "a", Nodes: []Node{{ID: "a"}}}, Options{})
	require.NoError(t, err)
	require.Equal(t, `<div class="pic-text"><p>Untitled</p><h3>Made of</h3><p>nothing known</p>`+
		`<h3>Used in</h3><p>nothing known</p></div>`, string(markup))
}

func TestATitleFromRightToLeftTurnsNothingElse(t *testing.T) {
	markup, err := Text(Graph{Focus: "a", Nodes: []Node{{ID: "a", Title: "Song שיר", Kind: "song"}}}, Options{})
	require.NoError(t, err)
	require.Contains(t, string(markup), "<bdi>Song שיר</bdi>, song")
}

func TestEnglishHasEveryWord(t *testing.T) {
	v := reflect.ValueOf(English())
	for i := range v.NumField() {
		require.False(t, v.Field(i).IsZero(), v.Type().Field(i).Name)
	}
}

func TestWordsOfAnotherLanguage(t *testing.T) {
	w := English()
	w.Roles = map[string]string{RoleParent: "改编"}
	w.MadeOf, w.UsedIn = "来源", "用于"
	g := Graph{Focus: "a", Nodes: []Node{{ID: "a"}, {ID: "b"}}, Edges: []Edge{{From: "a", To: "b", Role: RoleParent}}}
	markup := page(t, g, Options{Words: w})
	require.Contains(t, markup, "来源: 改编 1.")
	require.Contains(t, markup, "<h3>用于</h3>")
	require.NotContains(t, markup, "Made of")
}
