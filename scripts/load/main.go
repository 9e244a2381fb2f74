// Command load keeps a chain of one validator, or of several on this machine,
// busy through its public interface and reports what it sustains: transactions
// per second counted from blocks, block times, memory, processor time of node
// and client, growth of the data folder. Transactions are signed while they are
// sent, on the same processors as the node; the client's part is shown apart.
// Afterwards it stops the chain and has `stemmad check` look at every invariant.
// All is deleted at the end.
//
// Usage: go run ./scripts/load [-kind mixed] [-compare] [-duration 10m] [-nodes 4] [-json FILE]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/testutil/localnet"
)

const chainID = "stemma-load-1"

type options struct {
	binary   string
	nodes    int
	parallel int // of them, the last ones
	accounts int
	works    int // of each account, registered before the clock starts
	kind     string
	compare  bool
	duration time.Duration
	slice    time.Duration
	settle   time.Duration
	every    time.Duration
	rate     int
	senders  int
	seed     uint64
	json     string
	chain    chainOptions
}

// chainOptions is what differs from a network that `stemmad testnet init-files`
// writes.
type chainOptions struct {
	blockTime time.Duration
	blockGas  int64    // 0: as the genesis has it
	set       settings // of config.toml and app.toml
}

// defaultSettings are what differs from a local network's files: validators made
// with `stemmad init` keep no index of transactions.
var defaultSettings = settings{"tx_index.indexer=null"}

// settings are section.key=value, one for each time the flag is given.
type settings []string

func (s *settings) String() string { return strings.Join(*s, " ") }

// Set takes one setting.
func (s *settings) Set(v string) error {
	if key, _, ok := strings.Cut(v, "="); !ok || key == "" {
		return errors.New("want section.key=value")
	}
	*s = append(*s, v)
	return nil
}

func parse() options {
	o := options{chain: chainOptions{set: defaultSettings}}
	flag.CommandLine = flag.NewFlagSet(os.Args[0], flag.ExitOnError) // without those of packages for tests
	flag.StringVar(&o.binary, "binary", filepath.Join("build", "stemmad"), "the stemmad to run")
	flag.IntVar(&o.nodes, "nodes", 1, "validators on this machine")
	flag.IntVar(&o.parallel, "parallel", 0, "how many of the validators, the last ones, execute blocks in parallel (Block-STM)")
	flag.IntVar(&o.accounts, "accounts", 4000, "accounts; each has at most one transaction in flight, so this bounds the mempool")
	flag.IntVar(&o.works, "works", 4, "works of each account that are registered before the clock starts")
	flag.StringVar(&o.kind, "kind", mixed, "the load: "+strings.Join(loads(), ", ")+", or shares such as pay=70,register=30")
	flag.BoolVar(&o.compare, "compare", false, "take turns between bank sends and the kind, on the same chain")
	flag.DurationVar(&o.duration, "duration", 30*time.Second, "how long to send; with -compare in all")
	flag.DurationVar(&o.slice, "slice", 20*time.Second, "length of one turn of -compare")
	flag.DurationVar(&o.settle, "settle", 4*time.Second, "how long a kind of load runs before it is measured")
	flag.DurationVar(&o.every, "every", 10*time.Second, "pause between reports of progress")
	flag.IntVar(&o.rate, "rate", 0, "most transactions sent a second; 0: as many as the chain takes")
	flag.IntVar(&o.senders, "senders", 4, "concurrent senders for each node")
	flag.Uint64Var(&o.seed, "seed", 1, "seed of the choices")
	flag.StringVar(&o.json, "json", "", "also write the report to this file")
	flag.DurationVar(&o.chain.blockTime, "blocktime", time.Second, "timeout_commit: pause after each block")
	flag.Int64Var(&o.chain.blockGas, "block-gas", 0, "max_gas of a block in the genesis; 0: the default")
	flag.Var(&o.chain.set, "set", "a setting of config.toml or app.toml, as section.key=value; may be repeated, and the last one counts")
	flag.Parse()
	return o
}

func main() {
	o := parse()
	encoding.Configure()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	report, err := run(ctx, o)
	if err != nil && ctx.Err() != nil {
		err = errors.New("interrupted; the nodes are stopped and their folders deleted")
	}
	cancel()
	if err == nil {
		err = report.publish(os.Stdout, o.json)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// run makes a chain, loads it, and leaves nothing behind: no process, no folder.
func run(ctx context.Context, o options) (report *Report, err error) {
	slices, err := o.slices()
	if err != nil {
		return nil, err
	}
	accounts := newAccounts(o.accounts, o.nodes)
	network, err := localnet.New(ctx, o.network(accounts))
	if err != nil {
		return nil, err
	}
	defer network.Remove()
	defer func() { err = errors.Join(err, network.Stop()) }()
	for _, node := range network.Nodes[max(0, o.nodes-o.parallel):] {
		node.Set("block-executor=block-stm", "block-stm-pre-estimate=true")
	}
	if err := network.Start(ctx); err != nil {
		return nil, err
	}
	load := newLoad(o, network, accounts)
	if err := load.prepare(ctx); err != nil {
		return nil, network.Explain(err)
	}
	if err := load.play(ctx, slices); err != nil {
		return nil, network.Explain(err)
	}
	if report, err = load.report(ctx); err != nil {
		return nil, network.Explain(err)
	}
	if report.Agreed, err = load.agreed(ctx); err != nil {
		return nil, err
	}
	if err := network.Stop(); err != nil {
		return nil, err
	}
	report.Invariants = "ok"
	if err := network.Check(ctx); err != nil {
		report.Invariants = err.Error()
	}
	return report, nil
}

// network is the chain that is loaded.
func (o options) network(accounts []*Account) localnet.Options {
	n := localnet.Options{
		Binary: o.binary, ChainID: chainID, Nodes: o.nodes, BlockTime: o.chain.blockTime,
		Settings: o.chain.set, Funded: genesisAccounts(accounts),
	}
	if gas := o.chain.blockGas; gas != 0 {
		n.Genesis = func(genesis []byte) ([]byte, error) { return withBlockGas(genesis, gas) }
	}
	return n
}

// slices are the kinds of load one after the other, each with its time.
func (o options) slices() ([]slice, error) {
	kind, err := mixOf(o.kind)
	if err != nil {
		return nil, err
	}
	if o.duration <= o.settle || (o.compare && o.slice <= o.settle) {
		return nil, fmt.Errorf("nothing is measured in the first %s of each kind of load (-settle); -duration and -slice must be longer", o.settle)
	}
	if !o.compare {
		return []slice{{mix: kind, length: o.duration}}, nil
	}
	sends, _ := mixOf(string(kindSend))
	var list []slice
	for at := time.Duration(0); at < o.duration; at += 2 * o.slice {
		list = append(list, slice{mix: sends, length: o.slice}, slice{mix: kind, length: o.slice})
	}
	return list, nil
}
