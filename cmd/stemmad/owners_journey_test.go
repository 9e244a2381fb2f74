package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What owners do with their works at the top of the command line, and names of keys wherever
// an address is taken.
func TestJourneyOfOwners(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	l.write("song.wav", "song")
	l.write("poem.txt", "poem")

	require.Contains(t, l.do("works", "alice"), "(alice) owns no works")
	song := l.json("works.0.work", "register", "song.wav", "--creator", "Ada", "--fingerprint", "isrc=USRC17607839",
		"--from", "alice").(string)
	l.do("register", "poem.txt", "--no-anchor", "--from", "alice")

	// Works, a page at a time.
	list := l.do("works", "alice")
	require.Less(t, strings.Index(list, song), strings.Index(list, "poem"), "in order of registration: %s", list)
	require.Contains(t, l.do("works", "--from", "alice"), song)
	first := l.json("works.0.id", "works", "alice", "--rows", "1").(string)
	next := l.json("next", "works", "alice", "--rows", "1").(string)
	_, notes, code := command("works", "alice", "--rows", "1", "--home", l.home)
	require.Equal(t, exitOK, code)
	require.Contains(t, notes, "--rows 1 --next "+next)
	require.NotEqual(t, first, l.json("works.0.id", "works", "alice", "--rows", "1", "--next", next))
	require.Contains(t, l.fail("works"), "alice, bob, fan")

	// Revise.
	revise := []string{"revise", "song.wav", "--title", "First Light", "--creator", "Ada (singer)", "--from", "alice"}
	said := l.do(append(revise, "--dry-run")...)
	require.Contains(t, said, `title: "song", now "First Light"`)
	require.Contains(t, said, `creators: "Ada", now "Ada (singer)"`)
	require.Contains(t, said, "nothing was sent")
	_, errs, code := answering("n\n", append(revise, "--home", l.home)...)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "as you answered")
	require.EqualValues(t, 1, l.json("works.0.work.version", "show", song))
	require.EqualValues(t, 2, l.json("version", revise...))
	require.Contains(t, l.do(revise...), "Nothing to revise")
	require.Equal(t, "USRC17607839", l.json("works.0.work.details.fingerprints.0.value", "show", song), "what is not named stays")
	require.Contains(t, l.fail("revise", song, "--title", "Mine", "--from", "bob"), "belongs to")

	// Blank, one version and then all.
	require.Contains(t, l.do("blank", song, "--version", "1", "--dry-run", "--from", "alice"), `title "song", 1 creator`)
	require.Contains(t, l.fail("blank", song, "--version", "3", "--from", "alice"), "has versions 1 to 2, not 3")
	require.Len(t, l.json("versions", "blank", song, "--version", "1", "--from", "alice"), 1)
	require.Contains(t, l.do("show", song), "First Light")
	require.Contains(t, l.do("blank", song, "--from", "alice"), "no longer found by isrc=USRC17607839")
	require.Contains(t, l.do("show", song), "(blanked)")
	require.Contains(t, l.do("blank", song, "--from", "alice"), "Nothing to blank")

	// Withdraw and restore.
	l.do("offer", song, "commercial-remix-10", "--price", "5000uusdc", "--from", "alice")
	l.do("acquire", song, "--max-fee", "5000uusdc", "--from", "bob")
	_, notes, code = command("withdraw-work", song, "--dry-run", "--from", "alice", "--home", l.home)
	require.Equal(t, exitOK, code, notes)
	require.Contains(t, notes, "Nobody gets anything new under these offers from then on:\n  commercial-remix-10")
	require.Contains(t, notes, "These grants stay, until they end by themselves:\n  commercial-remix-10: 1 grant")
	require.Equal(t, "withdrawn", l.json("status", "withdraw-work", song, "--from", "alice"))
	require.Contains(t, l.do("works", "alice"), "withdrawn")
	require.Equal(t, true, l.json("already", "withdraw", song, "--from", "alice"))
	require.Equal(t, "active", l.json("status", "withdraw", song, "--undo", "--from", "alice"))
	require.Contains(t, l.do("withdraw", song, "--undo", "--from", "alice"), "is active already")
	l.do("revise", song, "--creator", "Bob (drummer) <bob>", "--from", "alice")
	require.Contains(t, l.do("show", song, "--output", "json"), `"account": "stemma1`)
	require.Contains(t, l.fail("revise", song, "--creator", "Cy <nobody>", "--from", "alice"), "nobody")

	// Title.
	require.Len(t, l.json("owners", "title", song), 1)
	l.do("transfer", song, "--to", "bob", "--from", "alice")
	require.Contains(t, l.do("title", song), "On offer to")
	accepted := l.json("tx.txhash", "accept", song, "--from", "bob")
	require.Equal(t, accepted, l.json("owners.1.tx", "title", song))
	require.NotEmpty(t, l.json("owners.0.tx", "title", song), "the registration")
	require.EqualValues(t, 0, l.json("not_located", "title", song))
	require.Equal(t, l.json("owners.1.since", "title", song), l.json("owners.0.until", "title", song))
	require.NotContains(t, l.do("works", "alice"), song)
	require.Contains(t, l.do("works", "bob"), song)

	// Names of keys in generated commands, as arguments and flags.
	require.Contains(t, l.do("query", "registry", "works", "--owner", "bob"), song)
	require.Contains(t, l.do("query", "royalty", "balances", "alice"), "balances")
	l.do("tx", "registry", "offer-transfer", song, "alice", "--from", "bob", "--gas", "200000", "-y")
	for _, args := range [][]string{
		{"query", "registry", "works", "--owner", "alise"},
		{"query", "royalty", "balances", "alise"},
		{"query", "bank", "balances", "alise"},
		{"tx", "registry", "offer-transfer", song, "alise", "--from", "bob"},
		{"works", "alise"},
		{"transfer", song, "--to", "alise", "--from", "bob"},
	} {
		require.Contains(t, l.fail(args...), `no key has the name "alise" (there are alice, bob, fan`, args)
	}
}
