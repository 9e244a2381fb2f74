package keeper

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhoHasToApproveIsCounted(t *testing.T) {
	one, two := workID{1}, workID{2}
	require.Equal(t, "the owner of "+one.String()+" has approved", approving([]workID{one}))
	require.Equal(t, "the owners of all 2 works have approved", approving([]workID{one, two}))
}
