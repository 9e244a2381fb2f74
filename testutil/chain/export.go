package chain

import (
	"encoding/json"
	"time"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/app"
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
	fresh := c.after()
	require.NoError(c.t, fresh.initChain(state, height))
	return fresh
}

// TryImport says whether a chain could start from a genesis.
func (c *Chain) TryImport(state json.RawMessage, height int64) error {
	return c.after().initChain(state, height)
}

// TryImportAt is TryImport with another genesis time than that of an export.
func (c *Chain) TryImportAt(state json.RawMessage, height int64, start time.Time) error {
	fresh := c.after()
	fresh.now = start
	return fresh.initChain(state, height)
}

// after is a chain like this one that has no state yet, at the time that an export has.
func (c *Chain) after() *Chain {
	fresh := newChain(c.t, c.settings)
	fresh.now = app.GenesisTime(c.now)
	return fresh
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
	ctx := fresh.App.NewContextLegacy(false, cmtproto.Header{Height: c.height, Time: fresh.now})
	state, err := fresh.App.Modules().ExportGenesis(ctx, fresh.App.Encoding().Codec)
	require.NoError(c.t, err)
	again, err := json.MarshalIndent(state, "", "  ")
	require.NoError(c.t, err)
	require.JSONEq(c.t, string(c.ExportGenesis()), string(again))
	fresh.NextBlock()
	return fresh
}
