package joining

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Who is outside names no addresses that are others here: they would be dialled, and have the settings take private addresses.
func TestAStrangerNamesNoPrivatePeers(t *testing.T) {
	const id = "0123456789abcdef0123456789abcdef01234567@"
	inside := []string{id + "127.0.0.1:22", id + "10.0.0.5:26656", id + "[fe80::1]:26656", id + "localhost:26656", id + "[::1]:1", id + "0.0.0.0:1"}
	public := id + "203.0.113.7:26656"
	named := func() []string { return append([]string{public}, inside...) }
	require.Equal(t, []string{public}, fromThere(t.Context(), "203.0.113.1", named()))
	for _, host := range []string{"10.0.0.1", "127.0.0.1", "localhost"} {
		require.Equal(t, named(), fromThere(t.Context(), host, named()), host)
	}
}
