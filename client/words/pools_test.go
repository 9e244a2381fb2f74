package words_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/words"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Every reason has words of its own, and one to come is said to be one.
func TestEveryCollectReasonHasWords(t *testing.T) {
	seen := map[string]bool{}
	for number := range royaltytypes.CollectReason_name {
		said := words.CollectReason(royaltytypes.CollectReason(number))
		require.False(t, seen[said], said)
		require.Equal(t, number == 0, said == "")
		require.NotContains(t, said, "program")
		seen[said] = true
	}
	require.Contains(t, words.CollectReason(99), "program")
}
