package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/cometbft/cometbft/p2p"
	"github.com/spf13/cast"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/server"
	serverconfig "github.com/cosmos/cosmos-sdk/server/config"
	sdk "github.com/cosmos/cosmos-sdk/types"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/ending"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/health"
)

// maxOthers bounds how many other nodes are asked.
const maxOthers = 8

// statePatience is how long the node may take to answer what it is asked of the chain's state.
const statePatience = 20 * time.Second

// gatherFacts asks everything that doctor judges.
func gatherFacts(ctx context.Context, conn *connect.Conn) (health.Facts, error) {
	home, err := settingsAsTheyAre(ctx, conn.HomeDir)
	if err != nil {
		return health.Facts{}, err
	}
	f := health.Facts{
		Comet: home.Config, Environment: settingVariables(home.Viper.AllKeys()), ClockSet: health.ClockSet(), OpenFiles: openFiles(),
	}
	if f.Settings, err = settingsFacts(home); err != nil {
		return f, err
	}
	f.Disk.Free, _ = ending.Free(home.Config.DBDir()) // 0, where it can't be told, is said
	f.Disk.Used = folderSize(home.Config.DBDir())
	signer, err := signerOf(home.Config)
	if err != nil {
		f.Key.Fault = err.Error()
	}
	own := signer != nil
	if own {
		f.Key.Address = fmt.Sprintf("%X", signer.Bytes())
	}
	node, err := health.Ask(ctx, home.Config.RPC.ListenAddress)
	if key, unreadable := p2p.LoadNodeKey(home.Config.NodeKeyFile()); err == nil && unreadable == nil && node.ID() != string(key.ID()) {
		err = fmt.Errorf("another node answers there, with the ID %s, not %s", node.ID(), key.ID())
	}
	if err != nil {
		node, f.NotAnswering = nil, err.Error()
		if genesis, err := genutiltypes.AppGenesisFromFile(home.Config.GenesisFile()); err == nil {
			f.Begins = genesis.GenesisTime
		}
	} else {
		f.Node, f.Disk.PerDay = node.Node(ctx), node.PerDay(f.Disk.Used)
		if err := askState(ctx, conn, &f, signer); err != nil {
			f.Unasked = err.Error()
		}
	}
	seen := int64(0)
	if node != nil && own {
		seen = node.Signs(ctx, f.Key.Address)
	}
	for _, at := range others(conn, home) {
		other, err := health.Ask(ctx, at)
		if err == nil && node != nil && other.ChainID() != node.ChainID() {
			err = fmt.Errorf("it is of the chain %s", other.ChainID())
		}
		if err != nil {
			f.Silent = append(f.Silent, health.Silent{At: at, Why: err.Error()})
			continue
		}
		f.Others = append(f.Others, other.Other(ctx, at, node))
		if own {
			seen = max(seen, other.Signs(ctx, f.Key.Address))
		}
	}
	// What this machine has signed is read last: it goes on meanwhile.
	f.Key.Signed, f.Key.Known = signedHeight(home.Config.PrivValidatorStateFile())
	if seen > f.Key.Signed {
		f.SignedAbove = seen
	}
	f.Now = time.Now()
	return f, nil
}

// askState asks the chain about the node's validator and the next upgrade.
func askState(ctx context.Context, conn *connect.Conn, f *health.Facts, signer sdk.ConsAddress) error {
	ctx, cancel := context.WithTimeout(ctx, statePatience)
	defer cancel()
	rpc, err := client.NewClientFromNode(strings.Replace(f.Comet.RPC.ListenAddress, "://0.0.0.0:", "://127.0.0.1:", 1))
	if err != nil {
		return err
	}
	here := conn.WithClient(rpc)
	if f.Node.Height == 0 {
		return nil // nothing to ask yet
	}
	plan, err := upgradetypes.NewQueryClient(here).CurrentPlan(ctx, &upgradetypes.QueryCurrentPlanRequest{})
	if err != nil {
		return err
	}
	if plan.Plan != nil {
		known := slices.ContainsFunc(app.Upgrades, func(u app.Upgrade) bool { return u.Name == plan.Plan.Name })
		f.Plan = &health.Plan{Name: plan.Plan.Name, Height: plan.Plan.Height, Known: known}
	}
	if signer == nil {
		return nil
	}
	jailed, err := jailedNow(ctx, here, signer)
	if err != nil {
		return err
	}
	slashing := slashingtypes.NewQueryClient(here)
	info, err := slashing.SigningInfo(ctx, &slashingtypes.QuerySigningInfoRequest{ConsAddress: signer.String()})
	if status.Code(err) == codes.NotFound { // a node that is no validator has none
		return nil
	}
	if err != nil {
		return err
	}
	params, err := slashing.Params(ctx, &slashingtypes.QueryParamsRequest{})
	if err != nil {
		return err
	}
	window := params.Params.SignedBlocksWindow
	least := params.Params.MinSignedPerWindow.MulInt64(window).RoundInt64()
	f.Validator = &health.Validator{
		Jailed: jailed, Tombstoned: info.ValSigningInfo.Tombstoned, Bonded: f.Node.Power > 0,
		Missed: info.ValSigningInfo.MissedBlocksCounter, Window: window, Allowed: window - least,
	}
	return nil
}

// jailedNow says whether the validator of a key is jailed: it stays so, after its time too, until it is told to come back.
func jailedNow(ctx context.Context, here client.Context, signer sdk.ConsAddress) (bool, error) {
	row, err := here.Client.ABCIQuery(ctx, "/store/"+stakingtypes.StoreKey+"/key", stakingtypes.GetValidatorByConsAddrKey(signer))
	if err != nil || len(row.Response.Value) == 0 {
		return false, err
	}
	found, err := stakingtypes.NewQueryClient(here).Validator(ctx, &stakingtypes.QueryValidatorRequest{
		ValidatorAddr: sdk.ValAddress(row.Response.Value).String(),
	})
	if err != nil {
		return false, err
	}
	return found.Validator.Jailed, nil
}

// others are the nodes to ask beside this one.
func others(conn *connect.Conn, home *server.Context) []string {
	named := append(conn.Flags().Texts(flagRPC), home.Config.StateSync.RPCServers...)
	slices.Sort(named)
	named = slices.DeleteFunc(slices.Compact(named), func(at string) bool { return at == "" || at == home.Config.RPC.ListenAddress })
	return named[:min(len(named), maxOthers)]
}

func settingsFacts(home *server.Context) (health.Settings, error) {
	cfg, err := serverconfig.GetConfig(home.Viper)
	if err != nil {
		return health.Settings{}, fmt.Errorf("config/app.toml: %w", err)
	}
	s := health.Settings{
		MinGasPrices: cfg.MinGasPrices, Pruning: cfg.Pruning, SnapshotInterval: cfg.StateSync.SnapshotInterval,
		HaltHeight: cfg.HaltHeight, HaltTime: cfg.HaltTime, PoolSize: cfg.Mempool.MaxTxs,
		OldTelemetry: cfg.Telemetry.Enabled, //nolint:staticcheck // SA1019: that it is on is what is looked for
		MinFree:      minFreeDisk,
	}
	if cfg.GRPC.Enable {
		s.GRPC = cfg.GRPC.Address
	}
	if cfg.API.Enable {
		s.REST = cfg.API.Address
	}
	if set := home.Viper.Get(flagMinFree); set != nil {
		if s.MinFree, err = cast.ToUint64E(set); err != nil {
			return s, fmt.Errorf("%s is %v: set it to a number of bytes in app.toml", flagMinFree, set)
		}
	}
	for _, file := range []string{home.Config.PrivValidatorKeyFile(), home.Config.NodeKeyFile()} {
		if info, err := os.Stat(file); err == nil && info.Mode().Perm()&0o077 != 0 {
			s.ReadByOthers = append(s.ReadByOthers, file)
		}
	}
	return s, nil
}

// settingVariables are the variables that set what stands in the files, or could stand there: keys are those that do.
func settingVariables(keys []string) []string {
	set := map[string]bool{}
	for _, key := range keys {
		set[envPrefix+"_"+strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(key))] = key != flags.FlagHome
	}
	var names []string
	for _, each := range os.Environ() {
		name, value, _ := strings.Cut(each, "=")
		if value != "" && set[name] {
			names = append(names, name)
			continue
		}
		for _, section := range []string{
			"P2P_", "RPC_", "MEMPOOL_", "CONSENSUS_", "STATESYNC_", "GRPC_", "API_", "DISK_", "FAST_", "QUERIES_", "PRUNING", "MINIMUM_GAS_PRICES",
		} {
			if value != "" && strings.HasPrefix(name, envPrefix+"_"+section) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

func openFiles() uint64 {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		return 0
	}
	return limit.Cur
}

// folderSize is how many bytes the files in a folder have; files come and go while a node runs.
func folderSize(folder string) (size uint64) {
	_ = filepath.WalkDir(folder, func(_ string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil //nolint:nilerr // see above
		}
		if info, err := entry.Info(); err == nil {
			size += uint64(info.Size())
		}
		return nil
	})
	return size
}
