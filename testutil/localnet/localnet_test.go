package localnet

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSettingsBecomeVariables(t *testing.T) {
	s := []string{"mempool.size=9", "iavl-cache-size=5"}
	require.Equal(t, []string{"STEMMAD_MEMPOOL_SIZE=9", "STEMMAD_IAVL_CACHE_SIZE=5"}, environment("build/stemmad", s))
	require.Equal(t, []string{"STEMMAD_OLD_MEMPOOL_SIZE=9", "STEMMAD_OLD_IAVL_CACHE_SIZE=5"}, environment("build/stemmad-old", s))
}
