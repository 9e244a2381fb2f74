package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/refusal"
)

// report reads the last line of the standard error of a command that fails, for programs.
func (l local) report(args ...string) refusal.Report {
	l.t.Helper()
	lines := strings.Split(strings.TrimSpace(l.fail(append(args, "--output", "json")...)), "\n")
	var report refusal.Report
	require.NoError(l.t, json.Unmarshal([]byte(lines[len(lines)-1]), &report), lines)
	require.NotZero(l.t, report.ExitCode)
	return report
}

// What the chain refuses is said with sentence, names and remedy, and as JSON to programs.
func TestJourneyOfRefusalsInPlainWords(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	for _, name := range []string{"alike.wav", "nc.wav", "song.wav", "mix.wav"} {
		l.write(name, name)
	}
	l.do("register", "alike.wav", "nc.wav", "song.wav", "--from", "alice", "--no-anchor")
	l.do("register", "mix.wav", "--from", "bob", "--no-anchor")
	l.do("offer", "alike.wav", "cc-by-sa-4.0", "--from", "alice")
	l.do("offer", "nc.wav", "cc-by-nc-sa-4.0", "--from", "alice")
	l.do("offer", "song.wav", "commercial-remix-10", "--from", "alice")

	clash := []string{"derive", "mix.wav", "--from", "alike.wav", "--from", "nc.wav", "--under", "cc-by-sa-4.0", "--under", "cc-by-nc-sa-4.0", "--by", "bob"}
	errs := l.fail(clash...)
	require.Contains(t, errs, "Two works that it is made from demand different terms: ")
	require.Regexp(t, `"alike" \(work1\w+\) under cc-by-sa-4.0[,;]`, errs, "the two stand in the order of their ids")
	require.Regexp(t, `"nc" \(work1\w+\) under cc-by-nc-sa-4.0[,;]`, errs)
	require.Contains(t, errs, "; leave out one of the two, or ask an owner for other terms [sharealike_conflict]")
	report := l.report(clash...)
	require.Equal(t, []string{"sharealike_conflict", "sharealike_conflicts_noncommercial"}, report.Reasons)
	require.Equal(t, "license", report.Codespace)
	require.EqualValues(t, 23, report.Code)
	require.Equal(t, "two works that it is made from demand different terms", report.Sentence)
	errs = l.fail("derive", "mix.wav", "--from", "alike.wav@cc-by-sa-4.0", "--from", "song.wav", "--by", "bob")
	require.Contains(t, errs, "[sharealike_conflicts_royalty]")
	require.Contains(t, errs, "to itself  passed on", "who is owed")

	// An exclusive grant keeps others out.
	l.write("only.yaml", "spdx: LicenseRef-Only\ncommercial_use: true\nderivatives: allowed\nexclusivity: exclusive\n")
	l.do("offer", "song.wav", "only.yaml", "--price", "5ustem", "--from", "alice")
	acquire := []string{"acquire", "song.wav", "LicenseRef-Only", "--max-fee", "5ustem"}
	l.do(append(acquire, "--from", "fan")...)
	require.Contains(t, l.fail(append(acquire, "--from", "bob")...), `would keep out: "song" (work1`)
	require.Equal(t, []string{"exclusive_granted"}, l.report("offer", "song.wav", "cc-by-4.0", "--from", "alice").Reasons)
	require.Equal(t, []string{"exclusive_granted"}, l.report("derive", "mix.wav", "--from", "song.wav@commercial-remix-10", "--by", "bob").Reasons)

	// Failures that are not the chain's are JSON too, of the command line as well.
	report = l.report("pay", "song.wav", "much", "--from", "fan")
	require.Contains(t, report.Error, "much")
	require.Zero(t, report.Code)
	require.Contains(t, l.report("acquire", "--from", "fan").Error, "accepts between 1 and 2 arg(s)")
	l.write("strange.wav", "strange")
	for _, verb := range [][]string{{"acquire", "strange.wav"}, {"pay", "strange.wav", "5ustem"}} {
		errs = l.fail(append(verb, "--from", "fan")...)
		require.Contains(t, errs, "nobody has registered strange.wav, so nobody can be asked or paid")
		require.NotContains(t, errs, "register it")
		require.Equal(t, 1, requireCommands(t, errs))
	}
	_, errs, _ = answering("\n", "derive", "mix.wav", "--from", "nc.wav", "--by", "bob", "--home", l.home)
	require.NotContains(t, errs, "Which one?", "one offer alone is no choice")
	l.do("offer", "nc.wav", "commercial-remix-5", "--from", "alice")
	_, errs, code := answering("\n", "derive", "mix.wav", "--from", "nc.wav", "--by", "bob", "--home", l.home)
	require.Equal(t, exitFailed, code)
	require.Equal(t, 1, strings.Count(errs, "commercial use of what you make"), "the list stands there once: %s", errs)
	require.Contains(t, errs, "nothing was chosen and nothing sent\nchoose one with --under TERMS")
}

// Before signing, derive says what it comes to: royalties by receiver, ceilings, the end,
// and what becomes of grants; clear and pay say it too.
func TestJourneyOfWhatADerivationComesTo(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	for _, name := range []string{"loop.wav", "song.wav", "sold.wav", "mix.wav", "next.wav", "m.bin"} {
		l.write(name, name)
	}
	l.write("capped.yaml", "spdx: LicenseRef-Capped\ncommercial_use: true\nderivatives: allowed\nroyalty_policy: relative\nroyalty_rate: 20%\n"+
		"revenue_ceiling: 1000uusdc,700ustem\n")
	l.write("timed.yaml", "spdx: LicenseRef-Timed\ncommercial_use: true\nderivatives: allowed\nduration: 720h\nderivatives_per_grant: 3\n"+
		"ai_training: paid\n")
	l.do("register", "loop.wav", "sold.wav", "--from", "alice", "--no-anchor")
	l.do("offer", "loop.wav", "commercial-remix-10", "--from", "alice")
	l.do("offer", "sold.wav", "timed.yaml", "--price", "500ustem", "--from", "alice")
	l.do("derive", "song.wav", "--from", "loop.wav", "--by", "fan", "--no-anchor")
	l.do("offer", "song.wav", "capped.yaml", "--from", "fan")

	derive := []string{"derive", "mix.wav", "--from", "song.wav", "--from", "sold.wav", "--by", "bob", "--buy", "--max-fee", "500ustem", "--home", l.home}
	out, errs, code := command(derive...)
	require.Equal(t, exitOK, code, errs)
	for _, text := range []string{out, errs} { // before it is signed, and after
		require.Contains(t, text, "Of all that it takes in it will owe 30 % in all:")
		require.Contains(t, text, `20 % of what the derivative takes in, to "song" (work1`)
		require.Contains(t, text, `10 % of gross revenue, to "loop" (work1`)
		require.Contains(t, text, `: passed on by "song" (work1`)
		require.Contains(t, text, "it can be paid in ustem, uusdc only")
		require.Contains(t, text, " UTC unless renewed, for 3 derivatives")
		require.Regexp(t, `The permission ends with grant1\w+ on 20`, text)
	}
	require.Contains(t, errs, "It takes two transactions, and is asked once: the anchor goes first, for the fee below, then the rest, for about ")
	again := []string{"derive", "next.wav", "--from", "sold.wav", "--by", "bob", "--no-anchor", "--dry-run"}
	require.Contains(t, l.do(again...), "; 2 of its 3 derivatives are left")
	require.NotEmpty(t, l.json("sources.0.until", again...))

	out = l.clears(exitOK, "song.wav", "--use", "adapt", "--commercial", "--as", "bob")
	require.Contains(t, out, "What you make owes 30 % of all that it takes in:")
	require.Contains(t, out, "What you make may take in 0.0007 STEM and 0.001 USDC")
	l.do("offer", "mix.wav", "commercial-use", "--price", "5ustem", "--from", "bob")
	require.Contains(t, l.clears(exitNeedsGrant, "mix.wav", "--use", "perform", "--commercial"), "; so far it has taken in nothing")
	require.Contains(t, l.do("pay", "mix.wav", "701ustem", "--preview"), "this payment takes it beyond that")
	require.NotContains(t, l.do("pay", "mix.wav", "700ustem", "--preview"), "beyond")
	require.Equal(t, "700ustem,1000uusdc", l.json("ceilings.0.ceiling", "pay", "mix.wav", "5ustem", "--preview"))

	// What two sources ask of one and the same is bought once.
	for _, name := range []string{"one.wav", "two.wav"} {
		l.write(name, name)
		l.do("derive", name, "--from", "sold.wav", "--by", "bob", "--no-anchor")
		l.do("offer", name, "commercial-remix-5", "--from", "bob")
	}
	model := []string{"derive", "m.bin", "--kind", "model", "--from", "one.wav=trained", "--from", "two.wav=trained", "--by", "fan", "--no-anchor"}
	require.Contains(t, l.do(append(model, "--buy", "--max-fee", "500ustem")...), "is bought once, for all sources")
	require.Len(t, l.json("grants", "grant", "list", "fan"), 1)

	// A paid grant stays tied when another permission takes its place.
	l.do("offer", "sold.wav", "cc-by-nc-4.0", "--from", "alice")
	l.do("offer", "mix.wav", "commercial-use", "--close", "--from", "bob")
	out = l.do("derive", "mix.wav", "--from", "sold.wav@cc-by-nc-4.0", "--by", "bob", "--dry-run")
	require.Contains(t, out, "stays tied to this work: what was paid for it is not given back")
	require.Contains(t, out, `This comes: No commercial use, demanded by "sold"`)
	require.Regexp(t, `This falls away: The permission ends with grant1`, out)

	// Nobody pays for what is free without having been told what the grant adds.
	_, errs, _ = command("offer", "sold.wav", "GPL-3.0-only", "--from", "alice", "--home", l.home)
	require.Contains(t, errs, "Warning, who would buy the offer of LicenseRef-Timed")
	_, errs, _ = command("acquire", "sold.wav", "LicenseRef-Timed", "--max-fee", "500ustem", "--from", "fan", "--dry-run", "--home", l.home)
	require.Contains(t, errs, "everybody may do this without paying, by the public offer of GPL-3.0-only")
	require.Contains(t, errs, "the grant adds: what the public offer forbids (offering what you make under other terms)")
	_, errs, _ = command("acquire", "sold.wav", "cc-by-nc-4.0", "--from", "fan", "--dry-run", "--home", l.home)
	require.Contains(t, errs, "is public: everybody may do what it permits without a grant")
}
