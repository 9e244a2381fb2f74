package flow_test

import (
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/royalty/flow"
)

// TestHoweverARiseIsSlicedTheOutcomeIsTheSame: redeeming some of the vouchers, or
// all, or only the last one, gives every payee floor(total*weight/1e6), and less
// than one unit a payee stays.
func TestHoweverARiseIsSlicedTheOutcomeIsTheSame(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		weights := drawWeights(rt)
		totals := rapid.SliceOfN(rapid.Uint64Range(1, 1<<62), 1, 8).Draw(rt, "totals")
		slices.Sort(totals)
		had := make([]*big.Int, len(weights))
		for i := range had {
			had[i] = new(big.Int)
		}
		from := new(big.Int)
		for _, total := range totals {
			to := new(big.Int).SetUint64(total)
			for i, w := range weights {
				got := flow.Increase(from, to, w)
				require.GreaterOrEqual(rt, got.Sign(), 0)
				had[i].Add(had[i], got)
			}
			from = to
		}
		sum := new(big.Int)
		for i, w := range weights {
			want := new(big.Int).Mul(from, big.NewInt(int64(w)))
			require.Zero(rt, want.Quo(want, big.NewInt(flow.Whole)).Cmp(had[i]))
			sum.Add(sum, had[i])
		}
		rest := new(big.Int).Sub(from, sum)
		require.GreaterOrEqual(rt, rest.Sign(), 0)
		require.Negative(rt, rest.Cmp(big.NewInt(int64(len(weights)))))
	})
}

// drawWeights draws weights that sum to the whole.
func drawWeights(rt *rapid.T) (weights []uint32) {
	left := uint32(flow.Whole)
	for left > 0 && len(weights) < 9 {
		w := rapid.Uint32Range(1, left).Draw(rt, "weight")
		weights, left = append(weights, w), left-w
	}
	if left > 0 {
		weights = append(weights, left)
	}
	return weights
}
