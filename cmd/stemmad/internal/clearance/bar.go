package clearance

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/hashing"
)

const (
	// barAfter keeps quick answers quiet.
	barAfter = 500 * time.Millisecond
	barWidth = 30
)

// Bar shows how many works are answered. A nil Bar shows nothing.
type Bar struct {
	out     io.Writer
	total   int
	started time.Time
	width   int
}

// NewBar returns a bar for that many works on out, or nil when out is no
// terminal.
func NewBar(out io.Writer, total int) *Bar {
	if !hashing.IsTerminal(out) {
		return nil
	}
	return &Bar{out: out, total: total, started: time.Now()}
}

// Show draws how many are done.
func (b *Bar) Show(done int) {
	if b == nil || time.Since(b.started) < barAfter {
		return
	}
	line := barLine(done, b.total)
	b.width = max(b.width, len(line))
	fmt.Fprintf(b.out, "\r%s", line)
}

// Finish clears the line, so that what follows starts on an empty one.
func (b *Bar) Finish() {
	if b == nil || b.width == 0 {
		return
	}
	fmt.Fprintf(b.out, "\r%s\r", strings.Repeat(" ", b.width))
}

func barLine(done, total int) string {
	filled, percent := barWidth, 100
	if done < total {
		filled, percent = done*barWidth/total, done*100/total
	}
	return fmt.Sprintf("asking [%s%s] %3d %% of %d works", strings.Repeat("#", filled), strings.Repeat(".", barWidth-filled), percent, total)
}
