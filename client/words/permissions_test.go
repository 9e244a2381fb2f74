package words_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/permission"
	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/words"
)

func TestWhyNothingIsReliedOnOrBought(t *testing.T) {
	for _, why := range []permission.Why{
		permission.Denied, permission.Unregistered, permission.Unoffered, permission.NotUnder, permission.NoSuchGrant,
		permission.GrantElsewhere, permission.GrantMoved, permission.GrantOfOthers, permission.NeedsGrant, permission.NotBought,
		permission.NeedsChoice, permission.PartIsGrant, permission.PartRefused, permission.NotAlike, permission.AsksMore,
	} {
		require.NotContains(t, words.Refused(string(why)), "does not know", why)
	}
	for _, kind := range []rights.ObstacleKind{
		rights.NothingOffered, rights.NeedsApproval, rights.NoPriceAgreed, rights.AbovePrice, rights.AboveTogether,
	} {
		require.NotContains(t, words.Obstacle(string(kind)), "does not know", kind)
	}
	require.Contains(t, words.Refused("new"), "new")
	require.Contains(t, words.Obstacle("new"), "new")
}
