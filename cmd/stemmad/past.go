package main

import (
	"context"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"google.golang.org/grpc/metadata"

	grpctypes "github.com/cosmos/cosmos-sdk/types/grpc"

	"github.com/stemma-chain/stemma/client/history/blocks"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// after makes queries ask for the state after a block.
func after(ctx context.Context, height int64) context.Context {
	return metadata.AppendToOutgoingContext(ctx, grpctypes.GRPCBlockHeightHeader, strconv.FormatInt(height, 10))
}

// isPruned says whether a query failed because the node has thrown the state of
// its height away. The node has no code of its own for that.
func isPruned(err error) bool {
	return err != nil && strings.Contains(err.Error(), "failed to load state at height")
}

// keptSince explains a query that failed at a height. For a pruned state it names
// the earliest one that the node has, and what to do: what the verb suggests, or to
// ask another node.
func keptSince(ctx context.Context, conn *connect.Conn, span blocks.Span, height int64, suggestion string, err error) error {
	if !isPruned(err) {
		return err
	}
	first := span.First.Height
	n := sort.Search(int(span.Last.Height-first), func(i int) bool {
		_, err := conn.Royalty().Params(after(ctx, first+int64(i)), &royaltytypes.QueryParamsRequest{})
		return !isPruned(err)
	})
	return fmt.Errorf("the state after block %d is %w: its earliest is of block %d; %sask a node that keeps more with --node",
		height, blocks.ErrNotKept, first+int64(n), suggestion)
}
