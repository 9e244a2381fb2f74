package chain

import (
	"bytes"
	"crypto/sha256"
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/stemma-chain/stemma/app"
)

// Past is what consensus told a chain since it began, and what came of it.
type Past struct {
	Genesis  *abci.RequestInitChain
	Blocks   []*abci.RequestFinalizeBlock
	Outcomes []Outcome
}

// Outcome is what nodes have to agree on after a block.
type Outcome struct{ AppHash, ResultsHash []byte }

// OutcomeOf reads the outcome of a block.
func OutcomeOf(res *abci.ResponseFinalizeBlock) Outcome {
	return Outcome{res.AppHash, cmttypes.NewResults(res.TxResults).Hash()}
}

// HeaderHash stands for the hash of a block's header, which CometBFT gives with the block.
func HeaderHash(height int64) []byte {
	hash := sha256.Sum256(fmt.Appendf(nil, "header %d of %s", height, ID))
	return hash[:]
}

// Past returns the chain's own, as far as it has gone.
func (c *Chain) Past() Past { return c.past }

// Replay tells a node the same, as CometBFT does at its start: the genesis where
// the node has no state, then every block that it lacks, up to height. Another
// outcome than the chain's is an error.
func (p Past) Replay(node *app.App, height int64) error {
	if node.LastBlockHeight() == 0 {
		if _, err := node.InitChain(p.Genesis); err != nil {
			return fmt.Errorf("genesis: %w", err)
		}
	}
	for i, block := range p.Blocks {
		if block.Height <= node.LastBlockHeight() || block.Height > height {
			continue
		}
		res, err := node.FinalizeBlock(block)
		if err != nil {
			return fmt.Errorf("block %d: %w", block.Height, err)
		}
		if _, err := node.Commit(); err != nil {
			return fmt.Errorf("commit of block %d: %w", block.Height, err)
		}
		got, want := OutcomeOf(res), p.Outcomes[i]
		if !bytes.Equal(got.AppHash, want.AppHash) {
			return fmt.Errorf("block %d: app hash %X, the chain had %X", block.Height, got.AppHash, want.AppHash)
		}
		if !bytes.Equal(got.ResultsHash, want.ResultsHash) {
			return fmt.Errorf("block %d: results %v, the chain had others", block.Height, res.TxResults)
		}
		if committed := node.LastCommitID().Hash; !bytes.Equal(committed, want.AppHash) {
			return fmt.Errorf("block %d: committed %X, the chain had %X", block.Height, committed, want.AppHash)
		}
	}
	return nil
}
