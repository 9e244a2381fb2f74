package app_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/server"
	serverconfig "github.com/cosmos/cosmos-sdk/server/config"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/app/fast"
	"github.com/stemma-chain/stemma/testutil/chain"
)

// row is one change of the database; a nil value deletes.
type row struct{ key, value []byte }

// journal is a database in memory that notes what is written, in order; rows that
// are written at once are one entry. A process that ends leaves the first entries.
type journal struct {
	*dbm.MemDB
	mu      sync.Mutex
	entries [][]row
}

func (j *journal) write(rows []row) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = append(j.entries, rows)
	return apply(j.MemDB, rows)
}

func apply(db dbm.DB, rows []row) error {
	for _, r := range rows {
		if r.value == nil {
			if err := db.Delete(r.key); err != nil {
				return err
			}
		} else if err := db.Set(r.key, r.value); err != nil {
			return err
		}
	}
	return nil
}

func (j *journal) Set(key, value []byte) error {
	return j.write([]row{{bytes.Clone(key), bytes.Clone(value)}})
}
func (j *journal) SetSync(key, value []byte) error { return j.Set(key, value) }
func (j *journal) Delete(key []byte) error         { return j.write([]row{{key: bytes.Clone(key)}}) }
func (j *journal) DeleteSync(key []byte) error     { return j.Delete(key) }
func (j *journal) NewBatch() dbm.Batch             { return &entry{journal: j} }
func (j *journal) NewBatchWithSize(int) dbm.Batch  { return &entry{journal: j} }

type entry struct {
	journal *journal
	rows    []row
	size    int
}

func (e *entry) Set(key, value []byte) error {
	e.rows = append(e.rows, row{bytes.Clone(key), append([]byte{}, value...)})
	e.size += len(key) + len(value)
	return nil
}

func (e *entry) Delete(key []byte) error {
	e.rows = append(e.rows, row{key: bytes.Clone(key)})
	e.size += len(key)
	return nil
}

func (e *entry) Write() error {
	if len(e.rows) == 0 {
		return nil
	}
	return e.journal.write(e.rows)
}

func (e *entry) WriteSync() error          { return e.Write() }
func (e *entry) Close() error              { return nil }
func (e *entry) GetByteSize() (int, error) { return e.size, nil }

// store names the tree that an entry is of; the root has no name.
func store(rows []row) string {
	rest, found := bytes.CutPrefix(rows[0].key, []byte("s/k:"))
	if !found {
		return ""
	}
	name, _, _ := bytes.Cut(rest, []byte("/"))
	return string(name)
}

func copied(t *testing.T, db dbm.DB) *journal {
	t.Helper()
	fresh := dbm.NewMemDB()
	it, err := db.Iterator(nil, nil)
	require.NoError(t, err)
	for ; it.Valid(); it.Next() {
		require.NoError(t, fresh.Set(bytes.Clone(it.Key()), append([]byte{}, it.Value()...)))
	}
	require.NoError(t, it.Close())
	return &journal{MemDB: fresh}
}

// largest is the size in bytes of the largest entry.
func largest(entries [][]row) (most int) {
	for _, rows := range entries {
		size := 0
		for _, r := range rows {
			size += len(r.key) + len(r.value)
		}
		most = max(most, size)
	}
	return most
}

// cut is what an interrupted commit left: of every store its first entries.
type cut struct {
	name    string
	entries [][]row
}

// mixed is how many of the cuts leave several trees half-way.
const mixed = 6

// cuts lists what commits that were interrupted can have left. Trees are saved
// side by side, so one may be done before another begins: they are tried in order
// of their names, in the opposite one, and with several of them half-way. The root
// comes after all of them.
func cuts(entries [][]row, rng *rand.Rand) (all []cut) {
	var trees, root [][]row
	for _, e := range entries {
		if store(e) == "" {
			root = append(root, e)
		} else {
			trees = append(trees, e)
		}
	}
	byName := func(a, b []row) int { return cmp.Compare(store(a), store(b)) }
	forward := slices.Clone(trees)
	slices.SortStableFunc(forward, byName)
	backward := slices.Clone(trees)
	slices.SortStableFunc(backward, func(a, b []row) int { return byName(b, a) })
	for i := range len(trees) + 1 {
		all = append(all, cut{fmt.Sprintf("forward %d", i), forward[:i]})
		if i%4 == 1 {
			all = append(all, cut{fmt.Sprintf("backward %d", i), backward[:i]})
		}
	}
	for i := range root {
		all = append(all, cut{fmt.Sprintf("root %d", i+1), append(slices.Clone(trees), root[:i+1]...)})
	}
	for i := range mixed {
		left := cut{name: fmt.Sprintf("mixed %d", i)}
		ended := map[string]bool{}
		for _, e := range trees {
			ended[store(e)] = ended[store(e)] || rng.IntN(2) == 0
			if !ended[store(e)] {
				left.entries = append(left.entries, e)
			}
		}
		all = append(all, left)
	}
	return all
}

// variant is how a node is set.
type variant struct {
	name    string
	options simtestutil.AppOptionsMap
}

func (v variant) open(db dbm.DB, home string) *app.App {
	options := simtestutil.AppOptionsMap{flags.FlagHome: home}
	for key, value := range v.options {
		options[key] = value
	}
	// Pruning beside the commit is a goroutine for each tree, which never ends.
	return app.New(log.NewNopLogger(), db, options,
		baseapp.SetChainID(chain.ID), baseapp.SetIAVLSyncPruning(true))
}

// interruption is a commit that is interrupted: of the block after what the base
// has.
type interruption struct {
	past   chain.Past
	base   *journal
	home   string
	height int64
}

// commit runs the block and lists what its commit writes.
func (i interruption) commit(t *testing.T, v variant) [][]row {
	t.Helper()
	db := copied(t, i.base)
	node := v.open(db, i.home)
	db.entries = nil
	require.NoError(t, i.past.Replay(node, i.height))
	return db.entries
}

// more is how many blocks a node goes on for: all but the last of them before it
// starts once more.
const more = 4

// recover starts a node with what the interrupted commit left, goes on, and starts
// it again.
func (i interruption) recover(t *testing.T, v variant, left cut) (err error) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	db := copied(t, i.base)
	for _, rows := range left.entries {
		require.NoError(t, apply(db.MemDB, rows))
	}
	if err := i.past.Replay(v.open(db, i.home), i.height+more-1); err != nil {
		return err
	}
	return i.past.Replay(v.open(db, i.home), i.height+more)
}

// mending lists what is left when the start after an interruption is interrupted
// too.
func (i interruption) mending(t *testing.T, v variant, left cut) (all []cut) {
	t.Helper()
	db := copied(t, i.base)
	for _, rows := range left.entries {
		require.NoError(t, apply(db.MemDB, rows))
	}
	v.open(db, i.home)
	for n := 0; n < len(db.entries); n += 4 {
		entries := append(slices.Clone(left.entries), db.entries[:n+1]...)
		all = append(all, cut{fmt.Sprintf("%s, mending %d", left.name, n+1), entries})
	}
	return all
}

func variants() []variant {
	stm := simtestutil.AppOptionsMap{
		server.FlagBlockExecutor:       serverconfig.BlockExecutorBlockSTM,
		server.FlagBlockSTMWorkers:     2,
		server.FlagBlockSTMPreEstimate: true,
	}
	stock := simtestutil.AppOptionsMap{fast.FlagTrees: false, fast.FlagAddresses: "false"}
	stockSTM := maps.Clone(stm)
	maps.Copy(stockSTM, stock)
	return []variant{{"as set", nil}, {"block-stm", stm}, {"stock", stock}, {"stock block-stm", stockSTM}}
}

// TestACommitIsInterrupted ends the process after every single write of a commit,
// starts it again and compares its app hashes with those of the chain that was not
// interrupted.
func TestACommitIsInterrupted(t *testing.T) {
	c := chain.New(t)
	// A block after which a tree has more to save than iavl writes at once.
	outputs := make([]banktypes.Output, 300)
	coins := sdk.NewCoins(sdk.NewInt64Coin(app.StakingDenom, 3))
	for i := range outputs {
		outputs[i] = banktypes.NewOutput(chain.Named(fmt.Sprint("fresh", i)).Address, coins)
	}
	total := sdk.NewCoins(sdk.NewInt64Coin(app.StakingDenom, int64(3*len(outputs))))
	c.MustDeliver(alice, banktypes.NewMsgMultiSend(banktypes.NewInput(alice.Address, total), outputs))
	c.MustDeliver(alice, send(alice, bob, 1))
	imported := c.Reimport()
	allowance, err := feegrant.NewMsgGrantAllowance(&feegrant.BasicAllowance{}, carol.Address, alice.Address)
	require.NoError(t, err)
	c.MustDeliver(carol, allowance)
	for range more {
		c.MustDeliver(alice, send(alice, bob, 1))
	}
	imported.NextBlock()
	for range more {
		imported.MustDeliver(alice, send(alice, bob, 1))
	}

	const upgrade = 4
	past := c.Past()
	scenarios := map[string]interruption{
		"import":  {past: imported.Past(), base: copied(t, dbm.NewMemDB()), height: upgrade},
		"upgrade": upgraded(t, past, upgrade),
	}
	for height := range int64(3) {
		base := copied(t, dbm.NewMemDB())
		if height > 0 {
			require.NoError(t, past.Replay(variant{}.open(base, ""), height))
		}
		scenarios[fmt.Sprintf("block %d", height+1)] = interruption{past: past, base: base, height: height + 1}
	}
	for name, i := range scenarios {
		for n, v := range variants() {
			t.Run(name+"/"+v.name, func(t *testing.T) {
				entries := i.commit(t, v)
				if name == "block 2" {
					require.Greater(t, largest(entries), 100_000, "what iavl would save in several writes")
				}
				all := cuts(entries, rand.New(rand.NewPCG(1, uint64(n))))
				if n == 0 {
					all = append(all, i.mending(t, v, all[len(all)-1])...)
				} else {
					all = all[len(all)-mixed:]
				}
				for _, left := range all {
					require.NoError(t, i.recover(t, v, left), left.name)
				}
				t.Logf("%d cuts", len(all))
			})
		}
	}
}

// upgraded is a chain whose next block adds the store of x/feegrant: the commit
// before does not know it.
func upgraded(t *testing.T, past chain.Past, height int64) interruption {
	t.Helper()
	base := copied(t, dbm.NewMemDB())
	require.NoError(t, past.Replay(variant{}.open(base, ""), height-1))
	it, err := base.Iterator([]byte("s/k:"+feegrant.StoreKey+"/"), []byte("s/k:"+feegrant.StoreKey+"0"))
	require.NoError(t, err)
	var keys [][]byte
	for ; it.Valid(); it.Next() {
		keys = append(keys, bytes.Clone(it.Key()))
	}
	require.NoError(t, it.Close())
	for _, key := range keys {
		require.NoError(t, base.MemDB.Delete(key))
	}
	infoKey := fmt.Appendf(nil, "s/%d", height-1)
	raw, err := base.Get(infoKey)
	require.NoError(t, err)
	var info storetypes.CommitInfo
	require.NoError(t, info.Unmarshal(raw))
	info.StoreInfos = slices.DeleteFunc(info.StoreInfos, func(s storetypes.StoreInfo) bool {
		return s.Name == feegrant.StoreKey
	})
	raw, err = info.Marshal()
	require.NoError(t, err)
	require.NoError(t, base.MemDB.Set(infoKey, raw))

	plan := upgradetypes.Plan{Name: "adds-a-store", Height: height}
	app.Upgrades = append(app.Upgrades, app.Upgrade{
		Name: plan.Name, Stores: storetypes.StoreUpgrades{Added: []string{feegrant.StoreKey}},
	})
	t.Cleanup(func() { app.Upgrades = app.Upgrades[:len(app.Upgrades)-1] })
	home := t.TempDir()
	file, err := json.Marshal(plan)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Join(home, "data"), 0o750))
	require.NoError(t, os.WriteFile(filepath.Join(home, "data", "upgrade-info.json"), file, 0o600))
	i := interruption{past: past, base: base, home: home, height: height}
	i.past.Outcomes = slices.Clone(past.Outcomes)
	node := variant{}.open(copied(t, base), home)
	for n, block := range past.Blocks[height-1:] { // earlier app hashes are in the state: headers
		res, err := node.FinalizeBlock(block)
		require.NoError(t, err)
		_, err = node.Commit()
		require.NoError(t, err)
		i.past.Outcomes[int(height)-1+n] = chain.OutcomeOf(res)
	}
	return i
}
