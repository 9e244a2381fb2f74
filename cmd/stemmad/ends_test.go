package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/client/flags"
	sdk "github.com/cosmos/cosmos-sdk/types"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/ending"
	"github.com/stemma-chain/stemma/testutil/chain"
)

// ended waits for a node to end by itself and returns its exit code and why it says it did: its last error, behind which
// services that are still stopping may write; without one, its last line.
func (v *victim) ended() (ending.Code, string) {
	v.t.Helper()
	select {
	case <-v.node.Exited():
	case <-time.After(patience):
		require.FailNow(v.t, "the node stays up")
	}
	log, err := os.ReadFile(v.log())
	require.NoError(v.t, err)
	lines := strings.Split(strings.TrimSpace(string(log)), "\n")
	why := lines[len(lines)-1]
	for _, line := range lines {
		if strings.HasPrefix(line, "Error: ") {
			why = line
		}
	}
	return ending.Code(v.node.ExitCode()), why
}

// stop stops a node as its operator does.
func (v *victim) stop() {
	v.t.Helper()
	require.NoError(v.t, v.node.Stop())
	code, last := v.ended()
	require.EqualValues(v.t, exitOK, code, last)
}

// TestANodeThatCannotGoOnEnds: it never stays up with answers that are past.
func TestANodeThatCannotGoOnEnds(t *testing.T) {
	if testing.Short() {
		t.Skip("starts nodes")
	}
	v := newVictim(t, rand.New(rand.NewPCG(1, 1)))
	v.start()
	v.await(3)
	v.stop()
	log, err := os.ReadFile(v.log())
	require.NoError(t, err)
	require.NotContains(t, string(log), "leveldb: closed", "the state is closed once, after who asks it")

	t.Run("another genesis", func(t *testing.T) { v.endsAtAnotherGenesis(t) })

	t.Run("halt height", func(t *testing.T) {
		v.startWith("--halt-height", "6")
		code, last := v.ended()
		require.Equal(t, ending.Halted, code, last)
		require.Contains(t, last, "start again without halt-height")
	})

	t.Run("consensus failure", func(t *testing.T) {
		v.start()
		v.await(8)
		signed, err := os.ReadFile(v.signed())
		require.NoError(t, err)
		// CometBFT's engine cannot write what it has signed: it panics, and stays up.
		require.Eventually(t, func() bool {
			_ = os.Remove(v.signed())
			return os.MkdirAll(filepath.Join(v.signed(), "x"), 0o750) == nil
		}, 10*time.Second, time.Millisecond)
		code, last := v.ended()
		require.Equal(t, ending.Consensus, code, last)
		require.Contains(t, last, "consensus has failed")
		require.NoError(t, os.RemoveAll(v.signed()))
		require.NoError(t, os.WriteFile(v.signed(), signed, 0o600))
	})

	t.Run("prune", func(t *testing.T) { prunes(t, v.home) })

	t.Run("reset", func(t *testing.T) {
		before, err := os.ReadFile(v.signed())
		require.NoError(t, err)
		_, errs, code := command("reset", "--home", v.home)
		require.Equal(t, exitOK, code, errs)
		entries, err := os.ReadDir(filepath.Join(v.home, "data"))
		require.NoError(t, err)
		require.Len(t, entries, 1)
		after, err := os.ReadFile(v.signed())
		require.NoError(t, err)
		require.Equal(t, before, after, "what was signed stays")
	})
}

// endsAtAnotherGenesis: the file counts by what it says, not by how it is written.
func (v *victim) endsAtAnotherGenesis(t *testing.T) {
	file := filepath.Join(v.home, "config", "genesis.json")
	right, err := os.ReadFile(file)
	require.NoError(t, err)
	wrong := bytes.Replace(right, []byte("1000000000000"), []byte("1000000000001"), 1)
	require.NotEqual(t, right, wrong)
	require.NoError(t, os.WriteFile(file, wrong, 0o600))
	_, errs, code := command("start", "--home", v.home)
	require.EqualValues(t, ending.Genesis, code, errs)
	require.Regexp(t, `with the hash [0-9a-f]{64}, and .* with the hash [0-9a-f]{64}`, errs)
	require.Contains(t, errs, "stemmad reset")

	var compact bytes.Buffer
	require.NoError(t, json.Compact(&compact, right))
	require.NoError(t, os.WriteFile(file, compact.Bytes(), 0o600))
	_, errs, code = command("start", "--home", v.home, "--genesis_hash", "00")
	require.EqualValues(t, ending.Genesis, code, errs)
	require.Contains(t, errs, "--genesis_hash asks for 00")
	v.start()
	v.await(4)
	v.stop()
}

// prunes does what the help of prune says.
func prunes(t *testing.T, home string) {
	prune := func(args ...string) string {
		out, errs, code := command(append(append([]string{"prune"}, args...), "--home", home)...)
		require.Equal(t, exitOK, code, errs)
		return out
	}
	for _, args := range [][]string{{"nothing"}, {"default"}, {}} {
		require.Contains(t, prune(args...), "nothing is deleted", args)
	}
	export := func(height string) int {
		_, _, code := command("export", "--height", height, "--home", home)
		return code
	}
	require.Equal(t, exitOK, export("2"))
	require.Contains(t, prune("--pruning-keep-recent", "3"), "Deleted the states up to block")
	require.Equal(t, exitFailed, export("2"))
	require.Contains(t, prune("everything"), "Deleted the states up to block")
	require.Contains(t, prune("everything"), "nothing is deleted")
	_, errs, code := command("prune", "custom", "--home", home)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "--pruning-keep-recent, at least 2")
	_, errs, code = command("check", "--home", home)
	require.Equal(t, exitOK, code, errs)
}

func TestANodeDoesNotBeginFromAPlaceholder(t *testing.T) {
	home := t.TempDir()
	_, errs, code := command("init", "mine", "--home", home)
	require.Equal(t, exitOK, code, errs)
	_, errs, code = command("start", "--home", home)
	require.EqualValues(t, ending.Genesis, code, errs)
	require.Contains(t, errs, "replace it with the network's genesis")
	entries, err := os.ReadDir(filepath.Join(home, "data"))
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing that the right genesis would meet")
}

// What is not what a validator signed is named by the validator, in a sentence.
func TestANodeDoesNotBeginFromAChangedGenesis(t *testing.T) {
	home := soloNode(t)
	file := filepath.Join(home, "config", "genesis.json")
	genesis, err := os.ReadFile(file)
	require.NoError(t, err)
	changed := regexp.MustCompile(`"moniker": *"[^"]+"`).ReplaceAll(genesis, []byte(`"moniker":"another"`))
	require.NotEqual(t, genesis, changed)
	require.NoError(t, os.WriteFile(file, changed, 0o600))
	_, errs, code := command("start", "--home", home)
	require.EqualValues(t, ending.Genesis, code, errs)
	require.Contains(t, errs, `genesis refused: the transaction by which the validator "another" begins is not valid in it`)
	require.Contains(t, errs, "get the network's genesis again")
	require.NotContains(t, errs, "signatures")
}

func TestANodeDoesNotBeginOnAFullDisk(t *testing.T) {
	home := soloNode(t)
	file := filepath.Join(home, "config", "app.toml")
	settings, err := os.ReadFile(file)
	require.NoError(t, err)
	more := bytes.Replace(settings, []byte("min-free = 268435456"), []byte("min-free = 9000000000000000000"), 1)
	require.NotEqual(t, settings, more)
	require.NoError(t, os.WriteFile(file, more, 0o600))
	_, errs, code := command("start", "--home", home)
	require.EqualValues(t, ending.DiskFull, code, errs)
	require.Contains(t, errs, "the disk is full")
}

// TestANodeEndsWhenAWriteFails: its disk, a small one, is full before the watch of the free
// space could see it. With room again it goes on.
func TestANodeEndsWhenAWriteFails(t *testing.T) {
	if testing.Short() {
		t.Skip("starts nodes")
	}
	v := newVictim(t, rand.New(rand.NewPCG(1, 1)))
	data := filepath.Join(v.home, "data")
	saved, err := os.ReadFile(v.signed())
	require.NoError(t, err)
	if err := syscall.Mount("none", data, "tmpfs", 0, "size=48m"); err != nil {
		t.Skipf("no file system can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		require.NoError(t, v.node.Stop())
		require.NoError(t, syscall.Unmount(data, syscall.MNT_DETACH))
	})
	require.NoError(t, os.WriteFile(v.signed(), saved, 0o600))
	file := filepath.Join(v.home, "config", "app.toml")
	settings, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, bytes.Replace(settings, []byte("min-free = 268435456"), []byte("min-free = 0"), 1), 0o600))

	v.start()
	at := v.await(3)
	ballast, err := os.Create(filepath.Join(data, "ballast"))
	require.NoError(t, err)
	for block := make([]byte, 4096); err == nil; _, err = ballast.Write(block) {
	}
	require.ErrorIs(t, err, syscall.ENOSPC)
	code, last := v.ended()
	require.Equal(t, ending.DiskFull, code, last)
	require.Contains(t, last, "make room on the disk")

	require.NoError(t, ballast.Close())
	require.NoError(t, os.Remove(ballast.Name()))
	v.start()
	v.await(at + 3)
	v.stop()
	_, errs, check := command("check", "--home", v.home)
	require.Equal(t, exitOK, check, errs)
}

// TestANodeEndsAtAnUpgrade that governance has planned and its binary does not know, and
// again when it is started.
func TestANodeEndsAtAnUpgrade(t *testing.T) {
	if testing.Short() {
		t.Skip("starts nodes")
	}
	v := newVictimWith(t, rand.New(rand.NewPCG(1, 1)), 1, 200*time.Millisecond)
	file := filepath.Join(v.home, "config", "genesis.json")
	genesis, err := os.ReadFile(file)
	require.NoError(t, err)
	soon := regexp.MustCompile(`"voting_period": "[0-9]+s"`).ReplaceAll(genesis, []byte(`"voting_period": "5s"`))
	soon = regexp.MustCompile(`"expedited_voting_period": "[0-9]+s"`).ReplaceAll(soon, []byte(`"expedited_voting_period": "1s"`))
	require.NotEqual(t, genesis, soon)
	require.NoError(t, os.WriteFile(file, soon, 0o600))
	v.startWith("--grpc.enable=true") // the command asks it for its prices
	height := v.await(2) + 60
	do := func(args ...string) {
		before := v.height()
		_, errs, code := command(append(args, "--from", "node0", "--yes", "--home", v.home)...)
		require.Equal(t, exitOK, code, errs)
		v.await(before + 3)
	}
	do("tx", "upgrade", "software-upgrade", "v2", "--title", "Upgrade v2", "--summary", "-", "--no-validate",
		"--upgrade-height", strconv.FormatInt(height, 10), "--deposit", "10000000ustem")
	do("tx", "gov", "vote", "1", "yes")
	for _, begin := range []func(){func() {}, func() { v.startWith() }} {
		begin()
		code, last := v.ended()
		require.Equal(t, ending.Upgrade, code, last)
		require.Contains(t, last, `UPGRADE "v2" NEEDED at height: `+strconv.FormatInt(height, 10))
		require.Contains(t, last, "put the binary of this upgrade in place")
	}
}

func TestABinaryThatDoesNotKnowAnUpgradeEnds(t *testing.T) {
	c := chain.New(t, chain.AppOption(flags.FlagHome, t.TempDir()))
	c.Write(func(ctx sdk.Context) error {
		return c.App.Keepers.Upgrade.ScheduleUpgrade(ctx, upgradetypes.Plan{Name: "v2", Height: c.Height() + 3})
	})
	c.NextBlock()
	_, err := c.App.FinalizeBlock(&abci.RequestFinalizeBlock{Height: c.Height() + 1, Time: c.Now().Add(time.Second)})
	var ended *ending.Ended
	require.True(t, errors.As(ending.Of(err), &ended), "%v", err)
	require.Equal(t, ending.Upgrade, ended.Code)
	require.ErrorContains(t, ended, `UPGRADE "v2" NEEDED`)
}
