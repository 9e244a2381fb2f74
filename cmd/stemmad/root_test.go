package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/app"
)

func init() { app.Configure() }

// command runs one command line, answers yes when it is asked, and returns what it
// printed and its exit code.
func command(args ...string) (stdout, stderr string, code int) {
	return answering("yes\n", args...)
}

// answering is command with another answer.
func answering(answer string, args ...string) (stdout, stderr string, code int) {
	var out, errs bytes.Buffer
	root := newRootCmd(args)
	root.SetIn(strings.NewReader(answer))
	root.SetArgs(args)
	root.SetOut(&out)
	root.SetErr(&errs)
	code = run(root, &errs)
	return out.String(), errs.String(), code
}

func TestErrorsArePrintedOnceWithoutUsage(t *testing.T) {
	out, errs, code := command("check", "--nonsense")
	require.Equal(t, exitFailed, code)
	require.Empty(t, out)
	require.Equal(t, "Error: unknown flag: --nonsense (see stemmad check --help)\n", errs)
}

func TestVersionLeavesNoHome(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	_, _, code := command("version", "--home", home)
	require.Equal(t, exitOK, code)
	require.NoDirExists(t, home)
}

func TestStartWithoutANodeLeavesNoHome(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	for _, verb := range []string{"start", "check", "export"} {
		_, errs, code := command(verb, "--home", home)
		require.Equal(t, exitFailed, code)
		require.Contains(t, errs, "stemmad init")
		require.NoDirExists(t, home)
	}
}

func TestInitRefusesToReplaceAGenesis(t *testing.T) {
	home := t.TempDir()
	out, errs, code := command("init", "mine", "--home", home, "--chain-id", "test-1")
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, out, "test-1")

	_, errs, code = command("init", "mine", "--home", home)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "--overwrite")
	_, errs, code = command("init", "mine", "--home", home, "--overwrite", "--solo")
	require.Equal(t, exitOK, code, errs)
}

func TestNetworkIsSoundAndCheckFindsTampering(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "net")
	_, errs, code := command("testnet", "init-files", "-v", "4", "-o", dir, "--accounts", "alice,bob")
	require.Equal(t, exitOK, code, errs)

	var first []byte
	for i := range 4 {
		config := filepath.Join(dir, fmt.Sprintf("node%d", i), "config")
		genesis, err := os.ReadFile(filepath.Join(config, "genesis.json"))
		require.NoError(t, err)
		if first == nil {
			first = genesis
		}
		require.Equal(t, string(first), string(genesis))
		comet, err := os.ReadFile(filepath.Join(config, "config.toml"))
		require.NoError(t, err)
		require.Equal(t, 3, strings.Count(string(comet), "@127.0.0.1:"), "peers of node %d", i)
		require.Contains(t, string(comet), "addr_book_strict = false")
	}

	file := filepath.Join(dir, "node0", "config", "genesis.json")
	out, errs, code := command("check", "--genesis", file)
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, out, "bank/total-supply")

	forged := bytes.Replace(first, []byte("1000000000000"), []byte("1000000000001"), 1)
	bad := filepath.Join(dir, "bad.json")
	require.NoError(t, os.WriteFile(bad, forged, 0o600))
	out, errs, code = command("check", "--genesis", bad, "--output", "json")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "1 of 1 invariants broken")
	var report checkReport
	require.NoError(t, json.Unmarshal([]byte(out), &report))
	require.Equal(t, 1, report.Broken)

	// A loan that nobody took: each module's part is sound, the whole is not.
	forged = bytes.Replace(first, []byte(`"turnovers": []`), []byte(
		`"turnovers": [{"denom": "uusdc", "turnover": {"paid_in": "5", "paid_out": "0"}}]`), 1)
	require.False(t, bytes.Equal(first, forged))
	require.NoError(t, os.WriteFile(bad, forged, 0o600))
	out, errs, code = command("genesis", "validate", bad, "--home", filepath.Join(dir, "node0"))
	require.Equal(t, exitFailed, code)
	require.Contains(t, out, "uusdc: paid in 5")
	require.Contains(t, errs, "1 of 14 invariants broken")
	for name, change := range map[string][2]string{
		"validators": {"\"consensus\": {\n", `"consensus": {"validators": [{"pub_key": {"type": "tendermint/PubKeyEd25519",
			"value": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}, "power": "1"}],`},
		"max_gas": {`"max_gas": "300000000"`, `"max_gas": "0"`},
	} {
		forged = bytes.Replace(first, []byte(change[0]), []byte(change[1]), 1)
		require.False(t, bytes.Equal(first, forged), name)
		require.NoError(t, os.WriteFile(bad, forged, 0o600))
		out, _, code = command("genesis", "validate", bad, "--home", filepath.Join(dir, "node0"))
		require.Equal(t, exitFailed, code, name)
		require.Regexp(t, "(?i)"+name, out)
	}
	_, errs, code = command("genesis", "validate", "--home", filepath.Join(dir, "node0"))
	require.Equal(t, exitOK, code, errs)

	_, errs, code = command("testnet", "init-files", "-o", dir)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "exists")
}

// soloNode is the home folder of a node that never ran.
func soloNode(t *testing.T) string {
	t.Helper()
	home := t.TempDir()
	_, errs, code := command("init", "mine", "--home", home, "--solo")
	require.Equal(t, exitOK, code, errs)
	return home
}

// A node whose state or settings are not as they must be ends with one sentence.
func TestStartSaysWhatToDo(t *testing.T) {
	for _, verb := range []string{"start", "check", "export"} {
		home := soloNode(t) // the state stays locked until the process ends
		db, err := app.OpenDB(home, dbm.GoLevelDBBackend)
		require.NoError(t, err)
		require.NoError(t, db.SetSync([]byte("s/7"), []byte{}))
		require.NoError(t, db.Close())
		_, errs, code := command(verb, "--home", home)
		require.Equal(t, exitFailed, code, verb)
		require.Contains(t, errs, "it has commits, but does not say which is the last; "+
			"delete data/application.db and start again", verb)
		require.Equal(t, 1, strings.Count(errs, "\n"), verb)
	}

	home := soloNode(t)
	file := filepath.Join(home, "config", "app.toml")
	settings, err := os.ReadFile(file)
	require.NoError(t, err)
	changed := strings.Replace(string(settings), "\ntrees = true\n", "\ntrees = \"perhaps\"\n", 1)
	require.NotEqual(t, string(settings), changed)
	require.NoError(t, os.WriteFile(file, []byte(changed), 0o600))
	_, errs, code := command("start", "--home", home)
	require.Equal(t, exitFailed, code)
	require.Equal(t, "Error: fast.trees is perhaps: set it to true or false in app.toml\n", errs)
}

// TestMostCommandsNeedNoModules: what is generated from them takes as long to make as all else.
func TestMostCommandsNeedNoModules(t *testing.T) {
	generated := func(args ...string) bool {
		query, _, err := newRootCmd(args).Find([]string{"query", "registry", "work"})
		return err == nil && query.Name() == "work"
	}
	for _, line := range []string{"version", "show song.wav", "--home x pay work1x 1uusdc", "keys list", "start", "export --for-zero-height"} {
		require.False(t, generated(strings.Fields(line)...), line)
	}
	for _, line := range []string{"", "help", "query registry work x", "q bank", "tx", "shwo", "--help", "completion bash", "__complete q"} {
		require.True(t, generated(strings.Fields(line)...), line)
	}
	require.True(t, generated(), "all of it")
}

func TestAChainIDIsOneWord(t *testing.T) {
	for _, id := range []string{"bad chain id!", "../up", strings.Repeat("x", 51), "-x"} {
		for _, args := range [][]string{{"init", "mine", "--home"}, {"testnet", "init-files", "-o"}} {
			home := filepath.Join(t.TempDir(), "node")
			args = append(args, home)
			_, errs, code := command(append(args, "--chain-id", id)...)
			require.Equal(t, exitFailed, code)
			require.Contains(t, errs, "such as stemma-1")
			require.NoFileExists(t, filepath.Join(home, "config", "genesis.json"))
		}
	}
}

func TestHelpTellsTheTruth(t *testing.T) {
	out, _, code := command("--version")
	require.Equal(t, exitOK, code)
	require.Contains(t, out, "stemmad version")
	out, _, _ = command("start", "--help")
	require.NotContains(t, out, "caching (default", "that is in app.toml")
	require.Contains(t, out, "(default: "+app.DefaultHome())
	out, _, _ = command("export", "--help")
	require.Contains(t, out, "Stop the node first")
}
