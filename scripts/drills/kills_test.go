package drills

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Any of four validators is killed under load and started again at once, at any moment, also while it is starting.
func TestDrillKills(t *testing.T) {
	d := running(t, nil)
	kills := often(8, 300)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	load := d.pay(d.nodes...)
	load.goesOn(10)
	for range kills {
		node := d.nodes[rng.IntN(validators)]
		d.requireUp(node)
		node.Kill()
		require.NoError(t, node.Start())
		pause := time.Duration(rng.Int64N(int64(time.Second)))
		if rng.IntN(2) == 0 { // the next is killed at work, else maybe the same while it starts
			d.await(d.highest()+1, node)
			pause /= 2
		}
		time.Sleep(pause)
	}
	for _, node := range d.nodes {
		d.goesOn(node, 2)
	}
	load.goesOn(10)
	answered, there := load.requireAllThere(d.nodes[0])
	heights := d.requireAgreement(1, d.nodes...)
	ev, at := d.evidence(1)
	require.Nil(t, ev, "a killed validator signed twice: block %d", at)
	d.requireSound(d.nodes...)
	d.said("%d kills of one of four validators, %d blocks of which all have the same app hash, %d payments answered as done "+
		"and all there, of %d in blocks (%d were left undecided)", kills, heights, answered, there, len(load.undecided))
}

// highest is the height of the node that is furthest.
func (d *drill) highest() (height int64) {
	d.Helper()
	for _, node := range d.nodes {
		height = max(height, d.height(node))
	}
	return height
}

// Without one of four the chain goes on, and it catches up when it is back. Without two it halts until one is back.
func TestDrillDown(t *testing.T) {
	d := running(t, nil)
	rounds := often(1, 20)
	load := d.pay(d.nodes[:2]...)
	for range rounds {
		d.nodes[3].Kill()
		d.goesOn(d.nodes[0], 5)
		load.goesOn(5)

		d.nodes[2].Kill()
		d.halts(d.nodes[:2]...)
		require.NoError(t, d.nodes[2].Start())
		d.goesOn(d.nodes[0], 3)
		load.goesOn(5)

		require.NoError(t, d.nodes[3].Start())
		d.await(d.height(d.nodes[0]), d.nodes...)
	}
	answered, _ := load.requireAllThere(d.nodes[0])
	heights := d.requireAgreement(1, d.nodes...)
	d.requireSound(d.nodes...)
	d.said("%d times one of four down: it went on; %d times two down: no block, until one was back; %d payments all there, "+
		"%d blocks with the same app hash", rounds, rounds, answered, heights)
}
