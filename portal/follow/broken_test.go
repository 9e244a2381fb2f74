package follow

import (
	"context"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/history/blocks"
	"github.com/stemma-chain/stemma/portal/index"
)

// hollow answers with parts missing.
type hollow struct{ Node }

func (hollow) Commit(context.Context, *int64) (*coretypes.ResultCommit, error) {
	return &coretypes.ResultCommit{}, nil
}

func (hollow) Validators(context.Context, *int64, *int, *int) (*coretypes.ResultValidators, error) {
	return &coretypes.ResultValidators{Validators: []*cmttypes.Validator{nil}, Total: 1}, nil
}

// Answers with parts missing are lies, and end nothing but following.
func TestHollowAnswersAreLies(t *testing.T) {
	f := New(hollow{}, nil, Options{TrustFirstUse: true})
	require.ErrorIs(t, f.root(t.Context()), ErrLying)
	_, err := (&verifier{node: hollow{}, chainID: "a-1"}).fetch(t.Context(), 5)
	require.ErrorIs(t, err, ErrLying)

	block := &cmttypes.Block{Data: cmttypes.Data{Txs: cmttypes.Txs{[]byte("tx")}}}
	block.ChainID, block.Height, block.ValidatorsHash, block.DataHash = "a-1", 5, make([]byte, 32), block.Data.Txs.Hash()
	read := loaded{height: 5, block: block, results: blocks.Results{Height: 5, Txs: []*abci.ExecTxResult{nil}}}
	_, err = read.check("a-1", index.Cursor{})
	require.ErrorIs(t, err, ErrLying)
	require.ErrorContains(t, err, "missing")
}
