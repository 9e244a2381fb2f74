package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestKindsOfDisputesAreTyped(t *testing.T) {
	require.Len(t, kindNames(), 7)
	for _, name := range kindNames() {
		kind, err := parseKind(name)
		require.NoError(t, err)
		require.True(t, kind.Known())
	}
	_, err := parseKind("theft")
	require.ErrorContains(t, err, "prior-claim")
}

// Bob has registered Alice's photograph and sold it. She disputes it, and he concedes.
func TestJourneyOfADispute(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	l.write("photo.jpg", "photo")
	l.write("raw.dng", "raw")
	photo := l.json("works.0.work", "register", "photo.jpg", "--from", "bob").(string)
	l.do("pay", photo, "1.00", "USDC", "--from", "fan")
	l.do("pay", photo, "2.00", "USDC", "--from", "fan")
	require.Contains(t, l.do("dispute", "bond", photo), "100.00 STEM")
	require.Contains(t, l.do("dispute", "list", photo), "No disputes")
	require.Contains(t, l.fail("dispute", "open", photo, "--about", "theft", "--from", "alice"), "prior-claim")

	open := []string{
		"dispute", "open", photo, "--about", "prior-claim", "--transfer-to", "me", "--past", "2.50 USDC", "--evidence", "raw.dng",
		"--from", "alice",
	}
	require.Contains(t, l.do(append(open, "--dry-run")...), "nothing was sent")
	require.Contains(t, l.fail("dispute", "open", photo, "--about", "missing-source", "--payee", "me", "--share", "10",
		"--evidence", "raw.dng",
		"--from", "alice"), "write a percentage with its sign")
	require.Contains(t, l.fail("dispute", "open", photo, "--about", "prior-claim", "--transfer-to", "me", "--from", "alice"), "show something")
	l.write("broken.proof", "stemma proof\n\x01 and no more")
	require.Contains(t, l.fail(append(open, "--evidence", "broken.proof")...), "broken.proof")
	dispute := l.json("dispute", append(open, "-y")...).(string)

	shown := l.do("dispute", "show", dispute)
	for _, want := range []string{
		"The content is somebody else's", "The work goes to", "For the past at most 2.50 USDC", "in 13 days 23 hours",
		"owner and holders: stemmad dispute answer", "100.00 STEM",
	} {
		require.Contains(t, shown, want)
	}
	for _, party := range []string{"alice", "bob"} {
		require.Contains(t, l.do("dispute", "list", "--party", "me", "--from", party), dispute)
	}
	require.Contains(t, l.do("show", photo), "1 open dispute, on hold since")
	require.Contains(t, l.do("show", photo), dispute)
	require.Equal(t, dispute, l.json("works.0.disputes.0", "show", photo))
	l.do("pay", photo, "7.00", "USDC", "--from", "fan")
	require.Contains(t, l.do("dispute", "show", dispute), "7.00 USDC of what the work earns")

	// All of the 3.00 were bob's, and 2.50 are claimed.
	reckoned := l.do("dispute", "reckon", dispute, "--out", "reckoned.json")
	for _, want := range []string{
		"2 payments: 3.00 USDC", "version 0", "2.50 USDC", "Not in it: 0.50 USDC",
		"dispute rule " + dispute + " --uphold --redress reckoned.json",
	} {
		require.Contains(t, reckoned, want)
	}
	require.FileExists(t, "reckoned.json")
	// Nobody is named as an arbiter here, so the message is refused by the chain and not by how the file reads.
	require.Contains(t, l.fail("dispute", "rule", dispute, "--uphold", "--redress", "reckoned.json", "--from", "fan"), "not in this phase")
	require.Contains(t, l.fail("dispute", "answer", dispute, "--concede", "--from", "fan"), "not a party")
	require.Contains(t, l.do("dispute", "answer", dispute, "--concede", "--dry-run", "--from", "bob"), "Would concede")
	require.Contains(t, l.do("dispute", "answer", dispute, "--concede", "-y", "--from", "bob"), "Conceded")
	require.Eventually(t, func() bool {
		return l.json("dispute.outcome", "dispute", "show", dispute) == "OUTCOME_CONCEDED"
	}, 20*time.Second, 200*time.Millisecond)
	require.Contains(t, l.do("splits", photo), "alice")
	require.Contains(t, l.do("dispute", "list", photo), "conceded")
	require.Contains(t, l.do("dispute", "show", dispute), "100.00 STEM, given back")
	require.Contains(t, l.do("title", photo), dispute, "no transaction gave it to her")
}
