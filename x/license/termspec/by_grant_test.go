package termspec_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/termspec"
)

// Terms are had by a grant as soon as one of what a grant is for is in them.
func TestWhatIsHadByAGrant(t *testing.T) {
	day := 24 * time.Hour
	require.False(t, termspec.Terms{}.ByGrant())
	require.True(t, termspec.Terms{GrantFee: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 1))}.ByGrant())
	require.True(t, termspec.Terms{Duration: &day}.ByGrant())
	require.True(t, termspec.Terms{MaxGrants: 1}.ByGrant())
	require.True(t, termspec.Terms{Exclusivity: termspec.EXCLUSIVITY_SOLE}.ByGrant())
	require.False(t, termspec.Terms{DerivativeApproval: true}.ByGrant(), "it is used without making something of it")
}

// Terms about other uses cover no use by machines.
func TestMachinesUnderTermsAboutOtherUses(t *testing.T) {
	machines := termspec.Machines(termspec.Terms{Uses: []termspec.Action{termspec.ACTION_COPY}})
	require.Len(t, machines, 3)
	for _, m := range machines {
		require.Equal(t, "not_covered", m.Answer, m.Use)
		require.NotEmpty(t, m.Sentence)
	}
}
