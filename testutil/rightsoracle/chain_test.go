package rightsoracle_test

import (
	"context"
	"crypto/sha256"
	"testing"
	"time"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	corestore "cosmossdk.io/core/store"
	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/store/v2"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
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

// modules are the four that rights come from, with their real keepers on one store behind
// the router of messages, and nothing else of the app.
type modules struct {
	ctx      sdk.Context
	router   *baseapp.MsgServiceRouter
	registry registrykeeper.Keeper
	royalty  royaltykeeper.Keeper
	license  licensekeeper.Keeper
	lineage  lineagekeeper.Keeper
	rights   licensetypes.QueryServer
}

func newModules(t testing.TB) *modules {
	t.Helper()
	db := dbm.NewMemDB()
	cms := store.NewCommitMultiStore(db, log.NewNopLogger())
	keys := storetypes.NewKVStoreKeys(registrytypes.StoreKey, royaltytypes.StoreKey, licensetypes.StoreKey, lineagetypes.StoreKey)
	for _, key := range keys {
		cms.MountStoreWithDB(key, storetypes.StoreTypeIAVL, db)
	}
	notes := storetypes.NewObjectStoreKey("notes")
	cms.MountStoreWithDB(notes, storetypes.StoreTypeObject, db)
	require.NoError(t, cms.LoadLatestVersion())

	encoding := moduletestutil.MakeTestEncodingConfig()
	m := &modules{router: baseapp.NewMsgServiceRouter()}
	on := func(name string) corestore.KVStoreService { return runtime.NewKVStoreService(keys[name]) }
	authority, money := address("governance").String(), purse{}
	m.registry = registrykeeper.NewKeeper(encoding.Codec, on(registrytypes.StoreKey), authority)
	m.royalty = royaltykeeper.NewKeeper(encoding.Codec, on(royaltytypes.StoreKey), notes, authority, money, money, m.registry)
	m.license = licensekeeper.NewKeeper(encoding.Codec, on(licensetypes.StoreKey), authority, m.registry, m.royalty, nil)
	m.lineage = lineagekeeper.NewKeeper(encoding.Codec, on(lineagetypes.StoreKey), authority, uncounted{}, m.registry, m.royalty, m.license)
	m.rights = licensekeeper.NewQueryServer(m.license)

	registrytypes.RegisterInterfaces(encoding.InterfaceRegistry)
	royaltytypes.RegisterInterfaces(encoding.InterfaceRegistry)
	licensetypes.RegisterInterfaces(encoding.InterfaceRegistry)
	lineagetypes.RegisterInterfaces(encoding.InterfaceRegistry)
	m.router.SetInterfaceRegistry(encoding.InterfaceRegistry)
	registrytypes.RegisterMsgServer(m.router, registrykeeper.NewMsgServer(m.registry))
	royaltytypes.RegisterMsgServer(m.router, royaltykeeper.NewMsgServer(m.royalty))
	licensetypes.RegisterMsgServer(m.router, licensekeeper.NewMsgServer(m.license))
	lineagetypes.RegisterMsgServer(m.router, lineagekeeper.NewMsgServer(m.lineage))

	m.ctx = sdk.NewContext(cms, cmtproto.Header{ChainID: "stemma-worlds-1"}, false, log.NewNopLogger()).
		WithBlockHeight(1).WithBlockTime(firstDay)
	require.NoError(t, m.registry.InitGenesis(m.ctx, *registrytypes.DefaultGenesisState()))
	require.NoError(t, m.royalty.InitGenesis(m.ctx, *royaltytypes.DefaultGenesis()))
	require.NoError(t, m.license.InitGenesis(m.ctx, *licensetypes.DefaultGenesisState()))
	require.NoError(t, m.lineage.InitGenesis(m.ctx, *lineagetypes.DefaultGenesis()))
	return m
}

// send runs a message as the chain does: validated, and with its writes kept only when it
// succeeds. Each is a block of its own, at the same time.
func (m *modules) send(msg sdk.Msg) (proto.Message, error) {
	cache, write := m.ctx.CacheContext()
	res, err := m.router.Handler(msg)(cache, msg)
	if err != nil {
		return nil, err
	}
	write()
	return res.MsgResponses[0].GetCachedValue().(proto.Message), m.nextBlock(0)
}

// nextBlock ends the block; the next begins so much later.
func (m *modules) nextBlock(later time.Duration) error {
	if err := m.royalty.EndBlock(m.ctx); err != nil {
		return err
	}
	m.ctx = m.ctx.WithBlockHeight(m.ctx.BlockHeight() + 1).WithBlockTime(m.ctx.BlockTime().Add(later))
	return nil
}

// checkInvariants checks the two modules that rights are kept in.
func (m *modules) checkInvariants() error {
	if err := m.license.CheckInvariants(m.ctx); err != nil {
		return err
	}
	return m.lineage.CheckInvariants(m.ctx)
}

func address(name string) sdk.AccAddress {
	h := sha256.Sum256([]byte(name))
	return h[:20]
}

// purse stands for the bank and its accounts: everybody can pay everything.
type purse struct{}

func (purse) SendCoinsToVirtual(context.Context, sdk.AccAddress, sdk.AccAddress, sdk.Coins) error {
	return nil
}

func (purse) SendCoinsFromModuleToAccount(context.Context, string, sdk.AccAddress, sdk.Coins) error {
	return nil
}

func (purse) InputOutputCoins(context.Context, banktypes.Input, []banktypes.Output) error { return nil }

func (purse) HasSupply(context.Context, string) bool { return false }

func (purse) GetDenomMetaData(context.Context, string) (banktypes.Metadata, bool) {
	return banktypes.Metadata{}, false
}

func (purse) SetDenomMetaData(context.Context, banktypes.Metadata) {}

func (purse) OwnMetadata(context.Context, func(banktypes.Metadata) error) error { return nil }

func (purse) BlockedAddr(sdk.AccAddress) bool { return false }

func (purse) IsSendEnabledCoins(context.Context, ...sdk.Coin) error { return nil }

func (purse) GetAllBalances(context.Context, sdk.AccAddress) sdk.Coins { return nil }

func (purse) GetModuleAddress(name string) sdk.AccAddress { return authtypes.NewModuleAddress(name) }

func (purse) GetAccount(context.Context, sdk.AccAddress) sdk.AccountI { return nil }

func (purse) GetModuleAccount(context.Context, string) sdk.ModuleAccountI { return nil }

func (purse) GetParams(context.Context) authtypes.Params { return authtypes.DefaultParams() }

func (purse) GetBalance(_ context.Context, _ sdk.AccAddress, denom string) sdk.Coin {
	return sdk.NewInt64Coin(denom, 0)
}

// uncounted stands for x/agent: it knows no agent, and counts nothing.
type uncounted struct{}

func (uncounted) CountDeclared(context.Context, sdk.AccAddress) error { return nil }

func (uncounted) CountGenerated(context.Context, agenttypes.AgentID, sdk.AccAddress) (uint32, error) {
	return 0, agenttypes.ErrNotFound
}
