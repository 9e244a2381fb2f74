package paychannel_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"

	"github.com/stemma-chain/stemma/client/paychannel"
	"github.com/stemma-chain/stemma/client/sheet"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
	"github.com/stemma-chain/stemma/x/royalty/voucher"
)

func TestPayees(t *testing.T) {
	got, err := paychannel.ParsePayees("a=b.wav=60%, work1x = 400000")
	require.NoError(t, err)
	require.Equal(t, []paychannel.Payee{{Argument: "a=b.wav", Weight: 600_000}, {Argument: "work1x", Weight: 400_000}}, trimmed(got))
	got, err = paychannel.ParsePayees("a,b,c")
	require.NoError(t, err)
	require.Equal(t, []paychannel.Payee{{"a", 333_334}, {"b", 333_333}, {"c", 333_333}}, got)
	got, err = paychannel.ReadPayees(strings.NewReader("work,share\na.wav,0.5%\nwork1x,99.5 %\n"), "t.csv", sheet.Options{})
	require.NoError(t, err)
	require.Equal(t, []paychannel.Payee{{"a.wav", 5_000}, {"work1x", 995_000}}, got)
	got, err = paychannel.ReadPayees(strings.NewReader("\ufeffwork\na\nb\n"), "t.csv", sheet.Options{})
	require.NoError(t, err)
	require.Equal(t, []paychannel.Payee{{"a", 500_000}, {"b", 500_000}}, got)

	for list, want := range map[string]string{
		"": "without a work", "a=50%": "50 % of 100 %", "a=60%,b=60%": "120 %", "a=60%,b": "some", "a=0%,b=100%": "gets nothing", "a=x": "not a rate",
	} {
		_, err := paychannel.ParsePayees(list)
		require.ErrorContains(t, err, want, list)
	}
	for _, table := range []string{"", "a,60%\n", "work,share\na,60%,x\n", "work,share\n"} {
		_, err := paychannel.ReadPayees(strings.NewReader(table), "t.csv", sheet.Options{})
		require.ErrorContains(t, err, "t.csv", table)
	}
	_, err = paychannel.ReadPayees(strings.NewReader("work\n"+strings.Repeat("a\n", 1001)), "t.csv", sheet.Options{})
	require.ErrorContains(t, err, "more than 1000")
}

func trimmed(payees []paychannel.Payee) []paychannel.Payee {
	for i := range payees {
		payees[i].Argument = strings.TrimSpace(payees[i].Argument)
	}
	return payees
}

func TestOfEachPaymentChannelTheNewestCounts(t *testing.T) {
	key := secp256k1.GenPrivKeyFromSecret([]byte("k"))
	var lines strings.Builder
	for _, v := range []struct {
		channel byte
		total   int64
	}{{2, 5}, {1, 100}, {1, 99}, {2, 7}, {1, 3}} {
		made, err := voucher.New("stemma-1", royaltytypes.PaymentChannelID{v.channel}, math.NewInt(v.total), time.Time{})
		require.NoError(t, err)
		made, err = made.Sign(key.Sign)
		require.NoError(t, err)
		bz, err := json.Marshal(made)
		require.NoError(t, err)
		lines.Write(append(bz, '\n'))
	}
	file := filepath.Join(t.TempDir(), "v.json")
	require.NoError(t, os.WriteFile(file, []byte(lines.String()), 0o600))
	list, err := paychannel.ReadFiles(strings.NewReader(lines.String()), []string{file, "-"})
	require.NoError(t, err)
	require.Len(t, list, 10)
	list[0].Signature[5] ^= 1 // a forgery on top does not hide what is good
	var findings []paychannel.Finding
	for _, v := range list {
		findings = append(findings, paychannel.CheckSignature(v, key.PubKey().Bytes(), time.Now()))
	}
	newest, older := paychannel.Newest(findings)
	require.Equal(t, 8, older)
	require.Len(t, newest, 2)
	require.Equal(t, []string{"100", "7"}, []string{newest[0].Voucher.Total.String(), newest[1].Voucher.Total.String()})
	require.Empty(t, newest[0].Problem)
	require.NotEmpty(t, findings[0].Problem)

	_, err = paychannel.ReadFiles(nil, []string{filepath.Join(t.TempDir(), "gone")})
	require.ErrorContains(t, err, "gone")
}
