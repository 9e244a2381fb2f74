package types_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func TestPackedConstraintsComeBack(t *testing.T) {
	list := []types.Constraint{
		{Kind: types.CONSTRAINT_NONCOMMERCIAL, Source: registrytypes.WorkIDBytes{WorkID: song}},
		{Kind: types.CONSTRAINT_SHARE_ALIKE, Terms: types.TermsIDBytes{TermsID: someTerms}},
		{Kind: types.CONSTRAINT_EXPIRES, Grant: types.GrantIDBytes{GrantID: grant}},
		{Kind: types.CONSTRAINT_ATTRIBUTION, Terms: types.TermsIDBytes{TermsID: someTerms}, WorkVersion: 0x01020304},
	}
	got, err := types.UnpackConstraints(types.PackConstraints(list))
	require.NoError(t, err)
	require.Equal(t, list, got)
}

func FuzzUnpackConstraints(f *testing.F) {
	f.Add([]byte{})
	f.Add(make([]byte, 57))
	f.Add(bytes.Repeat([]byte{3}, 114))
	f.Fuzz(func(t *testing.T, packed []byte) {
		list, err := types.UnpackConstraints(packed)
		if err != nil {
			require.ErrorIs(t, err, collections.ErrEncoding)
			return
		}
		require.True(t, bytes.Equal(packed, types.PackConstraints(list)))
	})
}
