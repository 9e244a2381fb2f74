package picture

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var samplesDir = flag.String("samples", "", "folder to write sample pages into, to look at")

// id has the length of a real one.
func id(n int) string { return fmt.Sprintf("work1%038d", n) }

var titles = []string{
	"Summer rain", "Harbour at night, field recording", "Kick drum", "The long way home (live in Lisbon)", "Blue study no. 4",
	"Voice of my grandmother", "Choir, take 2", "Waves",
}

func sampleNode(i int) Node {
	n := Node{
		ID: id(i), Title: titles[i%len(titles)], Kind: []string{"song", "recording", "image", "text"}[i%4],
		Href:   "/works/" + id(i),
		Payees: []Payee{{"stemma1q…7f2k", 600_000}, {"alice", 400_000}},
	}
	if i%3 == 0 {
		n.Payees = []Payee{{"Ana Lima", 1_000_000}}
	}
	return n
}

var sampleRoles = []string{RoleComponent, RoleParent, RoleTraining, RoleInput, RoleCitation, RoleContains, "remix of"}

func focus(title string) Node {
	n := sampleNode(0)
	n.Title = title
	return n
}

// merge is a work made of so many others, which three more were made of.
func merge(nodes int) Graph {
	g := Graph{Focus: id(0), Nodes: []Node{focus("Sixty voices for a harbour")}}
	for i := 1; i < nodes; i++ {
		n := sampleNode(i)
		e := Edge{From: id(0), To: id(i), Role: sampleRoles[i%7%3], Share: uint32(i * 1000)}
		switch {
		case i >= nodes-3:
			e.From, e.To = id(i), id(0)
		case i%17 == 5:
			n.MoreSources = More{Count: i * 31, Href: "/works/" + id(i) + "?up=1"}
		case i == 8:
			n.Disputed = true
		case i == 13:
			e.Unapproved = true
		}
		g.Nodes, g.Edges = append(g.Nodes, n), append(g.Edges, e)
	}
	return g
}

func star(nodes int) Graph {
	g := Graph{Focus: id(0), Nodes: []Node{focus("One loop that everybody uses")}}
	g.Nodes[0].MoreDerivatives = More{Count: 12_345, Href: "/works/" + id(0) + "?page=2"}
	for i := 1; i < nodes; i++ {
		g.Nodes = append(g.Nodes, sampleNode(i))
		g.Edges = append(g.Edges, Edge{From: id(i), To: id(0), Role: sampleRoles[i/40], Share: 100_000})
	}
	return g
}

func chainOf(nodes int) Graph {
	g := Graph{Focus: id(nodes / 2)}
	for i := range nodes {
		g.Nodes = append(g.Nodes, sampleNode(i))
		if i > 0 {
			g.Edges = append(g.Edges, Edge{From: id(i), To: id(i - 1), Role: sampleRoles[i%7], Share: 50_000})
		}
		if i > 3 && i%5 == 0 {
			g.Edges = append(g.Edges, Edge{From: id(i), To: id(i - 4), Role: RoleComponent})
		}
	}
	return g
}

func diamond() Graph {
	g := Graph{Focus: id(3), Rivals: []Rivalry{{id(3), id(6)}, {id(7), id(3)}}}
	for i := range 9 {
		g.Nodes = append(g.Nodes, sampleNode(i))
	}
	g.Nodes[3].Disputed = true
	g.Nodes[3].MoreSources = More{Count: 4, Href: "/works/x?up=2"}
	g.Nodes[3].MoreDerivatives = More{Count: 1204, Href: "/works/x?down=2"}
	g.Nodes[2].Invalid = true
	g.Nodes[4].Withdrawn = true
	g.Edges = []Edge{
		{From: id(1), To: id(0), Role: RoleParent, Share: 100_000},
		{From: id(2), To: id(0), Role: RoleComponent, Share: 50_000},
		{From: id(3), To: id(1), Role: RoleTraining, Share: 25_000, Unapproved: true},
		{From: id(3), To: id(2), Role: RoleComponent, Share: 10_000, Conflict: true},
		{From: id(3), To: id(0), Role: RoleCitation},
		{From: id(4), To: id(3), Role: RoleParent},
		{From: id(5), To: id(3), Role: RoleInput},
		{From: id(5), To: id(8), Role: RoleComponent},
	}
	return g
}

func scripts() Graph {
	g := Graph{Focus: id(0)}
	for i, t := range []string{
		"春眠不觉晓处处闻啼鸟夜来风雨声花落知多少", "أغنية المطر في الميناء القديم",
		"夏の雨と港の夜 (ライブ)", "שיר של גשם", "🎧 Mix 👩‍👩‍👧‍👦 🇫🇷🇨🇳",
		"Donaudampfschifffahrtsgesellschaftskapitän", "<script>alert(1)</script> & \"quotes\"",
		"हिन्दी में बारिश का गीत", "", "비 오는 항구의 밤",
	} {
		n := sampleNode(i)
		n.Title = t
		g.Nodes = append(g.Nodes, n)
		e := Edge{From: id(0), To: id(i), Role: sampleRoles[i%7]}
		if i > 6 {
			e.From, e.To = id(i), id(0)
		}
		if i > 0 {
			g.Edges = append(g.Edges, e)
		}
	}
	return g
}

// tangle has many edges over several layers.
func tangle(nodes int) Graph {
	g := Graph{Focus: id(nodes / 2)}
	for i := range nodes {
		g.Nodes = append(g.Nodes, sampleNode(i))
		for _, d := range []int{3, 7, 11} {
			if i >= d && (i*d)%4 != 0 {
				g.Edges = append(g.Edges, Edge{From: id(i), To: id(i - d), Role: sampleRoles[(i+d)%7]})
			}
		}
	}
	return g
}

func samples() map[string]Graph {
	return map[string]Graph{
		"merge60": merge(60), "diamond": diamond(), "chain20": chainOf(20), "star100": star(100),
		"single": {Focus: id(0), Nodes: []Node{focus("Alone")}}, "scripts": scripts(), "tangle40": tangle(40),
		"merge150": merge(150), "tangle150": tangle(150), "merge5": merge(9),
	}
}

func page(t require.TestingT, g Graph, o Options) string {
	p, err := Layout(g, o)
	require.NoError(t, err)
	text, err := Text(g, o)
	require.NoError(t, err)
	return string(SVG(p)) + "<details><summary>As text</summary>" + string(text) + "</details>"
}

// TestSamples writes pages to look at: go test ./portal/picture -run Samples -args -samples /tmp/samples
func TestSamples(t *testing.T) {
	if *samplesDir == "" {
		t.Skip("no -samples folder given")
	}
	for name, g := range samples() {
		for _, width := range []int{0, 720} {
			html := `<!doctype html><html lang="en"><meta charset="utf-8">` +
				`<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>` +
				name + `</title><style>html{background:#fff;color:#1b2330}@media(prefers-color-scheme:dark){html{background:#14181f;color:#e8ecf2}}` +
				`body{margin:16px;font-family:system-ui}` + CSS + `</style>` +
				page(t, g, Options{Width: width})
			file := filepath.Join(*samplesDir, fmt.Sprintf("%s-%d.html", name, width))
			require.NoError(t, os.WriteFile(file, []byte(html), 0o600))
		}
	}
}
