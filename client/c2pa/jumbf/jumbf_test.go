package jumbf_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/client/c2pa/jumbf"
	"github.com/stemma-chain/stemma/testutil/strangers"
)

func assertion(label string, content ...[]byte) []byte {
	return jumbf.AppendSuperbox(nil, jumbf.Description{ID: jumbf.IDOf(jumbf.CBOR), Requestable: true, Label: label}, content...)
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	number, salt := uint32(7), bytes.Repeat([]byte{3}, 16)
	file := jumbf.AppendSuperbox(nil, jumbf.Description{ID: jumbf.IDFile, Requestable: true, Label: "thumb", Salt: salt, Number: &number},
		jumbf.AppendFile(nil, "image/jpeg", "a.jpg", []byte("pixels")))
	raw := jumbf.AppendSuperbox(nil, jumbf.Description{ID: jumbf.IDOf("c2as"), Label: "c2pa.assertions", Hash: make([]byte, 32)},
		assertion("one", jumbf.Append(nil, jumbf.CBOR, []byte{0xa0})), file, jumbf.AppendUUID(nil, jumbf.IDFile, []byte("x")))

	boxes, err := jumbf.Parse(raw)
	require.NoError(t, err)
	require.Len(t, boxes, 1)
	store := boxes[0]
	require.Equal(t, jumbf.Kind("c2as"), store.ID().Letters())
	require.Equal(t, "c2pa.assertions", store.Label())
	require.Len(t, store.Boxes, 3)
	require.Equal(t, raw, store.Raw)
	require.Equal(t, raw[8:], store.HashedContent())
	one := store.All("one")
	require.Len(t, one, 1)
	content, found := one[0].First(jumbf.CBOR)
	require.True(t, found)
	require.Equal(t, []byte{0xa0}, content)
	kind, name, data, err := store.Boxes[1].File()
	require.NoError(t, err)
	require.Equal(t, []string{"image/jpeg", "a.jpg", "pixels"}, []string{kind, name, string(data)})
	require.Equal(t, salt, store.Boxes[1].Description.Salt)
	require.Equal(t, number, *store.Boxes[1].Description.Number)
	require.Equal(t, jumbf.IDFile[:], store.Boxes[2].Content[:16])
	require.Empty(t, jumbf.IDFile.Letters())
}

func TestDescriptionsAreReadAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := jumbf.Description{
			ID: jumbf.ID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id")), Requestable: rapid.Bool().Draw(t, "requestable"),
			Label: rapid.StringMatching(`[a-z.:-]{0,20}`).Draw(t, "label"),
		}
		if rapid.Bool().Draw(t, "salted") {
			d.Salt = rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "salt")
		}
		if rapid.Bool().Draw(t, "numbered") {
			number := rapid.Uint32().Draw(t, "number")
			d.Number = &number
		}
		require.NoError(t, d.Check())
		boxes, err := jumbf.Parse(jumbf.AppendSuperbox(nil, d))
		require.NoError(t, err)
		require.Equal(t, &d, boxes[0].Description)
	})
}

func TestBoxesOfStrangers(t *testing.T) {
	good := assertion("one")
	long := binary.BigEndian.AppendUint64(append([]byte{0, 0, 0, 1}, "cbor"...), 1<<62)
	bit := bytes.Clone(good)
	bit[8+8+16] |= 0x80
	nested := assertion("in")
	for range jumbf.MaxDepth {
		nested = assertion("out", nested)
	}
	for name, c := range map[string]struct {
		raw  []byte
		want error
	}{
		"three bytes":              {good[:3], jumbf.ErrTruncated},
		"a box cut":                {good[:len(good)-1], jumbf.ErrTruncated},
		"a length of 2^62":         {long, jumbf.ErrTruncated},
		"a long length cut":        {long[:12], jumbf.ErrTruncated},
		"a length below the head":  {append([]byte{0, 0, 0, 7}, "cbor"...), jumbf.ErrMalformed},
		"a long one below":         {binary.BigEndian.AppendUint64(append([]byte{0, 0, 0, 1}, "cbor"...), 15), jumbf.ErrMalformed},
		"no description":           {jumbf.Append(nil, jumbf.Superbox, jumbf.Append(nil, jumbf.CBOR)), jumbf.ErrMalformed},
		"an empty superbox":        {jumbf.Append(nil, jumbf.Superbox), jumbf.ErrTruncated},
		"a description too short":  {jumbf.Append(nil, jumbf.Superbox, jumbf.Append(nil, jumbf.Describes, make([]byte, 16))), jumbf.ErrTruncated},
		"an unknown toggle":        {bit, jumbf.ErrMalformed},
		"too deep":                 {nested, jumbf.ErrTooMany},
		"too many":                 {bytes.Repeat(jumbf.Append(nil, "free"), jumbf.MaxBoxes+1), jumbf.ErrTooMany},
		"a label that doesn't end": {jumbf.Append(nil, jumbf.Superbox, jumbf.Append(nil, jumbf.Describes, make([]byte, 16), []byte("\x03ab"))), jumbf.ErrMalformed},
	} {
		_, err := jumbf.Parse(c.raw)
		require.ErrorIs(t, err, c.want, name)
	}
	last := bytes.Clone(good)
	last[3] = 0
	boxes, err := jumbf.Parse(last)
	require.NoError(t, err, "a length of 0 is all that is left")
	require.Equal(t, "one", boxes[0].Label())

	require.ErrorIs(t, jumbf.Description{Label: "a/b"}.Check(), jumbf.ErrMalformed)
	require.ErrorIs(t, jumbf.Description{Salt: []byte{1}}.Check(), jumbf.ErrMalformed)
	require.ErrorIs(t, jumbf.Description{Hash: []byte{1}}.Check(), jumbf.ErrMalformed)
}

func FuzzParse(f *testing.F) {
	f.Add(assertion("one", assertion("two", jumbf.Append(nil, jumbf.CBOR, []byte{0xa0}))))
	f.Add([]byte(strings.Repeat("\x00\x00\x00\x08free", 100)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) > strangers.MaxInput {
			return
		}
		strangers.Bounded(t, len(raw), func() {
			boxes, err := jumbf.Parse(raw)
			if err != nil {
				return
			}
			total := 0
			for _, one := range boxes {
				total += len(one.Raw)
				_, _, _, _ = one.File()
			}
			require.Equal(t, len(raw), total)
		})
	})
}
