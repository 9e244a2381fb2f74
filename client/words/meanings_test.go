package words_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/words"
)

// A word that can be chosen is explained.
func TestEveryWordIsExplained(t *testing.T) {
	for _, list := range [][]words.Meaning{words.Uses(), words.Roles()} {
		require.NotEmpty(t, list)
		for _, m := range list {
			require.NotEmpty(t, m.Means, m.Word)
		}
	}
	require.Equal(t, "  a   one\n  bc  two", words.Explained([]words.Meaning{{"a", "one"}, {"bc", "two"}}))
}
