package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	chainID = "stemma-load-1"
	// portsPerNode is how many ports a node takes from its first one on.
	portsPerNode = 10
)

// Network is the validators of one chain, on loopback.
type Network struct {
	Nodes []*Node

	binary, dir string
	env         []string
}

// newNetwork writes the home folders of a chain that funds these accounts.
func newNetwork(ctx context.Context, o options, accounts []*Account) (*Network, error) {
	if _, err := os.Stat(o.binary); err != nil {
		return nil, fmt.Errorf("%w: run `make build` first", err)
	}
	port, err := freePorts(portsPerNode * o.nodes)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "stemma-load-")
	if err != nil {
		return nil, err
	}
	n := &Network{binary: o.binary, dir: dir, env: o.chain.set.environment(o.binary)}
	for i := range o.nodes {
		n.Nodes = append(n.Nodes, &Node{
			Home: filepath.Join(dir, "net", "node"+strconv.Itoa(i)),
			RPC:  newRPC(loopback(port+portsPerNode*i+1), o.senders+2),
			log:  filepath.Join(dir, fmt.Sprintf("node%d.log", i)),
		})
	}
	if err := n.init(ctx, port, o.chain, accounts); err != nil {
		n.Remove()
		return nil, err
	}
	return n, nil
}

// environment has the settings as variables, which stemmad prefers to its files.
// Their prefix is the name of the binary.
func (s settings) environment(binary string) []string {
	list := make([]string, len(s))
	prefix := strings.ToUpper(strings.ReplaceAll(filepath.Base(binary), "-", "_"))
	for i, setting := range s {
		key, value, _ := strings.Cut(setting, "=")
		list[i] = prefix + "_" + strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(key)) + "=" + value
	}
	return list
}

func (n *Network) init(ctx context.Context, port int, o chainOptions, accounts []*Account) error {
	home := n.Nodes[0].Home
	if err := n.run(ctx, "testnet", "init-files", "--validators", strconv.Itoa(len(n.Nodes)), "--output-dir", filepath.Dir(home),
		"--chain-id", chainID, "--blocktime", o.blockTime.String(), "--base-port", strconv.Itoa(port)); err != nil {
		return err
	}
	raw, err := json.Marshal(genesisAccounts(accounts))
	if err != nil {
		return err
	}
	file := filepath.Join(n.dir, "accounts.json")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		return err
	}
	if err := n.run(ctx, "genesis", "bulk-add-genesis-account", file, "--home", home); err != nil {
		return err
	}
	genesis, err := os.ReadFile(genesisFile(home))
	if err != nil {
		return err
	}
	if o.blockGas != 0 {
		if genesis, err = withBlockGas(genesis, o.blockGas); err != nil {
			return err
		}
	}
	for _, node := range n.Nodes {
		if err := os.WriteFile(genesisFile(node.Home), genesis, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func genesisFile(home string) string { return filepath.Join(home, "config", "genesis.json") }

// withBlockGas changes the most gas of a block in a genesis.
func withBlockGas(genesis []byte, gas int64) ([]byte, error) {
	fields := []string{"consensus", "params", "block"}
	layers := make([]map[string]json.RawMessage, len(fields)+1)
	raw := json.RawMessage(genesis)
	for i := range layers {
		if err := json.Unmarshal(raw, &layers[i]); err != nil {
			return nil, fmt.Errorf("genesis: %w", err)
		}
		if i < len(fields) {
			raw = layers[i][fields[i]]
		}
	}
	raw = json.RawMessage(strconv.Quote(strconv.FormatInt(gas, 10)))
	key := "max_gas"
	for i := len(fields); i >= 0; i-- {
		layers[i][key] = raw
		var err error
		if raw, err = json.Marshal(layers[i]); err != nil {
			return nil, err
		}
		if i > 0 {
			key = fields[i-1]
		}
	}
	return raw, nil
}

// run runs the binary to its end.
func (n *Network) run(ctx context.Context, args ...string) error {
	command := exec.CommandContext(ctx, n.binary, args...)
	command.Env = append(os.Environ(), n.env...)
	out, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("stemmad %s: %w\n%s", strings.Join(args[:2], " "), err, out)
	}
	return nil
}

// Start starts all nodes and waits for the first blocks.
func (n *Network) Start(ctx context.Context) error {
	for _, node := range n.Nodes {
		if err := node.start(n.binary, n.env); err != nil {
			return err
		}
	}
	for _, node := range n.Nodes {
		if err := node.awaitStart(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Stop ends all nodes that run.
func (n *Network) Stop() error {
	var errs []error
	for _, node := range n.Nodes {
		errs = append(errs, node.stop())
	}
	return errors.Join(errs...)
}

// Check runs all invariants over the state of the first node, which must be
// stopped.
func (n *Network) Check(ctx context.Context) error {
	return n.run(ctx, "check", "--home", n.Nodes[0].Home)
}

// Remove deletes the folders.
func (n *Network) Remove() { _ = os.RemoveAll(n.dir) }

// explain puts the log of a node that stopped in the place of the error that
// showed it.
func (n *Network) explain(err error) error {
	for _, node := range n.Nodes {
		if node.gone() {
			return node.failure()
		}
	}
	return err
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// freePorts finds the first of count consecutive free ports on loopback.
func freePorts(count int) (int, error) {
	const tries = 100
	for range tries {
		l, err := net.Listen("tcp", loopback(0))
		if err != nil {
			return 0, err
		}
		first := l.Addr().(*net.TCPAddr).Port
		_ = l.Close()
		if first+count < 1<<16 && allFree(first, count) {
			return first, nil
		}
	}
	return 0, fmt.Errorf("no %d consecutive free ports on loopback in %d tries", count, tries)
}

func allFree(first, count int) bool {
	for port := first; port < first+count; port++ {
		l, err := net.Listen("tcp", loopback(port))
		if err != nil {
			return false
		}
		_ = l.Close()
	}
	return true
}
