// Package app wires the chain: which modules there are, in what order they
// act, and how transactions and blocks pass through them. Read it in the order
// app.go, keepers.go, modules.go, ante.go.
package app

import (
	"encoding/json"
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/spf13/cast"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/baseapp/blockexec"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/runtime"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/version"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
)

// App is the chain's state machine.
type App struct {
	*baseapp.BaseApp
	Keepers Keepers

	home         string
	encoding     Encoding
	stores       stores
	modules      *module.Manager
	basics       module.BasicManager
	configurator module.Configurator
}

// New builds the app over db and loads its latest state. A fault in the wiring
// or in the options panics: there is nothing to run without it.
func New(logger log.Logger, db dbm.DB, options servertypes.AppOptions, base ...func(*baseapp.BaseApp)) *App {
	app, err := newUnloaded(logger, db, options, base...)
	if err != nil {
		panic(err)
	}
	if err := app.LoadLatestVersion(); err != nil {
		panic(fmt.Errorf("load the latest state: %w", err))
	}
	return app
}

// NewAtHeight is New with the state of an earlier height, which must not have
// been pruned.
func NewAtHeight(logger log.Logger, db dbm.DB, options servertypes.AppOptions, height int64) (*App, error) {
	app, err := newUnloaded(logger, db, options)
	if err != nil {
		return nil, err
	}
	if err := app.LoadVersion(height); err != nil {
		return nil, fmt.Errorf("load the state of height %d: %w", height, err)
	}
	return app, nil
}

func newUnloaded(
	logger log.Logger, db dbm.DB, options servertypes.AppOptions, base ...func(*baseapp.BaseApp),
) (*App, error) {
	encoding, err := newEncoding()
	if err != nil {
		return nil, err
	}
	decode := encoding.TxConfig.TxDecoder()
	app := &App{
		BaseApp:  baseapp.NewBaseApp(Name, logger, db, decode, base...),
		home:     cast.ToString(options.Get(flags.FlagHome)),
		encoding: encoding,
		stores:   newStores(),
	}
	app.SetVersion(version.Version)
	app.SetInterfaceRegistry(encoding.InterfaceRegistry)
	app.SetTxEncoder(encoding.TxConfig.TxEncoder())

	app.Keepers = newKeepers(keeperDeps{
		base: app.BaseApp, cdc: encoding.Codec, amino: encoding.Amino,
		stores: app.stores, home: app.home, options: options, logger: logger,
	})
	if err := app.registerModules(); err != nil {
		return nil, err
	}
	app.stores.mount(app.BaseApp)
	blockexec.Apply(app.BaseApp, options, app.StoreKeys(), decode,
		func(storetypes.MultiStore) string { return StakingDenom })
	if err := app.setHandlers(decode); err != nil {
		return nil, err
	}
	return app, app.applyUpgrades()
}

func (app *App) registerModules() error {
	app.modules = newModuleManager(app)
	app.basics = newBasicManager(app.modules)
	app.basics.RegisterLegacyAminoCodec(app.encoding.Amino)
	app.basics.RegisterInterfaces(app.encoding.InterfaceRegistry)
	app.configurator = module.NewConfigurator(app.encoding.Codec, app.MsgServiceRouter(), app.GRPCQueryRouter())
	if err := app.modules.RegisterServices(app.configurator); err != nil {
		return err
	}
	return registerReflection(app)
}

func (app *App) setHandlers(decode sdk.TxDecoder) error {
	anteHandler, err := newAnteHandler(app.Keepers, app.encoding, runtime.NewKVStoreService(app.stores.kv[authtypes.StoreKey]))
	if err != nil {
		return err
	}
	app.SetAnteHandler(anteHandler)
	app.SetInitChainer(app.initChain)
	app.SetPreBlocker(func(ctx sdk.Context, _ *abci.RequestFinalizeBlock) (*sdk.ResponsePreBlock, error) {
		return app.modules.PreBlock(ctx)
	})
	app.SetBeginBlocker(app.modules.BeginBlock)
	app.SetEndBlocker(app.endBlock)
	proposals := newProposals(app.BaseApp, decode)
	app.SetPrepareProposal(proposals.prepare)
	app.SetProcessProposal(proposals.process)
	return nil
}

func (app *App) initChain(ctx sdk.Context, req *abci.RequestInitChain) (*abci.ResponseInitChain, error) {
	var state GenesisState
	if err := json.Unmarshal(req.AppStateBytes, &state); err != nil {
		return nil, fmt.Errorf("genesis app state: %w", err)
	}
	if err := app.Keepers.Upgrade.SetModuleVersionMap(ctx, app.modules.GetVersionMap()); err != nil {
		return nil, err
	}
	return app.modules.InitGenesis(ctx, app.encoding.Codec, state)
}

// Encoding returns the app's codecs.
func (app *App) Encoding() Encoding { return app.encoding }

// Modules returns the app's modules, for AutoCLI and simulation.
func (app *App) Modules() *module.Manager { return app.modules }

// BasicManager returns the part of the modules that needs no state.
func (app *App) BasicManager() module.BasicManager { return app.basics }

// StoreKeys lists the keys of all mounted stores, sorted by name.
func (app *App) StoreKeys() []storetypes.StoreKey { return app.stores.all() }

// DefaultGenesis is the genesis of a chain without accounts.
func (app *App) DefaultGenesis() GenesisState {
	return DefaultGenesis(app.encoding.Codec, app.basics)
}
