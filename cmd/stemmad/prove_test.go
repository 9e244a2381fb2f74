package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Proofs are made on a node and checked without one: of each kind, from the latest header, an earlier and a later one.
func TestJourneyOfProofs(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	l.write("song.wav", "a song")
	l.write("draft.txt", "a draft")
	l.write("other.txt", "another")
	l.do("register", "song.wav", "--from", "alice", "-y", "--proof=kept")
	kept, err := filepath.Glob("kept/work1*.proof")
	require.NoError(t, err)
	require.Len(t, kept, 1)
	l.do("anchor", "draft.txt", "--from", "alice", "-y")
	l.do("offer", "song.wav", "ai-training-paid", "--price", "5.00 USDC", "--from", "alice", "-y")
	grant := l.json("grant", "acquire", "song.wav", "ai-training-paid", "--max-fee", "5.00 USDC", "--from", "bob", "-y",
		"--proof").(string)
	require.FileExists(t, filepath.Join(l.home, "proofs", grant+".proof"))
	tx := l.json("tx.txhash", "pay", "song.wav", "1.00 USDC", "--from", "fan", "-y", "--proof=kept").(string)
	require.FileExists(t, "kept/"+tx+".proof")

	prove := func(args ...string) string {
		return l.json("trust", append(append([]string{"prove"}, args...), "--out", "x.proof")...).(string)
	}
	for _, args := range [][]string{
		{"song.wav"},
		{"song.wav", "--about", "title"},
		{"song.wav", "--about", "offers"},
		{"song.wav", "--about", "holders"},
		{"song.wav", "--about", "sources"},
		{"song.wav", "--about", "derivation"},
		{grant},
		{tx},
		{"draft.txt", "--anchor"},
		{"song.wav", "--rights", "--use", "train-ai", "--commercial", "--as", "bob"},
		{"song.wav", "--use", "perform"},
	} {
		trust := prove(args...)
		out, errs, code := command("verify", "x.proof", "--trust", trust)
		require.Equal(t, exitOK, code, "%v: %s%s", args, out, errs)
		require.Contains(t, out, "PROVED")
		require.Contains(t, out, "It does not prove")
	}

	// A file that it is about, and one that it is not about.
	trust := prove("draft.txt", "--anchor")
	_, _, code := command("verify", "x.proof", "draft.txt", "--trust", trust)
	require.Equal(t, exitOK, code)
	out, _, code := command("verify", "x.proof", "song.wav", "--trust", trust)
	require.Equal(t, exitRefuted, code)
	require.Contains(t, out, "REFUTED")
	require.Contains(t, out, "REFUTED: the proof is about another content")
	require.Contains(t, l.fail("prove", "other.txt", "--anchor"), "no anchor kept below")
	require.Contains(t, l.fail("prove", "draft.txt"), "prove that with --anchor")

	// A key names its account; what is nothing is said to be nothing of all that can be proved.
	require.Equal(t, "balances", l.json("kind", "prove", "alice", "--out", "alice.proof"))
	require.Contains(t, l.fail("prove", "nobody"), "no grant, dispute, account, key or transaction")
	require.Contains(t, l.fail("prove", strings.Repeat("AB", 32)), "no transaction in this node's index")
	require.Contains(t, l.fail("prove", "song.wav", "--commercial"), "--commercial is of a use")
	require.Contains(t, l.fail("prove", "song.wav", "--use", "adapt", "--about", "offers"), "all but one of --about, --rights")

	// Without trust, with trust in another header or in another hash, damaged, and no proof at all.
	out, _, code = command("verify", "x.proof")
	require.Equal(t, exitUnverified, code)
	require.Contains(t, out, "It would prove an anchored content")
	_, _, code = command("verify", "x.proof", "--trust", fmt.Sprintf("1:%064d", 1))
	require.Equal(t, exitUnverified, code)
	_, _, code = command("verify", "x.proof", "--trust", trust[:len(trust)-64]+fmt.Sprintf("%064d", 1))
	require.Equal(t, exitRefuted, code)
	raw, err := os.ReadFile("x.proof")
	require.NoError(t, err)
	raw[100] ^= 1
	require.NoError(t, os.WriteFile("damaged.proof", raw, 0o600))
	out, _, code = command("verify", "damaged.proof", "--trust", trust)
	require.Equal(t, exitUnreadable, code)
	require.Contains(t, out, "damaged")
	_, _, code = command("verify", "song.wav", "--trust", trust)
	require.Equal(t, exitUnreadable, code)
	_, errs, _ := command("verify", "x.proof", "--trust", "4711")
	require.Contains(t, errs, "behind the colon stands its hash")

	// An old proof made to begin at a later header, and a new one that begins at an old header.
	first := prove("song.wav")
	require.NoError(t, os.Rename("x.proof", "old.proof"))
	l.do("anchor", "other.txt", "--from", "alice", "-y") // a block later
	later := l.json("trust", "prove", "--refresh", "old.proof", "--out", "new.proof").(string)
	require.NotEqual(t, first, later)
	out, _, code = command("verify", "new.proof", "song.wav", "--trust", later)
	require.Equal(t, exitOK, code, out)
	prove("song.wav", "--trust", first)
	out, _, code = command("verify", "x.proof", "song.wav", "--trust", first)
	require.Equal(t, exitOK, code, out)
	out, _, code = command("verify", "x.proof", "--trust", first, "--period", "1ns")
	require.Equal(t, exitUnverified, code, out)
	require.Contains(t, out, "unpunished")
}
