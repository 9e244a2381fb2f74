package app_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/x/headers/rfc6962"
)

// Each block's own header is in the log that it leaves, also on a chain that goes on from an export; one that
// begins anew has a log of its own.
func TestEachHeaderIsInTheLog(t *testing.T) {
	c := chain.New(t)
	var want rfc6962.Frontier
	for range 40 {
		c.NextBlock()
	}
	for height := int64(1); height <= c.Height(); height++ {
		want, _ = want.Append(rfc6962.Leaf(chain.HeaderHash(height)))
	}
	log, err := c.App.Keepers.Headers.Read(c.Ctx())
	require.NoError(t, err)
	require.EqualValues(t, 1, log.First)
	require.Equal(t, want, log.Frontier)

	node, _ := firstBlock(t, c)
	want, _ = want.Append(rfc6962.Leaf(chain.HeaderHash(c.Height() + 1)))
	log, err = node.Keepers.Headers.Read(node.NewContext(true))
	require.NoError(t, err)
	require.Equal(t, want, log.Frontier)
	require.NoError(t, node.CheckInvariants(node.NewContext(true)))

	exported, err := c.App.Export(true, nil, nil)
	require.NoError(t, err)
	require.Contains(t, string(exported.AppState), `"first_height": "0"`)
}
