package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// outcome is what a package's tests said of a mutant.
type outcome int

const (
	notRun outcome = iota
	caught
	survived
	uncompiled // no mutant at all: the change is no Go
)

// maxMemory bounds the address space of a test in KiB: a loop without an end
// takes memory faster than it takes time.
const maxMemory = 8 << 20

// runner runs the tests of one package.
type runner struct {
	root, pkg string
	timeout   time.Duration
	rapid     bool
}

// newRunner finds out what the package's tests use, and that they pass as they are.
func newRunner(ctx context.Context, root, pkg string, timeout time.Duration) (*runner, error) {
	list := exec.CommandContext(ctx, "go", "list", "-f", "{{.TestImports}} {{.XTestImports}}", "./"+pkg)
	list.Dir = root
	imports, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("go list ./%s: %w", pkg, err)
	}
	r := &runner{root: root, pkg: pkg, timeout: timeout, rapid: strings.Contains(string(imports), "pgregory.net/rapid")}
	if got, output := r.test(ctx); got != survived {
		return nil, fmt.Errorf("the tests of %s fail without any change:\n%s", pkg, output)
	}
	return r, nil
}

// try runs the tests over the package with one file changed by a mutant. The
// file itself stays as it is.
func (r *runner) try(ctx context.Context, m mutant) (outcome, error) {
	path := filepath.Join(r.root, filepath.FromSlash(m.file))
	source, err := os.ReadFile(path)
	if err != nil {
		return notRun, err
	}
	dir, err := os.MkdirTemp("", "mutant")
	if err != nil {
		return notRun, err
	}
	defer os.RemoveAll(dir)
	changed, overlay := filepath.Join(dir, "changed.go"), filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(changed, m.apply(source), 0o600); err != nil {
		return notRun, err
	}
	raw, err := json.Marshal(map[string]any{"Replace": map[string]string{path: changed}})
	if err != nil {
		return notRun, err
	}
	if err := os.WriteFile(overlay, raw, 0o600); err != nil {
		return notRun, err
	}
	got, _ := r.test(ctx, "-overlay", overlay)
	if ctx.Err() != nil {
		return notRun, ctx.Err()
	}
	return got, nil
}

// test is one run of go test: the same random cases every time, at the first
// failure no more, and nothing written into the tree.
func (r *runner) test(ctx context.Context, flags ...string) (outcome, string) {
	args := append([]string{"test", "-count=1", "-vet=off", "-failfast", "-timeout", r.timeout.String()}, flags...)
	args = append(args, "./"+r.pkg)
	if r.rapid {
		args = append(args, "-rapid.seed=1", "-rapid.nofailfile", "-rapid.shrinktime=1ns")
	}
	// Compiling may take longer than the tests; both together are bounded too.
	ctx, cancel := context.WithTimeout(ctx, r.timeout+5*time.Minute)
	defer cancel()
	shell := append([]string{"-c", fmt.Sprintf("ulimit -v %d; exec nice go \"$@\"", maxMemory), "go"}, args...)
	cmd := exec.CommandContext(ctx, "sh", shell...)
	cmd.Dir = r.root
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 10 * time.Second
	output, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return survived, string(output)
	case strings.Contains(string(output), "[build failed]"), strings.Contains(string(output), "[setup failed]"):
		return uncompiled, string(output)
	case errors.As(err, &exit), errors.Is(err, context.DeadlineExceeded):
		return caught, string(output)
	default:
		return notRun, err.Error()
	}
}

// runAll tries mutants, several at a time, until they are done or the time is up,
// and tells of each as it is known.
func (r *runner) runAll(ctx context.Context, mutants []mutant, jobs int, until time.Time, tell func(mutant, outcome)) ([]outcome, error) {
	outcomes := make([]outcome, len(mutants))
	var (
		work  = make(chan int)
		group sync.WaitGroup
		mu    sync.Mutex
		fault error
	)
	for range jobs {
		group.Go(func() {
			for i := range work {
				got, err := r.try(ctx, mutants[i])
				mu.Lock()
				outcomes[i], fault = got, errors.Join(fault, err)
				tell(mutants[i], got)
				mu.Unlock()
			}
		})
	}
	for i := range mutants {
		if !until.IsZero() && time.Now().After(until) || ctx.Err() != nil {
			break
		}
		work <- i
	}
	close(work)
	group.Wait()
	return outcomes, fault
}
