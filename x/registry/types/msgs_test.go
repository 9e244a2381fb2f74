package types_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/collections/colltest"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/registry/anchor"
	"github.com/stemma-chain/stemma/x/registry/types"
)

func TestWorkIDs(t *testing.T) {
	owner, digest := sdk.AccAddress("owner"), types.Digest{1}
	id := types.NewWorkID(owner, digest)
	require.Equal(t, id, types.NewWorkID(owner, digest))
	require.NotEqual(t, id, types.NewWorkID(sdk.AccAddress("other"), digest))
	require.NotEqual(t, id, types.NewWorkID(owner, types.Digest{2}))
	parsed, err := types.ParseWorkID(id.String())
	require.NoError(t, err)
	require.Equal(t, id, parsed)

	s := id.String()
	for _, bad := range []string{
		"", "work1", s[:len(s)-1], s + "q", strings.Replace(s, "work", "terms", 1), account, s[:10] + "b" + s[11:],
		types.FormatID("work", make([]byte, 19)), types.FormatID("work", make([]byte, 20)), types.FormatID("terms", make([]byte, 20)), strings.Repeat("w", 5_000),
	} {
		_, err := types.ParseWorkID(bad)
		require.ErrorIs(t, err, types.ErrInvalidID, bad)
		require.Less(t, len(err.Error()), 400)
	}
}

func TestParseDigest(t *testing.T) {
	upper, err := types.ParseDigest("d", strings.Repeat("AB", 32))
	require.NoError(t, err)
	lower, err := types.ParseDigest("d", strings.Repeat("ab", 32))
	require.NoError(t, err)
	require.Equal(t, lower, upper)
	for _, bad := range []string{"", "ab", strings.Repeat("ab", 33), strings.Repeat("xy", 32), strings.Repeat("00", 32), "0x" + strings.Repeat("ab", 31), strings.Repeat("a", 9_000)} {
		_, err := types.ParseDigest("the field", bad)
		require.ErrorIs(t, err, types.ErrInvalidDigest)
		require.ErrorContains(t, err, "the field")
		require.Less(t, len(err.Error()), 300)
	}
}

func TestKeyCodecs(t *testing.T) {
	colltest.TestKeyCodec(t, types.WorkIDKey, types.WorkID{1, 2, 3})
	colltest.TestKeyCodec(t, types.DigestKey, types.Digest{1, 2, 3})
	colltest.TestKeyCodec(t, types.ClaimOrderKey, types.ClaimOrder{Nanos: 5, TxIndex: 6, Rank: 7, Work: types.WorkID{8}})
	_, _, err := types.DigestKey.Decode(make([]byte, 31))
	require.Error(t, err)
	_, _, err = types.ClaimOrderKey.Decode(make([]byte, 35))
	require.Error(t, err)
	_, _, err = types.WorkIDKey.Decode(make([]byte, 19))
	require.Error(t, err)
}

// Keys sort as the priorities that they are made of.
func TestClaimOrderSortsAsPriority(t *testing.T) {
	priority := rapid.Custom(func(t *rapid.T) types.Priority {
		return types.Priority{
			Time:    time.Unix(0, rapid.Int64Range(0, math.MaxInt64).Draw(t, "nanos")).UTC(),
			TxIndex: rapid.Uint32().Draw(t, "tx"), Rank: rapid.Uint32().Draw(t, "rank"),
		}
	})
	encode := func(p types.Priority) string {
		key := types.NewClaimOrder(p, types.WorkID{})
		buffer := make([]byte, types.ClaimOrderKey.Size(key))
		_, err := types.ClaimOrderKey.Encode(buffer, key)
		require.NoError(t, err)
		return string(buffer)
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := priority.Draw(t, "a"), priority.Draw(t, "b")
		if rapid.Bool().Draw(t, "same time") {
			b.Time = a.Time
		}
		require.Equal(t, strings.Compare(encode(a), encode(b)), a.Compare(b))
		require.Equal(t, -a.Compare(b), b.Compare(a))
		require.False(t, a.Before(b) && b.Before(a))
		require.Equal(t, a.SameMoment(b), !a.Before(b) && !b.Before(a))
		last := types.LastAtMoment(a)
		require.Equal(t, uint32(math.MaxUint32), last.Rank)
	})
	require.Zero(t, types.NewClaimOrder(types.Priority{Time: time.Time{}}, types.WorkID{}).Nanos)
	far := types.Priority{Time: time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC)}
	require.Equal(t, uint64(math.MaxInt64), types.NewClaimOrder(far, types.WorkID{}).Nanos)
}

func TestFingerprintHashKeepsPartsApart(t *testing.T) {
	require.NotEqual(t, types.FingerprintHash("ab", "c"), types.FingerprintHash("a", "bc"))
	require.NotEqual(t, types.FingerprintHash("a", "b"), types.FingerprintHash("b", "a"))
}

func TestAnchorProofRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		leaves := make([][32]byte, rapid.IntRange(1, 40).Draw(t, "leaves"))
		for i := range leaves {
			leaves[i][0] = byte(i)
		}
		root, proofs, err := anchor.Build(leaves)
		require.NoError(t, err)
		i := rapid.IntRange(0, len(leaves)-1).Draw(t, "leaf")
		written := types.NewAnchorProof(root, types.Salt{7}, proofs[i])
		require.NoError(t, written.Validate())
		require.Equal(t, types.Digest(root), written.Root)
		require.Equal(t, types.Salt{7}, written.Salt)
		require.Equal(t, proofs[i], written.Proof())
	})
}

// goodRegister is a valid message with something in every field.
func goodRegister(t testing.TB) []byte {
	proof := &types.AnchorProof{Root: types.Digest{1}, Salt: types.Salt{2}, Total: 2, Path: []types.Digest{{3}}}
	msg := types.MsgRegister{Registrant: account, AllowContested: true, Works: []types.Entry{
		{Sha256: types.Digest{0xab}, Details: valid(), AnchorProof: proof},
		{Sha256: types.Digest{0xcd}, Details: types.Details{Kind: types.KIND_MODEL}},
	}}
	require.NoError(t, msg.ValidateBasic())
	bz, err := msg.Marshal()
	require.NoError(t, err)
	return bz
}

// requireBounded checks that bytes are refused, or are a message within bounds
// that stays valid on its way over the wire.
func requireBounded(t require.TestingT, bz []byte) {
	var msg, copied types.MsgRegister
	if msg.Unmarshal(bz) != nil || msg.ValidateBasic() != nil {
		return
	}
	again, err := msg.Marshal()
	require.NoError(t, err)
	require.NoError(t, copied.Unmarshal(again))
	require.NoError(t, copied.ValidateBasic())
	require.LessOrEqual(t, len(msg.Works), types.MaxWorksPerMessage)
	for _, w := range msg.Works {
		require.LessOrEqual(t, w.Details.Size(), 30_000)
	}
}

func TestDamagedRegisterIsRefusedOrBounded(t *testing.T) {
	good := goodRegister(t)
	rapid.Check(t, func(t *rapid.T) {
		bz := append([]byte{}, good...)
		for range rapid.IntRange(1, 6).Draw(t, "changes") {
			i := rapid.IntRange(0, len(bz)-1).Draw(t, "at")
			bz[i] = rapid.Byte().Draw(t, "byte")
		}
		requireBounded(t, bz[:rapid.IntRange(0, len(bz)).Draw(t, "length")])
		requireBounded(t, bz)
	})
}

func FuzzMsgRegister(f *testing.F) {
	f.Add(goodRegister(f))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, bz []byte) { requireBounded(t, bz) })
}
