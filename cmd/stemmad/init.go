package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/spf13/cobra"

	"cosmossdk.io/math/unsafe"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/server"
	"github.com/cosmos/cosmos-sdk/x/genutil"

	"github.com/stemma-chain/stemma/app"
)

const (
	flagOverwrite = "overwrite"
	flagSolo      = "solo"
)

func initCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "init MONIKER",
		Short: "Make the home folder of a node: keys, settings and a genesis",
		Long: `Make the home folder of a node. To join a network, replace config/genesis.json
with that network's. To begin one, add accounts and validators with "stemmad
genesis". With --solo the genesis has one validator, whose key is in the test
keyring, and "stemmad start" runs the chain at once.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			chainID, _ := cmd.Flags().GetString(flags.FlagChainID)
			if chainID == "" {
				chainID = "stemma-" + unsafe.Str(6)
			}
			if err := checkChainID(chainID); err != nil {
				return err
			}
			cfg := server.GetServerContextFromCmd(cmd).Config
			cfg.SetRoot(client.GetClientContextFromCmd(cmd).HomeDir)
			overwrite, _ := cmd.Flags().GetBool(flagOverwrite)
			if _, err := os.Stat(cfg.GenesisFile()); !errors.Is(err, os.ErrNotExist) && !overwrite {
				return fmt.Errorf("%s exists; --%s replaces it", cfg.GenesisFile(), flagOverwrite)
			}
			if err := errors.Join(checkMoniker(args[0]), checkKeys(cfg)); err != nil {
				return err
			}
			if solo, _ := cmd.Flags().GetBool(flagSolo); solo {
				return initSolo(cmd, model(), chainID, args[0], cfg.RootDir)
			}
			return initNode(cmd, model(), chainID, args[0], cfg)
		},
	}
	cmd.Flags().String(flags.FlagChainID, "", "chain id (default: stemma- and six random letters)")
	cmd.Flags().BoolP(flagOverwrite, "o", false, "replace an existing genesis")
	cmd.Flags().Bool(flagSolo, false, "make a chain of one validator that starts at once")
	return cmd
}

// chainIDs are the ids that everything else takes: file names, URLs, and CometBFT's 50 bytes.
var chainIDs = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._-]{0,49}$`)

func checkChainID(id string) error {
	if !chainIDs.MatchString(id) {
		return fmt.Errorf("--%s %q: write up to 50 letters, digits, dots, hyphens and underscores, such as stemma-1", flags.FlagChainID, id)
	}
	return nil
}

// monikers are what CometBFT takes for the name of a node and config.toml for a text, as long as a validator's may be.
var monikers = regexp.MustCompile(`^[!#-[\]-~]([ !#-[\]-~]{0,68}[!#-[\]-~])?$`)

func checkMoniker(name string) error {
	if !monikers.MatchString(name) {
		return fmt.Errorf("the moniker %q: write up to 70 letters without accents, digits and signs, no quotation mark or backslash among them",
			name)
	}
	return nil
}

func initNode(cmd *cobra.Command, model *app.App, chainID, moniker string, cfg *cmtcfg.Config) error {
	nodeID, _, err := genutil.InitializeNodeValidatorFiles(cfg)
	if err != nil {
		return err
	}
	cfg.Moniker = moniker
	withoutProfile(cfg)
	cmtcfg.WriteConfigFile(filepath.Join(cfg.RootDir, "config", "config.toml"), cfg)
	if err := writeTelemetry(cfg.RootDir); err != nil {
		return err
	}
	if err := writeGenesis(cfg.GenesisFile(), chainID, time.Now(), model.PublicGenesis()); err != nil {
		return err
	}
	return told(cmd, initialized{chainID, moniker, cfg.RootDir, nodeID},
		"Node %s of chain %s in %s, node id %s", moniker, chainID, cfg.RootDir, nodeID)
}

func initSolo(cmd *cobra.Command, model *app.App, chainID, moniker, home string) error {
	plan := networkPlan{
		chainID: chainID, blockTime: localBlockTime,
		nodes: []nodePlan{{name: moniker, home: home, ports: portsOf(0, 0)}},
	}
	if err := plan.write(model); err != nil {
		return err
	}
	return told(cmd, initialized{chainID, moniker, home, plan.nodes[0].id},
		"Chain %s of one validator in %s, whose funds the key %q has; run it with: stemmad start --home %s",
		chainID, home, moniker, home)
}

// initialized is a new home folder, for programs. Where it is that of a chain of one validator, the
// key that has the funds is called as the node.
type initialized struct {
	ChainID string `json:"chain_id"`
	Moniker string `json:"moniker"`
	Home    string `json:"home"`
	NodeID  string `json:"node_id"`
}
