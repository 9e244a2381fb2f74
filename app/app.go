// Package app wires the chain: which modules there are, in what order they
// act, and how transactions and blocks pass through them. Read it in the order
// app.go, keepers.go, modules.go, ante.go.
package app

import (
	"context"
	"fmt"
	"sync"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/spf13/cast"

	coreaddress "cosmossdk.io/core/address"
	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/baseapp/blockexec"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/server"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/version"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/stemma-chain/stemma/app/durable"
	"github.com/stemma-chain/stemma/app/fast"
	"github.com/stemma-chain/stemma/app/metrics"
	"github.com/stemma-chain/stemma/app/parallel"
	"github.com/stemma-chain/stemma/app/pool"
	"github.com/stemma-chain/stemma/app/queries"
	"github.com/stemma-chain/stemma/client/encoding"
	feemarketkeeper "github.com/stemma-chain/stemma/x/feemarket/keeper"
)

// App is the chain's state machine.
type App struct {
	*baseapp.BaseApp
	Keepers Keepers

	home         string
	encoding     Encoding
	stores       stores
	addresses    coreaddress.Codec
	trees        *fast.Trees      // nil: the SDK writes them
	signatures   *fast.Signatures // nil: blocks verify all of them
	pool         *pool.Pool
	turns        turns
	queries      *queries.Bounds
	metrics      *metrics.Set
	nodeHeaders  *nodeHeaders
	committing   sync.RWMutex // held by a commit, and shared by who reads rows of stores
	block        [][]byte     // transactions of the block that is being executed
	modules      *module.Manager
	basics       module.BasicManager
	configurator module.Configurator
}

// New is Open for those who have nothing to do without an app: an error panics.
func New(logger log.Logger, db dbm.DB, options servertypes.AppOptions, base ...func(*baseapp.BaseApp)) *App {
	app, err := Open(logger, db, options, base...)
	if err != nil {
		panic(err)
	}
	return app
}

// Open builds the app over db and loads its latest state, after what an
// interrupted commit left has been removed. Its errors are sentences for the
// operator.
func Open(
	logger log.Logger, db dbm.DB, options servertypes.AppOptions, base ...func(*baseapp.BaseApp),
) (*App, error) {
	app, err := newUnloaded(logger, db, options, base...)
	if err != nil {
		return nil, err
	}
	mended, err := durable.Mend(db, app.stores.trees())
	if err != nil {
		return nil, err
	}
	if len(mended) > 0 {
		logger.Warn("removed what an interrupted commit left; the block is executed again", "stores", mended)
	}
	if err := app.LoadLatestVersion(); err != nil {
		return nil, fmt.Errorf("load the latest state: %w; if this is the binary for the next block, %s",
			err, durable.Remedy)
	}
	return app, nil
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
	settings, err := fast.ReadSettings(options)
	if err != nil {
		return nil, err
	}
	bounds, err := queries.ReadSettings(options)
	if err != nil {
		return nil, err
	}
	addresses := accountAddresses(settings)
	codecs, err := encoding.Bare(addresses)
	if err != nil {
		return nil, err
	}
	decode := codecs.TxConfig.TxDecoder()
	app := &App{
		BaseApp:   baseapp.NewBaseApp(Name, logger, durable.Whole(db), decode, base...),
		home:      cast.ToString(options.Get(flags.FlagHome)),
		encoding:  codecs,
		stores:    newStores(),
		addresses: addresses,
		pool:      pool.New(poolLimits(options)),
		queries:   queries.New(bounds),
		metrics:   metrics.New(logger),

		nodeHeaders: new(nodeHeaders),
	}
	// A simulation runs beside blocks, and could put into the SDK's cache between blocks what a row was before.
	app.CommitMultiStore().SetInterBlockCache(nil)
	app.SetMempool(pool.NewMempool(app.pool))
	app.SetVersion(version.Version)
	app.SetInterfaceRegistry(codecs.InterfaceRegistry)
	app.SetTxEncoder(codecs.TxConfig.TxEncoder())

	chain := fast.ReadChain(options)
	app.Keepers = newKeepers(keeperDeps{
		base: app.BaseApp, cdc: codecs.Codec, amino: codecs.Amino, addresses: addresses, fast: chain,
		stores: app.stores, home: app.home, options: options, logger: logger, metrics: app.metrics,
	})
	if err := app.registerModules(); err != nil {
		return nil, err
	}
	app.stores.mount(app.BaseApp)
	if err := app.stores.complete(app.BaseApp); err != nil {
		return nil, err
	}
	blockexec.Apply(app.BaseApp, options, app.StoreKeys(), decode,
		func(storetypes.MultiStore) string { return StakingDenom }, blockexec.WithRunnerWrap(parallel.Closing))
	app.setHandlers(decode, settings, chain)
	if err := app.applyUpgrades(); err != nil {
		return nil, err
	}
	app.measure(cast.ToString(options.Get(server.FlagBlockExecutor)))
	if settings.Trees {
		if app.trees, err = fast.NewTrees(app.BaseApp, app.stores.treeKeys()); err != nil {
			return nil, err
		}
	}
	return app, nil
}

func (app *App) registerModules() error {
	app.modules = newModuleManager(app)
	app.basics = newBasicManager(app.modules)
	app.basics.RegisterLegacyAminoCodec(app.encoding.Amino)
	app.basics.RegisterInterfaces(app.encoding.InterfaceRegistry)
	app.configurator = module.NewConfigurator(app.encoding.Codec, app.MsgServiceRouter(), app.queryRouter())
	if err := app.modules.RegisterServices(app.configurator); err != nil {
		return err
	}
	return registerReflection(app)
}

func (app *App) setHandlers(decode sdk.TxDecoder, settings fast.Settings, chain fast.Chain) {
	auth := runtime.NewKVStoreService(app.stores.kv[authtypes.StoreKey])
	app.SetAnteHandler(app.newAnteHandler(auth, settings, chain))
	app.SetInitChainer(app.initChain)
	app.SetPreBlocker(func(ctx sdk.Context, _ *abci.RequestFinalizeBlock) (*sdk.ResponsePreBlock, error) {
		return app.modules.PreBlock(ctx)
	})
	app.SetBeginBlocker(app.modules.BeginBlock)
	app.SetEndBlocker(app.endBlock)
	proposals := proposals{fees{app.Keepers.FeeMarket}, app.Keepers.Account, decode, app.pool}
	app.SetPrepareProposal(proposals.prepare)
	app.SetProcessProposal(proposals.process)
}

func (app *App) endBlock(ctx sdk.Context) (sdk.EndBlock, error) {
	app.metrics.Declared(ctx.BlockGasWanted(), feemarketkeeper.MaxGas(ctx))
	res, err := app.modules.EndBlock(ctx.WithBlockGasWanted(taken(ctx, app.block)))
	if err == nil && app.trees != nil {
		app.trees.Write(ctx)
	}
	return res, err
}

// Commit implements the ABCI. What the block held no longer waits, whether it failed or
// not: once the state that has it is there, since both say whose turn it is.
func (app *App) Commit() (*abci.ResponseCommit, error) {
	defer app.metrics.Timed(metrics.Commit)()
	app.committing.Lock()
	defer app.committing.Unlock()
	if app.trees != nil {
		app.trees.Save()
	}
	res, err := app.BaseApp.Commit()
	app.pool.Remove(app.block...)
	app.block = nil
	app.turns.viewed.forget() // checks begin with the new state
	return res, err
}

// sweep takes out of the pool what the block before should have: CometBFT has checked again what
// it holds since, and dropped that with the reason.
func (app *App) sweep() {
	if app.LastBlockHeight() == 0 {
		return
	}
	ctx := app.committedContext()
	committed := func(account string) uint64 { return sequenceOf(ctx, app.Keepers.Account, sdk.AccAddress(account)) }
	app.pool.Sweep(committed, uint64(app.LastBlockHeight())+1, app.GetContextForCheckTx(nil).BlockTime().Add(1))
}

// Query implements the ABCI. It may run beside blocks: rows of stores, which have no
// context of their own, wait for a commit.
func (app *App) Query(ctx context.Context, req *abci.RequestQuery) (*abci.ResponseQuery, error) {
	if err := app.queries.CheckABCI(req); err != nil {
		return sdkerrors.QueryResult(err, false), nil
	}
	if app.GRPCQueryRouter().Route(req.Path) == nil {
		app.committing.RLock()
		defer app.committing.RUnlock()
	}
	return app.BaseApp.Query(ctx, req)
}

// VerifiedBefore is how many transactions of blocks had been verified when they arrived.
func (app *App) VerifiedBefore() uint64 {
	if app.signatures == nil {
		return 0
	}
	return app.signatures.Hits()
}

// Metrics returns what the node says of itself to those who watch it.
func (app *App) Metrics() *metrics.Set { return app.metrics }

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
