package app

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	icahosttypes "github.com/cosmos/ibc-go/v11/modules/apps/27-interchain-accounts/host/types"
	pfmtypes "github.com/cosmos/ibc-go/v11/modules/apps/packet-forward-middleware/types"
	ratelimittypes "github.com/cosmos/ibc-go/v11/modules/apps/rate-limiting/types"
	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	ibcexported "github.com/cosmos/ibc-go/v11/modules/core/exported"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/store/v2/rootmulti"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	authzkeeper "github.com/cosmos/cosmos-sdk/x/authz/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	evidencetypes "github.com/cosmos/cosmos-sdk/x/evidence/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	feemarkettypes "github.com/stemma-chain/stemma/x/feemarket/types"
	headerstypes "github.com/stemma-chain/stemma/x/headers/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// stores holds the keys of every store that the app mounts. It is the one
// source for mounting, for Block-STM and for app/fast: a store that Block-STM is
// not told of is silently taken for another one.
type stores struct {
	kv     map[string]*storetypes.KVStoreKey
	object map[string]*storetypes.ObjectStoreKey
}

func newStores() stores {
	return stores{
		kv: storetypes.NewKVStoreKeys(
			authtypes.StoreKey, banktypes.StoreKey, stakingtypes.StoreKey, slashingtypes.StoreKey,
			distrtypes.StoreKey, govtypes.StoreKey, minttypes.StoreKey, evidencetypes.StoreKey,
			feegrant.StoreKey, authzkeeper.StoreKey, consensustypes.StoreKey, upgradetypes.StoreKey,
			feemarkettypes.StoreKey, headerstypes.StoreKey, headerstypes.SubtreesStoreKey,
			agenttypes.StoreKey, registrytypes.StoreKey, royaltytypes.StoreKey, licensetypes.StoreKey, lineagetypes.StoreKey,
			disputetypes.StoreKey, ibcexported.StoreKey, transfertypes.StoreKey, icahosttypes.StoreKey, pfmtypes.StoreKey, ratelimittypes.StoreKey,
		),
		object: storetypes.NewObjectStoreKeys(
			banktypes.ObjectStoreKey, royaltytypes.ObjectStoreKey,
		),
	}
}

func (s stores) mount(b *baseapp.BaseApp) {
	b.MountKVStores(s.kv)
	b.MountObjectStores(s.object)
}

// complete is an error when the app has a store that this list lacks.
func (s stores) complete(b *baseapp.BaseApp) error {
	root, ok := b.CommitMultiStore().(*rootmulti.Store)
	if !ok {
		return fmt.Errorf("the root store is a %T: app/durable knows rootmulti only", b.CommitMultiStore())
	}
	for name := range root.StoreKeysByName() {
		if s.kv[name] == nil && s.object[name] == nil {
			return fmt.Errorf("store %s is mounted and not in app/stores.go: list it there, "+
				"or Block-STM takes it for another one", name)
		}
	}
	return nil
}

// treeKeys lists the keys of the stores that are trees, sorted by name.
func (s stores) treeKeys() (keys []storetypes.StoreKey) {
	for _, name := range s.trees() {
		keys = append(keys, s.kv[name])
	}
	return keys
}

// trees lists the names of the stores that are trees, sorted.
func (s stores) trees() []string { return slices.Sorted(maps.Keys(s.kv)) }

// all lists every key, sorted by name.
func (s stores) all() []storetypes.StoreKey {
	keys := make([]storetypes.StoreKey, 0, len(s.kv)+len(s.object))
	for _, key := range s.kv {
		keys = append(keys, key)
	}
	for _, key := range s.object {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b storetypes.StoreKey) int { return cmp.Compare(a.Name(), b.Name()) })
	return keys
}
