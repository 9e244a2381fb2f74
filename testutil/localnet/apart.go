package localnet

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// Apart is a network whose nodes each have a network namespace and an address of their own behind one bridge,
// which nothing else is connected to, so that what lies between them can be cut.
type Apart struct {
	nodes  []*Node
	bridge string
	hosts  []string // of the nodes
}

// ErrNoNamespaces says that this machine, or this account, can have no network namespaces.
var ErrNoNamespaces = errors.New("no network namespaces: that needs root and the command ip")

// Separate puts each of a network's nodes, of which none runs, into a namespace of its own. The caller removes them
// once the nodes have ended.
func (n *Network) Separate(ctx context.Context) (*Apart, error) {
	if _, err := exec.LookPath("ip"); err != nil || os.Getuid() != 0 {
		return nil, ErrNoNamespaces
	}
	var peers []string
	for _, node := range n.Nodes {
		id, err := n.id(ctx, node)
		if err != nil {
			return nil, err
		}
		peers = append(peers, id)
	}
	a := &Apart{nodes: n.Nodes}
	for range 10 { // somebody else may have the same addresses
		if a.begin(rand.IntN(250)) == nil {
			break
		}
	}
	if len(a.hosts) == 0 {
		return nil, ErrNoNamespaces
	}
	for i, host := range a.hosts {
		peers[i] += "@" + net.JoinHostPort(host, "26656")
	}
	for i, node := range n.Nodes {
		if err := a.place(i); err != nil {
			a.Remove()
			return nil, fmt.Errorf("%w: %w", ErrNoNamespaces, err)
		}
		node.move(a.hosts[i], peers)
	}
	return a, nil
}

// begin makes the bridge. Names of interfaces have at most 15 letters.
func (a *Apart) begin(subnet int) error {
	name := "stemma" + strconv.Itoa(subnet)
	own := fmt.Sprintf("10.213.%d.", subnet)
	if err := ip("link", "add", name, "type", "bridge"); err != nil {
		return err
	}
	if err := errors.Join(ip("addr", "add", own+"254/24", "dev", name), ip("link", "set", name, "up")); err != nil {
		return errors.Join(err, ip("link", "del", name))
	}
	a.bridge = name
	for i := range a.nodes {
		a.hosts = append(a.hosts, own+strconv.Itoa(i+1))
	}
	return nil
}

func (a *Apart) space(i int) string { return a.bridge + "n" + strconv.Itoa(i) }

// place makes the namespace of a node and connects it.
func (a *Apart) place(i int) error {
	space, outer := a.space(i), a.bridge+"v"+strconv.Itoa(i)
	for _, args := range [][]string{
		{"netns", "add", space},
		{"link", "add", outer, "type", "veth", "peer", "name", "eth0", "netns", space},
		{"link", "set", outer, "master", a.bridge, "up"},
		{"-n", space, "link", "set", "lo", "up"},
		{"-n", space, "addr", "add", a.hosts[i] + "/24", "dev", "eth0"},
		{"-n", space, "link", "set", "eth0", "up"},
	} {
		if err := ip(args...); err != nil {
			return err
		}
	}
	a.nodes[i].Through = []string{"ip", "netns", "exec", space}
	return nil
}

// move has a node listen, with the usual ports, at an address of its own.
func (n *Node) move(host string, peers []string) {
	at := func(port string) string { return net.JoinHostPort(host, port) }
	n.RPC, n.GRPC, n.REST, n.Metrics = at("26657"), at("9090"), at("1317"), at("26660")
	n.Set("p2p.laddr=tcp://"+at("26656"), "p2p.persistent_peers="+strings.Join(peers, ","),
		"rpc.laddr=tcp://"+n.RPC, "grpc.address="+n.GRPC, "api.address=tcp://"+n.REST,
		"instrumentation.prometheus_listen_addr="+n.Metrics)
}

// Cut separates the nodes with these indexes from all others; packets between them vanish. What asks them from outside
// still reaches them.
func (a *Apart) Cut(side ...int) error { return a.between(side, "add") }

// Heal undoes a Cut.
func (a *Apart) Heal(side ...int) error { return a.between(side, "del") }

func (a *Apart) between(side []int, do string) error {
	here := map[int]bool{}
	for _, i := range side {
		here[i] = true
	}
	var errs []error
	for i := range a.nodes {
		for j, host := range a.hosts {
			if here[i] != here[j] {
				errs = append(errs, ip("-n", a.space(i), "route", do, "blackhole", host+"/32"))
			}
		}
	}
	return errors.Join(errs...)
}

// Remove deletes the namespaces and the bridge.
func (a *Apart) Remove() {
	for i := range a.nodes {
		_ = ip("netns", "del", a.space(i)) // its end of the bridge goes with it
	}
	_ = ip("link", "del", a.bridge)
}

func ip(args ...string) error {
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("ip %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return nil
}
