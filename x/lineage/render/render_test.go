package render_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/render"
	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var (
	song, left, right = registrytypes.WorkID{1}, registrytypes.WorkID{2}, registrytypes.WorkID{3}
	mix, root         = registrytypes.WorkID{4}, registrytypes.WorkID{5}
	free              = licensetypes.TermsID{6}
)

// title is what a reader calls a work.
func title(id registrytypes.WorkID) string {
	return map[registrytypes.WorkID]string{
		song: `The "Song"`, left: "Left\x1b[2J", right: "right", mix: "remix", root: "root",
	}[id]
}

// up is a step towards a source, under a free offer.
func up(depth uint32, derivative, source registrytypes.WorkID, change ...func(*types.Step)) types.Step {
	s := types.Step{Work: source, Depth: depth, Link: types.Link{
		Derivative: derivative, Source: source, Role: types.ROLE_PARENT_OF, Terms: free,
	}}
	for _, c := range change {
		c(&s)
	}
	return s
}

// remix comes from left and right, which both come from a song; and from a
// page on the web.
func remix() render.Lineage {
	web := up(1, mix, registrytypes.WorkID{})
	web.Link.External, web.Link.Role = &types.External{Uri: "https://example.org"}, types.ROLE_INPUT_TO
	web.Link.Terms = licensetypes.TermsID{}
	return render.Lineage{
		Root: mix,
		Steps: []types.Step{
			up(1, mix, left, func(s *types.Step) { s.Generation = 1 }),
			up(1, mix, right, func(s *types.Step) { s.Generation, s.Link.AddedLater, s.Link.WorkVersion = 1, true, 2 }),
			web,
			up(2, left, song, func(s *types.Step) {
				s.Link.RoyaltyPolicy, s.Link.RoyaltyRate = royaltytypes.POLICY_ABSOLUTE, 50_000
			}),
			up(2, right, song, func(s *types.Step) {
				s.Again, s.Link.Terms, s.Link.Role = true, licensetypes.TermsID{}, types.ROLE_COMPONENT_OF
			}),
			up(3, song, root),
		},
		Work: title, Terms: func(licensetypes.TermsID) string { return "free" },
	}
}

func draw(t *testing.T, write func(*strings.Builder) error) string {
	t.Helper()
	var out strings.Builder
	require.NoError(t, write(&out))
	return out.String()
}

func TestTreeShowsASharedAncestorOnce(t *testing.T) {
	got := draw(t, func(w *strings.Builder) error { return remix().Tree(w) })
	require.Equal(t, `remix
├─ parentOf  Left?[2J · free
│  └─ parentOf  The "Song" · free · absolute 5 %
│     └─ parentOf  root · free
├─ parentOf  right · free · version 2 · added later
│  └─ componentOf  The "Song" · own work (shown above)
└─ inputTo  https://example.org (external)
`, got)
}

func TestTreeOfDerivativesGrowsTheOtherWay(t *testing.T) {
	l := render.Lineage{Root: song, Steps: []types.Step{{
		Work: mix, Depth: 1, Generation: 1,
		Link: types.Link{Derivative: mix, Source: song, Role: types.ROLE_CITES},
	}}}
	require.Equal(t, song.String()+"\n└─ cites  "+mix.String()+"\n", draw(t, func(w *strings.Builder) error { return l.Tree(w) }))
}

func TestAnOriginalIsATreeOfOneLine(t *testing.T) {
	l := render.Lineage{Root: song, Work: title}
	require.Equal(t, "The \"Song\"\n", draw(t, func(w *strings.Builder) error { return l.Tree(w) }))
}

func TestTableHasOneRowAStep(t *testing.T) {
	rows := remix().Rows()
	require.Len(t, rows, 6)
	require.Equal(t, []string{"2", "0", "componentOf", `The "Song"`, "right", "own work", "none", "reached before"}, rows[4])
	require.Equal(t, []string{"1", "-", "inputTo", "https://example.org (external)", "remix", "none needed", "none", ""}, rows[2])
	for _, row := range rows {
		require.Len(t, row, len(render.Header()))
	}
	lines := strings.Split(draw(t, func(w *strings.Builder) error { return remix().Table(w) }), "\n")
	require.Len(t, lines, 8)
	require.True(t, strings.HasPrefix(lines[0], "DEPTH  GENERATION  ROLE"))
	require.Contains(t, lines[4], "absolute 5 %")
}

func TestDOTNamesEachNodeOnceAndQuotes(t *testing.T) {
	got := draw(t, func(w *strings.Builder) error { return remix().DOT(w) })
	require.True(t, strings.HasPrefix(got, "digraph lineage {\n"))
	require.Equal(t, 1, strings.Count(got, `"`+song.String()+`" [label="The \"Song\""];`))
	require.Equal(t, 6, strings.Count(got, " -> "))
	require.Contains(t, got, `"`+left.String()+`" -> "`+song.String()+`" [label="parentOf\nfree\nabsolute 5 %"];`)
	require.Contains(t, got, `"https://example.org" [label="https://example.org (external)", style=dashed];`)
}

func TestRatesArePrintedExactly(t *testing.T) {
	for rate, want := range map[uint32]string{1: "0.0001 %", 100_000: "10 %", 123_456: "12.3456 %", 1_000_000: "100 %", 25_000: "2.5 %"} {
		l := render.Lineage{Root: mix, Steps: []types.Step{up(1, mix, song, func(s *types.Step) {
			s.Link.RoyaltyPolicy, s.Link.RoyaltyRate = royaltytypes.POLICY_RELATIVE, rate
		})}}
		require.Equal(t, "relative "+want, l.Rows()[0][6])
	}
}
