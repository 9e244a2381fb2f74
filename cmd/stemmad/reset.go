package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/server"
)

// chainData is what a node has of its chain, in its data folder. The rest of the folder,
// priv_validator_state.json above all, is the validator's own.
var chainData = []string{
	"application.db", "blockstore.db", "state.db", "evidence.db", "tx_index.db", "cs.wal", "snapshots",
	"upgrade-info.json",
}

// resetCmd takes the place of CometBFT's resets, which forget what the validator has
// signed or leave the state.
func resetCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "reset",
		Short: "Delete a stopped node's blocks and state; keys and what it has signed stay",
		Long: `Delete what a stopped node has of its chain: blocks, state, snapshots. Settings,
genesis, keys, peers and what the validator has signed stay, so that it does not sign
another block of a height that it has signed. The node joins its network anew when it
starts, from the genesis or by state sync.

For a home that began with a wrong genesis, or whose state is damaged. Never use
"stemmad comet unsafe-reset-all" on a validator: it forgets what was signed.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := server.GetServerContextFromCmd(cmd)
			if err := stoppedNode(ctx); err != nil {
				return err
			}
			removed, err := removeChain(ctx.Config.DBDir())
			if err != nil {
				return err
			}
			if !removed {
				return told(cmd, resetDone{ctx.Config.DBDir(), false}, "There is nothing of a chain in %s.", ctx.Config.DBDir())
			}
			return told(cmd, resetDone{ctx.Config.DBDir(), true}, "Deleted the blocks and the state in %s; kept the keys and %s.",
				ctx.Config.DBDir(), ctx.Config.PrivValidatorStateFile())
		},
	}
}

// removeChain deletes what a stopped node has of its chain, and says whether there was anything.
func removeChain(folder string) (bool, error) {
	removed := false
	for _, name := range chainData {
		path := filepath.Join(folder, name)
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			return removed, fmt.Errorf("give the command again: %w", err)
		}
		removed = true
	}
	return removed, nil
}

// resetDone is what reset did, for programs.
type resetDone struct {
	Folder  string `json:"folder"`
	Deleted bool   `json:"deleted"`
}

// stoppedNode is an error when a process runs this node. It makes no files.
func stoppedNode(ctx *server.Context) error {
	if _, err := os.Stat(filepath.Join(ctx.Config.DBDir(), "application.db")); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	db, err := openState(ctx)
	if err != nil {
		return err
	}
	return db.Close()
}
