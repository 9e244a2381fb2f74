package deploy_test

import (
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/localnet"
)

// peer is a node as others name it: its ID, and ID@HOST:PORT. Its RPC has the port behind.
func peer(t *testing.T, n *localnet.Network, node *localnet.Node) (id, address string) {
	t.Helper()
	out, err := n.Run(t.Context(), "comet", "show-node-id", "--home", node.Home)
	require.NoError(t, err)
	host, port, err := net.SplitHostPort(node.RPC)
	require.NoError(t, err)
	number, err := strconv.Atoi(port)
	require.NoError(t, err)
	id = strings.TrimSpace(out)
	return id, id + "@" + net.JoinHostPort(host, strconv.Itoa(number-1))
}

// set gives a node settings of config.toml's [p2p], which come before those that it has.
func set(node *localnet.Node, settings map[string]string) {
	for key, value := range settings {
		node.Env = append(node.Env, "STEMMAD_P2P_"+strings.ToUpper(key)+"="+value)
	}
}

// peersOf are the IDs of a node's peers.
func peersOf(t *testing.T, node *localnet.Node) (ids []string) {
	t.Helper()
	res, err := http.Get("http://" + node.RPC + "/net_info")
	require.NoError(t, err)
	defer res.Body.Close()
	var answer struct {
		Result struct {
			Peers []struct {
				Info struct{ ID string } `json:"node_info"`
			}
		}
	}
	require.NoError(t, json.NewDecoder(res.Body).Decode(&answer))
	for _, p := range answer.Result.Peers {
		ids = append(ids, p.Info.ID)
	}
	slices.Sort(ids)
	return ids
}

// The settings of docs/operators.md: a validator behind two sentries. A node that knows one of them follows the chain, learns of the
// other, goes on by it when the first is gone, and never hears of the validator.
func TestAValidatorBehindSentries(t *testing.T) {
	if os.Getenv("DEPLOY") == "" {
		t.Skip("no DEPLOY: nodes take minutes to hear of each other: run make test-signer")
	}
	n := localnet.StoppedForTest(t, localnet.Options{})
	validator := n.Nodes[0]
	join := func(name string) *localnet.Node {
		node, err := n.Join(t.Context(), name)
		require.NoError(t, err)
		return node
	}
	sentries := []*localnet.Node{join("first"), join("second")}
	hidden, private := peer(t, n, validator)
	var ids, addresses []string
	for _, s := range sentries {
		id, address := peer(t, n, s)
		ids, addresses = append(ids, id), append(addresses, address)
	}
	set(validator, map[string]string{
		"pex": "false", "persistent_peers": strings.Join(addresses, ","), "unconditional_peer_ids": strings.Join(ids, ","), "addr_book_strict": "false",
	})
	for i, s := range sentries {
		set(s, map[string]string{
			"pex": "true", "persistent_peers": private + "," + addresses[1-i], "private_peer_ids": hidden, "unconditional_peer_ids": hidden,
		})
	}
	outside := join("outside")
	set(outside, map[string]string{"persistent_peers": addresses[0], "pex": "true"})

	require.NoError(t, n.Start(t.Context()))
	for _, node := range append(sentries, outside) {
		require.NoError(t, node.Start())
		t.Cleanup(node.Kill)
		require.NoError(t, node.AwaitStart(t.Context()))
	}
	slices.Sort(ids)
	require.Eventually(t, func() bool { return slices.Equal(peersOf(t, validator), ids) }, patience, time.Second, "the validator's peers")
	require.Eventually(t, func() bool { return slices.Equal(peersOf(t, outside), ids) }, patience, time.Second, "it learns of the other sentry")

	sentries[0].Kill()
	from, err := outside.Height(t.Context())
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		height, err := outside.Height(t.Context())
		return err == nil && height > from+5
	}, patience, time.Second, "it goes on by the other")
	require.NoError(t, outside.Stop()) // writes what it knows of others
	book, err := os.ReadFile(filepath.Join(outside.Home, "config", "addrbook.json"))
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(ids, func(id string) bool { return strings.Contains(string(book), id) }))
	require.NotContains(t, string(book), hidden)
}
