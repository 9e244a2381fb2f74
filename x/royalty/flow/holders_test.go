package flow_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/royalty/flow"
)

// A share takes the table as far as it is large, from half of the places on.
func TestHowFarAShareTakesTheTable(t *testing.T) {
	for weight, most := range map[uint32]int{0: 16, 100: 16, 62_499: 16, 62_500: 17, 500_000: 24, 999_999: 31, flow.Whole: flow.MaxHolders} {
		require.Equal(t, most, flow.MostHolders(weight), "%d ppm", weight)
	}
}
