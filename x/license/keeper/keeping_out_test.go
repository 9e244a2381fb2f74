package keeper

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/license/types"
)

func TestGrantsThatKeepOthersOutAreCounted(t *testing.T) {
	one := types.ExclusiveGrant{Grant: types.GrantIDBytes{GrantID: types.GrantID{1}}}
	require.Equal(t, one.Grant.String()+" runs, which keeps others out; wait for its end", keepingOut([]types.ExclusiveGrant{one}))
	require.Contains(t, keepingOut([]types.ExclusiveGrant{one, one}), "2 grants of it run that keep others out, such as grant1")
}
