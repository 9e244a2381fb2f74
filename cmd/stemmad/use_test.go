package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestJourneyOfUseVouchers: a prompt is rented out for ten uses, which its holder signs one by one. Vouchers that are forged, say
// too much or are of no grant are in the same folder, and keep nothing from being counted.
func TestJourneyOfUseVouchers(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	l.write("prompt.txt", "a prompt")
	l.do("register", "prompt.txt", "--from", "alice", "--no-anchor")
	l.do("tx", "license", "publish-terms", `{"spdx":"LicenseRef-Rental","commercial_use":true,"derivatives":"DERIVATIVES_ALLOWED",`+
		`"ai_input":"PERMISSION_PAID","uses_per_grant":10}`, "--from", "alice", "--yes", "--gas", "200000", "--fees", "10000ustem")
	var terms string
	require.Eventually(t, func() bool {
		for _, row := range l.json("terms", "query", "license", "terms-list").([]any) {
			row := row.(map[string]any)
			if row["terms"].(map[string]any)["spdx"] == "LicenseRef-Rental" {
				terms = row["id"].(string)
			}
		}
		return terms != ""
	}, 10*time.Second, 200*time.Millisecond)
	l.do("offer", "prompt.txt", terms, "--price", "5000ustem", "--from", "alice")
	grant := l.json("grant", "acquire", "prompt.txt", terms, "--max-fee", "5000ustem", "--from", "bob").(string)

	sign := func(total, key string, more ...string) string {
		return l.do(append([]string{"use", "voucher", grant, "--total", total, "--key", key}, more...)...)
	}
	l.write("v.json", sign("2", "bob")+sign("3", "bob"))
	network := l.json("chain_id", "use", "voucher", grant, "--total", "1", "--key", "bob").(string)
	l.write("bad.json", sign("9", "fan", "--offline", "--chain-id", network)+sign("11", "bob", "--offline", "--chain-id", network)+
		`{"chain_id":"another","grant":"`+grant+`","total":"8","signature":""}`)
	require.Contains(t, l.fail("use", "voucher", grant, "--total", "11", "--key", "bob"), "uses_exhausted")
	require.Contains(t, l.fail("use", "redeem", "bad.json", "--from", "fan"), "no voucher counts anything")
	require.Equal(t, "7", l.json("counts.0.left", "use", "redeem", "bad.json", "v.json", "--from", "fan"))
	require.Contains(t, l.fail("use", "redeem", "v.json", "--from", "fan"), "no voucher counts anything")
	l.do("use", grant, "--count", "7", "--from", "bob")
	require.Contains(t, l.fail("use", grant, "--from", "bob"), "uses_exhausted")
}

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
