package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/state"
	"github.com/cometbft/cometbft/store"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/server"

	"github.com/stemma-chain/stemma/app/durable"
)

const flagHard = "hard"

// rollbackCmd takes the place of the SDK's, which leaves a node that never starts
// again where the block has added a store, or where it is interrupted.
func rollbackCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rollback",
		Short: "Take back the last block of a stopped node",
		Long: `Bring a stopped node back to the state before its last block, whatever that block
did. "start" executes the block again: put the right binary in place first, when
the binary was the fault. The block itself stays, so a second rollback changes
nothing.

With --hard the block is removed too, and the node gets it from its peers again.
Each further one takes back one more block. It is refused on the only validator of
a chain, which signs nothing a second time.

Where the node cannot go back, nothing is changed. When the command was interrupted,
give it again, or start the node.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			hard, _ := cmd.Flags().GetBool(flagHard)
			height, appHash, err := rollBack(server.GetServerContextFromCmd(cmd), hard)
			if err != nil {
				return err
			}
			next := fmt.Sprintf("executes block %d again when it starts", height+1)
			if hard {
				next = fmt.Sprintf("gets block %d from its peers again when it starts", height+1)
			}
			return told(cmd, rolledBack{height, fmt.Sprintf("%X", appHash)}, "The node is at block %d, app hash %X, and %s.",
				height, appHash, next)
		},
	}
	cmd.Flags().Bool(flagHard, false, "remove the block too; the peers have it")
	return cmd
}

// rolledBack is where the node is after a rollback, for programs.
type rolledBack struct {
	Height  int64  `json:"height,string"`
	AppHash string `json:"app_hash"`
}

// rollBack brings the app's state, then CometBFT's to the block before the last one
// and, if asked to, removes that block. In this order the node can start after each
// of the three writes, and the same command completes them: the last block is the
// same until it is removed.
func rollBack(ctx *server.Context, hard bool) (height int64, appHash []byte, err error) {
	blocks, states, err := openChain(ctx.Config)
	if err != nil {
		return 0, nil, err
	}
	defer blocks.Close()
	defer states.Close()
	height, appHash, err = state.Rollback(blocks, rehearsal{states}, false)
	switch last := blocks.Height(); {
	case last == 0:
		return 0, nil, errors.New("the node has no block yet")
	case err != nil && last == blocks.Base(), err == nil && height == 0:
		return 0, nil, fmt.Errorf("block %d is the first that the node has, "+
			"it knows of no state before it; to execute it again, %s", last, durable.Remedy)
	case err != nil:
		return 0, nil, fmt.Errorf("CometBFT's data in %s: %w", ctx.Config.DBDir(), err)
	}
	if hard {
		if err := othersHave(height+1, states, ctx.Config.PrivValidatorKeyFile()); err != nil {
			return 0, nil, err
		}
	}
	db, err := openState(ctx)
	if err != nil {
		return 0, nil, err
	}
	defer db.Close()
	if err := durable.Rollback(db, height, appHash); err != nil {
		return 0, nil, err
	}
	if _, _, err := state.Rollback(blocks, states, hard); err != nil {
		return 0, nil, fmt.Errorf("only the state is back at block %d; give the command again: %w", height, err)
	}
	return height, appHash, nil
}

// rehearsal saves nothing.
type rehearsal struct{ state.Store }

func (rehearsal) Save(state.State) error { return nil }

// othersHave is an error where the node whose key this is made all blocks itself.
// It would wait for the block for ever.
func othersHave(block int64, states state.Store, keyFile string) error {
	last, err := states.Load()
	if err != nil {
		return err
	}
	raw, err := os.ReadFile(keyFile)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	var key struct{ Address cmttypes.Address }
	if err := errors.Join(err, json.Unmarshal(raw, &key)); err != nil {
		return fmt.Errorf("the validator's key in %s: %w", keyFile, err)
	}
	if last.Validators.Size() == 1 && last.Validators.HasAddress(key.Address) {
		return fmt.Errorf("this node is the chain's only validator and has signed block %d: "+
			"were it removed, nobody could make it again; leave out --%s", block, flagHard)
	}
	return nil
}

// openChain opens what CometBFT has stored. It makes no files.
func openChain(cfg *cmtcfg.Config) (*store.BlockStore, state.Store, error) {
	for _, name := range []string{"blockstore.db", "state.db"} {
		if _, err := os.Stat(filepath.Join(cfg.DBDir(), name)); errors.Is(err, os.ErrNotExist) {
			return nil, nil, fmt.Errorf("the node has no block yet: there is no %s in %s", name, cfg.DBDir())
		}
	}
	blocks, err := cmtcfg.DefaultDBProvider(&cmtcfg.DBContext{ID: "blockstore", Config: cfg})
	if err != nil {
		return nil, nil, fmt.Errorf("open the blocks in %s (is the node stopped?): %w", cfg.DBDir(), err)
	}
	states, err := cmtcfg.DefaultDBProvider(&cmtcfg.DBContext{ID: "state", Config: cfg})
	if err != nil {
		return nil, nil, errors.Join(err, blocks.Close())
	}
	return store.NewBlockStore(blocks), state.NewStore(states, state.StoreOptions{}), nil
}
