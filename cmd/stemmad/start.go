package main

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/node"
	"github.com/cometbft/cometbft/p2p"
	pvm "github.com/cometbft/cometbft/privval"
	rpclocal "github.com/cometbft/cometbft/rpc/client/local"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/server"
	"github.com/cosmos/cosmos-sdk/server/api"
	serverconfig "github.com/cosmos/cosmos-sdk/server/config"
	servercmtlog "github.com/cosmos/cosmos-sdk/server/log"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	"github.com/cosmos/cosmos-sdk/telemetry"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/ending"
)

const (
	flagGRPCOnly    = "grpc-only"
	flagGenesisHash = "genesis_hash"
)

// startOptions make the SDK's start command run a node that ends when it cannot go on.
func startOptions() server.StartCmdOptions {
	return server.StartCmdOptions{DBOpener: app.OpenDB, StartCommandHandler: startNode}
}

// describeStart says what is different from the SDK's start, whose flags for an app
// apart from CometBFT do nothing here.
func describeStart(cmd *cobra.Command) {
	cmd.Short = "Run the node"
	cmd.Long = `Run the node until it is stopped (Ctrl-C, SIGTERM), or cannot go on. Then it ends
with a sentence that says what to do, and one of these codes:

` + ending.Help() + `
The settings are in config/app.toml and config/config.toml, with their defaults and what
they mean; flags go before them.
With --grpc-only the node executes nothing and answers queries about its state, for
old states after an upgrade. With --genesis_hash it starts from that genesis alone.`
	for _, name := range []string{"with-comet", "address", "transport"} {
		_ = cmd.Flags().MarkHidden(name) // an error: there is no such flag to hide
	}
	// The SDK's defaults are not those of our files, which count where no flag is given.
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		switch kind := f.Value.Type(); {
		case f.Name == flags.FlagHome:
		case kind == "bool":
			f.DefValue = "false"
		case kind == "string":
			f.DefValue = ""
		case kind == "stringSlice":
			f.DefValue = "[]"
		default:
			f.DefValue = "0"
		}
	})
}

// startNode takes the place of the SDK's, which stays up when consensus has failed and
// closes the state twice.
func startNode(
	ctx *server.Context, clientCtx client.Context, create servertypes.AppCreator, withComet bool,
	opts server.StartCmdOptions,
) error {
	if !withComet {
		return errors.New("stemmad runs with CometBFT inside; leave out --with-comet=false")
	}
	cfg, err := serverconfig.GetConfig(ctx.Viper)
	if err == nil {
		err = cfg.ValidateBasic()
	}
	if err != nil {
		return fmt.Errorf("config/app.toml: %w", err)
	}
	traces := filepath.Join(ctx.Config.RootDir, "config", telemetry.OtelFileName)
	if err := telemetry.InitializeOpenTelemetry(traces); err != nil {
		return fmt.Errorf("telemetry: %w", err)
	}
	metrics, err := telemetry.New(cfg.Telemetry) //nolint:staticcheck // SA1019: the SDK's own start uses it
	if err != nil {
		return fmt.Errorf("telemetry: %w", err)
	}
	disk, err := watchedDisk(ctx)
	if err != nil {
		return err
	}
	if err := checkStart(ctx.Config, ctx.Viper.GetString(flagGenesisHash)); err != nil {
		return err
	}
	if err := checkSigned(ctx.Config); err != nil {
		return err
	}
	db, err := opts.DBOpener(ctx.Config.RootDir, server.GetAppDBBackend(ctx.Viper))
	if err != nil {
		return fmt.Errorf("open the state in %s (does another process run this node?): %w",
			ctx.Config.DBDir(), ending.Of(err))
	}
	running := &process{
		ctx: ctx, cfg: cfg, clientCtx: clientCtx, metrics: metrics, disk: disk,
		app: create(ctx.Logger, db, ctx.Viper),
	}
	if err := running.serveMetrics(); err != nil {
		return errors.Join(err, running.app.Close())
	}
	return running.run()
}

// process is a node that runs.
type process struct {
	ctx       *server.Context
	cfg       serverconfig.Config
	clientCtx client.Context
	metrics   *telemetry.Metrics //nolint:staticcheck // SA1019: the SDK's own start uses it
	disk      ending.Disk
	app       servertypes.Application
	node      *node.Node
}

// run starts everything and waits for the end. What has failed is in the middle of a
// block and stays there: the process ends around it, which the state survives at any
// moment.
func (p *process) run() error {
	stopped, forget := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer forget()
	tasks, running := errgroup.WithContext(stopped)
	watch := ending.NewWatch(servercmtlog.CometLoggerWrapper{Logger: p.ctx.Logger})
	if err := p.startAll(running, tasks, watch); err != nil {
		p.close(tasks)
		if stopped.Err() != nil && errors.Is(err, context.Canceled) {
			return nil // it was still waiting for the genesis time
		}
		return ending.Of(err)
	}
	go p.disk.Watch(running, watch.Report)
	select {
	case err := <-watch.Failed():
		return ending.Of(err)
	case <-running.Done(): // a signal, or a server that failed
	}
	p.ctx.Logger.Info("stopping")
	return ending.Of(p.close(tasks))
}

func (p *process) startAll(running context.Context, tasks *errgroup.Group, watch *ending.Watch) error {
	serves := p.cfg.API.Enable || p.cfg.GRPC.Enable
	if p.ctx.Viper.GetBool(flagGRPCOnly) {
		p.cfg.GRPC.Enable = true
	} else {
		if err := p.startComet(running, watch); err != nil {
			return err
		}
		if serves {
			p.clientCtx = p.clientCtx.WithClient(rpclocal.New(p.node))
			p.app.RegisterTxService(p.clientCtx)
			p.app.RegisterTendermintService(p.clientCtx)
			p.app.RegisterNodeService(p.clientCtx, p.cfg)
		}
	}
	grpc, clientCtx, err := server.StartGrpcServer(running, tasks, p.cfg.GRPC, p.clientCtx, p.ctx, p.app)
	if err != nil {
		return fmt.Errorf("start gRPC: %w", err)
	}
	if p.cfg.API.Enable {
		rest := api.New(clientCtx.WithHomeDir(p.ctx.Config.RootDir), p.ctx.Logger.With("module", "api-server"), grpc)
		p.app.RegisterAPIRoutes(rest, p.cfg.API)
		if p.cfg.Telemetry.Enabled { //nolint:staticcheck // SA1019: the SDK's own start uses it
			rest.SetTelemetry(p.metrics) //nolint:staticcheck // SA1019: likewise
		}
		tasks.Go(func() error { return rest.Start(running, p.cfg) })
	}
	return nil
}

func (p *process) startComet(running context.Context, watch *ending.Watch) error {
	cfg := p.ctx.Config
	key, err := p2p.LoadOrGenNodeKey(cfg.NodeKeyFile())
	if err != nil {
		return err
	}
	p.node, err = node.NewNodeWithContext(
		running, cfg, pvm.LoadOrGenFilePV(cfg.PrivValidatorKeyFile(), cfg.PrivValidatorStateFile()), key,
		watch.Clients(server.NewCometABCIWrapper(p.app)), genesisOf(cfg), cmtcfg.DefaultDBProvider,
		node.DefaultMetricsProvider(cfg.Instrumentation),
		watch.Logger(),
	)
	var away pvm.EndpointTimeoutError
	if errors.As(err, &away) && cfg.PrivValidatorListenAddr != "" {
		return fmt.Errorf("no signer has come to %s (priv_validator_laddr) within seconds; start the signer, then this node: %w",
			cfg.PrivValidatorListenAddr, err)
	}
	if err != nil {
		return err
	}
	watch.Begin(p.node.GenesisDoc().InitialHeight)
	if begin := p.node.GenesisDoc().GenesisTime; time.Until(begin) > 0 {
		p.ctx.Logger.Info("waiting for the genesis time", "time", begin)
		if err := untilTime(running, begin); err != nil {
			return err
		}
	}
	return p.node.Start()
}

// untilTime waits until a time, or until the node is stopped: CometBFT sleeps until the genesis time and hears nothing meanwhile.
func untilTime(running context.Context, begin time.Time) error {
	select {
	case <-running.Done():
		return running.Err()
	case <-time.After(time.Until(begin)):
		return nil
	}
}

// genesisOf reads the genesis file when CometBFT has none yet.
func genesisOf(cfg *cmtcfg.Config) node.GenesisDocProvider {
	return func() (*cmttypes.GenesisDoc, error) {
		genesis, err := genutiltypes.AppGenesisFromFile(cfg.GenesisFile())
		if err != nil {
			return nil, err
		}
		return genesis.ToGenesisDoc()
	}
}

// close ends what asks the state, then closes the state.
func (p *process) close(tasks *errgroup.Group) error {
	var failed error
	if p.node != nil && p.node.IsRunning() {
		failed = p.node.Stop()
		p.node.Wait()
	}
	return errors.Join(failed, tasks.Wait(), p.app.Close(), telemetry.Shutdown(context.Background()))
}
