package drills

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/localnet"
)

// badGenesis is the exit code of a node that has another genesis than the network.
const badGenesis = 14

// otherGenesis is what a node says whose genesis is one, but not the network's.
const otherGenesis = "do not follow from this node's genesis: "

// changes are what may be wrong in a genesis, and what a node with it says.
var changes = []struct{ name, from, to, says string }{
	{"chain", `"chain_id": "stemma-local-1"`, `"chain_id": "stemma-local-2"`, `the validator "node0" begins is not valid`},
	{"moniker", `"moniker": "node0"`, `"moniker": "nodeO"`, `the validator "nodeO" begins is not valid`},
	{"balance", `"1000000000000"`, `"1000000000001"`, `genesis refused, part "bank"`},
	{"height", `"initial_height": 1`, `"initial_height": 2`, "genesis refused"},
	{"time", `"genesis_time": "20`, `"genesis_time": "19`, otherGenesis + "block time"},
	{"bytes", `"max_bytes": "4194304"`, `"max_bytes": "4194303"`, otherGenesis + "wrong Block.Header.ConsensusHash"},
	{"age", `"max_age_num_blocks": "`, `"max_age_num_blocks": "1`, otherGenesis + "wrong Block.Header.AppHash"},
	{"text", `"description": "`, `"description": "x`, otherGenesis + "wrong Block.Header.AppHash"},
	{"window", `"signed_blocks_window": "`, `"signed_blocks_window": "1`, otherGenesis + "wrong Block.Header.AppHash"},
}

// change writes a node's genesis with a change and returns the right one.
func (d *drill) change(node *localnet.Node, from, to string) (right []byte) {
	d.Helper()
	file := filepath.Join(node.Home, "config", "genesis.json")
	right, err := os.ReadFile(file)
	require.NoError(d, err)
	wrong := bytes.Replace(right, []byte(from), []byte(to), 1)
	require.NotEqual(d, right, wrong, "nothing changed: %s", from)
	require.NoError(d, os.WriteFile(file, wrong, 0o600))
	return right
}

// A node whose genesis differs from the network's in one place does not follow: it ends with a sentence that says so. So does a
// validator of the first hour, whose network begins without it. With the right genesis it catches up.
func TestDrillGenesis(t *testing.T) {
	d := newDrill(t, nil)
	last := d.nodes[validators-1]
	right := d.change(last, `"description": "`, `"description": "x`)
	for _, node := range d.nodes {
		require.NoError(t, node.Start())
	}
	d.requireWrongGenesis(last, otherGenesis)
	d.await(3, d.nodes[:validators-1]...)

	var late []*localnet.Node
	for _, c := range changes {
		node := d.join(c.name)
		d.change(node, c.from, c.to)
		require.NoError(t, node.Start())
		late = append(late, node)
	}
	for i, c := range changes {
		d.requireWrongGenesis(late[i], c.says)
	}

	_, err := d.net.Run(d.ctx, "reset", "--home", last.Home)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(last.Home, "config", "genesis.json"), right, 0o600))
	require.NoError(t, last.Start())
	d.await(d.height(d.nodes[0])+2, d.nodes...)
	heights := d.requireAgreement(1, d.nodes...)
	d.said("%d nodes with one place of the genesis changed, and a validator of the first hour: each ended with code %d and a sentence; "+
		"the validator followed with the right one, %d blocks with the same app hash", len(changes), badGenesis, heights)
}

func (d *drill) requireWrongGenesis(node *localnet.Node, says string) {
	d.Helper()
	code, why := d.ended(node)
	require.Equal(d, badGenesis, code, why)
	require.Contains(d, why, says)
	require.Contains(d, why, "get the network's genesis again")
}
