package joining

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/cometbft/cometbft/light/provider"
	lighthttp "github.com/cometbft/cometbft/light/provider/http"
	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"

	"github.com/stemma-chain/stemma/client/proof"
)

// Network is a network as its nodes describe it, all of them the same.
type Network struct {
	ChainID string
	// Genesis is in canonical form, Hash its SHA-256.
	Genesis []byte
	Hash    string
	// Trusted is the header to begin at, which all nodes have.
	Trusted   proof.Trust
	TrustedAt time.Time
	// First is the chain's first height, Latest that of the node that is furthest; Whole: a node has all blocks.
	First, Latest int64
	Whole         bool
	// RPC are at least two addresses; the second is the first again where only one was named.
	RPC          []string
	Peers, Seeds []string
}

// Look asks the bundle's nodes, and is an error where one of them says something else than the bundle
// or than the others. maxAge is how old the trusted header may be. Without a header to trust it is the newest
// that all nodes have; without a genesis hash all nodes are asked for the genesis.
func Look(ctx context.Context, b Bundle, maxAge time.Duration, now time.Time) (Network, error) {
	if err := b.Check(); err != nil {
		return Network{}, err
	}
	if len(b.RPC) == 0 {
		return Network{}, errors.New("no node to ask: name the RPC address of one, better of two that different people run")
	}
	n := Network{ChainID: b.ChainID, Hash: b.Genesis, Seeds: b.Seeds}
	var nodes []node
	for _, at := range b.RPC {
		each, err := reach(ctx, at)
		if err == nil {
			err = n.agree(each)
		}
		if err == nil && (b.Genesis == "" || n.Genesis == nil) {
			err = n.agreeOnGenesis(ctx, each)
		}
		if err != nil {
			return Network{}, fmt.Errorf("node %s: %w", at, err)
		}
		nodes = append(nodes, each)
	}
	if err := n.trust(ctx, b.Trust, nodes); err != nil {
		return Network{}, err
	}
	if age := now.Sub(n.TrustedAt); age > maxAge {
		return Network{}, fmt.Errorf("the header at height %d is of %s, older than %s: validators of that time may have left, and sign what they like. "+
			"Get a newer HEIGHT:HASH from somebody whom you trust", n.Trusted.Height, n.TrustedAt.UTC().Format(time.DateTime), maxAge)
	}
	n.RPC = b.RPC
	if len(n.RPC) == 1 { // CometBFT wants two
		n.RPC = []string{b.RPC[0], b.RPC[0]}
	}
	return n, n.findPeers(ctx, b.Peers, nodes)
}

// ErrUnreachable: a node that was named does not answer.
var ErrUnreachable = errors.New("does not answer")

// node is one that answers.
type node struct {
	at     string
	client *rpchttp.HTTP
	status *coretypes.ResultStatus
}

const (
	// patience bounds one question to a node.
	patience = 30 * time.Second
	// maxAnswer bounds an answer of a node, in bytes: a piece of the genesis has 16 MiB, in base64.
	maxAnswer = 64 << 20
)

// addresses are URLs which a list with commas and a text of config.toml hold as they are.
var addresses = regexp.MustCompile(`^[a-z]+://[A-Za-z0-9.:%_~/?=&+@\[\]-]{1,500}$`)

// checkRPC fails for what is no address of an RPC.
func checkRPC(text string) error {
	u, err := url.Parse(text)
	if err == nil && u.User != nil {
		return fmt.Errorf("%s has a name or a password, which would stand in settings and bundles for everybody to read", u.Redacted())
	}
	if err != nil || !addresses.MatchString(text) || !slices.Contains([]string{"http", "https", "tcp"}, u.Scheme) || u.Hostname() == "" {
		return fmt.Errorf("%q is no address such as https://rpc.example.org or http://10.0.0.1:26657", text)
	}
	return nil
}

// Client asks nodes that are not known: each question has an end, in time and in bytes.
func Client(patience time.Duration) *http.Client {
	return &http.Client{Transport: bounded{http.DefaultTransport}, Timeout: patience}
}

// bounded ends answers that are too long.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		answer.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(answer.Body, maxAnswer), answer.Body}
	}
	return answer, err
}

func reach(ctx context.Context, at string) (node, error) {
	at = strings.Replace(at, "tcp://", "http://", 1)
	client, err := rpchttp.NewWithClient(at, "/websocket", Client(patience))
	if err != nil {
		return node{}, err
	}
	status, err := client.Status(ctx)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return node{}, fmt.Errorf("%w: nothing listens there", ErrUnreachable)
	case err != nil:
		return node{}, fmt.Errorf("%w as the RPC of a node does: %w", ErrUnreachable, err)
	}
	return node{at, client, status}, nil
}

// agree takes over what the node says of the network, or is an error where it is of another one than was
// asked for or than those before.
func (n *Network) agree(each node) error {
	id := each.status.NodeInfo.Network
	if err := checkChainID(id); err != nil {
		return err
	}
	if n.ChainID != "" && id != n.ChainID {
		return fmt.Errorf("is of the chain %q, not of %q", id, n.ChainID)
	}
	n.ChainID, n.Latest = id, max(n.Latest, each.status.SyncInfo.LatestBlockHeight)
	return nil
}

// agreeOnGenesis takes over the node's genesis, or is an error where it is another one than the hash says.
func (n *Network) agreeOnGenesis(ctx context.Context, each node) error {
	doc, canonical, err := genesisOf(ctx, each.client)
	switch hash := hashOf(canonical); {
	case err != nil:
		return err
	case doc.ChainID != n.ChainID:
		return fmt.Errorf("its genesis is of the chain %q, not of %q", doc.ChainID, n.ChainID)
	case n.Hash != "" && hash != n.Hash:
		return fmt.Errorf("its genesis has the hash %s, not %s: it is of another network, or somebody deceives you", hash, n.Hash)
	default:
		n.First, n.Genesis, n.Hash = doc.InitialHeight, canonical, hash
		return nil
	}
}

// trust finds the header that all nodes have to have.
func (n *Network) trust(ctx context.Context, stated string, nodes []node) error {
	n.Trusted.Height = n.Latest
	for _, each := range nodes {
		n.Whole = n.Whole || each.status.SyncInfo.EarliestBlockHeight <= n.First
		n.Trusted.Height = min(n.Trusted.Height, each.status.SyncInfo.LatestBlockHeight)
	}
	if stated != "" {
		var err error
		if n.Trusted, err = proof.ParseTrust(stated); err != nil {
			return err
		}
	}
	for _, each := range nodes {
		block, err := lighthttp.NewWithClient(n.ChainID, each.client).LightBlock(ctx, n.Trusted.Height)
		switch {
		case errors.Is(err, provider.ErrLightBlockNotFound), errors.Is(err, provider.ErrHeightTooHigh):
			return fmt.Errorf("node %s has no block at height %d: its blocks go from %d to %d. Trust a header of those, or name another node",
				each.at, n.Trusted.Height, each.status.SyncInfo.EarliestBlockHeight, each.status.SyncInfo.LatestBlockHeight)
		case err != nil:
			return fmt.Errorf("node %s, block at height %d: %w", each.at, n.Trusted.Height, err)
		case n.Trusted.Hash == (proof.Trust{}).Hash:
			n.Trusted = proof.TrustIn(block.Header)
		}
		if hash := block.Hash(); !bytes.Equal(hash, n.Trusted.Hash[:]) {
			return fmt.Errorf("node %s has the header %X at height %d, not %X: it is of another network, or somebody deceives you",
				each.at, []byte(hash), n.Trusted.Height, n.Trusted.Hash)
		}
		n.TrustedAt = block.Time
	}
	return nil
}
