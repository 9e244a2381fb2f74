package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/encoding"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
)

// What would let somebody spend without a limit, or without a token, is refused before anything is opened.
func TestWrongSettingsOfMCP(t *testing.T) {
	encoding.Configure()
	agent := agenttypes.AgentID{1}.String()
	file := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(path, []byte(text), mode))
		return path
	}
	good, open := file("good", strings.Repeat("t", 32)+"\n", 0o600), file("open", strings.Repeat("t", 32), 0o644)
	short, two := file("short", "secret", 0o600), file("two", strings.Repeat("t ", 32), 0o600)
	for _, c := range []struct {
		args string
		says string
	}{
		{"--from bot", "go together"},
		{"--agent " + agent, "go together"},
		{"--agent agent1x --from bot", "--agent"},
		{"--fee-granter stemma1x", "goes with"},
		{"--agent " + agent + " --from bot --fee-granter stemma1x", "--fee-granter"},
		{"--agent " + agent + " --from nobody --keyring-backend test --keyring-dir " + t.TempDir(), "--from"},
		{"--agent " + agent + " --from bot --keyring-backend none", "--keyring-backend"},
		{"--listen 127.0.0.1:0 --agent " + agent + " --from bot", "spend"},
		{"--listen 0.0.0.0:0", "other machines"},
		{"--listen :0", "other machines"},
		{"--listen agents.example:0", "other machines"},
		{"--listen 8481", "--listen"},
		{"--listen 127.0.0.1:0 --token-file " + good + "x", "no such file"},
		{"--listen 127.0.0.1:0 --token-file " + open, "read by others"},
		{"--listen 127.0.0.1:0 --token-file " + short, "one token"},
		{"--listen 127.0.0.1:0 --token-file " + two, "one token"},
		{"--requests " + t.TempDir(), "goes with"},
		{"--token-file " + good, "go with"},
		{"--host agents.example", "go with"},
		{"--trust 4711", "64 hex digits"},
		{"--log-format xml", "text or json"},
		{"--node ftp://localhost:26657", "tcp://HOST:PORT"},
		{"--db " + good + "x", "no such file"},
		{"--nonsense", "nonsense"},
	} {
		cmd := rootCmd()
		cmd.SetArgs(append([]string{"mcp"}, strings.Fields(c.args)...))
		err := cmd.ExecuteContext(t.Context())
		require.ErrorContains(t, err, c.says, c.args)
		require.ErrorAs(t, err, new(settingError), c.args)
	}
	token, err := readToken(good)
	require.NoError(t, err)
	require.Equal(t, strings.Repeat("t", 32), token)
}

// A server whose input has ended has nothing to do, with a node or without.
func TestMCPEndsWithItsInput(t *testing.T) {
	t.Setenv("STEMMA_PORTAL_LISTEN", "nonsense") // that of the pages
	t.Setenv("STEMMA_PORTAL_MCP_GRPC", "127.0.0.1:1")
	cmd := rootCmd()
	cmd.SetArgs([]string{"mcp"})
	cmd.SetIn(strings.NewReader(""))
	require.NoError(t, cmd.ExecuteContext(t.Context()))
}
