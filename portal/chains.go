package portal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	rpcclient "github.com/cometbft/cometbft/rpc/client"
	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
)

// ErrTwoChains says that the node that is followed is of another chain than the one that pages ask: they would show that
// chain's works under the height and the checks of this one.
var ErrTwoChains = errors.New("the RPC and the gRPC that are named are of two chains")

const (
	// chainWithin is how long nodes have to say of which chain they are. The start waits no longer for one that is away.
	chainWithin = 3 * time.Second
	// compareEvery is the pause between two comparisons: an address may lead to another node than before.
	compareEvery = 2 * time.Second
)

// askedChain is the chain of the node at the other end of a gRPC connection. It is asked each time.
func askedChain(ctx context.Context, asked grpc.ClientConnInterface) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, chainWithin)
	defer cancel()
	info, err := cmtservice.NewServiceClient(asked).GetNodeInfo(ctx, &cmtservice.GetNodeInfoRequest{})
	if err != nil {
		return "", err
	}
	return info.GetDefaultNodeInfo().GetNetwork(), nil
}

// OneChain fails with ErrTwoChains if the nodes at two addresses, of RPC and of gRPC, both answer and are of two chains. One
// that is away is of none yet.
func OneChain(ctx context.Context, followed rpcclient.StatusClient, asked grpc.ClientConnInterface, rpc, grpcAt string) error {
	var chains [2]string
	var failed [2]error
	var both errgroup.Group
	both.Go(func() error {
		ctx, cancel := context.WithTimeout(ctx, chainWithin)
		defer cancel()
		status, err := followed.Status(ctx)
		if failed[0] = err; err == nil {
			chains[0] = status.NodeInfo.Network
		}
		return nil
	})
	both.Go(func() error {
		chains[1], failed[1] = askedChain(ctx, asked)
		return nil
	})
	_ = both.Wait()
	if failed[0] != nil || failed[1] != nil || chains[0] == chains[1] {
		return nil //nolint:nilerr // pages say that a node is away
	}
	return fmt.Errorf("%w: %s is of %s, %s of %s; name two addresses of one chain", ErrTwoChains, rpc, chains[0], grpcAt, chains[1])
}

// compare looks until the context ends whether the node that pages ask is of the chain that is followed.
func (w *watch) compare(ctx context.Context, log *slog.Logger) error {
	ticks := time.NewTicker(compareEvery)
	defer ticks.Stop()
	for {
		chain, err := askedChain(ctx, w.asked)
		followed := w.status().Chain
		if err == nil && followed != "" {
			other := ""
			if chain != followed {
				other = chain
			}
			if before := w.other.Swap(&other); other != "" && (before == nil || *before != other) {
				log.Error(ErrTwoChains.Error(), "rpc", followed, "grpc", other)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticks.C:
		}
	}
}
