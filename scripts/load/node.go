package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	// stopPatience is how long a node has to stop by itself.
	stopPatience = 30 * time.Second
	// logLines is how much of a node's log an error shows.
	logLines = 12
)

// Node is one validator, in a process of its own.
type Node struct {
	Home string
	RPC  *RPC

	log    string
	cmd    *exec.Cmd
	exited chan struct{}
}

// start starts the node in a process group of its own, so that Ctrl-C reaches
// the load alone, which then stops the node in order.
func (n *Node) start(binary string, env []string) error {
	log, err := os.Create(n.log)
	if err != nil {
		return err
	}
	defer log.Close()
	n.cmd = exec.Command(binary, "start", "--home", n.Home, "--log_no_color")
	n.cmd.Env = append(os.Environ(), env...)
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

// pid is the node's process id.
func (n *Node) pid() int { return n.cmd.Process.Pid }

// gone says whether the node's process has ended. A failed call may be the first
// sign of that, so it waits a little.
func (n *Node) gone() bool {
	select {
	case <-n.exited:
		return true
	case <-time.After(time.Second):
		return false
	}
}

// failure says that the node stopped by itself, with the end of its log.
func (n *Node) failure() error {
	raw, err := os.ReadFile(n.log)
	if err != nil {
		return errors.New("a node stopped, and its log can't be read")
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	return fmt.Errorf("%s stopped; its log ends with\n%s", filepath.Base(n.Home),
		strings.Join(lines[max(0, len(lines)-logLines):], "\n"))
}

// stop ends the node's process, if it runs.
func (n *Node) stop() error {
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
		return fmt.Errorf("%s did not stop within %s and was killed", filepath.Base(n.Home), stopPatience)
	}
}

// awaitStart waits for the second block: by then the first is executed.
func (n *Node) awaitStart(ctx context.Context) error {
	deadline := time.After(time.Minute)
	for {
		if height, err := n.RPC.Height(ctx); err == nil && height > 1 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-n.exited:
			return n.failure()
		case <-deadline:
			return fmt.Errorf("waited a minute in vain for the second block of %s", filepath.Base(n.Home))
		case <-time.After(poll):
		}
	}
}
