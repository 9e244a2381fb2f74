package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	chainID = "stemma-demo-1"
	// blockTime is the pause after each block.
	blockTime = 400 * time.Millisecond
	// stopPatience is how long the node has to stop by itself.
	stopPatience = 10 * time.Second
	// portsPerNode is how many ports the node takes from its first one on.
	portsPerNode = 10
	// logLines is how much of the node's log an error shows.
	logLines = 12
)

// Node is a chain of one validator, in a process and a folder of its own.
type Node struct {
	Home            string
	RPC, GRPC, REST string // host:port

	binary, dir string
	log         string
	cmd         *exec.Cmd
	exited      chan struct{}
}

// newNode writes the home folder of a chain that funds these accounts.
func newNode(ctx context.Context, binary string, accounts *Accounts) (*Node, error) {
	if _, err := os.Stat(binary); err != nil {
		return nil, fmt.Errorf("%w: run `make build` first, or `make demo`, which does", err)
	}
	port, err := freePorts()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "stemma-demo-")
	if err != nil {
		return nil, err
	}
	n := &Node{
		binary: binary, dir: dir, Home: filepath.Join(dir, "net", "node0"), log: filepath.Join(dir, "node.log"),
		RPC: loopback(port + 1), GRPC: loopback(port + 2), REST: loopback(port + 3),
	}
	if err := n.init(ctx, port, accounts); err != nil {
		n.Remove()
		return nil, err
	}
	return n, nil
}

func (n *Node) init(ctx context.Context, port int, accounts *Accounts) error {
	if err := n.run(ctx, "testnet", "init-files", "--validators", "1", "--output-dir", filepath.Dir(n.Home),
		"--chain-id", chainID, "--blocktime", blockTime.String(), "--base-port", strconv.Itoa(port)); err != nil {
		return err
	}
	raw, err := json.Marshal(accounts.genesis())
	if err != nil {
		return err
	}
	file := filepath.Join(n.dir, "accounts.json")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		return err
	}
	return n.run(ctx, "genesis", "bulk-add-genesis-account", file, "--home", n.Home)
}

// run runs the binary to its end.
func (n *Node) run(ctx context.Context, args ...string) error {
	out, err := exec.CommandContext(ctx, n.binary, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("stemmad %s: %w\n%s", strings.Join(args[:2], " "), err, out)
	}
	return nil
}

// Start starts the node in a process group of its own, so that Ctrl-C reaches
// the demo alone, which then stops the node in order.
func (n *Node) Start() error {
	log, err := os.Create(n.log)
	if err != nil {
		return err
	}
	defer log.Close()
	n.cmd = exec.Command(n.binary, "start", "--home", n.Home, "--log_no_color")
	n.cmd.Stdout, n.cmd.Stderr = log, log
	n.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := n.cmd.Start(); err != nil {
		return err
	}
	n.exited = make(chan struct{})
	go func() {
		_ = n.cmd.Wait() // how it ended is in its log
		close(n.exited)
	}()
	return nil
}

// Exited is closed when the node's process has ended.
func (n *Node) Exited() <-chan struct{} { return n.exited }

// Gone says whether the node's process has ended. A failed call may be the
// first sign of that, so it waits a little.
func (n *Node) Gone() bool {
	select {
	case <-n.exited:
		return true
	case <-time.After(time.Second):
		return false
	}
}

// Failure says that the node stopped by itself, with the end of its log.
func (n *Node) Failure() error {
	raw, err := os.ReadFile(n.log)
	if err != nil {
		return errors.New("the node stopped, and its log can't be read")
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	return fmt.Errorf("the node stopped; its log ends with\n%s", strings.Join(lines[max(0, len(lines)-logLines):], "\n"))
}

// Stop ends the node's process, if it runs.
func (n *Node) Stop() error {
	if n.exited == nil {
		return nil
	}
	_ = n.cmd.Process.Signal(syscall.SIGTERM) // fails only when it has ended
	select {
	case <-n.exited:
		return nil
	case <-time.After(stopPatience):
		_ = n.cmd.Process.Kill()
		<-n.exited
		return fmt.Errorf("the node did not stop within %s and was killed", stopPatience)
	}
}

// Check runs all invariants over the state of the stopped node.
func (n *Node) Check(ctx context.Context) error { return n.run(ctx, "check", "--home", n.Home) }

// Remove deletes the node's folder.
func (n *Node) Remove() { _ = os.RemoveAll(n.dir) }

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// freePorts finds the first of consecutive free ports on loopback.
func freePorts() (int, error) {
	const tries = 100
	for range tries {
		l, err := net.Listen("tcp", loopback(0))
		if err != nil {
			return 0, err
		}
		first := l.Addr().(*net.TCPAddr).Port
		_ = l.Close()
		if allFree(first) {
			return first, nil
		}
	}
	return 0, fmt.Errorf("no %d consecutive free ports on loopback in %d tries", portsPerNode, tries)
}

func allFree(first int) bool {
	for port := first; port < first+portsPerNode; port++ {
		l, err := net.Listen("tcp", loopback(port))
		if err != nil {
			return false
		}
		_ = l.Close()
	}
	return true
}
