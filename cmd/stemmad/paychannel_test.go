package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestJourneyOfVouchers: a service deposits, signs off chain, and the works and
// their sources are paid; a forged voucher in the same folder changes nothing.
func TestJourneyOfVouchers(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	l.write("song.wav", "song")
	l.write("remix.wav", "remix")
	l.do("register", "song.wav", "--from", "alice", "--no-anchor")
	l.do("register", "remix.wav", "--from", "bob", "--no-anchor")

	require.Contains(t, l.fail("paychannel", "open", "1000uusdc", "--from", "fan"), "--pay")
	require.Contains(t, l.fail("paychannel", "open", "1000uusdc", "--pay", "song.wav=60%", "--from", "fan"), "60 % of 100 %")
	l.write("payees.csv", "work,share\nsong.wav,60%\nremix.wav,40%\n")
	channel := l.json("payment_channel", "paychannel", "open", "1000uusdc", "--payees", "payees.csv", "--receiver", "alice", "--from", "fan").(string)
	require.Contains(t, l.do("paychannel", "show", channel), "60 %")
	require.Contains(t, l.do("paychannel", "list", "fan"), channel)

	sign := func(total, key string) string {
		return l.do("voucher", "sign", channel, total, "--key", key, "--expires", "30d")
	}
	l.write("v.json", sign("100", "fan")+sign("250", "fan"))
	l.write("forged.json", sign("900", "bob"))
	l.write("over.json", sign("1001", "fan"))
	require.Contains(t, l.do("voucher", "check", "v.json"), "250uusdc")
	require.Contains(t, l.do("voucher", "check", "v.json", "--key", "fan", "--offline"), "unknown")
	require.Contains(t, l.fail("voucher", "check", "forged.json"), "1 of 1")
	require.Contains(t, l.fail("voucher", "redeem", "over.json", "--from", "bob"), "no voucher pays")
	require.Equal(t, "250", l.json("paid.0.amount", "voucher", "redeem", "forged.json", "v.json", "over.json", "--from", "bob"))
	require.Contains(t, l.fail("voucher", "redeem", "v.json", "--from", "bob"), "no voucher pays")

	l.do("paychannel", "top-up", channel, "500uusdc", "--from", "fan")
	// Of 1,001 the works have 600 and 400; a unit is nobody's and goes back.
	require.Equal(t, "750", l.json("paid.0.amount", "voucher", "redeem", "over.json", "--from", "bob"))
	require.Eventually(t, func() bool {
		return strings.Contains(l.do("balance", "alice"), "0.0006 USDC")
	}, 10*time.Second, 100*time.Millisecond)

	require.Contains(t, l.do("paychannel", "close", channel, "--from", "fan"), "can be closed from")
	require.Contains(t, l.fail("paychannel", "close", channel, "--from", "bob"), "can be closed from")
	require.Contains(t, l.do("paychannel", "close", channel, "--from", "alice"), "0.0005 USDC went back")
	require.Contains(t, l.fail("paychannel", "show", channel), "closed")
	require.Contains(t, l.fail("voucher", "check", "over.json"), "1 of 1")
}
