package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Amounts are read and said in people's units; programs have base units with the others beside.
func TestJourneyOfAmounts(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	l.write("song.wav", "song")
	l.do("register", "song.wav", "--from", "alice", "--no-anchor")
	l.do("offer", "song.wav", "commercial-use", "--price", "1.50 USDC", "--from", "alice")
	require.Contains(t, l.do("show", "song.wav"), "1.50 USDC")
	require.Contains(t, l.fail("acquire", "song.wav", "--max-fee", "1.49usdc", "--from", "fan"),
		"costs 1.50 USDC and --max-fee is 1.49 USDC: --max-fee 1500000uusdc agrees to it")
	require.Equal(t, "1.50 USDC", l.json("fee_display", "acquire", "song.wav", "--max-fee", "1.50 USDC", "--from", "fan"))

	for _, amount := range [][]string{{"2.25", "USDC"}, {"2.25 usdc"}, {"2250000uusdc"}} {
		args := append([]string{"pay", "song.wav"}, append(amount, "--from", "fan", "--dry-run")...)
		require.Equal(t, "2250000uusdc", l.json("amount", args...))
		require.Equal(t, "2.25 USDC", l.json("amount_display", args...))
		require.Contains(t, l.do(args...), "Would pay 2.25 USDC")
	}
	require.Contains(t, l.fail("pay", "song.wav", "0.0000001 USDC", "--from", "fan"), "USDC has 6 decimals")
	require.Contains(t, l.fail("pay", "song.wav", "5", "EURC", "--from", "fan"),
		`"5 EURC" is in units that this chain does not know: write STEM (of which one is 1000000ustem) or USDC (of which one is 1000000uusdc)`)
	require.Contains(t, l.fail("pay", "song.wav", "1,50 USDC", "--from", "fan"), "write a point before the decimals")
	require.Contains(t, l.fail("pay", "song.wav", "1.00 USDC", "--from", "fan", "--fees", "0.0000001 STEM"), "--fees: ")
	require.Equal(t, "0.50 STEM", l.json("tx.fee_display", "pay", "song.wav", "1 USDC", "--from", "fan", "--fees", "0.5 STEM"))
	require.Regexp(t, `^\d+\.\d\d+ USDC$`, l.json("in_hand.1.display", "balance", "fan"))
	require.Contains(t, l.fail("pay", "song.wav", "1 USDC", "--from", "fan", "--node", "tcp://127.0.0.1:1"), "units such as USDC are known from a node")
}
