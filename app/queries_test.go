package app_test

import (
	"context"
	"net"
	"strings"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/app/queries"
	"github.com/stemma-chain/stemma/testutil/chain"
)

// serve answers gRPC of a chain as a node does.
func serve(t *testing.T, c *chain.Chain) *grpc.ClientConn {
	t.Helper()
	encoding := c.App.Encoding()
	c.App.RegisterTxService(client.Context{}.WithTxConfig(encoding.TxConfig).WithInterfaceRegistry(encoding.InterfaceRegistry))
	wire := codec.NewProtoCodec(encoding.InterfaceRegistry).GRPCCodec()
	server := grpc.NewServer(grpc.ForceServerCodec(wire))
	c.App.RegisterGRPCServerWithSkipCheckHeader(server, false)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(wire)))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// sends is a transaction of so many sends.
func sends(c *chain.Chain, from chain.Account, number int) []byte {
	msgs := make([]sdk.Msg, number)
	for i := range msgs {
		msgs[i] = send(from, bob, 1)
	}
	return c.SignTx(chain.Tx{Msgs: msgs, Signers: []chain.Account{from}})
}

func TestSimulationsAreBounded(t *testing.T) {
	c := chain.New(t, chain.AppOption(queries.FlagSimulationMaxGas, 500_000), chain.AppOption(queries.FlagSimulationMaxBytes, 20_000),
		chain.AppOption(queries.FlagMaxBytes, 30_000))
	simulator := txtypes.NewServiceClient(serve(t, c))
	for _, tc := range []struct {
		from    chain.Account
		sends   int
		refused string
	}{
		{alice, 1, ""},
		{carol, 60, "more than 500000 gas, the most that this node simulates: split it (queries.simulation-max-gas in app.toml)"},
		{chain.Named("dave"), 160, "simulates up to 20000: split it, or state its gas without a simulation " +
			"(queries.simulation-max-bytes in app.toml)"},
		{chain.Named("mallory"), 350, "this node takes 30000: ask in smaller parts, or its operator for more (queries.max-bytes in app.toml)"},
	} {
		req := &txtypes.SimulateRequest{TxBytes: sends(c, tc.from, tc.sends)}
		res, err := simulator.Simulate(context.Background(), req)
		raw, encodes := req.Marshal()
		require.NoError(t, encodes)
		answer, queried := c.App.Query(context.Background(), &abci.RequestQuery{
			Path: "/cosmos.tx.v1beta1.Service/Simulate", Data: raw,
		})
		require.NoError(t, queried)
		if tc.refused == "" {
			require.NoError(t, err)
			require.NotZero(t, res.GasInfo.GasUsed)
			require.Zero(t, answer.Code, answer.Log)
			continue
		}
		require.Equal(t, codes.ResourceExhausted, status.Code(err), err)
		require.ErrorContains(t, err, tc.refused)
		require.NotZero(t, answer.Code)
		require.Contains(t, answer.Log, tc.refused)
	}
}

// The gas of a simulation that a transaction may have is that of a block.
func TestASimulationUsesTheGasOfItsBlock(t *testing.T) {
	c := chain.New(t)
	tx := sends(c, alice, 5)
	simulated, _, err := c.App.Simulate(tx)
	require.NoError(t, err)
	used := c.Block(tx).Txs[0].GasUsed
	require.InDelta(t, used, int64(simulated.GasUsed), float64(used)/20)
}

func TestStoresAreReadByKeyOnly(t *testing.T) {
	c := chain.New(t)
	c.NextBlock()
	ask := func(path string, prove bool) *abci.ResponseQuery {
		res, err := c.App.Query(context.Background(), &abci.RequestQuery{Path: path, Data: []byte{0}, Prove: prove})
		require.NoError(t, err)
		return res
	}
	row := ask("/store/bank/key", true)
	require.Zero(t, row.Code, row.Log)
	require.NotEmpty(t, row.ProofOps.Ops)
	for _, path := range []string{"/store/bank/subspace", "store/bank/subspace", "/store/bank/key/subspace", "/store/bank", "/store"} {
		res := ask(path, false)
		require.Equal(t, sdkerrors.ErrUnknownRequest.ABCICode(), res.Code, path)
		require.Contains(t, res.Log, "a store is read by key, as /store/NAME/key")
	}
	old := ask("/app/simulate", false)
	require.Contains(t, old.Log, "simulate by /cosmos.tx.v1beta1.Service/Simulate")
	require.Zero(t, ask("/app/version", false).Code)

	res, err := c.App.Query(context.Background(), &abci.RequestQuery{
		Path: "/store/bank/key", Data: []byte(strings.Repeat("k", queries.DefaultSettings().MaxBytes+1)),
	})
	require.NoError(t, err)
	require.Contains(t, res.Log, "queries.max-bytes")
}

// Queries by gRPC and by ABCI are the same ones, and both are bounded.
func TestQueriesAreBounded(t *testing.T) {
	c := chain.New(t, chain.AppOption(queries.FlagMaxBytes, 100))
	bank := banktypes.NewQueryClient(serve(t, c))
	_, err := bank.Balance(context.Background(), banktypes.NewQueryBalanceRequest(alice.Address, "ustem"))
	require.NoError(t, err)
	long := &banktypes.QueryBalanceRequest{Address: alice.String(), Denom: strings.Repeat("u", 100)}
	_, err = bank.Balance(context.Background(), long)
	require.Equal(t, codes.ResourceExhausted, status.Code(err))

	_, err = queries.ReadSettings(simtestutil.AppOptionsMap{queries.FlagWait: "0s"})
	require.ErrorContains(t, err, "queries.wait is 0s: set it above 0")
}
