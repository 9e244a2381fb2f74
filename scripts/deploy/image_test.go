package deploy_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/localnet"
)

// root lays out what the last stage of the container file holds, from the folder of static programs and this machine.
func root(t *testing.T, static string) string {
	t.Helper()
	dir := t.TempDir()
	for folder := dir; folder != "/"; folder = filepath.Dir(folder) {
		if info, err := os.Stat(folder); err == nil && folder != os.TempDir() {
			require.NoError(t, os.Chmod(folder, info.Mode()|0o055))
		}
		if folder == os.TempDir() {
			break
		}
	}
	for _, rest := range of(instructions(t), 1, "COPY") {
		from, to := copied(t, rest)
		for _, path := range from {
			if path == "/root-of-image/" { // what the build's last command makes
				require.NoError(t, os.MkdirAll(filepath.Join(dir, "var/lib/stemmad"), 0o700))
				require.NoError(t, os.Chown(filepath.Join(dir, "var/lib/stemmad"), 10001, 10001))
				require.NoError(t, os.Chmod(filepath.Join(dir, "var"), 0o755))
				require.NoError(t, os.Chmod(filepath.Join(dir, "var/lib"), 0o755))
				continue
			}
			source := path
			if inside, found := strings.CutPrefix(path, "/src/build/static/"); found {
				source = filepath.Join(static, inside)
			} else if inside, found := strings.CutPrefix(path, "/src/"); found {
				source = filepath.Join("../..", inside)
			}
			target := filepath.Join(dir, to)
			if strings.HasSuffix(to, "/") {
				target = filepath.Join(target, filepath.Base(path))
			}
			raw, err := os.ReadFile(source)
			require.NoError(t, err)
			info, err := os.Stat(source)
			require.NoError(t, err)
			require.NoError(t, os.MkdirAll(filepath.Dir(target), 0o755))
			require.NoError(t, os.WriteFile(target, raw, info.Mode().Perm()))
		}
	}
	return dir
}

// inside runs a program of the image: its root is that of the process, its user and its variables are those of the file.
func inside(t *testing.T, ctx context.Context, root string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	for _, rest := range of(instructions(t), 1, "ENV") {
		cmd.Env = append(cmd.Env, strings.Fields(rest)...)
	}
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: 10001, Gid: 10001}}
	return cmd
}

// Without a container tool: the programs run in a root that holds what the image does, for a user without rights, who begins a
// chain, makes blocks and ends in order.
func TestWhatTheImageHoldsRuns(t *testing.T) {
	static := os.Getenv("IMAGE")
	switch {
	case static == "":
		t.Skip("no IMAGE, the folder of static programs: run make test-image")
	case os.Geteuid() != 0:
		t.Skip("only root gives a process another root")
	}
	dir := root(t, static)
	proc := filepath.Join(dir, "proc") // every container has it
	require.NoError(t, os.Mkdir(proc, 0o755))
	if err := syscall.Mount("/proc", proc, "", syscall.MS_BIND|syscall.MS_REC, ""); err != nil {
		t.Skipf("nothing can be mounted here: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(proc, syscall.MNT_DETACH)) })
	node := words(t, of(instructions(t), 1, "ENTRYPOINT"))
	run := func(args ...string) string {
		t.Helper()
		out, err := inside(t, t.Context(), dir, args...).CombinedOutput()
		require.NoError(t, err, "%s\n%s", args, out)
		return string(out)
	}
	require.NotEmpty(t, run(append(node, "version")...))
	require.NotEmpty(t, run("/usr/local/bin/stemma-portal", "--version"))
	run(append(node, "init", "mynode", "--chain-id", "my-1", "--solo")...)
	require.FileExists(t, filepath.Join(dir, "var/lib/stemmad/config/genesis.json"))

	port, err := localnet.FreePorts(6)
	require.NoError(t, err)
	address := func(i int) string { return "127.0.0.1:" + itoa(port+i) }
	cmd := inside(t, t.Context(), dir, append(append(node, words(t, of(instructions(t), 1, "CMD"))...),
		"--p2p.laddr", "tcp://"+address(0), "--rpc.laddr", "tcp://"+address(1), "--grpc.address", address(2), "--api.address", "tcp://"+address(3),
		"--rpc.pprof_laddr", address(4))...)
	cmd.Env = append(cmd.Env, "STEMMAD_INSTRUMENTATION_PROMETHEUS_LISTEN_ADDR="+address(5))
	require.NoError(t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	require.Eventually(t, func() bool {
		out, err := inside(t, t.Context(), dir, append(node, "status", "--node", "tcp://"+address(1))...).Output()
		var status struct {
			Sync struct {
				Height int64 `json:"latest_block_height,string"`
			} `json:"sync_info"`
		}
		return err == nil && json.Unmarshal(out, &status) == nil && status.Sync.Height > 1
	}, time.Minute, time.Second)
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	select {
	case err := <-ended:
		require.NoError(t, err)
	case <-time.After(time.Minute):
		_ = cmd.Process.Kill()
		t.Fatal("it does not end")
	}
}
