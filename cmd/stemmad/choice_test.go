package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/words/markup"
)

// Of a credit only the place of the licence's text is a link, where this program knows it.
func TestOnlyTheLicenceIsALink(t *testing.T) {
	const by = "https://creativecommons.org/licenses/by/4.0/legalcode"
	line := `"https://evil.example" (work1x), CC-BY-4.0, ` + by
	require.Equal(t, `\"https&#58;//evil\.example\" \(work1x\), CC\-BY\-4\.0, <`+by+">", linked(line, by))
	require.Equal(t, markup.Markdown(line), linked(line, ""))
	require.Equal(t, markup.Markdown(line), linked(line, "https://elsewhere.example"))
}

func TestJourneyOfAChoice(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	for _, name := range []string{"song.wav", "alike.wav", "mix.wav", "mine.wav"} {
		l.write(name, name)
	}
	_, errs, code := command("register", "song.wav", "alike.wav", "--from", "alice", "--no-anchor", "--home", l.home)
	require.Equal(t, exitOK, code)
	require.Contains(t, errs, "Next: stemmad offer WORK TERMS --from alice")
	require.Contains(t, errs, "AI training, AI input and search")
	require.NotContains(t, errs, "remix")
	out, errs, code := command("offer", "song.wav", "cc-by-nc-4.0", "--from", "alice", "--home", l.home)
	require.Equal(t, exitOK, code, errs)
	for _, text := range []string{out, errs} { // before it is signed, and after
		require.Contains(t, text, "AI training: allowed: the terms do not mention it, and allow derivatives")
		require.Contains(t, text, "search: allowed: the terms do not mention it")
	}
	require.Equal(t, "allowed_unset", l.json("machines.ai_input", "offer", "song.wav", "commercial-remix-10", "--from", "alice"))
	l.do("offer", "alike.wav", "cc-by-sa-4.0", "--from", "alice")
	l.do("offer", "alike.wav", "commercial-remix-5", "--from", "alice")

	derive := []string{"derive", "mix.wav", "--by", "bob", "--no-anchor", "--home", l.home}
	one := slices.Concat(derive, []string{"--from", "song.wav"})
	for _, more := range []string{"", "-y", "--dry-run", "--output=json", "--model=acme/m"} {
		args := one
		if more != "" {
			args = append(args, more)
		}
		for answer, want := range map[string]string{
			"": "choose one with --under TERMS", "yes\n": `is none of the numbers 1 to 2`,
		} {
			_, errs, code := answering(answer, args...)
			require.Equal(t, exitFailed, code, more)
			require.Contains(t, errs, want, more)
			require.Contains(t, errs, "cc-by-nc-4.0         nothing  no royalty             commercial use of what you make")
			require.Contains(t, errs, "commercial-remix-10  nothing  10 % of gross revenue  -")
		}
	}
	require.Contains(t, l.fail("show", "mix.wav"), "not registered")
	out, errs, code = answering("2\n", append(one, "--dry-run")...)
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, out, "public offer of commercial-remix-10, 10 % of gross revenue")
	require.Contains(t, out, "the limits of the graph, the rates together")
	require.Contains(t, l.do(append(one, "--commercial", "--dry-run")...), "public offer of commercial-remix-10")
	require.Contains(t, l.do(append(one, "--under", "cc-by-nc-4.0", "--dry-run")...), "no commercial use")

	// Each of several sources is chosen for, or refused with all others.
	two := slices.Concat(one, []string{"--from", "alike.wav"})
	_, errs, code = answering("", two...)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "2 of 2 sources cannot be used")
	out = l.do(append(two, "--under", "cc-by-nc-4.0", "--under", "commercial-remix-5", "--dry-run")...)
	require.Contains(t, out, "public offer of cc-by-nc-4.0")
	require.Contains(t, out, "public offer of commercial-remix-5")
	require.Contains(t, l.do(append(derive, "--from", "song.wav@commercial-remix-10", "--from", "alike.wav", "--commercial", "--dry-run")...),
		"public offer of commercial-remix-5")

	// What no permission shows, a dry run names: rates, open offers, the graph.
	require.Contains(t, l.fail(append(one, "--commercial", "--dry-run", "--max-rate", "9%")...), "more than the 9 % of max_total_rate")
	out, errs, code = answering("2\nyes\n", one...)
	require.Equal(t, exitOK, code, out+errs)
	l.do("offer", "mix.wav", "commercial-remix-5", "--from", "bob")
	l.do("register", "mine.wav", "--from", "bob", "--no-anchor")
	l.do("offer", "mine.wav", "commercial-use", "--from", "bob")
	require.Contains(t, l.fail("derive", "mine.wav", "--from", "song.wav@cc-by-nc-4.0", "--by", "bob", "--dry-run"), "close the offer first")
	require.Contains(t, l.fail("derive", "song.wav", "--from", "mix.wav", "--by", "alice", "--dry-run"), "would run in a circle")
}

func TestJourneyOfCredits(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	derive := []string{"derive", "collage.png", "--by", "bob", "--no-anchor"}
	var photos []string
	for i := range 10 {
		name := fmt.Sprintf("photo%d.png", i)
		l.write(name, name)
		photos = append(photos, name)
		derive = append(derive, "--from", name)
	}
	l.write("collage.png", "collage")
	l.do(append(append([]string{"register"}, photos...), "--from", "alice", "--no-anchor")...)
	for _, photo := range photos {
		l.do("offer", photo, "cc-by-4.0", "--from", "alice")
	}
	l.do(derive...)
	l.do("offer", "collage.png", "cc-by-4.0", "--from", "bob")

	out := l.clears(exitOK, "collage.png", "--use", "copy")
	require.Equal(t, 9, strings.Count(out, "Credit, in these words"))
	require.Contains(t, out, "Credit more than these: `stemmad credits work1")
	out = l.do("credits", "collage.png")
	require.Equal(t, 10, strings.Count(out, "\n"))
	require.Contains(t, out, `"photo7" (work1`)
	require.Contains(t, l.do("credits", "collage.png", "--format", "markdown"), "- \\\"photo7\\\" \\(work1")
	require.Contains(t, l.do("credits", "collage.png", "--format", "markdown"), ", <https://creativecommons.org/licenses/by/4.0/legalcode>\n")
	require.Len(t, l.json("credits", "credits", "collage.png"), 10)
	require.Empty(t, l.do("credits", "photo1.png"))
	require.Contains(t, l.fail("credits", "collage.png", "--format", "html"), "text, markdown or json")

	// A grant that is used up is explained.
	l.write("remix.wav", "remix")
	l.write("other.wav", "other")
	l.write("sold.wav", "sold")
	l.do("register", "sold.wav", "--from", "alice", "--no-anchor")
	l.do("offer", "sold.wav", "commercial-remix-10", "--price", "5000uusdc", "--from", "alice")
	l.do("derive", "remix.wav", "--from", "sold.wav", "--buy", "--max-fee", "5000uusdc", "--by", "bob", "--no-anchor")
	out = l.clears(exitNeedsGrant, "sold.wav", "--use", "adapt", "--commercial", "--as", "bob")
	require.Contains(t, out, "is used up: it serves work1")
	require.NotContains(t, out, "does not help", "another grant does")
	require.Contains(t, l.clears(exitNeedsGrant, "sold.wav", "--use", "adapt", "--as", "bob", "--output", "json"), `"used_by": "work1`)
	require.NotContains(t, l.clears(exitOK, "sold.wav", "--use", "perform", "--as", "bob"), "used up")
}

// Commands that pay, sign and ask take the earliest claim of several, and say so.
func TestJourneyOfSeveralClaims(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	l.write("song.wav", "song")
	l.write("remix.wav", "remix")
	song := l.json("works.0.work", "register", "song.wav", "--from", "alice", "--no-anchor").(string)
	l.do("offer", "song.wav", "commercial-use", "--price", "5uusdc", "--from", "alice")
	remix := l.json("works.0.work", "register", "remix.wav", "--from", "bob", "--no-anchor").(string)
	later := l.json("works.0.work", "register", "song.wav", "--from", "bob", "--no-anchor", "--allow-contested").(string)
	l.do("register", "remix.wav", "--from", "fan", "--no-anchor", "--allow-contested")

	said := func(args ...string) string {
		l.t.Helper()
		out, errs, code := command(append(args, "--home", l.home)...)
		require.Equal(t, exitOK, code, errs)
		require.Contains(t, errs, ", the earliest of 2 claims, by ")
		return out + errs
	}
	require.Contains(t, said("paychannel", "open", "1000uusdc", "--pay", "song.wav=60%,remix.wav=40%", "--from", "fan"),
		"song.wav is "+song+", the earliest of 2 claims")
	require.Contains(t, said("lineage", "song.wav"), song)
	require.Contains(t, said("credits", "song.wav"), song)
	require.Contains(t, said("grant", "list", "--work", "song.wav"), song)
	require.Contains(t, said("export", "rights", "--work", "song.wav", "--format", "schema-jsonld"), song)

	asks := asked(l)
	l.do("offer", song, asks, "--from", "alice")
	require.Contains(t, said("approve", song, asks, "--derivative", "remix.wav", "--from", "alice"), remix)
	l.do("transfer", later, "--to", "fan", "--from", "bob")
	require.Contains(t, l.fail("accept", "song.wav", "--from", "fan"), "no transfer")
	l.do("transfer", song, "--to", "fan", "--from", "alice")
	require.Contains(t, said("accept", "song.wav", "--from", "fan"), song)
	l.do("accept", later, "--from", "fan")
}
