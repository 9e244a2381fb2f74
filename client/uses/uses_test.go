package uses_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"

	"github.com/stemma-chain/stemma/client/uses"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/license/usevoucher"
)

var (
	key   = secp256k1.GenPrivKeyFromSecret([]byte("bob"))
	now   = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	grant = licensetypes.NamedGrant{Id: licensetypes.GrantID{7}, Grant: licensetypes.Grant{UsesPaid: 10}}
)

func signed(t testing.TB, total uint64) usevoucher.Voucher {
	t.Helper()
	v, err := usevoucher.New("stemma-1", grant.Id, total)
	require.NoError(t, err)
	v, err = v.Sign(key.Sign)
	require.NoError(t, err)
	return v
}

func TestTheEleventhUseIsRefusedOffTheChain(t *testing.T) {
	_, err := uses.Make("stemma-1", grant, 11, key.Sign)
	require.ErrorIs(t, err, licensetypes.ErrUsesExhausted)
	_, err = uses.Make("stemma-1", licensetypes.NamedGrant{Id: grant.Id}, 1, key.Sign)
	require.ErrorIs(t, err, licensetypes.ErrNotCounted)

	m := uses.NewMeter("stemma-1", grant, key.PubKey().Bytes())
	_, some := m.Newest()
	require.False(t, some)
	for total := uint64(1); total <= 10; total++ {
		v, err := uses.Make("stemma-1", grant, total, key.Sign)
		require.NoError(t, err)
		more, err := m.Take(v, now)
		require.NoError(t, err)
		require.Equal(t, uint64(1), more)
		require.Equal(t, 10-total, m.Left())
	}
	_, err = m.Take(signed(t, 11), now)
	require.ErrorIs(t, err, licensetypes.ErrUsesExhausted)
	_, err = m.Take(signed(t, 10), now)
	require.ErrorIs(t, err, uses.ErrNotNewer)
	newest, some := m.Newest()
	require.True(t, some)
	require.Equal(t, signed(t, 10), newest)
}

func TestAMeterBeginsAtWhatTheChainCounted(t *testing.T) {
	end := now.Add(time.Hour)
	begun := grant
	begun.Grant.Uses, begun.Grant.ExpiresAt = 4, &end
	m := uses.NewMeter("stemma-1", begun, key.PubKey().Bytes())
	_, err := m.Take(signed(t, 4), now)
	require.ErrorIs(t, err, uses.ErrNotNewer)
	_, err = m.Take(signed(t, 6), end)
	require.ErrorIs(t, err, licensetypes.ErrGrantExpired)
	more, err := m.Take(signed(t, 6), now)
	require.NoError(t, err)
	require.Equal(t, uint64(2), more)

	other, err := usevoucher.New("stemma-2", grant.Id, 7)
	require.NoError(t, err)
	_, err = m.Take(other, now)
	require.ErrorIs(t, err, licensetypes.ErrInvalidUseVoucher)
	forged := signed(t, 7)
	forged.Total = 8
	_, err = m.Take(forged, now)
	require.ErrorIs(t, err, licensetypes.ErrInvalidUseVoucher)
	require.Equal(t, uint64(6), m.Counted())
}

func TestVouchersAreReadFromFiles(t *testing.T) {
	var lines bytes.Buffer
	for _, total := range []uint64{1, 3, 2} {
		require.NoError(t, json.NewEncoder(&lines).Encode(signed(t, total)))
	}
	name := filepath.Join(t.TempDir(), "v.json")
	require.NoError(t, os.WriteFile(name, lines.Bytes(), 0o600))
	list, err := uses.ReadFiles(nil, []string{name, name})
	require.NoError(t, err)
	require.Equal(t, []usevoucher.Voucher{signed(t, 3), signed(t, 2), signed(t, 1)}, list)
	require.Equal(t, 3, uses.SameGrant(list))

	for _, bad := range []string{"", "{", `{"chain_id":"a","grant":"grant1x","total":"1"}`, `{"total":"0"}`} {
		require.NoError(t, os.WriteFile(name, []byte(bad), 0o600))
		_, err := uses.ReadFiles(nil, []string{name})
		require.Error(t, err, bad)
	}
}

// Who handed in a voucher that is forged, of a higher total or of the same, or one that the grant does not pay for, kept
// from counting what was signed before.
func TestAForgedVoucherHidesNone(t *testing.T) {
	forged, same := signed(t, 5), signed(t, 3)
	forged.Total, same.Signature = 9, signed(t, 4).Signature
	var lines bytes.Buffer
	for _, v := range []usevoucher.Voucher{signed(t, 2), same, forged, signed(t, 3), signed(t, 11), signed(t, 1)} {
		require.NoError(t, json.NewEncoder(&lines).Encode(v))
	}
	list, err := uses.ReadFiles(&lines, []string{"-"})
	require.NoError(t, err)
	m := uses.NewMeter("stemma-1", grant, key.PubKey().Bytes())
	require.NoError(t, m.TakeNewest(list, now))
	newest, some := m.Newest()
	require.True(t, some)
	require.Equal(t, signed(t, 3), newest)
	require.ErrorIs(t, m.TakeNewest(list, now), uses.ErrNotNewer)
	require.ErrorIs(t, uses.NewMeter("stemma-1", grant, key.PubKey().Bytes()).TakeNewest(list[:1], now), licensetypes.ErrUsesExhausted)
	require.ErrorIs(t, uses.NewMeter("stemma-1", grant, key.PubKey().Bytes()).TakeNewest(list[1:2], now), licensetypes.ErrInvalidUseVoucher)
}

// BenchmarkTake is what a shop does with each voucher.
func BenchmarkTake(b *testing.B) {
	m := licensetypes.NamedGrant{Id: grant.Id, Grant: licensetypes.Grant{UsesPaid: 1 << 40}}
	vouchers := make([]usevoucher.Voucher, 1000)
	for i := range vouchers {
		vouchers[i] = signed(b, uint64(i+1))
	}
	b.ResetTimer()
	for n := 0; b.Loop(); n++ {
		meter := uses.NewMeter("stemma-1", m, key.PubKey().Bytes())
		if _, err := meter.Take(vouchers[n%len(vouchers)], now); err != nil {
			b.Fatal(err)
		}
	}
}
