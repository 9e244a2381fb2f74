package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/stemma-chain/stemma/testutil/localnet"
)

// portalWithin is how long the portal has to read the story.
const portalWithin = 30 * time.Second

// site is the portal in a process of its own.
type site struct {
	cmd     *exec.Cmd
	address string
	dir     string
	log     strings.Builder
}

var serving = regexp.MustCompile(`msg=serving address=(\S+)`)

// openSite starts the portal beside a node, with an index that is deleted with it.
func openSite(ctx context.Context, binary string, node *localnet.Node) (*site, error) {
	dir, err := os.MkdirTemp("", "stemma-portal-")
	if err != nil {
		return nil, err
	}
	s := &site{dir: dir}
	s.cmd = exec.CommandContext(ctx, binary, "--listen", "127.0.0.1:0", "--node", "tcp://"+node.RPC, "--grpc", node.GRPC,
		"--db", filepath.Join(dir, "portal.db"), "--trust-first-use")
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(syscall.SIGTERM) }
	said, err := s.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: run `make build` first", err), os.RemoveAll(dir))
	}
	lines := bufio.NewScanner(said)
	for s.address == "" && lines.Scan() {
		s.log.WriteString(lines.Text() + "\n")
		if m := serving.FindStringSubmatch(lines.Text()); m != nil {
			s.address = m[1]
		}
	}
	if s.address == "" {
		return nil, errors.Join(fmt.Errorf("the portal did not start:\n%s", s.log.String()), s.close())
	}
	go func() { _, _ = io.Copy(io.Discard, said) }()
	return s, nil
}

// page waits until a page has a text, and returns its address.
func (s *site) page(ctx context.Context, path, text string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, portalWithin)
	defer cancel()
	last := ""
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.address+path, nil)
		if err != nil {
			return "", err
		}
		if res, err := http.DefaultClient.Do(req); err == nil {
			raw, err := io.ReadAll(res.Body)
			_ = res.Body.Close()
			if err == nil && strings.Contains(string(raw), text) {
				return s.address + path, nil
			}
			last = fmt.Sprintf("%s: %.300s", res.Status, raw)
		}
		select {
		case <-ctx.Done():
			return "", fmt.Errorf("the portal's page %s has no %q; last it said %s", path, text, last)
		case <-time.After(poll):
		}
	}
}

// close stops the portal and deletes its index.
func (s *site) close() error {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	err := s.cmd.Wait()
	return errors.Join(err, os.RemoveAll(s.dir))
}
