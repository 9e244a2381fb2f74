package graph

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// square is 0 with the derivatives 1 and 2, and 1 with the derivatives 2 and 3. Two
// ways lead to 2, and what comes behind it must not be missed.
func square() *plain {
	g := newPlain()
	for _, edge := range [][2]int{{1, 0}, {2, 0}, {2, 1}, {3, 1}} {
		g.add(node(edge[0]), node(edge[1]))
	}
	return g
}

func TestAWalkGoesOnBehindANodeThatItKnows(t *testing.T) {
	steps, _, err := Walk(square().down(), node(0), wide)
	require.NoError(t, err)
	require.Equal(t, []Step[id]{
		{Node: node(1), From: node(0), Depth: 1},
		{Node: node(2), From: node(0), Depth: 1},
		{Node: node(3), From: node(1), Depth: 2},
	}, steps)
}

func TestARaiseGoesOnBehindAWorkThatItKnows(t *testing.T) {
	changes, _, err := planned(t, square(), node(0), 5, node(9))
	require.NoError(t, err)
	require.Equal(t, []Change[id]{{node(1), 6}, {node(2), 7}, {node(3), 7}}, changes)
}

// TestAPathTakesTheFirstWayToANode, though the walk tells of the longer ones too.
func TestAPathTakesTheFirstWayToANode(t *testing.T) {
	g := square()
	g.add(node(4), node(2))
	every := wide
	every.EveryEdge = true
	path, _, err := Path(g.down(), node(0), node(4), every)
	require.NoError(t, err)
	require.Equal(t, []id{node(0), node(2), node(4)}, path)
}
