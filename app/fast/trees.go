package fast

import (
	"errors"
	"fmt"
	"reflect"
	"sync"

	"github.com/cosmos/cosmos-sdk/baseapp"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Trees writes, hashes and saves the trees of a block side by side. The SDK does so
// store by store, which takes as long as the transactions, and longer on several
// cores, where those run in parallel. Stores share nothing, so here each has a
// goroutine. What the SDK does afterwards finds it done.
type Trees struct {
	root   storetypes.CommitMultiStore
	keys   []storetypes.StoreKey
	height int64
}

// ErrRule is matched by the error of an app that is wired so that a shortcut would
// not give what the SDK gives.
var ErrRule = errors.New("a shortcut's rule is broken")

// NewTrees handles the trees of these stores. Nothing may write to the state after
// Write, and nothing may undo it: an app that would is refused. So it comes after all
// that is set in the app.
func NewTrees(app *baseapp.BaseApp, keys []storetypes.StoreKey) (*Trees, error) {
	// The SDK keeps both to itself. Where a later one has neither, this has to be
	// read again.
	fields := reflect.ValueOf(app).Elem()
	optimistic := fields.FieldByName("optimisticExec")
	handlers := fields.FieldByName("abciHandlers")
	if !optimistic.IsValid() || !handlers.IsValid() || !handlers.FieldByName("Precommiter").IsValid() {
		return nil, fmt.Errorf("%w: this SDK does not tell of optimistic execution and precommiters; "+
			"set %s = false in app.toml, or read app/fast/trees.go again", ErrRule, FlagTrees)
	}
	if !optimistic.IsNil() {
		return nil, fmt.Errorf("%w: optimistic execution undoes blocks whose trees are written; "+
			"leave it out, or set %s = false in app.toml", ErrRule, FlagTrees)
	}
	if !handlers.FieldByName("Precommiter").IsNil() {
		return nil, fmt.Errorf("%w: a precommiter writes after the trees are written; "+
			"leave it out, or set %s = false in app.toml", ErrRule, FlagTrees)
	}
	return &Trees{root: app.CommitMultiStore(), keys: keys}, nil
}

// Write brings a block's changes into the trees and hashes them. It is the last
// that a block does.
func (t *Trees) Write(ctx sdk.Context) {
	t.height = ctx.BlockHeight()
	var tasks tasks
	for _, key := range t.keys {
		changes := ctx.MultiStore().GetKVStore(key).(storetypes.CacheKVStore)
		tree := t.root.GetStore(key).(storetypes.CommitStore)
		tasks.Go(func() {
			changes.Write()
			tree.WorkingHash()
		})
	}
	tasks.Wait()
}

// Save saves the trees that Write has written. The root store takes a tree that is
// at the block's version for one that was saved before an interruption, and leaves
// it alone; so does this.
func (t *Trees) Save() {
	var tasks tasks
	for _, key := range t.keys {
		tree := t.root.GetStore(key).(storetypes.CommitStore)
		if tree.LastCommitID().Version >= t.height {
			continue
		}
		tasks.Go(func() { tree.Commit() })
	}
	tasks.Wait()
}

// tasks run beside each other. What one panics with, whoever waits for them panics with: a
// disk that is full has to end the node as it does where a block is committed by itself.
type tasks struct {
	sync.WaitGroup
	once  sync.Once
	fault any
}

// Go runs one.
func (t *tasks) Go(task func()) {
	t.WaitGroup.Go(func() {
		defer func() {
			if r := recover(); r != nil {
				t.once.Do(func() { t.fault = r })
			}
		}()
		task()
	})
}

// Wait waits for all.
func (t *tasks) Wait() {
	t.WaitGroup.Wait()
	if t.fault != nil {
		panic(t.fault)
	}
}
