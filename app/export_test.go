package app_test

import (
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
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/testutil/chain"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// anew is a node that starts from a chain's export. A nil time is that of the export.
func anew(t *testing.T, c *chain.Chain, start *time.Time) (*app.App, app.Exported) {
	t.Helper()
	exported, err := c.App.Export(false, nil, nil)
	require.NoError(t, err)
	if start != nil {
		exported.Time = *start
	}
	node := app.New(log.NewNopLogger(), dbm.NewMemDB(), simtestutil.EmptyAppOptions{},
		baseapp.SetChainID(chain.ID))
	_, err = node.InitChain(&abci.RequestInitChain{
		ChainId: chain.ID, Time: exported.Time, AppStateBytes: exported.AppState, InitialHeight: exported.Height,
		ConsensusParams: &exported.ConsensusParams,
	})
	require.NoError(t, err)
	return node, exported
}

// firstBlock is the first block after an export. CometBFT gives it the genesis time.
func firstBlock(t *testing.T, c *chain.Chain, txs ...[]byte) (*app.App, []*abci.ExecTxResult) {
	t.Helper()
	node, exported := anew(t, c, nil)
	res, err := node.FinalizeBlock(&abci.RequestFinalizeBlock{
		Height: exported.Height, Time: exported.Time, Txs: txs, Hash: chain.HeaderHash(exported.Height),
	})
	require.NoError(t, err)
	_, err = node.Commit()
	require.NoError(t, err)
	return node, res.TxResults
}

// TestTheFirstBlockAfterAnExportClaimsNothingOfOthers: a claim in the last block of a
// chain stays the earliest, wherever in its block the next one comes.
func TestTheFirstBlockAfterAnExportClaimsNothingOfOthers(t *testing.T) {
	c := chain.New(t)
	c.Block(c.Sign(bob, send(bob, alice, 1)), c.Sign(alice, chain.RegisterMsg(alice, "song"))).RequireOK(t)
	contested := chain.RegisterMsg(carol, "song")
	contested.AllowContested = true
	node, res := firstBlock(t, c, c.Sign(bob, chain.RegisterMsg(bob, "song")), c.Sign(carol, contested))
	require.Equal(t, registrytypes.ErrAlreadyClaimed.ABCICode(), res[0].Code, res[0].Log)
	require.Zero(t, res[1].Code, res[1].Log)
	ctx := node.NewContextLegacy(true, cmtproto.Header{Height: c.Height() + 1})
	first, _, err := node.Keepers.Registry.Earliest(ctx, chain.Digest("song"))
	require.NoError(t, err)
	require.Equal(t, chain.WorkOf("song", alice).ID, first)
}

// TestTheFirstBlockAfterAnExportIsExportedAgain: a revision in it is the latest.
func TestTheFirstBlockAfterAnExportIsExportedAgain(t *testing.T) {
	c := chain.New(t)
	song := c.Register("song", alice)
	node, res := firstBlock(t, c, c.Sign(alice, &registrytypes.MsgRevise{
		Owner: alice.String(), Work: song.ID,
		Details: registrytypes.Details{Kind: registrytypes.KIND_OTHER, Title: "new"},
	}))
	require.Zero(t, res[0].Code, res[0].Log)
	again, err := node.Export(false, nil, nil)
	require.NoError(t, err)
	require.NoError(t, c.TryImportAt(again.AppState, again.Height, again.Time))
}

// TestTheFirstBlockAfterAnExportEndsNoDelay: the receiver of a payment channel has all of
// it to redeem vouchers.
func TestTheFirstBlockAfterAnExportEndsNoDelay(t *testing.T) {
	c := chain.New(t)
	song := c.Register("song", alice)
	c.MustDeliver(bob, chain.PaymentChannelMsg(bob, 1, sdk.NewInt64Coin("uusdc", 1000), song.Share(chain.Whole)))
	c.Advance(100 * 24 * time.Hour)
	channel := chain.PaymentChannelOf(bob, 1)
	first, second := c.Sign(bob, chain.CloseMsg(bob, channel)), c.Sign(bob, chain.CloseMsg(bob, channel))
	redeem := c.Sign(alice, chain.RedeemMsg(alice, chain.Voucher(bob, channel, 1000, time.Time{})))
	node, res := firstBlock(t, c, first)
	require.Zero(t, res[0].Code, res[0].Log)
	next, err := node.FinalizeBlock(&abci.RequestFinalizeBlock{
		Height: c.Height() + 2, Time: app.GenesisTime(c.Now()).Add(time.Minute), Txs: [][]byte{second, redeem},
		Hash: chain.HeaderHash(c.Height() + 2),
	})
	require.NoError(t, err)
	require.NotZero(t, next.TxResults[0].Code, "bob has the deposit back")
	require.Zero(t, next.TxResults[1].Code, "alice's voucher: %s", next.TxResults[1].Log)
}

// TestAnUnorderedPaymentIsPaidOnce: no state remembers it after an export, so it has
// expired when the next chain begins, however long it was good for.
func TestAnUnorderedPaymentIsPaidOnce(t *testing.T) {
	c := chain.New(t, chain.Balance("1000ustem"))
	tx := c.SignTx(chain.Tx{
		Msgs: []sdk.Msg{send(alice, bob, 1)}, Signers: []chain.Account{alice},
		Expires: c.Now().Add(time.Second + 10*time.Minute), // the block's time, and the most from there
	})
	c.Block(tx).RequireOK(t)
	require.Error(t, c.Block(tx).Txs[0].Err(), "the same transaction twice")
	_, res := firstBlock(t, c, tx)
	require.Contains(t, res[0].Log, "timeout")
}

// TestAPermissionThatEndsMeanwhile: an allowance or an authorization, which anybody can
// give, ends before the next chain begins, or with it. It is not there then.
func TestAPermissionThatEndsMeanwhile(t *testing.T) {
	for name, wait := range map[string]time.Duration{"before": 2 * time.Hour, "at the same time": time.Hour} {
		t.Run(name, func(t *testing.T) {
			c := chain.New(t)
			end, start := c.Now().Add(time.Hour), c.Now().Add(wait)
			later := end.Add(24 * time.Hour)
			c.MustDeliver(alice, allowance(t, bob, end), authorization(t, bob, end))
			c.MustDeliver(alice, allowance(t, carol, later), authorization(t, carol, later))
			node, _ := anew(t, c, &start)
			ctx := node.NewContextLegacy(false, cmtproto.Header{Height: c.Height() + 1, Time: start})
			allowances, err := node.Keepers.FeeGrant.ExportGenesis(ctx)
			require.NoError(t, err)
			require.Len(t, allowances.Allowances, 1)
			require.Equal(t, carol.String(), allowances.Allowances[0].Grantee)
			grants := node.Keepers.Authz.ExportGenesis(ctx)
			require.Len(t, grants.Authorization, 1)
			require.Equal(t, carol.String(), grants.Authorization[0].Grantee)
		})
	}
}

func allowance(t *testing.T, to chain.Account, end time.Time) sdk.Msg {
	basic := &feegrant.BasicAllowance{Expiration: &end}
	msg, err := feegrant.NewMsgGrantAllowance(basic, alice.Address, to.Address)
	require.NoError(t, err)
	return msg
}

func authorization(t *testing.T, to chain.Account, end time.Time) sdk.Msg {
	generic := authz.NewGenericAuthorization(sdk.MsgTypeURL(&banktypes.MsgSend{}))
	msg, err := authz.NewMsgGrant(alice.Address, to.Address, generic, &end)
	require.NoError(t, err)
	return msg
}

// TestAJailedValidatorUnbondsFromNow: an export that jails validators sets when their
// stake is free by the time of the last block.
func TestAJailedValidatorUnbondsFromNow(t *testing.T) {
	c := chain.New(t)
	c.Advance(24 * time.Hour)
	validators, err := c.App.Keepers.Staking.GetAllValidators(c.Ctx())
	require.NoError(t, err)
	nobody := sdk.ValAddress(authtypes.NewModuleAddress("nobody")).String()
	exported, err := c.App.Export(true, []string{nobody}, nil)
	require.NoError(t, err)
	require.Contains(t, string(exported.AppState), validators[0].OperatorAddress)
	unbonding, err := c.App.Keepers.Staking.UnbondingTime(c.Ctx())
	require.NoError(t, err)
	free := c.Now().Add(unbonding).Format(time.RFC3339)
	require.Contains(t, string(exported.AppState), `"unbonding_time": "`+free+`"`)
}
