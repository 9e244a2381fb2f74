package health

import (
	"testing"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/stretchr/testify/require"
)

// well is a validator that nothing is the matter with.
func well() Facts {
	now := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	yes := true
	cfg := cmtcfg.DefaultConfig()
	cfg.Mempool.Size = 20_000
	cfg.P2P.Seeds = "0123456789abcdef0123456789abcdef01234567@seed.example.org:26656"
	return Facts{
		Now: now, Comet: cfg, ClockSet: &yes, OpenFiles: 65536,
		Settings: Settings{
			MinGasPrices: "0.001ustem", Pruning: "default", SnapshotInterval: 1000, GRPC: "localhost:9090", REST: "tcp://localhost:1317", MinFree: 1 << 28,
		},
		Key:  Key{Address: "AA", Signed: 1000, Known: true},
		Disk: Disk{Free: 1 << 40, Used: 1 << 30, PerDay: 1 << 20},
		Node: &Node{
			ChainID: "stemma-1", Height: 1000, Earliest: 1, Time: now.Add(-time.Second), Power: 10, Peers: 4, Inbound: 2, PeersHeight: 1000, Pace: 2 * time.Second,
		},
		Validator: &Validator{Bonded: true, Missed: 2, Window: 100, Allowed: 50},
	}
}

func TestNothingIsTheMatter(t *testing.T) {
	for _, f := range Judge(well()) {
		require.Equal(t, OK, f.Mark, f)
		require.Empty(t, f.Remedy, f.Code)
	}
}

var cases = []struct {
	code   string
	mark   Mark
	change func(f *Facts)
	says   string
}{
	{"running", Bad, func(f *Facts) { f.Node, f.NotAnswering = nil, "refused" }, "does not answer"},
	{"running", Note, func(f *Facts) { f.Node, f.Begins = nil, f.Now.Add(time.Hour) }, "the chain begins at"},
	{"sync", Note, func(f *Facts) { f.Node.Height = 0 }, "no block yet"},
	{"sync", Note, func(f *Facts) { f.Node.CatchingUp, f.Node.Time = true, f.Now.Add(-time.Hour) }, "of 1h0m0s ago"},
	{"sync", Bad, func(f *Facts) { f.Node.Time = f.Now.Add(-2 * time.Minute) }, "no block for 2m0s"},
	{"only-me", Note, func(f *Facts) { f.Node.PeersHeight = 0 }, "nobody else was asked"},
	{"only-me", OK, func(f *Facts) { f.Node.PeersHeight = 1020 }, "height 1020"},
	{"only-me", Bad, func(f *Facts) { f.Node.PeersHeight = 1021 }, "only this node"},
	{"only-me", Bad, func(f *Facts) { f.Others = []Other{{At: "https://b", Height: 2000}} }, "https://b at 2000"},
	{"only-me", OK, func(f *Facts) { f.Node.CatchingUp, f.Node.PeersHeight = true, 2000 }, "this node catches up"},
	{"only-me", Bad, func(f *Facts) { f.Others = []Other{{At: "https://b", Height: 1000, Differs: true}} }, "another block"},
	{"only-me", Bad, func(f *Facts) { f.Node.Time = f.Now.Add(-2 * time.Minute) }, "nobody is above height 1000"},
	{"peers", Bad, func(f *Facts) { f.Node.Peers = 0 }, "no peers"},
	{"peers", Note, func(f *Facts) { f.Node.Peers = 1 }, "1 peer"},
	{"peers", OK, func(f *Facts) { f.Node.Inbound, f.Comet.P2P.PexReactor = 0, false }, "behind sentries"},
	{"peers", OK, func(f *Facts) { f.Node.Peers, f.Node.Inbound = 5, 2 }, "5: this node called 3, and 2 called it"},
	{"others", Note, func(f *Facts) { f.Silent = []Silent{{"https://b", "it is of the chain other-1"}} }, "https://b was not asked: it is of"},
	{"clock", Bad, func(f *Facts) { f.Node.Time = f.Now.Add(5 * time.Second) }, "5s in the future"},
	{"clock", Note, func(f *Facts) { no := false; f.ClockSet = &no }, "does not hold"},
	{"clock", OK, func(f *Facts) { f.ClockSet = nil }, "block time"},
	{"sign-key", OK, func(f *Facts) { f.Key, f.Comet.PrivValidatorListenAddr = Key{}, "tcp://10.0.0.1:1234" }, "a remote signer, at tcp://10.0.0.1:1234"},
	{"sign-key", Note, func(f *Facts) { f.Key = Key{Known: true} }, "there is no key in"},
	{"sign-key", Bad, func(f *Facts) { f.Key = Key{Known: true, Signed: 7} }, "there is no key in"},
	{"sign-key", Bad, func(f *Facts) { f.Key = Key{Fault: "it is empty", Known: true} }, "it is empty"},
	{"state", Bad, func(f *Facts) { f.Validator, f.Unasked = nil, "deadline" }, "deadline"},
	{"sign-key", Bad, func(f *Facts) { f.Validator.Tombstoned = true }, "removed for good"},
	{"sign-key", Bad, func(f *Facts) { f.SignedAbove = 1001 }, "height 1001 was signed"},
	{"sign-key", Bad, func(f *Facts) { f.Node, f.SignedAbove = nil, 1001 }, "height 1001 was signed"},
	{"sign-key", Bad, func(f *Facts) { f.Key.Known = false }, "not known"},
	{"sign-key", Bad, func(f *Facts) { f.Key.Signed = 2001 }, "height 2001 was signed, and the chain is at 1000"},
	{"sign-key", Note, func(f *Facts) { f.Key.Signed = 0 }, "signed nothing yet"},
	{"sign-key", Note, func(f *Facts) { f.Node = nil }, "no block was seen"},
	{"missed-blocks", Bad, func(f *Facts) { f.Validator.Tombstoned = true }, "signing twice"},
	{"missed-blocks", Bad, func(f *Facts) { f.Validator.Jailed = true }, "jailed"},
	{"missed-blocks", Note, func(f *Facts) { f.Validator.Bonded = false }, "not among"},
	{"missed-blocks", Bad, func(f *Facts) { f.Validator.Missed = 26 }, "26 of the last 100"},
	{"missed-blocks", Note, func(f *Facts) { f.Validator.Missed = 6 }, "6 of the last 100"},
	{"upgrade", Note, func(f *Facts) { f.Plan = &Plan{"v9", 1900, false} }, "in about 30m0s, and this binary does not know it"},
	{"upgrade", OK, func(f *Facts) { f.Plan = &Plan{"v9", 1900, true} }, "this binary knows it"},
	{"disk", Bad, func(f *Facts) { f.Disk.Free = 1 << 27 }, "the node ends"},
	{"disk", Bad, func(f *Facts) { f.Disk.Free = 1 << 30 }, "1.0 GiB free"},
	{"disk", Bad, func(f *Facts) { f.Disk.Free, f.Settings.MinFree = 0, 0 }, "nothing can be written"},
	{"disk", Bad, func(f *Facts) { f.Settings.MinFree = 1 << 61 }, "the node ends"},
	{"disk-growth", Note, func(f *Facts) { f.Disk.PerDay = 1 << 37 }, "full in 8 days"},
	{"disk-growth", OK, func(f *Facts) { f.Disk.PerDay = 0 }, "not known"},
	{"open-files", Note, func(f *Facts) { f.OpenFiles = 1024 }, "1024 files"},
	{"key-files", Bad, func(f *Facts) { f.Settings.ReadByOthers = []string{"k.json"} }, "k.json"},
	{"two-signers", Bad, func(f *Facts) { f.Comet.PrivValidatorListenAddr = "tcp://0.0.0.0:1234" }, "remote signer is set"},
	{"minimum-gas-prices", Bad, func(f *Facts) { f.Settings.MinGasPrices = "" }, "empty"},
	{"minimum-gas-prices", Bad, func(f *Facts) { f.Settings.MinGasPrices = "0ustem,0.0uusdc" }, "0ustem"},
	{"minimum-gas-prices", Bad, func(f *Facts) { f.Settings.MinGasPrices = "much" }, "much"},
	{"unsafe-rpc", Bad, func(f *Facts) { f.Comet.RPC.Unsafe = true }, "true"},
	{"profile-public", Bad, func(f *Facts) { f.Comet.RPC.PprofListenAddress = ":6060" }, ":6060"},
	{"private-peers", Bad, func(f *Facts) { f.Comet.P2P.PersistentPeers = "id@10.0.0.1:26656,id@1.1.1.1:26656" }, "id@10.0.0.1:26656"},
	{"rpc-public", Note, func(f *Facts) { f.Comet.RPC.ListenAddress = "tcp://0.0.0.0:26657" }, "0.0.0.0"},
	{"grpc-public", Note, func(f *Facts) { f.Settings.GRPC = "10.0.0.1:9090" }, "10.0.0.1"},
	{"rest-public", Note, func(f *Facts) { f.Settings.REST = "tcp://[::]:1317" }, "[::]:1317"},
	{"metrics-public", Note, func(f *Facts) { f.Comet.Instrumentation.Prometheus = true }, ":26660"},
	{"mempool-size", Note, func(f *Facts) { f.Comet.Mempool.Size = 9_999 }, "less than twice"},
	{"recheck", Note, func(f *Facts) { f.Comet.Mempool.Recheck = false }, "false"},
	{"pruning-everything", Note, func(f *Facts) { f.Settings.Pruning = "everything" }, "everything"},
	{"pruning-nothing", Note, func(f *Facts) { f.Settings.Pruning = "nothing" }, "nothing"},
	{"no-snapshots", Note, func(f *Facts) { f.Settings.SnapshotInterval = 0 }, "0"},
	{"halt-set", Note, func(f *Facts) { f.Settings.HaltHeight = 7 }, "set"},
	{"old-telemetry", Note, func(f *Facts) { f.Settings.OldTelemetry = true }, "on"},
	{"no-peers-set", Note, func(f *Facts) { f.Comet.P2P.Seeds, f.Node.Peers = "", 0 }, "empty"},
	{"environment", Note, func(f *Facts) { f.Environment = []string{"STEMMAD_P2P_LADDR"} }, "STEMMAD_P2P_LADDR"},
}

func TestWhatIsTheMatterIsFound(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range cases {
		f := well()
		c.change(&f)
		found := false
		for _, j := range Judge(f) {
			require.Equal(t, j.Mark == OK, j.Remedy == "", "%s: a remedy where something is the matter, and there alone", j.Code)
			require.NotContains(t, j.Remedy, "%!", j.Code)
			if j.Code == c.code {
				require.Equal(t, c.mark, j.Mark, j)
				require.Contains(t, j.Found, c.says)
				found = true
			}
		}
		require.True(t, found, "%s: %s", c.code, c.says)
		seen[c.code] = true
	}
	for _, trap := range traps {
		require.True(t, seen[trap.code], "a case for %s", trap.code)
	}
}

func TestPublicIsWhatOthersReach(t *testing.T) {
	for address, is := range map[string]bool{
		"": false, "tcp://127.0.0.1:1": false, "localhost:6060": false, "[::1]:9": false, "unix:///run/x": false,
		"tcp://0.0.0.0:26657": true, ":26660": true, "10.1.1.1:9090": true, "example.org:9090": true,
	} {
		require.Equal(t, is, public(address) != "", address)
	}
}
