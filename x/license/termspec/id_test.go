package termspec_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/license/termspec"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func TestTheIDOfTermsIsText(t *testing.T) {
	id := types.Terms{Spdx: "LicenseRef-A"}.ID()
	require.False(t, id.IsZero())
	require.NoError(t, id.Given("terms"))
	require.True(t, types.TermsID{}.IsZero())
	err := types.TermsID{}.Given("terms")
	require.ErrorIs(t, err, registrytypes.ErrInvalidID)
	require.ErrorContains(t, err, "terms is not given: it takes the id of terms (terms1...)")
	require.Empty(t, types.TermsID{}.String())

	text := id.String()
	require.Regexp(t, "^terms1[a-z0-9]{58}$", text)
	require.Equal(t, len(text), id.Size())
	parsed, err := termspec.ParseTermsID(text)
	require.NoError(t, err)
	require.Equal(t, id, parsed)
	_, err = termspec.ParseTermsID("grant1x")
	require.ErrorIs(t, err, registrytypes.ErrInvalidID)

	bz, err := id.Marshal()
	require.NoError(t, err)
	require.Equal(t, text, string(bz))
	room := make([]byte, id.Size()+1)
	n, err := id.MarshalTo(room)
	require.NoError(t, err)
	require.Equal(t, text, string(room[:n]))
	var back types.TermsID
	require.NoError(t, back.Unmarshal(bz))
	require.Equal(t, id, back)
	require.NoError(t, back.UnmarshalText(nil))
	require.True(t, back.IsZero())
}
