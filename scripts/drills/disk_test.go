package drills

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/localnet"
)

// diskFull is the exit code of a node that has no room.
const diskFull = 13

// signed is how far a validator has signed.
func (d *drill) signed(node *localnet.Node) (height int64) {
	d.Helper()
	raw, err := os.ReadFile(filepath.Join(node.Home, "data", "priv_validator_state.json"))
	require.NoError(d, err)
	var state struct {
		Height int64 `json:"height,string"`
	}
	require.NoError(d, json.Unmarshal(raw, &state), "the sign state is damaged")
	return state.Height
}

// smallDisk puts a node's data on a file system of its own.
func (d *drill) smallDisk(node *localnet.Node, size string) {
	d.Helper()
	data := filepath.Join(node.Home, "data")
	state, err := os.ReadFile(filepath.Join(data, "priv_validator_state.json"))
	require.NoError(d, err)
	if err := syscall.Mount("none", data, "tmpfs", 0, "size="+size); err != nil {
		d.Skipf("no file system can be mounted here: %v", err)
	}
	d.Cleanup(func() {
		require.NoError(d, node.Stop())
		require.NoError(d, syscall.Unmount(data, syscall.MNT_DETACH))
	})
	require.NoError(d, os.WriteFile(filepath.Join(data, "priv_validator_state.json"), state, 0o600))
}

// fill writes until so many bytes are free, and returns what gives the room back.
func (d *drill) fill(node *localnet.Node, left uint64) (empty func()) {
	d.Helper()
	data := filepath.Join(node.Home, "data")
	ballast, err := os.Create(filepath.Join(data, "ballast"))
	require.NoError(d, err)
	block := make([]byte, 4096)
	for err == nil {
		var fs syscall.Statfs_t
		require.NoError(d, syscall.Statfs(data, &fs))
		if fs.Bavail*uint64(fs.Bsize) < left {
			break
		}
		_, err = ballast.Write(block)
	}
	if left == 0 {
		require.ErrorIs(d, err, syscall.ENOSPC)
	}
	require.NoError(d, ballast.Close())
	return func() { require.NoError(d, os.Remove(ballast.Name())) }
}

// A validator whose disk is full ends with a sentence, in order where min-free sees it coming, by a failed write where not. The others
// go on. With room again it goes on from where it was, and has forgotten nothing that it signed.
func TestDrillFullDisk(t *testing.T) {
	d := newDrill(t, nil)
	full := d.nodes[validators-1]
	d.smallDisk(full, "64m")
	full.Set("disk.min-free=0")
	require.NoError(t, d.net.Start(d.ctx))
	load := d.pay(d.nodes[:validators-1]...)
	rounds := often(1, 20)
	for range rounds {
		for _, way := range []struct {
			minFree int
			left    uint64
			says    string
		}{{8 << 20, 6 << 20, "the node stops below 8: make room"}, {0, 0, "make room on the disk of the data folder"}} {
			require.NoError(t, full.Stop())
			full.Set(fmt.Sprintf("disk.min-free=%d", way.minFree))
			require.NoError(t, full.Start())
			d.await(d.height(d.nodes[0])+1, full)
			before := d.signed(full)
			empty := d.fill(full, way.left)
			code, why := d.ended(full)
			require.Equal(t, diskFull, code, why)
			require.Contains(t, why, way.says)
			at := d.signed(full)
			require.GreaterOrEqual(t, at, before, "what was signed is forgotten")
			d.goesOn(d.nodes[0], 3)
			load.goesOn(3)
			empty()
			require.Equal(t, at, d.signed(full))
			require.NoError(t, full.Start())
			d.await(d.height(d.nodes[0])+1, full)
			require.GreaterOrEqual(t, d.signed(full), at)
		}
	}
	answered, _ := load.requireAllThere(d.nodes[0])
	heights := d.requireAgreement(1, d.nodes...)
	d.requireSound(d.nodes...)
	d.said("%d times full by a failed write, %d times by min-free: ended with code %d and a sentence, the others went on, it came back; "+
		"%d payments all there, %d blocks with the same app hash", rounds, rounds, diskFull, answered, heights)
}

// slowed lets a process write only so many bytes a second to the disk where a folder is. It fails where there are no control groups.
func slowed(pid int, folder string, bytes int) (undo func() error, err error) {
	var st syscall.Stat_t
	if err := syscall.Stat(folder, &st); err != nil {
		return nil, err
	}
	//nolint:unconvert // the type differs between systems
	dev := uint64(st.Dev)
	device := fmt.Sprintf("%d:%d", dev>>8&0xfff, dev&0xff|dev>>12&0xfff00)
	for root, limit := range map[string][2]string{
		"/sys/fs/cgroup/blkio": {"blkio.throttle.write_bps_device", device + " " + strconv.Itoa(bytes)},
		"/sys/fs/cgroup":       {"io.max", device + " wbps=" + strconv.Itoa(bytes)},
	} {
		group := filepath.Join(root, "stemma-drill-"+strconv.Itoa(pid))
		if err = os.Mkdir(group, 0o750); err != nil {
			continue
		}
		file := filepath.Join(group, limit[0])
		if _, err = os.Stat(file); err == nil { // one that is not there would be made on some file systems
			err = errors.Join(os.WriteFile(file, []byte(limit[1]), 0o600),
				os.WriteFile(filepath.Join(group, "cgroup.procs"), []byte(strconv.Itoa(pid)), 0o600))
		}
		undo := func() error {
			return errors.Join(os.WriteFile(filepath.Join(root, "cgroup.procs"), []byte(strconv.Itoa(pid)), 0o600), os.Remove(group))
		}
		if err == nil {
			return undo, nil
		}
		_ = undo()
	}
	return nil, err
}

// A validator whose disk writes 16 kB a second falls behind. The others go on without it, and it catches up when the disk is fast.
func TestDrillSlowDisk(t *testing.T) {
	d := running(t, nil)
	slow, others := d.nodes[validators-1], d.nodes[:validators-1]
	load := d.pay(others...)
	rounds := often(1, 10)
	var behind, most int64
	for range rounds {
		undo, err := slowed(slow.PID(), slow.Home, 16<<10)
		if err != nil {
			load.end()
			t.Skipf("no disk can be slowed here: %v", err)
		}
		began, at := time.Now(), d.height(slow)
		d.goesOn(d.nodes[0], 8)
		load.goesOn(10)
		took := time.Since(began)
		behind = d.height(d.nodes[0]) - max(d.height(slow), at)
		most = max(most, behind)
		require.NoError(t, undo())
		t.Logf("the others made 8 blocks and more in %s, the slow one was %d behind", took.Round(time.Second/10), behind)
		d.await(d.height(d.nodes[0]), slow)
	}
	answered, _ := load.requireAllThere(d.nodes[0])
	heights := d.requireAgreement(1, d.nodes...)
	d.requireSound(d.nodes...)
	d.said("%d times a disk of 16 kB a second: the others went on, it was up to %d blocks behind and caught up; %d payments all there, "+
		"%d blocks with the same app hash", rounds, most, answered, heights)
}
