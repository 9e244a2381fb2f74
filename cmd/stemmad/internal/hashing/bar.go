package hashing

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/mattn/go-isatty"
)

const (
	// barAfter keeps quick work quiet; barEvery spares the terminal.
	barAfter = 500 * time.Millisecond
	barEvery = 100 * time.Millisecond
	barWidth = 30
)

// Bar shows how many of the bytes to hash are done. A nil Bar shows nothing.
type Bar struct {
	mu      sync.Mutex
	out     io.Writer
	total   int64
	done    int64
	started time.Time
	drawn   time.Time
}

// NewBar returns a bar for the files on out, or nil when out is no terminal.
func NewBar(out io.Writer, found []Found) *Bar {
	if !IsTerminal(out) {
		return nil
	}
	bar := &Bar{out: out, started: time.Now()}
	for _, f := range found {
		bar.total += f.Size
	}
	return bar
}

// IsTerminal says whether a reader or writer is a person's terminal.
func IsTerminal(v any) bool {
	f, ok := v.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}

func (b *Bar) add(n int64) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.done += n
	now := time.Now()
	if now.Sub(b.started) < barAfter || now.Sub(b.drawn) < barEvery {
		return
	}
	b.drawn = now
	fmt.Fprintf(b.out, "\r%s", line(b.done, b.total))
}

// finish clears the line, so that what follows starts on an empty one.
func (b *Bar) finish() {
	if b == nil || b.drawn.IsZero() {
		return
	}
	fmt.Fprintf(b.out, "\r%s\r", strings.Repeat(" ", len(line(b.total, b.total))+4))
}

// line draws done of total bytes. Files that grow while being read do not
// push it over the end.
func line(done, total int64) string {
	filled, percent := barWidth, int64(100)
	if total > 0 && done < total {
		percent = int64(float64(done) / float64(total) * 100)
		filled = int(percent) * barWidth / 100
	}
	return fmt.Sprintf("hashing [%s%s] %3d %% of %s", strings.Repeat("#", filled), strings.Repeat(".", barWidth-filled), percent, Size(total))
}

// Size writes a number of bytes for people.
func Size(n int64) string {
	const unit = 1000
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	value, prefixes := float64(n)/unit, "kMGTP"
	for value >= unit && len(prefixes) > 1 {
		value, prefixes = value/unit, prefixes[1:]
	}
	return fmt.Sprintf("%.1f %cB", value, prefixes[0])
}
