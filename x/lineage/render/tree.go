package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/stemma-chain/stemma/x/lineage/types"
)

// Tree writes the walk as an indented tree. A work that several others share
// is drawn out once; further places say that it is shown above.
func (l Lineage) Tree(w io.Writer) error {
	root := node{work: l.Root}
	t := tree{Lineage: l, next: make(map[node][]types.Step), shown: map[node]bool{root: true}}
	for _, s := range l.Steps {
		from, _ := ends(s)
		t.next[from] = append(t.next[from], s)
	}
	fmt.Fprintln(&t.out, l.name(root))
	t.branch(root, "")
	_, err := io.WriteString(w, t.out.String())
	return err
}

type tree struct {
	Lineage
	out   strings.Builder
	next  map[node][]types.Step
	shown map[node]bool
}

func (t *tree) branch(from node, indent string) {
	steps := t.next[from]
	for i, s := range steps {
		corner, deeper := "├─ ", "│  "
		if i == len(steps)-1 {
			corner, deeper = "└─ ", "   "
		}
		_, to := ends(s)
		fmt.Fprint(&t.out, indent, corner, t.line(s, to))
		if t.shown[to] {
			fmt.Fprintln(&t.out, " (shown above)")
			continue
		}
		fmt.Fprintln(&t.out)
		t.shown[to] = true
		t.branch(to, indent+deeper)
	}
}

// line describes the edge and the node that it reaches.
func (t *tree) line(s types.Step, to node) string {
	parts := []string{s.Link.Role.Name() + "  " + t.name(to)}
	if s.Link.External == nil && s.Link.Role != types.ROLE_CITES {
		parts = append(parts, t.permission(s.Link))
		if r := royalty(s.Link); r != "none" {
			parts = append(parts, r)
		}
	}
	if v := version(s.Link); v != "" {
		parts = append(parts, v)
	}
	if s.Link.AddedLater {
		parts = append(parts, "added later")
	}
	return strings.Join(parts, " · ")
}
