package picture

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatIsNoPictureIsRefused(t *testing.T) {
	node := func(id string) Node { return Node{ID: id} }
	abc := []Node{node("a"), node("b"), node("c")}
	pair := func(from, to string) Edge { return Edge{From: from, To: to} }
	many := make([]Node, MaxNodes+1)
	for i := range many {
		many[i] = node(id(i))
	}
	for name, c := range map[string]struct {
		g   Graph
		err error
	}{
		"no node at all":       {Graph{Focus: "a"}, ErrUnknownNode},
		"middle missing":       {Graph{Focus: "x", Nodes: abc}, ErrUnknownNode},
		"too many nodes":       {Graph{Focus: id(0), Nodes: many}, ErrTooLarge},
		"too many edges":       {Graph{Focus: "a", Nodes: abc, Edges: make([]Edge, MaxEdges+1)}, ErrTooLarge},
		"too many rivals":      {Graph{Focus: "a", Nodes: abc, Rivals: make([]Rivalry, MaxRivals+1)}, ErrTooLarge},
		"too many payees":      {Graph{Focus: "a", Nodes: []Node{{ID: "a", Payees: make([]Payee, 33)}}}, ErrTooLarge},
		"node twice":           {Graph{Focus: "a", Nodes: append(abc, node("b"))}, ErrTwice},
		"edge to nowhere":      {Graph{Focus: "a", Nodes: abc, Edges: []Edge{{From: "a", To: "x"}}}, ErrUnknownNode},
		"edge twice":           {Graph{Focus: "a", Nodes: abc, Edges: []Edge{{From: "a", To: "b"}, {From: "a", To: "b", Role: "x"}}}, ErrTwice},
		"made of itself":       {Graph{Focus: "a", Nodes: abc, Edges: []Edge{{From: "a", To: "a"}}}, ErrCycle},
		"cycle of three":       {Graph{Focus: "a", Nodes: abc, Edges: []Edge{pair("a", "b"), pair("b", "c"), pair("c", "a")}}, ErrCycle},
		"cycle off the middle": {Graph{Focus: "a", Nodes: abc, Edges: []Edge{{From: "b", To: "c"}, {From: "c", To: "b"}}}, ErrCycle},
		"rival of nobody":      {Graph{Focus: "a", Nodes: abc, Rivals: []Rivalry{{"a", "x"}}}, ErrUnknownNode},
		"own rival":            {Graph{Focus: "a", Nodes: abc, Rivals: []Rivalry{{"a", "a"}}}, ErrTwice},
		"rivals twice":         {Graph{Focus: "a", Nodes: abc, Rivals: []Rivalry{{"a", "b"}, {"b", "a"}}}, ErrTwice},
		"share above all":      {Graph{Focus: "a", Nodes: abc, Edges: []Edge{{From: "a", To: "b", Share: 1_000_001}}}, ErrBadNumber},
		"payee above all":      {Graph{Focus: "a", Nodes: []Node{{ID: "a", Payees: []Payee{{"x", 1_000_001}}}}}, ErrBadNumber},
		"fewer than none":      {Graph{Focus: "a", Nodes: []Node{{ID: "a", MoreSources: More{Count: -1}}}}, ErrBadNumber},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Layout(c.g, Options{})
			require.ErrorIs(t, err, c.err)
			_, err = Text(c.g, Options{})
			require.ErrorIs(t, err, c.err)
		})
	}
}

func TestLinksStayOnThisSite(t *testing.T) {
	for href, ok := range map[string]bool{
		"": true, "/works/x": true, "?up=1": true, "#x": true, "/w?next=https://x": true,
		"//evil.example": false, "https://evil.example": false, "javascript:alert(1)": false, "/\\evil.example": false,
		"/\t/evil.example": false, "works/x": false, "/a b": false,
	} {
		_, err := Layout(Graph{Focus: "a", Nodes: []Node{{ID: "a", Href: href}}}, Options{})
		if ok {
			require.NoError(t, err, href)
		} else {
			require.ErrorIs(t, err, ErrBadLink, href)
		}
	}
}

func TestLayersStandAroundTheMiddle(t *testing.T) {
	layers := func(width int) map[string]int {
		p, err := Layout(diamond(), Options{Width: width})
		require.NoError(t, err)
		at := map[string]int{}
		for _, b := range p.Boxes {
			at[b.ID] = b.Layer
		}
		return at
	}
	require.Equal(t, map[string]int{
		id(0): 0, id(1): 1, id(2): 1, id(3): 2, id(4): 3, id(5): 3,
		id(6): 2, id(7): 2, // rivals stand beside
		id(8): 2, // a source of a derivative just above it
	}, layers(720))
	require.Equal(t, map[string]int{
		id(0): 0, id(1): 1, id(2): 1, id(6): 2, id(7): 2, id(3): 3, id(8): 4, id(4): 5, id(5): 5,
	}, layers(0), "where they do not fit into one row, the middle has a row of its own")
}
