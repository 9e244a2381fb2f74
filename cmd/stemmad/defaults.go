package main

import (
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"

	serverconfig "github.com/cosmos/cosmos-sdk/server/config"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/app/fast"
	"github.com/stemma-chain/stemma/app/queries"
)

const (
	// minGasPrices is what a new node asks for: the least base price of the fee
	// market. A transaction pays at least one of the listed prices; operators add
	// the denoms they take.
	minGasPrices = "0.001" + app.StakingDenom
	// localGasPrices lets fees be paid in both denoms of a local network.
	localGasPrices = minGasPrices + ",0.001" + app.LocalDenom
	// queryGasLimit bounds one query; the SDK's default is no bound.
	queryGasLimit = 50_000_000
	// restWriteTimeout bounds the time of a REST answer, in seconds; the SDK's
	// default is no bound.
	restWriteTimeout = 30
	// grpcMaxBytes is the longest gRPC message that is read: twice a query or a transaction that the
	// node takes. Messages are in memory before anything else bounds how many there are; the SDK
	// reads 10 MiB.
	grpcMaxBytes = 2 << 20
	// snapshotInterval is how many blocks lie between state-sync snapshots.
	snapshotInterval = 1000
	// treeCache is how many nodes of each of the two dozen trees are kept in
	// memory, half a kilobyte each; the SDK's default is three times that.
	treeCache = 250_000
	// floodTxs is how many transactions CometBFT's pool holds: four times the app's,
	// which drops the cheapest; they leave CometBFT's after the next block.
	floodTxs = 20_000
	// publicBlockTime is the pause after a block on a public network.
	publicBlockTime = 2 * time.Second
)

// appTemplate is app.toml: the SDK's and our own sections.
const appTemplate = serverconfig.DefaultConfigTemplate + queries.SettingsTemplate + fast.SettingsTemplate + diskTemplate

// nodeConfig is what app.toml says.
type nodeConfig struct {
	serverconfig.Config `mapstructure:",squash"`
	Queries             queries.Settings `mapstructure:"queries"`
	Fast                fast.Settings    `mapstructure:"fast"`
	Disk                diskSettings     `mapstructure:"disk"`
}

// appConfig is app.toml of a new node.
func appConfig() *nodeConfig {
	cfg := &nodeConfig{
		Config: *serverconfig.DefaultConfig(), Queries: queries.DefaultSettings(),
		Fast: fast.DefaultSettings(), Disk: diskSettings{MinFree: minFreeDisk},
	}
	cfg.MinGasPrices = minGasPrices
	cfg.QueryGasLimit = queryGasLimit
	// The trees have caches of their own; another one in front of them costs a
	// sixth of a block of derivations.
	cfg.InterBlockCache = false
	cfg.IAVLCacheSize = treeCache
	cfg.StateSync.SnapshotInterval = snapshotInterval
	cfg.GRPC.MaxRecvMsgSize = grpcMaxBytes
	cfg.API.Enable = true
	cfg.API.RPCWriteTimeout = restWriteTimeout
	cfg.API.Swagger = true
	return cfg
}

// cometConfig is config.toml of a new node. Validators need no transaction
// index; it doubles the data written.
func cometConfig() *cmtcfg.Config {
	cfg := cmtcfg.DefaultConfig()
	cfg.Consensus.TimeoutCommit = publicBlockTime
	cfg.TxIndex.Indexer = "null"
	cfg.Mempool.Size = floodTxs
	cfg.Mempool.CacheSize = 2 * floodTxs
	cfg.Instrumentation.Prometheus = true
	cfg.Instrumentation.PrometheusListenAddr = "127.0.0.1:26660"
	return cfg
}

// withoutProfile undoes that the SDK has new files serve the profile, which is for who looks for a fault: several nodes on a
// machine would want one port for it.
func withoutProfile(cfg *cmtcfg.Config) { cfg.RPC.PprofListenAddress = "" }
