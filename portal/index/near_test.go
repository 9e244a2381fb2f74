package index_test

import (
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/portal/index"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// crowd is how many works each of the first 150 is made from, and how many are made from it: with -strict, as many as an
// index lists at once.
func crowd() int {
	if *strict {
		return index.MaxPage / 2
	}
	return 15
}

// crowded makes an index of works 0 to 149, each made from those from 1000, and works from 2000, each made from all of
// those.
func crowded(t *testing.T, x *index.Index) {
	t.Helper()
	all := func(first, count int) (sources []lineagetypes.Source) {
		for i := range count {
			sources = append(sources, from(first+i))
		}
		return sources
	}
	var txs [][]abci.Event
	for i := range crowd() {
		txs = append(txs, list{registered(t, 1000+i)})
	}
	for i := range 150 {
		txs = append(txs, list{registered(t, i), derived(t, i, 1, all(1000, crowd())...)})
	}
	for i := range crowd() {
		txs = append(txs, list{registered(t, 2000+i), derived(t, 2000+i, 1, all(0, 150)...)})
	}
	require.NoError(t, x.Apply(t.Context(), block(1, txs...)))
}

func numbersOf(t *testing.T, x *index.Index, list ...int) (numbers []index.Number) {
	t.Helper()
	for _, n := range list {
		number, err := x.Number(t.Context(), workOf(n))
		require.NoError(t, err)
		numbers = append(numbers, number)
	}
	return numbers
}

// What is between works of which each has very many neighbours is found in two questions, and within a tenth of a second
// where each has as many as an index lists (-strict).
func TestWhatIsBetweenWorksIsCheap(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *index.Index) {
		x, ctx := open(), t.Context()
		crowded(t, x)
		var of []int
		for i := range 150 - crowd() {
			of = append(of, i)
		}
		for i := range crowd() {
			of = append(of, 1000+i)
		}
		numbers := numbersOf(t, x, of...)
		took := time.Hour
		for range 5 { // others may have the machine meanwhile
			began := time.Now()
			near, err := x.Near(ctx, numbers)
			require.NoError(t, err)
			works, edges, err := x.Among(ctx, numbers)
			took = min(took, time.Since(began))
			require.NoError(t, err)
			require.Len(t, near[0].Sources, crowd())
			require.Len(t, near[0].Derivatives, crowd())
			require.Len(t, near[149].Derivatives, 150)
			require.Len(t, edges, crowd()*(150-crowd()))
			for i, w := range works {
				require.Equal(t, workOf(of[i]), w.ID)
			}
		}
		t.Log(took)
		if *strict {
			require.Less(t, took, 100*time.Millisecond)
		}
	})
}

// Edges between works are as those that lists of one work's have, and works that are not registered have an id.
func TestEdgesBetweenWorksAreThoseOfLists(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *index.Index) {
		x, ctx := open(), t.Context()
		ref := licensetypes.DeclarationRef{Work: workOf(4), Number: 2}
		require.NoError(t, x.Apply(ctx, block(1, list{registered(t, 1), registered(t, 2), registered(t, 3)},
			list{registered(t, 4), derived(t, 4, 1, from(1), from(2))},
			list{event(t, &licensetypes.EventAdmitted{Declaration: ref}), derived(t, 4, 2, from(3), from(77))},
			list{event(t, &registrytypes.EventWorkStatusChanged{Work: workOf(2), Status: registrytypes.STATUS_DISPUTED})},
		)))
		numbers := numbersOf(t, x, 4, 77, 2, 3)
		_, err := x.Number(ctx, workOf(50))
		require.ErrorIs(t, err, index.ErrNotFound)
		works, edges, err := x.Among(ctx, numbers)
		require.NoError(t, err)
		require.Equal(t, index.Work{ID: workOf(77)}, works[1])
		require.Equal(t, workOf(3), works[3].ID)
		listed, err := x.Sources(ctx, workOf(4), "", 9)
		require.NoError(t, err)
		var want []index.Edge
		for _, e := range listed.Rows[1:] { // not that to 1
			e.Other = index.Work{}
			want = append(want, e)
		}
		require.Equal(t, want, edges)
		near, err := x.Near(ctx, numbers)
		require.NoError(t, err)
		one := numbersOf(t, x, 1)[0]
		require.ElementsMatch(t, []index.Number{one, numbers[1], numbers[2], numbers[3]}, near[0].Sources)
		require.Equal(t, []index.Near{{Derivatives: numbers[:1]}, {Derivatives: numbers[:1]}, {Derivatives: numbers[:1]}}, near[1:])
	})
}

// A list ends where the index's lists end, and says so.
func TestNeighboursAreBounded(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *index.Index) {
		x, ctx := open(), t.Context()
		txs := [][]abci.Event{{registered(t, 1)}}
		for i := range index.MaxPage + 5 {
			txs = append(txs, list{derived(t, 100+i, 1, from(1))})
		}
		require.NoError(t, x.Apply(ctx, block(1, txs...)))
		near, err := x.Near(ctx, numbersOf(t, x, 1))
		require.NoError(t, err)
		require.Equal(t, numbersOf(t, x, 100)[0], near[0].Derivatives[0])
		require.Len(t, near[0].Derivatives, index.MaxPage)
		require.True(t, near[0].MoreDerivatives)
		require.False(t, near[0].MoreSources)
	})
}
