package chain

import (
	"context"
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtbytes "github.com/cometbft/cometbft/libs/bytes"
	rpcclient "github.com/cometbft/cometbft/rpc/client"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/cosmos/gogoproto/proto"

	headerskeeper "github.com/stemma-chain/stemma/x/headers/keeper"
	headerstypes "github.com/stemma-chain/stemma/x/headers/types"
)

// Node answers for a chain of Signed headers as CometBFT's RPC does, as far as proofs ask.
type Node struct{ *Chain }

// pathMethod is the query of the log that reads the node's own blocks.
const pathMethod = "/stemma.headers.v1.Query/Path"

// ABCIQueryWithOptions reads state, or asks a query.
func (n Node) ABCIQueryWithOptions(
	ctx context.Context, path string, data cmtbytes.HexBytes, o rpcclient.ABCIQueryOptions,
) (*coretypes.ResultABCIQuery, error) {
	if path == pathMethod {
		return n.path(data, o.Height)
	}
	res, err := n.App.Query(ctx, &abci.RequestQuery{Path: path, Data: data, Height: o.Height, Prove: o.Prove})
	if err != nil {
		return nil, err
	}
	return &coretypes.ResultABCIQuery{Response: *res}, nil
}

func (n Node) path(raw []byte, height int64) (*coretypes.ResultABCIQuery, error) {
	ctx, err := n.App.CreateQueryContext(height, false)
	if err != nil {
		return nil, err
	}
	var request headerstypes.QueryPathRequest
	if err := proto.Unmarshal(raw, &request); err != nil {
		return nil, err
	}
	answer, err := headerskeeper.NewQueryServer(n.App.Keepers.Headers, n).Path(ctx, &request)
	if err != nil {
		return &coretypes.ResultABCIQuery{Response: abci.ResponseQuery{Code: 1, Log: err.Error()}}, nil
	}
	value, err := proto.Marshal(answer)
	return &coretypes.ResultABCIQuery{Response: abci.ResponseQuery{Value: value}}, err
}

// Headers implements headerstypes.Node.
func (n Node) Headers(_ context.Context, from int64, count int) ([][]byte, error) {
	hashes := make([][]byte, count)
	for i := range hashes {
		hashes[i] = n.Head(from + int64(i)).ID.Hash
	}
	return hashes, nil
}

// Status says how far the chain is.
func (n Node) Status(context.Context) (*coretypes.ResultStatus, error) {
	return &coretypes.ResultStatus{SyncInfo: coretypes.SyncInfo{LatestBlockHeight: n.height}}, nil
}

func (n Node) head(height *int64) (*Head, error) {
	if *height < 1 || *height > n.height {
		return nil, fmt.Errorf("there is no block %d", *height)
	}
	return n.Head(*height), nil
}

// Commit is a block's header with its commit.
func (n Node) Commit(_ context.Context, height *int64) (*coretypes.ResultCommit, error) {
	head, err := n.head(height)
	if err != nil {
		return nil, err
	}
	return coretypes.NewResultCommit(head.Header, commit(head.Header, head.ID, n.settings.signed(*height)), true), nil
}

// Validators are who signs a height, all on one page.
func (n Node) Validators(_ context.Context, height *int64, _, _ *int) (*coretypes.ResultValidators, error) {
	list := n.Set(*height).Validators
	return &coretypes.ResultValidators{BlockHeight: *height, Validators: list, Count: len(list), Total: len(list)}, nil
}

// Block has a block's transactions.
func (n Node) Block(_ context.Context, height *int64) (*coretypes.ResultBlock, error) {
	head, err := n.head(height)
	if err != nil {
		return nil, err
	}
	return &coretypes.ResultBlock{BlockID: head.ID, Block: &cmttypes.Block{Header: *head.Header, Data: cmttypes.Data{Txs: head.Txs}}}, nil
}

// BlockResults has their results.
func (n Node) BlockResults(_ context.Context, height *int64) (*coretypes.ResultBlockResults, error) {
	head, err := n.head(height)
	if err != nil {
		return nil, err
	}
	return &coretypes.ResultBlockResults{Height: *height, TxsResults: head.Results}, nil
}
