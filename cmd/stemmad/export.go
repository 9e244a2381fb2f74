package main

import (
	"encoding/json"
	"fmt"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/spf13/cobra"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/server"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	"github.com/cosmos/cosmos-sdk/version"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/stemma-chain/stemma/app"
)

// export does what the SDK's command of that name does, whose flags it has, but for the
// genesis time: the SDK leaves that of the old chain, and the first block would be older
// than all rows (ADR 0034).
func export(cmd *cobra.Command, _ []string) error {
	ctx := server.GetServerContextFromCmd(cmd)
	genesis, err := genutiltypes.AppGenesisFromFile(ctx.Config.GenesisFile())
	if err != nil {
		return err
	}
	db, err := app.OpenDB(ctx.Config.RootDir, server.GetAppDBBackend(ctx.Viper))
	if err != nil {
		return err
	}
	defer db.Close()
	height, _ := cmd.Flags().GetInt64(server.FlagHeight)
	node, err := openAt(db, ctx.Viper, height)
	if err != nil {
		return err
	}
	forZeroHeight, _ := cmd.Flags().GetBool(server.FlagForZeroHeight)
	allowed, _ := cmd.Flags().GetStringSlice(server.FlagJailAllowedAddrs)
	modules, _ := cmd.Flags().GetStringSlice(server.FlagModulesToExport)
	exported, err := node.Export(forZeroHeight, allowed, modules)
	if err != nil {
		return fmt.Errorf("export the state: %w", err)
	}
	genesis.AppName, genesis.AppVersion = version.AppName, version.Version
	genesis.GenesisTime, genesis.InitialHeight, genesis.AppState = exported.Time, exported.Height, exported.AppState
	genesis.Consensus = genutiltypes.NewConsensusGenesis(exported.ConsensusParams, exported.Validators)
	if file, _ := cmd.Flags().GetString(flags.FlagOutputDocument); file != "" {
		return genesis.SaveAs(file)
	}
	out, err := json.Marshal(genesis)
	if err != nil {
		return err
	}
	_, err = cmd.OutOrStdout().Write(out)
	return err
}

// describeExport says what the SDK's help does not.
func describeExport(cmd *cobra.Command) {
	cmd.RunE = export
	cmd.Short = "Write the state of a stopped node as a genesis"
	cmd.Long = `Export writes the state after the last block, or after the block of --height, as the genesis
of a chain that goes on from there. Stop the node first: it has its database to itself.
"stemmad check --genesis FILE" checks what was written, as a new chain does before its
first block. --for-zero-height begins the books of validators anew, for a chain that begins
at block 1.`
	cmd.Example = `  stemmad export --output-document genesis.json
  stemmad export --height 1000 > genesis.json`
}

// openAt opens the state of a height, -1 for the latest. It logs nothing: the log would
// go where the genesis is written to.
func openAt(db dbm.DB, options servertypes.AppOptions, height int64) (*app.App, error) {
	if height == -1 {
		return app.Open(log.NewNopLogger(), db, options)
	}
	return app.NewAtHeight(log.NewNopLogger(), db, options, height)
}
