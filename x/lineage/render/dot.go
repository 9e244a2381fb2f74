package render

import (
	"fmt"
	"io"
	"strings"
)

// DOT writes the walk for Graphviz: derivatives below their sources, each edge
// from a derivative to a source.
func (l Lineage) DOT(w io.Writer) error {
	out := new(strings.Builder)
	fmt.Fprintln(out, "digraph lineage {")
	fmt.Fprintln(out, "  rankdir=BT;")
	fmt.Fprintln(out, "  node [shape=box];")
	root := node{work: l.Root}
	fmt.Fprintf(out, "  %s [label=%s, style=bold];\n", quote(root.String()), quote(l.name(root)))
	drawn := map[node]bool{root: true}
	for _, s := range l.Steps {
		_, to := ends(s)
		if drawn[to] {
			continue
		}
		drawn[to] = true
		style := ""
		if to.external != "" {
			style = ", style=dashed"
		}
		fmt.Fprintf(out, "  %s [label=%s%s];\n", quote(to.String()), quote(l.name(to)), style)
	}
	for _, s := range l.Steps {
		derivative, source := node{work: s.Link.Derivative}, node{work: s.Link.Source}
		if s.Link.External != nil {
			source = node{external: externalName(s.Link)}
		}
		label := s.Link.Role.Name()
		if !s.Link.Terms.IsZero() {
			label += "\n" + l.permission(s.Link)
		}
		if r := royalty(s.Link); r != "none" {
			label += "\n" + r
		}
		fmt.Fprintf(out, "  %s -> %s [label=%s];\n", quote(derivative.String()), quote(source.String()), quote(label))
	}
	fmt.Fprintln(out, "}")
	_, err := io.WriteString(w, out.String())
	return err
}

// quote writes a DOT string.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}
