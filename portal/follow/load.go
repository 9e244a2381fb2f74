package follow

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/stemma-chain/stemma/client/history/blocks"
	"github.com/stemma-chain/stemma/portal/index"
)

// loaded is a block and what it did, as a node says.
type loaded struct {
	height  int64
	block   *cmttypes.Block
	results blocks.Results
}

func (f *Follower) load(ctx context.Context, height int64) (loaded, error) {
	res, err := f.node.Block(ctx, &height)
	if err != nil {
		return loaded{}, fmt.Errorf("ask the node for block %d: %w", height, err)
	}
	if res == nil || res.Block == nil {
		return loaded{}, fmt.Errorf("block %d is %w", height, blocks.ErrNotKept)
	}
	results, err := f.span.Results(ctx, height)
	return loaded{height, res.Block, results}, err
}

// check compares what a node says with itself and with the block before.
func (l loaded) check(chainID string, before index.Cursor) (index.Block, error) {
	header := l.block.Header
	lie := func(what string) (index.Block, error) {
		return index.Block{}, fmt.Errorf("block %d: %s: %w; name another node, and delete an index that was built from this one",
			l.height, what, ErrLying)
	}
	hash := header.Hash()
	switch {
	case header.ChainID != chainID:
		return lie("its header is of chain " + header.ChainID)
	case header.Height != l.height:
		return lie("the answer is about another height")
	case len(hash) == 0:
		return lie("its header is not complete")
	case len(before.Hash) > 0 && !bytes.Equal(before.Hash, header.LastBlockID.Hash):
		return lie("it does not follow from the block before it")
	case !bytes.Equal(l.block.Data.Txs.Hash(), header.DataHash):
		return lie("its transactions are not those of its header")
	case len(l.results.Txs) != len(l.block.Data.Txs):
		return lie("it has more transactions than results, or fewer")
	case slices.Contains(l.results.Txs, nil):
		return lie("a result of a transaction is missing")
	case len(before.Results) > 0 && !bytes.Equal(before.Results, header.LastResultsHash):
		return lie("its header names other results of the block before it")
	}
	b := index.Block{
		ChainID: chainID, Height: l.height, Time: header.Time, Hash: hash,
		Results: cmttypes.NewResults(l.results.Txs).Hash(), Hooks: l.results.Events,
	}
	for i, tx := range l.block.Data.Txs {
		b.Txs = append(b.Txs, index.Tx{Hash: tx.Hash(), Events: l.results.Txs[i].Events})
	}
	return b, nil
}
