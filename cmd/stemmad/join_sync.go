package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"
	rpchttp "github.com/cometbft/cometbft/rpc/client/http"

	"github.com/cosmos/cosmos-sdk/client/flags"
)

const (
	// joinLog is where the node that join runs writes, in the home folder.
	joinLog = "join.log"
	// snapshotOffered is in CometBFT's log when a snapshot was found.
	snapshotOffered = "Offering snapshot to ABCI app"
	// snapshotPatience is how long to wait for one: peers are met, and asked every snapshotSearch.
	snapshotPatience = 30 * time.Second
	// stepEvery is how often the node is asked how far it is, sayEvery how often that is told.
	stepEvery, sayEvery = time.Second, 10 * time.Second
	// recently is how old the last block is of a node that has caught up with a chain that goes on.
	recently = 30 * time.Second
	// endPatience is how long the node may take to end in order.
	endPatience = time.Minute
)

// syncUp runs the node, which has this ID, until it has caught up, and ends it. It returns its height.
func syncUp(ctx context.Context, cfg *cmtcfg.Config, id string, latest int64, blocks bool, say func(string, ...any)) (int64, error) {
	name := filepath.Join(cfg.RootDir, joinLog)
	log, err := os.Create(name)
	if err != nil {
		return 0, err
	}
	defer log.Close()
	program, err := os.Executable()
	if err != nil {
		return 0, err
	}
	run := exec.Command(program, "start", "--"+flags.FlagHome, cfg.RootDir)
	run.Stdout, run.Stderr = log, log
	run.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is ours to pass on
	if err := run.Start(); err != nil {
		return 0, err
	}
	gone := make(chan error, 1)
	go func() { gone <- run.Wait() }()
	height, err := watchSync(ctx, cfg, id, latest, blocks, gone, say)
	var ended *nodeEnded
	switch {
	case errors.As(err, &ended):
		return 0, fmt.Errorf("the node ended: %s (all it said is in %s)", lastLine(name), name)
	case err != nil:
		return 0, errors.Join(err, endNode(run, gone))
	}
	if err := endNode(run, gone); err != nil {
		return 0, err
	}
	return height, os.Remove(name)
}

var errNoSnapshot = errors.New("no peer offers a snapshot")

// nodeEnded says that the node ended by itself.
type nodeEnded struct{ error }

// watchSync waits until the node has caught up.
func watchSync(
	ctx context.Context, cfg *cmtcfg.Config, id string, latest int64, blocks bool, gone <-chan error, say func(string, ...any),
) (int64, error) {
	node, err := rpchttp.NewWithTimeout(strings.Replace(cfg.RPC.ListenAddress, "tcp://", "http://", 1), "/websocket", uint(stepEvery/time.Second))
	if err != nil {
		return 0, err
	}
	began, said := time.Now(), time.Now()
	tick := time.NewTicker(stepEvery)
	defer tick.Stop()
	for found := blocks; ; {
		select {
		case <-ctx.Done():
			return 0, errors.New("interrupted: `stemmad start` goes on, or join again")
		case err := <-gone:
			return 0, &nodeEnded{err}
		case <-tick.C:
		}
		status, err := node.Status(ctx)
		if err == nil && string(status.NodeInfo.DefaultNodeID) != id {
			return 0, fmt.Errorf("another node answers at %s: give this one ports of its own in config.toml and app.toml (--%s writes them first)",
				cfg.RPC.ListenAddress, flagWriteOnly)
		}
		height := int64(0)
		if err == nil {
			height = status.SyncInfo.LatestBlockHeight
		}
		// A chain that stands gives no block behind the last; one that goes on may have been said to be further than it is.
		recent := err == nil && time.Since(status.SyncInfo.LatestBlockTime) < recently
		if height > 0 && (height >= latest-1 || recent) && !status.SyncInfo.CatchingUp {
			return height, nil
		}
		found = found || height > 0 || snapshotFound(filepath.Join(cfg.RootDir, joinLog))
		if !found && time.Since(began) > snapshotPatience {
			return 0, fmt.Errorf("%w, for %v, and no node that was asked has all blocks: name others with --%s. What the node said is in %s",
				errNoSnapshot, snapshotPatience, flagPeer, filepath.Join(cfg.RootDir, joinLog))
		}
		if time.Since(said) >= sayEvery {
			said = time.Now()
			switch {
			case height > 0:
				say("  at height %d of %d", height, max(latest, height))
			case found && !blocks:
				say("  a snapshot is being read")
			default:
				say("  looking for peers")
			}
		}
	}
}

func snapshotFound(log string) bool {
	text, err := os.ReadFile(log)
	return err == nil && bytes.Contains(text, []byte(snapshotOffered))
}

// endNode ends the node in order.
func endNode(run *exec.Cmd, gone <-chan error) error {
	if err := run.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case err := <-gone:
		if err != nil {
			return fmt.Errorf("the node did not end in order: %w", err)
		}
		return nil
	case <-time.After(endPatience):
		return errors.Join(fmt.Errorf("the node did not end within %v, and was killed, which its state survives", endPatience), run.Process.Kill())
	}
}

// lastLine is the last line of a file, an error by its sentence.
func lastLine(name string) string {
	text, _ := os.ReadFile(name)
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.TrimPrefix(lines[len(lines)-1], "Error: ")
}
