package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A source is declared after somebody has a grant; who owns it is shown that, and
// approves.
func TestJourneyOfALaterSource(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	for name, owner := range map[string]string{"hit.wav": "alice", "remix.wav": "bob"} {
		l.write(name, name)
		l.do("register", name, "--from", owner)
	}
	l.do("offer", "hit.wav", "commercial-remix-10", "--from", "alice")
	l.do("offer", "remix.wav", "commercial-use", "--price", "10ustem", "--from", "bob")
	l.do("acquire", "remix.wav", "commercial-use", "--max-fee", "10ustem", "--from", "alice")
	require.Contains(t, l.fail("approve-source", "hit.wav", "remix.wav", "--from", "alice"), "To approve one in advance, add --role")

	derive := []string{"derive", "remix.wav", "--from", "hit.wav", "--by", "bob"}
	refused := l.fail(derive...)
	require.Contains(t, refused, "MsgApproveSource")
	said := l.do(append(derive, "--allow-unapproved")...)
	require.Contains(t, said, "stemmad approve-source")
	require.Contains(t, l.do("show", "remix.wav"), "Waiting: the owners of "+l.json("works.0.work.id", "show", "hit.wav").(string)+
		" have not approved its declaration 1 of later sources")
	require.Len(t, l.json("works.0.admissions.admissions", "show", "remix.wav"), 1)
	require.Contains(t, l.fail("offer", "remix.wav", "noncommercial-remix", "--from", "bob"), "unapproved_source")
	require.Contains(t, l.do("clear", "remix.wav", "--use", "copy", "--from", "alice"), "approved")

	said = l.do("approve-source", "hit.wav", "remix.wav", "--from", "alice")
	require.Contains(t, said, "grants for 1 derivative, 0 works made from it, 0 offers")
	require.Contains(t, said, "Nobody else is waited for")
	require.NotContains(t, l.do("show", "remix.wav"), "Waiting")
	l.do("offer", "remix.wav", "commercial-remix-10", "--from", "bob")
	require.Contains(t, l.fail("approve-source", "hit.wav", "remix.wav", "--from", "alice"), "no declaration of")
}
