package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Founders compare one hash, which each can have by sha256sum too; a genesis in which nobody is a validator says what is missing.
func TestBeginningANetwork(t *testing.T) {
	home := t.TempDir()
	do := func(args ...string) (string, string, int) { return command(append(args, "--home", home)...) }
	must := func(args ...string) string {
		t.Helper()
		out, errs, code := do(args...)
		require.Zero(t, code, errs)
		return out
	}
	must("init", "mine", "--chain-id", "mine-1")
	out, _, code := do("genesis", "validate")
	require.Equal(t, 1, code)
	require.Contains(t, out, "add validators with `stemmad genesis gentx`")

	must("keys", "add", "me", "--keyring-backend", "test")
	must("genesis", "add-genesis-account", "me", "2000000ustem", "--keyring-backend", "test")
	must("genesis", "gentx", "me", "1000000ustem", "--keyring-backend", "test", "--ip", "node.example.org")
	var told struct {
		Hash       string `json:"genesis_hash"`
		Validators int
	}
	require.NoError(t, json.Unmarshal([]byte(must("genesis", "collect-gentxs", "--output", "json")), &told))
	require.Equal(t, 1, told.Validators)
	file, err := os.ReadFile(filepath.Join(home, "config", "genesis.json"))
	require.NoError(t, err)
	sum := sha256.Sum256(file)
	require.Equal(t, hex.EncodeToString(sum[:]), told.Hash)
	require.Contains(t, must("genesis", "validate"), "genesis hash "+told.Hash)
}
