package localnet

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

const (
	// stopPatience is how long a node has to stop by itself.
	stopPatience = 30 * time.Second
	// logLines is how much of a node's log an error shows.
	logLines = 12
	// poll is the pause between two looks at a node.
	poll = 50 * time.Millisecond
)

// Node is one validator, in a process of its own.
type Node struct {
	Home            string
	RPC, GRPC, REST string // host:port
	// Metrics is where CometBFT's Prometheus port is, host:port.
	Metrics string
	// Env are further variables of this node's process.
	Env []string
	// Binary that it runs; empty: that of the network.
	Binary string
	// Through is a command in front of the binary, which becomes it: "ip netns exec NAME". Empty: none.
	Through []string

	network *Network
	id      string // as a peer; empty: nobody asked yet
	log     string
	cmd     *exec.Cmd
	exited  chan struct{}
}

// Start starts the node, with further arguments, in a process group of its own, so that Ctrl-C
// reaches the caller alone, who then stops the node in order.
func (n *Node) Start(args ...string) error {
	log, err := os.OpenFile(n.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	o := n.network.options
	line := slices.Concat(n.Through, []string{cmp.Or(n.Binary, o.Binary), "start", "--home", n.Home, "--log_no_color"}, o.Args, args)
	n.cmd = exec.Command(line[0], line[1:]...)
	n.cmd.Env = slices.Concat(os.Environ(), n.network.env, n.Env)
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

// Set gives this node settings of its own, section.key=value, from its next start on. The last one of a key counts.
func (n *Node) Set(settings ...string) {
	n.Env = append(n.Env, environment(n.network.options.Binary, settings)...)
}

// PID is the node's process id.
func (n *Node) PID() int { return n.cmd.Process.Pid }

// Exited is closed when the node's process has ended.
func (n *Node) Exited() <-chan struct{} { return n.exited }

// ExitCode is that of the node's process, which has ended; -1 where a signal ended it.
func (n *Node) ExitCode() int { return n.cmd.ProcessState.ExitCode() }

// Log is the file of what the node says.
func (n *Node) Log() string { return n.log }

// Gone says whether the node's process has ended. A failed call may be the first
// sign of that, so it waits a little.
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
		return errors.New("a node stopped, and its log can't be read")
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	return fmt.Errorf("%s stopped; its log ends with\n%s", filepath.Base(n.Home),
		strings.Join(lines[max(0, len(lines)-logLines):], "\n"))
}

// Stop ends the node's process in order, if it runs.
func (n *Node) Stop() error {
	if n.exited == nil {
		return nil
	}
	_ = n.cmd.Process.Signal(syscall.SIGTERM) // fails only when it has ended
	select {
	case <-n.exited:
		return nil
	case <-time.After(stopPatience):
		n.Kill()
		return fmt.Errorf("%s did not stop within %s and was killed", filepath.Base(n.Home), stopPatience)
	}
}

// Kill ends the node's process at once, as a crash does.
func (n *Node) Kill() {
	_ = n.cmd.Process.Kill() // fails only when it has ended
	<-n.exited
}

// AwaitStart waits for the second block since the genesis: by then the first is executed.
func (n *Node) AwaitStart(ctx context.Context) error {
	deadline := time.After(time.Minute)
	for {
		if height, err := n.Height(ctx); err == nil && height > 1 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-n.exited:
			return n.Failure()
		case <-deadline:
			return fmt.Errorf("waited a minute in vain for the second block of %s", filepath.Base(n.Home))
		case <-time.After(poll):
		}
	}
}

// Height is that of the node's newest block.
func (n *Node) Height(ctx context.Context) (int64, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+n.RPC+"/status", nil)
	if err != nil {
		return 0, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	var answer struct {
		Result struct {
			Sync struct {
				Height int64 `json:"latest_block_height,string"`
			} `json:"sync_info"`
		} `json:"result"`
	}
	err = json.NewDecoder(response.Body).Decode(&answer)
	return answer.Result.Sync.Height, err
}
