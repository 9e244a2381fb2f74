package main

import (
	"fmt"
	"os"
	"regexp"
	"sync"

	dbm "github.com/cosmos/cosmos-db"
	ratelimittypes "github.com/cosmos/ibc-go/v11/modules/apps/rate-limiting/types"
	"github.com/spf13/cobra"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/client"
	clientconfig "github.com/cosmos/cosmos-sdk/client/config"
	"github.com/cosmos/cosmos-sdk/client/debug"
	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	"github.com/cosmos/cosmos-sdk/client/keys"
	"github.com/cosmos/cosmos-sdk/client/rpc"
	"github.com/cosmos/cosmos-sdk/client/snapshot"
	"github.com/cosmos/cosmos-sdk/server"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	"github.com/cosmos/cosmos-sdk/version"
	authcli "github.com/cosmos/cosmos-sdk/x/auth/client/cli"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/internal/spelling"
)

// envPrefix starts the names of environment variables that set flags:
// STEMMAD_NODE for --node.
const envPrefix = "STEMMAD"

// model is an app without state, from which what depends on the modules is made. It takes
// as long as all else that a command does before it runs, so most do without.
var model = sync.OnceValue(func() *app.App {
	return app.New(log.NewNopLogger(), dbm.NewMemDB(), simtestutil.EmptyAppOptions{})
})

// codecs are those of the chain's types. Commands that ask no node do without.
var codecs = sync.OnceValue(func() encoding.Encoding {
	e, err := encoding.New()
	if err != nil {
		panic(err) // generated code that contradicts itself
	}
	return e
})

// clientContext is what a command starts from; its settings are its own.
func clientContext() client.Context {
	e := codecs()
	return client.Context{}.
		WithCodec(e.Codec).
		WithInterfaceRegistry(e.InterfaceRegistry).
		WithTxConfig(typedConfig{e.TxConfig, spelling.NewChecker(e.InterfaceRegistry)}).
		WithLegacyAmino(e.Amino).
		WithInput(os.Stdin).
		WithAccountRetriever(turns{}).
		WithHomeDir(app.DefaultHome()).
		WithViper(envPrefix)
}

// newRootCmd builds the command line for these arguments: where they name a command that
// needs no modules, those that are generated from them are left out. nil: all of it.
func newRootCmd(args []string) *cobra.Command {
	root := plainRoot()
	if cmd, _, err := root.Find(args); args == nil || err != nil || cmd == root {
		addGenerated(root)
	}
	arrange(root)
	addOutput(root)
	tighten(root)
	if jsonAsked(args) {
		root.Annotations[askedJSON] = "yes"
	}
	return root
}

// addGenerated adds the commands that are made from the modules.
func addGenerated(root *cobra.Command) {
	root.AddCommand(genesisCmd(), queryCmd(), txCmd())
	generated := model().AutoCLI(clientContext())
	comet, node := cmtservice.NewCometBFTCommands(), nodeservice.NewNodeCommands()
	generated.ModuleOptions[comet.Name()] = comet.AutoCLIOptions()
	generated.ModuleOptions[node.Name()] = node.AutoCLIOptions()
	generated.ModuleOptions[ratelimittypes.ModuleName] = rateLimits()
	if err := generate(root, generated); err != nil {
		panic(err) // a fault in a module's command table
	}
}

// plainRoot has the commands that need no modules before they run.
func plainRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "stemmad",
		Short: "Who made what from what, what may be done with it, and everyone upstream gets paid",
		Long:  "Stemma: who made what from what, what may be done with it, and everyone upstream gets paid.",
		Annotations: map[string]string{helpEnd: `Exit codes:
` + exitCodes + `
Of a node that cannot go on 10 to 14: see "stemmad start --help". Without a terminal nothing is
sent unless -y says so. With --output json a failure is one line of JSON, the last of the standard
error, with error, codespace, code, retryable, reasons, sentence, remedy, details, exit_code,
transactions that were sent before, and denials: works that can't be relied on, with what is on offer.
A variable STEMMAD_<FLAG> sets a flag: STEMMAD_HOME, STEMMAD_NODE, STEMMAD_FROM. COLUMNS sets the
width of what is printed, TZ the zone of times, and with NO_COLOR nothing is coloured.`},
		Version:       version.Version,
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(cmd *cobra.Command, args []string) error {
			// cobra's Println, which the SDK's commands print results with, goes to
			// stderr unless told otherwise.
			cmd.SetOut(cmd.OutOrStdout())
			cmd.SetErr(cmd.ErrOrStderr())
			return prepare(cmd, args)
		},
		PersistentPostRunE: refusedByNode,
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w%s (see %s --help)", err, signHint(err), cmd.CommandPath())
	})
	root.AddCommand(
		initCmd(), testnetCmd(), checkCmd(),
		keys.Commands(), server.StatusCommand(),
		debug.Cmd(), snapshot.Cmd(newApp),
	)
	server.AddCommandsWithStartCmdOptions(root, app.DefaultHome(), newApp, nil, startOptions())
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "version":
			cmd.Annotations = map[string]string{homeless: ""}
			longVersion(cmd)
		case "rollback":
			root.RemoveCommand(cmd)
		case "start":
			describeStart(cmd)
		}
	}
	root.AddCommand(rollbackCmd(), pruneCmd(), resetCmd())
	root.AddCommand(verbs()...)
	return root
}

// Annotations of commands that neither read nor create the home folder: always,
// or when the flag that the annotation names is given.
const (
	homeless     = "homeless"
	homelessWith = "homeless-with"
)

// settingless is the annotation of commands that ask a node and leave the settings of the one at home alone: their flags have the names
// of sections there, such as rpc and grpc, which would be taken for them.
const settingless = "settingless"

// prepare reads flags, environment and the files of the home folder, writing
// those that are missing, and leaves the result in the command's context.
func prepare(cmd *cobra.Command, args []string) error {
	if _, always := cmd.Annotations[homeless]; always || cmd.Flags().Changed(cmd.Annotations[homelessWith]) {
		return nil
	}
	if err := setFromEnvironment(cmd.Flags()); err != nil {
		return err
	}
	clientCtx, err := client.ReadPersistentCommandFlags(clientContext().WithCmdContext(cmd.Context()), cmd.Flags())
	if err != nil {
		return err
	}
	if err := needsNode(cmd, clientCtx.HomeDir); err != nil {
		return err
	}
	if clientCtx, err = clientconfig.ReadFromClientConfig(clientCtx); err != nil {
		return err
	}
	if err := client.SetCmdClientContextHandler(clientCtx, cmd); err != nil {
		return err
	}
	if err := colour(cmd); err != nil {
		return err
	}
	if _, without := cmd.Annotations[settingless]; !without {
		release := shield(cmd.Flags())
		if err := server.InterceptConfigsPreRunHandler(cmd, appTemplate, *appConfig(), cometConfig()); err != nil {
			return err
		}
		release()
	}
	if err := checkTyped(cmd, args); err != nil {
		return err
	}
	if err := signFromEnvironment(cmd); err != nil {
		return err
	}
	if err := estimateFee(cmd); err != nil {
		return err
	}
	return watchAnswer(cmd)
}

func queryCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "query", Aliases: []string{"q"}, Short: "Read the chain's state",
		SuggestionsMinimumDistance: 2, RunE: client.ValidateCmd,
	}
	cmd.AddCommand(
		waitTxCmd(), rpc.ValidatorCommand(),
		server.QueryBlockCmd(), server.QueryBlocksCmd(), server.QueryBlockResultsCmd(),
		authcli.QueryTxsByEventsCmd(), authcli.QueryTxCmd(),
	)
	return cmd
}

func txCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "tx", Short: "Build, sign and send transactions",
		SuggestionsMinimumDistance: 2, RunE: client.ValidateCmd,
	}
	cmd.AddCommand(
		authcli.GetSignCommand(), authcli.GetSignBatchCommand(), multiSignCmd(),
		authcli.GetMultiSignBatchCmd(), authcli.GetValidateSignaturesCommand(), authcli.GetBroadcastCommand(),
		authcli.GetEncodeCommand(), authcli.GetDecodeCommand(), authcli.GetSimulateCmd(),
	)
	return cmd
}

// newApp opens the node's state for the SDK's commands, which have no way to
// return an error: run prints it.
func newApp(logger log.Logger, db dbm.DB, options servertypes.AppOptions) servertypes.Application {
	node, err := app.Open(logger, db, options, server.DefaultBaseappOptions(options)...)
	if err != nil {
		panic(cannotOpen{err})
	}
	return node
}

// negative is how the flags' parser reads an amount with a sign.
var negative = regexp.MustCompile(`unknown shorthand flag: '[0-9]'`)

func signHint(err error) string {
	if negative.MatchString(err.Error()) {
		return "; an amount is written without a sign"
	}
	return ""
}
