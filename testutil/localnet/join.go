package localnet

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Join makes the home folder of one more node, which is no validator and has the validators as its
// peers, with settings of its own: section.key=value. It is not in Nodes; the caller starts and stops it.
func (n *Network) Join(ctx context.Context, name string, settings ...string) (*Node, error) {
	port, err := FreePorts(portsPerNode)
	if err != nil {
		return nil, err
	}
	node := &Node{
		Home: filepath.Join(n.dir, name), RPC: loopback(port + 1), GRPC: loopback(port + 2), REST: loopback(port + 3),
		Metrics: loopback(port + 4), network: n, log: filepath.Join(n.dir, name+".log"),
	}
	if _, err := n.Run(ctx, "init", name, "--chain-id", n.ChainID, "--home", node.Home); err != nil {
		return nil, err
	}
	genesis, err := os.ReadFile(genesisFile(n.Nodes[0].Home))
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(genesisFile(node.Home), genesis, 0o600); err != nil {
		return nil, err
	}
	peers, err := n.Peers(ctx, n.Nodes...)
	if err != nil {
		return nil, err
	}
	node.Env = environment(n.options.Binary, append([]string{
		"p2p.laddr=tcp://" + loopback(port), "p2p.persistent_peers=" + peers,
		"p2p.addr_book_strict=false", "p2p.allow_duplicate_ip=true",
		"rpc.laddr=tcp://" + node.RPC, "rpc.pprof_laddr=" + loopback(port+5), "grpc.address=" + node.GRPC, "api.address=tcp://" + node.REST,
		"instrumentation.prometheus_listen_addr=" + node.Metrics,
	}, settings...))
	return node, nil
}

// Peers names nodes as settings of others do: ID@HOST:PORT, with commas between.
func (n *Network) Peers(ctx context.Context, nodes ...*Node) (string, error) {
	list := make([]string, len(nodes))
	for i, node := range nodes {
		id, err := n.id(ctx, node)
		if err != nil {
			return "", err
		}
		address, err := node.peer()
		if err != nil {
			return "", err
		}
		list[i] = id + "@" + address
	}
	return strings.Join(list, ","), nil
}

// id is a node's, which stays as it is.
func (n *Network) id(ctx context.Context, node *Node) (string, error) {
	if node.id == "" {
		out, err := n.Run(ctx, "comet", "show-node-id", "--home", node.Home)
		if err != nil {
			return "", err
		}
		node.id = strings.TrimSpace(out)
	}
	return node.id, nil
}

// peer is the address that other nodes reach the node at: its RPC has the port behind.
func (n *Node) peer() (string, error) {
	var host string
	var port int
	if _, err := fmt.Sscanf(strings.ReplaceAll(n.RPC, ":", " "), "%s %d", &host, &port); err != nil {
		return "", fmt.Errorf("address of a node %q: %w", n.RPC, err)
	}
	return loopback(port - 1), nil
}
