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
	fmt.Fprintf(out, "  %s [label=%s, style=bold];\n", quote(l.Root), quote(l.workName(l.Root, false)))
	drawn := map[string]bool{l.Root: true}
	for _, s := range l.Steps {
		_, to := ends(s)
		if drawn[to] {
			continue
		}
		drawn[to] = true
		external := s.Link.External != nil
		style := ""
		if external {
			style = ", style=dashed"
		}
		fmt.Fprintf(out, "  %s [label=%s%s];\n", quote(to), quote(l.workName(to, external)), style)
	}
	for _, s := range l.Steps {
		source := s.Link.Source
		if s.Link.External != nil {
			source = externalName(s.Link)
		}
		label := s.Link.Role.Name()
		if s.Link.Terms != "" {
			label += "\n" + l.permission(s.Link)
		}
		if r := royalty(s.Link); r != "none" {
			label += "\n" + r
		}
		fmt.Fprintf(out, "  %s -> %s [label=%s];\n", quote(s.Link.Derivative), quote(source), quote(label))
	}
	fmt.Fprintln(out, "}")
	_, err := io.WriteString(w, out.String())
	return err
}

// quote writes a DOT string.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}
