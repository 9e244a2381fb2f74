package picture

import (
	_ "embed"
	"html"
	"html/template"
	"slices"
	"strconv"
	"strings"
)

// CSS is the style of pictures and of their lists. A page includes it once.
//
//go:embed picture.css
var CSS string

// writer builds markup. Text and attributes are escaped by it and nowhere else.
type writer struct{ strings.Builder }

// raw writes markup of this package's own, numbers among it.
func (w *writer) raw(parts ...any) {
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			w.WriteString(p)
		case int:
			w.WriteString(strconv.Itoa(p))
		}
	}
}

// text writes what others wrote.
func (w *writer) text(s string) { w.WriteString(html.EscapeString(s)) }

// SVG writes the picture as a figure: the counts by role, which explain the
// lines, then the picture. Every node is a link, reached in the order of reading.
func SVG(p Placed) template.HTML {
	var w writer
	w.raw(`<figure class="pic">`)
	p.legend(&w)
	w.raw(`<div class="pic-scroll"><svg class="pic-svg" role="group" aria-labelledby="`,
		p.opts.ID, `-t `, p.opts.ID, `-d" width="`, rem(p.Width), `" height="`, rem(p.Height),
		`" viewBox="0 0 `, p.Width, ` `, p.Height, `"><title id="`, p.opts.ID, `-t">`)
	w.text(p.opts.Words.Lineage + ": " + p.graph.title(p.graph.focus, p.opts.Words))
	w.raw(`</title><desc id="`, p.opts.ID, `-d">`)
	w.text(p.describe())
	w.raw(`</desc>`)
	for _, l := range p.lines {
		w.raw(`<path class="`, l.look.class("e"), `" d="`)
		for _, stroke := range l.strokes {
			w.stroke(stroke)
		}
		w.raw(`"/>`)
	}
	for i := range p.Boxes {
		p.box(&w, &p.Boxes[i])
	}
	p.drawMarks(&w)
	w.raw(`</svg></div></figure>`)
	return template.HTML(w.String()) //nolint:gosec // the writer escapes all that is not of this package
}

// rem is a length in pixels as one that grows with the reader's size of text.
func rem(px int) string {
	s := strconv.Itoa(px / 16)
	if rest := px % 16 * 625; rest > 0 {
		s += "." + strings.TrimRight(("0000" + strconv.Itoa(rest))[len(strconv.Itoa(rest)):], "0")
	}
	return s + "rem"
}

// class names a line's look: e for the line itself, h for the head of its arrow.
func (l look) class(part string) string {
	if l.rivals {
		return part + " " + part + "-rival"
	}
	role := "other"
	if slices.Contains([]string{
		RoleParent, RoleComponent, RoleInput, RoleTraining, RoleCitation, RoleContains,
	}, l.role) {
		role = l.role
	}
	s := part + " " + part + "-" + role
	if l.contested || l.unapproved {
		s += " u"
	}
	return s
}

// stroke writes a chain of pieces as the data of a path.
func (w *writer) stroke(pieces []piece) {
	for i, p := range pieces {
		if i == 0 {
			w.raw("M", p.from.X, " ", p.from.Y)
		}
		switch {
		case p.kind == turn && p.from.Y == p.by.Y: // lying first
			r := abs(p.to.Y - p.by.Y)
			w.raw("H", p.by.X-sign(p.by.X-p.from.X)*r, "Q", p.by.X, " ", p.by.Y, " ", p.to.X, " ", p.to.Y)
		case p.kind == turn:
			r := abs(p.from.Y - p.by.Y)
			w.raw("Q", p.by.X, " ", p.by.Y, " ", p.by.X-sign(p.by.X-p.to.X)*r, " ", p.by.Y, "H", p.to.X)
		case p.from.X == p.to.X:
			w.raw("V", p.to.Y)
		case p.kind == sway:
			m := (p.from.Y + p.to.Y) / 2
			w.raw("C", p.from.X, " ", m, " ", p.to.X, " ", m, " ", p.to.X, " ", p.to.Y)
		default:
			w.raw("L", p.to.X, " ", p.to.Y)
		}
	}
}

func sign(n int) int {
	switch {
	case n > 0:
		return 1
	case n < 0:
		return -1
	default:
		return 0
	}
}

// box writes a node, then what leads to more of its neighbours.
func (p *Placed) box(w *writer, b *Box) {
	n := &p.graph.nodes[b.node]
	tag := "a"
	if n.Href == "" {
		tag = "g"
	}
	w.raw(`<`, tag, p.boxClass(b), ` transform="translate(`, b.X, ` `, b.Y, `)"`)
	if n.Href != "" {
		w.raw(` href="`)
		w.text(n.Href)
		w.raw(`"`)
	}
	if b.node == p.graph.focus {
		w.raw(` aria-current="true"`)
	}
	w.raw(`>`)
	if b.face.isCut || n.Href == "" {
		w.raw(`<title>`)
		w.text(p.label(b))
		w.raw(`</title>`)
	}
	w.raw(`<rect width="`, b.W, `" height="`, b.H, `" rx="9"/>`)
	p.writeFace(w, b)
	w.raw(`</`, tag, `>`)
	p.more(w, b)
}

func (p *Placed) boxClass(b *Box) string {
	n := &p.graph.nodes[b.node]
	s := ""
	if b.node == p.graph.focus {
		s += " f"
	}
	if n.Disputed || n.Invalid || len(p.graph.against[b.node]) > 0 {
		s += " d"
	}
	if n.Withdrawn || n.Invalid {
		s += " g"
	}
	if s == "" {
		return ""
	}
	return ` class="` + s[1:] + `"`
}

func (p *Placed) writeFace(w *writer, b *Box) {
	f, x, y := b.face, padSide, padTop
	w.raw(`<text class="t`)
	if f.struck {
		w.raw(` x`)
	}
	w.raw(`"`)
	if f.right {
		w.raw(` direction="rtl"`)
		x += f.room
	}
	for i, l := range f.title {
		if i == 0 {
			w.raw(` x="`, x, `" y="`, y, `">`)
			w.text(l)
			continue
		}
		y += titleLine
		w.raw(` <tspan x="`, x, `" y="`, y, `">`)
		w.text(l)
		w.raw(`</tspan>`)
	}
	w.raw(`</text>`)
	for _, l := range f.small {
		y += smallLine
		w.raw(` <text x="`, padSide, `" y="`, y, `">`)
		w.text(l)
		w.raw(`</text>`)
	}
	for _, l := range f.warn {
		y += smallLine
		w.raw(` <text class="w" x="`, padSide, `" y="`, y, `">`)
		w.text(l)
		w.raw(`</text>`)
	}
}

// label says in words all that stands in a box, the parts that are cut as well.
func (p *Placed) label(b *Box) string {
	words, n := p.opts.Words, &p.graph.nodes[b.node]
	parts := []string{p.graph.title(b.node, words)}
	if b.face.about != "" {
		parts = append(parts, b.face.about)
	}
	if len(n.Payees) > 0 {
		parts = append(parts, words.PaidTo+" "+payees(n.Payees))
	}
	return strings.Join(append(parts, p.graph.flags(b.node, words)...), "; ")
}

func payees(all []Payee) string {
	var out []string
	for _, p := range all {
		out = append(out, clean(p.Name)+" "+percent(p.Share))
	}
	return strings.Join(out, ", ")
}

// more writes the parts at a box's right end that lead to neighbours not drawn.
func (p *Placed) more(w *writer, b *Box) {
	n, words := &p.graph.nodes[b.node], p.opts.Words
	top, high := 0, b.H/max(1, b.face.more)
	for _, m := range []struct {
		More
		word, sign string
	}{{n.MoreSources, words.MoreSources, "↑"}, {n.MoreDerivatives, words.MoreDerivatives, "↓"}} {
		if m.Count == 0 {
			continue
		}
		tag := "a"
		if m.Href == "" {
			tag = "g"
		}
		w.raw(`<`, tag, ` class="m" transform="translate(`, b.X+b.W-moreWidth, ` `, b.Y+top, `)"`)
		if m.Href != "" {
			w.raw(` href="`)
			w.text(m.Href)
			w.raw(`"`)
		}
		w.raw(`><title>`)
		w.text(p.graph.title(b.node, words) + "; " + m.word + ": " + m.number(strconv.Itoa(m.Count)))
		w.raw(`</title><rect x="2" y="2" width="`, moreWidth-4, `" height="`, high-4, `" rx="7"/><path d="M0 7v`, high-14,
			`"/><text x="`, moreWidth/2, `" y="`, high/2+4, `">`, m.sign, m.number(short(m.Count)), `</text></`, tag, `>`)
		top += high
	}
}

// short writes a number in at most four characters: 999, 12k, 3M.
func short(n int) string {
	for _, unit := range []string{"", "k", "M", "G", "T"} {
		if n < 1000 {
			return strconv.Itoa(n) + unit
		}
		n /= 1000
	}
	return "…"
}

// drawMarks writes the heads of arrows, and the sign between rivals.
func (p *Placed) drawMarks(w *writer) {
	type kind struct {
		class string
		kind  markKind
	}
	var order []kind
	paths := map[kind]*writer{}
	for _, m := range p.marks {
		k := kind{m.look.class("h"), m.kind}
		switch m.kind {
		case hollow:
			k.class = "hu"
		case cross:
			k.class = "hc"
		case versus:
			k.class = "v"
		case head:
		}
		if paths[k] == nil {
			paths[k] = &writer{}
			order = append(order, k)
		}
		paths[k].mark(m)
	}
	for _, k := range order {
		w.raw(`<path class="`, k.class, `" d="`, paths[k].String(), `"/>`)
	}
}

func (w *writer) mark(m mark) {
	x, y := m.at.X, m.at.Y
	if m.kind == versus { // a circle with an unequal sign in it
		w.raw("M", x-8, " ", y, "a8 8 0 1 1 16 0a8 8 0 1 1-16 0M", x-4, " ", y-2, "h8m0 4h-8m1.5 3l5-10")
		return
	}
	dx, dy := 0, 1 // the way the arrow goes
	switch m.side {
	case onLeft:
		dx, dy = 1, 0
	case onRight:
		dx, dy = -1, 0
	case onTop, onBottom:
	}
	if m.kind == cross {
		w.raw("M", x-9*dx-4, " ", y-9*dy-4, "l8 8m0-8l-8 8")
		return
	}
	// From the tip back along both edges.
	w.raw("M", x, " ", y, "l", -7*dx+4*dy, " ", -7*dy+4*dx, "l", -8*dy, " ", -8*dx, "z")
}
