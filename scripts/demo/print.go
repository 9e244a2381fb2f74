package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"cosmossdk.io/math"
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
