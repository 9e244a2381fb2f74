package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// clockTicks is the unit of processor time in /proc, which Linux fixes at a
// hundredth of a second for programs.
const clockTicks = 100

// sample is the memory of the first node at one moment, resident bytes.
type sample struct {
	at  time.Time
	rss int64
}

// reading is what was used up to a moment.
type reading struct {
	at           time.Time
	nodes        time.Duration // processor time of all nodes
	client       time.Duration // and of this process
	data         int64         // bytes in the first node's data folder
	stores       map[string]int64
	transactions int64
}

// window is the measured time of one slice: all but its first moments.
type window struct {
	mix        mix
	begin, end reading
}

// conduct has each slice sent for its time and measures it.
func (l *Load) conduct(ctx context.Context, slices []slice) error {
	for _, s := range slices {
		l.kind.Store(&s.mix)
		fmt.Printf("%s for %s\n", s.mix.name, s.length)
		if err := l.watch(ctx, l.o.settle); err != nil {
			return err
		}
		w := window{mix: s.mix}
		var err error
		if w.begin, err = l.read(); err != nil {
			return err
		}
		if err := l.watch(ctx, s.length-l.o.settle); err != nil {
			return err
		}
		if w.end, err = l.read(); err != nil {
			return err
		}
		l.windows = append(l.windows, w)
	}
	return nil
}

// watch lets time pass, notes the memory in use and reports progress.
func (l *Load) watch(ctx context.Context, length time.Duration) error {
	end := time.After(length)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	since, before, paidBefore := time.Now(), l.committed.Load(), l.paid.Load()
	for {
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), context.Cause(ctx))
		case <-end:
			return nil
		case now := <-tick.C:
			rss, err := residentBytes(l.network.Nodes[0].PID())
			if err != nil {
				return err
			}
			l.samples = append(l.samples, sample{now, rss})
			if passed := now.Sub(since); passed >= l.o.every {
				total, paid := l.committed.Load(), l.paid.Load()
				l.mu.Lock()
				height, flight := l.blocks[len(l.blocks)-1].height, len(l.flight)
				l.mu.Unlock()
				fmt.Printf("  block %d: %.0f transactions and %.0f paid works a second, %d in flight, node %d MiB\n", height,
					float64(total-before)/passed.Seconds(), float64(paid-paidBefore)/passed.Seconds(), flight, rss>>20)
				since, before, paidBefore = now, total, paid
			}
		}
	}
}

// read takes all readings now.
func (l *Load) read() (reading, error) {
	r := reading{at: time.Now(), client: ownProcessorTime(), transactions: l.committed.Load()}
	for _, n := range l.network.Nodes {
		used, err := processorTime(n.PID())
		if err != nil {
			return r, err
		}
		r.nodes += used
	}
	r.stores = folderSizes(filepath.Join(l.network.Nodes[0].Home, "data"))
	for _, size := range r.stores {
		r.data += size
	}
	return r, nil
}

// ownProcessorTime is what this process has used of all cores.
func ownProcessorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err) // fails for wrong arguments only
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// processorTime is what a process has used of all cores.
func processorTime(pid int) (time.Duration, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The second field is a name in parentheses, which may hold spaces; after it
	// user time is the 12th field and system time the 13th.
	fields := strings.Fields(string(raw[strings.LastIndexByte(string(raw), ')')+1:]))
	var ticks int64
	for _, field := range fields[11:13] {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * time.Second / clockTicks, nil
}

// residentBytes is the memory that a process has in use.
func residentBytes(pid int) (int64, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(raw)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "VmRSS:" {
			kib, err := strconv.ParseInt(fields[1], 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("process %d has ended", pid)
}

// folderSizes sums up the files below each entry of a folder. Files that vanish
// meanwhile, as databases delete some, do not count.
func folderSizes(folder string) map[string]int64 {
	sizes := map[string]int64{}
	_ = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil
		}
		if info, err := entry.Info(); err == nil {
			relative, _ := filepath.Rel(folder, path)
			name, _, _ := strings.Cut(relative, string(filepath.Separator))
			sizes[name] += info.Size()
		}
		return nil
	})
	return sizes
}
