package drills

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// All four validators export the state of one height, which is the same to the byte, and begin a new chain with it. What was
// owned is owned, and payments go on. A node with another such genesis ends, though nothing in it is signed.
func TestDrillExport(t *testing.T) {
	d := running(t, nil)
	rounds := often(1, 5)
	load := d.pay(d.nodes[:2]...)
	paid, size := 0, 0
	for n := range rounds {
		load.goesOn(20)
		answered, _ := load.requireAllThere(d.nodes[0])
		paid += answered
		had := load.balance(d.nodes[0], d.height(d.nodes[0]))
		require.NoError(t, d.net.Stop())
		genesis := d.exported()
		size = len(genesis)
		genesis = d.begun(genesis, "stemma-local-"+strconv.Itoa(n+2))
		for _, node := range d.nodes {
			// The old chain has stopped for good, and the new one has another name: what was signed on that does not count here.
			_, err := d.net.Run(d.ctx, "comet", "unsafe-reset-all", "--home", node.Home)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(node.Home, "config", "genesis.json"), genesis, 0o600))
		}
		_, err := d.net.Run(d.ctx, "check", "--genesis", filepath.Join(d.nodes[0].Home, "config", "genesis.json"))
		require.NoError(t, err)
		require.NoError(t, d.net.Start(d.ctx))
		d.goesOn(d.nodes[0], 2) // the first block comes after the one that was exported
		require.Equal(t, had, load.balance(d.nodes[0], d.height(d.nodes[0])))
		load.resume(d.nodes[:2]...)
	}
	chain := "stemma-local-" + strconv.Itoa(rounds+1)
	for _, c := range [][3]string{
		{"otherchain", `"chain_id":"` + chain + `"`, `"chain_id":"` + chain + `0"`},
		{"othername", `"moniker":"node0"`, `"moniker":"nodeO"`},
	} {
		node := d.join(c[0])
		d.change(node, c[1], c[2])
		require.NoError(t, node.Start())
		says := otherGenesis + "wrong Block.Header.AppHash"
		if c[0] == "otherchain" {
			says = "peer is on a different network"
		}
		d.requireWrongGenesis(node, says)
	}
	load.goesOn(10)
	answered, _ := load.requireAllThere(d.nodes[0])
	status, err := d.rpc(d.nodes[0]).Status(d.ctx)
	require.NoError(t, err)
	heights := d.requireAgreement(status.SyncInfo.EarliestBlockHeight, d.nodes...)
	d.requireSound(d.nodes...)
	d.said("%d times all four began anew from their export, the same to the byte (%d kB): books sound, %d payments before and %d after all "+
		"there, %d blocks with the same app hash", rounds, size/1000, paid, answered, heights)
}

// exported is what each node exports of the last height that all have.
func (d *drill) exported() (genesis []byte) {
	d.Helper()
	height := int64(-1)
	for _, node := range d.nodes {
		out, err := d.net.Run(d.ctx, "export", "--home", node.Home)
		require.NoError(d, err)
		var file struct {
			Height int64 `json:"initial_height"`
		}
		require.NoError(d, json.Unmarshal([]byte(out), &file))
		if last := file.Height - 1; height < 0 || last < height {
			height = last
		}
	}
	for _, node := range d.nodes {
		out, err := d.net.Run(d.ctx, "export", "--height", strconv.FormatInt(height, 10), "--home", node.Home)
		require.NoError(d, err)
		if genesis == nil {
			genesis = []byte(out)
		}
		require.True(d, bytes.Equal(genesis, []byte(out)), "%s exports another state of block %d", node.Home, height)
	}
	return genesis
}

// begun is the genesis of a chain of another name that begins now. An export begins ten minutes after its last block, for
// unordered transactions of before; there are none.
func (d *drill) begun(exported []byte, chain string) []byte {
	d.Helper()
	var file map[string]json.RawMessage
	require.NoError(d, json.Unmarshal(exported, &file))
	file["chain_id"] = json.RawMessage(strconv.Quote(chain))
	file["genesis_time"] = json.RawMessage(strconv.Quote(time.Now().UTC().Format(time.RFC3339Nano)))
	raw, err := json.Marshal(file)
	require.NoError(d, err)
	return raw
}
