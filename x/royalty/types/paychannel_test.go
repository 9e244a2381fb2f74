package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/collections/colltest"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

func TestPaymentChannelIDs(t *testing.T) {
	id := types.NewPaymentChannelID(sdk.AccAddress{1, 2}, 3)
	read, err := types.ParsePaymentChannelID(id.String())
	require.NoError(t, err)
	require.Equal(t, id, read)
	_, err = types.ParsePaymentChannelID(registrytypes.WorkID{}.String())
	require.ErrorIs(t, err, registrytypes.ErrInvalidID)
	colltest.TestKeyCodec(t, types.PaymentChannelIDKey, id)
	for _, other := range []types.PaymentChannelID{
		types.NewPaymentChannelID(sdk.AccAddress{1, 2}, 4), types.NewPaymentChannelID(sdk.AccAddress{1, 3}, 3), types.NewPaymentChannelID(sdk.AccAddress{1, 2, 0}, 3),
	} {
		require.NotEqual(t, id, other)
	}
}

// TestPackedPayeesReadBack: sorted by id, whatever order they are given in, and 23
// bytes each.
func TestPackedPayeesReadBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 200).Draw(rt, "n")
		ids := rapid.SliceOfNDistinct(rapid.Uint16(), n, n, rapid.ID[uint16]).Draw(rt, "ids")
		lines, left := make([]types.PaymentChannelPayee, n), uint32(1_000_000)
		want := map[registrytypes.WorkID]uint32{}
		for i, id := range ids {
			weight := left
			if i < n-1 {
				weight = rapid.Uint32Range(1, left-uint32(n-1-i)).Draw(rt, "weight")
			}
			left -= weight
			work := registrytypes.WorkID{byte(id >> 8), byte(id), 1}
			lines[i], want[work] = types.PaymentChannelPayee{Work: work, Weight: weight}, weight
		}
		packed, err := types.NewPaymentChannelPayees(lines)
		require.NoError(rt, err)
		require.Len(rt, packed.Packed, 23*n)
		shares, err := packed.Unpack()
		require.NoError(rt, err)
		require.Len(rt, shares, n)
		for _, s := range shares {
			require.Equal(rt, want[s.Work], s.Weight)
		}
	})
}

func FuzzUnpackPayees(f *testing.F) {
	f.Add(make([]byte, 23))
	f.Fuzz(func(t *testing.T, bz []byte) {
		shares, err := types.PaymentChannelPayees{Packed: bz}.Unpack()
		if err != nil {
			return
		}
		lines := make([]types.PaymentChannelPayee, len(shares))
		for i, s := range shares {
			lines[i] = types.PaymentChannelPayee(s)
		}
		again, err := types.NewPaymentChannelPayees(lines)
		require.NoError(t, err)
		require.Equal(t, bz, again.Packed)
	})
}
