package health

import (
	"net"
	"net/url"
	"slices"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// trap is a setting that hurts later.
type trap struct {
	code string
	mark Mark
	// in says where the trap is, empty where it is not.
	in     func(f Facts) string
	found  string
	remedy string
}

// traps are looked at in this order.
var traps = []trap{
	{
		"key-files", Bad, func(f Facts) string { return strings.Join(f.Settings.ReadByOthers, ", ") },
		"other users of the machine may read", "chmod 600: who has the key signs in this validator's name",
	},
	{
		"two-signers", Bad, func(f Facts) string {
			if f.Comet.PrivValidatorListenAddr != "" && f.Key.Signed > 0 {
				return f.Comet.PrivValidatorStateFile()
			}
			return ""
		},
		"a remote signer is set, and this machine has signed with a key of its own:",
		"make sure that the remote signer began above that height, then move this file and the key away, together",
	},
	{
		"minimum-gas-prices", Bad, func(f Facts) string { return noPrice(f.Settings.MinGasPrices) },
		"minimum-gas-prices in app.toml is", `set it to the floor of the fee market: "0.001ustem"`,
	},
	{
		"unsafe-rpc", Bad, func(f Facts) string { return when(f.Comet.RPC.Unsafe, "true") },
		"rpc.unsafe in config.toml is", "set it to false: strangers could empty the pool, and choose the peers",
	},
	{
		"profile-public", Bad, func(f Facts) string { return public(f.Comet.RPC.PprofListenAddress) },
		"pprof_laddr in config.toml is open to others, at", `set it to "localhost:6060", or to ""`,
	},
	{
		"private-peers", Bad, privatePeers, "addr_book_strict in config.toml passes over peers of private addresses:",
		"set addr_book_strict = false, as on a network of one machine or behind sentries",
	},
	{
		"rpc-public", Note, func(f Facts) string { return public(f.Comet.RPC.ListenAddress) },
		"the RPC is open to others, at", "on a validator listen on loopback; elsewhere behind a proxy, see docs/operators.md",
	},
	{
		"grpc-public", Note, func(f Facts) string { return public(f.Settings.GRPC) },
		"gRPC is open to others, at", "listen on loopback, behind a proxy that holds each address to a rate: see docs/operators.md",
	},
	{
		"rest-public", Note, func(f Facts) string { return public(f.Settings.REST) },
		"REST is open to others, at", "listen on loopback, behind a proxy that holds each address to a rate: see docs/operators.md",
	},
	{
		"metrics-public", Note, func(f Facts) string {
			return when(f.Comet.Instrumentation.Prometheus, public(f.Comet.Instrumentation.PrometheusListenAddr))
		},
		"metrics are open to others, at", "let only Prometheus reach them",
	},
	{
		"mempool-size", Note, func(f Facts) string {
			size := f.Settings.PoolSize
			if size <= 0 {
				size = appPool
			}
			return when(f.Comet.Mempool.Size < 2*size, "less than twice that of the app's")
		},
		"mempool.size in config.toml is", "set it to four times max-txs of app.toml: what the app's pool drops is only dropped there after the next block",
	},
	{
		"recheck", Note, func(f Facts) string { return when(!f.Comet.Mempool.Recheck, "false") },
		"mempool.recheck in config.toml is", "set it to true: what can't pay any more stays in the pool else",
	},
	{
		"pruning-everything", Note, func(f Facts) string { return when(f.Settings.Pruning == "everything", "everything") },
		"pruning in app.toml is", `a rollback may find no state to go back to, and proofs no past: "default" keeps the last 362,880`,
	},
	{
		"pruning-nothing", Note, func(f Facts) string { return when(f.Settings.Pruning == "nothing", "nothing") },
		"pruning in app.toml is", "right for an archive; for a validator it fills the disk",
	},
	{
		"no-snapshots", Note, func(f Facts) string { return when(f.Settings.SnapshotInterval == 0, "0") },
		"snapshot-interval in app.toml is", "set it to 1000: others join by the snapshots of those who take them",
	},
	{
		"halt-set", Note, func(f Facts) string { return when(f.Settings.HaltHeight+f.Settings.HaltTime > 0, "set") },
		"halt-height or halt-time in app.toml is", "take it out once it has done its work",
	},
	{
		"old-telemetry", Note, func(f Facts) string { return when(f.Settings.OldTelemetry, "on") },
		"[telemetry] of app.toml is", "set enabled = false: config/otel.yaml has the same and more",
	},
	{
		"no-peers-set", Note, func(f Facts) string {
			return when(f.Comet.P2P.PersistentPeers == "" && f.Comet.P2P.Seeds == "" && (f.Node == nil || f.Node.Peers == 0), "empty")
		},
		"persistent_peers and seeds in config.toml are", "take some of the network's join bundle",
	},
	{
		"environment", Note, func(f Facts) string { return strings.Join(f.Environment, ", ") },
		"variables set what the files say otherwise:", "be sure that the service has the same, or write them into the files",
	},
}

// appPool is how many transactions the app's pool holds unless max-txs says otherwise.
const appPool = 5000

func settings(f Facts) []Finding {
	var found []Finding
	for _, t := range traps {
		if in := t.in(f); in != "" {
			found = append(found, Finding{t.code, t.mark, t.found + " " + in, t.remedy})
		}
	}
	if len(found) == 0 {
		found = append(found, ok("settings", "none of the %d traps that are known", len(traps)))
	}
	return found
}

// noPrice is what stands in place of prices that ask for something.
func noPrice(prices string) string {
	if prices == "" {
		return "empty"
	}
	coins, err := sdk.ParseDecCoins(prices)
	return when(err != nil || coins.IsZero(), prices) // ParseDecCoins leaves out what is zero
}

func when(is bool, text string) string {
	if is {
		return text
	}
	return ""
}

// public is the address if others than this machine reach it.
func public(address string) string {
	if strings.HasPrefix(address, "unix:") {
		return ""
	}
	at := address
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		at = u.Host
	}
	host, _, err := net.SplitHostPort(at)
	ip := net.ParseIP(host)
	if err != nil || host == "localhost" || ip != nil && ip.IsLoopback() {
		return ""
	}
	return address
}

func privatePeers(f Facts) string {
	if !f.Comet.P2P.AddrBookStrict {
		return ""
	}
	named := strings.Split(f.Comet.P2P.PersistentPeers+","+f.Comet.P2P.Seeds, ",")
	named = slices.DeleteFunc(named, func(peer string) bool {
		_, at, _ := strings.Cut(peer, "@")
		host, _, _ := net.SplitHostPort(at)
		ip := net.ParseIP(host)
		return ip == nil || !ip.IsLoopback() && !ip.IsPrivate()
	})
	return strings.Join(named, ", ")
}
