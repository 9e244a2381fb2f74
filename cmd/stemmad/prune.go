package main

import (
	"fmt"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/spf13/cobra"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/server"
	pruningtypes "github.com/cosmos/cosmos-sdk/store/v2/pruning/types"
	"github.com/cosmos/cosmos-sdk/store/v2/rootmulti"

	"github.com/stemma-chain/stemma/app"
)

// leastKept is how many states a node keeps at least: it answers about the last one while
// it makes the next.
const leastKept = 2

// pruneCmd takes the place of the SDK's, which deletes everything it can when it is told
// to delete nothing, and says that it has pruned when it has not.
func pruneCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "prune [default|nothing|everything|custom]",
		Short: "Delete old states of a stopped node at once, and give their room back",
		Long: `Delete the states of a stopped node that its settings do not keep, which a running
node does little by little, and give their room back to the disk. Without a word,
"pruning" of app.toml says what is kept:

  default     the last 362,880 states
  nothing     all states; nothing is deleted
  everything  the last two
  custom      as many as --pruning-keep-recent says, two at least

Blocks and snapshots stay. A node that is interrupted here goes on when it starts, or
when the command is given again.`,
		Example: "  stemmad prune custom --pruning-keep-recent 100",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := server.GetServerContextFromCmd(cmd)
			method := ctx.Viper.GetString(server.FlagPruning)
			if cmd.Flags().Changed(server.FlagPruningKeepRecent) {
				method = pruningtypes.PruningOptionCustom
			}
			if len(args) > 0 {
				method = args[0]
			}
			keep, all, err := kept(method, ctx.Viper.GetInt64(server.FlagPruningKeepRecent))
			if err != nil {
				return err
			}
			if all {
				return told(cmd, pruned{}, "All states are kept: nothing is deleted.")
			}
			return prune(cmd, ctx, keep)
		},
	}
	cmd.Flags().Int64(server.FlagPruningKeepRecent, 0, "how many of the last states are kept (custom)")
	cmd.Flags().Uint64(server.FlagPruningInterval, 0, "has no meaning here")
	cmd.Flags().String("app-db-backend", "", "the kind of database (default: that of app.toml, else goleveldb)")
	_ = cmd.Flags().MarkHidden(server.FlagPruningInterval) // an error: there is no such flag to hide
	return cmd
}

// kept is how many states a method keeps, or that it keeps all.
func kept(method string, recent int64) (states int64, all bool, err error) {
	switch method {
	case pruningtypes.PruningOptionNothing:
		return 0, true, nil
	case pruningtypes.PruningOptionCustom:
		if recent < leastKept {
			return 0, false, fmt.Errorf("custom keeps %d states: say how many with --%s, at least %d",
				recent, server.FlagPruningKeepRecent, leastKept)
		}
		return recent, false, nil
	case pruningtypes.PruningOptionDefault, pruningtypes.PruningOptionEverything:
		return int64(pruningtypes.NewPruningOptionsFromString(method).KeepRecent), false, nil
	}
	return 0, false, fmt.Errorf("%q is no way to prune: default, nothing, everything or custom", method)
}

func prune(cmd *cobra.Command, ctx *server.Context, keep int64) error {
	db, err := openState(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	node, err := app.Open(log.NewNopLogger(), db, ctx.Viper, baseapp.SetIAVLSyncPruning(true))
	if err != nil {
		return err
	}
	first, last := rootmulti.GetEarliestVersion(db), node.LastBlockHeight()
	upTo := last - keep
	if upTo < first {
		return told(cmd, pruned{First: first, Last: last},
			"The node has the states of blocks %d to %d, of which %d are kept: nothing is deleted.", first, last, keep)
	}
	root, ok := node.CommitMultiStore().(*rootmulti.Store)
	if !ok {
		return fmt.Errorf("the root store is a %T, only rootmulti is pruned", node.CommitMultiStore())
	}
	if err := root.PruneStores(upTo); err != nil {
		return fmt.Errorf("delete the states up to block %d: %w", upTo, err)
	}
	for _, key := range node.StoreKeys() {
		// The SDK logs that a tree could not be pruned, and goes on.
		if tree, ok := root.GetStore(key).(interface{ VersionExists(int64) bool }); ok && tree.VersionExists(upTo) {
			return fmt.Errorf("store %s still has the state of block %d: give the command again; "+
				"the states of later blocks are whole", key.Name(), upTo)
		}
	}
	if err := giveBack(db); err != nil {
		return fmt.Errorf("the states are deleted; their room is given back later: %w", err)
	}
	return told(cmd, pruned{Deleted: upTo - first + 1, First: upTo + 1, Last: last},
		"Deleted the states up to block %d; those of blocks %d to %d are kept.", upTo, upTo+1, last)
}

// pruned is what prune did, for programs: how many states it deleted, and those that are left; all
// 0 where the settings keep all states.
type pruned struct {
	Deleted int64 `json:"deleted,string"`
	First   int64 `json:"first,string"`
	Last    int64 `json:"last,string"`
}

// giveBack compacts a database that has deleted much.
func giveBack(db dbm.DB) error {
	if compacts, ok := db.(interface {
		ForceCompact(start, limit []byte) error
	}); ok {
		return compacts.ForceCompact(nil, nil)
	}
	return nil
}
