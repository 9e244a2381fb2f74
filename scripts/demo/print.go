package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"cosmossdk.io/math"

	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/testutil/data/models"
)

// Printer tells the story, each step with the seconds since the start.
type Printer struct {
	out   io.Writer
	start time.Time
}

func newPrinter(out io.Writer) *Printer { return &Printer{out: out, start: time.Now()} }

// step says what was done.
func (p *Printer) step(format string, args ...any) {
	fmt.Fprintf(p.out, "[%5.1f s] %s\n", time.Since(p.start).Seconds(), fmt.Sprintf(format, args...))
}

// more says more about the last step.
func (p *Printer) more(format string, args ...any) {
	for line := range strings.SplitSeq(fmt.Sprintf(format, args...), "\n") {
		fmt.Fprintf(p.out, "          %s\n", line)
	}
}

// shownLeftOut is how much of what is left out is listed.
const shownLeftOut = 200

// leftOut lists what of the data is not played, and why.
func (p *Printer) leftOut(left []models.LeftOut) {
	if len(left) == 0 {
		return
	}
	p.step("Of the cards this is left out:")
	for i, l := range left {
		if i == shownLeftOut {
			p.more("and %d more", len(left)-i)
			return
		}
		p.more("%s", table.Clean(l.String()))
	}
}

// plain writes a line as it is, for commands that are copied.
func (p *Printer) plain(format string, args ...any) { fmt.Fprintf(p.out, format+"\n", args...) }

// table writes rows in aligned columns, with an empty line around.
func (p *Printer) table(header []string, rows [][]string) {
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\n  %s\n", strings.Join(header, "\t"))
	for _, row := range rows {
		fmt.Fprintf(w, "  %s\n", strings.Join(row, "\t"))
	}
	_ = w.Flush()
	fmt.Fprintln(p.out)
}

// usdc writes millionths of a dollar as dollars.
func usdc(amount math.Int) string {
	million := math.NewInt(1_000_000)
	return fmt.Sprintf("%s.%06d", amount.Quo(million), amount.Mod(million).Int64())
}

// count writes a number with its noun: "1 model", "2 models".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
