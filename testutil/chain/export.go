package chain

import (
	"encoding/json"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/stretchr/testify/require"
)

// ExportGenesis is the state of the last block as a genesis.
func (c *Chain) ExportGenesis() json.RawMessage {
	c.t.Helper()
	exported, err := c.App.Export(false, nil, nil)
	require.NoError(c.t, err)
	return exported.AppState
}

// Import starts a second chain from a genesis; its first block will have this
// height.
func (c *Chain) Import(state json.RawMessage, height int64) *Chain {
	c.t.Helper()
	fresh := newChain(c.t, c.settings)
	fresh.now = c.now
	require.NoError(c.t, fresh.initChain(state, height))
	return fresh
}

// TryImport says whether a chain could start from a genesis.
func (c *Chain) TryImport(state json.RawMessage, height int64) error {
	return newChain(c.t, c.settings).initChain(state, height)
}

// Reimport starts a second chain where this one stands, from its export.
func (c *Chain) Reimport() *Chain {
	c.t.Helper()
	return c.Import(c.ExportGenesis(), c.height+1)
}

// RequireSameExport stops the test unless export, import and export give the
// same genesis. It returns the imported chain after its first block.
func (c *Chain) RequireSameExport() *Chain {
	c.t.Helper()
	fresh := c.Reimport()
	ctx := fresh.App.NewContextLegacy(false, cmtproto.Header{Height: c.height, Time: c.now})
	state, err := fresh.App.Modules().ExportGenesis(ctx, fresh.App.Encoding().Codec)
	require.NoError(c.t, err)
	again, err := json.MarshalIndent(state, "", "  ")
	require.NoError(c.t, err)
	require.JSONEq(c.t, string(c.ExportGenesis()), string(again))
	fresh.NextBlock()
	return fresh
}
