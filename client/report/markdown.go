package report

import (
	"bufio"
	"fmt"
	"io"
	"time"

	"github.com/stemma-chain/stemma/client/words/markup"
	"github.com/stemma-chain/stemma/client/words/table"
)

func timeOf(t *time.Time) string {
	if t == nil {
		return ""
	}
	return moment(*t)
}

// plain makes somebody's text one line that is no markup.
func plain(s string) string { return markup.Markdown(table.Clean(s)) }

// markdown leaves the statute's own text as it is.
func (r Report) markdown(w io.Writer) error {
	out := bufio.NewWriter(w)
	say := func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) }
	say("# %s\n\n%s\n", r.Title, r.Standing)
	for _, line := range r.headLines() {
		if !line.ours {
			line.Value = plain(line.Value)
		}
		say("- %s: %s", line.Name, line.Value)
	}
	for _, note := range r.Notes {
		say("- %s", note)
	}
	section := ""
	for _, a := range r.Answers {
		if a.Section != section {
			section = a.Section
			say("\n## %s", section)
		}
		say("\n### %s\n\nAsked: %s.\n", a.Heading(), a.Asks)
		for _, l := range a.Lines {
			say("- %s [%s]", plain(l.Text), plain(l.Source()))
		}
		if a.Missing {
			say("- **Missing**, see below.")
		}
	}
	if len(r.Missing) > 0 {
		say("\n## Missing\n")
		for _, gap := range r.Missing {
			say("- %s", gap.Said())
		}
	}
	say("\n## Declarations\n\nRows of %s at height %d.\n", plain(r.ChainID), r.Height)
	for _, d := range r.Declarations {
		say("%d. %s", d.Number, plain(d.Said()))
	}
	return out.Flush()
}
