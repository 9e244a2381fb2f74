package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	serverconfig "github.com/cosmos/cosmos-sdk/server/config"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/genutil"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/stemma-chain/stemma/app"
)

// localBlockTime is the pause after a block on a network of one machine.
const localBlockTime = time.Second

// networkPlan is a network on loopback, to be written to disk.
type networkPlan struct {
	chainID   string
	blockTime time.Duration
	accounts  []string
	nodes     []nodePlan
}

type nodePlan struct {
	name, home string
	ports      ports
	// Set while writing.
	id      string
	key     cryptotypes.PubKey
	keyring keyring.Keyring
}

// ports are loopback addresses, host:port.
type ports struct{ p2p, rpc, grpc, rest, metrics string }

// portsOf gives node i ten ports of its own after base. Base 0 means the usual
// ports for node 0 and ten more for each further node.
func portsOf(base, i int) ports {
	at := func(port int) string { return fmt.Sprintf("127.0.0.1:%d", port+10*i) }
	if base == 0 {
		return ports{p2p: at(26656), rpc: at(26657), grpc: at(9090), rest: at(1317), metrics: at(26660)}
	}
	return ports{p2p: at(base), rpc: at(base + 1), grpc: at(base + 2), rest: at(base + 3), metrics: at(base + 4)}
}

// write makes the keys, the genesis and the settings of all nodes.
func (p networkPlan) write(model *app.App) error {
	for i := range p.nodes {
		if err := p.nodes[i].makeKeys(model); err != nil {
			return fmt.Errorf("keys of %s: %w", p.nodes[i].name, err)
		}
	}
	state, err := p.genesisState(model)
	if err != nil {
		return err
	}
	begin := time.Now()
	for _, n := range p.nodes {
		if err := writeGenesis(filepath.Join(n.home, "config", "genesis.json"), p.chainID, begin, state); err != nil {
			return err
		}
		if err := p.writeSettings(n); err != nil {
			return err
		}
	}
	return nil
}

// makeKeys makes the node's and the validator's key of consensus, and opens
// the keyring for the accounts.
func (n *nodePlan) makeKeys(model *app.App) error {
	for _, folder := range []string{"config", "data"} {
		if err := os.MkdirAll(filepath.Join(n.home, folder), 0o755); err != nil {
			return err
		}
	}
	cfg := cmtcfg.DefaultConfig()
	cfg.SetRoot(n.home)
	var err error
	if n.id, n.key, err = genutil.InitializeNodeValidatorFiles(cfg); err != nil {
		return err
	}
	n.keyring, err = keyring.New(sdk.KeyringServiceName(), keyring.BackendTest, n.home, nil, model.Encoding().Codec)
	return err
}

// writeSettings writes config.toml, app.toml, otel.yaml and client.toml.
func (p networkPlan) writeSettings(n nodePlan) error {
	comet := cometConfig()
	comet.SetRoot(n.home)
	comet.Moniker = n.name
	comet.TxIndex.Indexer = "kv" // people look up what they sent
	comet.Consensus.TimeoutCommit = p.blockTime
	comet.P2P.ListenAddress = "tcp://" + n.ports.p2p
	comet.P2P.AddrBookStrict = false
	comet.P2P.AllowDuplicateIP = true
	comet.P2P.PersistentPeers = p.peersOf(n)
	comet.RPC.ListenAddress = "tcp://" + n.ports.rpc
	withoutProfile(comet)
	comet.Instrumentation.PrometheusListenAddr = n.ports.metrics
	cmtcfg.WriteConfigFile(filepath.Join(n.home, "config", "config.toml"), comet)

	settings := appConfig()
	settings.MinGasPrices = localGasPrices
	settings.GRPC.Address = n.ports.grpc
	settings.API.Address = "tcp://" + n.ports.rest
	serverconfig.SetConfigTemplate(appTemplate)
	serverconfig.WriteConfigFile(filepath.Join(n.home, "config", "app.toml"), settings)

	if err := writeTelemetry(n.home); err != nil {
		return err
	}
	client := fmt.Sprintf("chain-id = %q\nkeyring-backend = %q\noutput = %q\nnode = %q\nbroadcast-mode = %q\n",
		p.chainID, keyring.BackendTest, "text", "tcp://"+n.ports.rpc, "sync")
	return os.WriteFile(filepath.Join(n.home, "config", "client.toml"), []byte(client), 0o600)
}

// peersOf lists all other nodes, as id@host:port.
func (p networkPlan) peersOf(n nodePlan) string {
	var peers []string
	for _, other := range p.nodes {
		if other.id != n.id {
			peers = append(peers, other.id+"@"+other.ports.p2p)
		}
	}
	return strings.Join(peers, ",")
}

// writeGenesis writes a genesis of this state with our consensus parameters.
// All nodes of a network must have the same time in it.
func writeGenesis(file, chainID string, begin time.Time, state app.GenesisState) error {
	raw, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		return err
	}
	genesis := genutiltypes.NewAppGenesisWithVersion(chainID, raw)
	genesis.Consensus.Params = app.ConsensusParams()
	return genutil.ExportGenesisFileWithTime(file, genesis, begin)
}
