package picture

import (
	"html/template"
	"slices"
	"strconv"
	"strings"
)

// Text writes what the picture says as nested lists: every node, every edge with
// its role and share, and all that is wrong with them. A work that is met again
// is not opened again.
func Text(g Graph, o Options) (template.HTML, error) {
	c, err := check(g)
	if err != nil {
		return "", err
	}
	l := list{graph: c, words: o.withDefaults().Words, open: make([]bool, len(c.nodes)), said: make([]bool, len(c.edges))}
	l.raw(`<div class="pic-text"><p>`)
	l.node(c.focus)
	l.raw(`</p>`)
	l.side(l.words.MadeOf, true)
	l.side(l.words.UsedIn, false)
	l.rivals()
	l.others()
	l.raw(`</div>`)
	return template.HTML(l.String()), nil //nolint:gosec // the writer escapes all that is not of this package
}

type list struct {
	writer
	graph *graph
	words Words
	open  []bool // nodes whose facts are written
	said  []bool // edges that are written
}

// node writes a work and, the first time, where it leads and what is to be known of it.
func (l *list) node(n int) {
	node, link := &l.graph.nodes[n], !l.open[n] && l.graph.nodes[n].Href != ""
	if link {
		l.raw(`<a href="`)
		l.text(node.Href)
		l.raw(`">`)
	}
	if title := l.graph.title(n, l.words); strings.ContainsFunc(title, runsLeft) {
		l.raw(`<bdi>`)
		l.text(title)
		l.raw(`</bdi>`)
	} else {
		l.text(title)
	}
	if link {
		l.raw(`</a>`)
	}
	if l.open[n] {
		return
	}
	l.open[n] = true
	var facts []string
	if kind := clean(node.Kind); kind != "" {
		facts = append(facts, kind)
	}
	facts = append(facts, l.graph.flags(n, l.words)...)
	if len(node.Payees) > 0 {
		facts = append(facts, l.words.PaidTo+" "+payees(node.Payees))
	}
	if len(facts) > 0 {
		l.raw(`, `)
		l.text(strings.Join(facts, ", "))
	}
	l.more(node.MoreSources, l.words.MoreSources)
	l.more(node.MoreDerivatives, l.words.MoreDerivatives)
}

func (l *list) more(m More, word string) {
	if m.Count == 0 {
		return
	}
	l.raw(`, `)
	if m.Href != "" {
		l.raw(`<a href="`)
		l.text(m.Href)
		l.raw(`">`)
	}
	l.text(word + ": " + m.number(strconv.Itoa(m.Count)))
	if m.Href != "" {
		l.raw(`</a>`)
	}
}

// edge writes how a source went into its derivative, and that it is written.
func (l *list) edge(i int) {
	e := &l.graph.edges[i]
	l.said[i] = true
	s := lookOf(*e).words(l.words)
	if e.Share > 0 {
		s += " " + percent(e.Share)
	}
	l.text(s)
	l.raw(`: `)
}

func (l *list) side(word string, up bool) {
	l.raw(`<h3>`)
	l.text(word)
	l.raw(`</h3>`)
	if len(l.near(l.graph.focus, up)) == 0 {
		l.raw(`<p>`)
		l.text(l.words.None)
		l.raw(`</p>`)
		return
	}
	l.tree(l.graph.focus, up)
}

func (l *list) near(n int, up bool) []int {
	if up {
		return l.graph.sources[n]
	}
	return l.graph.derived[n]
}

// tree writes the sources of a node, or its derivatives, and theirs. Its depth
// is at most MaxNodes.
func (l *list) tree(n int, up bool) {
	l.raw(`<ul>`)
	for _, i := range l.near(n, up) {
		e := &l.graph.edges[i]
		next := e.from
		if up {
			next = e.to
		}
		known := l.open[next]
		l.raw(`<li>`)
		l.edge(i)
		l.node(next)
		switch further := l.near(next, up); {
		case len(further) > 0 && known:
			l.text(" (" + l.words.Above + ")")
		case len(further) > 0:
			l.tree(next, up)
		}
		l.raw(`</li>`)
	}
	l.raw(`</ul>`)
}

// others writes edges and nodes that lie neither above nor below the work.
func (l *list) others() {
	if !slices.Contains(l.said, false) && !slices.Contains(l.open, false) {
		return
	}
	l.raw(`<h3>`)
	l.text(l.words.Also)
	l.raw(`</h3><ul>`)
	for n := range l.graph.nodes {
		unsaid := slices.DeleteFunc(slices.Clone(l.graph.sources[n]), func(i int) bool { return l.said[i] })
		if len(unsaid) == 0 {
			continue
		}
		l.raw(`<li>`)
		l.node(n)
		l.raw(` `)
		l.text(l.words.MadeOf)
		l.raw(`<ul>`)
		for _, i := range unsaid {
			l.raw(`<li>`)
			l.edge(i)
			l.node(l.graph.edges[i].to)
			l.raw(`</li>`)
		}
		l.raw(`</ul></li>`)
	}
	for n := range l.graph.nodes {
		if !l.open[n] {
			l.raw(`<li>`)
			l.node(n)
			l.raw(`</li>`)
		}
	}
	l.raw(`</ul>`)
}

func (l *list) rivals() {
	if len(l.graph.rivals) == 0 {
		return
	}
	l.raw(`<h3>`)
	l.text(l.words.Rivals)
	l.raw(`</h3><ul>`)
	for _, r := range l.graph.rivals {
		l.raw(`<li>`)
		l.node(r[0])
		l.raw(` ≠ `)
		l.node(r[1])
		l.raw(`</li>`)
	}
	l.raw(`</ul>`)
}
