package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
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

// checks is how many random cases each property of rapid gets. It is few: a mutant
// costs a second, and what many cases find once deserves an example of its own.
const checks = 20

// runner runs the tests of one package.
type runner struct {
	root, pkg string
	timeout   time.Duration
	rapid     bool
	// work is a folder for binaries, removed by close.
	work string
	// dir is where the tests run: a copy of the package's folder and nothing beside
	// it. So they find their testdata and not what a machine happens to have outside
	// of the repository, and write nothing into the tree.
	dir string
}

// newRunner finds out what the package's tests use, and that they pass as they are.
func newRunner(ctx context.Context, root, pkg string, timeout time.Duration) (*runner, error) {
	list := exec.CommandContext(ctx, "go", "list", "-f", "{{.TestImports}} {{.XTestImports}}", "./"+pkg)
	list.Dir = root
	imports, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("go list ./%s: %w", pkg, err)
	}
	work, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return nil, err
	}
	r := &runner{root: root, pkg: pkg, timeout: timeout, work: work, dir: filepath.Join(work, "package")}
	r.rapid = strings.Contains(string(imports), "pgregory.net/rapid")
	if err := os.CopyFS(r.dir, os.DirFS(r.folder())); err != nil {
		return nil, errors.Join(err, r.close())
	}
	binary, output, err := r.build(ctx, nil)
	if err != nil {
		err = fmt.Errorf("the tests of %s do not compile without any change: %w\n%s", pkg, err, output)
		return nil, errors.Join(err, r.close())
	}
	if got, output := r.test(ctx, binary, 0); got != survived {
		err = fmt.Errorf("the tests of %s fail without any change, in a copy of their folder:\n%s", pkg, output)
		return nil, errors.Join(err, r.close())
	}
	return r, nil
}

func (r *runner) close() error { return os.RemoveAll(r.work) }

// folder is where the package's source is.
func (r *runner) folder() string { return filepath.Join(r.root, filepath.FromSlash(r.pkg)) }

// try runs the tests over the package with one file changed by a mutant. The
// file itself stays as it is.
func (r *runner) try(ctx context.Context, m mutant) (outcome, error) {
	name := path.Base(m.file)
	source, err := os.ReadFile(filepath.Join(r.folder(), name))
	if err != nil {
		return notRun, err
	}
	binary, output, err := r.build(ctx, map[string][]byte{name: m.apply(source)})
	if ctx.Err() != nil {
		return notRun, ctx.Err()
	}
	if err != nil {
		if position.MatchString(output) || strings.Contains(output, "[setup failed]") {
			return uncompiled, nil
		}
		return notRun, fmt.Errorf("go test -c ./%s: %w\n%s", r.pkg, err, output)
	}
	got, _ := r.test(ctx, binary, 0)
	return got, errors.Join(ctx.Err(), os.Remove(binary))
}

// together compiles the mutants of functions into one binary, numbered from 1 in
// their order, and returns the numbers of those that are no Go.
func (r *runner) together(
	ctx context.Context, mutants []mutant,
) (binary string, bad map[int]bool, err error) {
	bad = make(map[int]bool)
	for {
		of := make(map[string][]numbered)
		for i, m := range mutants {
			if m.inFunction() && !bad[i+1] {
				name := path.Base(m.file)
				of[name] = append(of[name], numbered{m, i + 1})
			}
		}
		if len(of) == 0 {
			return "", bad, nil
		}
		changed, lines := make(map[string][]byte), make(map[string][]lastLine)
		for name, list := range of {
			source, err := os.ReadFile(filepath.Join(r.folder(), name))
			if err != nil {
				return "", nil, err
			}
			changed[name], lines[name] = weave(source, list)
			if changed[numberFile], err = numberSourceFor(source); err != nil {
				return "", nil, err
			}
		}
		binary, output, err := r.build(ctx, changed)
		if err == nil {
			return binary, bad, nil
		}
		numbers := blamed(output, lines)
		if len(numbers) == 0 {
			return "", nil, fmt.Errorf("go test -c ./%s, with its mutants: %w\n%s", r.pkg, err, output)
		}
		for _, n := range numbers {
			bad[n] = true
		}
	}
}

// build compiles the package's tests with some of its files changed, by their
// names. The output says what the compiler finds, all of it.
func (r *runner) build(ctx context.Context, changed map[string][]byte) (binary, output string, err error) {
	dir, err := os.MkdirTemp(r.work, "build")
	if err != nil {
		return "", "", err
	}
	defer os.RemoveAll(dir)
	replace := make(map[string]string, len(changed))
	for name, source := range changed {
		replace[filepath.Join(r.folder(), name)] = filepath.Join(dir, name)
		if err := os.WriteFile(filepath.Join(dir, name), source, 0o600); err != nil {
			return "", "", err
		}
	}
	raw, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", "", err
	}
	overlay := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlay, raw, 0o600); err != nil {
		return "", "", err
	}
	binary = dir + ".test"
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "nice", "go", "test", "-c", "-vet=off", "-gcflags=-e", "-ldflags=-s -w",
		"-overlay", overlay, "-o", binary, "./"+r.pkg)
	cmd.Dir = r.root
	said, err := cmd.CombinedOutput()
	return binary, string(said), err
}

// test is one run of a binary: the same random cases every time, and at the first
// failure no more.
func (r *runner) test(ctx context.Context, binary string, number int) (outcome, string) {
	args := []string{"-test.failfast", "-test.paniconexit0", "-test.timeout=" + r.timeout.String()}
	if r.rapid {
		args = append(args, "-rapid.seed=1", fmt.Sprint("-rapid.checks=", checks), "-rapid.nofailfile",
			"-rapid.shrinktime=1ns")
	}
	ctx, cancel := context.WithTimeout(ctx, r.timeout+time.Minute)
	defer cancel()
	shell := []string{"-c", fmt.Sprintf("ulimit -v %d; exec nice \"$0\" \"$@\"", maxMemory), binary}
	cmd := exec.CommandContext(ctx, "sh", append(shell, args...)...)
	cmd.Dir = r.dir
	cmd.Env = append(os.Environ(), fmt.Sprint(numberFrom, "=", number))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 10 * time.Second
	output, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return survived, string(output)
	case errors.As(err, &exit), errors.Is(err, context.DeadlineExceeded):
		return caught, string(output)
	default:
		return notRun, err.Error()
	}
}

// one tries one of the mutants that binary has together.
func (r *runner) one(
	ctx context.Context, binary string, bad map[int]bool, mutants []mutant, i int,
) (outcome, error) {
	switch {
	case bad[i+1]:
		return uncompiled, nil
	case mutants[i].inFunction():
		got, _ := r.test(ctx, binary, i+1)
		return got, ctx.Err()
	default:
		return r.try(ctx, mutants[i])
	}
}

// runAll tries mutants, several at a time, until they are done or the time is up,
// and tells of each as it is known.
func (r *runner) runAll(
	ctx context.Context, mutants []mutant, jobs int, until time.Time, tell func(mutant, outcome),
) ([]outcome, error) {
	outcomes := make([]outcome, len(mutants))
	binary, bad, err := r.together(ctx, mutants)
	if err != nil {
		return nil, err
	}
	var (
		work  = make(chan int)
		group sync.WaitGroup
		mu    sync.Mutex
		fault error
	)
	for range jobs {
		group.Go(func() {
			for i := range work {
				got, err := r.one(ctx, binary, bad, mutants, i)
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
