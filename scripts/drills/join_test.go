package drills

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/localnet"
)

// New nodes fetch a snapshot while the chain works, one after the other, and have the state that the validators have.
func TestDrillStateSync(t *testing.T) {
	d := running(t, func(o *localnet.Options) {
		o.Settings = append(o.Settings, "state-sync.snapshot-interval=10", "state-sync.snapshot-keep-recent=5")
	})
	load := d.pay(d.nodes...)
	joins := often(1, 10)
	var heights, slowest int64
	d.await(22, d.nodes...)
	for n := range joins {
		trusted := d.height(d.nodes[0]) - 12
		commit, err := d.rpc(d.nodes[0]).Commit(d.ctx, &trusted)
		require.NoError(t, err)
		node := d.join(fmt.Sprintf("new%d", n), "statesync.enable=true",
			"statesync.rpc_servers="+d.nodes[0].RPC+","+d.nodes[1].RPC, "statesync.trust_height="+strconv.FormatInt(trusted, 10),
			"statesync.trust_hash="+commit.Commit.BlockID.Hash.String(), "statesync.discovery_time=5s")
		began := time.Now()
		require.NoError(t, node.Start())
		d.await(d.height(d.nodes[0]), node)
		d.goesOn(node, 3)
		slowest = max(slowest, int64(time.Since(began).Seconds()))
		status, err := d.rpc(node).Status(d.ctx)
		require.NoError(t, err)
		first := status.SyncInfo.EarliestBlockHeight
		require.Greater(t, first, int64(1), "it executed all blocks and fetched no snapshot")
		// CometBFT keeps no results of the block that the snapshot is of.
		heights += d.requireAgreement(first+1, node, d.nodes[0])
		d.requireSound(node)
	}
	answered, _ := load.requireAllThere(d.nodes[0])
	d.requireAgreement(1, d.nodes...)
	d.requireSound(d.nodes...)
	d.said("%d nodes fetched a snapshot under load, at the slowest in %d s, and computed the same app hash of %d blocks; %d payments all "+
		"there", joins, slowest, heights, answered)
}
