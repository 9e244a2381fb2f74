package words_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/words"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
)

// TestEveryRefusalOfALimitSaysWhatToDo: from 20 on the codes are what a limit refuses.
func TestEveryRefusalOfALimitSaysWhatToDo(t *testing.T) {
	last := agenttypes.ErrFeeOverTotal.ABCICode()
	for code := agenttypes.ErrNotKey.ABCICode(); code <= last; code++ {
		require.NotEmpty(t, words.AgentRemedy(agenttypes.ModuleName, code), code)
	}
	require.Empty(t, words.AgentRemedy(agenttypes.ModuleName, last+1), "a new code: say here what to do about it, and raise last")
	require.Empty(t, words.AgentRemedy("license", last))
}
