package history

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/hashing"
)

const (
	// barAfter keeps quick work quiet; barEvery spares the terminal.
	barAfter = 500 * time.Millisecond
	barEvery = 100 * time.Millisecond
	barWidth = 30
)

// Bar shows how many of the blocks are read. A nil Bar shows nothing.
type Bar struct {
	out     io.Writer
	total   int64
	done    int64
	started time.Time
	drawn   time.Time
	width   int
}

// NewBar returns a bar for that many blocks on out, or nil when out is no
// terminal.
func NewBar(out io.Writer, total int64) *Bar {
	if !hashing.IsTerminal(out) {
		return nil
	}
	return &Bar{out: out, total: total, started: time.Now()}
}

// Add counts blocks that are read.
func (b *Bar) Add(n int64) {
	if b == nil {
		return
	}
	b.done += n
	now := time.Now()
	if now.Sub(b.started) < barAfter || now.Sub(b.drawn) < barEvery {
		return
	}
	b.drawn = now
	line := barLine(b.done, b.total)
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

func barLine(done, total int64) string {
	filled, percent := int64(barWidth), int64(100)
	if done < total {
		filled, percent = done*barWidth/total, done*100/total
	}
	return fmt.Sprintf("reading [%s%s] %3d %% of %d blocks",
		strings.Repeat("#", int(filled)), strings.Repeat(".", int(barWidth-filled)), percent, total)
}
