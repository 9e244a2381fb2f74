package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/server"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/genutil"
	genutilcli "github.com/cosmos/cosmos-sdk/x/genutil/client/cli"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/joining"
)

const flagGentxDir = "gentx-dir"

// genesisCmd is the SDK's, but for the check, what is said of a collected genesis, and examples in this chain's denoms.
func genesisCmd() *cobra.Command {
	cmd := genutilcli.Commands(model().Encoding().TxConfig, model().BasicManager(), app.DefaultHome())
	for _, sub := range cmd.Commands() {
		switch sub.Name() {
		case "validate", "collect-gentxs":
			cmd.RemoveCommand(sub)
		case "gentx":
			sub.RunE = withKeys(sub.RunE)
			sub.Short = "Write the transaction by which a validator begins with the chain"
			sub.Long = `Write into config/gentx the transaction by which this node's validator begins with the
chain: it stakes the amount from the account of the key. The account is in the
genesis already. Hand the file to whoever collects them. It names the address at
which the others reach the node: --ip and --p2p-port, where they are not as told.

Without flags the commission is 0.1, at most 0.2, and changes by 0.01 a day.`
			sub.Example = `  stemmad genesis gentx me 100000000000ustem --ip node.example.org --commission-rate 0.05`
		case "add-genesis-account":
			sub.Example = `  stemmad genesis add-genesis-account me 1000000000000ustem
  stemmad genesis add-genesis-account stemma1... 9000000000000ustem \
    --vesting-amount 9000000000000ustem --vesting-end-time 1924988400`
		}
	}
	cmd.AddCommand(validateGenesisCmd(), collectGentxsCmd())
	return cmd
}

// collectGentxsCmd does as the SDK's, which prints the whole genesis on the standard error, and writes the genesis in the form whose
// SHA-256 is its hash, as all who begin the network have to compare it.
func collectGentxsCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "collect-gentxs",
		Short: "Take the validators' transactions into the genesis",
		Long: `Take the transactions in config/gentx into config/genesis.json, and the addresses that
they name into persistent_peers of config.toml. One of those who begin the network
does so; all others copy the file, and compare its hash, which is its SHA-256.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			clientCtx, cfg := client.GetClientContextFromCmd(cmd), server.GetServerContextFromCmd(cmd).Config
			cfg.SetRoot(clientCtx.HomeDir)
			if err := checkKeys(cfg); err != nil {
				return err
			}
			nodeID, key, err := genutil.InitializeNodeValidatorFiles(cfg)
			if err != nil {
				return err
			}
			genesis, err := genutiltypes.AppGenesisFromFile(cfg.GenesisFile())
			if err != nil {
				return err
			}
			folder, _ := cmd.Flags().GetString(flagGentxDir)
			if folder == "" {
				folder = filepath.Join(cfg.RootDir, "config", "gentx")
			}
			part := model().BasicManager()[genutiltypes.ModuleName].(genutil.AppModuleBasic)
			state, err := genutil.GenAppStateFromConfig(clientCtx.Codec, clientCtx.TxConfig, cfg,
				genutiltypes.NewInitConfig(genesis.ChainID, folder, nodeID, key), genesis,
				banktypes.GenesisBalancesIterator{}, part.GenTxValidator, clientCtx.TxConfig.SigningContext().ValidatorAddressCodec())
			if err != nil {
				return fmt.Errorf("genesis transactions in %s: %w", folder, err)
			}
			return collectedFrom(cmd, cfg.GenesisFile(), genesis, state)
		},
	}
	cmd.Flags().String(flagGentxDir, "", "folder of the transactions (default: config/gentx)")
	cmd.Flags().StringP(flags.FlagOutput, "o", flags.OutputFormatText, "output format (text|json)")
	return cmd
}

// collected is a genesis with its validators, for programs.
type collected struct {
	ChainID    string `json:"chain_id"`
	Genesis    string `json:"genesis"`
	Hash       string `json:"genesis_hash"`
	Validators int    `json:"validators"`
}

func collectedFrom(cmd *cobra.Command, file string, genesis *genutiltypes.AppGenesis, appState json.RawMessage) error {
	var state struct {
		Genutil struct {
			GenTxs []json.RawMessage `json:"gen_txs"`
		} `json:"genutil"`
	}
	if err := json.Unmarshal(appState, &state); err != nil {
		return err
	}
	doc, err := genesis.ToGenesisDoc()
	if err != nil {
		return err
	}
	raw, err := joining.Canonical(doc)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		return err
	}
	hash, err := joining.Hash(doc)
	if err != nil {
		return err
	}
	many := len(state.Genutil.GenTxs)
	return told(cmd, collected{genesis.ChainID, file, hash, many},
		"%s of chain %s has validators: %d. Its hash, which all who begin the chain compare, is\n  %s", file, genesis.ChainID, many, hash)
}
