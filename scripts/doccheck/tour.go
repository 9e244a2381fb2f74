package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/stemma-chain/stemma/testutil/localnet"
)

// The tour is what four kinds of users see, in docs/tour: for each a list of commands, NAME.sh, and
// what it prints in so many columns, NAME-COLUMNS.txt. They share a chain, in this order.
var (
	tourOf  = []string{"creator", "generator", "licensee", "validator"}
	columns = []int{60, 200}
)

const tourDir = "docs/tour"

// tour makes the transcripts, and writes them or compares them with those that are there.
func tour(ctx context.Context, write, verbose bool) error {
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	began, errs := time.Now(), make([]error, len(columns))
	var all sync.WaitGroup
	for i, wide := range columns {
		all.Go(func() { errs[i] = transcribe(ctx, root, wide, write, verbose) })
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	fmt.Printf("%d transcripts in %s, in %.0f s\n", len(tourOf)*len(columns), tourDir, time.Since(began).Seconds())
	return nil
}

// transcribe plays all commands on a chain of its own.
func transcribe(ctx context.Context, root string, wide int, write, verbose bool) error {
	net, err := localnet.New(ctx, localnet.Options{
		Binary: filepath.Join(root, "build", "stemmad"), Keys: []string{"alice", "bob", "carol"}, BlockTime: 300 * time.Millisecond,
	})
	if err != nil {
		return err
	}
	defer net.Remove()
	defer net.Kill()
	if err := net.Start(ctx); err != nil {
		return err
	}
	p := place{env: []string{
		"STEMMAD_HOME=" + net.Nodes[0].Home, "COLUMNS=" + strconv.Itoa(wide), "NO_COLOR=1", "TZ=UTC", "LC_ALL=C.UTF-8",
		"PATH=" + filepath.Join(root, "build") + ":" + os.Getenv("PATH"),
	}}
	if p.dir, err = os.MkdirTemp("", "stemma-tour-"); err != nil {
		return err
	}
	defer os.RemoveAll(p.dir)
	for _, dir := range []string{p.home(), p.work()} {
		if err := os.Mkdir(dir, 0o750); err != nil {
			return err
		}
	}
	var errs []error
	for _, who := range tourOf {
		file := filepath.Join(tourDir, who+".sh")
		text, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			return err
		}
		commands := split(file, 1, strings.Split(strings.TrimSpace(string(text)), "\n"))
		if err := p.run(ctx, commands, verbose); err != nil {
			errs = append(errs, fmt.Errorf("in %d columns: %w", wide, err))
		}
		made := p.transcript(commands, strings.NewReplacer(net.Nodes[0].Home, "~/.stemmad", p.work(), ".", root, "."))
		name := filepath.Join(root, tourDir, fmt.Sprintf("%s-%d.txt", who, wide))
		if write {
			errs = append(errs, os.WriteFile(name, made, 0o644))
			continue
		}
		kept, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if !bytes.Equal(kept, made) {
			errs = append(errs, fmt.Errorf("%s is otherwise now; look at it, then `make tour` writes it:\n%s",
				name, firstDifference(kept, made)))
		}
	}
	return errors.Join(errs...)
}

// transcript is what the commands printed, without what differs from run to run.
func (p place) transcript(commands []command, names *strings.Replacer) []byte {
	var text strings.Builder
	for i, c := range commands {
		printed, _ := os.ReadFile(p.output(i)) // none: it did not run, which is an error of its own
		fmt.Fprintf(&text, "$ %s\n%s\n", c.text, strings.TrimRight(names.Replace(string(printed)), "\n"))
		if c.exit != 0 {
			fmt.Fprintf(&text, "[exit code %d]\n", c.exit)
		}
		text.WriteByte('\n')
	}
	return []byte(settle(text.String()))
}

// firstDifference shows the first line in which two texts differ.
func firstDifference(kept, made []byte) string {
	was, is := strings.Split(string(kept), "\n"), strings.Split(string(made), "\n")
	for i := range max(len(was), len(is)) {
		var a, b string
		if i < len(was) {
			a = was[i]
		}
		if i < len(is) {
			b = is[i]
		}
		if a != b {
			return fmt.Sprintf("line %d\n- %s\n+ %s", i+1, a, b)
		}
	}
	return ""
}
