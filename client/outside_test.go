package client_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/localnet"
)

// A module of somebody else's, with a go.mod of its own, registers, clears, buys, derives,
// pays and reads a receipt, without the app.
func TestAModuleOutsideTheTree(t *testing.T) {
	w := world{net: localnet.ForTest(t, localnet.Options{Keys: []string{"alice", "bob"}, Settings: []string{"tx_index.indexer=null"}})}
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	dir := t.TempDir()
	program, err := os.ReadFile(filepath.Join("testdata", "outside", "main.go"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), program, 0o600))
	_, main, found := strings.Cut(string(program), "\nfunc main() {")
	require.True(t, found)
	main, _, _ = strings.Cut(main, "\n}\n")
	require.Less(t, strings.Count(main, "\n"), 60)

	// The versions and replacements of this module: a replacement holds for the main module alone.
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	own := strings.Replace(string(mod), "module github.com/stemma-chain/stemma", "module example.org/outside", 1) +
		fmt.Sprintf("\nrequire github.com/stemma-chain/stemma v0.0.0\nreplace github.com/stemma-chain/stemma => %s\n", root)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte(own), 0o600))
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.sum"), sum, 0o600))

	run := func(name string, args ...string) string {
		command := exec.Command(name, args...)
		command.Dir = dir
		command.Env = append(os.Environ(), "GOFLAGS="+os.Getenv("GOFLAGS")+" -mod=mod", "GOWORK=off")
		var errs strings.Builder
		command.Stderr = &errs
		out, err := command.Output()
		require.NoError(t, err, errs.String())
		return string(out)
	}
	packages := run("go", "list", "-deps", ".")
	require.Contains(t, packages, "github.com/stemma-chain/stemma/client\n")
	require.NotRegexp(t, `github\.com/stemma-chain/stemma/(app|cmd|testutil)\b|stemma/x/\w+/keeper`, packages)

	run("go", "build", "-o", "outside", ".")
	node := w.net.Nodes[0]
	require.Equal(t, "VERDICT_NEEDS_GRANT\nfalse 90000uusdc\ntrue 10000uusdc\n", run(filepath.Join(dir, "outside"), node.GRPC, node.Home))
}
