package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTranscriptsAreTheSameEachTime(t *testing.T) {
	work := func(letter string) string { return "work1" + strings.Repeat(letter, 38) }
	hash := strings.Repeat("A1", 32)
	require.Equal(t, "Registered "+work("a")+" and "+work("c")+", then "+work("a"),
		settle("Registered "+work("q")+" and "+work("z")+", then "+work("q")))
	require.Equal(t, "block N, transaction "+strings.Repeat("F", 64)+", fee N uusdc", settle("block 161, transaction "+hash+", fee 81uusdc"))
	require.Equal(t, settle("block 161, transaction "+hash+", fee 81uusdc"), settle("block 7, transaction "+strings.Repeat("B2", 32)+", fee 1234uusdc"))
	require.Equal(t, "claimed 2026-01-01 00:00:00 UTC", settle("claimed 2026-11-28 11:23:52 UTC"))
	require.Equal(t, "pays 100000uusdc", settle("pays 100000uusdc"), "amounts are what it shows")
	require.Equal(t, "tcp://127.0.0.1:PORT", settle("tcp://127.0.0.1:26621"))
}
