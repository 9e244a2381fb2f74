// Package follow brings the blocks of a node into the portal's index, and says
// whether the node can be believed.
//
// What it checks, with a light client that has a trust root of its own: that each
// block it indexes has the header that the chain's validators signed, that its
// transactions are those of the header, and that the code, data and gas of their
// results are those that the next header names. What no header covers is the
// events: a node that answers with true headers and results can still leave out or
// invent an event, and the text of works is what the node says. Who must rely on a
// fact asks for its proof.
package follow

import (
	"context"
	"errors"
	"time"

	"github.com/cometbft/cometbft/libs/bytes"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"

	"github.com/stemma-chain/stemma/client/history/blocks"
	"github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/portal/index"
)

// Node is what of a node's RPC is needed. CometBFT's HTTP client is one.
type Node interface {
	blocks.Node
	ABCIQuery(ctx context.Context, path string, data bytes.HexBytes) (*coretypes.ResultABCIQuery, error)
	Validators(ctx context.Context, height *int64, page, perPage *int) (*coretypes.ResultValidators, error)
}

// Options say how to follow. The zero Options follow any chain from the node's first block, and
// check what can be checked without a trust root: nothing that a node could not make up.
type Options struct {
	// ChainID that the node has to be of; empty: that of the index, or of the node.
	ChainID string
	// Trust is a header known from elsewhere. Unset: none.
	Trust *proof.Trust
	// TrustFirstUse takes the node's newest header for the trust root when there is no other.
	TrustFirstUse bool
	// TrustingPeriod is how long a header's validators are held to what they signed; 0: two weeks.
	// It has to be shorter than the chain's unbonding time.
	TrustingPeriod time.Duration
	// Poll is the pause between two looks for a new block; 0: half a second.
	Poll time.Duration
	// Batch is the most blocks that are written at once; 0: 100.
	Batch int
	// Backoff is the longest pause after the node failed; 0: 30 seconds.
	Backoff time.Duration
}

// Status is how following goes.
type Status struct {
	// ChainID is of the node; empty until it answered.
	ChainID string
	// Height and Time are of the index, NodeHeight is the node's newest block.
	Height     int64
	Time       time.Time
	NodeHeight int64
	// Lag is how many blocks the index is behind its node.
	Lag int64
	// Seen is when the node last answered.
	Seen time.Time
	// Failure is why following does not go on now, Since when; nil: it does. It goes on by itself,
	// unless Lying or Stopped.
	Failure error
	Since   time.Time
	// Checked says that headers are checked against a trust root.
	Checked bool
	// CheckedHeight is the last block whose header, transactions and results were checked. Results
	// are checked when the next header is there, so it is at most one behind Height.
	CheckedHeight int64
	// Lying: what the node says is not what the validators signed. The index stays where it is.
	Lying bool
	// Stopped: Run has returned.
	Stopped bool
}

// ErrLying says that a node's answer is not what the chain's validators signed.
var ErrLying = errors.New("the node's answer is not what the validators signed")

// ErrUnfit says that a node cannot be followed with this index, however often it is asked.
var ErrUnfit = errors.New("this node does not fit the index")

// Follower follows one node.
type Follower struct{}

// New prepares to follow a node into an index.
func New(node Node, x *index.Index, o Options) *Follower { return &Follower{} }

// Run follows until the context ends. It tries again when the node is away. It returns ErrUnfit for a node of another
// chain or without the blocks that come next, and ErrLying for one that lies.
func (f *Follower) Run(ctx context.Context) error { return errors.New("not written yet") }

// Status says how following goes. It asks nobody and may be called at any time.
func (f *Follower) Status() Status { return Status{} }

// Await waits until the index has a block above a height, and returns the height of its newest.
func (f *Follower) Await(ctx context.Context, above int64) (int64, error) {
	<-ctx.Done()
	return 0, ctx.Err()
}
