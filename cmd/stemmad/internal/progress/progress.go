// Package progress shows on a terminal how far long work has come.
package progress

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/mattn/go-isatty"
)

const (
	// after keeps quick work quiet; every spares the terminal.
	after = 500 * time.Millisecond
	every = 100 * time.Millisecond
	width = 30
)

// Bar shows how much of a total is done. A nil Bar shows nothing.
type Bar struct {
	out     io.Writer
	verb    string
	unit    func(total int64) string
	total   int64
	started time.Time

	mu    sync.Mutex
	done  int64
	drawn time.Time
	wide  int
}

// New returns a bar on out, or nil when out is no terminal. The verb says what is
// going on, unit writes the total for people.
func New(out io.Writer, verb string, total int64, unit func(total int64) string) *Bar {
	if !isTerminal(out) {
		return nil
	}
	return &Bar{out: out, verb: verb, unit: unit, total: total, started: time.Now()}
}

// Of is the unit of things that are counted, such as blocks.
func Of(things string) func(int64) string {
	return func(total int64) string { return fmt.Sprintf("%d %s", total, things) }
}

// Size is the unit of bytes.
func Size(total int64) string { return humanize.Bytes(uint64(total)) }

// isTerminal says whether a person sees it.
func isTerminal(out io.Writer) bool {
	f, ok := out.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}

// Add counts what is done. Several may add at once.
func (b *Bar) Add(n int64) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.done += n
	now := time.Now()
	if now.Sub(b.started) < after || now.Sub(b.drawn) < every {
		return
	}
	b.drawn = now
	line := draw(b.verb, b.done, b.total, b.unit)
	b.wide = max(b.wide, len(line))
	fmt.Fprintf(b.out, "\r%s", line)
}

// Finish clears the line, so that what follows starts on an empty one.
func (b *Bar) Finish() {
	if b == nil || b.wide == 0 {
		return
	}
	fmt.Fprintf(b.out, "\r%s\r", strings.Repeat(" ", b.wide))
}

// draw draws done of total. What grows while it is done does not push it over
// the end.
func draw(verb string, done, total int64, unit func(int64) string) string {
	filled, percent := width, int64(100)
	if total > 0 && done < total {
		percent = int64(float64(done) / float64(total) * 100)
		filled = int(percent) * width / 100
	}
	return fmt.Sprintf("%s [%s%s] %3d %% of %s", verb, strings.Repeat("#", filled), strings.Repeat(".", width-filled), percent, unit(total))
}
