package disputeoracle

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"testing"
	"time"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	corestore "cosmossdk.io/core/store"
	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/store/v2"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"

	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	disputekeeper "github.com/stemma-chain/stemma/x/dispute/keeper"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensekeeper "github.com/stemma-chain/stemma/x/license/keeper"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagekeeper "github.com/stemma-chain/stemma/x/lineage/keeper"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrykeeper "github.com/stemma-chain/stemma/x/registry/keeper"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltykeeper "github.com/stemma-chain/stemma/x/royalty/keeper"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var firstDay = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// modules are the five that disputes move money in, with their real keepers on one store behind the
// router of messages, a bank that keeps balances, and nothing else of the app.
type modules struct {
	ctx      sdk.Context
	router   *baseapp.MsgServiceRouter
	bank     bank
	notes    storetypes.StoreKey
	registry registrykeeper.Keeper
	royalty  royaltykeeper.Keeper
	license  licensekeeper.Keeper
	lineage  lineagekeeper.Keeper
	dispute  disputekeeper.Keeper
}

var encoding = sync.OnceValue(func() moduletestutil.TestEncodingConfig {
	e := moduletestutil.MakeTestEncodingConfig()
	registrytypes.RegisterInterfaces(e.InterfaceRegistry)
	royaltytypes.RegisterInterfaces(e.InterfaceRegistry)
	licensetypes.RegisterInterfaces(e.InterfaceRegistry)
	lineagetypes.RegisterInterfaces(e.InterfaceRegistry)
	disputetypes.RegisterInterfaces(e.InterfaceRegistry)
	return e
})

// genesis is the state of all modules.
type genesis struct {
	Registry *registrytypes.GenesisState
	Royalty  *royaltytypes.GenesisState
	License  *licensetypes.GenesisState
	Lineage  *lineagetypes.GenesisState
	Dispute  *disputetypes.GenesisState
}

// newModules has nothing in any store yet.
func newModules(t testing.TB) *modules {
	t.Helper()
	db := dbm.NewMemDB()
	cms := store.NewCommitMultiStore(db, log.NewNopLogger())
	keys := storetypes.NewKVStoreKeys(registrytypes.StoreKey, royaltytypes.StoreKey, licensetypes.StoreKey, lineagetypes.StoreKey,
		disputetypes.StoreKey, "bank")
	for _, key := range keys {
		cms.MountStoreWithDB(key, storetypes.StoreTypeDB, dbm.NewMemDB())
	}
	notes := storetypes.NewObjectStoreKey("notes")
	cms.MountStoreWithDB(notes, storetypes.StoreTypeObject, db)
	require.NoError(t, cms.LoadLatestVersion())

	cdc := encoding().Codec
	m := &modules{router: baseapp.NewMsgServiceRouter(), bank: bank{keys["bank"]}, notes: notes}
	on := func(name string) corestore.KVStoreService { return runtime.NewKVStoreService(keys[name]) }
	authority := address(Governance).String()
	m.registry = registrykeeper.NewKeeper(cdc, on(registrytypes.StoreKey), authority)
	m.royalty = royaltykeeper.NewKeeper(cdc, on(royaltytypes.StoreKey), notes, authority, m.bank, m.bank, m.registry)
	m.license = licensekeeper.NewKeeper(cdc, on(licensetypes.StoreKey), authority, m.registry, m.royalty, nil)
	m.lineage = lineagekeeper.NewKeeper(cdc, on(lineagetypes.StoreKey), authority, uncounted{}, m.registry, m.royalty, m.license)
	m.dispute = disputekeeper.NewKeeper(cdc, on(disputetypes.StoreKey), authority, disputekeeper.Modules{
		Agent: uncounted{}, Registry: m.registry, Royalty: m.royalty, License: m.license, Lineage: m.lineage, Bank: m.bank, Accounts: m.bank,
	})
	m.router.SetInterfaceRegistry(encoding().InterfaceRegistry)
	registrytypes.RegisterMsgServer(m.router, registrykeeper.NewMsgServer(m.registry))
	royaltytypes.RegisterMsgServer(m.router, royaltykeeper.NewMsgServer(m.royalty))
	licensetypes.RegisterMsgServer(m.router, licensekeeper.NewMsgServer(m.license))
	lineagetypes.RegisterMsgServer(m.router, lineagekeeper.NewMsgServer(m.lineage))
	disputetypes.RegisterMsgServer(m.router, disputekeeper.NewMsgServer(m.dispute))
	m.ctx = sdk.NewContext(cms, cmtproto.Header{ChainID: "stemma-worlds-1"}, false, log.NewNopLogger()).
		WithBlockHeight(1).WithBlockTime(firstDay)
	return m
}

// begin takes a state in, in the order of the app.
func (m *modules) begin(g genesis) error {
	for _, init := range []func() error{
		func() error { return m.registry.InitGenesis(m.ctx, *g.Registry) },
		func() error { return m.royalty.InitGenesis(m.ctx, *g.Royalty) },
		func() error { return m.license.InitGenesis(m.ctx, *g.License) },
		func() error { return m.lineage.InitGenesis(m.ctx, *g.Lineage) },
		func() error { return m.dispute.InitGenesis(m.ctx, *g.Dispute) },
	} {
		if err := init(); err != nil {
			return err
		}
	}
	return nil
}

func (m *modules) export() (g genesis, err error) {
	var errs [5]error
	g.Registry, errs[0] = m.registry.ExportGenesis(m.ctx)
	g.Royalty, errs[1] = m.royalty.ExportGenesis(m.ctx)
	g.License, errs[2] = m.license.ExportGenesis(m.ctx)
	g.Lineage, errs[3] = m.lineage.ExportGenesis(m.ctx)
	g.Dispute, errs[4] = m.dispute.ExportGenesis(m.ctx)
	return g, errors.Join(errs[:]...)
}

// imported are modules with the same state, taken over by genesis, and the same balances.
func (m *modules) imported(t testing.TB) *modules {
	t.Helper()
	exported, err := m.export()
	require.NoError(t, err)
	next := newModules(t)
	// A chain begins after all that has happened. Here the clock goes on as if it had not.
	next.ctx = next.ctx.WithBlockHeight(m.ctx.BlockHeight()).WithBlockTime(m.ctx.BlockTime().Add(1))
	it := m.bank.store(m.ctx).Iterator(nil, nil)
	for ; it.Valid(); it.Next() {
		next.bank.store(next.ctx).Set(it.Key(), it.Value())
	}
	require.NoError(t, it.Close())
	require.NoError(t, next.begin(exported))
	next.ctx = next.ctx.WithBlockTime(m.ctx.BlockTime())
	again, err := next.export()
	require.NoError(t, err)
	require.Equal(t, exported, again)
	return next
}

// send runs a message as the chain does: validated, and with its writes kept only when it succeeds.
func (m *modules) send(msg sdk.Msg) error {
	cache, write := m.ctx.CacheContext()
	if _, err := m.router.Handler(msg)(cache, msg); err != nil {
		return err
	}
	write()
	return nil
}

// endBlock ends the block as the app does; the next begins so much later.
func (m *modules) endBlock(later time.Duration) error {
	if err := m.dispute.EndBlock(m.ctx); err != nil {
		return err
	}
	if err := m.royalty.EndBlock(m.ctx); err != nil {
		return err
	}
	m.forgetNotes()
	m.ctx = m.ctx.WithBlockHeight(m.ctx.BlockHeight() + 1).WithBlockTime(m.ctx.BlockTime().Add(later))
	return nil
}

// forgetNotes empties the object store, as a commit does.
func (m *modules) forgetNotes() {
	notes := m.ctx.ObjectStore(m.notes)
	it := notes.Iterator(nil, nil)
	var keys [][]byte
	for ; it.Valid(); it.Next() {
		keys = append(keys, it.Key())
	}
	it.Close()
	for _, key := range keys {
		notes.Delete(key)
	}
}

// waits says that disputes are due, or that money is on its way.
func (m *modules) waits() (bool, error) {
	deadlines, err := m.dispute.Deadlines.Iterate(m.ctx, nil)
	if err != nil {
		return false, err
	}
	defer deadlines.Close()
	if deadlines.Valid() {
		key, err := deadlines.Key()
		if err != nil || key.K1() <= uint64(m.ctx.BlockTime().UnixNano()) {
			return true, err
		}
	}
	queue, err := m.royalty.Queue.Iterate(m.ctx, nil)
	if err != nil {
		return false, err
	}
	defer queue.Close()
	payouts, err := m.royalty.Payouts.Iterate(m.ctx, nil)
	if err != nil {
		return false, err
	}
	defer payouts.Close()
	return queue.Valid() || payouts.Valid(), nil
}

func (m *modules) checkInvariants() error {
	return errors.Join(
		m.checkMoney(), m.registry.CheckInvariants(m.ctx), m.license.CheckInvariants(m.ctx), m.lineage.CheckInvariants(m.ctx),
	)
}

// checkMoney checks the two modules that move money by themselves.
func (m *modules) checkMoney() error {
	return errors.Join(m.royalty.CheckInvariants(m.ctx), m.dispute.CheckInvariants(m.ctx))
}

func address(name Account) sdk.AccAddress {
	h := sha256.Sum256([]byte(name))
	return h[:20]
}

// uncounted stands for x/agent: it knows no agent, and counts nothing.
type uncounted struct{}

func (uncounted) CountDeclared(context.Context, sdk.AccAddress) error { return nil }

func (uncounted) CountGenerated(context.Context, agenttypes.AgentID, sdk.AccAddress) (uint32, error) {
	return 0, agenttypes.ErrNotFound
}

func (uncounted) CountDisputed(context.Context, sdk.AccAddress, agenttypes.AgentID) error {
	return nil
}

func (uncounted) CountUpheld(context.Context, sdk.AccAddress, agenttypes.AgentID, bool) error {
	return nil
}
