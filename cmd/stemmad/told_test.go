package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// What a derivation uses up is named: the grant that the item of a collection asks for, which
// nobody named, too.
func TestJourneyOfGrantsThatAreUsed(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	for _, name := range []string{"song.wav", "album.wav", "one.wav", "two.wav"} {
		l.write(name, name)
	}
	l.write("twice.yaml", "spdx: LicenseRef-Twice\ncommercial_use: true\nderivatives: allowed\nderivatives_per_grant: 2\n")
	l.do("register", "song.wav", "--from", "alice", "--no-anchor")
	l.do("offer", "song.wav", "twice.yaml", "--price", "9ustem", "--from", "alice")
	song := l.json("works.0.work.id", "show", "song.wav").(string)

	// Trying costs nothing, so no price is agreed to.
	require.Equal(t, "9ustem", l.json("fee", "acquire", "song.wav", "--from", "bob", "--dry-run"))
	require.Contains(t, l.fail("acquire", "song.wav", "--from", "bob"), "costs 0.000009 STEM: agree to it")
	require.Contains(t, l.clears(exitNeedsGrant, "song.wav", "--use", "perform", "--as", "bob", "--buy", "--dry-run"),
		"Would acquire a grant under LicenseRef-Twice")
	require.Contains(t, l.clears(exitNeedsGrant, "song.wav", "--use", "perform"), "uses, and 2 derivatives")
	require.Contains(t, l.fail("offer", "song.wav", "--from", "alice"), "name the terms to offer it under")
	collect := []string{"derive", "album.wav", "--from", "song.wav=contains", "--by", "bob", "--no-anchor", "--buy"}
	require.Equal(t, "9ustem", l.json("sources.0.paid", append(collect, "--dry-run")...))
	require.Contains(t, l.fail(collect...), "add --max-fee 9ustem")
	l.do(append(collect, "--max-fee", "9ustem")...)
	l.do("offer", "album.wav", "commercial-remix-5", "--from", "bob")

	derive := []string{"derive", "one.wav", "--from", "album.wav", "--by", "fan", "--no-anchor"}
	report := l.report(derive...)
	require.Equal(t, "needs_grant", report.Denials[0].Verdict)
	require.Equal(t, song, report.Denials[0].Offers[0].Work.String())
	require.Equal(t, []string{"9ustem"}, report.Denials[0].Offers[0].Prices)
	require.EqualValues(t, 2, report.Denials[0].Offers[0].Serves)
	derive = append(derive, "--buy", "--max-fee", "9ustem")
	out, errs, code := command(append(derive, "--home", l.home)...)
	require.Equal(t, exitOK, code, errs)
	for where, text := range map[string]string{"before it is signed": errs, "afterwards": out} {
		require.Regexp(t, `grant1\w+ of "song" \(work1\w+\) under LicenseRef-Twice \(terms1\w+\), `+
			`because "album" \(work1\w+\) was made from that: `+
			`it still serves one derivative, of 2`, text, where)
	}
	require.Contains(t, l.do("show", "one.wav"), "was made from that: it still serves one derivative, of 2")
	used := l.json("grants.0", "derive", "two.wav", "--from", "album.wav", "--by", "fan", "--no-anchor", "--dry-run").(map[string]any)
	require.Equal(t, song, used["work"])
	require.EqualValues(t, 0, used["left"])
	require.Equal(t, used["grant"], l.json("works.0.grants.0.grant", "show", "one.wav"))
	require.Equal(t, used["grant"], l.json("works.0.sources.sources.0.met_by_grants.0", "show", "one.wav"))
	require.Contains(t, l.do("derive", "two.wav", "--from", "album.wav", "--by", "fan", "--no-anchor"), "it serves no further derivative")

	// What can't be declared is said so, in place of the command.
	l.write("fr.yaml", "spdx: LicenseRef-FR\ncommercial_use: true\nderivatives: allowed\nterritories: [FR]\nexclusivity: exclusive\n")
	l.write("open.wav", "open")
	l.do("register", "open.wav", "--from", "alice", "--no-anchor")
	l.do("offer", "open.wav", "commercial-remix-10", "--from", "alice")
	require.Contains(t, l.clears(exitOK, "open.wav", "--use", "adapt", "--territory", "US"), "Declare what you make: stemmad derive")
	l.do("offer", "open.wav", "fr.yaml", "--price", "9ustem", "--from", "alice")
	l.do("acquire", "open.wav", "LicenseRef-FR", "--max-fee", "9ustem", "--from", "fan")
	us := []string{"open.wav", "--use", "adapt", "--territory", "US", "--as", "bob"}
	said := l.clears(exitOK, us...)
	require.NotContains(t, said, "stemmad derive FILE")
	require.Contains(t, said, "What you make can't be declared now")
	require.Contains(t, l.clears(exitOK, append(us, "--output", "json")...), `"undeclarable": [`)
	refused := l.report("derive", "one.wav", "--from", "open.wav@commercial-remix-10", "--by", "bob", "--no-anchor",
		"--allow-contested", "--dry-run")
	require.Equal(t, "exclusive_granted", refused.Reasons[0])
	require.NotEmpty(t, refused.Denials[0].Reasons[0].About[0].Under)
}

// What a source declares later is told to those who use older works, and binds them in nothing;
// who takes over a work is shown what stands.
func TestJourneyOfWhatCameLater(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	for _, name := range []string{"song.wav", "old.wav", "nc.wav", "new.wav", "again.wav"} {
		l.write(name, name)
	}
	l.do("register", "song.wav", "--from", "alice", "--no-anchor")
	l.do("register", "nc.wav", "--from", "fan", "--no-anchor")
	l.do("offer", "nc.wav", "cc-by-nc-4.0", "--from", "fan")
	l.do("offer", "song.wav", "commercial-remix-5", "--from", "alice")
	l.do("derive", "old.wav", "--from", "song.wav", "--by", "bob", "--no-anchor")
	l.do("offer", "old.wav", "commercial-use", "--from", "bob")
	l.do("acquire", "song.wav", "commercial-remix-5", "--from", "bob")
	ask := []string{"old.wav", "--use", "distribute", "--commercial", "--as", "fan"}
	require.NotContains(t, l.clears(exitOK, ask...), "later_source")
	l.do("offer", "song.wav", "commercial-remix-5", "--close", "--from", "alice")
	l.do("derive", "song.wav", "--from", "nc.wav", "--by", "alice", "--allow-unapproved")

	said := l.clears(exitOK, ask...)
	require.Contains(t, said, "[later_source]")
	require.Contains(t, said, `Credit, in these words: "nc"`)
	// An older grant takes on nothing of what came later, and nothing of it is said.
	derive := []string{"derive", "new.wav", "--from", "song.wav", "--by", "bob", "--no-anchor", "--allow-unapproved", "--dry-run"}
	require.Empty(t, l.json("limits", derive...))

	l.do("withdraw", "song.wav", "--from", "alice")
	l.do("transfer", "song.wav", "--to", "bob", "--from", "alice")
	require.Regexp(t, `"song" \(work1\w+\) +20`, l.do("accept", "--from", "bob"))
	require.Contains(t, l.do("accept", "--from", "fan"), "Nothing is offered to")
	accept := []string{"accept", "song.wav", "--from", "bob", "--dry-run"}
	_, errs, code := command(append(accept, "--home", l.home)...)
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, errs, "All of that comes to you")
	require.Contains(t, errs, "It is withdrawn")
	require.Contains(t, errs, "Waiting: the owners of work1")
	require.Contains(t, errs, "commercial-remix-5: 1 grant, without end; 0 derivatives rely on them")
	require.Equal(t, true, l.json("revenue_moves", accept...))
	require.EqualValues(t, 1, l.json("grants.0.number", accept...))
	require.Len(t, l.json("waits_for", accept...), 1)
	l.do("transfer", "song.wav", "--cancel", "--from", "alice")
	require.Contains(t, l.do("withdraw", "song.wav", "--undo", "--from", "alice"), "Made active")

	// A denial from further up names whose permission is missing.
	l.write("no.yaml", "spdx: LicenseRef-No\ncommercial_use: true\nderivatives: allowed\nai_training: deny\n")
	l.write("base.png", "base")
	l.write("made.png", "made")
	l.do("register", "base.png", "--from", "alice", "--no-anchor")
	l.do("offer", "base.png", "no.yaml", "--from", "alice")
	l.do("derive", "made.png", "--from", "base.png", "--by", "bob", "--no-anchor")
	l.do("offer", "made.png", "commercial-remix-5", "--from", "bob")
	base := l.json("works.0.work.id", "show", "base.png").(string)
	denied := l.clears(exitDenied, "made.png", "--use", "train-ai", "--as", "fan")
	require.Contains(t, denied, "what is missing is a permission of "+base)
	require.NotContains(t, denied, "look for another offer of the work")
}

func TestWhatIsLaterThanAWork(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2027, 1, n, 0, 0, 0, 0, time.UTC) }
	work := func(n byte) registrytypes.WorkID { return registrytypes.WorkID{n} }
	link := func(derivative, source byte, at int) lineagetypes.Link {
		return lineagetypes.Link{Derivative: work(derivative), Source: work(source), AddedAt: day(at)}
	}
	added := func(l lineagetypes.Link) time.Time { return l.AddedAt }
	for name, c := range map[string]struct {
		links []lineagetypes.Link
		later []registrytypes.WorkID
	}{
		"none":                            {[]lineagetypes.Link{link(1, 2, 3), link(2, 3, 2)}, nil},
		"its own sources are never later": {[]lineagetypes.Link{link(1, 2, 3), link(1, 3, 9)}, nil},
		"a source's":                      {[]lineagetypes.Link{link(1, 2, 3), link(2, 3, 4)}, []registrytypes.WorkID{work(3)}},
		"and what that was made from": {
			[]lineagetypes.Link{link(1, 2, 3), link(2, 3, 4), link(3, 4, 1)}, []registrytypes.WorkID{work(3)},
		},
		"known by another way":   {[]lineagetypes.Link{link(1, 2, 3), link(2, 3, 4), link(1, 3, 5)}, nil},
		"a source declared anew": {[]lineagetypes.Link{link(1, 2, 5), link(2, 3, 4)}, nil},
		"two steps up":           {[]lineagetypes.Link{link(1, 2, 5), link(2, 3, 4), link(3, 4, 5)}, []registrytypes.WorkID{work(4)}},
	} {
		require.Equal(t, c.later, laterThan(work(1), c.links, added), name)
	}
}
