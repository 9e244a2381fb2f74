package types_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/stemma-chain/stemma/x/license/types"
)

func TestPackedConstraintsComeBack(t *testing.T) {
	end := time.Date(2262, time.January, 1, 0, 0, 0, 1, time.UTC)
	list := []types.Constraint{
		{Kind: types.CONSTRAINT_NONCOMMERCIAL, Source: bytes.Repeat([]byte{1}, 20), Terms: make([]byte, 32)},
		{Kind: types.CONSTRAINT_SHARE_ALIKE, Source: make([]byte, 20), Terms: bytes.Repeat([]byte{255}, 32)},
		{Kind: types.CONSTRAINT_EXPIRES, Source: make([]byte, 20), Terms: make([]byte, 32), ExpiresAt: &end},
	}
	got, err := types.UnpackConstraints(types.PackConstraints(list))
	require.NoError(t, err)
	require.Equal(t, list, got)
}

func FuzzUnpackConstraints(f *testing.F) {
	f.Add([]byte{})
	f.Add(make([]byte, 60))
	f.Add(bytes.Repeat([]byte{3}, 122))
	f.Fuzz(func(t *testing.T, packed []byte) {
		list, err := types.UnpackConstraints(packed)
		if err != nil {
			require.ErrorIs(t, err, collections.ErrEncoding)
			return
		}
		require.True(t, bytes.Equal(packed, types.PackConstraints(list)))
	})
}
