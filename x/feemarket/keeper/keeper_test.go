package keeper_test

import (
	"context"
	"testing"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/stemma-chain/stemma/x/feemarket/keeper"
	"github.com/stemma-chain/stemma/x/feemarket/price"
	"github.com/stemma-chain/stemma/x/feemarket/types"
)

const blockGas = 300_000_000

var (
	governance = sdk.AccAddress("governance__________")
	alice      = sdk.AccAddress("alice_______________")
)

// fixture is a fee market on a real store behind the SDK's message router.
type fixture struct {
	t      testing.TB
	ctx    sdk.Context
	k      keeper.Keeper
	query  types.QueryServer
	router *baseapp.MsgServiceRouter
}

func newFixture(t testing.TB, gs types.GenesisState) *fixture {
	t.Helper()
	key := storetypes.NewKVStoreKey(types.StoreKey)
	encoding := moduletestutil.MakeTestEncodingConfig()
	types.RegisterInterfaces(encoding.InterfaceRegistry)
	k := keeper.NewKeeper(encoding.Codec, runtime.NewKVStoreService(key), governance.String())
	router := baseapp.NewMsgServiceRouter()
	router.SetInterfaceRegistry(encoding.InterfaceRegistry)
	types.RegisterMsgServer(router, keeper.NewMsgServer(k))
	ctx := testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("transient_test")).Ctx
	require.NoError(t, k.InitGenesis(ctx, gs))
	consensus := func(sdk.Context) cmtproto.ConsensusParams {
		return cmtproto.ConsensusParams{Block: &cmtproto.BlockParams{MaxGas: blockGas}}
	}
	node := types.Node{Consensus: consensus, Accounts: accounts{string(bob): 5}, Next: func(account string, from uint64) uint64 {
		if account == string(bob) {
			return from + 2
		}
		return from
	}}
	return &fixture{t, ctx, k, keeper.NewQueryServer(k, node), router}
}

// bob has two transactions in the node's pool.
var bob = sdk.AccAddress("bob's twenty bytes..")

// accounts are sequences by address.
type accounts map[string]uint64

func (a accounts) GetAccount(_ context.Context, address sdk.AccAddress) sdk.AccountI {
	sequence, known := a[string(address)]
	if !known {
		return nil
	}
	return &authtypes.BaseAccount{Address: address.String(), Sequence: sequence}
}

func TestATurnIsBehindWhatWaits(t *testing.T) {
	f := newFixture(t, *types.DefaultGenesisState())
	res, err := f.query.Turn(f.ctx, &types.QueryTurnRequest{Account: bob.String()})
	require.NoError(t, err)
	require.Equal(t, types.QueryTurnResponse{Committed: 5, Next: 7}, *res)
	res, err = f.query.Turn(f.ctx, &types.QueryTurnRequest{Account: governance.String()})
	require.NoError(t, err)
	require.Equal(t, types.QueryTurnResponse{}, *res, "an account that does not exist yet")
	_, err = f.query.Turn(f.ctx, &types.QueryTurnRequest{Account: "bob"})
	require.ErrorContains(t, err, "account: ")
}

// withOther is the default genesis with a second denom, of which one counts as two.
func withOther() types.GenesisState {
	gs := types.DefaultGenesisState()
	gs.Params.Denoms = []types.FeeDenom{{Denom: "uusdc", Rate: price.One.MulRaw(2)}}
	return *gs
}

func (f *fixture) update(by sdk.AccAddress, edit func(*types.Params)) error {
	f.t.Helper()
	params, err := f.k.Params.Get(f.ctx)
	require.NoError(f.t, err)
	edit(&params)
	msg := &types.MsgUpdateParams{Authority: by.String(), Params: params}
	_, err = f.router.Handler(msg)(f.ctx, msg)
	return err
}

func (f *fixture) prices() *types.QueryPricesResponse {
	f.t.Helper()
	res, err := f.query.Prices(f.ctx, &types.QueryPricesRequest{})
	require.NoError(f.t, err)
	return res
}

func (f *fixture) endBlock(declared uint64) {
	f.t.Helper()
	require.NoError(f.t, f.k.EndBlock(f.ctx, declared, blockGas))
	require.NoError(f.t, f.k.CheckInvariants(f.ctx))
}

func TestBlocksMoveThePrice(t *testing.T) {
	f := newFixture(t, withOther())
	require.Equal(t, "1000000000000000", f.prices().Price.String())
	f.endBlock(0)
	require.Empty(t, f.ctx.EventManager().Events(), "nothing moved")

	f.endBlock(blockGas)
	res := f.prices()
	require.Equal(t, "0.001125000000000000stake,0.000562500000000000uusdc", sdk.DecCoins(res.Prices).String())
	require.Equal(t, "0.001265625000000000stake,0.000632812500000000uusdc", sdk.DecCoins(res.Estimates).String())
	require.EqualValues(t, blockGas/10, res.TxGas)
	events := f.ctx.EventManager().Events()
	require.Len(t, events, 1)
	moved, err := sdk.ParseTypedEvent(events.ToABCIEvents()[0])
	require.NoError(t, err)
	require.Equal(t, &types.EventPriceMoved{Price: res.Price, Declared: blockGas}, moved)

	f.endBlock(0)
	f.endBlock(0)
	require.Equal(t, "0.001000000000000000stake", f.prices().Prices[0].String(), "never below the floor")
}

func TestGovernanceSetsTheMarket(t *testing.T) {
	f := newFixture(t, withOther())
	require.Error(t, f.update(alice, func(*types.Params) {}))
	for name, edit := range map[string]func(*types.Params){
		"no base denom":                         func(p *types.Params) { p.BaseDenom = "" },
		"a floor below nothing":                 func(p *types.Params) { p.Floor = math.NewInt(-1) },
		"a floor nobody can pay":                func(p *types.Params) { p.Floor = price.One.AddRaw(1) },
		"no target":                             func(p *types.Params) { p.TargetShare = 0 },
		"a target above the whole":              func(p *types.Params) { p.TargetShare = price.Whole + 1 },
		"a price that stands":                   func(p *types.Params) { p.MaxChange = 0 },
		"a price that halves":                   func(p *types.Params) { p.MaxChange = price.Whole/2 + 1 },
		"less than a tenth":                     func(p *types.Params) { p.TxShare = price.Whole/10 - 1 },
		"a payer below one of its transactions": func(p *types.Params) { p.TxShare = price.Whole / 2 },
		"others above the whole":                func(p *types.Params) { p.OthersShare = price.Whole + 1 },
		"the base denom again":                  func(p *types.Params) { p.Denoms[0].Denom = p.BaseDenom },
		"a denom twice":                         func(p *types.Params) { p.Denoms = append(p.Denoms, p.Denoms[0]) },
		"no rate":                               func(p *types.Params) { p.Denoms[0].Rate = math.ZeroInt() },
		"a rate out of bounds":                  func(p *types.Params) { p.Denoms[0].Rate = price.MostRate.AddRaw(1) },
		"no denom":                              func(p *types.Params) { p.Denoms[0].Denom = "!" },
		"too many denoms":                       func(p *types.Params) { p.Denoms = make([]types.FeeDenom, types.MaxDenoms+1) },
	} {
		require.ErrorIs(t, f.update(governance, edit), types.ErrInvalidParams, name)
	}
	require.NoError(t, f.k.CheckInvariants(f.ctx))

	require.NoError(t, f.update(governance, func(p *types.Params) { p.Floor, p.Denoms = p.Floor.MulRaw(5), nil }))
	f.endBlock(0)
	require.Equal(t, "0.005000000000000000stake", sdk.DecCoins(f.prices().Prices).String())
	require.NoError(t, f.update(governance, func(p *types.Params) { p.Floor = math.ZeroInt() }))
	f.endBlock(blockGas)
	require.True(t, f.prices().Price.IsZero(), "without a floor gas is free")
	require.True(t, f.prices().Estimates[0].IsZero())
	require.NoError(t, f.update(governance, func(p *types.Params) { p.Floor = math.OneInt() }))
	f.endBlock(blockGas)
	require.Equal(t, "1", f.prices().Price.String())
}

func TestGenesisGoesRound(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := newFixture(t, withOther())
		for range rapid.IntRange(0, 20).Draw(rt, "blocks") {
			f.endBlock(rapid.Uint64Range(0, blockGas).Draw(rt, "declared"))
		}
		exported, err := f.k.ExportGenesis(f.ctx)
		require.NoError(rt, err)
		g := newFixture(t, *exported)
		again, err := g.k.ExportGenesis(g.ctx)
		require.NoError(rt, err)
		require.Equal(rt, exported.Price.String(), again.Price.String())
	})

	for name, edit := range map[string]func(*types.GenesisState){
		"no price":              func(gs *types.GenesisState) { gs.Price = math.Int{} },
		"below the floor":       func(gs *types.GenesisState) { gs.Price = gs.Params.Floor.SubRaw(1) },
		"above the most":        func(gs *types.GenesisState) { gs.Price = price.Most.AddRaw(1) },
		"a price without floor": func(gs *types.GenesisState) { gs.Params.Floor = math.ZeroInt() },
	} {
		gs := withOther()
		edit(&gs)
		require.ErrorIs(t, gs.Validate(), types.ErrInvalidGenesis, name)
	}
}
