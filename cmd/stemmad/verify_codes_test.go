package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	prf "github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/testutil/vectors"
)

// proofsOf are the vectors' proofs, by name.
func proofsOf(t *testing.T) map[string]vectors.Proof {
	raw, err := os.ReadFile("../../testutil/vectors/proofs.json")
	require.NoError(t, err)
	var all vectors.Proofs
	require.NoError(t, json.Unmarshal(raw, &all))
	byName := map[string]vectors.Proof{}
	for _, p := range all.Proofs {
		byName[p.Name] = p
	}
	return byName
}

// verifying runs verify; it returns what it prints, and how it ends: 0, or its exit code.
func verifying(t *testing.T, args ...string) (string, int) {
	cmd := verifyCmd()
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs(args)
	err := cmd.Execute()
	var exit exitError
	if err != nil {
		require.True(t, errors.As(err, &exit), "%v: %v", args, err)
	}
	return out.String(), exit.code
}

// Whoever checks a proof has no node, and gets no folder for one.
func TestVerifyMakesNoHome(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	_, _, code := command("verify", "verify.go", "--home", home)
	require.Equal(t, exitUnreadable, code)
	require.NoDirExists(t, home)
}

func TestExitCodesOfVerify(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, file []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, file, 0o600))
		return path
	}
	all := proofsOf(t)
	claim := all["claim 0"]
	raw, err := hex.DecodeString(claim.File)
	require.NoError(t, err)
	genuine := write("claim.proof", raw)
	trust := "--trust=" + claim.Trust
	height, hash, _ := strings.Cut(claim.Trust, ":")

	// A file of any size is read as far as a proof can go.
	huge := write("huge.proof", nil)
	require.NoError(t, os.Truncate(huge, 1<<40))
	for _, c := range []struct {
		code int
		args []string
	}{
		{0, []string{genuine, trust}},
		{0, []string{genuine, "--trust=" + height + ":" + strings.ToLower(hash)}},
		{0, []string{genuine, trust, "--period=0s"}}, // it rests on no signatures
		{exitRefuted, []string{genuine, "--trust=" + height + ":" + strings.Repeat("00", 32)}},
		{exitUnverified, []string{genuine, "--trust=1:" + hash}},
		{exitUnverified, []string{genuine}},
		{exitRefuted, []string{genuine, genuine, trust}}, // it is not about that file
		{exitUnreadable, []string{write("empty.proof", nil), trust}},
		{exitUnreadable, []string{write("cut.proof", raw[:len(raw)-1]), trust}},
		{exitUnreadable, []string{write("longer.proof", append(bytes.Clone(raw), 0)), trust}},
		{exitUnreadable, []string{huge, trust}},
		{exitUnreadable, []string{dir, trust}},
	} {
		out, code := verifying(t, c.args...)
		require.Equal(t, c.code, code, "%v: %s", c.args, out)
	}
	for name, p := range all {
		if !strings.HasSuffix(name, ", signed") {
			continue
		}
		raw, err := hex.DecodeString(p.File)
		require.NoError(t, err)
		for _, period := range []string{"0s", "-1h"} {
			_, code := verifying(t, write("signed.proof", raw), "--trust="+p.Trust, "--period="+period)
			require.Equal(t, exitUnverified, code, name)
		}
	}
}

// What is proved of an anchor is that it has one content, and of a payment how far it had come at a time: both are said.
func TestVerifySaysWhichContentAndWhen(t *testing.T) {
	for name, p := range proofsOf(t) {
		if p.Result != "proved" {
			continue
		}
		raw, err := hex.DecodeString(p.File)
		require.NoError(t, err)
		path := filepath.Join(t.TempDir(), "x.proof")
		require.NoError(t, os.WriteFile(path, raw, 0o600))
		text, _ := verifying(t, path, "--trust="+p.Trust)
		said, _ := verifying(t, path, "--trust="+p.Trust, "--output=json")
		var v verified
		require.NoError(t, json.Unmarshal([]byte(said), &v))
		switch {
		case p.Kind == prf.Content.String():
			require.Len(t, v.Content, 64, name)
			require.Contains(t, text, v.Content)
		case strings.HasPrefix(name, "payment"):
			require.Greater(t, v.ListsHeight, v.Height, name)
			require.Contains(t, text, "payments as")
		default:
			require.Empty(t, v.Content)
		}
	}
}

// A proof does not take the place of a file that is there: it may be the work, or a proof of what can't be proved again.
func TestProveKeepsWhatIsThere(t *testing.T) {
	raw, err := hex.DecodeString(proofsOf(t)["claim 0"].File)
	require.NoError(t, err)
	made, err := prf.Read(raw)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "song.wav")
	for _, there := range []struct {
		file  []byte
		named bool
	}{{[]byte("a song"), true}, {[]byte("a song"), false}, {nil, true}, {raw, false}} {
		require.NoError(t, os.WriteFile(path, there.file, 0o600))
		require.ErrorContains(t, (&prover{out: path, named: there.named}).write(made), "is there already")
	}
	require.NoError(t, (&prover{out: path, named: true}).spares())
	require.NoError(t, (&prover{out: path + ".new"}).spares())
}
