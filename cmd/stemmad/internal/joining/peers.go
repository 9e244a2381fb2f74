package joining

import (
	"context"
	"errors"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/cometbft/cometbft/p2p"

	"github.com/stemma-chain/stemma/client/walletfiles"
)

const (
	// maxPeers is how many peers are named in the settings; these know the others.
	maxPeers = 8
	// maxDials bounds how many addresses that nodes name are tried.
	maxDials = 24
	// dial bounds the attempt to reach one.
	dial = 2 * time.Second
)

// findPeers are those that were named, then the nodes that were asked and their peers, as far as they
// can be reached from here.
func (n *Network) findPeers(ctx context.Context, named []string, nodes []node) error {
	n.Peers = slices.Clone(named)
	dials := 0
	for _, peer := range candidates(ctx, nodes) {
		id, _, _ := strings.Cut(peer, "@")
		if len(n.Peers) >= maxPeers || dials >= maxDials {
			break
		}
		if slices.ContainsFunc(n.Peers, func(known string) bool { return strings.HasPrefix(known, id+"@") }) {
			continue
		}
		dials++
		if reachable(ctx, peer) {
			n.Peers = append(n.Peers, peer)
		}
	}
	if len(n.Peers)+len(n.Seeds) == 0 {
		return errors.New("none of the network's nodes can be reached from here: their RPC answers, and the port of their peers, " +
			"usually 26656, does not. Name one that can with --peer ID@HOST:PORT")
	}
	return nil
}

// candidates are the nodes that were asked, then their peers.
func candidates(ctx context.Context, nodes []node) []string {
	var all []string
	for _, each := range nodes {
		at, err := url.Parse(each.at)
		if err != nil {
			continue
		}
		host := at.Hostname()
		all = append(all, fromThere(ctx, host, address(each.status.NodeInfo, host))...)
	}
	for _, each := range nodes {
		known, err := each.client.NetInfo(ctx)
		if err != nil { // a proxy need not let it through
			continue
		}
		var named []string
		for _, peer := range known.Peers {
			named = append(named, address(peer.NodeInfo, peer.RemoteIP)...)
		}
		if at, err := url.Parse(each.at); err == nil {
			all = append(all, fromThere(ctx, at.Hostname(), named)...)
		}
	}
	return all
}

// fromThere leaves out private addresses that a node outside this network names: they would be others here, of services
// that are no nodes, and one of them would have the settings take private addresses from everybody.
func fromThere(ctx context.Context, host string, peers []string) []string {
	if private(host) {
		return peers
	}
	found, _ := net.DefaultResolver.LookupIPAddr(ctx, host) // none: nobody is inside
	if slices.ContainsFunc(found, func(at net.IPAddr) bool { return inside(at.IP) }) {
		return peers
	}
	return slices.DeleteFunc(peers, func(peer string) bool { return private(hostOf(peer)) })
}

func hostOf(peer string) string {
	_, at, _ := strings.Cut(peer, "@")
	host, _, _ := net.SplitHostPort(at)
	return host
}

// private says whether a host is not of the internet.
func private(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && inside(ip)
}

func inside(ip net.IP) bool {
	return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast() || ip.IsUnspecified()
}

// address is where the node listens for peers; one that listens on all its addresses is at the host.
func address(info p2p.DefaultNodeInfo, host string) []string {
	_, at, found := strings.Cut(info.ListenAddr, "://")
	if !found {
		at = info.ListenAddr
	}
	listens, port, err := net.SplitHostPort(at)
	if err != nil {
		return nil
	}
	if ip := net.ParseIP(listens); listens != "" && (ip == nil || !ip.IsUnspecified()) {
		host = listens
	}
	peer := string(info.DefaultNodeID) + "@" + net.JoinHostPort(host, port)
	if walletfiles.CheckPeer(peer) != nil { // a stranger's words, which become settings
		return nil
	}
	return []string{peer}
}

func reachable(ctx context.Context, peer string) bool {
	ctx, cancel := context.WithTimeout(ctx, dial)
	defer cancel()
	_, at, _ := strings.Cut(peer, "@")
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", at)
	if err != nil {
		return false
	}
	return conn.Close() == nil
}

// Private says whether a peer has an address that is not of the internet, which CometBFT passes over unless
// addr_book_strict is false.
func (n Network) Private() bool {
	return slices.ContainsFunc(append(slices.Clone(n.Peers), n.Seeds...), func(peer string) bool {
		return private(hostOf(peer))
	})
}
