package termspec_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/license/termspec"
)

// Clients match errors by codespace and code: this one is license/2 for good.
func TestCodeOfInvalidTerms(t *testing.T) {
	require.Equal(t, "license", termspec.ErrInvalidTerms.Codespace())
	require.EqualValues(t, 2, termspec.ErrInvalidTerms.ABCICode())
}
