package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestClearNamesMistakesBeforeItAsks(t *testing.T) {
	home, dir := t.TempDir(), t.TempDir()
	t.Chdir(dir)
	require.NoError(t, os.WriteFile("song.wav", []byte("song"), 0o600))
	require.NoError(t, os.WriteFile("bad.csv", []byte("id\nnonsense\n"), 0o600))
	require.NoError(t, os.WriteFile("good.csv", []byte(strings.Repeat("a", 64)), 0o600))
	node := []string{"--home", home, "--keyring-backend", "test", "--node", "tcp://127.0.0.1:1"}
	for _, tc := range []struct{ args, want string }{
		{"song.wav", "--use is not said: write one of copy"},
		{"song.wav --use sell", `--use "sell" is no use`},
		{"song.wav --use copy --territory UK", `--territory "UK" is no country`},
		{"song.wav --use copy --medium a_b", `--medium "a_b" is no medium`},
		{"song.wav --use copy --until 2001-01-01", "--until 2001-01-01 is over"},
		{"--use copy", "name either a WORK, FILE or SHA-256, or a dataset with --manifest"},
		{"song.wav --use copy --manifest good.csv", "name either"},
		{"song.wav --use copy --report r.csv", "--report is for a dataset"},
		{"song.wav --use copy --max-fee 5uusdc", "--max-fee goes with --buy"},
		{"song.wav --use copy --for song.wav", "--for needs --as"},
		{"song.wav --use copy --buy --max-fee 1.5uusdc", "--max-fee: \"1.5uusdc\" is not an amount"},
		{"song.wav --use copy --buy --broadcast-mode async", "--broadcast-mode async does not go with --buy"},
		{"song.wav --use copy --terms nonsense", `--terms names no grant (grant1...): "nonsense" is neither terms`},
		{"song.wav --use copy --as nobody", "--as: no key has the name \"nobody\""},
		{"--use copy --manifest good.csv --buy", "--buy is for a single work"},
		{"--use copy --manifest good.csv --terms cc-by-4.0", "--terms is for a single work"},
		{
			"--use copy --manifest bad.csv",
			"bad.csv line 2: no work id (work1...), and \"nonsense\" is no SHA-256: write 64 hex digits",
		},
		{"--use copy --manifest gone.csv", "no such file"},
		{"--use copy --manifest good.csv --report good.csv", "is the manifest itself"},
		{"--use copy --manifest good.csv", "is the node running?"},
		{"song.wav --use copy", "is the node running?"},
	} {
		_, errs, code := command(append(append([]string{"clear"}, strings.Fields(tc.args)...), node...)...)
		require.NotEqual(t, exitOK, code, tc.args)
		require.Contains(t, errs, tc.want, tc.args)
	}
}

// clears runs clear and returns what it printed, for a code that is expected.
func (l local) clears(code int, args ...string) string {
	l.t.Helper()
	out, errs, got := command(append(append([]string{"clear"}, args...), "--home", l.home)...)
	require.Equal(l.t, code, got, "%v: %s%s", args, out, errs)
	require.Empty(l.t, errs, "the answer is printed, it is no error")
	return out
}

// digestOf is the SHA-256 of a content, as people write it.
func digestOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

func TestJourneyOfALicensee(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	for _, name := range []string{"free.wav", "sold.wav", "kept.wav"} {
		l.write(name, name)
	}
	l.do("register", "free.wav", "sold.wav", "kept.wav", "--from", "alice", "--no-anchor")
	l.do("offer", "free.wav", "cc-by-4.0", "--from", "alice")
	l.do("offer", "sold.wav", "commercial-use", "--price", "5000uusdc", "--from", "alice")

	out := l.clears(exitOK, "free.wav", "--use", "adapt", "--commercial", "--territory", "FR,DE", "--until", "30d")
	require.Contains(t, out, "ALLOWED: adapt, commercially, in DE FR")
	require.Contains(t, out, "Credit, in these words")
	require.Contains(t, l.clears(exitDenied, "kept.wav", "--use", "copy"), "[not_offered]")
	require.Contains(t, l.clears(exitDenied, "sold.wav", "--use", "adapt"), "[no_derivatives]")
	out = l.clears(exitNeedsGrant, "sold.wav", "--use", "perform", "--commercial", "--as", "bob")
	require.Contains(t, out, "NEEDS A GRANT: perform")
	require.Contains(t, out, "To buy: stemmad acquire work1")
	require.Contains(t, out, " commercial-use --max-fee 5000uusdc --from bob")

	l.write("new.wav", "new")
	out = l.clears(exitNotFound, "new.wav", "--use", "copy")
	require.Contains(t, out, "UNKNOWN: copy")
	require.Contains(t, out, "Ask whoever made it.")
	require.NotContains(t, out, "register it")
	out = l.clears(exitNotFound, digestOf("nothing"), "--use", "copy", "--buy", "--from", "bob", "--output", "json")
	require.Contains(t, out, `"verdict": "unknown"`)
	require.Contains(t, out, `"not_registered"`)
	require.NotContains(t, out, "decided_at")
	buy := []string{"sold.wav", "--use", "perform", "--commercial", "--buy", "-y", "--from", "bob"}
	require.Contains(t, l.fail(append([]string{"clear"}, append(buy, "--max-fee", "4999uusdc")...)...),
		"costs 0.005 USDC, --max-fee is 0.004999 USDC")
	l.clears(exitNeedsGrant, append(buy, "--max-fee", "5000uusdc", "--dry-run")...)
	require.Contains(t, l.clears(exitOK, append(buy, "--max-fee", "0.009 USDC")...), "relies on   grant1")
	l.clears(exitOK, "sold.wav", "--use", "perform", "--commercial", "--as", "bob")
	l.clears(exitNeedsGrant, "sold.wav", "--use", "perform", "--commercial")

	l.write("m.csv", "title,sha256\nFree,"+digestOf("free.wav")+"\nSold,"+digestOf("sold.wav")+"\n")
	l.clears(exitOK, "--manifest", "m.csv", "--use", "perform", "--as", "bob")
	out = l.clears(exitNeedsGrant, "--manifest", "m.csv", "--use", "perform", "--report", "r.csv")
	require.Contains(t, out, "Grants: 0.005 USDC for 1 work")
	out = l.clears(exitDenied, "--manifest", "r.csv", "--use", "adapt", "--report", "r.json", "--output", "json")
	var answer struct {
		Head struct {
			Height  int64  `json:"height,string"`
			AppHash string `json:"app_hash"`
			Allowed int
			Denied  int
		}
	}
	require.NoError(t, json.Unmarshal([]byte(out), &answer))
	require.Positive(t, answer.Head.Height)
	require.Len(t, answer.Head.AppHash, 64)
	require.Equal(t, []int{1, 1}, []int{answer.Head.Allowed, answer.Head.Denied})
	require.FileExists(t, "r.json")
	require.Contains(t, l.clears(exitDenied, "--manifest", "m.csv", "--use", "adapt", "--output", "json"), `"no_derivatives"`)

	l.write("works/free.wav", "free.wav")
	folder := l.clears(exitOK, "works", "--use", "copy", "--output", "json")
	require.Contains(t, folder, "works/free.wav")
	l.write("works/unknown.wav", "nobody's")
	require.Contains(t, l.clears(exitNotFound, "m.csv", "--use", "copy"), "m.csv lists works: to ask about those, write --manifest m.csv.")
	require.NotContains(t, l.clears(exitNotFound, "works/unknown.wav", "--use", "copy"), "--manifest")
	l.clears(exitOK, "free.wav", "--use", "ACTION_COPY")
	l.clears(exitDenied, "works", "--use", "copy", "--report", "folder.csv")
	require.Contains(t, l.fail("clear", "works", "--use", "copy", "--buy", "--from", "bob"), "--buy is for a single work")
	// A public offer is itself the permission: nothing is denied.
	_, errs, code := command("acquire", "free.wav", "--from", "bob", "-y", "--home", l.home)
	require.Equal(t, exitFailed, code, errs)
	require.Contains(t, errs, "a public offer is itself the permission")
	require.Contains(t, l.do("export", "rights", "free.wav", "--format", "schema-jsonld"), "AudioObject")

	l.do("register", "free.wav", "--from", "bob", "--no-anchor", "--allow-contested")
	out = l.clears(exitOK, "free.wav", "--use", "copy")
	require.Contains(t, out, ", the earliest of 2 claims, by stemma1")
	require.Contains(t, out, "[also_claimed]")
	l.clears(exitOK, digestOf("free.wav"), "--use", "copy", "--buy", "--from", "fan")
	out = l.clears(exitDenied, "--manifest", "m.csv", "--use", "train-ai")
	require.Contains(t, out, "also_claimed")
}

// asked publishes terms that ask for the owner's approval, and returns their id.
func asked(l local) (terms string) {
	l.t.Helper()
	l.do("tx", "license", "publish-terms", `{"spdx":"LicenseRef-Asked","attribution":true,"derivatives":"DERIVATIVES_ALLOWED",`+
		`"derivative_approval":true,"grant_fee":[{"denom":"uusdc","amount":"3000"}]}`, "--from", "alice", "-y")
	require.Eventually(l.t, func() bool {
		for _, known := range l.json("terms", "query", "license", "terms-list").([]any) {
			if known := known.(map[string]any); known["terms"].(map[string]any)["spdx"] == "LicenseRef-Asked" {
				terms = known["id"].(string)
			}
		}
		return terms != ""
	}, 10*time.Second, 100*time.Millisecond)
	return terms
}

func TestJourneyOfAnApprovedDerivative(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	l.write("song.wav", "song")
	l.write("remix.wav", "remix")
	l.do("register", "song.wav", "--from", "alice", "--no-anchor")
	l.do("register", "remix.wav", "--from", "bob", "--no-anchor")
	terms := asked(l)
	l.do("offer", "song.wav", terms, "--from", "alice")

	adapt := []string{"song.wav", "--use", "adapt", "--as", "bob"}
	buy := slices.Concat(adapt, []string{"--from", "bob", "--buy", "-y", "--max-fee", "3000uusdc"})
	require.Contains(t, l.clears(exitNeedsGrant, adapt...), "the owner has to approve you first")
	require.Contains(t, l.fail(append([]string{"clear"}, buy...)...), "its owner has to approve you first")
	l.do("approve", "song.wav", terms, "--derivative", "remix.wav", "--from", "alice")
	require.Contains(t, l.clears(exitNeedsGrant, append(adapt, "--for", "remix.wav")...), "--for work1")
	require.Contains(t, l.clears(exitOK, append(buy, "--for", "remix.wav")...), "reserved for  work1")
	require.Contains(t, l.clears(exitOK, append(adapt, "--for", "remix.wav")...), "Credit")
	l.clears(exitNeedsGrant, adapt...)
	l.do("derive", "remix.wav", "--from", "song.wav", "--by", "bob")
}
