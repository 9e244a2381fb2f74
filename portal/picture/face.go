package picture

import (
	"slices"
	"strconv"
	"strings"
)

// Sizes of what stands in a box.
const (
	titleSize  = 13 // as in picture.css
	smallSize  = 11
	titleLine  = 16
	titleLines = 2 // at most
	warnLines  = 3 // at most
	smallLine  = 15
	padSide    = 11
	padTop     = 20 // to the first line's base
	padBottom  = 10
	moreWidth  = 42 // of the part that leads to more
	moreLeast  = 26 // height of a part that leads to more
)

// face is what stands in a box.
type face struct {
	title  []string
	right  bool     // the title runs from right to left
	about  string   // kind and role
	small  []string // about, then payees, as far as there is room
	warn   []string // what is wrong with it, in words
	more   int      // parts that lead to more: 0 to 2
	room   int      // pixels for text
	isCut  bool     // something is left out, so that the label must say it
	struck bool
}

func (f face) height() int {
	n := len(f.small) + len(f.warn)
	return max(padTop+(len(f.title)-1)*titleLine+n*smallLine+padBottom, moreLeast*f.more)
}

func (s *sheet) face(n, w int) face {
	node, words := s.graph.nodes[n], s.opts.Words
	f := face{room: w - 2*padSide, struck: node.Invalid}
	for _, m := range []More{node.MoreSources, node.MoreDerivatives} {
		if m.Count > 0 {
			f.more++
		}
	}
	if f.more > 0 {
		f.room -= moreWidth - 4
	}
	title := s.graph.title(n, words)
	f.title, f.isCut = fit(title, f.room*1000/titleSize, titleLines)
	f.right = rightToLeft(title)
	f.about = s.about(n)
	f.addSmall(f.about)
	if text, cut := s.payees(n, f.room); text != "" {
		f.small, f.isCut = append(f.small, text), f.isCut || cut
	}
	if flags := s.graph.flags(n, words); len(flags) > 0 {
		out, cut := fit("⚑ "+strings.Join(flags, ", "), f.room*1000/smallSize, warnLines)
		f.warn, f.isCut = out, f.isCut || cut
	}
	return f
}

func (f *face) addSmall(text string) {
	if text == "" {
		return
	}
	out, cut := fit(text, f.room*1000/smallSize, 1)
	f.small, f.isCut = append(f.small, out[0]), f.isCut || cut
}

// about is the word for how a node went into its derivatives, below the middle
// for how its sources went into it, and the word for what it is. Where there are
// several of the former the legend alone tells.
func (s *sheet) about(n int) string {
	near := s.graph.derived[n]
	if s.boxes[n].Layer > s.boxes[s.graph.focus].Layer || len(near) == 0 {
		near = s.graph.sources[n]
	}
	roles, share := []string{}, uint32(0)
	for _, e := range near {
		roles = append(roles, s.opts.Words.role(s.graph.edges[e].Role))
		share = s.graph.edges[e].Share
	}
	slices.Sort(roles)
	var parts []string
	if roles = slices.Compact(roles); len(roles) == 1 && n != s.graph.focus {
		role := roles[0]
		if len(near) == 1 && share > 0 {
			role += " " + percent(share)
		}
		parts = append(parts, role)
	}
	if kind := clean(s.graph.nodes[n].Kind); kind != "" {
		parts = append(parts, kind)
	}
	return strings.Join(parts, " · ")
}

// payees names as many as there is room for, with their shares, and the number of
// the others. A name is cut rather than a share.
func (s *sheet) payees(n, room int) (text string, cut bool) {
	all := s.graph.nodes[n].Payees
	if len(all) == 0 {
		return "", false
	}
	fits := func(s string) bool { return textWidth(s)*smallSize <= room*1000 }
	for k := len(all); k > 0; k-- {
		text = "→ " + payees(all[:k])
		if k < len(all) {
			text += " +" + strconv.Itoa(len(all)-k)
		}
		if fits(text) {
			return text, k < len(all)
		}
	}
	rest := " " + percent(all[0].Share)
	if len(all) > 1 {
		rest += " +" + strconv.Itoa(len(all)-1)
	}
	name, _ := fit("→ "+clean(all[0].Name), room*1000/smallSize-textWidth(rest), 1)
	return strings.Join(name, "") + rest, true
}

func (c *graph) title(n int, w Words) string {
	if t := clean(c.nodes[n].Title); t != "" {
		return t
	}
	return w.Untitled
}

// flags are the words for what is wrong with a node, in one order.
func (c *graph) flags(n int, w Words) []string {
	var out []string
	for _, f := range []struct {
		is   bool
		word string
	}{
		{c.nodes[n].Invalid, w.Invalid},
		{c.nodes[n].Disputed, w.Disputed},
		{len(c.against[n]) > 0, w.Rival},
		{c.nodes[n].Withdrawn, w.Withdrawn},
	} {
		if f.is {
			out = append(out, f.word)
		}
	}
	return out
}
