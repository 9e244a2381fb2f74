package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A share is divided by one command, which says first what that changes.
func TestJourneyOfSplits(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	l.write("song.wav", "a song")
	l.do("register", "song.wav", "--from", "alice", "-y", "--no-anchor")

	require.Contains(t, l.fail("splits", "song.wav", "alice=60%", "bob=41%", "--from", "alice"), "the shares sum to 101 %, more than 100 %")
	division := []string{"splits", "song.wav", "alice=70%", "bob=300000"}
	for _, preview := range [][]string{{"--holder", "alice"}, {"--from", "alice", "--dry-run"}} {
		out := l.do(append(division, preview...)...)
		require.Contains(t, out, "It would have 2 holders; this share can take it to 32.")
		require.Contains(t, l.do("splits", "song.wav"), "100 %")
	}
	_, errs, code := answering("no", append(division, "--from", "alice", "--home", l.home)...)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, `Divide your share of "song"`)
	require.Contains(t, l.do(append(division, "--from", "alice", "-y")...), "Divided it: block ")
	require.Regexp(t, `\(bob\) +30 %`, l.do("splits", "song.wav"))

	require.Contains(t, l.fail("splits", "song.wav", "fan=20%", "--from", "bob", "-y"), "itself to keep the rest", "all of it has to go somewhere")
	require.Contains(t, l.fail("splits", "song.wav", "fan", "--from", "bob", "-y"), "ACCOUNT=SHARE")
	require.NotEmpty(t, l.json("tx.txhash", "splits", "song.wav", "fan=20%", "bob=10%", "--from", "bob", "-y"))
	out := l.do("splits", "song.wav")
	for _, share := range []string{"70 %", "20 %", "10 %"} {
		require.Contains(t, out, share)
	}
}
