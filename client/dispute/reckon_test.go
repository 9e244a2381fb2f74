package dispute_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/dispute"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func TestAMissingSourceIsOwedItsRateOfAllTogether(t *testing.T) {
	// 3 * 333 at 10 %: floor(99.9), not 3 * floor(33.3).
	owed := dispute.OwedBySource(coins(t, "999uusdc,9ustem"), 100_000)
	require.Equal(t, "99uusdc", owed.String())
	list := dispute.FromWork(owed, registrytypes.WorkID{7})
	require.Equal(t, []disputetypes.Restitution{{Creditor: registrytypes.WorkID{7}, Amount: sdk.NewInt64Coin("uusdc", 99)}}, list)
}

func TestHoldersOweWhatTheyHadByVersion(t *testing.T) {
	usdc := func(n int64) sdk.Coin { return sdk.NewInt64Coin("uusdc", n) }
	list := dispute.FromHolders([]dispute.Part{
		{"thief", 1, usdc(10)}, {"friend", 2, usdc(4)}, {"thief", 1, usdc(5)}, {"thief", 2, usdc(6)}, {"thief", 2, usdc(0)},
	}, registrytypes.WorkID{7})
	require.Len(t, list, 3)
	fits, left := dispute.Fit(list, coins(t, "20uusdc"))
	require.True(t, left.Equal(coins(t, "5uusdc")), left)
	require.Equal(t, "thief", fits[0].Debtor)
	require.Equal(t, []sdk.Coin{usdc(15), usdc(5)}, []sdk.Coin{fits[0].Amount, fits[1].Amount}, "the largest first, no more than was claimed")
	require.EqualValues(t, 2, fits[1].HoldersVersion)
	require.Len(t, list, 3)
	require.Equal(t, usdc(6), list[2].Amount, "what is given is not changed")
}

func TestARulingNames64Amounts(t *testing.T) {
	var parts []dispute.Part
	for i := range 70 {
		parts = append(parts, dispute.Part{Account: fmt.Sprint("holder", i), Version: 1, Amount: sdk.NewInt64Coin("uusdc", int64(i+1))})
	}
	fits, left := dispute.Fit(dispute.FromHolders(parts, registrytypes.WorkID{7}), coins(t, "1000000uusdc"))
	require.Len(t, fits, disputetypes.MaxRestitutions)
	require.Equal(t, "21uusdc", left.String(), "1+2+3+4+5+6 are too many")
}
