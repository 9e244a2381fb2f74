package app_test

import (
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/testutil/chain"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// firstBlockAfterExport starts a chain from the file that `stemmad export` writes: it
// keeps the genesis_time of the chain it comes from (server/export.go of the SDK), and
// CometBFT gives the first block exactly that time. nil: the genesis was refused.
func firstBlockAfterExport(t *testing.T, c *chain.Chain, txs ...[]byte) (*app.App, *abci.ResponseFinalizeBlock) {
	genesis := *c.Past().Genesis
	genesis.AppStateBytes, genesis.InitialHeight = c.ExportGenesis(), c.Height()+1
	node := app.New(log.NewNopLogger(), dbm.NewMemDB(), simtestutil.EmptyAppOptions{}, baseapp.SetChainID(chain.ID))
	if _, err := node.InitChain(&genesis); err != nil {
		return nil, nil
	}
	res, err := node.FinalizeBlock(&abci.RequestFinalizeBlock{Height: c.Height() + 1, Time: genesis.Time, Txs: txs})
	require.NoError(t, err)
	_, err = node.Commit()
	require.NoError(t, err)
	return node, res
}

// TestAttack2TheFirstBlockAfterAnExportClaimsEverything: mallory registers alice's song
// in it, needs no allow_contested, and is the earliest claim from then on.
func TestAttack2TheFirstBlockAfterAnExportClaimsEverything(t *testing.T) {
	c := chain.New(t)
	song := c.Register("song", alice)
	c.NextBlock()
	mallory := chain.Named("mallory")
	node, res := firstBlockAfterExport(t, c, c.Sign(mallory, chain.RegisterMsg(mallory, "song")))
	if node == nil {
		return // refused, as it may be
	}
	ctx := node.NewContextLegacy(true, cmtproto.Header{Height: c.Height() + 1})
	first, _, err := node.Keepers.Registry.Claimants(ctx, chain.Digest("song"), 1)
	require.NoError(t, err)
	require.Equal(t, []registrytypes.WorkID{song.ID}, first, "the earliest claim; the registration answered %d %s", res.TxResults[0].Code, res.TxResults[0].Log)
}

// TestAttack2TheFirstBlockAfterAnExportSpoilsTheNext: a revision in it is older than the
// one before, and the chain can never be exported and imported again.
func TestAttack2TheFirstBlockAfterAnExportSpoilsTheNext(t *testing.T) {
	c := chain.New(t)
	song := c.Register("song", alice)
	c.NextBlock()
	revise := &registrytypes.MsgRevise{
		Owner: alice.String(), Work: song.ID, Details: registrytypes.Details{Kind: registrytypes.KIND_OTHER, Title: "new"},
	}
	node, res := firstBlockAfterExport(t, c, c.Sign(alice, revise))
	if node == nil || res.TxResults[0].Code != 0 {
		return // refused, as it may be
	}
	exported, err := node.Export(false, nil, nil)
	require.NoError(t, err)
	require.NoError(t, c.TryImport(exported.AppState, exported.Height))
}

// TestAttack2SimulationSaysTooEarly: the payer of a payment channel opens it, and its
// receiver gives it back in the next block. The simulation, by which fees are
// estimated, refuses what the block takes.
func TestAttack2SimulationSaysTooEarly(t *testing.T) {
	c := chain.New(t)
	song := c.Register("song", alice)
	open := chain.PaymentChannelMsg(bob, 1, sdk.NewInt64Coin("uusdc", 1000), song.Share(chain.Whole))
	open.Receiver = alice.String()
	c.MustDeliver(bob, open)
	tx := c.Sign(alice, chain.CloseMsg(alice, chain.PaymentChannelOf(bob, 1)))
	_, _, simulated := c.App.Simulate(tx)
	c.Block(tx).RequireOK(t)
	require.NoError(t, simulated)
}
