package drills

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/proof/gather"
	"github.com/stemma-chain/stemma/testutil/localnet"
)

// follower is a light client: it trusts one header, and each further one by what leads there from it.
type follower struct {
	*drill
	maker    gather.Maker
	question proof.Question
	first    proof.Trust
	verified int
	hops     int // the most that a proof took
}

// look makes a proof that begins at a trusted header, checks it from its file alone, and returns the header that it led to.
func (f *follower) look(from proof.Trust) proof.Trust {
	f.Helper()
	made, err := f.maker.Answer(f.ctx, f.question, gather.Options{Trust: &from})
	require.NoError(f, err)
	read, err := proof.Read(made.Encode())
	require.NoError(f, err)
	_, err = read.Verify(from, proof.Policy{Now: time.Now(), Period: proof.DefaultPeriod})
	require.NoError(f, err)
	f.hops = max(f.hops, len(read.Hops))
	f.verified++
	return proof.TrustIn(read.Last())
}

// tx sends what the key of a home says, and waits until it is in a block.
func (d *drill) tx(home string, args ...string) {
	d.Helper()
	out, err := d.net.Run(d.ctx, append(append([]string{"tx"}, args...), "--keyring-backend", "test", "--yes", "--gas", "500000",
		"--fees", "5000ustem", "--output", "json", "--home", home, "--node", "tcp://"+d.nodes[0].RPC)...)
	require.NoError(d, err)
	var sent struct {
		Hash string `json:"txhash"`
		Code int    `json:"code"`
		Log  string `json:"raw_log"`
	}
	require.NoError(d, json.Unmarshal([]byte(out), &sent), out)
	require.Zero(d, sent.Code, sent.Log)
	d.ask(d.nodes[0], "query", "wait-tx", sent.Hash)
}

// powers is the power of each validator in the set of a height, by address.
func (d *drill) powers(height int64) (of map[string]int64, total int64) {
	d.Helper()
	res, err := d.rpc(d.nodes[0]).Validators(d.ctx, &height, nil, nil)
	require.NoError(d, err)
	of = map[string]int64{}
	for _, v := range res.Validators {
		of[v.Address.String()] = v.VotingPower
		total += v.VotingPower
	}
	return of, total
}

// moved is the part of the power at one height, in percent, that is another's at a later one.
func (d *drill) moved(from, to int64) int64 {
	before, all := d.powers(from)
	after, now := d.powers(to)
	kept := int64(0)
	for address, power := range before {
		kept += min(power*1000/all, after[address]*1000/now)
	}
	return 100 - kept/10
}

// third is within how many blocks, from one on, a third of the power had changed hands, and how many percent have by now.
func (d *drill) third(from int64) (blocks, most int64) {
	d.Helper()
	to := d.height(d.nodes[0])
	for last := from + 1; last <= to; last++ {
		for first := max(from, last-10); first < last; first++ {
			if d.moved(first, last) > 33 && (blocks == 0 || last-first < blocks) {
				blocks = last - first
			}
		}
	}
	most = d.moved(from, to)
	require.NotZero(d, blocks, "no third within ten blocks, %d %% in all", most)
	return blocks, most
}

// A third of the power and more changes hands within a few blocks, to a new validator and between old ones, while a light client
// follows the headers; what it trusted before all that still leads to the newest.
func TestDrillPower(t *testing.T) {
	d := running(t, func(o *localnet.Options) { o.Settings = append(o.Settings, "tx_index.indexer=kv") })
	load := d.pay(d.nodes[0])
	e, err := encoding.New()
	require.NoError(t, err)
	f := &follower{drill: d, maker: gather.Maker{Node: d.rpc(d.nodes[0]), Encoding: e}}
	f.question, err = proof.AboutWork(proof.Claim, load.work)
	require.NoError(t, err)
	f.first, err = f.maker.Latest(d.ctx)
	require.NoError(t, err)

	node := d.join("newcomer")
	require.NoError(t, node.Start())
	d.await(d.height(d.nodes[0]), node)

	now := f.look(f.first)
	from := d.height(d.nodes[0])
	d.createValidator(node, "alice", "900000000000ustem") // beside four times 100,000,000,000
	now = f.look(now)
	for n := range min(often(1, validators), validators) { // who has received some cannot pass them on

		giver, taker := d.nodes[(n+2)%validators], d.nodes[(n+3)%validators]
		d.tx(giver.Home, "staking", "redelegate", d.operator(giver, (n+2)%validators), d.operator(taker, (n+3)%validators),
			fmt.Sprintf("%dustem", 60_000_000_000), "--from", fmt.Sprintf("node%d", (n+2)%validators))
		d.goesOn(d.nodes[0], 2)
		now = f.look(now)
		f.look(f.first)
	}
	d.goesOn(d.nodes[0], 3)
	blocks, most := d.third(from)
	now = f.look(now)
	f.look(f.first)
	// Of those who had the power at first only a quarter signs from here on: no single step leads here from the first header.
	for _, old := range d.nodes[1:] {
		require.NoError(t, old.Stop())
	}
	d.goesOn(d.nodes[0], 3)
	f.look(now)
	f.look(f.first)
	require.Greater(t, f.hops, 1)
	for _, old := range d.nodes[1:] {
		require.NoError(t, old.Start())
	}
	d.await(d.height(d.nodes[0]), d.nodes...)
	status, err := d.rpc(node).Status(d.ctx)
	require.NoError(t, err)
	require.Positive(t, status.ValidatorInfo.VotingPower)
	load.goesOn(5)
	answered, _ := load.requireAllThere(d.nodes[0])
	all := append([]*localnet.Node{node}, d.nodes...)
	heights := d.requireAgreement(1, all...)
	d.requireSound(all...)
	d.said("a third of the power had changed hands within %d blocks, and %d %% at the end; %d proofs verified by headers trusted "+
		"before and meanwhile, in at most %d steps, also while a quarter of the old power signed; %d payments all there, %d blocks with the "+
		"same app hash", blocks, most, f.verified, f.hops, answered, heights)
}

// createValidator makes a node one.
func (d *drill) createValidator(node *localnet.Node, from, stake string) {
	d.Helper()
	key, err := d.net.Run(d.ctx, "comet", "show-validator", "--home", node.Home)
	require.NoError(d, err)
	file := filepath.Join(d.TempDir(), "validator.json")
	require.NoError(d, os.WriteFile(file, fmt.Appendf(nil, `{"pubkey": %s, "amount": %q, "moniker": "newcomer", "commission-rate": "0.10",
		"commission-max-rate": "0.20", "commission-max-change-rate": "0.01", "min-self-delegation": "1"}`, key, stake), 0o600))
	d.tx(d.nodes[0].Home, "staking", "create-validator", file, "--from", from)
}

// operator is a validator's address.
func (d *drill) operator(node *localnet.Node, i int) string {
	d.Helper()
	out, err := d.net.Run(d.ctx, "keys", "show", fmt.Sprintf("node%d", i), "--bech", "val", "--address", "--keyring-backend", "test",
		"--home", node.Home)
	require.NoError(d, err)
	return strings.TrimSpace(out)
}
