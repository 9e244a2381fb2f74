package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/stemma-chain/stemma/testutil/localnet"
)

// supervisor keeps a node running as Cosmovisor does, by the same layout of its home: what is current is a link to the folder of the
// genesis' binary or of an upgrade's, and when the node ends at an upgrade that has a folder, the link is set to it and the node begins
// again.
type supervisor struct {
	node *localnet.Node
	// switched is called when the node is about to begin with another binary; nil: nobody is told.
	switched func()

	mu      sync.Mutex
	stopped bool
	killed  bool
	ended   chan error
}

func folderOf(home string, parts ...string) string {
	return filepath.Join(append([]string{home, "cosmovisor"}, parts...)...)
}

// layOut makes the folders: the old binary, and one for the upgrade.
func layOut(home, genesis, name, upgrade string) error {
	for folder, binary := range map[string]string{folderOf(home, "genesis"): genesis, folderOf(home, "upgrades", name): upgrade} {
		if err := os.MkdirAll(filepath.Join(folder, "bin"), 0o750); err != nil {
			return err
		}
		if err := place(filepath.Join(folder, "bin", "stemmad"), binary); err != nil {
			return err
		}
	}
	return place(folderOf(home, "current"), folderOf(home, "genesis"))
}

// place sets a link, in the place of one that is there.
func place(link, to string) error {
	if err := os.RemoveAll(link); err != nil {
		return err
	}
	return os.Symlink(to, link)
}

// start runs the node until stop, or until it ends for another reason than an upgrade.
func (s *supervisor) start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped, s.ended = false, make(chan error, 1)
	s.node.Binary = folderOf(s.node.Home, "current", "bin", "stemmad")
	if err := s.node.Start(); err != nil {
		return err
	}
	go s.follow()
	return nil
}

func (s *supervisor) follow() {
	for {
		<-s.node.Exited()
		s.mu.Lock()
		if s.stopped {
			s.mu.Unlock()
			s.ended <- nil
			return
		}
		changed, err := s.change()
		if err == nil && !changed && !s.killed {
			err = fmt.Errorf("exit code %d: %w", s.node.ExitCode(), s.node.Failure())
		}
		if err == nil {
			if changed && s.switched != nil {
				s.switched()
			}
			s.killed = false
			err = s.node.Start()
		}
		s.mu.Unlock()
		if err != nil {
			s.ended <- err
			return
		}
	}
}

// change sets the link to the upgrade that the node says it came to; false: it came to none, or runs its binary already.
func (s *supervisor) change() (bool, error) {
	raw, err := os.ReadFile(filepath.Join(s.node.Home, "data", "upgrade-info.json"))
	if os.IsNotExist(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var plan struct {
		Name string `json:"name"`
	}
	if err := json.Unmarshal(raw, &plan); err != nil {
		return false, err
	}
	folder := folderOf(s.node.Home, "upgrades", plan.Name)
	now, err := os.Readlink(folderOf(s.node.Home, "current"))
	if err != nil || now == folder {
		return false, err
	}
	return true, place(folderOf(s.node.Home, "current"), folder)
}

// kill ends the node at once, as a power cut does; it begins again.
func (s *supervisor) kill() {
	s.mu.Lock()
	s.killed = true
	s.mu.Unlock()
	s.node.Kill()
}

// stop ends the node in order.
func (s *supervisor) stop() error {
	s.mu.Lock()
	s.stopped = true
	s.mu.Unlock()
	return s.node.Stop()
}
