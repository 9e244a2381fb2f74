package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/stemma-chain/stemma/testutil/localnet"
)

// refused is what the chain answers to a transaction that it does not take, to a command that has
// done its work.
var refused = regexp.MustCompile(`(?m)"code": ?[1-9]|^code: [1-9]`)

// patience is how long all commands together may take.
const patience = 20 * time.Minute

// check runs all commands of the documents, those of each lane in order and the lanes side by side.
func check(ctx context.Context, lanes [][]string, verbose bool) error {
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	errs := make([]error, len(lanes))
	var all sync.WaitGroup
	for i, files := range lanes {
		all.Go(func() { errs[i] = checkLane(ctx, root, files, verbose) })
	}
	all.Wait()
	return errors.Join(errs...)
}

func checkLane(ctx context.Context, root string, files []string, verbose bool) error {
	commands, left, err := readAll(root, files)
	if err != nil {
		return err
	}
	p, err := newPlace(root)
	if err != nil {
		return err
	}
	defer p.leave()
	began := time.Now()
	if err := p.run(ctx, commands, verbose); err != nil {
		return err
	}
	var said strings.Builder
	fmt.Fprintf(&said, "%d commands of %s did what they say, in %.0f s; %d blocks are not run:\n",
		len(commands), strings.Join(files, " "), time.Since(began).Seconds(), len(left))
	for _, o := range left {
		fmt.Fprintf(&said, "  %s:%d: %s\n", o.file, o.line, o.reason)
	}
	fmt.Print(said.String())
	return nil
}

// place is where the commands run.
type place struct {
	dir string
	// port is the first of the local network; 0: it has none.
	port int
	// env has further variables, NAME=value.
	env []string
}

// work is the folder that stands for the repository, home the reader's.
func (p place) work() string { return filepath.Join(p.dir, "stemma") }
func (p place) home() string { return filepath.Join(p.dir, "home") }

// portsOfFour are those of four nodes, ten each.
const portsOfFour = 40

// newPlace makes the folders.
func newPlace(root string) (p place, err error) {
	if _, err := os.Stat(filepath.Join(root, "build", "stemmad")); err != nil {
		return p, fmt.Errorf("%w: run `make build` first", err)
	}
	if err := os.MkdirAll(filepath.Join(root, "build", "tools"), 0o750); err != nil {
		return p, err
	}
	if p.port, err = localnet.FreePorts(portsOfFour); err != nil {
		return p, err
	}
	if p.dir, err = os.MkdirTemp("", "stemma-docs-"); err != nil {
		return p, err
	}
	for _, dir := range []string{p.home(), filepath.Join(p.work(), "build")} {
		if err := os.MkdirAll(dir, 0o750); err != nil {
			return p, err
		}
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		return p, err
	}
	names := []string{"build/stemmad", "build/stemma-portal", "build/tools"}
	for _, entry := range entries {
		if entry.Name() != "build" && entry.Name() != ".git" {
			names = append(names, entry.Name())
		}
	}
	for _, name := range names {
		if err := os.Symlink(filepath.Join(root, name), filepath.Join(p.work(), name)); err != nil {
			return p, err
		}
	}
	return p, nil
}

// leave ends the networks, those too that a document left, and deletes the folders.
func (p place) leave() {
	nodes, _ := filepath.Glob(filepath.Join(p.work(), "build", "*", "node0")) // the pattern is a good one
	for _, node := range nodes {
		network := filepath.Join("build", filepath.Base(filepath.Dir(node)))
		reset := exec.Command("scripts/localnet.sh", "reset")
		reset.Dir, reset.Env = p.work(), append(p.environment(), "LOCALNET_DIR="+network)
		if out, err := reset.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "doccheck: scripts/localnet.sh reset: %v\n%s", err, out)
		}
	}
	_ = os.RemoveAll(p.dir)
}

// environment is the machine's, without what sets flags of stemmad.
func (p place) environment() []string {
	var list []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "STEMMAD_") && !strings.HasPrefix(v, "HOME=") && !strings.HasPrefix(v, "PWD=") {
			list = append(list, v)
		}
	}
	// Tools that are missing are built with the caches there are.
	if out, err := exec.Command("go", "env", "GOPATH", "GOCACHE", "GOMODCACHE").Output(); err == nil {
		for i, value := range strings.Fields(string(out)) {
			list = append(list, []string{"GOPATH=", "GOCACHE=", "GOMODCACHE="}[i]+value)
		}
	}
	if p.port != 0 {
		list = append(list, "LOCALNET_PORT="+strconv.Itoa(p.port), "LOCALNET_BLOCKTIME=300ms")
	}
	// Whoever has downloaded a release has stemmad in the PATH.
	list = append(list, "PATH="+filepath.Join(p.work(), "build")+":"+os.Getenv("PATH"))
	return append(append(list, "HOME="+p.home(), "PWD="+p.work()), p.env...)
}

// ports are the usual ones of the first node, as documents name them, and where they are among the
// ten of a node of the local network.
func (p place) ports() *strings.Replacer {
	if p.port == 0 {
		return strings.NewReplacer()
	}
	at := func(usual, offset int) []string {
		return []string{fmt.Sprintf("127.0.0.1:%d", usual), fmt.Sprintf("127.0.0.1:%d", p.port+offset)}
	}
	var pairs []string
	for offset, usual := range []int{26656, 26657, 9090, 1317, 26660} {
		pairs = append(pairs, at(usual, offset)...)
	}
	return strings.NewReplacer(pairs...)
}

// prelude begins the script. What is built is built: CI does that in a step of its own.
const prelude = `
set -o pipefail
make() { command make --no-print-directory -o build "$@"; }
curl() { command curl --fail-with-body "$@"; }
until_stopped() {
	local pid=$1
	sleep 8
	kill -INT "$pid" || return
	wait "$pid"
}
`

// script is all commands for one shell: each with its number and exit code on descriptor 3, and its
// output in a file by its number.
func (p place) script(commands []command) string {
	var s strings.Builder
	s.WriteString(prelude)
	ports := p.ports()
	for i, c := range commands {
		text := ports.Replace(c.text)
		if c.lasts {
			text = background(ports.Replace(c.text))
		}
		fmt.Fprintf(&s, "{\n%s\n} >'%s' 2>&1 </dev/null 3>&-\n", text, p.output(i))
		fmt.Fprintf(&s, "code=$?; echo %d $code >&3; \n", i)
	}
	return s.String()
}

// background starts a command that lasts, and stops it.
func background(text string) string {
	line, _, _ := strings.Cut(text, "#")
	// With job control, since a background process without it passes over interrupts.
	return "set -m\n" + line + " &\nset +m\nuntil_stopped $!"
}

func (p place) output(i int) string { return filepath.Join(p.dir, strconv.Itoa(i)+".out") }

// run runs all commands, also after one that does otherwise than it says.
func (p place) run(ctx context.Context, commands []command, verbose bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	file := filepath.Join(p.dir, "script")
	if err := os.WriteFile(file, []byte(p.script(commands)), 0o600); err != nil {
		return err
	}
	codes, theirs, err := os.Pipe()
	if err != nil {
		return err
	}
	defer codes.Close()
	shell := exec.CommandContext(ctx, "bash", file)
	shell.Dir, shell.Env, shell.Stderr = p.work(), p.environment(), os.Stderr
	shell.ExtraFiles = []*os.File{theirs}
	if err := errors.Join(shell.Start(), theirs.Close()); err != nil {
		return err
	}
	var failed []error
	done := 0
	for lines := bufio.NewScanner(codes); lines.Scan(); done++ {
		var i, code int
		if _, err := fmt.Sscan(lines.Text(), &i, &code); err != nil {
			return errors.Join(fmt.Errorf("%q is no number and code: %w", lines.Text(), err), shell.Process.Kill(), shell.Wait())
		}
		printed, _ := os.ReadFile(p.output(i))
		if verbose {
			fmt.Printf("%s\n%s", commands[i], printed)
		}
		switch {
		case code == 0 && refused.Match(printed):
			failed = append(failed, fmt.Errorf("%s\nis refused by the chain:\n%s", commands[i], printed))
		case code != commands[i].exit:
			failed = append(failed, fmt.Errorf("%s\nexits with %d, not %d, and prints\n%s", commands[i], code, commands[i].exit, printed))
		}
	}
	err = shell.Wait()
	if done < len(commands) {
		printed, _ := os.ReadFile(p.output(done))
		failed = append(failed, fmt.Errorf("%s\ndid not end: %w\n%s", commands[done], errors.Join(ctx.Err(), err), printed))
	}
	return errors.Join(failed...)
}
