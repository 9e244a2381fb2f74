package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What somebody who does not know the codes reads on the way: names that can be typed,
// limits before they are signed, refusals that say what to do.
func TestJourneyOfANewcomer(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	l.write("fr.yaml", "spdx: LicenseRef-FR\ncommercial_use: true\nderivatives: allowed\nterritories: [FR]\nrevenue_ceiling: 1000uusdc\n")
	for name, owner := range map[string]string{"song.wav": "alice", "code.txt": "alice", "remix.wav": "bob"} {
		l.write(name, name)
		l.do("register", name, "--from", owner, "--no-anchor")
	}

	_, errs, code := command("register", "song.wav", "--title", "Other", "--from", "alice", "--home", l.home)
	require.Equal(t, exitOK, code)
	require.Contains(t, errs, "is registered already: --title is not recorded")

	// Licences and files can be named where presets can.
	require.Contains(t, l.fail("offer", "code.txt", "NONE", "--from", "alice"), "NONE is no licence")
	require.Contains(t, l.fail("offer", "code.txt", "comercial-use", "--from", "alice"), `did you mean "commercial-use"?`)
	require.Contains(t, l.do("offer", "code.txt", "gpl-3.0-only", "--from", "alice"), `Published the terms and offered "code"`)
	require.Contains(t, l.do("offer", "code.txt", "gpl-3.0-only", "--until", "1d", "--from", "alice"), `Offered "code"`)
	l.do("clear", "code.txt", "--use", "copy", "--terms", "GPL-3.0-only")
	require.Contains(t, l.do("offer", "song.wav", "fr.yaml", "--from", "alice"), "Published the terms and offered")
	require.Contains(t, l.fail("derive", "remix.wav", "--from", "song.wav@GPL-3.0-only", "--by", "bob"),
		"is not offered under GPL-3.0-only. Its offers:")
	require.Contains(t, l.fail("derive", "remix.wav", "--from", "song.wav=parnt", "--by", "bob"), `"song.wav=parnt": there is no role`)

	// Limits are listed before they are taken on, for programs too.
	derive := []string{"derive", "remix.wav", "--from", "song.wav@LicenseRef-FR", "--title", "New", "--by", "bob"}
	out, errs, code := command(append(derive, "--home", l.home)...)
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, errs, "--title is not recorded")
	for _, text := range []string{out, errs} { // before it is signed, and after
		require.Contains(t, text, `No commercial use once it has taken in more than 1000uusdc, demanded by "song" (work1`)
		require.Contains(t, text, "Use is limited to the countries FR")
	}
	out, errs, code = command(append(derive, "--dry-run", "--home", l.home)...)
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, out, "is derived so already")
	l.do("offer", "song.wav", "commercial-remix-10", "--from", "alice")
	out = l.do("derive", "remix.wav", "--from", "song.wav@commercial-remix-10", "--by", "bob", "--dry-run")
	require.Contains(t, out, ", in place of LicenseRef-FR (terms1")
	l.do("offer", "song.wav", "commercial-remix-10", "--close", "--from", "alice")
	out = l.do("show", "remix.wav")
	require.Contains(t, out, `Constraint: Use is limited to the countries FR, demanded by "song" (work1`)
	require.Contains(t, out, "under LicenseRef-FR (terms1")

	// A refusal says what would do.
	errs = l.fail("offer", "remix.wav", "commercial-remix-5", "--price", "5ustem", "--from", "bob")
	require.Contains(t, errs, "it can be paid in uusdc only")
	require.Contains(t, errs, "ask for a price in that, with --price AMOUNTuusdc [denom_not_taken]")
	require.Contains(t, errs, "territories: [FR] [scope_source]")
}

// Before money is spent it is said for what, and for how much.
func TestJourneyOfABuyer(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	l.write("song.wav", "song")
	l.write("remix.wav", "remix")
	l.write("sells.yaml", "spdx: LicenseRef-Sells\ncommercial_use: true\nderivatives: allowed\nai_training: paid\n")
	l.do("register", "song.wav", "--from", "alice", "--no-anchor")
	l.do("offer", "song.wav", "sells.yaml", "--price", "5000ustem", "--from", "alice")
	require.Contains(t, l.fail("acquire", "song.wav", "LicenseRef-Sells", "--from", "bob"),
		"costs 0.005 STEM: agree to it with --max-fee 5000ustem")
	l.do("derive", "remix.wav", "--from", "song.wav", "--by", "bob", "--buy", "--max-fee", "5000ustem", "--no-anchor")
	l.do("offer", "remix.wav", "commercial-use", "--price", "7ustem", "--from", "bob")
	l.do("offer", "song.wav", "sells.yaml", "--close", "--from", "alice")

	// The source is offered no longer, and sells a pass by the command that is named.
	require.Contains(t, l.fail("acquire", "song.wav", "--from", "fan"), "name that work with --uses-of")
	out := l.clears(exitNeedsGrant, "remix.wav", "--use", "copy", "--as", "fan")
	require.Contains(t, out, "uses, and no derivatives")
	require.Equal(t, 1, requireCommands(t, out))
	require.Contains(t, l.do("grant", "list", "fan"), "No grants")
	pass := []string{"acquire", "song.wav", "LicenseRef-Sells", "--uses-of", "remix.wav", "--from", "fan"}
	require.Contains(t, l.fail(pass...), "a pass costs 0.005 STEM: agree to it with --max-fee 5000ustem")
	require.Equal(t, "5000ustem", l.json("fee", append(pass, "--max-fee", "5000ustem", "--dry-run")...))
	require.Contains(t, l.do(append(pass, "--max-fee", "5000ustem")...), "for uses of  work1")
	require.Contains(t, l.do("grant", "list", "fan"), "0.005 STEM  no end")
	require.Len(t, l.json("passes", "grant", "list", "fan"), 1)

	// Nobody pays for what everybody has without having been told.
	l.do("offer", "song.wav", "mit", "--from", "alice")
	l.do("offer", "song.wav", "commercial-use", "--price", "9ustem", "--from", "alice")
	grant := []string{"acquire", "song.wav", "commercial-use", "--max-fee", "9ustem", "--from", "fan"}
	require.Equal(t, "9ustem", l.json("fee", append(grant, "--dry-run")...), "what is only tried is not free")
	require.Contains(t, l.do(append(grant, "--dry-run")...), "countries       everywhere")
	require.Contains(t, l.do("offer", "song.wav", "commercial-use", "--price", "8ustem", "--dry-run", "--from", "alice"),
		"replaces  the offer of the same terms for 0.000009 STEM, until no end, for everybody")
	out, errs, code := command(append(grant, "--home", l.home)...)
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, errs, "royalty         no royalty", "before it is signed")
	require.Contains(t, errs, "by the public offer of mit: you need no grant")
	require.Contains(t, out, "uses, and no derivatives")
}

// Where a remix and the song that it was made from both ask for a grant, half of it is
// nothing: both are listed, and bought at once or not at all.
func TestJourneyOfAWholeBasket(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	l.write("song.wav", "song")
	l.write("remix.wav", "remix")
	l.write("sells.yaml", "spdx: LicenseRef-Sells\ncommercial_use: true\nderivatives: allowed\nai_training: paid\n")
	l.do("register", "song.wav", "--from", "alice", "--no-anchor")
	l.do("offer", "song.wav", "sells.yaml", "--price", "2000ustem", "--from", "alice")
	l.do("derive", "remix.wav", "--from", "song.wav", "--by", "bob", "--buy", "--max-fee", "2000ustem", "--no-anchor")
	l.do("offer", "remix.wav", "sells.yaml", "--price", "1000ustem", "--from", "bob")

	train := []string{"remix.wav", "--use", "train-ai", "--from", "fan"}
	out := l.clears(exitNeedsGrant, train...)
	require.Contains(t, out, "Offers, of which one of each work is needed:")
	require.Contains(t, out, "To buy, all of these, in all 0.003 STEM:")
	require.Equal(t, 2, strings.Count(out, "\n  stemmad acquire work1"), out)
	// What the song asks is no permission to cite: it is bought beside, or the command that
	// buys it is named.
	l.write("model.bin", "model")
	model := []string{"derive", "model.bin", "--kind", "model", "--from", "remix.wav=trained", "--by", "fan", "--no-anchor"}
	refused := l.fail(model...)
	require.Contains(t, refused, "add --buy --max-fee 3000ustem, which buys all of it at once; else its sources are to be paid first, "+
		"with `stemmad acquire work1")
	require.Contains(t, refused, " --max-fee 2000ustem`, then it, with --buy and --max-fee")
	require.Equal(t, 1, requireCommands(t, refused))
	require.Contains(t, l.fail(append(model, "--buy", "--max-fee", "2999ustem")...), "all of it together costs 0.003 STEM")
	beside := l.json("sources.0", append(model, "--buy", "--max-fee", "3000ustem", "--dry-run")...).(map[string]any)
	require.Equal(t, "1000ustem", beside["paid"])
	require.Equal(t, "2000ustem", beside["beside"].([]any)[0].(map[string]any)["paid"])
	buy := slices.Concat(train, []string{"--buy", "-y"})
	refused = l.fail(append(append([]string{"clear"}, buy...), "--max-fee", "2999ustem")...)
	require.Contains(t, refused, "all of it together costs 0.003 STEM, --max-fee is 0.002999 STEM\n--max-fee 3000ustem agrees to it")
	require.Contains(t, l.do("grant", "list", "fan"), "No grants", "nothing was spent")
	out = l.clears(exitNeedsGrant, append(buy, "--max-fee", "3000ustem", "--dry-run", "--output", "json")...)
	require.Contains(t, out, `"to_buy_in_all": "3000ustem"`)
	require.Contains(t, out, `"fee": "1000ustem"`)
	require.Contains(t, out, `"fee": "2000ustem"`)
	out = l.clears(exitOK, append(buy, "--max-fee", "3000ustem")...)
	require.Equal(t, 1, strings.Count(out, "Acquired a grant under"), out)
	require.Equal(t, 1, strings.Count(out, "Acquired a pass under"), out)
	declare := regexp.MustCompile("stemmad (derive FILE --kind model .*)").FindStringSubmatch(l.clears(exitOK, train...))
	require.Len(t, declare, 2)
	l.do(append(strings.Fields(strings.Replace(declare[1], "FILE", "model.bin", 1)), "--by", "fan", "--no-anchor")...)
}
