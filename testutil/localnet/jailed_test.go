package localnet

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A validator may be jailed without a time, or when its time is over: until it is told to come back. Doctor says so.
func TestDoctorKnowsThatAValidatorIsJailed(t *testing.T) {
	n := ForTest(t, Options{Nodes: 2, BlockTime: 100 * time.Millisecond})
	last := n.Nodes[1]
	awaitHeight(t, last, 3)
	mine := func(args ...string) string {
		out, err := n.Run(t.Context(), append(args, "--home", last.Home)...)
		require.NoError(t, err, out)
		return out
	}
	of := operator{t, n.options.Binary, last}
	mark, found, _ := of.found("missed-blocks")
	require.Equal(t, "ok", mark, found)
	const keyring = "--keyring-backend=test"
	operates := mine("keys", "show", "node1", "--bech", "val", "-a", keyring)
	mine("tx", "staking", "unbond", operates[:len(operates)-1], "100000000000ustem",
		"--from", "node1", keyring, "--node", "tcp://"+last.RPC, "-y")
	require.Eventually(t, func() bool {
		mark, found, _ = of.found("missed-blocks")
		return mark == "bad"
	}, time.Minute, time.Second)
	require.Contains(t, found, "jailed")
}
