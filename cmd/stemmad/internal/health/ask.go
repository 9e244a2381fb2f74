package health

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/joining"
)

const (
	// patience bounds a question: doctor is for when things are slow.
	patience = 5 * time.Second
	// paceBlocks is over how many blocks the time of a block is taken.
	paceBlocks = 100
)

// Asker asks nodes by their RPC.
type Asker struct {
	client *rpchttp.HTTP
	status *coretypes.ResultStatus
}

// Ask asks a node how it is.
func Ask(ctx context.Context, address string) (*Asker, error) {
	address = strings.Replace(strings.Replace(address, "tcp://", "http://", 1), "://0.0.0.0:", "://127.0.0.1:", 1)
	client, err := rpchttp.NewWithClient(address, "/websocket", joining.Client(patience))
	if err != nil {
		return nil, err
	}
	status, err := client.Status(ctx)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return nil, errors.New("nothing listens there")
	case err != nil:
		return nil, err
	}
	return &Asker{client, status}, nil
}

// ChainID is that of the node's chain.
func (a *Asker) ChainID() string { return a.status.NodeInfo.Network }

// ID is the node's.
func (a *Asker) ID() string { return string(a.status.NodeInfo.DefaultNodeID) }

// Height is how far the node is.
func (a *Asker) Height() int64 { return a.status.SyncInfo.LatestBlockHeight }

// Node is what it says of itself.
func (a *Asker) Node(ctx context.Context) *Node {
	sync := a.status.SyncInfo
	n := &Node{
		ChainID: a.ChainID(), Height: sync.LatestBlockHeight, Earliest: sync.EarliestBlockHeight, Time: sync.LatestBlockTime,
		CatchingUp: sync.CatchingUp, Power: a.status.ValidatorInfo.VotingPower,
	}
	if known, err := a.client.NetInfo(ctx); err == nil {
		n.Peers = known.NPeers
		for _, peer := range known.Peers {
			if !peer.IsOutbound {
				n.Inbound++
			}
		}
	}
	if then := max(n.Earliest, n.Height-paceBlocks); then > 0 && then < n.Height {
		if past, err := a.client.Header(ctx, &then); err == nil && past.Header != nil {
			n.Pace = n.Time.Sub(past.Header.Time) / time.Duration(n.Height-then)
		}
	}
	n.PeersHeight = a.peersHeight(ctx)
	return n
}

// peersHeight is what at least half of the peers have reached: one of them may say anything.
func (a *Asker) peersHeight(ctx context.Context) int64 {
	state, err := a.client.DumpConsensusState(ctx)
	if err != nil {
		return 0
	}
	var heights []int64
	for _, peer := range state.Peers {
		var said struct {
			RoundState struct {
				Height string `json:"height"`
			} `json:"round_state"`
		}
		if json.Unmarshal(peer.PeerState, &said) != nil {
			continue
		}
		if working, err := strconv.ParseInt(said.RoundState.Height, 10, 64); err == nil && working > 0 {
			heights = append(heights, working-1)
		}
	}
	if len(heights) == 0 {
		return 0
	}
	slices.Sort(heights)
	return heights[(len(heights)-1)/2]
}

// Other is how the node stands to another one: the same block at the height that both have?
func (a *Asker) Other(ctx context.Context, at string, mine *Asker) Other {
	o := Other{At: at, Height: a.Height(), Time: a.status.SyncInfo.LatestBlockTime}
	if mine == nil {
		return o
	}
	both := min(o.Height, mine.Height())
	if both < 1 {
		return o
	}
	theirs, err := a.client.Header(ctx, &both)
	if err != nil || theirs.Header == nil {
		return o
	}
	ours, err := mine.client.Header(ctx, &both)
	if err == nil && ours.Header != nil {
		o.Differs = !bytes.Equal(theirs.Header.Hash(), ours.Header.Hash())
	}
	return o
}

// Signs is the newest height that blocks show as signed by a key; 0: none of the last. The address is in hex.
func (a *Asker) Signs(ctx context.Context, address string) int64 {
	height := a.Height()
	if height < 1 {
		return 0
	}
	commit, err := a.client.Commit(ctx, &height)
	if err != nil || commit.Commit == nil {
		return 0
	}
	for _, s := range commit.Commit.Signatures {
		if s.BlockIDFlag != cmttypes.BlockIDFlagAbsent && s.ValidatorAddress.String() == address {
			return height
		}
	}
	return 0
}

// PerDay is by how many bytes data of a size grows each day, by the average since its oldest block.
func (a *Asker) PerDay(size uint64) uint64 {
	sync := a.status.SyncInfo
	took := sync.LatestBlockTime.Sub(sync.EarliestBlockTime)
	if sync.EarliestBlockHeight < 1 || took < time.Hour {
		return 0
	}
	return uint64(float64(size) * float64(24*time.Hour) / float64(took))
}
