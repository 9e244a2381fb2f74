package realdata

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/report"
	"github.com/stemma-chain/stemma/testutil/data/models"
)

// ancestry is what the cards say that a declared model was made from.
type ancestry struct {
	edges, externals int
	depth            uint32
}

// ancestry walks the parents of a model as they were declared: those that nobody offers are external
// references, of which nothing more is known.
func (c *catalogue) ancestry(m models.Model) (a ancestry) {
	seen := map[string]bool{m.ID: true}
	steps := uint32(1)
	for level := []models.Model{m}; len(level) > 0; steps++ {
		var next []models.Model
		for _, m := range level {
			if !c.linked[m.ID] {
				continue
			}
			for _, p := range m.Parents {
				a.edges, a.depth = a.edges+1, steps
				if _, offered := c.offered[p.ID]; !offered && !c.own(m, p) {
					a.externals++
				} else if !seen[p.ID] {
					seen[p.ID] = true
					next = append(next, c.byID[p.ID])
				}
			}
		}
		level = next
	}
	return a
}

// The deepest merge of the catalogue, declared by agents with every edge to what it was made from: the four reports have each
// of them, and say what the cards don't.
func TestReportsOfADeepMerge(t *testing.T) {
	c := newCatalogue(t)
	c.employ()
	for _, m := range c.list {
		if len(m.Parents) > 0 {
			if c.declare(m); !c.linked[m.ID] {
				c.stay(m)
			}
		}
	}
	deepest := slices.MaxFunc(c.list, func(x, y models.Model) int {
		a, b := c.ancestry(x), c.ancestry(y)
		return int(a.depth)*1000 + a.edges - int(b.depth)*1000 - b.edges
	})
	want := c.ancestry(deepest)
	moment := report.Moment{ChainID: "real", Height: c.Height(), Time: c.Ctx().BlockTime()}
	known, err := report.Gather(t.Context(), c.Conn(), moment, c.works[deepest.ID].ID, report.DefaultMaxSources)
	require.NoError(t, err)
	externals := 0
	for _, s := range known.Sources {
		if s.Link.External != nil {
			externals++
		}
	}
	last := known.Sources[len(known.Sources)-1]
	require.Equal(t, want, ancestry{len(known.Sources), externals, last.Depth}, deepest.ID)
	t.Logf("%s: %d sources, %d of them external, %d steps up", deepest.ID, want.edges, want.externals, want.depth)
	for _, name := range report.Names() {
		statute, err := report.StatuteOf(name)
		require.NoError(t, err)
		r, err := report.Fill(statute, report.Model, known, report.Facts{})
		require.NoError(t, err)
		require.False(t, r.Complete, "the cards say nothing of data")
		require.Len(t, r.Declarations, 1+want.edges)
		cited := map[int]bool{}
		for _, a := range r.Answers {
			for _, line := range a.Lines {
				for _, number := range line.From {
					cited[number] = true
				}
			}
		}
		if name != "ca-sb942" {
			require.GreaterOrEqual(t, len(cited), want.edges-want.externals, name)
		}
		var text bytes.Buffer
		require.NoError(t, r.Write(&text, "markdown"))
		require.Contains(t, text.String(), c.works[deepest.ID].String())
		t.Logf("%s: %d items, %d missing, %d bytes", name, len(r.Answers), len(r.Missing), text.Len())
	}
}
