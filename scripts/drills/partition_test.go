package drills

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/localnet"
)

// A network that is cut into halves halts, cut into three and one it goes on where three are, and heals by itself.
func TestDrillPartition(t *testing.T) {
	d := newDrill(t, nil)
	cut, err := d.net.Separate(d.ctx)
	if errors.Is(err, localnet.ErrNoNamespaces) {
		t.Skip(err)
	}
	require.NoError(t, err)
	t.Cleanup(func() {
		d.net.Kill()
		cut.Remove()
	})
	require.NoError(t, d.net.Start(d.ctx))
	rounds := often(1, 20)
	load := d.pay(d.nodes[0], d.nodes[1])
	load.goesOn(5)
	var slowest time.Duration
	heals := func() {
		began := time.Now()
		d.await(d.height(d.nodes[0])+2, d.nodes...)
		slowest = max(slowest, time.Since(began))
	}
	for range rounds {
		require.NoError(t, cut.Cut(2, 3))
		d.halts(d.nodes[0], d.nodes[2])
		require.NoError(t, cut.Heal(2, 3))
		heals()

		require.NoError(t, cut.Cut(3))
		d.goesOn(d.nodes[0], 5)
		load.goesOn(5)
		d.halts(d.nodes[3])
		require.NoError(t, cut.Heal(3))
		heals()
	}
	answered, _ := load.requireAllThere(d.nodes[0])
	heights := d.requireAgreement(1, d.nodes...)
	d.requireSound(d.nodes...)
	d.said("%d times 2|2: no block on either side; %d times 3|1: three went on, one stood; all healed, at the slowest in %s; "+
		"%d payments all there, %d blocks with the same app hash", rounds, rounds, slowest.Round(time.Second), answered, heights)
}
