package bench

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/store/v2/rootmulti"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// maxPackedBytes is what one absolute ancestor may take in the list of a work.
const maxPackedBytes = 30

// kept is what a chain holds: rows, bytes of their keys and values, and bytes on
// disk with all heights since the last look and with the last one only.
type kept struct{ rows, raw, disk, latest int64 }

// keep reads the state, then closes the chain, looks at its compacted database
// and opens it again.
func (s *stage) keep() (k kept) {
	ctx := s.c.Ctx()
	for _, key := range s.c.App.StoreKeys() {
		if _, ok := key.(*storetypes.KVStoreKey); !ok {
			continue
		}
		it := ctx.MultiStore().GetKVStore(key).Iterator(nil, nil)
		for ; it.Valid(); it.Next() {
			k.rows++
			k.raw += int64(len(it.Key()) + len(it.Value()))
		}
		require.NoError(s.t, it.Close())
	}
	k.disk = s.reopen()
	s.prune()
	k.latest = s.reopen()
	return k
}

// prune deletes all heights but the last, which takes the store some time in the
// background.
func (s *stage) prune() {
	height := s.c.Height() - 1
	stores := s.c.App.CommitMultiStore().(*rootmulti.Store)
	require.NoError(s.t, stores.PruneStores(height))
	for _, key := range s.c.App.StoreKeys() {
		if store, ok := stores.GetStoreByName(key.Name()).(interface{ VersionExists(height int64) bool }); ok {
			require.Eventually(s.t, func() bool { return !store.VersionExists(height) }, time.Minute, 10*time.Millisecond)
		}
	}
	s.c.NextBlock() // writes what was deleted
}

// reopen returns the size of the compacted database.
func (s *stage) reopen() int64 {
	s.c.Close()
	compact(s.t, s.folder)
	size := folderSize(s.t, s.folder)
	s.c = s.c.Resume(s.t, s.folder)
	return size
}

// change is one kind of transaction whose traces are measured.
type change struct {
	name string
	workload
	// fresh: the accounts have never signed.
	fresh bool
	// twice: it is measured the second time, on the same works.
	twice bool
}

func changes() []change {
	named := map[string]workload{}
	for _, w := range workloads() {
		named[w.name] = w
	}
	to := func(kinds []int, amount int64) workload {
		return workload{messages: func(b *round, i int) []sdk.Msg {
			return []sdk.Msg{chain.PayMsg(b.signers[i], b.work(10*(i%(len(b.works)/10))+kinds[0]), usdc(amount))}
		}}
	}
	return []change{
		{name: "bank send, first of an account", workload: bankSend, fresh: true},
		{name: "bank send", workload: bankSend},
		{name: "work", workload: named["register"]},
		{name: "work, full details", workload: named["register, full details"]},
		{name: "anchor", workload: named["anchor"]},
		{name: "offer", workload: named["offer"]},
		{name: "derivation, 1 source", workload: named["derive, 1 sources"]},
		{name: "derivation, 4 sources", workload: named["derive, 4 sources"]},
		{name: "derivation, 16 sources", workload: named["derive, 16 sources"]},
		{name: "grant", workload: named["acquire, free"]},
		{name: "grant with a fee", workload: named["acquire, paid"]},
		{name: "payment, first of a payer", workload: to(plain, paid), fresh: true},
		{name: "payment, first to a work", workload: to(plain, paid)},
		{name: "payment, later", workload: to(plain, paid), twice: true},
		{name: "too little for a payout, first", workload: to(plain, 150)},
		{name: "too little for a payout, later", workload: to(plain, 150), twice: true},
		{name: "to a derivative, first", workload: to(derived, paid)},
		{name: "to a derivative, later", workload: to(derived, paid), twice: true},
		{name: "shares assigned", workload: named["assign shares"]},
	}
}

// TestState prints what the state grows by with each transaction of a kind: one
// block of them, whose accounts have all signed before. The fees and sequences
// that every transaction changes are among the bytes on disk.
func TestState(t *testing.T) {
	k := prepare(t, *size, *txs)
	fmt.Printf("\nstate, one block of %d transactions after %d works, for each transaction\n%-32s %8s %12s %12s %14s\n",
		*txs, *size, "kind", "rows", "key+value B", "on disk B", "all heights B")
	for i, change := range changes() {
		if *txs < 1000 && i%5 > 0 {
			continue // each opens a chain seven times; TestReport has tried them all
		}
		t.Run(change.name, func(t *testing.T) {
			s := newStage(t, k)
			if !change.fresh {
				s.run(bankSend)
			}
			if change.twice {
				s.deliver(change.workload)
			}
			before, after := s.deliver(change.workload)
			each := func(now, then int64) float64 { return float64(now-then) / float64(*txs) }
			fmt.Printf("%-32s %8.1f %12.1f %12.0f %14.0f\n", change.name, each(after.rows, before.rows),
				each(after.raw, before.raw), each(after.latest, before.latest), each(after.disk, before.latest))
		})
	}
}

// deliver runs one block of a workload and what comes after it, and returns what
// the chain held before and after.
func (s *stage) deliver(w workload) (before, after kept) {
	// The accounts in order, so that the i-th always does the same.
	b := &round{stage: s, number: s.turn, signers: s.accounts[:*txs]}
	s.turn += *txs
	if w.setup != nil {
		w.setup(b)
	}
	before = s.keep()
	block := make([][]byte, len(b.signers))
	for i, signer := range b.signers {
		block[i] = s.c.SignTx(chain.Tx{Msgs: w.messages(b, i), Signers: []chain.Account{signer}, Gas: 90_000_000, Fee: "500ustem"})
	}
	s.c.Block(block...).RequireOK(s.t)
	s.settle()
	return before, s.keep()
}

// TestPackedList prints what the absolute ancestors of one work take in its list.
func TestPackedList(t *testing.T) {
	f := newFamily(t, false, royaltytypes.POLICY_ABSOLUTE)
	row, err := f.App.Keepers.Royalty.Upstreams.Iterate(f.Ctx(), collections.NewPrefixedPairRange[registrytypes.WorkID, uint32](f.tops[0].ID))
	require.NoError(t, err)
	defer row.Close()
	var size int
	for ; row.Valid(); row.Next() { // the last version is the whole list
		value, err := row.Value()
		require.NoError(t, err)
		size = value.Size()
	}
	each := float64(size) / float64(*ancestors)
	fmt.Printf("\nlist of %d absolute ancestors: %d bytes, %.1f each\n", *ancestors, size, each)
	require.LessOrEqual(t, each, float64(maxPackedBytes))
}
