package render

import (
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/stemma-chain/stemma/x/lineage/types"
)

// Header names the columns of Rows.
func Header() []string {
	return []string{"DEPTH", "GENERATION", "ROLE", "WORK", "NEXT TO", "PERMISSION", "ROYALTY", "NOTE"}
}

// Rows returns one row a step, in the order of the walk. NEXT TO is the work
// that the step came from.
func (l Lineage) Rows() [][]string {
	rows := make([][]string, 0, len(l.Steps))
	for _, s := range l.Steps {
		from, to := ends(s)
		generation := strconv.Itoa(int(s.Generation))
		if to.external != "" {
			generation = "-"
		}
		rows = append(rows, []string{
			strconv.Itoa(int(s.Depth)), generation, s.Link.Role.Name(),
			l.name(to), l.name(from),
			l.permission(s.Link), royalty(s.Link), note(s),
		})
	}
	return rows
}

// Table writes the rows under their header, in aligned columns.
func (l Lineage) Table(w io.Writer) error {
	out := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, row := range append([][]string{Header()}, l.Rows()...) {
		if _, err := io.WriteString(out, strings.Join(row, "\t")+"\n"); err != nil {
			return err
		}
	}
	return out.Flush()
}

func note(s types.Step) string {
	var notes []string
	if v := version(s.Link); v != "" {
		notes = append(notes, v)
	}
	if s.Link.AddedLater {
		notes = append(notes, "added later")
	}
	if s.Again {
		notes = append(notes, "reached before")
	}
	return strings.Join(notes, ", ")
}
