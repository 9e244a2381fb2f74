package picture

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func draw(t require.TestingT, g Graph, o Options) string {
	p, err := Layout(g, o)
	require.NoError(t, err)
	return string(SVG(p))
}

// tags reads markup as XML, which is stricter than what browsers ask for.
func tags(t require.TestingT, markup string) (all []xml.StartElement, text string) {
	d := xml.NewDecoder(strings.NewReader(markup))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all, text
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			all = append(all, token.Copy())
		case xml.CharData:
			text += string(token)
		}
	}
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func TestMarkupIsWellFormedWhateverTitlesSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := anyGraph(t)
		all, text := tags(t, page(t, g, anyOptions(t)))
		for _, e := range all {
			require.NotContains(t, []string{"script", "style", "foreignObject", "image", "use"}, e.Name.Local)
			for _, a := range e.Attr {
				require.NotEqual(t, "style", a.Name.Local)
				require.False(t, strings.HasPrefix(a.Name.Local, "on"), a.Name.Local)
			}
		}
		for _, n := range g.Nodes {
			require.Contains(t, text, clean(n.Title), "in the picture, cut or not, or in the lists")
		}
	})
}

func TestATitleIsTextAndNoMarkup(t *testing.T) {
	g := Graph{Focus: "a", Nodes: []Node{{
		ID: "a", Title: `<script>x</script>`, Kind: `"><img src=x>`, Href: `/w?a="&b=<`,
		Payees: []Payee{{`<b>`, 1}},
	}}}
	markup := page(t, g, Options{})
	require.NotContains(t, markup, "<script>")
	require.NotContains(t, markup, "<img")
	require.NotContains(t, markup, "<b>")
	require.Contains(t, markup, `href="/w?a=&#34;&amp;b=&lt;"`)
}

func TestEveryNodeIsALinkInTheOrderOfReading(t *testing.T) {
	g := diamond()
	p, err := Layout(g, Options{})
	require.NoError(t, err)
	all, _ := tags(t, string(SVG(p)))
	var links []string
	for _, e := range all {
		if e.Name.Local == "a" {
			links = append(links, attr(e, "href"))
		}
	}
	var want []string
	for _, b := range p.Boxes {
		want = append(want, "/works/"+b.ID)
		if b.ID == g.Focus {
			want = append(want, "/works/x?up=2", "/works/x?down=2")
		}
	}
	require.Equal(t, want, links)
	for i, b := range p.Boxes[1:] {
		require.True(t, b.Y > p.Boxes[i].Y || b.Y == p.Boxes[i].Y && b.X > p.Boxes[i].X)
	}
}

func TestACutTitleIsWholeInItsLabel(t *testing.T) {
	long := strings.Repeat("A long way round ", 8)
	markup := draw(t, Graph{Focus: "a", Nodes: []Node{{ID: "a", Title: long, Href: "/a", Disputed: true}}}, Options{})
	require.Contains(t, markup, "<title>"+strings.TrimSpace(long)+"; disputed</title>")
	require.Contains(t, markup, dots)
}

func TestThePictureNamesAndDescribesItself(t *testing.T) {
	all, text := tags(t, draw(t, diamond(), Options{ID: "up"}))
	ids := map[string]bool{}
	for _, e := range all {
		ids[attr(e, "id")] = true
	}
	require.True(t, ids["up-t"] && ids["up-d"])
	require.Contains(t, text, "Lineage: The long way home (live in Lisbon)")
	require.Contains(t, text, "Made of: citation 1; part 1; part, contested 1; adaptation 1; training, not approved 1. "+
		"Used in: input 1; adaptation 1. Also in the picture: part 1. Rival claims to the same content: 2.")
}

func TestWhatIsNotDrawnIsCountedAndNamed(t *testing.T) {
	n := Node{ID: "a", Title: "Loop", MoreSources: More{Count: 4, Href: "/up"}, MoreDerivatives: More{Count: 12_345, AtLeast: true}}
	markup := page(t, Graph{Focus: "a", Nodes: []Node{n}}, Options{})
	require.Contains(t, markup, "<title>Loop; More sources: 4</title>")
	require.Contains(t, markup, ">↑4</text></a>")
	require.Contains(t, markup, "<title>Loop; More derivatives: 12345+</title>")
	require.Contains(t, markup, ">↓12k+</text></g>")
	require.Contains(t, markup, `<a href="/up">More sources: 4</a>, More derivatives: 12345+`)
}

func TestAnIDThatIsNoneIsNotWritten(t *testing.T) {
	markup := draw(t, diamond(), Options{ID: `"><script>`})
	require.NotContains(t, markup, "<script>")
	require.Contains(t, markup, `id="pic-t"`)
}

func TestASourceWithoutAPageIsNoLink(t *testing.T) {
	markup := draw(t, Graph{Focus: "a", Nodes: []Node{{ID: "a", Title: "Outside"}}}, Options{})
	require.NotContains(t, markup, "<a ")
	require.Contains(t, markup, "<title>Outside</title>")
}

// The page must stay under 100 kB: these are bounds of the picture and its lists together.
func TestSizes(t *testing.T) {
	for _, c := range []struct {
		name string
		g    Graph
		most int
	}{{"merge60", merge(60), 40_000}, {"star60", star(60), 40_000}, {"merge150", merge(150), 90_000}, {"star150", star(150), 90_000}} {
		both, alone := len(page(t, c.g, Options{})), len(draw(t, c.g, Options{}))
		t.Logf("%s: picture %d, with lists %d bytes", c.name, alone, both)
		require.LessOrEqual(t, both, c.most, c.name)
	}
	alone := len(draw(t, tangle(150), Options{}))
	t.Logf("tangle150 with %d edges: picture %d bytes", len(tangle(150).Edges), alone)
	require.LessOrEqual(t, alone, 90_000)
}

var variable = regexp.MustCompile(`--pic-([a-z-]+): #([0-9a-f]{6});`)

func TestColoursHaveContrastInLightAndDark(t *testing.T) {
	light, dark, ok := strings.Cut(CSS, "prefers-color-scheme: dark")
	require.True(t, ok)
	for scheme, css := range map[string]string{"light": light, "dark": dark} {
		colours := map[string]string{}
		for _, m := range variable.FindAllStringSubmatch(css, -1) {
			colours[m[1]] = m[2]
		}
		require.Len(t, colours, 15, scheme)
		for name, colour := range colours {
			if strings.Contains(name, "tint") || name == "paper" || name == "frame" {
				continue
			}
			for _, ground := range []string{"paper", "tint", "warn-tint"} {
				require.GreaterOrEqual(t, contrast(t, colour, colours[ground]), 4.5, "%s: %s on %s", scheme, name, ground)
			}
		}
		require.GreaterOrEqual(t, contrast(t, colours["frame"], colours["paper"]), 3.0, scheme)
	}
	for _, size := range regexp.MustCompile(`font-size: (\d+)px`).FindAllStringSubmatch(CSS, -1) {
		n, _ := strconv.Atoi(size[1])
		require.GreaterOrEqual(t, n, 11)
	}
}

// contrast is that of WCAG 2.2.
func contrast(t *testing.T, a, b string) float64 {
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(t *testing.T, hex string) float64 {
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		require.NoError(t, err)
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func TestEveryRoleHasALineOfItsOwn(t *testing.T) {
	seen := map[string]string{}
	for _, role := range sampleRoles {
		class := strings.Fields(look{role: role}.class("e"))[1]
		rule := regexp.MustCompile(`\.pic \.` + class + ` \{([^}]*)\}`).FindStringSubmatch(CSS)
		require.NotNil(t, rule, class)
		dash := regexp.MustCompile(`stroke-dasharray: [^;]*`).FindString(rule[1])
		require.NotContains(t, seen, dash, "%s looks as %s where colours are not seen", role, seen[dash])
		seen[dash] = role
	}
	require.Len(t, English().Roles, len(sampleRoles)-1)
}

func TestLengthsFollowTheReadersSizeOfText(t *testing.T) {
	for px := range 400 {
		n, err := strconv.ParseFloat(strings.TrimSuffix(rem(px), "rem"), 64)
		require.NoError(t, err)
		require.InDelta(t, float64(px), n*16, 0.001, fmt.Sprint(px))
	}
}
