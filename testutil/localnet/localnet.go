// Package localnet runs networks of the built binary on loopback, each node in a process of
// its own: for tests, and for the scripts that show and load a chain. It does not link the app.
package localnet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// portsPerNode is how many ports a node takes from its first one on.
const portsPerNode = 10

// Options say what network is made.
type Options struct {
	// Binary is the stemmad to run.
	Binary string
	// ChainID; empty: stemma-local-1.
	ChainID string
	// Nodes is the number of validators; 0: 1.
	Nodes int
	// BlockTime is the pause after each block; 0: 100 ms.
	BlockTime time.Duration
	// Keys are names of accounts with funds, whose keys are in the keyring "test" of the first
	// node's home.
	Keys []string
	// Funded are other accounts and what they start with.
	Funded []Account
	// Settings are section.key=value of config.toml and app.toml.
	Settings []string
	// Args are further ones of every start, and Env further variables, NAME=value, of every
	// process.
	Args []string
	Env  []string
	// Genesis changes the genesis before the start; nil: it stays.
	Genesis func(genesis []byte) ([]byte, error)
}

// Account is one that the genesis funds.
type Account struct {
	Address string    `json:"address"`
	Coins   sdk.Coins `json:"coins"`
}

// Network is the validators of one chain.
type Network struct {
	ChainID string
	Nodes   []*Node

	options Options
	dir     string
	env     []string
}

// New writes the home folders of a network, which Remove deletes.
func New(ctx context.Context, o Options) (*Network, error) {
	if _, err := os.Stat(o.Binary); err != nil {
		return nil, fmt.Errorf("%w: run `make build` first", err)
	}
	if o.ChainID == "" {
		o.ChainID = "stemma-local-1"
	}
	if o.Nodes == 0 {
		o.Nodes = 1
	}
	if o.BlockTime == 0 {
		o.BlockTime = 100 * time.Millisecond
	}
	port, err := FreePorts(portsPerNode * o.Nodes)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "stemma-net-")
	if err != nil {
		return nil, err
	}
	n := &Network{ChainID: o.ChainID, options: o, dir: dir, env: append(environment(o.Binary, o.Settings), o.Env...)}
	for i := range o.Nodes {
		first := port + portsPerNode*i
		n.Nodes = append(n.Nodes, &Node{
			Home: filepath.Join(dir, "net", "node"+strconv.Itoa(i)), RPC: loopback(first + 1), GRPC: loopback(first + 2),
			REST: loopback(first + 3), Metrics: loopback(first + 4), network: n, log: filepath.Join(dir, fmt.Sprintf("node%d.log", i)),
		})
	}
	if err := n.init(ctx, port); err != nil {
		n.Remove()
		return nil, err
	}
	return n, nil
}

// environment has the settings as variables, which stemmad prefers to its files.
// Their prefix is the name of the binary.
func environment(binary string, settings []string) []string {
	list := make([]string, len(settings))
	prefix := strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(filepath.Base(binary)))
	for i, setting := range settings {
		key, value, _ := strings.Cut(setting, "=")
		list[i] = prefix + "_" + strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(key)) + "=" + value
	}
	return list
}

func (n *Network) init(ctx context.Context, port int) error {
	o, home := n.options, n.Nodes[0].Home
	args := []string{
		"testnet", "init-files", "--validators", strconv.Itoa(o.Nodes), "--output-dir", filepath.Dir(home),
		"--chain-id", o.ChainID, "--blocktime", o.BlockTime.String(), "--base-port", strconv.Itoa(port),
	}
	if len(o.Keys) > 0 {
		args = append(args, "--accounts", strings.Join(o.Keys, ","))
	}
	if _, err := n.Run(ctx, args...); err != nil {
		return err
	}
	if len(o.Funded) > 0 {
		raw, err := json.Marshal(o.Funded)
		if err != nil {
			return err
		}
		file := filepath.Join(n.dir, "accounts.json")
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			return err
		}
		if _, err := n.Run(ctx, "genesis", "bulk-add-genesis-account", file, "--home", home); err != nil {
			return err
		}
	}
	genesis, err := os.ReadFile(genesisFile(home))
	if err != nil {
		return err
	}
	if o.Genesis != nil {
		if genesis, err = o.Genesis(genesis); err != nil {
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

// Run runs the binary to its end and returns what it printed.
func (n *Network) Run(ctx context.Context, args ...string) (string, error) {
	var errs strings.Builder
	command := exec.CommandContext(ctx, n.options.Binary, args...)
	command.Env, command.Stderr = append(os.Environ(), n.env...), &errs
	out, err := command.Output()
	if err != nil {
		return string(out), fmt.Errorf("stemmad %s: %w\n%s%s", strings.Join(args[:min(2, len(args))], " "), err, out, errs.String())
	}
	return string(out), nil
}

// Start starts all nodes and waits for the first blocks.
func (n *Network) Start(ctx context.Context) error {
	for _, node := range n.Nodes {
		if err := node.Start(); err != nil {
			return err
		}
	}
	for _, node := range n.Nodes {
		if err := node.AwaitStart(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Stop ends all nodes that run.
func (n *Network) Stop() error {
	var errs []error
	for _, node := range n.Nodes {
		errs = append(errs, node.Stop())
	}
	return errors.Join(errs...)
}

// Kill ends all nodes that run at once.
func (n *Network) Kill() {
	for _, node := range n.Nodes {
		if node.exited != nil {
			node.Kill()
		}
	}
}

// Check runs all invariants over the state of the first node, which must be
// stopped.
func (n *Network) Check(ctx context.Context) error {
	_, err := n.Run(ctx, "check", "--home", n.Nodes[0].Home)
	return err
}

// Remove deletes the folders.
func (n *Network) Remove() { _ = os.RemoveAll(n.dir) }

// Explain puts the log of a node that stopped in the place of the error that
// showed it.
func (n *Network) Explain(err error) error {
	for _, node := range n.Nodes {
		if node.Gone() {
			return node.Failure()
		}
	}
	return err
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// FreePorts finds the first of consecutive free ports. It begins anywhere, so that networks
// that are made at the same time don't take each other's.
func FreePorts(count int) (int, error) {
	const first, tens, tries = 20_000, 1_200, 100
	for range tries {
		if port := first + 10*rand.IntN(tens); allFree(port, count) {
			return port, nil
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
