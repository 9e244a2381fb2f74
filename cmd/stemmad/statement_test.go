package main

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestReceiptsAndStatements pays on a running node and asks for the papers.
func TestReceiptsAndStatements(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	l.write("song.wav", "song")
	l.write("remix.wav", "remix")
	l.do("register", "song.wav", "--from", "alice", "-y")
	l.do("offer", "song.wav", "commercial-remix-10", "--from", "alice", "-y")
	l.do("offer", "song.wav", "commercial-use", "--price", "500uusdc", "--from", "alice", "-y")
	l.do("register", "remix.wav", "--from", "bob", "-y")
	l.do("derive", "remix.wav", "--from", "song.wav=componentOf@commercial-remix-10", "--by", "bob", "-y")

	payment := l.json("tx.txhash", "pay", "remix.wav", "100005uusdc", "--from", "fan", "-y").(string)
	acquired := l.json("tx.txhash", "acquire", "song.wav", "commercial-use", "--max-fee", "500uusdc", "--from", "fan", "-y").(string)
	withdrawn := l.json("txhash", "tx", "royalty", "withdraw", "--from", "alice", "-y").(string)

	require.Equal(t, "100004uusdc", l.json("payments.0.due", "receipt", payment))
	require.Equal(t, "1uusdc", l.json("payments.0.held", "receipt", payment))
	require.Equal(t, "absolute", l.json("payments.0.shares.1.basis", "receipt", payment))
	require.Equal(t, "flushed", l.json("payments.0.shares.1.state", "receipt", payment))
	require.Equal(t, "alice", l.json("payments.0.shares.1.name", "receipt", payment))
	require.Equal(t, "licence fee", l.json("payments.0.kind", "receipt", strings.ToLower(acquired)))
	require.Equal(t, "100005", l.json("totals.0.paid", "receipt", payment))
	text := l.do("receipt", payment)
	for _, want := range []string{"(bob)", "(alice)", "0.090004 USDC", "absolute", "in fractions of a unit"} {
		require.Contains(t, text, want)
	}

	for _, account := range []string{"alice", "bob", "fan"} {
		require.Equal(t, true, l.json("reconciles", "statement", account))
		require.Equal(t, true, l.json("reconciles", "statement", account, "--from", "3", "--denom", "uusdc"))
	}
	rows, err := csv.NewReader(strings.NewReader(l.do("statement", "fan", "--denom", "uusdc", "--format", "csv"))).ReadAll()
	require.NoError(t, err)
	var kinds []string
	for _, row := range rows[1:] {
		kinds = append(kinds, row[3]+" "+row[5])
	}
	require.Equal(t, []string{"opening balance ", "payment -100005", "licence fee -500", "closing balance "}, kinds)
	require.Equal(t, rows[len(rows)-2][6], rows[len(rows)-1][6], "the last line leads to what the bank has")
	require.Contains(t, l.do("statement", "alice"), "payout")
	require.Equal(t, l.do("statement", "fan", "--denom", "uusdc", "--to", "3"), l.do("statement", "fan", "--denom", "usdc", "--to", "3"))
	require.Contains(t, l.fail("works"), "choose a key with --from: ", "nobody signs a question")
	_, errs, code := command("statement", "fan", "--denom", "uusd", "--home", l.home)
	require.Equal(t, exitOK, code)
	require.Contains(t, errs, `There is nothing of "uusd" on this chain`)

	require.Contains(t, l.fail("receipt", strings.Repeat("0", 64)), "check the hash")
	require.Contains(t, l.fail("receipt", withdrawn), "made no payment")
	require.Contains(t, l.fail("receipt", payment, "--payment", "2"), "1 payment")
	require.Contains(t, l.fail("statement", "fan", "--from", "999999"), "still to come")
	require.Contains(t, l.fail("statement", "fan", "--to", "2020-01-01"), "before the first block")
}

func TestPapersNameMistakes(t *testing.T) {
	node := []string{"--home", t.TempDir(), "--keyring-backend", "test", "--node", "tcp://127.0.0.1:1"}
	for _, tc := range []struct {
		args []string
		want string
	}{
		{[]string{"receipt", "abc"}, "64 hex digits"},
		{[]string{"receipt"}, "usage: stemmad receipt TX"},
		{[]string{"statement", "nobody"}, `no key has the name "nobody"`},
		{[]string{"statement", "nobody", "--format", "pdf"}, "table, csv or json"},
		{[]string{"statement", "nobody", "--denom", "u!"}, "is not a denom"},
		{[]string{"receipt", strings.Repeat("0", 64)}, "is the node running?"},
	} {
		_, errs, code := command(append(tc.args, node...)...)
		require.NotEqual(t, exitOK, code, tc.args)
		require.Contains(t, errs, tc.want, tc.args)
	}
}
