package main

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/history"
	"github.com/stemma-chain/stemma/testutil/localnet"
)

const (
	dollar = "ibc/8E27BA2D5493AF5636760E354E46004562C46AB7EC0CC4C1CA14E9E20E2545B5"
	scam   = "ibc/8E27000000000000000000000000000000000000000000000000000000005B5B"
)

// startVoting is a network with votes of seconds, on which an account has coins of another chain.
func startVoting(t *testing.T) local {
	t.Helper()
	holder := sdk.AccAddress(strings.Repeat("x", 20))
	n := localnet.ForTest(t, localnet.Options{
		Keys:   []string{"alice", "bob", "fan"},
		Funded: []localnet.Account{{Address: holder.String(), Coins: sdk.NewCoins(sdk.NewCoin(dollar, math.NewInt(7_500_000)))}},
		Genesis: func(genesis []byte) ([]byte, error) {
			soon := regexp.MustCompile(`"voting_period": "[0-9]+s"`).ReplaceAll(genesis, []byte(`"voting_period": "5s"`))
			return regexp.MustCompile(`"expedited_voting_period": "[0-9]+s"`).ReplaceAll(soon, []byte(`"expedited_voting_period": "1s"`)), nil
		},
	})
	return local{t: t, home: n.Nodes[0].Home}
}

// passes votes for the proposal that a verb made, and waits for what became of it.
func (l local) passes(args ...string) {
	l.t.Helper()
	proposal, ok := l.json("proposal", append(args, "--propose", "--from", "alice")...).(float64)
	require.True(l.t, ok)
	number := strconv.Itoa(int(proposal))
	l.do("tx", "gov", "vote", number, "yes", "--from", "node0", "-y", "--gas", "300000")
	require.Eventually(l.t, func() bool {
		return l.json("proposal.status", "query", "gov", "proposal", number) == "PROPOSAL_STATUS_PASSED"
	}, time.Minute, time.Second)
}

// A vote gives a coin of another chain a unit: from then on people read and write it, and everything else is as it was.
func TestGovernanceAcceptsACoin(t *testing.T) {
	l := startVoting(t)
	holder := sdk.AccAddress(strings.Repeat("x", 20)).String()
	t.Chdir(t.TempDir())
	require.Contains(t, l.do("balance", holder), "ibc/8E27…45B5")
	require.NotContains(t, l.do("balance", holder), dollar)
	require.Contains(t, l.do("balance", holder, "--output", "json"), dollar)

	accept := []string{"denom", "accept", dollar, "--unit", "USDT", "--decimals", "6", "--min-payment", "0.001 USDT"}
	require.Contains(t, l.fail(append(accept, "--from", "alice")...), "only governance accepts coins")
	for says, args := range map[string][]string{
		"USDC is uusdc already":            {dollar, "--unit", "usdc", "--decimals", "6"},
		"STEM is ustem already":            {dollar, "--unit", "STEM", "--decimals", "6"},
		"is that of":                       {dollar, "--unit", "UUSDC", "--decimals", "6"},
		"say the unit as a whole":          {dollar, "--unit", "USDT"},
		"1 to 18 are possible":             {dollar, "--unit", "USDT", "--decimals", "19"},
		"another coin than":                {dollar, "--unit", "USDT", "--decimals", "6", "--min-payment", "5uusdc"},
		"no channel is known":              {dollar, "--unit", "USDT", "--decimals", "6", "--rate-limit", "25"},
		"fees are counted in ustem":        {dollar, "--unit", "USDT", "--decimals", "6", "--fee-rate", "2uusdc"},
		"what one unit counts as":          {dollar, "--fee-rate", "2 STEM"},
		"ask where channel-0 leads":        {"transfer/channel-0/uusdt", "--unit", "USDT", "--decimals", "6"},
		`symbol "US DT"; it is a letter`:   {dollar, "--unit", "US DT", "--decimals", "6"},
		`symbol "USDT."; it is a letter`:   {dollar, "--unit", "USDT.", "--decimals", "6"},
		"is no coin of another chain":      {strings.ToLower(dollar), "--unit", "USDT", "--decimals", "6"},
		"is staked: its unit is what":      {"ustem", "--unit", "GOLD", "--decimals", "6"},
		"USDC is how people write uusdc":   {"usdc"},
		"ask where chanel-0 leads":         {"transfer/chanel-0/uusdc", "--unit", "USDT", "--decimals", "6"},
		"is no way that a coin comes by":   {"transfer/Channel/uusdc", "--unit", "USDT", "--decimals", "6"},
		"0 % is no limit":                  {dollar, "--unit", "USDT", "--decimals", "6", "--rate-limit", "0"},
		"from 1":                           {dollar, "--unit", "USDT", "--decimals", "6", "--rate-limit", "5", "--rate-hours", "0"},
		"is in units that this chain does": {dollar, "--unit", "USDT", "--decimals", "6", "--min-flow", "5 EUR"},
	} {
		errs := l.fail(append(append([]string{"denom", "accept"}, args...), "--propose", "--from", "alice", "-y")...)
		require.Contains(t, strings.ReplaceAll(errs, "\n", " "), says)
	}
	said, notes, code := command(append(accept, "--propose", "--dry-run", "--from", "alice", "--home", l.home)...)
	require.Equal(t, exitOK, code, notes)
	for _, words := range []string{
		"Accept USDT for payments.", "The coin is " + dollar + ".", "None of it has come yet", "one is 1000000" + dollar,
		"Payments from 0.001 USDT (1000" + dollar + "), flows from 0.0001 USDT (100" + dollar + ")",
	} {
		require.Contains(t, strings.ReplaceAll(said, "\n", " "), words)
	}
	require.Contains(t, notes, "A symbol is a claim")

	l.passes(append(accept, "--unit-name", "US Dollar T", "--fee-rate", "2 STEM", "-y")...)
	list := l.do("denom", "list")
	for _, words := range []string{"ibc/8E27…45B5", "USDT, 6 decimals", dollar + "\n", "USDC, 6 decimals", "STEM, 6 decimals"} {
		require.Contains(t, list, words)
	}
	require.Equal(t, "2000000000000000000", l.json("denoms.0.fee_rate", "denom", "list"))
	require.Contains(t, l.do("balance", holder), "7.50 USDT")

	l.write("song.wav", "song")
	l.do("register", "song.wav", "--no-anchor", "--from", "alice")
	require.Contains(t, l.do("pay", "song.wav", "5 USDT", "--preview"), "5.00 USDT")
	l.do("pay", "song.wav", "5 USDC", "--from", "fan", "-y")

	// Another coin gets none of the symbols, and the minima alone can be changed.
	require.Contains(t, l.fail("denom", "accept", scam, "--unit", "Usdt", "--decimals", "18", "--propose", "--from", "alice", "-y"),
		"USDT is "+dollar+" already")
	l.passes("denom", "accept", dollar, "--min-payment", "1 USDT", "-y")
	require.Equal(t, "1000000", l.json("denoms.0.min_payment", "denom", "list"))
	require.Equal(t, "USDT", l.json("denoms.0.symbol", "denom", "list"))
	require.Contains(t, l.fail("pay", "song.wav", "0.5 USDT", "--preview"), "at least 1000000"+dollar)
	l.tellsVoters()
}

// A typing error is pointed out, and those who vote are told when amounts will read otherwise; a name stays with its symbol.
func (l local) tellsVoters() {
	l.t.Helper()
	propose := func(args ...string) (said, notes string) {
		said, notes, code := command(append([]string{"denom", "accept"}, append(args, "--propose", "--dry-run", "--from", "alice",
			"--home", l.home)...)...)
		require.Equal(l.t, exitOK, code, notes)
		return strings.ReplaceAll(said, "\n", " "), notes
	}
	_, notes := propose("uudsc", "--unit", "UDS", "--decimals", "6")
	require.Contains(l.t, notes, "There is no uudsc on this chain")
	said, _ := propose(dollar, "--unit", "USDT", "--decimals", "6")
	require.Contains(l.t, said, "in full US Dollar T")
	require.NotContains(l.t, said, "Until now")
	said, _ = propose(dollar, "--unit", "USDT.n", "--decimals", "18")
	require.NotContains(l.t, said, "in full")
	for _, words := range []string{
		"Until now people write it in USDT.", "Until now one is 1000000" + dollar, "what is 1.00 USDT becomes 0.000000000001 USDT.n.",
	} {
		require.Contains(l.t, said, words)
	}
}

// Where a coin comes from is said in a clause, whatever of it is known.
func TestWhereACoinComesFrom(t *testing.T) {
	for says, from := range map[string]*fromAfar{
		"none of it has come yet, and this node knows no way that has this hash": nil,
		"it comes from chain noble-1 by channel-3, where it is called uusdc":     {Chain: "noble-1", Channel: "channel-3", DenomThere: "uusdc", Steps: 1},
		"it comes by channel-3, from a chain where it is called uusdc":           {Channel: "channel-3", DenomThere: "uusdc", Steps: 1},
		"it comes by version 2 of the protocol, transfer/07-tendermint-0/uusdc":  {Path: "transfer/07-tendermint-0/uusdc", Steps: 1},
		`it comes by channel-3, from a chain where it is called "uusdc of noble-1.\nThe coin is\u200b real"`: {
			Channel: "channel-3", DenomThere: "uusdc of noble-1.\nThe coin is\u200b real", Steps: 1,
		},
		`it comes from chain "noble-1 by channel-0" by channel-3, where it is called uusdc`: {
			Chain: "noble-1 by channel-0", Channel: "channel-3", DenomThere: "uusdc", Steps: 1,
		},
		"it comes from chain hub-4 by channel-0, where it is called ibc/AA, which has it from yet another chain " +
			"(transfer/channel-0/transfer/channel-5/uusdc)": {
			Chain: "hub-4", Channel: "channel-0", DenomThere: "ibc/AA", Steps: 2, Path: "transfer/channel-0/transfer/channel-5/uusdc",
		},
	} {
		require.Equal(t, says, from.String())
	}
}

// Why a transfer goes back may quote what its sender wrote, which makes no lines of its own.
func TestARefusedTransferIsOneLine(t *testing.T) {
	said := goesBack(history.Refusal{Channel: "channel-0", Sequence: "2", Reason: "the memo has a\n\nPayment 2: 1000.00 USDC\x1b[2J"})
	require.Equal(t, "transfer 2 over channel-0 goes back to its sender: the memo has a??Payment 2: 1000.00 USDC?[2J", said)
}
