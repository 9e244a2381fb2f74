package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/localnet"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
)

// script is a program that drives the binary: JSON, exit codes, and no standard input at all.
type script struct{ local }

// run returns what a command answered as JSON, on whichever stream, and its exit code.
func (s script) run(args ...string) (answer map[string]any, code int) {
	s.t.Helper()
	self, err := os.Executable()
	require.NoError(s.t, err)
	args = slices.Concat([]string{"-c", `exec "$0" "$@" <&-`, self}, args, []string{"--home", s.home, "--output", "json"})
	cmd := exec.Command("sh", args...)
	cmd.Env = append(os.Environ(), asNode+"=1")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run()
	require.NotNil(s.t, cmd.ProcessState, args)
	said := out.Bytes()
	if len(bytes.TrimSpace(said)) == 0 {
		lines := strings.Split(strings.TrimSpace(errs.String()), "\n")
		said = []byte(lines[len(lines)-1])
	}
	require.NoError(s.t, json.Unmarshal(said, &answer), "%v: %s%s", args, out.String(), errs.String())
	return answer, cmd.ProcessState.ExitCode()
}

// ok runs a command that succeeds.
func (s script) ok(args ...string) map[string]any {
	s.t.Helper()
	answer, code := s.run(args...)
	require.Equal(s.t, exitOK, code, "%v: %v", args, answer)
	return answer
}

// refused runs a command that an agent's limit or passport refuses, with a code of x/agent.
func (s script) refused(want interface{ ABCICode() uint32 }, args ...string) string {
	s.t.Helper()
	answer, code := s.run(args...)
	require.Equal(s.t, []any{exitDenied, agenttypes.ModuleName, float64(want.ABCICode()), float64(exitDenied)},
		[]any{code, answer["codespace"], answer["code"], answer["exit_code"]}, "%v: %v", args, answer)
	return answer["error"].(string)
}

// act signs an act of alice's agent with these messages, as a program does that builds transactions itself, and sends it. It returns
// codespace and code with which the node refuses it.
func (s script) act(agent, fees string, msgs ...string) string {
	s.t.Helper()
	s.write("unsigned.json", fmt.Sprintf(`{"body":{"messages":[{"@type":"/stemma.agent.v1.MsgAct","key":"%s","agent":"%s","messages":[%s]}]},`+
		`"auth_info":{"fee":{"amount":[{"denom":"ustem","amount":"%s"}],"gas_limit":"400000"}},"signatures":[]}`,
		s.address("fan"), agent, strings.Join(msgs, ","), fees))
	signed := s.do("tx", "sign", "unsigned.json", "--from", "fan", "--output", "json")
	s.write("signed.json", signed)
	tx, _ := s.run("tx", "broadcast", "signed.json")
	if tx["code"] == 0.0 {
		tx, _ = s.run("query", "wait-tx", tx["txhash"].(string))
	}
	return fmt.Sprint(tx["codespace"], " ", tx["code"])
}

// The whole journey of an agent that no person sits beside, and each refusal with its code.
func TestAnAgentWithoutATerminal(t *testing.T) {
	n := localnet.ForTest(t, localnet.Options{Keys: []string{"alice", "bob", "fan", "spare"}})
	s := script{local{t: t, home: n.Nodes[0].Home}}
	t.Chdir(t.TempDir())
	for _, name := range []string{"song.wav", "other.wav", "1.wav", "2.wav"} {
		s.write(name, name)
	}
	s.ok("register", "song.wav", "other.wav", "--from", "bob", "-y")
	s.ok("offer", "song.wav", "commercial-remix-10", "--price", "2.00 USDC", "--from", "bob", "-y")
	song := s.json("works.0.work.id", "show", "song.wav").(string)
	const offered = "commercial-remix-10"

	agent := s.ok("agent", "register", "buyer", "--responsible", "Acme", "--for", "300d", "--from", "alice", "-y")["agent"].(string)
	limit := func(lines string) {
		s.write("limit.yaml", lines)
		s.ok("agent", "limit", "buyer", "fan", "--file", "limit.yaml", "--from", "alice", "-y")
	}
	const verbs = "messages: [anchor, register, acquire, derive, pay]\nexpires: 24h\n"
	limit(verbs + "amount_range: {max: [2.00 USDC]}\nagent_recurrence: {every: 1h, max: [5.00 USDC]}\nbudget: [6.00 USDC]\n" +
		"fees: {max: [0.5 STEM], each_window: [0.6 STEM], budget: [100.00 STEM]}\n")
	s.do("query", "wait-tx", s.json("txhash", "tx", "feegrant", "grant", "alice", s.address("fan"), "-y").(string))
	as := []string{"--agent", agent, "--from", "fan", "-y"}
	by := func(args ...string) []string { return slices.Concat(args, as) }
	sponsored := func(args ...string) []string { return append(by(args...), "--fee-granter", "alice") }

	needs, code := s.run("clear", "song.wav", "--use", "adapt", "--commercial", "--as", "alice")
	require.Equal(t, exitNeedsGrant, code, needs)
	s.ok(sponsored("acquire", "song.wav", offered, "--max-fee", "2.00 USDC")...)
	declare := []string{"generate", "declare", "1.wav", "--source", "song.wav=parentOf", "--model", "acme/composer-1"}
	s.ok(slices.Concat(declare, []string{"--agent", agent, "--fee-granter", "alice", "--by", "fan", "-y"})...)
	s.ok(sponsored("pay", "song.wav", "1.00", "USDC")...)
	require.Equal(t, agent, s.json("record.agent", "query", "lineage", "derivation", s.json("works.0.work.id", "show", "1.wav").(string)))
	require.Equal(t, exitOK, func() int { _, code := s.run("clear", "1.wav", "--use", "copy", "--as", "alice"); return code }())

	require.Contains(t, s.refused(agenttypes.ErrOverAct, by("pay", "song.wav", "2.01", "USDC")...), "2.00 USDC")
	s.ok(by("pay", "song.wav", "1.00", "USDC")...)
	require.Contains(t, s.refused(agenttypes.ErrOverWindow, by("pay", "song.wav", "1.01", "USDC")...), "(1000000uusdc) are left")
	limit(verbs + "amount_range: {max: [9.00 USDC]}\nagent_recurrence: {every: 1h, max: [9.00 USDC]}\nbudget: [6.00 USDC]\n")
	require.Contains(t, s.refused(agenttypes.ErrOverTotal, by("pay", "song.wav", "2.01", "USDC")...), "(2000000uusdc) are left")
	s.refused(agenttypes.ErrNoBudget, by("pay", "song.wav", "0.01", "STEM")...)

	const room = "budget: [50.00 USDC]\n"
	limit(verbs + room + "agent_recurrence: {every: 1h, max: [50.00 USDC]}\n" +
		"fees: {max: [0.5 STEM], each_window: [0.6 STEM], budget: [0.7 STEM]}\n")
	fees := func(amount string) []string {
		return append(sponsored("pay", "song.wav", "0.01", "USDC"), "--fees", amount)
	}
	s.refused(agenttypes.ErrFeeOverAct, fees("600000ustem")...)
	s.ok(fees("400000ustem")...)
	require.Contains(t, s.refused(agenttypes.ErrFeeOverWindow, fees("300000ustem")...), "left")
	limit(verbs + room + "fees: {max: [0.5 STEM], budget: [0.7 STEM]}\n")
	require.Contains(t, s.refused(agenttypes.ErrFeeOverTotal, fees("400000ustem")...), "left")
	s.refused(agenttypes.ErrFeeNoBudget, fees("20000uusdc")...)

	limit(verbs + room + "allowed_payees: [bob]\n")
	s.refused(agenttypes.ErrPayee, by("pay", "other.wav", "0.01", "USDC")...)
	limit(verbs + room + "allowed_works: [" + song + "]\n")
	s.refused(agenttypes.ErrWork, by("pay", "other.wav", "0.01", "USDC")...)
	limit("messages: [acquire]\nexpires: 24h\n" + room + "allowed_terms: [cc-by-4.0]\n")
	s.refused(agenttypes.ErrTerms, by("acquire", "song.wav", offered, "--max-fee", "2.00 USDC")...)
	limit("messages: [acquire]\nexpires: 24h\n" + room + "max_rate: 5%\n")
	s.refused(agenttypes.ErrRate, by("acquire", "song.wav", offered, "--max-fee", "2.00 USDC")...)
	s.refused(agenttypes.ErrNotAllowed, by("pay", "song.wav", "0.01", "USDC")...)

	s.whatIsNeverInside(agent, song, limit)
	s.whenItHasEnded(agent, limit)
}

// whatIsNeverInside: messages that no limit allows, whoever signs beside, and coins that come in before they leave.
func (s script) whatIsNeverInside(agent, song string, limit func(string)) {
	s.t.Helper()
	alice, bob, fan := s.address("alice"), s.address("bob"), s.address("fan")
	validator := s.json("validators.0.operator_address", "query", "staking", "validators").(string)
	s.ok("tx", "staking", "delegate", validator, "500000000ustem", "--from", "alice", "-y")
	limit("messages: [pay, /cosmos.bank.v1beta1.MsgSend, /cosmos.distribution.v1beta1.MsgWithdrawDelegatorReward]\nexpires: 24h\n" +
		"budget: [50.00 USDC]\n")
	send := func(from, to, denom string) string {
		return fmt.Sprintf(`{"@type":"/cosmos.bank.v1beta1.MsgSend","from_address":"%s","to_address":"%s",`+
			`"amount":[{"denom":"%s","amount":"1"}]}`, from, to, denom)
	}
	withdraw := fmt.Sprintf(`{"@type":"/cosmos.distribution.v1beta1.MsgWithdrawDelegatorReward","delegator_address":"%s",`+
		`"validator_address":"%s"}`, alice, validator)
	pay := fmt.Sprintf(`{"@type":"/stemma.royalty.v1.MsgPay","payer":"%s","work":"%s","amount":{"denom":"uusdc","amount":"10"}}`, alice, song)
	code := func(err interface{ ABCICode() uint32 }) string {
		return fmt.Sprintf("%s %d", agenttypes.ModuleName, err.ABCICode())
	}
	const fee = "200000"

	require.Equal(s.t, " 0", s.act(agent, fee, pay, send(alice, bob, "uusdc")))
	require.Equal(s.t, code(agenttypes.ErrOtherSigner), s.act(agent, fee, send(fan, bob, "uusdc")))
	require.Equal(s.t, code(agenttypes.ErrNoBudget), s.act(agent, fee, withdraw, send(alice, bob, "ustem")), "what comes in leaves as well")
	for _, never := range []string{
		fmt.Sprintf(`{"@type":"/stemma.agent.v1.MsgRenew","controller":"%s","agent":"%s","expires_at":"%s"}`, alice, agent, inHours(2000)),
		fmt.Sprintf(`{"@type":"/cosmos.authz.v1beta1.MsgExec","grantee":"%s","msgs":[%s]}`, alice, send(alice, bob, "uusdc")),
		fmt.Sprintf(`{"@type":"/cosmos.feegrant.v1beta1.MsgRevokeAllowance","granter":"%s","grantee":"%s"}`, alice, fan),
	} {
		require.Equal(s.t, code(agenttypes.ErrNeverAllowed), s.act(agent, fee, pay, never))
	}
}

// whenItHasEnded: keys and agents that are stopped, rotated or at their end.
func (s script) whenItHasEnded(agent string, limit func(string)) {
	s.t.Helper()
	pay := func(agent, key string) []string {
		return []string{"pay", "song.wav", "0.01", "USDC", "--agent", agent, "--from", key, "-y"}
	}
	of := func(args ...string) { s.ok(append(append([]string{"agent"}, args...), "--from", "alice", "-y")...) }
	limit("messages: [pay]\nexpires: 24h\nbudget: [50.00 USDC]\n")
	s.ok(pay(agent, "fan")...)
	of("suspend", "buyer")
	s.refused(agenttypes.ErrSuspended, pay(agent, "fan")...)
	of("resume", "buyer")
	of("rotate", "buyer", "fan", "spare")
	s.refused(agenttypes.ErrNotKey, pay(agent, "fan")...)
	s.ok(pay(agent, "spare")...)
	of("retire", "buyer")
	s.refused(agenttypes.ErrSuspended, pay(agent, "spare")...)

	of("register", "brief", "--responsible", "Acme", "--for", "5s")
	s.write("brief.yaml", "messages: [pay]\nexpires: 3s\nbudget: [1.00 USDC]\n")
	of("limit", "brief", "fan", "--file", "brief.yaml")
	brief := s.json("passport.id", "agent", "show", "brief", "--from", "alice").(string)
	require.Eventually(s.t, func() bool {
		answer, _ := s.run(pay(brief, "fan")...)
		return answer["code"] == float64(agenttypes.ErrKeyExpired.ABCICode())
	}, time.Minute, 200*time.Millisecond)
	require.Eventually(s.t, func() bool {
		answer, _ := s.run(pay(brief, "fan")...)
		return answer["code"] == float64(agenttypes.ErrExpired.ABCICode())
	}, time.Minute, 200*time.Millisecond)
	s.refused(agenttypes.ErrExpired, pay(brief, "fan")...)
}
