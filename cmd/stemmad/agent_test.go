package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
)

func TestEndpointsAreTyped(t *testing.T) {
	list, err := readEndpoints([]string{"mcp@2025-06-18=https://a.example/mcp?x=1", "web=https://a.example"})
	require.NoError(t, err)
	require.Equal(t, []agenttypes.Endpoint{
		{Protocol: "mcp", Uri: "https://a.example/mcp?x=1", Version: "2025-06-18"}, {Protocol: "web", Uri: "https://a.example"},
	}, list)
	_, err = readEndpoints([]string{"https://a.example"})
	require.ErrorContains(t, err, "PROTOCOL@VERSION=URI")
}

// Alice answers for a buyer, whose key (fan's account) pays bob's work for her within a limit, until it is stopped.
func TestJourneyOfAnAgent(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	l.write("song.wav", "song")
	song := l.json("works.0.work", "register", "song.wav", "--from", "bob").(string)

	register := []string{
		"agent", "register", "buyer", "--responsible", "Acme", "--uri", "https://acme.example", "--description", "Buys what is used.",
		"--endpoint", "a2a.jsonrpc@1.0=https://acme.example/a2a", "--for", "30d", "--from", "alice",
	}
	require.Contains(t, l.do(append(register, "--dry-run")...), "nothing was sent")
	require.Contains(t, l.fail("agent", "show", "buyer", "--from", "alice"), `you have registered no agent "buyer"`)
	require.Contains(t, l.fail("agent", "register", "buyer", "--responsible", "Acme", "--from", "alice"), "say when it ends")
	require.Contains(t, l.fail("agent", "register", "Buyer", "--from", "alice"), "lower-case")
	agent := l.json("agent", register...).(string)
	require.Equal(t, agent, l.json("passport.id", "agent", "show", "buyer", "--from", "alice"))
	require.Contains(t, l.do("agent", "list", "alice"), agent)
	require.Contains(t, l.do("agent", "messages", "royalty"), "/stemma.royalty.v1.MsgPay ")
	require.Contains(t, l.fail("agent", "messages", "nothing-like-it"), "`stemmad agent messages` lists all")

	l.write("limit.yaml", "messages: [pay, offer-transfer]\nallowed_payees: ["+song+"]\nexpires: 24h\n"+
		"amount_range: {max: [2.00 USDC]}\nagent_recurrence: {every: 1h, max: [3.00 USDC]}\nbudget: [10.00 USDC]\n")
	limit := []string{"agent", "limit", "buyer", "fan", "--from", "alice"}
	_, errs, code := command(append(limit, "--file", "limit.yaml", "--home", l.home, "--dry-run")...)
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, errs, "no budget measures what MsgOfferTransfer moves")
	require.Contains(t, errs, "2.00 USDC an act, 3.00 USDC in 1 hour, 10.00 USDC in all")
	require.Contains(t, l.fail(append(limit, "--file", "gone.yaml")...), "gone.yaml")
	l.do(append(limit, "--file", "limit.yaml")...)
	// What is printed can be set again.
	l.write("printed.yaml", l.do(limit...))
	l.do(append(limit, "--file", "printed.yaml")...)

	pay := []string{"pay", song, "2.00", "USDC", "--agent", agent, "--from", "fan"}
	l.do(pay...)
	shown := l.do("agent", "show", agent)
	require.Contains(t, shown, "1.00 USDC")
	require.Contains(t, shown, "(fan) has spent 2.00 USDC of 10.00 USDC; the window of 3.00 USDC ends at ")
	_, errs, code = command(append(pay, "--home", l.home)...)
	require.Equal(t, exitDenied, code, errs)
	require.Contains(t, errs, "window")
	require.Equal(t, "1", l.json("facts.acts", "agent", "show", agent))

	l.do("agent", "suspend", "buyer", "--from", "alice")
	require.Contains(t, l.fail("pay", song, "0.50", "USDC", "--agent", agent, "--from", "fan"), "suspended")
	l.do("agent", "resume", "buyer", "--from", "alice")
	l.do("pay", song, "0.50", "USDC", "--agent", agent, "--from", "fan")
	l.do("agent", "rotate", "buyer", "fan", "bob", "--from", "alice")
	require.NotEmpty(t, l.fail("pay", song, "0.10", "USDC", "--agent", agent, "--from", "fan"))
	require.Contains(t, l.do("agent", "limit", agent, "bob"), "budget:")

	for format, want := range map[string]string{
		"a2a": `"protocolBinding": "JSONRPC"`, "erc8004": `"active": true`, "did": `"https://www.w3.org/ns/did/v1"`, "yaml": "responsible:",
	} {
		out := l.do("agent", "card", agent, "--format", format)
		require.Contains(t, out, want)
		require.True(t, format == "yaml" || json.Valid([]byte(out)), out)
	}
	l.do("agent", "revise", "buyer", "--description", "Buys more.", "--from", "alice")
	require.Contains(t, l.fail("agent", "revise", "buyer", "--description", "Buys more.", "--from", "alice"), "says this already")
	require.Contains(t, l.do("agent", "card", agent, "--format", "erc8004", "--version", "1"), "Buys what is used.")
	require.Contains(t, l.do("agent", "card", agent, "--format", "erc8004"), "Buys more.")

	l.write("report.pdf", "all well")
	attest := []string{"agent", "attest", agent, "--schema", "acme.example/audit-v1", "--file", "report.pdf", "--from", "bob"}
	attestation := l.json("attestation", attest...).(string)
	require.Contains(t, l.do("agent", "attestations", agent), "not listed")
	l.do("agent", "revoke", attestation, "--from", "bob")
	require.Contains(t, l.do("agent", "attestations", "--issuer", "bob"), "no, revoked at")

	l.do("agent", "payout", "buyer", "--to", "bob", "--from", "alice")
	l.do("agent", "payout", agent, "--accept", "--from", "bob")
	l.do("agent", "recovery", "buyer", "--to", "bob", "--delay", "30d", "--from", "alice")
	shown = l.do("agent", "show", agent)
	for _, want := range []string{
		"(bob), and the controller can object for 30 days", "Buys more.", "0.50 USDC", "2.50 USDC left its controller",
	} {
		require.Contains(t, strings.ReplaceAll(shown, "\n    ", " "), want)
	}
	l.do("agent", "transfer", "buyer", "--to", "bob", "--from", "alice")
	require.Contains(t, l.fail("agent", "transfer", agent, "--accept", "--from", "fan"), "not on offer to")
	l.do("agent", "transfer", agent, "--accept", "--from", "bob")
	require.Contains(t, l.do("agent", "show", agent), "It has no keys")
	l.do("agent", "blank", agent, "--version", "1", "--from", "bob")
	require.Contains(t, l.fail("agent", "card", agent, "--version", "1"), "blanked")
	l.do("agent", "retire", agent, "--from", "bob")
}
