package blocks_test

import (
	"context"
	"errors"
	"testing"

	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/history/blocks"
)

type indexed struct {
	res *coretypes.ResultTx
	err error
}

func (i indexed) Tx(context.Context, []byte, bool) (*coretypes.ResultTx, error) { return i.res, i.err }

// Errors of an index keep their words only over RPC.
func TestWhatAnIndexAnswers(t *testing.T) {
	height, _, err := blocks.InIndex(t.Context(), indexed{res: &coretypes.ResultTx{Height: 7}}, []byte{1})
	require.NoError(t, err)
	require.EqualValues(t, 7, height)
	for text, want := range map[string]error{
		"RPC error -32603 - Internal error: tx (AB) not found":                  blocks.ErrNoTx,
		"RPC error -32603 - Internal error: transaction indexing is disabled":   blocks.ErrNoIndex,
		"post failed: Post \"http://localhost:26657\": dial tcp: conn. refused": nil,
	} {
		_, _, err := blocks.InIndex(t.Context(), indexed{err: errors.New(text)}, []byte{1})
		require.Error(t, err)
		if want != nil {
			require.ErrorIs(t, err, want)
			continue
		}
		require.NotErrorIs(t, err, blocks.ErrNoTx)
		require.NotErrorIs(t, err, blocks.ErrNoIndex)
	}
}
