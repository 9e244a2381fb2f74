package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
)

// config.toml has a setting named version.
func TestAMessagesVersionIsNotTheSettings(t *testing.T) {
	home := t.TempDir()
	_, errs, code := command("init", "mine", "--home", home)
	require.Equal(t, exitOK, code, errs)
	_, errs, code = command("query", "royalty", "upstream", "work1jv8u6m4u270cecwy94h7ynrtwws5x00a2m7hxt",
		"--home", home, "--node", "tcp://127.0.0.1:1")
	require.Equal(t, exitUnreachable, code)
	require.Contains(t, errs, "is the node running?")
	require.NotContains(t, errs, "bindFlags")
}

func TestSignerFromTheEnvironmentIsNoSource(t *testing.T) {
	t.Setenv("STEMMAD_FROM", "bob")
	cmd := deriveCmd()
	release := shield(cmd.Flags())
	require.True(t, cmd.Flags().Lookup(flagSources).Changed)
	release()
	require.False(t, cmd.Flags().Lookup(flagSources).Changed)
	require.NoError(t, signFromEnvironment(cmd))
	by, err := cmd.Flags().GetString(connect.FlagBy)
	require.NoError(t, err)
	require.Equal(t, "bob", by)

	pay := payCmd()
	shield(pay.Flags())()
	require.NoError(t, signFromEnvironment(pay))
	require.False(t, pay.Flags().Changed(connect.FlagBy))
}

// The name of the program's file does not matter: that of this test is no "stemmad".
func TestVariablesSetFlagsWhateverTheProgramIsCalled(t *testing.T) {
	t.Setenv("STEMMAD_FROM", "bob")
	t.Setenv("STEMMAD_YES", "1")
	t.Setenv("STEMMAD_MAX_FEE", "5uusdc")
	t.Setenv("STEMMAD_OUTPUT", "json")
	cmd := acquireCmd()
	require.NoError(t, cmd.Flags().Parse([]string{"--output", "text"}))
	require.NoError(t, setFromEnvironment(cmd.Flags()))
	for name, want := range map[string]string{"from": "bob", "yes": "true", "max-fee": "5uusdc", "output": "text"} {
		require.Equal(t, want, cmd.Flags().Lookup(name).Value.String(), name)
	}
	sources := deriveCmd()
	require.NoError(t, setFromEnvironment(sources.Flags()))
	require.False(t, sources.Flags().Changed(flagSources), "the signer is no source")
	t.Setenv("STEMMAD_YES", "perhaps")
	require.Error(t, setFromEnvironment(acquireCmd().Flags()))
}

func TestOnlyMessagesOfModulesEstimateTheirFee(t *testing.T) {
	root := newRootCmd(nil)
	for _, tc := range []struct {
		line      []string
		generated bool
	}{
		{[]string{"tx", "royalty", "pay"}, true},
		{[]string{"tx", "bank", "send"}, true},
		{[]string{"tx", "ibc", "client", "recover-client"}, true},
		{[]string{"tx", "ratelimit", "add-rate-limit-proposal"}, true},
		{[]string{"tx", "sign"}, false},
		{[]string{"tx"}, false},
		{[]string{"query", "royalty", "head"}, false},
		{[]string{"pay"}, false},
	} {
		cmd, _, err := root.Find(tc.line)
		require.NoError(t, err)
		require.Equal(t, tc.generated, isGeneratedTx(cmd), tc.line)
	}
}

// Governance alone sets rate limits: whoever runs a command proposes it.
func TestRateLimitsAreProposed(t *testing.T) {
	cmd, _, err := newRootCmd(nil).Find([]string{"tx", "ratelimit"})
	require.NoError(t, err)
	require.Len(t, cmd.Commands(), 4)
	for _, c := range cmd.Commands() {
		require.NotNil(t, c.Flags().Lookup("deposit"), c.Name())
		require.NotEmpty(t, c.Example, c.Name())
	}
}

// A transaction that is only printed needs no node.
func TestPrintedTransactionsNeedNoNode(t *testing.T) {
	home := t.TempDir()
	_, errs, code := command("tx", "registry", "withdraw", "work1jv8u6m4u270cecwy94h7ynrtwws5x00a2m7hxt",
		"--from", "stemma1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5cvctpz", "--generate-only", "--chain-id", "test-1",
		"--home", home, "--keyring-backend", "test", "--node", "tcp://127.0.0.1:1")
	require.Equal(t, exitOK, code, errs)
	_, err := os.Stat(filepath.Join(home, "config"))
	require.NoError(t, err)
}
