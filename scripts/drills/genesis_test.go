package drills

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A node whose genesis differs from the network's in one place does not follow, and ends with a sentence.
func TestWrongGenesis(t *testing.T) {
	d := running(t, nil)
	d.goesOn(d.nodes[0], 3)
	for name, c := range map[string][2]string{
		"chain":    {`"chain_id": "stemma-local-1"`, `"chain_id": "stemma-local-2"`},
		"time":     {`"genesis_time": "20`, `"genesis_time": "19`},
		"height":   {`"initial_height": 1`, `"initial_height": 2`},
		"bytes":    {`"max_bytes": "4194304`, `"max_bytes": "4194303`},
		"age":      {`"max_age_num_blocks": "1`, `"max_age_num_blocks": "2`},
		"metadata": {`"description": "`, `"description": "x`},
		"balance":  {`"1000000000000"`, `"1000000000001"`},
		"moniker":  {`"moniker": "n`, `"moniker": "N`},
		"slashing": {`"signed_blocks_window": "1`, `"signed_blocks_window": "2`},
	} {
		node, err := d.net.Join(d.ctx, name)
		require.NoError(t, err)
		file := filepath.Join(node.Home, "config", "genesis.json")
		right, err := os.ReadFile(file)
		require.NoError(t, err)
		wrong := bytes.Replace(right, []byte(c[0]), []byte(c[1]), 1)
		if bytes.Equal(right, wrong) {
			t.Error("nothing changed:", name)
			continue
		}
		require.NoError(t, os.WriteFile(file, wrong, 0o600))
		require.NoError(t, node.Start())
		t.Cleanup(node.Kill)
		select {
		case <-node.Exited():
			code, why := d.ended(node)
			t.Logf("%s: %d %s", name, code, why)
			if name == "chain" { raw, _ := os.ReadFile(node.Log()); os.WriteFile("/tmp/chainlog", raw, 0o600) }
		case <-afterSeconds(12):
			t.Logf("%s: stays up\n%v", name, node.Failure())
		}
		node.Kill()
	}
}

func afterSeconds(n int) <-chan time.Time { return time.After(time.Duration(n) * time.Second) }
