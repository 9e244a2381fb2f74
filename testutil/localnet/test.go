package localnet

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// ForTest runs a network of the binary of this checkout, unless another is named, until the
// test ends. A test that fails shows the end of the first node's log. Tests that are to be short
// skip it.
func ForTest(t *testing.T, o Options) *Network {
	t.Helper()
	n := StoppedForTest(t, o)
	require.NoError(t, n.Start(t.Context()))
	return n
}

// StoppedForTest is ForTest, and starts no node.
func StoppedForTest(t *testing.T, o Options) *Network {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a node")
	}
	if o.Binary == "" {
		var err error
		o.Binary, err = Binary()
		require.NoError(t, err)
	}
	n, err := New(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() {
		n.Kill() // nobody needs what it leaves
		if t.Failed() {
			t.Log(n.Nodes[0].Failure())
		}
		n.Remove()
	})
	return n
}

// Binary builds stemmad, once a process, and returns where it is. Packages that are tested at the same time take turns,
// and those that come later find it built.
var Binary = sync.OnceValues(func() (string, error) { return built("stemmad") })

// PortalBinary is Binary of stemma-portal.
var PortalBinary = sync.OnceValues(func() (string, error) { return built("stemma-portal") })

func built(name string) (string, error) {
	_, self, _, _ := runtime.Caller(0)
	root := filepath.Dir(filepath.Dir(filepath.Dir(self)))
	dir := filepath.Join(root, "build", "localnet-binary")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", err
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", err
	}
	path := filepath.Join(dir, name)
	build := exec.Command("go", "build", "-o", path, "./cmd/"+name)
	build.Dir, build.Stderr = root, os.Stderr
	return path, build.Run()
}
