package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Report is what came out. Rates are counted from blocks, between the moments
// in which validators decided on them.
type Report struct {
	Cores     int      `json:"cores"`
	Nodes     int      `json:"nodes"`
	BlockTime string   `json:"timeout_commit"`
	BlockGas  int64    `json:"block_max_gas"`
	Settings  settings `json:"settings,omitempty"`
	Setup     setup    `json:"setup"`
	Loads     []result `json:"loads"`
	// Ratio is the rate of the kind to that of bank sends, with -compare.
	Ratio float64 `json:"ratio,omitempty"`
	// Kinds has every transaction since the start.
	Kinds []kindResult `json:"kinds"`
	// Failed counts transactions that failed in a block, Refused those that a
	// mempool did not take, by reason. Full is how often a mempool was full.
	Failed  map[string]int `json:"failed"`
	Refused map[string]int `json:"refused"`
	Full    int            `json:"mempool_full"`
	Works   int            `json:"works"`
	// Agreed counts the blocks after which all nodes, each by its own reckoning, had the same state.
	Agreed     int64  `json:"blocks_agreed"`
	Invariants string `json:"invariants"`
}

type setup struct {
	Accounts int     `json:"accounts"`
	Works    int     `json:"works"`
	Seconds  float64 `json:"seconds"`
}

// result is one kind of load, all its slices together.
type result struct {
	Load         string  `json:"load"`
	Seconds      float64 `json:"seconds"`
	Transactions int     `json:"transactions"`
	PerSecond    float64 `json:"per_second"`
	// Operations counts the lines of a PayMany each.
	Operations float64 `json:"operations_per_second"`
	// Paid counts the works that get a part of a payment, ancestors too, by each way
	// that leads to them: the works of the mixed load have more of them as it goes on.
	Paid float64 `json:"works_paid_per_second"`
	// Slices has the rate of each turn.
	Slices []float64 `json:"slices_per_second"`

	Blocks    int    `json:"blocks"`
	BlockTime spread `json:"block_seconds"`
	BlockTxs  spread `json:"block_transactions"`
	BlockSize spread `json:"block_kilobytes"` // the transactions' bytes
	// BlockGas is what they declare, as a part of what the chain allows.
	BlockGas spread `json:"block_gas_share"`

	// Memory is the first node's resident memory.
	Memory spread `json:"node_mebibytes"`
	// Processor time in seconds a second, and in milliseconds a transaction. With
	// several nodes it is that of all of them.
	NodeLoad   float64 `json:"node_cpu_load"`
	NodePerTx  float64 `json:"node_cpu_milliseconds_per_transaction"`
	ClientLoad float64 `json:"client_cpu_load"`
	// Data is the growth of the first node's data folder, bytes a transaction,
	// in all and by store.
	Data   float64            `json:"data_bytes_per_transaction"`
	Stores map[string]float64 `json:"stores_bytes_per_transaction"`
}

type spread struct {
	Min    float64 `json:"min"`
	Median float64 `json:"median"`
	P99    float64 `json:"p99"`
	Max    float64 `json:"max"`
}

// kindResult is one kind of transaction.
type kindResult struct {
	Kind    Kind  `json:"kind"`
	Count   int   `json:"count"`
	Failed  int   `json:"failed"`
	GasUsed int64 `json:"gas_used"` // mean
	GasMost int64 `json:"gas_used_max"`
	// GasTight is the highest share of its limit that one used.
	GasTight float64 `json:"gas_share_max"`
}

func spreadOf(values []float64) spread {
	if len(values) == 0 {
		return spread{}
	}
	slices.Sort(values)
	at := func(percent int) float64 { return values[(len(values)-1)*percent/100] }
	return spread{Min: values[0], Median: at(50), P99: at(99), Max: values[len(values)-1]}
}

func seconds(d time.Duration) float64 { return d.Seconds() }

// report reads how every transaction ended and sums up. The nodes must run.
func (l *Load) report(ctx context.Context) (*Report, error) {
	r := &Report{
		Cores: runtime.NumCPU(), Nodes: len(l.network.Nodes), BlockTime: l.o.chain.blockTime.String(),
		Settings: l.o.chain.set, Setup: l.prepared, Refused: l.refused, Full: l.full, Works: l.world.registered,
	}
	var err error
	if r.BlockGas, err = l.rpc[0].MaxGas(ctx); err != nil {
		return nil, err
	}
	if r.Kinds, r.Failed, err = l.outcomes(ctx); err != nil {
		return nil, err
	}
	for _, w := range l.windows {
		if !slices.ContainsFunc(r.Loads, func(known result) bool { return known.Load == w.mix.name }) {
			r.Loads = append(r.Loads, l.sum(w.mix.name, r.BlockGas))
		}
	}
	if len(r.Loads) == 2 && r.Loads[0].PerSecond > 0 {
		r.Ratio = r.Loads[1].PerSecond / r.Loads[0].PerSecond
	}
	return r, nil
}

// agreed compares the app hashes that the nodes have computed and counts the blocks; it fails where they differ.
func (l *Load) agreed(ctx context.Context) (blocks int64, err error) {
	for _, b := range l.blocks {
		var first string
		for i, rpc := range l.rpc {
			hash, err := rpc.StateAfter(ctx, b.height)
			for end := time.Now().Add(patience); err != nil && time.Now().Before(end) && ctx.Err() == nil; { // it may be behind
				time.Sleep(poll)
				hash, err = rpc.StateAfter(ctx, b.height)
			}
			switch {
			case err != nil:
				return blocks, err
			case i == 0:
				first = hash
			case hash != first:
				return blocks, fmt.Errorf("after block %d node %d has the state %s, node 0 %s", b.height, i, hash, first)
			}
		}
		blocks++
	}
	return blocks, nil
}

// sum puts the windows of one kind of load together.
func (l *Load) sum(name string, maxGas int64) result {
	r := result{Load: name, Stores: map[string]float64{}}
	var times, txs, sizes, gas, memory []float64
	operations, paid := 0, 0
	var node, client, wall float64
	for _, w := range l.windows {
		if w.mix.name != name {
			continue
		}
		count, length := 0, 0.0
		for _, b := range l.within(w) {
			count += b.txs
			length += b.seconds
			operations += b.operations
			paid += b.paid
			times, txs = append(times, b.seconds), append(txs, float64(b.txs))
			sizes, gas = append(sizes, float64(b.bytes)/1000), append(gas, float64(b.gas)/float64(maxGas))
		}
		r.Transactions += count
		r.Seconds += length
		if length > 0 {
			r.Slices = append(r.Slices, float64(count)/length)
		}
		for _, s := range l.samples {
			if s.at.After(w.begin.at) && s.at.Before(w.end.at) {
				memory = append(memory, float64(s.rss>>20))
			}
		}
		wall += seconds(w.end.at.Sub(w.begin.at))
		node += seconds(w.end.nodes - w.begin.nodes)
		client += seconds(w.end.client - w.begin.client)
		r.Data += float64(w.end.data - w.begin.data)
		for store, size := range w.end.stores {
			r.Stores[store] += float64(size - w.begin.stores[store])
		}
	}
	r.Blocks = len(times)
	r.BlockTime, r.BlockTxs, r.BlockSize = spreadOf(times), spreadOf(txs), spreadOf(sizes)
	r.BlockGas, r.Memory = spreadOf(gas), spreadOf(memory)
	r.NodeLoad, r.ClientLoad = node/wall, client/wall
	if r.Transactions == 0 {
		return r
	}
	// The window's edges lie within blocks, so what it used is divided by what
	// its rate would have committed in it.
	r.PerSecond = float64(r.Transactions) / r.Seconds
	r.Operations = float64(operations) / r.Seconds
	r.Paid = float64(paid) / r.Seconds
	each := r.PerSecond * wall
	r.NodePerTx = 1000 * node / each
	r.Data /= each
	for store := range r.Stores {
		r.Stores[store] /= each
	}
	return r
}

// timed is a block with the seconds since the one before.
type timed struct {
	block
	txs, operations int
	seconds         float64
}

// within lists the blocks decided in a window but the first, from which time
// counts. A block's own time is when the one before was decided.
func (l *Load) within(w window) []timed {
	var list []timed
	var last time.Time
	for i := range len(l.blocks) - 1 {
		b, decided := l.blocks[i], l.blocks[i+1].voted
		if decided.Before(w.begin.at) || decided.After(w.end.at) {
			continue
		}
		if !last.IsZero() {
			t := timed{block: b, txs: len(b.kinds), seconds: seconds(decided.Sub(last))}
			for _, kind := range b.kinds {
				t.operations += kind.operations()
			}
			list = append(list, t)
		}
		last = decided
	}
	return list
}

// outcomes asks how each transaction since the start ended.
func (l *Load) outcomes(ctx context.Context) ([]kindResult, map[string]int, error) {
	failed := map[string]int{}
	kinds := map[Kind]*kindResult{}
	for n := range l.blocks {
		b := &l.blocks[n]
		if len(b.kinds) == 0 {
			continue
		}
		results, err := l.rpc[0].Results(ctx, b.height)
		if err != nil {
			return nil, nil, err
		}
		for i, tx := range results {
			k := kinds[b.kinds[i]]
			if k == nil {
				k = &kindResult{Kind: b.kinds[i]}
				kinds[k.Kind] = k
			}
			b.gas += tx.GasWanted
			k.Count++
			k.GasUsed += tx.GasUsed
			k.GasMost = max(k.GasMost, tx.GasUsed)
			k.GasTight = max(k.GasTight, float64(tx.GasUsed)/float64(tx.GasWanted))
			if tx.Code != 0 {
				k.Failed++
				failed[fmt.Sprintf("%s: %s %d: %s", k.Kind, tx.Codespace, tx.Code, firstLine(tx.Log))]++
			}
		}
	}
	var list []kindResult
	for _, k := range kinds {
		k.GasUsed /= int64(k.Count)
		list = append(list, *k)
	}
	slices.SortFunc(list, func(a, b kindResult) int { return cmp.Compare(a.Kind, b.Kind) })
	return list, failed, nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// publish prints the report and, when a file is named, writes it there too. A
// failed transaction or a broken invariant is an error.
func (r *Report) publish(out io.Writer, file string) error {
	if file != "" {
		raw, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(file, append(raw, '\n'), 0o600); err != nil {
			return err
		}
	}
	if err := r.print(out); err != nil {
		return err
	}
	if r.Invariants != "ok" {
		return fmt.Errorf("invariants are broken: %s", r.Invariants)
	}
	if len(r.Failed)+len(r.Refused) > 0 {
		return fmt.Errorf("not all transactions succeeded")
	}
	return nil
}

func (r *Report) print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(name string, of func(result) string) {
		fmt.Fprint(w, name)
		for _, l := range r.Loads {
			fmt.Fprint(w, "\t", of(l))
		}
		fmt.Fprintln(w)
	}
	three := func(format string, s spread) string {
		return fmt.Sprintf(strings.ReplaceAll("F / F / F", "F", format), s.Median, s.P99, s.Max)
	}
	fmt.Fprintf(w, "\n%d nodes and the client on %d cores, timeout_commit %s, %d gas a block; %s\n\n",
		r.Nodes, r.Cores, r.BlockTime, r.BlockGas, r.Settings.String())
	row("load", func(l result) string { return l.Load })
	row("transactions a second", func(l result) string { return fmt.Sprintf("%.0f", l.PerSecond) })
	row("with each line of a PayMany counted", func(l result) string { return fmt.Sprintf("%.0f", l.Operations) })
	row("works paid a second, with ancestors", func(l result) string { return fmt.Sprintf("%.0f", l.Paid) })
	row("measured for, s", func(l result) string { return fmt.Sprintf("%.0f", l.Seconds) })
	row("blocks", func(l result) string { return fmt.Sprint(l.Blocks) })
	row("block time, s: median / p99 / max", func(l result) string { return three("%.2f", l.BlockTime) })
	row("transactions a block", func(l result) string { return three("%.0f", l.BlockTxs) })
	row("kB a block", func(l result) string { return three("%.0f", l.BlockSize) })
	row("declared gas, % of a block's", func(l result) string {
		return fmt.Sprintf("%.0f / %.0f / %.0f", 100*l.BlockGas.Median, 100*l.BlockGas.P99, 100*l.BlockGas.Max)
	})
	row("node memory, MiB: min / median / max", func(l result) string {
		return fmt.Sprintf("%.0f / %.0f / %.0f", l.Memory.Min, l.Memory.Median, l.Memory.Max)
	})
	row("node processors in use", func(l result) string { return fmt.Sprintf("%.2f", l.NodeLoad) })
	row("client processors in use", func(l result) string { return fmt.Sprintf("%.2f", l.ClientLoad) })
	row("node processor time, ms a transaction", func(l result) string { return fmt.Sprintf("%.2f", l.NodePerTx) })
	row("data folder, bytes a transaction", func(l result) string { return fmt.Sprintf("%.0f", l.Data) })
	for _, store := range r.stores() {
		row("  "+store, func(l result) string { return fmt.Sprintf("%.0f", l.Stores[store]) })
	}
	if r.Ratio > 0 {
		fmt.Fprintf(w, "\n%s reaches %.0f %% of the transactions per second of bank sends\n", r.Loads[1].Load, 100*r.Ratio)
	}
	fmt.Fprintln(w, "\nkind\tcount\tfailed\tgas used, mean\tmost\tof the limit")
	for _, k := range r.Kinds {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%.0f %%\n", k.Kind, k.Count, k.Failed, k.GasUsed, k.GasMost, 100*k.GasTight)
	}
	fmt.Fprintf(w, "\n%d works; mempool full %d times; all nodes agree on the state after %d blocks; invariants %s\n",
		r.Works, r.Full, r.Agreed, r.Invariants)
	printReasons(w, "failed", r.Failed)
	printReasons(w, "refused", r.Refused)
	return w.Flush()
}

func printReasons(w io.Writer, what string, reasons map[string]int) {
	list := make([]string, 0, len(reasons))
	for reason, count := range reasons {
		list = append(list, fmt.Sprintf("%s %d times: %s", what, count, reason))
	}
	slices.Sort(list)
	for _, line := range list[:min(len(list), 20)] {
		fmt.Fprintln(w, line)
	}
}

// stores are the parts of the data folder that grew noticeably.
func (r *Report) stores() []string {
	var list []string
	for _, l := range r.Loads {
		for store, bytes := range l.Stores {
			if bytes >= 1 && !slices.Contains(list, store) {
				list = append(list, store)
			}
		}
	}
	slices.Sort(list)
	return list
}
