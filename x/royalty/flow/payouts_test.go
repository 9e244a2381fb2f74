package flow_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/royalty/flow"
)

// TestPayoutsServeInTurn plays blocks in which purses become ready and some are
// refused, with a budget from 1 up and a head of the queue no longer than it. No
// purse is lost or tried twice in a block, the budget holds, and none is tried
// before one that was due earlier.
func TestPayoutsServeInTurn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var queue []flow.Payout
		budget := rapid.IntRange(1, 5).Draw(t, "budget")
		for now := uint64(1); now < 40; now++ {
			waiting := map[flow.Purse]bool{}
			for _, p := range queue {
				require.False(t, waiting[p.Purse], "%v waits twice", p.Purse)
				waiting[p.Purse] = true
			}
			var ready []flow.Purse
			for i := range 6 {
				p := flow.Purse{Account: flow.Account(fmt.Sprint("a", i)), Denom: denom}
				if !waiting[p] && rapid.Bool().Draw(t, "ready") {
					ready = append(ready, p)
				}
			}
			var due []flow.Payout
			for _, p := range queue {
				if p.Due <= now && len(due) < budget {
					due = append(due, p)
				}
			}
			more := len(queue) > len(due) && queue[len(due)].Due <= now

			try, wait := flow.Payouts(now, budget, due, more, ready)
			require.LessOrEqual(t, len(try), budget)
			require.True(t, slices.IsSortedFunc(try, func(a, b flow.Payout) int { return cmp.Compare(a.Due, b.Due) }))
			require.ElementsMatch(t, slices.Concat(due, at(now, ready)), slices.Concat(try, wait))
			require.True(t, slices.Equal(due, try[:len(due)]), "what waited is tried first")
			if len(wait) > 0 {
				require.True(t, more || len(try) == budget, "room was left")
			}
			if more {
				require.Len(t, try, len(due), "nothing new is tried while older ones wait")
			}
			queue = slices.Concat(queue[len(due):], wait)
			for _, p := range try {
				if rapid.IntRange(0, 3).Draw(t, "refused") == 0 {
					queue = append(queue, flow.Payout{Due: now + 3, Purse: p.Purse})
				}
			}
			slices.SortFunc(queue, flow.Payout.Compare)
		}
	})
}

func at(due uint64, purses []flow.Purse) (all []flow.Payout) {
	for _, p := range purses {
		all = append(all, flow.Payout{Due: due, Purse: p})
	}
	return all
}
