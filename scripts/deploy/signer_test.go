package deploy_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/localnet"
)

// listening has a node wait for its signer at a port of its own, and returns the address.
func listening(t *testing.T, node *localnet.Node) string {
	t.Helper()
	port, err := localnet.FreePorts(1)
	require.NoError(t, err)
	address := fmt.Sprintf("tcp://127.0.0.1:%d", port)
	node.Env = append(node.Env, "STEMMAD_PRIV_VALIDATOR_LADDR="+address)
	return address
}

// CometBFT's own signer, a process that holds the key: without it the validator is silent, and the others go on; killed again
// and again while it signs, it never signs twice.
func TestAValidatorSignsThroughAnotherProcess(t *testing.T) {
	program := filepath.Join(t.TempDir(), "priv_val_server")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "github.com/cometbft/cometbft/cmd/priv_val_server")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	dir := t.TempDir()
	w := watch(t, dir)
	address := listening(t, w.last())

	require.NoError(t, w.last().Start())
	<-w.last().Exited()
	require.Equal(t, 1, w.last().ExitCode(), "systemd starts it again")
	log, err := os.ReadFile(w.last().Log())
	require.NoError(t, err)
	require.Contains(t, string(log), "Error: no signer has come to "+address+" (priv_validator_laddr) within seconds; start the signer")

	start := func() func() {
		return background(t, program, "-addr", address, "-chain-id", w.net.ChainID, "-priv-key", filepath.Join(dir, "priv_validator_key.json"),
			"-priv-state", filepath.Join(dir, "priv_validator_state.json"))
	}
	kill := start()
	require.NoError(t, w.last().Start())
	w.signs()

	kill()
	w.silent(3)
	for range 5 {
		kill = start()
		w.signs()
		kill()
	}
	kill = start()
	w.signs()

	// The node is killed too. This signer gives up for good where its node is away for a second.
	w.last().Kill()
	kill()
	require.NoError(t, w.last().Start())
	start()
	w.signs()
	w.honest()
}

// Horcrux, three signers of which any two sign, for two nodes that both ask as the one validator.
func TestAValidatorSignsThroughHorcrux(t *testing.T) {
	program := os.Getenv("HORCRUX")
	if program == "" {
		t.Skip("no HORCRUX, a program of another module: run make test-signer")
	}
	dir := t.TempDir()
	w := watch(t, dir)
	second, err := w.net.Join(t.Context(), "second")
	require.NoError(t, err)
	addresses := []string{listening(t, w.last()), listening(t, second)}
	h := shared(t, program, dir, w.net.ChainID, addresses)
	for i := range h.kill {
		h.start(i)
	}
	require.NoError(t, w.last().Start())
	require.NoError(t, second.Start())
	t.Cleanup(second.Kill)
	require.NoError(t, second.AwaitStart(t.Context()))
	w.signs()

	for i := range h.kill { // one of three is missing, each once
		h.kill[i]()
		w.signs()
		h.start(i)
		w.signs()
	}
	h.kill[0]()
	h.kill[1]()
	w.silent(3)
	h.start(1)
	w.signs()
	h.start(0)
	w.signs()

	for range 3 { // all at once, while they sign
		for i := range h.kill {
			h.kill[i]()
		}
		for i := range h.kill {
			h.start(i)
		}
		w.signs()
	}

	w.last().Kill() // the other node has the same signers
	w.signs()
	require.NoError(t, w.last().Start())
	w.signs()
	w.honest()
}

// horcrux is three signers that share a key.
type horcrux struct {
	t       *testing.T
	program string
	homes   []string
	kill    []func()
}

// shared parts a validator's key among three signers, with what the validator has signed.
func shared(t *testing.T, program, dir, chainID string, nodes []string) *horcrux {
	t.Helper()
	h := &horcrux{t: t, program: program, kill: make([]func(), 3)}
	port, err := localnet.FreePorts(3)
	require.NoError(t, err)
	args := []string{"config", "init", "--threshold", "2", "--grpc-timeout", "1000ms", "--raft-timeout", "1000ms"}
	for i := range 3 {
		args = append(args, "--cosigner", "tcp://127.0.0.1:"+strconv.Itoa(port+i))
	}
	for _, node := range nodes {
		args = append(args, "--node", node)
	}
	h.run("", "create-ecies-shards", "--shards", "3", "--out", dir)
	h.run("", "create-ed25519-shards", "--chain-id", chainID, "--key-file", filepath.Join(dir, "priv_validator_key.json"),
		"--threshold", "2", "--shards", "3", "--out", dir)
	state, err := os.ReadFile(filepath.Join(dir, "priv_validator_state.json"))
	require.NoError(t, err)
	for i := range 3 {
		home := filepath.Join(dir, fmt.Sprintf("cosigner_%d", i+1))
		h.homes = append(h.homes, home)
		h.run("", append([]string{"--home", home}, args...)...)
		require.NoError(t, os.MkdirAll(filepath.Join(home, "state"), 0o700))
		h.run(string(state)+"\n\n", "--home", home, "state", "import", chainID)
	}
	return h
}

// run runs a command of Horcrux to its end, with an input.
func (h *horcrux) run(input string, args ...string) {
	h.t.Helper()
	cmd := exec.CommandContext(h.t.Context(), h.program, args...)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	require.NoError(h.t, err, "horcrux %s\n%s", strings.Join(args, " "), out)
}

// start starts one of the signers; one that was killed left the file that says it runs.
func (h *horcrux) start(i int) {
	h.t.Helper()
	h.kill[i] = background(h.t, h.program, "--home", h.homes[i], "start")
}
