package ibcpay

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/client/encoding"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

func works() *rapid.Generator[registrytypes.WorkID] {
	return rapid.Custom(func(t *rapid.T) (id registrytypes.WorkID) {
		copy(id[:], rapid.SliceOfN(rapid.Byte(), len(id), len(id)).Draw(t, "id"))
		id[0] |= 1 // not the one that is none
		return id
	})
}

// The pay address is in documents, and in what people have written down.
func TestThePayAddress(t *testing.T) {
	encoding.Configure()
	require.Equal(t, "stemma12hdr2rtlmmqqkvmvrysx24yh33rkgc20vg2rmg", Address().String())
}

// A memo is read as what it says, however it is spaced.
func TestMemosAreRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		work, space := works().Draw(t, "work"), rapid.StringOfN(rapid.SampledFrom([]rune(" \n\t\r")), 0, 4, -1)
		memo := "{" + space.Draw(t, "a") + `"stemma"` + space.Draw(t, "b") + ":{" + `"pay":` + space.Draw(t, "c") + `"` + work.String() + `"}` +
			space.Draw(t, "d") + "}"
		read, err := ReadMemo(memo)
		require.NoError(t, err)
		require.Equal(t, work, read)
		require.True(t, json.Valid([]byte(memo)))
	})
}

// What is read is a JSON object with one name in it, within one: no other reader finds another payment in it.
func FuzzReadMemo(f *testing.F) {
	work := registrytypes.WorkID{1, 2, 3}.String()
	for _, memo := range []string{
		"", "{}", `{"stemma":{}}`, `{"stemma":{"pay":"` + work + `"}}`, `{"stemma":{"pay":"` + work + `"},"stemma":{"pay":"` + work + `"}}`,
		`{"stemma":{"pay":"` + work + `","pay":1}}`, `[{"stemma":{"pay":"` + work + `"}}]`, `{"Stemma":{"pay":"` + work + `"}}`,
	} {
		f.Add(memo)
	}
	f.Fuzz(func(t *testing.T, memo string) {
		id, err := ReadMemo(memo)
		if err != nil {
			require.ErrorIs(t, err, types.ErrInvalidPayment)
			return
		}
		var read map[string]map[string]string
		require.NoError(t, json.Unmarshal([]byte(memo), &read))
		require.Equal(t, map[string]map[string]string{"stemma": {"pay": read["stemma"]["pay"]}}, read)
		parsed, err := registrytypes.ParseWorkID(read["stemma"]["pay"])
		require.NoError(t, err)
		require.Equal(t, id, parsed)
		require.Equal(t, 1, strings.Count(memo, "pay")+strings.Count(memo, `\u`))
	})
}
