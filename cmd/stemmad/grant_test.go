package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The owner approves a derivative, its maker gets a grant for it, renews it, and
// gives another grant away.
func TestJourneyOfAGrant(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	l.write("song.wav", "song")
	l.write("remix.wav", "remix")
	l.do("register", "song.wav", "--from", "alice")
	l.do("register", "remix.wav", "--from", "bob")
	l.do("tx", "license", "publish-terms", `{"spdx":"LicenseRef-Ask","commercial_use":true,"derivatives":"DERIVATIVES_ALLOWED",`+
		`"derivative_approval":true,"duration":"3600s","transferable":true}`, "--from", "alice", "--yes", "--gas", "200000", "--fees", "10000ustem")
	var terms string
	require.Eventually(t, func() bool {
		for _, row := range l.json("terms", "query", "license", "terms-list").([]any) {
			row := row.(map[string]any)
			if row["terms"].(map[string]any)["spdx"] == "LicenseRef-Ask" {
				terms = row["id"].(string)
			}
		}
		return terms != ""
	}, 10*time.Second, 200*time.Millisecond)
	l.do("offer", "song.wav", terms, "--price", "5000ustem", "--from", "alice")

	acquire := []string{"acquire", "song.wav", terms, "--max-fee", "5000ustem", "--from", "bob"}
	require.Contains(t, l.fail(acquire...), "needs_approval")
	require.Contains(t, l.fail("approve", "song.wav", terms, "--from", "alice"), "--licensee or --derivative")
	l.fail("approve", "song.wav", terms, "--licensee", "bob", "--from", "bob")
	l.do("approve", "song.wav", terms, "--derivative", "remix.wav", "--from", "alice")
	require.Contains(t, l.fail(acquire...), "needs_approval")
	grant := l.json("grant", append(acquire, "--for", "remix.wav")...).(string)
	require.Contains(t, l.do("derive", "remix.wav", "--from", "song.wav", "--by", "bob"), grant, "it finds the reserved grant")

	require.Contains(t, l.fail("offer", "song.wav", terms, "--pause", "--price", "1ustem", "--from", "alice"), "drop --price")
	l.do("offer", "song.wav", terms, "--pause", "--from", "alice")
	require.Contains(t, l.do("grant", "show", grant), "paused")
	renew := []string{"grant", "renew", grant, "--from", "bob"}
	require.Contains(t, l.fail(append(renew, "--max-fee", "5000ustem")...), "offer_paused")
	l.do("offer", "song.wav", terms, "--resume", "--from", "alice")
	require.Contains(t, l.fail(renew...), "--max-fee")
	require.Contains(t, l.do(append(renew, "--max-fee", "9000ustem")...), "for 0.005 STEM (5000ustem)")
	require.Contains(t, l.fail("grant", "transfer", grant, "--to", "fan", "--from", "bob"), "moves only with that work")

	l.do("approve", "song.wav", terms, "--licensee", "bob", "--from", "alice")
	l.do("approve", "song.wav", terms, "--licensee", "fan", "--from", "alice")
	loose := l.json("grant", acquire...).(string)
	require.Contains(t, l.fail("grant", "accept", loose, "--from", "fan"), "grant not offered to the account")
	require.Contains(t, l.do("grant", "transfer", loose, "--to", "fan", "--from", "bob"), "Offered "+loose+" to ")
	require.Contains(t, l.do("grant", "show", loose), "offered to ")
	l.do("grant", "transfer", loose, "--cancel", "--from", "bob")
	l.do("grant", "transfer", loose, "--to", "fan", "--from", "bob")
	require.Contains(t, l.do("grant", "accept", loose, "--from", "fan"), "Accepted")
	require.Equal(t, loose, l.json("grants.0.id", "grant", "list", "fan"))
	require.Equal(t, []string{grant}, idsOf(l.json("grants", "grant", "list", "bob")))
	require.ElementsMatch(t, []string{grant, loose}, idsOf(l.json("grants", "grant", "list", "--work", "song.wav")))
	l.do("approve", "song.wav", terms, "--licensee", "fan", "--withdraw", "--from", "alice")
	require.Contains(t, l.fail("grant", "renew", loose, "--max-fee", "9000ustem", "--from", "fan"), "needs_approval")
}

func idsOf(rows any) []string {
	var ids []string
	for _, row := range rows.([]any) {
		ids = append(ids, row.(map[string]any)["id"].(string))
	}
	return ids
}
