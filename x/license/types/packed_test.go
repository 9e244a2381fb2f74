package types_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/stemma-chain/stemma/x/license/types"
)

func TestPackedConstraintsComeBack(t *testing.T) {
	list := []types.Constraint{
		{Kind: types.CONSTRAINT_NONCOMMERCIAL, Source: bytes.Repeat([]byte{1}, 20), Terms: make([]byte, 32)},
		{Kind: types.CONSTRAINT_SHARE_ALIKE, Source: make([]byte, 20), Terms: bytes.Repeat([]byte{255}, 32)},
		{Kind: types.CONSTRAINT_EXPIRES, Source: make([]byte, 20), Grant: bytes.Repeat([]byte{7}, 20)},
	}
	got, err := types.UnpackConstraints(types.PackConstraints(list))
	require.NoError(t, err)
	require.Equal(t, list, got)
}

func FuzzUnpackConstraints(f *testing.F) {
	f.Add([]byte{})
	f.Add(make([]byte, 53))
	f.Add(bytes.Repeat([]byte{3}, 106))
	f.Fuzz(func(t *testing.T, packed []byte) {
		list, err := types.UnpackConstraints(packed)
		if err != nil {
			require.ErrorIs(t, err, collections.ErrEncoding)
			return
		}
		require.True(t, bytes.Equal(packed, types.PackConstraints(list)))
	})
}
