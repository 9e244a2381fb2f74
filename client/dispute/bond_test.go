package dispute_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/dispute"
)

func coins(t *testing.T, text string) sdk.Coins {
	t.Helper()
	c, err := sdk.ParseCoinsNormalized(text)
	require.NoError(t, err)
	return c
}

func TestABondIsOfWhatTheAccountHas(t *testing.T) {
	minimum := coins(t, "100ustem,50uusdc")
	for _, tc := range []struct{ beside, has, want string }{
		{"", "100ustem,50uusdc", "100ustem"},
		{"", "99ustem,50uusdc", "50uusdc"},
		{"7uusdc", "100ustem,6uusdc", ""},
		{"7uusdc", "99ustem,57uusdc", "57uusdc"},
		{"7uusdc", "100ustem,7uusdc", "100ustem,7uusdc"},
		{"", "", ""},
	} {
		bond, found := dispute.Choose(minimum, coins(t, tc.beside), coins(t, tc.has))
		require.Equal(t, tc.want != "", found)
		require.Equal(t, tc.want, bond.String())
	}
}
