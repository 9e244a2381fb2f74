package types_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/cosmos/gogoproto/jsonpb"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// field is a message with one field of this content.
func field(number protowire.Number, content []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, number, protowire.BytesType), content)
}

// To everybody else ids are strings: on the wire and in JSON.
func TestIDsAreTextOnTheWire(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var terms types.TermsID
		copy(terms[:], rapid.SliceOfN(rapid.Byte(), 0, 32).Draw(t, "terms"))
		bz, err := (&types.EventTermsBlanked{Terms: terms}).Marshal()
		require.NoError(t, err)
		require.Equal(t, field(1, []byte(terms.String())), bz)
		var read types.EventTermsBlanked
		require.NoError(t, read.Unmarshal(bz))
		require.Equal(t, terms, read.Terms)

		var grant types.GrantID
		copy(grant[:], rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "grant"))
		request := types.QueryGrantRequest{Grant: grant}
		bz, err = request.Marshal()
		require.NoError(t, err)
		require.Equal(t, field(1, []byte(grant.String())), bz)
		text, err := (&jsonpb.Marshaler{OrigName: true, EmitDefaults: true}).MarshalToString(&request)
		require.NoError(t, err)
		require.JSONEq(t, `{"grant":"`+grant.String()+`"}`, text)
		request.Grant = types.GrantID{0xff}
		require.NoError(t, jsonpb.UnmarshalString(text, &request))
		require.Equal(t, grant, request.Grant)
	})
}

// A row holds ids as their bytes, or none, and nothing of another length. In
// JSON they are base64, as all bytes are.
func TestRowsHoldIDsAsBytes(t *testing.T) {
	for _, row := range []types.Grant{
		{},
		{Work: registrytypes.WorkIDBytes{WorkID: song}, Terms: types.TermsIDBytes{TermsID: someTerms}},
		{UsedBy: registrytypes.WorkIDBytes{WorkID: remix}},
	} {
		row.Licensee, row.OfferedTo = licensee, licensee
		bz, err := row.Marshal()
		require.NoError(t, err)
		var read types.Grant
		require.NoError(t, read.Unmarshal(bz))
		require.Equal(t, row, read)
		require.Equal(t, !row.Work.IsZero(), bytes.Contains(bz, song[:]))

		text, err := (&jsonpb.Marshaler{EmitDefaults: true}).MarshalToString(&row)
		require.NoError(t, err)
		require.NotContains(t, text, "1q")
		read = types.Grant{}
		require.NoError(t, jsonpb.UnmarshalString(text, &read))
		require.Equal(t, row, read)
	}
	row := types.Constraint{
		Kind: types.CONSTRAINT_EXPIRES, Source: registrytypes.WorkIDBytes{WorkID: song},
		Grant: types.GrantIDBytes{GrantID: grant},
	}
	bz, err := row.Marshal()
	require.NoError(t, err)
	var read types.Constraint
	require.NoError(t, read.Unmarshal(bz))
	require.Equal(t, row, read)
	for _, length := range []int{1, 19, 21, 31, 33, 64} {
		for number := protowire.Number(2); number <= 4; number++ { // source, terms, grant
			require.ErrorIs(t, new(types.Constraint).Unmarshal(field(number, make([]byte, length))), registrytypes.ErrInvalidID)
		}
	}
	require.ErrorIs(t, jsonpb.UnmarshalString(`{"work":"song"}`, new(types.Grant)), registrytypes.ErrInvalidID)
}

// What is not an id is refused when a message is read, and the error says what it
// is and what was needed.
func TestTextThatIsNoIDIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"terms1x":        `"terms1x" is mistyped`,
		"cc-by-4.0":      `"cc-by-4.0" is not a terms id (terms1...)`,
		grant.String():   "is a grant id, where a terms id (terms1...) is needed",
		song.String():    "is a work id, where a terms id (terms1...) is needed",
		"terms1\xff\x00": "is mistyped",
		registrytypes.FormatID("terms", make([]byte, 32)): "all zeros",
		registrytypes.FormatID("terms", make([]byte, 20)): "holds 20 bytes, a terms id has 32",
	} {
		var msg types.EventTermsBlanked
		err := msg.Unmarshal(field(1, []byte(text)))
		require.ErrorIs(t, err, registrytypes.ErrInvalidID)
		require.ErrorContains(t, err, want)
		require.Zero(t, msg.Terms)
	}
	err := new(types.QueryGrantRequest).Unmarshal(field(1, []byte(someTerms.String())))
	require.ErrorContains(t, err, "is a terms id, where a grant id (grant1...) is needed")
}

// An empty digest of a type of its own would be two bytes of the encoding, and
// thereby change the id of terms.
func TestTheIDOfTermsKeepsItsEncoding(t *testing.T) {
	bz, err := (&types.Terms{Spdx: "MIT"}).Marshal()
	require.NoError(t, err)
	require.Equal(t, field(1, []byte("MIT")), bz)
}

// Whatever comes over the wire is refused or is an id whose text is its own.
func FuzzWire(f *testing.F) {
	f.Add(someTerms.String(), grant[:])
	f.Add(grant.String(), someTerms[:])
	f.Add("", []byte{})
	f.Fuzz(func(t *testing.T, text string, row []byte) {
		var terms types.EventTermsBlanked
		if terms.Unmarshal(field(1, []byte(text))) == nil {
			require.Equal(t, strings.ToLower(text), terms.Terms.String())
			require.Equal(t, len(text), terms.Terms.Size())
		} else {
			require.Zero(t, terms.Terms)
		}
		var request types.QueryGrantRequest
		if request.Unmarshal(field(1, []byte(text))) == nil {
			require.Equal(t, strings.ToLower(text), request.Grant.String())
			require.Equal(t, len(text), request.Grant.Size())
		} else {
			require.Zero(t, request.Grant)
		}
		_ = new(types.Grant).Unmarshal(row)
		_ = new(types.Constraint).Unmarshal(row)
	})
}
