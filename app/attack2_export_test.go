package app_test

import (
	"fmt"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

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

// TestAttack2AnUnorderedPaymentIsPaidTwice: whoever has seen it sends it again after an
// export and import, while its time has not run out.
func TestAttack2AnUnorderedPaymentIsPaidTwice(t *testing.T) {
	c := chain.New(t, chain.Balance("1000ustem"))
	tx := c.SignTx(chain.Tx{
		Msgs: []sdk.Msg{send(alice, bob, 1)}, Signers: []chain.Account{alice}, Expires: c.Now().Add(5 * time.Minute),
	})
	c.Block(tx).RequireOK(t)
	require.Error(t, c.Block(tx).Txs[0].Err(), "the same transaction twice")
	fresh := c.Reimport()
	fresh.NextBlock()
	require.Error(t, fresh.Block(tx).Txs[0].Err(), "the same transaction twice")
	fresh.RequireBalance(bob, "1001ustem")
}

// TestAttack2GasWithoutAMaximum: a genesis without a maximum of gas is refused, an update
// of the consensus parameters is not: the chain's export starts no chain.
func TestAttack2GasWithoutAMaximum(t *testing.T) {
	for _, gas := range []int64{-1, 0} {
		t.Run(fmt.Sprint(gas), func(t *testing.T) {
			c := chain.New(t)
			c.Write(func(ctx sdk.Context) error {
				params := app.ConsensusParams().ToProto()
				params.Block.MaxGas = gas
				_, _ = c.App.Keepers.Consensus.UpdateParams(ctx, &consensustypes.MsgUpdateParams{
					Authority: c.App.Keepers.Consensus.GetAuthority(), Block: params.Block, Evidence: params.Evidence, Validator: params.Validator, Abci: params.Abci,
				}) // refused, as it may be
				return nil
			})
			c.NextBlock()
			exported, err := c.App.Export(false, nil, nil)
			require.NoError(t, err)
			genesis := *c.Past().Genesis
			genesis.AppStateBytes, genesis.InitialHeight, genesis.ConsensusParams = exported.AppState, exported.Height, &exported.ConsensusParams
			node := app.New(log.NewNopLogger(), dbm.NewMemDB(), simtestutil.EmptyAppOptions{}, baseapp.SetChainID(chain.ID))
			_, err = node.InitChain(&genesis)
			require.NoError(t, err)
		})
	}
}

// TestAttack2TheFirstBlockAfterAnExportTakesADeposit: bob promised alice all of it. He
// asks for the rest in that block, and has it in the next: the delay, in which alice
// could have redeemed, was over long ago.
func TestAttack2TheFirstBlockAfterAnExportTakesADeposit(t *testing.T) {
	c := chain.New(t)
	song := c.Register("song", alice)
	c.MustDeliver(bob, chain.PaymentChannelMsg(bob, 1, sdk.NewInt64Coin("uusdc", 1000), song.Share(chain.Whole)))
	c.Advance(100 * 24 * time.Hour)
	channel := chain.PaymentChannelOf(bob, 1)
	end := chain.CloseMsg(bob, channel)
	first, second := c.Sign(bob, end), c.Sign(bob, end)
	redeem := c.Sign(alice, chain.RedeemMsg(alice, chain.Voucher(bob, channel, 1000, time.Time{})))
	node, res := firstBlockAfterExport(t, c, first)
	if node == nil || res.TxResults[0].Code != 0 {
		return // refused, as it may be
	}
	next, err := node.FinalizeBlock(&abci.RequestFinalizeBlock{
		Height: c.Height() + 2, Time: c.Now().Add(time.Minute), Txs: [][]byte{second, redeem},
	})
	require.NoError(t, err)
	require.NotZero(t, next.TxResults[0].Code, "bob has the deposit back")
	require.Zero(t, next.TxResults[1].Code, "alice's voucher: %s", next.TxResults[1].Log)
}

// TestAttack2AnAllowanceThatEndsMeanwhile: an allowance that anybody can give, and that
// ends between the last block of a chain and the genesis_time of the next, keeps that
// from starting.
func TestAttack2AnAllowanceThatEndsMeanwhile(t *testing.T) {
	c := chain.New(t)
	end := c.Now().Add(time.Hour)
	grant, err := feegrant.NewMsgGrantAllowance(&feegrant.BasicAllowance{Expiration: &end}, alice.Address, bob.Address)
	require.NoError(t, err)
	c.MustDeliver(alice, grant)
	genesis := *c.Past().Genesis
	genesis.AppStateBytes, genesis.InitialHeight, genesis.Time = c.ExportGenesis(), c.Height()+1, c.Now().Add(2*time.Hour)
	node := app.New(log.NewNopLogger(), dbm.NewMemDB(), simtestutil.EmptyAppOptions{}, baseapp.SetChainID(chain.ID))
	_, err = node.InitChain(&genesis)
	require.NoError(t, err)
}

// TestAttack2NoGasAtAll: an update of the consensus parameters to a maximum of 0 gas is
// taken; the SDK's own proposals read that as no limit, ours take no transaction any more,
// and so no vote that would mend it.
func TestAttack2NoGasAtAll(t *testing.T) {
	c := chain.New(t)
	c.Write(func(ctx sdk.Context) error {
		params := app.ConsensusParams().ToProto()
		params.Block.MaxGas = 0
		_, _ = c.App.Keepers.Consensus.UpdateParams(ctx, &consensustypes.MsgUpdateParams{
			Authority: c.App.Keepers.Consensus.GetAuthority(), Block: params.Block, Evidence: params.Evidence, Validator: params.Validator, Abci: params.Abci,
		}) // refused, as it may be
		return nil
	})
	tx := c.Sign(alice, send(alice, bob, 1))
	res, err := c.App.PrepareProposal(&abci.RequestPrepareProposal{
		Height: c.Height() + 1, Time: c.Now(), MaxTxBytes: app.MaxBlockBytes, Txs: [][]byte{tx},
	})
	require.NoError(t, err)
	require.Len(t, res.Txs, 1)
}
