package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"text/tabwriter"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/spf13/cobra"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/server"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/joining"
)

const flagGenesis = "genesis"

func checkCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check that the books of a stopped node, or of a genesis file, are sound",
		Long: `Check every invariant of every module: that coins sum up to their supply, that
what is owed is there, that indexes match their tables. Exits with 0 when all
hold and 1 otherwise. The node must be stopped.`,
		Args:        cobra.NoArgs,
		Annotations: map[string]string{homelessWith: flagGenesis},
		RunE: func(cmd *cobra.Command, _ []string) error {
			var report checkReport
			var err error
			if file, _ := cmd.Flags().GetString(flagGenesis); file != "" {
				report, err = checkGenesis(file)
			} else {
				report, err = checkHome(cmd)
			}
			if err != nil {
				return err
			}
			return report.finish(cmd)
		},
	}
	cmd.Flags().String(flagGenesis, "", "check the state of this genesis file in place of the node's")
	cmd.Flags().StringP(flags.FlagOutput, "o", flags.OutputFormatText, "output format (text|json)")
	return cmd
}

// validateGenesisCmd takes the place of the SDK's, which asks each module about
// its own part only.
func validateGenesisCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "validate [FILE]",
		Short: "Check that a chain can start from a genesis, by default the node's",
		Long: `Start a chain from a genesis in memory and check every invariant: each module's
part, that coins sum up to their supply, that what is owed is there, that indexes
match their tables. A node makes the same checks when it starts from a genesis.
Exits with 0 when all hold and 1 otherwise, naming the row. The hash that it prints is
that of what the genesis says: all nodes of a chain have to begin with the same one.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			file := server.GetServerContextFromCmd(cmd).Config.GenesisFile()
			if len(args) > 0 {
				file = args[0]
			}
			report, err := checkGenesis(file)
			if err != nil {
				return err
			}
			return report.finish(cmd)
		},
	}
	cmd.Flags().StringP(flags.FlagOutput, "o", flags.OutputFormatText, "output format (text|json)")
	return cmd
}

type checkReport struct {
	Height     int64         `json:"height,string"`
	Genesis    string        `json:"genesis_hash,omitempty"` // of a file that was checked
	Broken     int           `json:"broken"`
	Invariants []checkResult `json:"invariants"`
}

type checkResult struct {
	Name  string `json:"name"`
	OK    bool   `json:"ok"`
	Error string `json:"error,omitempty"`
}

func checkHome(cmd *cobra.Command) (checkReport, error) {
	ctx := server.GetServerContextFromCmd(cmd)
	db, err := openState(ctx)
	if err != nil {
		return checkReport{}, err
	}
	defer db.Close()
	node, err := app.Open(log.NewNopLogger(), db, ctx.Viper)
	if err != nil {
		return checkReport{}, err
	}
	if node.LastBlockHeight() == 0 {
		return checkReport{}, fmt.Errorf("no block in %s; check a genesis with --%s", ctx.Config.DBDir(), flagGenesis)
	}
	header := cmtproto.Header{Height: node.LastBlockHeight()}
	return runChecks(node, node.NewContextLegacy(true, header)), nil
}

// openState opens the state of a stopped node.
func openState(ctx *server.Context) (dbm.DB, error) {
	db, err := app.OpenDB(ctx.Config.RootDir, server.GetAppDBBackend(ctx.Viper))
	if err != nil {
		folder := filepath.Join(ctx.Config.RootDir, "data")
		return nil, fmt.Errorf("open the state in %s (is the node stopped?): %w", folder, err)
	}
	return db, nil
}

func checkGenesis(file string) (checkReport, error) {
	genesis, err := genutiltypes.AppGenesisFromFile(file)
	if err != nil {
		return checkReport{}, err
	}
	if err := genesis.ValidateAndComplete(); err != nil {
		return checkReport{}, fmt.Errorf("genesis %s: %w", file, err)
	}
	doc, err := genesis.ToGenesisDoc()
	if err != nil {
		return checkReport{}, fmt.Errorf("genesis %s: %w", file, err)
	}
	hash, err := joining.Hash(doc)
	if err != nil {
		return checkReport{}, err
	}
	node := app.New(log.NewNopLogger(), dbm.NewMemDB(), simtestutil.EmptyAppOptions{}, baseapp.SetChainID(genesis.ChainID))
	height := max(genesis.InitialHeight, 1)
	res, err := node.InitChain(firstRequest(genesis))
	if err == nil && len(res.Validators) == 0 {
		err = errors.New("nobody is a validator: neither consensus.validators, staking nor the gentxs name one")
	}
	if placeholder := checkPlaceholder(file, doc); err != nil && placeholder != nil {
		err = placeholder // x/genutil says it in its own terms
	}
	if err != nil && !errors.Is(err, app.ErrInvariant) {
		return checkReport{Height: height, Genesis: hash, Broken: 1, Invariants: []checkResult{
			{Name: "genesis/import", Error: client.Tidy(err.Error())},
		}}, nil
	}
	header := cmtproto.Header{Height: height, Time: genesis.GenesisTime, ChainID: genesis.ChainID}
	report := runChecks(node, node.NewContextLegacy(false, header))
	report.Genesis = hash
	return report, nil
}

// firstRequest is what CometBFT asks of an app that has no state yet.
func firstRequest(genesis *genutiltypes.AppGenesis) *abci.RequestInitChain {
	params := genesis.Consensus.Params.ToProto()
	validators := make([]*cmttypes.Validator, len(genesis.Consensus.Validators))
	for i, v := range genesis.Consensus.Validators {
		validators[i] = cmttypes.NewValidator(v.PubKey, v.Power)
	}
	return &abci.RequestInitChain{
		Time: genesis.GenesisTime, ChainId: genesis.ChainID, ConsensusParams: &params,
		AppStateBytes: genesis.AppState, InitialHeight: max(genesis.InitialHeight, 1),
		Validators: cmttypes.TM2PB.ValidatorUpdates(cmttypes.NewValidatorSet(validators)),
	}
}

func runChecks(node *app.App, ctx sdk.Context) checkReport {
	report := checkReport{Height: ctx.BlockHeight()}
	for _, inv := range node.Invariants() {
		result := checkResult{Name: inv.Name, OK: true}
		if err := inv.Check(ctx); err != nil {
			result.OK, result.Error = false, client.Tidy(err.Error())
			report.Broken++
		}
		report.Invariants = append(report.Invariants, result)
	}
	return report
}

// finish prints the report, and fails when something is broken.
func (r checkReport) finish(cmd *cobra.Command) error {
	if err := r.print(cmd); err != nil {
		return err
	}
	if r.Broken > 0 {
		return fmt.Errorf("%d of %d invariants broken", r.Broken, len(r.Invariants))
	}
	return nil
}

func (r checkReport) print(cmd *cobra.Command) error {
	if output, _ := cmd.Flags().GetString(flags.FlagOutput); output == flags.OutputFormatJSON {
		encoder := json.NewEncoder(cmd.OutOrStdout())
		encoder.SetIndent("", "  ")
		return encoder.Encode(r)
	}
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	for _, result := range r.Invariants {
		state := "ok"
		if !result.OK {
			state = "BROKEN"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", state, result.Name, result.Error)
	}
	if r.Genesis != "" {
		fmt.Fprintf(w, "genesis hash %s\n", r.Genesis)
	}
	return w.Flush()
}
