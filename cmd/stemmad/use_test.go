package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestJourneyOfUses: a grant pays for two uses, the third is refused with a code of its own until the grant is renewed; a total
// that is counted is not sent again; and nobody signs for a grant of somebody else's.
func TestJourneyOfUses(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	l.write("doc.txt", "a document")
	l.write("free.txt", "a free document")
	l.write("two.yaml", "spdx: LicenseRef-Two\nuses: [ai-input]\ncommercial_use: true\nai_input: paid\n"+
		"grant_fee: [1000uusdc]\nuses_per_grant: 2\n")
	l.do("register", "doc.txt", "free.txt", "--from", "alice", "--no-anchor")
	l.do("terms", "publish", "two.yaml", "--from", "alice")
	l.do("offer", "doc.txt", "two.yaml", "--from", "alice")
	l.do("offer", "free.txt", "cc-by-4.0", "--from", "alice")

	refused := func(code int, args ...string) string {
		_, errs, got := command(append(args, "--home", l.home)...)
		require.Equal(t, code, got, errs)
		return errs
	}
	perUse := []string{"paychannel", "open", "1000uusdc", "--per-use"}
	require.Contains(t, refused(exitNeedsGrant, append(perUse, "doc.txt", "--from", "fan")...), "stemmad clear work1")
	require.Contains(t, refused(exitFailed, append(perUse, "free.txt", "--from", "fan")...), "asks nothing for each use")

	grant := l.json("grant", "acquire", "doc.txt", "two.yaml", "--max-fee", "1000uusdc", "--from", "bob").(string)
	require.Contains(t, refused(exitFailed, "use", grant, "--from", "fan"), "is held by")
	require.NotContains(t, refused(exitFailed, "use", grant, "--from", "fan"), "names its licensees")
	require.Equal(t, "0", l.json("counts.0.left", "use", grant, "--count", "2", "--from", "bob"))
	require.Contains(t, refused(exitNeedsGrant, "use", grant, "--from", "bob"), "uses_exhausted")
	require.Contains(t, refused(exitNeedsGrant, "use", "voucher", grant, "--total", "3", "--key", "bob"), "uses_exhausted")
	before := l.do("balance", "bob")
	require.Contains(t, l.do("use", grant, "--total", "1", "--from", "bob"), "Nothing to do")
	require.Equal(t, "", l.json("tx.txhash", "use", grant, "--total", "2", "--from", "bob"))
	require.Equal(t, before, l.do("balance", "bob"), "it costs nothing")

	l.do("grant", "renew", grant, "--max-fee", "1000uusdc", "--from", "bob")
	require.Contains(t, l.fail("use", "voucher", grant, "--total", "3", "--key", "fan"), "a voucher of theirs would count nothing")
	require.Contains(t, l.fail("use", "voucher", grant, "--total", "3", "--key", "gone"), `no key has the name "gone"`)
	require.Contains(t, l.fail("use", "voucher", grant, "--key", "bob"), "--total")
	l.write("use.json", l.do("use", "voucher", grant, "--total", "3", "--key", "bob"))
	require.Contains(t, l.do("use", "redeem", "use.json", "--from", "fan"), "1 left")
}
