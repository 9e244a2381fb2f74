package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client/flags"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	"github.com/cosmos/cosmos-sdk/server"
	"github.com/cosmos/cosmos-sdk/x/genutil"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/joining"
	"github.com/stemma-chain/stemma/internal/durably"
)

// writeJoined makes keys where there are none, and writes settings and genesis. It returns the node's ID.
func writeJoined(cfg *cmtcfg.Config, n joining.Network, moniker string, blocks bool) (string, error) {
	if _, err := removeChain(cfg.DBDir()); err != nil { // a first attempt's
		return "", err
	}
	id, key, err := genutil.InitializeNodeValidatorFiles(cfg)
	if err != nil {
		return "", err
	}
	cfg.Moniker = moniker
	withoutProfile(cfg)
	cfg.P2P.PersistentPeers, cfg.P2P.Seeds = strings.Join(n.Peers, ","), strings.Join(n.Seeds, ",")
	if n.Private() {
		cfg.P2P.AddrBookStrict = false
	}
	cfg.StateSync.Enable = !blocks
	if !blocks {
		cfg.StateSync.RPCServers = n.RPC
		cfg.StateSync.TrustHeight, cfg.StateSync.TrustHash = n.Trusted.Height, fmt.Sprintf("%X", n.Trusted.Hash)
		cfg.StateSync.DiscoveryTime = snapshotSearch
	}
	if err := cfg.ValidateBasic(); err != nil {
		return "", fmt.Errorf("config.toml: %w", err)
	}
	if err := writeSettings(cfg); err != nil {
		return "", err
	}
	if err := errors.Join(writeTelemetry(cfg.RootDir), writeValidator(cfg.RootDir, moniker, key)); err != nil {
		return "", err
	}
	return id, replace(cfg.GenesisFile(), n.Genesis)
}

// writeSettings writes config.toml, all of it or nothing. CometBFT's writing of it ends the process where it fails.
func writeSettings(cfg *cmtcfg.Config) error {
	draft, err := os.MkdirTemp(filepath.Dir(configFile(cfg)), "draft")
	if err != nil {
		return err
	}
	defer os.RemoveAll(draft)
	file := filepath.Join(draft, "config.toml")
	cmtcfg.WriteConfigFile(file, cfg)
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return replace(configFile(cfg), text)
}

// replace writes a file whole or not at all, where a link leads.
func replace(file string, text []byte) error {
	if linked, err := filepath.EvalSymlinks(file); err == nil {
		file = linked
	}
	return durably.Write(file, text)
}

// settingsIn are the settings of a home folder for a command whose flags have the names of sections there.
func settingsIn(ctx context.Context, home string) (*server.Context, error) {
	bare := &cobra.Command{}
	bare.Flags().String(flags.FlagHome, home, "")
	bare.SetContext(ctx)
	settings, err := server.InterceptConfigsAndCreateContext(bare, appTemplate, *appConfig(), cometConfig())
	if err != nil {
		return nil, err
	}
	settings.Config.SetRoot(home)
	return settings, nil
}

// settingsAsTheyAre are the same without writing what is missing.
func settingsAsTheyAre(ctx context.Context, home string) (*server.Context, error) {
	draft, err := os.MkdirTemp("", "stemmad-settings")
	if err != nil { // a container may have no other place than the home
		draft, err = os.MkdirTemp(home, "draft")
	}
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(draft)
	if err := os.Mkdir(filepath.Join(draft, "config"), 0o700); err != nil {
		return nil, err
	}
	for _, name := range []string{"config.toml", "app.toml"} {
		text, err := os.ReadFile(filepath.Join(home, "config", name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(draft, "config", name), text, 0o600)
		}
		if err != nil {
			return nil, err
		}
	}
	settings, err := settingsIn(ctx, draft)
	if err != nil {
		return nil, err
	}
	settings.Viper.Set(flags.FlagHome, home)
	settings.Config.SetRoot(home)
	return settings, nil
}

func configFile(cfg *cmtcfg.Config) string {
	return filepath.Join(cfg.RootDir, "config", "config.toml")
}

func validatorFile(home string) string { return filepath.Join(home, "config", "validator.json") }

// writeValidator writes the file with which the node becomes a validator. One that is there keeps what its operator wrote, but names the
// node's key: with another one the stake would be a validator's that signs nothing.
func writeValidator(home, moniker string, key cryptotypes.PubKey) error {
	raw, err := codecs().Codec.MarshalInterfaceJSON(key)
	if err != nil {
		return err
	}
	says := map[string]any{
		"amount": "1000000" + app.StakingDenom, "moniker": moniker, "min-self-delegation": "1",
		"commission-rate": "0.10", "commission-max-rate": "0.20", "commission-max-change-rate": "0.01",
	}
	file := validatorFile(home)
	before, err := os.ReadFile(file)
	if err == nil {
		says = nil
		err = json.Unmarshal(before, &says)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s: %w; move it away, and it is written anew", file, err)
	}
	if says == nil { // null
		says = map[string]any{}
	}
	says["pubkey"] = json.RawMessage(raw)
	text, err := json.MarshalIndent(says, "", "  ")
	if err != nil {
		return err
	}
	return replace(file, append(text, '\n'))
}
