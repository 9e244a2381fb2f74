package permission

import (
	"testing"

	"github.com/stretchr/testify/require"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// What only a newer node answers about one action outweighs what is allowed of the others: nothing is derived on it.
func TestAVerdictThatIsNotKnownIsTheWorst(t *testing.T) {
	newer := licensetypes.Rights{Verdict: licensetypes.Verdict(7)}
	for verdict := range licensetypes.Verdict_name {
		known := licensetypes.Rights{Verdict: licensetypes.Verdict(verdict)}
		require.Equal(t, newer, worstOf([]licensetypes.Rights{known, newer}))
		require.Equal(t, newer, worstOf([]licensetypes.Rights{newer, known}))
	}
}
