package app_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/store/v2/cache"
	"github.com/cosmos/cosmos-sdk/store/v2/rootmulti"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/testutil/chain"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var alice, bob, carol = chain.Named("alice"), chain.Named("bob"), chain.Named("carol")

func send(from, to chain.Account, amount int64) *banktypes.MsgSend {
	return banktypes.NewMsgSend(from.Address, to.Address, sdk.NewCoins(sdk.NewInt64Coin(app.StakingDenom, amount)))
}

func TestChainStartsAndMovesCoins(t *testing.T) {
	c := chain.New(t, chain.Balance("1000ustem"))
	c.MustDeliver(alice, send(alice, bob, 100))
	c.RequireBalance(alice, "900ustem")
	c.RequireBalance(bob, "1100ustem")

	late := c.Account("late")
	c.RequireBalance(late, "1000ustem")
	c.RequireInvariants()

	res := c.Deliver(alice, send(alice, bob, 5000))
	require.ErrorIs(t, res.Err(), sdkerrors.ErrInsufficientFunds)
	c.RequireBalance(alice, "900ustem")
	c.MustDeliver(alice, send(alice, bob, 900))

	balance, err := banktypes.NewQueryClient(c.Conn()).Balance(t.Context(),
		&banktypes.QueryBalanceRequest{Address: alice.String(), Denom: app.StakingDenom})
	require.NoError(t, err)
	require.True(t, balance.Balance.IsZero())
}

// TestAccountsAreFoundByTheirNumber: the ante handler writes accounts without
// their index, which still leads to each of them.
func TestAccountsAreFoundByTheirNumber(t *testing.T) {
	c := chain.New(t)
	for range 3 {
		c.MustDeliver(alice, send(alice, bob, 5))
	}
	accounts := c.App.Keepers.Account.Accounts
	account, err := accounts.Get(c.Ctx(), alice.Address)
	require.NoError(t, err)
	require.EqualValues(t, 3, account.GetSequence())
	require.NotNil(t, account.GetPubKey())
	found, err := accounts.Indexes.Number.MatchExact(c.Ctx(), account.GetAccountNumber())
	require.NoError(t, err)
	require.Equal(t, alice.Address, found)
}

func TestBlockSTMGivesTheSameAppHash(t *testing.T) {
	accounts := chain.NamedMany("user", 20)
	run := func(opts ...chain.Option) [][]byte {
		c := chain.New(t, append(opts, chain.Accounts(accounts...))...)
		var hashes [][]byte
		for round := range 3 {
			var txs [][]byte
			for i, from := range accounts {
				to := accounts[(i*7+round)%len(accounts)]
				txs = append(txs, c.SignTx(chain.Tx{
					Msgs: []sdk.Msg{send(from, to, int64(100+i))}, Signers: []chain.Account{from}, Fee: "50uusdc",
				}))
			}
			block := c.Block(txs...)
			block.RequireOK(t)
			hashes = append(hashes, block.AppHash)
		}
		c.RequireInvariants()
		return hashes
	}
	sequential := run()
	require.Equal(t, sequential, run(chain.BlockSTM(4)))
	require.Equal(t, sequential, run(chain.GoLevelDB()))
}

func TestBlockSTMKnowsEveryMountedStore(t *testing.T) {
	c := chain.New(t)
	var given, mounted []string
	for _, key := range c.App.StoreKeys() {
		given = append(given, key.Name())
	}
	for name := range c.App.CommitMultiStore().(*rootmulti.Store).StoreKeysByName() {
		mounted = append(mounted, name)
	}
	slices.Sort(mounted)
	require.Equal(t, mounted, given)
}

func TestFeesAreTakenInAnyAcceptedDenom(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000ustem,1000000uusdc"))
	collector := authtypes.NewModuleAddress(authtypes.FeeCollectorName)
	tx := c.SignTx(chain.Tx{Msgs: []sdk.Msg{send(alice, bob, 1)}, Signers: []chain.Account{alice}, Fee: "700uusdc"})
	c.Block(tx).RequireOK(t)
	c.RequireBalance(alice, "999300uusdc")
	require.Equal(t, "700uusdc", c.App.Keepers.Bank.GetBalance(c.Ctx(), collector, "uusdc").String())
	c.NextBlock()
	require.True(t, c.App.Keepers.Bank.GetBalance(c.Ctx(), collector, "uusdc").IsZero())
	c.RequireInvariants()
}

func TestModuleAccountsTakeNoPlainTransfers(t *testing.T) {
	c := chain.New(t)
	for _, module := range []string{royaltytypes.ModuleName, authtypes.FeeCollectorName} {
		to := chain.Account{Address: authtypes.NewModuleAddress(module)}
		require.ErrorIs(t, c.Deliver(alice, send(alice, to, 1)).Err(), sdkerrors.ErrUnauthorized, module)
	}
	c.RequireInvariants()
}

func TestFeeGrantPays(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000ustem"))
	grant, err := feegrant.NewMsgGrantAllowance(&feegrant.BasicAllowance{}, carol.Address, alice.Address)
	require.NoError(t, err)
	c.MustDeliver(carol, grant)
	tx := c.SignTx(chain.Tx{
		Msgs: []sdk.Msg{send(alice, bob, 1)}, Signers: []chain.Account{alice}, Fee: "5000ustem", Granter: &carol,
	})
	c.Block(tx).RequireOK(t)
	c.RequireBalance(alice, "999999ustem")
	c.RequireBalance(carol, "995000ustem")
}

func TestUnorderedTransactions(t *testing.T) {
	c := chain.New(t, chain.Balance("1000ustem"))
	var txs [][]byte
	for i := range 5 {
		txs = append(txs, c.SignTx(chain.Tx{
			Msgs: []sdk.Msg{send(alice, bob, 1)}, Signers: []chain.Account{alice},
			Expires: c.Now().Add(time.Minute + time.Duration(i)),
		}))
	}
	slices.Reverse(txs)
	c.Block(txs...).RequireOK(t)
	c.RequireBalance(bob, "1005ustem")

	require.Error(t, c.Block(txs[0]).Txs[0].Err(), "the same transaction twice")
	c.Advance(2 * time.Minute)
	require.Error(t, c.Block(txs[1]).Txs[0].Err(), "an expired transaction")
	c.MustDeliver(alice, send(alice, bob, 1))
}

func TestExportAndImportAreTheIdentity(t *testing.T) {
	c := chain.New(t)
	c.Block(c.SignTx(chain.Tx{Msgs: []sdk.Msg{send(alice, bob, 1)}, Signers: []chain.Account{alice}, Fee: "9uusdc"}))
	c.Account("late")
	c.NextBlock()

	fresh := c.RequireSameExport()
	fresh.MustDeliver(alice, send(alice, bob, 1))
	fresh.RequireInvariants()
}

func TestExportForZeroHeightStarts(t *testing.T) {
	c := chain.New(t)
	song := c.Register("song", alice)
	remix := c.Derive("remix", bob, song.Under(chain.Preset("commercial-remix-10")))
	c.Pay(carol, remix, "1003uusdc")
	exported, err := c.App.Export(true, nil, nil)
	require.NoError(t, err)
	require.Zero(t, exported.Height)
	require.Len(t, exported.Validators, 1)

	fresh := c.Import(exported.AppState, 1)
	fresh.NextBlock()
	fresh.Pay(carol, remix, "100000uusdc")
	fresh.RequireInvariants()

	_, err = c.App.Export(true, []string{"nobody"}, nil)
	require.ErrorContains(t, err, "nobody")
}

// TestZeroHeightKeepsNoDeposit: an export for zero height takes the heights of the old
// chain out, and that a payment channel got a deposit is over with its block.
func TestZeroHeightKeepsNoDeposit(t *testing.T) {
	c := chain.New(t)
	song := c.Register("song", alice)
	open := chain.PaymentChannelMsg(bob, 1, sdk.NewInt64Coin("uusdc", 1000), song.Share(chain.Whole))
	open.Receiver = alice.String()
	c.MustDeliver(bob, open)
	funded := c.Height()
	exported, err := c.App.Export(true, nil, nil)
	require.NoError(t, err)
	fresh := c.Import(exported.AppState, 1)
	for fresh.Height() < funded-1 {
		fresh.NextBlock()
	}
	require.NoError(t, fresh.Deliver(alice, chain.CloseMsg(alice, chain.PaymentChannelOf(bob, 1))).Err())
	fresh.RequireInvariants()
}

func TestMempoolRefusesTooLittleFee(t *testing.T) {
	c := chain.New(t, chain.MinGasPrices("0.001ustem,0.001uusdc"))
	offer := func(signer chain.Account, fee string) error {
		return c.Check(c.SignTx(chain.Tx{
			Msgs: []sdk.Msg{send(signer, bob, 1)}, Signers: []chain.Account{signer}, Gas: 1_000_000, Fee: fee,
		}))
	}
	require.NoError(t, offer(alice, "1000ustem"))
	require.NoError(t, offer(bob, "1000uusdc"))
	require.ErrorIs(t, offer(carol, "999uusdc"), sdkerrors.ErrInsufficientFee)
}

// TestLimitsLeaveRoomForATransaction: an update of the consensus parameters is held to
// what a genesis is held to. Otherwise no block would take the vote that mends it.
func TestLimitsLeaveRoomForATransaction(t *testing.T) {
	c := chain.New(t)
	update := func(gas, size int64) error {
		params := app.ConsensusParams().ToProto()
		msg := &consensustypes.MsgUpdateParams{
			Authority: c.App.Keepers.Consensus.GetAuthority(), Evidence: params.Evidence, Validator: params.Validator,
			Block: &cmtproto.BlockParams{MaxGas: gas, MaxBytes: size},
		}
		var err error
		c.Write(func(ctx sdk.Context) error {
			_, err = c.App.MsgServiceRouter().Handler(msg)(ctx, msg)
			return nil
		})
		return err
	}
	evidence := app.ConsensusParams().Evidence.MaxBytes
	for _, gas := range []int64{-1, 0, 1, app.MinBlockGas - 1} {
		require.ErrorContains(t, update(gas, app.MaxBlockBytes), fmt.Sprintf("block.max_gas is %d", gas))
	}
	for _, size := range []int64{0, 1, evidence, evidence + app.MinBlockRoom - 1} {
		require.ErrorContains(t, update(app.MaxBlockGas, size), fmt.Sprintf("block.max_bytes is %d", size))
	}
	require.NoError(t, update(app.MinBlockGas, -1))
	require.NoError(t, update(app.MinBlockGas, evidence+app.MinBlockRoom))

	_, exported := anew(t, c, nil)
	require.EqualValues(t, app.MinBlockGas, exported.ConsensusParams.Block.MaxGas)
}

// TestNoCacheBetweenBlocks: whatever app.toml says, rows are read from the trees. Simulations read them beside
// blocks, and would fill a cache that blocks read.
func TestNoCacheBetweenBlocks(t *testing.T) {
	node := app.New(log.NewNopLogger(), dbm.NewMemDB(), simtestutil.AppOptionsMap{},
		baseapp.SetInterBlockCache(cache.NewCommitKVStoreCacheManager(cache.DefaultCommitKVStoreCacheSize)))
	for _, key := range node.StoreKeys() {
		_, cached := node.CommitMultiStore().GetStore(key).(*cache.CommitKVStoreCache)
		require.False(t, cached, key.Name())
	}
}
