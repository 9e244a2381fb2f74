package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"
)

// TestTyposAreRefused: a command that does not exist is no question for help.
func TestTyposAreRefused(t *testing.T) {
	home := t.TempDir()
	for _, line := range []string{"keys shwo", "grant shwo", "completion bsh", "debug x", "comet x", "snapshots x", "testnet x", "genesis x"} {
		_, errs, code := command(append(strings.Fields(line), "--home", home)...)
		require.Equal(t, exitFailed, code, line)
		require.Contains(t, errs, "unknown command", line)
	}
	for _, line := range []string{"status x", "comet show-node-id x", "keys list x", "debug prefixes x"} {
		_, errs, code := command(append(strings.Fields(line), "--home", home)...)
		require.Equal(t, exitFailed, code, line)
		require.Contains(t, errs, `"x"`, line)
	}
	for _, line := range []string{"keys", "grant", "completion"} {
		out, _, code := command(append(strings.Fields(line), "--home", home)...)
		require.Equal(t, exitOK, code, line)
		require.NotContains(t, out, "stemmad "+line+" [flags]", line)
	}
}

func TestKeysThatAreNotThere(t *testing.T) {
	home := t.TempDir()
	_, errs, code := command("keys", "delete", "bbo", "--keyring-backend", "test", "--home", home)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, `no key has the name "bbo"`)
	_, errs, code = command("keys", "parse", "bogus", "--home", home) // it waited for ever
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "bech32")
}

// TestNoResetBelowARunningNode: CometBFT's resets look at no lock.
func TestNoResetBelowARunningNode(t *testing.T) {
	home := t.TempDir()
	_, errs, code := command("init", "me", "--solo", "--home", home)
	require.Equal(t, exitOK, code, errs)
	data := filepath.Join(home, "data")
	blocks := filepath.Join(data, "blockstore.db")
	require.NoError(t, os.MkdirAll(blocks, 0o700))
	node, err := dbm.NewGoLevelDB("application", data, nil)
	require.NoError(t, err)
	for _, name := range []string{"reset-state", "unsafe-reset-all"} {
		_, _, code = command("comet", name, "--home", home)
		require.NotEqual(t, exitOK, code, name)
		require.DirExists(t, blocks, name)
	}
	require.NoError(t, node.Close())
	_, errs, code = command("comet", "reset-state", "--home", home)
	require.Equal(t, exitOK, code, errs)
	require.NoDirExists(t, blocks)
}
