package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	cmtcfg "github.com/cometbft/cometbft/config"
	cmtstore "github.com/cometbft/cometbft/proto/tendermint/store"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/joining"
)

const signedAt77 = `{"height":"77","round":0,"step":3}`

func freshHome(t *testing.T) string {
	t.Helper()
	home := t.TempDir()
	_, errs, code := command("init", "mine", "--chain-id", "mine-1", "--home", home)
	require.Equal(t, exitOK, code, errs)
	return home
}

func stateFile(home string) string { return filepath.Join(home, "data", "priv_validator_state.json") }

func keyFile(home string) string { return filepath.Join(home, "config", "priv_validator_key.json") }

// A new key comes with an empty state, and with the old key back in its place heights would be signed twice.
func TestWhatWasSignedIsNotForgottenForANewKey(t *testing.T) {
	for name, args := range map[string][]string{
		"init":   {"init", "mine", "--overwrite"},
		"solo":   {"init", "mine", "--overwrite", "--solo"},
		"join":   {"join", "--rpc", "http://127.0.0.1:1", "--from-genesis"},
		"start":  {"start"},
		"gentx":  {"genesis", "gentx", "mine", "1000000ustem"},
		"gentxs": {"genesis", "collect-gentxs"},
	} {
		t.Run(name, func(t *testing.T) {
			home := freshHome(t)
			if name == "start" {
				home = t.TempDir()
				_, errs, code := command("init", "mine", "--solo", "--home", home)
				require.Equal(t, exitOK, code, errs)
			}
			require.NoError(t, os.Remove(keyFile(home)))
			require.NoError(t, os.WriteFile(stateFile(home), []byte(signedAt77), 0o600))
			_, errs, code := command(append(args, "--home", home)...)
			require.Equal(t, exitFailed, code, errs)
			require.Contains(t, errs, "there is no key")
			text, err := os.ReadFile(stateFile(home))
			require.NoError(t, err)
			require.Equal(t, signedAt77, string(text))
			require.NoFileExists(t, keyFile(home))
		})
	}
}

// CometBFT would take what is missing for 0.
func TestAStateWithoutAHeightIsDamaged(t *testing.T) {
	for text, known := range map[string]bool{
		signedAt77: true, `{"height":"0","round":0,"step":0}`: true, "": false, "{}": false, "null": false, `{"round":0,"step":3}`: false,
		`{"height":"-1","round":0,"step":3}`: false, `{"height":77,"round":0,"step":3}`: false, `{"height":"77","round":"x"}`: false, `{"height":"77"`: false,
	} {
		file := filepath.Join(t.TempDir(), "state.json")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		_, is := signedHeight(file)
		require.Equal(t, known, is, text)
	}
}

func TestAMonikerIsOneLineOfTheSettings(t *testing.T) {
	for _, name := range []string{`my "node"`, "a\nb", `a\b`, "", " ", "Zoë", "a\tb"} {
		home := filepath.Join(t.TempDir(), "home")
		_, errs, code := command("init", name, "--home", home)
		require.Equal(t, exitFailed, code, name)
		require.Contains(t, errs, "the moniker")
		_, errs, code = command("join", name, "--rpc", "http://127.0.0.1:1", "--from-genesis", "--home", home)
		require.Equal(t, exitFailed, code, name)
		require.Contains(t, errs, "the moniker")
	}
	for _, name := range []string{"a", "my node's [1]", "x-y_z.9"} {
		require.NoError(t, checkMoniker(name))
	}
}

// all is what stands in a folder.
func all(t *testing.T, folder string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		files[path] = string(text)
		return err
	}))
	return files
}

// Whatever is the matter, doctor changes nothing, and answers programs in JSON.
func TestDoctorOfABrokenHome(t *testing.T) {
	for name, c := range map[string]struct {
		file, text, code string
	}{
		"no config.toml":      {"config/config.toml", "", "running"},
		"no app.toml":         {"config/app.toml", "", "running"},
		"a broken config":     {"config/config.toml", `x = "`, "settings"},
		"another type":        {"config/app.toml", "[api]\nenable = \"perhaps\"\n", "settings"},
		"a broken key":        {"config/priv_validator_key.json", "{", "sign-key"},
		"a key of nothing":    {"config/priv_validator_key.json", "{}", "sign-key"},
		"a part of a key":     {"config/priv_validator_key.json", `{"priv_key":{"type":"tendermint/PrivKeyEd25519","value":"AAAA"}}`, "sign-key"},
		"a state of nothing":  {"data/priv_validator_state.json", "{}", "sign-key"},
		"a state of half":     {"data/priv_validator_state.json", `{"height":`, "sign-key"},
		"no state":            {"data/priv_validator_state.json", "", "sign-key"},
		"a genesis that ends": {"config/genesis.json", "{", "running"},
	} {
		t.Run(name, func(t *testing.T) {
			home := freshHome(t)
			path := filepath.Join(home, c.file)
			if c.text == "" {
				require.NoError(t, os.Remove(path))
			} else {
				require.NoError(t, os.WriteFile(path, []byte(c.text), 0o600))
			}
			before := all(t, home)
			out, errs, code := command("doctor", "--home", home, "--output", "json")
			require.Equal(t, exitFailed, code, errs)
			require.Equal(t, before, all(t, home))
			var d diagnosis
			require.NoError(t, json.Unmarshal([]byte(out), &d), errs)
			require.False(t, d.OK)
			marks := map[string]string{}
			for _, f := range d.Findings {
				marks[f.Code] = string(f.Mark)
			}
			require.Equal(t, "bad", marks[c.code], out)
		})
	}
}

// Blocks are not deleted because CometBFT's state beside them is lost.
func TestJoinDeletesNoBlocks(t *testing.T) {
	home := freshHome(t)
	cfg := cmtcfg.DefaultConfig()
	cfg.SetRoot(home)
	db, err := cmtcfg.DefaultDBProvider(&cmtcfg.DBContext{ID: "blockstore", Config: cfg})
	require.NoError(t, err)
	row, err := (&cmtstore.BlockStoreState{Base: 1, Height: 9}).Marshal()
	require.NoError(t, err)
	require.NoError(t, db.SetSync([]byte("blockStore"), row))
	require.NoError(t, db.Close())
	_, errs, code := command("join", "--rpc", "http://127.0.0.1:1", "--from-genesis", "--home", home)
	require.Equal(t, exitFailed, code, errs)
	require.Contains(t, errs, "has blocks up to height 9")
}

// Join that finds out nothing leaves nothing.
func TestJoinThatFailsWritesNothing(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	_, errs, code := command("join", "--rpc", "http://127.0.0.1:1", "--from-genesis", "--home", home)
	require.Equal(t, exitUnreachable, code, errs)
	for path := range all(t, home) {
		require.Equal(t, "client.toml", filepath.Base(path), "what every command writes")
	}
	require.NoDirExists(t, filepath.Join(home, "data"))
}

// With the key of before in the file the stake would be a validator's that signs nothing.
func TestTheFileOfAValidatorNamesItsKey(t *testing.T) {
	home := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(home, "config"), 0o700))
	one, two := ed25519.GenPrivKey().PubKey(), ed25519.GenPrivKey().PubKey()
	require.NoError(t, writeValidator(home, "mine", one))
	text, err := os.ReadFile(validatorFile(home))
	require.NoError(t, err)
	mine := strings.Replace(string(text), `"0.10"`, `"0.15"`, 1)
	require.NoError(t, os.WriteFile(validatorFile(home), []byte(mine), 0o600))
	require.NoError(t, writeValidator(home, "other", two))
	text, err = os.ReadFile(validatorFile(home))
	require.NoError(t, err)
	named := func(key cryptotypes.PubKey) string { return base64.StdEncoding.EncodeToString(key.Bytes()) }
	require.Equal(t, strings.Replace(mine, named(one), named(two), 1), string(text))
}

func TestVariablesThatSetSettingsAreNamed(t *testing.T) {
	home := freshHome(t)
	t.Setenv("STEMMAD_PRIV_VALIDATOR_LADDR", "tcp://127.0.0.1:9")
	t.Setenv("STEMMAD_BLOCK_EXECUTOR", "block-stm")
	t.Setenv("STEMMAD_DISK_MIN_FREE", "1")
	t.Setenv("STEMMAD_HOME", home)
	t.Setenv("STEMMAD_FROM", "bob")
	settings, err := settingsAsTheyAre(t.Context(), home)
	require.NoError(t, err)
	require.Equal(t, []string{"STEMMAD_BLOCK_EXECUTOR", "STEMMAD_DISK_MIN_FREE", "STEMMAD_PRIV_VALIDATOR_LADDR"},
		settingVariables(settings.Viper.AllKeys()))
}

// Another node at the port of this one's RPC does not speak for it.
func TestAnotherNodeAnswers(t *testing.T) {
	home := freshHome(t)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"jsonrpc":"2.0","id":0,"result":{"node_info":{"id":"0123456789abcdef0123456789abcdef01234567","network":"mine-1"},` +
			`"sync_info":{"latest_block_height":"9","earliest_block_height":"1","latest_block_time":"2026-11-30T00:00:00Z"},"validator_info":{}}}`))
	}))
	t.Cleanup(other.Close)
	cfg, err := settingsIn(t.Context(), home)
	require.NoError(t, err)
	cfg.Config.RPC.ListenAddress = "tcp://" + other.Listener.Addr().String()
	require.NoError(t, writeSettings(cfg.Config))
	out, _, code := command("doctor", "--home", home)
	require.Equal(t, exitFailed, code)
	require.Regexp(t, "bad +running .*another node answers there", out)
	_, err = watchSync(t.Context(), cfg.Config, "fedcba9876543210fedcba9876543210fedcba98", 9, true, make(chan error), func(string, ...any) {})
	require.ErrorContains(t, err, "another node answers at")
}

// A node that answers without an end is left, as one that does not answer.
func TestDoctorLeavesANodeThatNeverEnds(t *testing.T) {
	home := freshHome(t)
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for spaces := bytes.Repeat([]byte(" "), 1<<20); r.Context().Err() == nil; {
			if _, err := w.Write(spaces); err != nil {
				return
			}
		}
	}))
	t.Cleanup(endless.Close)
	out, errs, code := command("doctor", "--home", home, "--rpc", endless.URL, "--output", "json")
	require.Equal(t, exitFailed, code, errs)
	require.True(t, json.Valid([]byte(out)), out)
}

// Whoever is on the way would choose what to trust.
func TestABundleComesOverHTTPS(t *testing.T) {
	moved := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/again" {
			http.Redirect(w, r, "/again", http.StatusFound)
			return
		}
		http.Redirect(w, r, "http://203.0.113.1/join.json", http.StatusFound)
	}))
	t.Cleanup(moved.Close)
	for at, says := range map[string]string{
		"http://203.0.113.1/join.json": "is not https",
		"http://example.org/join.json": "is not https",
		moved.URL + "/join.json":       "is not https",
		moved.URL + "/again":           "is moved again and again",
	} {
		_, errs, code := command("join", "--bundle", at, "--home", filepath.Join(t.TempDir(), "home"))
		require.Equal(t, exitFailed, code, errs)
		require.Contains(t, errs, says)
	}
	raw, err := json.Marshal(joining.Bundle{RPC: []string{"http://127.0.0.1:1"}})
	require.NoError(t, err)
	still := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(raw) }))
	t.Cleanup(still.Close)
	got, err := readBundle(t.Context(), still.URL)
	require.NoError(t, err)
	require.True(t, bytes.Equal(raw, got))
}
