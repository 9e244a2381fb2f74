package flow_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/royalty/flow"
)

// TestAPayeeIsAddedInProportion: the shares sum to the whole, the payee has its own exactly,
// and each holder is less than a ppm from its part of the rest, but for those who keep the least,
// and the one who gives them that.
func TestAPayeeIsAddedInProportion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, flow.MaxRuledHolders).Draw(t, "holders")
		table, left := make([]flow.Holding, n), flow.Whole-n*flow.MinShare
		for i := range table {
			more := left
			if i < n-1 {
				more = rapid.IntRange(0, left).Draw(t, "more")
			}
			left -= more
			table[i] = flow.Holding{To: flow.Account(fmt.Sprint(i)), Weight: uint32(flow.MinShare + more)}
		}
		payee := flow.Account(fmt.Sprint(rapid.IntRange(0, n).Draw(t, "payee")))
		share := rapid.Uint32Range(0, flow.Whole).Draw(t, "share")
		next, err := flow.Dilute(table, payee, share)
		if err != nil {
			require.Nil(t, next)
			return
		}
		require.LessOrEqual(t, len(next), flow.MaxRuledHolders)
		var sum uint32
		var lifted int64
		given := 0
		for i, h := range next {
			require.GreaterOrEqual(t, h.Weight, uint32(flow.MinShare))
			sum += h.Weight
			var had uint32
			if i < n {
				require.Equal(t, table[i].To, h.To)
				had = table[i].Weight
			}
			kept := int64(h.Weight)
			if h.To == payee {
				kept -= int64(share)
			}
			off := kept*flow.Whole - int64(had)*int64(flow.Whole-share)
			switch {
			case h.Weight == flow.MinShare && off > 0:
				lifted += off
			case off < 0 && -off >= flow.Whole:
				given++
				lifted += off
			default:
				require.Less(t, max(off, -off), int64(flow.Whole))
			}
		}
		require.LessOrEqual(t, given, 1)
		require.Less(t, max(lifted, -lifted), int64(flow.Whole*flow.MaxRuledHolders))
		require.EqualValues(t, flow.Whole, sum)
	})
}

func TestAPayeeThatDoesNotFit(t *testing.T) {
	half := []flow.Holding{{To: "ann", Weight: 500_000}, {To: "ben", Weight: 500_000}}
	for share, want := range map[uint32]string{
		0: "name 100 to 999900", 99: "name 100 to 999900", 999_901: "name 100 to 999900", 999_900: "a holder would keep 50",
	} {
		_, err := flow.Dilute(half, "cat", share)
		require.ErrorContains(t, err, want)
	}
	// The largest would keep 112, and has not the 22 that another lacks.
	_, err := flow.Dilute([]flow.Holding{{To: "ann", Weight: 590_000}, {To: "ben", Weight: 410_000}}, "cat", 999_810)
	require.ErrorContains(t, err, "a holder would keep 78")
	next, err := flow.Dilute(half, "cat", 999_800)
	require.NoError(t, err)
	require.Equal(t, []flow.Holding{{To: "ann", Weight: 100}, {To: "ben", Weight: 100}, {To: "cat", Weight: 999_800}}, next)
	next, err = flow.Dilute(half, "ben", 100_000)
	require.NoError(t, err)
	require.Equal(t, []flow.Holding{{To: "ann", Weight: 450_000}, {To: "ben", Weight: 550_000}}, next)
	require.EqualValues(t, 500_000, half[0].Weight, "the table stays as it is")

	full := make([]flow.Holding, flow.MaxRuledHolders)
	for i := range full {
		full[i] = flow.Holding{To: flow.Account(fmt.Sprint(i)), Weight: flow.Whole / flow.MaxRuledHolders}
	}
	_, err = flow.Dilute(full, "cat", 100_000)
	var tooMany *flow.TooManyHoldersError
	require.ErrorAs(t, err, &tooMany)
	require.ErrorContains(t, err, "41 holders")
	_, err = flow.Dilute(full, "3", 100_000)
	require.NoError(t, err)
}
