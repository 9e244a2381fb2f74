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
	l.write("bad.json", sign("9", "fan")+sign("11", "bob", "--offline", "--chain-id", network)+
		`{"chain_id":"another","grant":"`+grant+`","total":"8","signature":""}`)
	require.Contains(t, l.fail("use", "voucher", grant, "--total", "11", "--key", "bob"), "uses_exhausted")
	require.Contains(t, l.fail("use", "redeem", "bad.json", "--from", "fan"), "no voucher counts anything")
	require.Equal(t, "7", l.json("counts.0.left", "use", "redeem", "bad.json", "v.json", "--from", "fan"))
	require.Contains(t, l.fail("use", "redeem", "v.json", "--from", "fan"), "no voucher counts anything")
	l.do("use", grant, "--count", "7", "--from", "bob")
	require.Contains(t, l.fail("use", grant, "--from", "bob"), "uses_exhausted")
}
