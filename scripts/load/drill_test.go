package main

import (
	"context"
	"flag"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/localnet"
)

// times is a flag of all drills, which `make drill` gives to both packages.
var times = flag.Int("times", 0, "how many times as long the drill is as its short form; 0: as DRILL says")

// Two validators execute one transaction after the other, two in parallel, and all compute the same states from all kinds of
// transactions. It belongs to the drills of scripts/drills.
func TestDrillExecutors(t *testing.T) {
	length, rate := 8*time.Second, 100
	switch {
	case os.Getenv("DRILL") == "":
		t.Skip("a drill: make drill, or .ci/run drill for the short forms")
	case *times > 0:
		length *= time.Duration(*times)
	case os.Getenv("DRILL") == "long":
		length, rate = 10*time.Minute, 0
	}
	binary, err := localnet.Binary()
	require.NoError(t, err)
	began := time.Now()
	report, err := run(context.Background(), options{
		binary: binary, nodes: 4, parallel: 2, accounts: 100, works: 4, kind: mixed, rate: rate, senders: 1, seed: uint64(began.UnixNano()),
		duration: length, settle: time.Second, every: time.Minute,
		chain: chainOptions{blockTime: 200 * time.Millisecond, set: defaultSettings},
	})
	require.NoError(t, err)
	require.Empty(t, report.Failed)
	require.Empty(t, report.Refused)
	require.Equal(t, "ok", report.Invariants)
	require.Len(t, report.Kinds, 8, "all seven kinds and the setup")
	count := 0
	for _, k := range report.Kinds {
		count += k.Count
	}
	t.Logf("two validators of each executor: %d transactions of %d kinds, %d blocks after which all have the same app hash, "+
		"invariants hold; %.0f s",
		count, len(report.Kinds), report.Agreed, time.Since(began).Seconds())
}
