package chain

import (
	"context"
	"errors"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	gogogrpc "github.com/cosmos/gogoproto/grpc"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Ctx reads the state of the last block.
func (c *Chain) Ctx() sdk.Context {
	c.t.Helper()
	ctx, err := c.App.CreateQueryContext(0, false)
	require.NoError(c.t, err)
	return ctx
}

// Write changes the state past all messages and commits it with an empty block:
// for what a test needs and no message can bring about.
func (c *Chain) Write(change func(ctx sdk.Context) error) {
	c.t.Helper()
	header := cmtproto.Header{Height: c.height, Time: c.now}
	//nolint:staticcheck // SA1019: the contexts named in its place are thrown away, not committed
	require.NoError(c.t, change(c.App.NewUncachedContext(false, header)))
	c.NextBlock()
}

// Balance is what the account holds of a denom in x/bank.
func (c *Chain) Balance(a Account, denom string) sdk.Coin {
	c.t.Helper()
	return c.App.Keepers.Bank.GetBalance(c.Ctx(), a.Address, denom)
}

// RequireBalance stops the test unless the account has these coins exactly,
// in their denoms; others are not looked at.
func (c *Chain) RequireBalance(a Account, want string) {
	c.t.Helper()
	for _, coin := range coins(want) {
		require.Equal(c.t, coin.String(), c.Balance(a, coin.Denom).String(), "balance of %s", a.Name)
	}
}

// RequireInvariants stops the test unless all invariants of all modules hold.
func (c *Chain) RequireInvariants() {
	c.t.Helper()
	require.NoError(c.t, c.App.CheckInvariants(c.Ctx()))
}

// Conn answers gRPC queries from the state of the last block, for generated
// query clients.
func (c *Chain) Conn() gogogrpc.ClientConn { return conn{c} }

type conn struct{ chain *Chain }

func (q conn) Invoke(_ context.Context, method string, args, reply any, _ ...grpc.CallOption) error {
	handler := q.chain.App.GRPCQueryRouter().Route(method)
	if handler == nil {
		return status.Errorf(codes.Unimplemented, "no query %s", method)
	}
	data, err := proto.Marshal(args.(proto.Message))
	if err != nil {
		return err
	}
	res, err := handler(q.chain.Ctx(), &abci.RequestQuery{Path: method, Data: data})
	if err != nil {
		return err
	}
	return proto.Unmarshal(res.Value, reply.(proto.Message))
}

func (conn) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, errors.New("no streams")
}
