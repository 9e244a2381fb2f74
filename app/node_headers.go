package app

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/cosmos/cosmos-sdk/client"

	headerstypes "github.com/stemma-chain/stemma/x/headers/types"
)

// nodeHeaders reads headers from the node's own blocks, once it serves them.
type nodeHeaders struct {
	mu   sync.Mutex
	node func() (client.CometRPC, error)
}

var _ headerstypes.Node = (*nodeHeaders)(nil)

// headersAtOnce is how many headers CometBFT gives at once.
const headersAtOnce = 20

func (n *nodeHeaders) from(node func() (client.CometRPC, error)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.node = node
}

// Headers implements headerstypes.Node.
func (n *nodeHeaders) Headers(ctx context.Context, from int64, count int) ([][]byte, error) {
	n.mu.Lock()
	node := n.node
	n.mu.Unlock()
	if node == nil {
		return nil, errors.New("this node serves no blocks")
	}
	rpc, err := node()
	if err != nil {
		return nil, err
	}
	hashes := make([][]byte, count)
	for first := from; first < from+int64(count); first += headersAtOnce {
		last := min(first+headersAtOnce, from+int64(count)) - 1
		answer, err := rpc.BlockchainInfo(ctx, first, last)
		if err != nil {
			return nil, fmt.Errorf("this node has not all of them: %w", err)
		}
		for _, meta := range answer.BlockMetas {
			if at := meta.Header.Height - from; at >= 0 && at < int64(count) {
				hashes[at] = meta.BlockID.Hash
			}
		}
	}
	for i, hash := range hashes {
		if hash == nil {
			return nil, fmt.Errorf("this node has not the block of height %d: ask one that keeps all blocks", from+int64(i))
		}
	}
	return hashes, nil
}
