package permission_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/permission"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// What two sources ask for one work under the same terms is one use, and is paid once.
func TestAUseIsPaidOnce(t *testing.T) {
	a, b, terms := registrytypes.WorkID{1}, registrytypes.WorkID{2}, licensetypes.TermsID{3}
	price := sdk.NewCoins(sdk.NewInt64Coin("uusdc", 5))
	first := &permission.Choice{PerUse: []licensetypes.Obligation{{Work: a, Terms: terms, Price: price}, {Work: b, Terms: terms}}}
	second := &permission.Choice{PerUse: []licensetypes.Obligation{
		{Work: a, Terms: terms, Price: price}, {Work: a, Terms: licensetypes.TermsID{4}, Price: price},
	}}
	uses := permission.UsesOnce(first, second)
	require.Len(t, uses[0], 1, "one that costs nothing is no payment")
	require.Len(t, uses[1], 1)
	require.Equal(t, licensetypes.TermsID{4}, uses[1][0].Terms)
}

// A grant that serves several sources counts once, and one of a source itself does not.
func TestFurtherGrants(t *testing.T) {
	a, b := registrytypes.WorkID{1}, registrytypes.WorkID{2}
	require.EqualValues(t, 1, permission.FurtherGrants([]lineagetypes.ServingGrant{
		{Source: a, Work: a, Grant: licensetypes.GrantID{1}},
		{Source: a, Work: b, Grant: licensetypes.GrantID{2}},
		{Source: b, Work: a, Grant: licensetypes.GrantID{2}},
	}))
}
