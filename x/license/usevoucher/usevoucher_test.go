package usevoucher_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"

	"github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/license/usevoucher"
)

var key = secp256k1.GenPrivKeyFromSecret([]byte("bob"))

func signed(t *testing.T, chainID string, grant types.GrantID, total uint64) usevoucher.Voucher {
	t.Helper()
	v, err := usevoucher.New(chainID, grant, total)
	require.NoError(t, err)
	v, err = v.Sign(key.Sign)
	require.NoError(t, err)
	return v
}

// The bytes that others sign too.
func TestSignBytes(t *testing.T) {
	v, err := usevoucher.New("stemma-1", types.GrantID{1, 2, 3}, 258)
	require.NoError(t, err)
	want := hex.EncodeToString([]byte("stemma/use-voucher/v1")) + "08" + hex.EncodeToString([]byte("stemma-1")) +
		"010203" + strings.Repeat("00", 17) + "0000000000000102"
	require.Equal(t, want, hex.EncodeToString(v.SignBytes()))
}

func TestASignatureIsForOneTotalOfOneGrantOnOneChain(t *testing.T) {
	v := signed(t, "stemma-1", types.GrantID{1}, 3)
	require.NoError(t, v.Verify(key.PubKey().Bytes()))
	require.Equal(t, v, usevoucher.FromMessage("stemma-1", v.Message()))
	for name, edit := range map[string]func(*usevoucher.Voucher){
		"chain":     func(v *usevoucher.Voucher) { v.ChainID = "stemma-2" },
		"grant":     func(v *usevoucher.Voucher) { v.Grant[1] = 1 },
		"total":     func(v *usevoucher.Voucher) { v.Total++ },
		"no chain":  func(v *usevoucher.Voucher) { v.ChainID = "" },
		"long name": func(v *usevoucher.Voucher) { v.ChainID = strings.Repeat("a", 256) },
		"no grant":  func(v *usevoucher.Voucher) { v.Grant = types.GrantID{} },
		"no total":  func(v *usevoucher.Voucher) { v.Total = 0 },
		"unsigned":  func(v *usevoucher.Voucher) { v.Signature = nil },
		"zeros":     func(v *usevoucher.Voucher) { v.Signature = make([]byte, 64) },
	} {
		other := v
		edit(&other)
		require.ErrorIs(t, other.Verify(key.PubKey().Bytes()), types.ErrInvalidUseVoucher, name)
	}
	stranger := secp256k1.GenPrivKeyFromSecret([]byte("carol")).PubKey().Bytes()
	require.ErrorIs(t, v.Verify(stranger), types.ErrInvalidUseVoucher)
	broken := errors.New("no key")
	_, err := v.Sign(func([]byte) ([]byte, error) { return nil, broken })
	require.ErrorIs(t, err, broken)
	_, err = v.Sign(func([]byte) ([]byte, error) { return make([]byte, 64), nil })
	require.ErrorIs(t, err, types.ErrInvalidUseVoucher)
	_, err = (usevoucher.Voucher{}).Sign(key.Sign)
	require.ErrorIs(t, err, types.ErrInvalidUseVoucher)
}

func TestAFileOfAVoucher(t *testing.T) {
	v := signed(t, "stemma-1", types.GrantID{1}, 1<<63)
	bz, err := json.Marshal(v)
	require.NoError(t, err)
	list, err := usevoucher.Read(strings.NewReader(string(bz)+"\n"+string(bz)), 2)
	require.NoError(t, err)
	require.Equal(t, []usevoucher.Voucher{v, v}, list)
	_, err = usevoucher.Read(strings.NewReader(string(bz)+string(bz)), 1)
	require.ErrorIs(t, err, types.ErrInvalidUseVoucher)
	for name, edit := range map[string][2]string{
		"another field": {`"total"`, `"sum":1,"total"`}, "no number": {`"9223372036854775808"`, `"many"`}, "no hex": {`"signature":"`, `"signature":"x`},
		"no grant": {`"grant1`, `"grant2`}, "no total": {`"9223372036854775808"`, `"0"`},
	} {
		_, err := usevoucher.Read(strings.NewReader(strings.Replace(string(bz), edit[0], edit[1], 1)), 1)
		require.ErrorIs(t, err, types.ErrInvalidUseVoucher, name)
	}
}
