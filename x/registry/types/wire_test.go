package types_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/cosmos/gogoproto/jsonpb"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/registry/types"
)

// field1 is a message whose first field has this text.
func field1(text string) []byte {
	return protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), text)
}

// To everybody else an id is a string: on the wire and in JSON.
func TestIDsAreTextOnTheWire(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var id types.WorkID
		copy(id[:], rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "id"))
		bz, err := (&types.QueryWorkRequest{Work: id}).Marshal()
		require.NoError(t, err)
		require.Equal(t, field1(id.String()), bz)
		var read types.QueryWorkRequest
		require.NoError(t, read.Unmarshal(bz))
		require.Equal(t, id, read.Work)

		text, err := (&jsonpb.Marshaler{OrigName: true, EmitDefaults: true}).MarshalToString(&read)
		require.NoError(t, err)
		require.JSONEq(t, `{"work":"`+id.String()+`"}`, text)
		read = types.QueryWorkRequest{Work: types.WorkID{0xff}}
		require.NoError(t, jsonpb.UnmarshalString(text, &read))
		require.Equal(t, id, read.Work)
	})
}

// Lists keep their order, and a digest is written as 64 digits.
func TestDigestsAreTextOnTheWire(t *testing.T) {
	proof := types.AnchorProof{Root: types.Digest{1}, Salt: types.Salt{2}, Total: 3, Path: []types.Digest{{4}, {5}}}
	text, err := (&jsonpb.Marshaler{OrigName: true}).MarshalToString(&proof)
	require.NoError(t, err)
	digits := func(first string) string { return first + strings.Repeat("00", 31) }
	require.JSONEq(t, `{"root":"`+digits("01")+`","salt":"`+digits("02")+`","total":"3","path":["`+
		digits("04")+`","`+digits("05")+`"]}`, text)
	var read types.AnchorProof
	require.NoError(t, jsonpb.UnmarshalString(text, &read))
	require.Equal(t, proof, read)
	bz, err := proof.Marshal()
	require.NoError(t, err)
	read = types.AnchorProof{}
	require.NoError(t, read.Unmarshal(bz))
	require.Equal(t, proof, read)
}

// A row holds a digest as its 32 bytes, or none, and nothing of another length.
func TestRowsHoldDigestsAsBytes(t *testing.T) {
	digest := types.DigestBytes{Digest: types.Digest{1, 2}}
	for _, row := range []types.Work{{Sha256: digest}, {Sha256: digest, AnchorRoot: digest}, {}} {
		bz, err := row.Marshal()
		require.NoError(t, err)
		var read types.Work
		require.NoError(t, read.Unmarshal(bz))
		require.Equal(t, row.Sha256, read.Sha256)
		require.Equal(t, row.AnchorRoot, read.AnchorRoot)

		text, err := (&jsonpb.Marshaler{EmitDefaults: true}).MarshalToString(&row)
		require.NoError(t, err)
		read = types.Work{}
		require.NoError(t, jsonpb.UnmarshalString(text, &read))
		require.Equal(t, row.Sha256, read.Sha256)
		require.Equal(t, row.AnchorRoot, read.AnchorRoot)
	}
	for _, length := range []int{1, 31, 33, 64} {
		bz := protowire.AppendBytes(protowire.AppendTag(nil, 3, protowire.BytesType), make([]byte, length))
		require.ErrorIs(t, new(types.Work).Unmarshal(bz), types.ErrInvalidDigest)
	}
}

// What is not an id is refused when a message is read, and the error says what it
// is and what was needed.
func TestTextThatIsNoIDIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"workX123":                               `"workX123" is not a work id (work1...)`,
		types.WorkID{1}.String()[:42] + "w":      "checksum",
		account:                                  "is a cosmos id, where a work id",
		"song.wav":                               `"song.wav" is not a work id (work1...)`,
		types.FormatID("terms", []byte("abcde")): `is a terms id, where a work id (work1...) is needed`,
		types.FormatID("work", make([]byte, 20)): "all zeros",
		types.FormatID("work", []byte("short")):  "holds 5 bytes, a work id has 20",
		strings.Repeat("w", 5_000):               "is not a work id",
		"\xff\x00":                               "is not a work id",
	} {
		var req types.QueryWorkRequest
		err := req.Unmarshal(field1(text))
		require.ErrorIs(t, err, types.ErrInvalidID)
		require.Equal(t, codes.InvalidArgument, status.Code(err))
		require.ErrorContains(t, err, want)
		require.Less(t, len(err.Error()), 400)
		require.Zero(t, req.Work)
		quoted, err := json.Marshal(text)
		require.NoError(t, err)
		require.ErrorIs(t, jsonpb.UnmarshalString(`{"work":`+string(quoted)+`}`, &req), types.ErrInvalidID)
	}
	for _, text := range []string{"ab", strings.Repeat("ab", 33), strings.Repeat("xy", 32), strings.Repeat("00", 32)} {
		err := new(types.Entry).Unmarshal(field1(text))
		require.ErrorIs(t, err, types.ErrInvalidDigest)
		require.ErrorContains(t, err, "is not a SHA-256 of 64 hex digits")
	}
	salt := protowire.AppendString(protowire.AppendTag(nil, 2, protowire.BytesType), "ab")
	require.ErrorContains(t, new(types.AnchorProof).Unmarshal(salt), `"ab" is not a salt of 64 hex digits`)
}

// An id that is not given is zero; the message that needs it says which.
func TestWhatIsNotGivenIsNamed(t *testing.T) {
	require.NoError(t, new(types.QueryWorkRequest).Unmarshal(field1("")))
	work := types.WorkID{1}
	for want, msg := range map[string]interface{ ValidateBasic() error }{
		"work is not given":                   &types.MsgWithdrawWork{Owner: account},
		"root is not given":                   &types.MsgAnchor{Account: account, Total: 1},
		"works[0]: sha256 is not given":       &types.MsgRegister{Registrant: account, Works: []types.Entry{{Details: valid()}}},
		"proof: root is not given":            &types.MsgProveAnchor{Registrant: account, Work: work},
		"proof: salt is not given":            &types.MsgProveAnchor{Registrant: account, Work: work, Proof: types.AnchorProof{Root: types.Digest{1}}},
		"proof: path[1] is not given":         &types.MsgProveAnchor{Registrant: account, Work: work, Proof: types.AnchorProof{Root: types.Digest{1}, Salt: types.Salt{1}, Path: []types.Digest{{1}, {}}}},
		"registrant \"\" is not an account: ": &types.MsgProveAnchor{Work: work},
	} {
		require.ErrorContains(t, msg.ValidateBasic(), want)
	}
}

// Whatever comes over the wire is refused or is an id whose text is its own.
func FuzzWire(f *testing.F) {
	f.Add(types.WorkID{1, 2, 3}.String())
	f.Add("WORK1QQQSYQCYQ5RQWZQFPG9SCRGWPUGPZYSNYLAUNR")
	f.Add(strings.Repeat("aB", 32))
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		var req types.QueryWorkRequest
		if req.Unmarshal(field1(text)) == nil {
			require.Equal(t, strings.ToLower(text), req.Work.String())
			require.Equal(t, len(text), req.Work.Size())
		} else {
			require.Zero(t, req.Work)
		}
		var e types.Entry
		if e.Unmarshal(field1(text)) == nil {
			require.Equal(t, strings.ToLower(text), e.Sha256.String())
			require.Equal(t, len(text), e.Sha256.Size())
		} else {
			require.Zero(t, e.Sha256)
		}
		_ = new(types.Work).Unmarshal([]byte(text))
	})
}
