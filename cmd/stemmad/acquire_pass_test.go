package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A remix was made under terms that sell training; the song's owner closes the offer, and
// people train on the remix all the same, for the price of then.
func TestJourneyOfAPass(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	l.write("song.wav", "song")
	l.write("remix.wav", "remix")
	l.do("register", "song.wav", "--from", "alice")
	l.do("register", "remix.wav", "--from", "bob")
	l.do("tx", "license", "publish-terms", `{"spdx":"LicenseRef-Sells-Training","commercial_use":true,"derivatives":"DERIVATIVES_ALLOWED",`+
		`"ai_training":"PERMISSION_PAID"}`, "--from", "alice", "--yes", "--gas", "200000", "--fees", "10000ustem")
	var terms string
	require.Eventually(t, func() bool {
		for _, row := range l.json("terms", "query", "license", "terms-list").([]any) {
			row := row.(map[string]any)
			if row["terms"].(map[string]any)["spdx"] == "LicenseRef-Sells-Training" {
				terms = row["id"].(string)
			}
		}
		return terms != ""
	}, 10*time.Second, 200*time.Millisecond)
	l.do("offer", "song.wav", terms, "--price", "5000ustem", "--from", "alice")
	l.do("acquire", "song.wav", terms, "--max-fee", "5000ustem", "--from", "bob")
	l.do("derive", "remix.wav", "--from", "song.wav", "--by", "bob")
	l.do("offer", "remix.wav", "commercial-remix-5", "--from", "bob")
	// While a grant of the song costs as much, the pass is taken: it is for any number of models.
	out := l.clears(exitNeedsGrant, "remix.wav", "--use", "train-ai", "--as", "fan")
	require.Contains(t, out, "any number of models")
	require.Contains(t, out, "one model")
	require.Regexp(t, "To buy: .* --uses-of work1", out)
	both := []string{"remix.wav", "--use", "train-ai", "--buy", "-y", "--from", "fan", "--max-fee", "5000ustem", "--dry-run"}
	require.Contains(t, l.clears(exitNeedsGrant, both...), "Would acquire a pass")

	// Whatever the remix's own terms say, a source that is paid for a use is named.
	require.Contains(t, l.do("offer", "remix.wav", "commercial-remix-10", "--from", "bob", "--dry-run"), `; it is paid at "song" (work1`)

	l.do("offer", "song.wav", terms, "--close", "--from", "alice")
	require.Contains(t, l.do("show", "remix.wav"), "a pass costs 0.005 STEM")

	out = l.clears(exitNeedsGrant, "remix.wav", "--use", "train-ai", "--as", "fan")
	require.Contains(t, out, "a pass, paid to the source work1")
	require.Contains(t, out, terms+" --max-fee 5000ustem --uses-of work1")
	buy := []string{"remix.wav", "--use", "train-ai", "--buy", "-y", "--from", "fan"}
	l.clears(exitNeedsGrant, append(buy, "--max-fee", "5000ustem", "--dry-run")...)
	require.Contains(t, l.fail(append([]string{"clear"}, append(buy, "--max-fee", "4999ustem")...)...), "costs 0.005 STEM")
	require.Contains(t, l.clears(exitOK, append(buy, "--max-fee", "5000ustem")...), "Acquired a pass")
	l.clears(exitOK, "remix.wav", "--use", "train-ai", "--as", "fan")
	l.clears(exitDenied, "song.wav", "--use", "train-ai", "--as", "fan")

	require.Contains(t, l.fail("fetch", "http://127.0.0.1:1/a.txt", "--from", "fan"), "nothing listens at http://127.0.0.1:1/a.txt")
	l.tellsPrices()
	acquire := []string{"acquire", "song.wav", terms, "--uses-of", "remix.wav", "--from", "alice"}
	require.Contains(t, l.fail(acquire...), "--max-fee")
	refused := l.fail("acquire", "remix.wav", "--uses-of", "song.wav", "--max-fee", "5000ustem", "--from", "alice")
	require.Contains(t, refused, "sells no passes")
	require.Contains(t, l.do(append(acquire, "--max-fee", "9000ustem")...), "Acquired a pass for uses of work1")
}
