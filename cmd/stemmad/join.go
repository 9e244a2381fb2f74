package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/server"

	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/joining"
)

const (
	flagBundle       = "bundle"
	flagKnownGenesis = "genesis-hash"
	flagFromGenesis  = "from-genesis"
	flagWriteOnly    = "write-only"

	// firstSnapshot is after how many blocks a chain certainly has a snapshot: nodes take one every
	// snapshotInterval blocks, and it takes them a while.
	firstSnapshot = snapshotInterval + 100
	// snapshotSearch is how long CometBFT looks for snapshots before it takes the best.
	snapshotSearch = 5 * time.Second
)

func joinCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "join [MONIKER] --rpc URL --trust HEIGHT:HASH",
		Short: "Make a node of this home folder that joins a network, and bring it up to date",
		Long: `Join asks nodes of a network for its genesis, shows the genesis' hash, finds peers, writes keys
and settings, and brings the node up to date by a snapshot of the state (state sync). Then it
ends, and "stemmad start" goes on from there.

What the nodes say is held to what you know from elsewhere, and nothing is written where it
differs:

  --trust         a header, HEIGHT:HASH, from somebody whom you trust. The state is proved
                  from it on, whoever sends it. It may be a week old: validators of before
                  could have left, and sign another past.
  --genesis-hash  the hash of the genesis, as the operators of the network publish it; it is
                  the SHA-256 of the file that join writes
  --bundle        a file, or its address, in which the operators publish all of it: see
                  "stemmad network bundle". Flags go before it, and are added to its lists.

Name two RPC addresses that different people run: each is asked for the header, and state sync
compares what they say. Where no peer offers a snapshot, as on a young chain, or with
--from-genesis the node executes all blocks instead, which needs no trust in a header.

A home folder whose node has no block yet is set up anew, with the keys that it has, but not while
the network's newest block is signed with its key above what this machine has signed. Interrupted,
it goes on by the same command, or by "stemmad start".`,
		Example: `  stemmad join --rpc https://rpc.example.org --rpc https://rpc.example.net --trust 120000:5B1F...
  stemmad join mynode --bundle https://example.org/join.json
  stemmad join --bundle join.json --write-only    # for ports of your own; then stemmad start`,
		Args:        cobra.MaximumNArgs(1),
		Annotations: map[string]string{settingless: ""},
		RunE:        runJoin,
	}
	f := cmd.Flags()
	f.StringArray(flagRPC, nil, "address of a node's RPC; may be repeated")
	f.String(flagTrust, "", "header that you know from elsewhere, as HEIGHT:HASH")
	f.String(flagKnownGenesis, "", "hash of the genesis that you know from elsewhere")
	f.String(flagBundle, "", "file or https address of a join bundle")
	f.StringArray(flagPeer, nil, "ID@HOST:PORT of a node to stay connected to; may be repeated (default: those that the nodes name)")
	f.StringArray(flagSeed, nil, "ID@HOST:PORT of a seed; may be repeated")
	f.Bool(flagFromGenesis, false, "execute all blocks in place of a snapshot")
	f.Bool(flagWriteOnly, false, `write keys and settings, and leave the rest to "stemmad start"`)
	return cmd
}

// joined is what join did, for programs.
type joined struct {
	ChainID   string   `json:"chain_id"`
	Genesis   string   `json:"genesis_hash"`
	Trust     string   `json:"trust,omitempty"`
	TrustedAt string   `json:"trusted_at,omitempty"`
	Home      string   `json:"home"`
	Moniker   string   `json:"moniker"`
	NodeID    string   `json:"node_id"`
	Peers     []string `json:"peers"`
	// Height is where the node is; 0 where it was not started.
	Height  int64   `json:"height,string"`
	Seconds float64 `json:"seconds,omitempty"`
}

func runJoin(cmd *cobra.Command, args []string) error {
	defer interruptible(cmd)()
	home := client.GetClientContextFromCmd(cmd).HomeDir
	name := moniker(args)
	if err := checkMoniker(name); err != nil {
		return err
	}
	ctx, err := settingsAsTheyAre(cmd.Context(), home)
	if err != nil {
		return err
	}
	cfg := ctx.Config
	bundle, err := askedBundle(cmd)
	if err != nil {
		return err
	}
	fromGenesis, _ := cmd.Flags().GetBool(flagFromGenesis)
	if bundle.Trust == "" && !fromGenesis {
		return fmt.Errorf("no header to trust: name the bundle of the network's operators with --%s, or ask somebody whom you trust for "+
			"a header (%s), for --%s, or execute all blocks with --%s",
			flagBundle, "curl -s RPC/commit, the fields height and block_id.hash", flagTrust, flagFromGenesis)
	}
	if err := errors.Join(emptyHome(ctx), checkKeys(cfg)); err != nil {
		return err
	}
	maxAge := cfg.StateSync.TrustPeriod
	if fromGenesis { // no trust in a header is needed
		maxAge = math.MaxInt64
	}
	network, err := look(cmd.Context(), bundle, maxAge)
	if err != nil {
		return err
	}
	if err := signsNowhereElse(cmd.Context(), cfg, bundle.RPC); err != nil {
		return err
	}
	say := func(format string, args ...any) {
		fmt.Fprintln(cmd.ErrOrStderr(), table.Lines(fmt.Sprintf(format, args...)))
	}
	say("%s at height %d. Its genesis has the hash\n  %s\n%s", network.ChainID, network.Latest, network.Hash,
		howCertain(bundle, len(bundle.RPC)))
	j := joined{
		ChainID: network.ChainID, Genesis: network.Hash, Home: cfg.RootDir, Moniker: name, Peers: network.Peers,
	}
	blocks, err := byBlocks(cmd, network, say)
	if err != nil {
		return err
	}
	if !blocks {
		j.Trust, j.TrustedAt = network.Trusted.String(), network.TrustedAt.UTC().Format(time.RFC3339)
	}
	if _, err := settingsIn(cmd.Context(), home); err != nil { // writes what is missing, app.toml above all
		return err
	}
	if j.NodeID, err = writeJoined(cfg, network, j.Moniker, blocks); err != nil {
		return err
	}
	network.Genesis = nil
	debug.FreeOSMemory() // a genesis may be large, and the node that is run next reads it itself
	if only, _ := cmd.Flags().GetBool(flagWriteOnly); only {
		return told(cmd, j, "Wrote the keys and settings of %s, with %s. Run it with: stemmad start --home %s",
			cfg.RootDir, count(len(network.Peers), "peer"), cfg.RootDir)
	}
	// With what the environment says, as the node that is run has it.
	running, err := settingsIn(cmd.Context(), home)
	if err != nil {
		return err
	}
	began := time.Now()
	j.Height, err = syncUp(cmd.Context(), running.Config, j.NodeID, network.Latest, blocks, say)
	if errors.Is(err, errNoSnapshot) && network.Whole {
		say("No peer offers a snapshot: the node executes all %d blocks.", network.Latest-network.First+1)
		cfg.StateSync.Enable, j.Trust, j.TrustedAt = false, "", ""
		if err := writeSettings(cfg); err != nil {
			return err
		}
		j.Height, err = syncUp(cmd.Context(), running.Config, j.NodeID, network.Latest, true, say)
	}
	if err != nil {
		return err
	}
	j.Seconds = time.Since(began).Round(100 * time.Millisecond).Seconds()
	return told(cmd, j, `The node has caught up, at height %d, after %v.
  run it               stemmad start --home %[3]s
  look after it        stemmad doctor --home %[3]s
  become a validator   while it runs, with the stake and the commission in this file as you want them:
                       stemmad tx staking create-validator %[4]s --from KEY --home %[3]s`,
		j.Height, time.Since(began).Round(time.Second), cfg.RootDir, validatorFile(cfg.RootDir))
}

// look asks the nodes.
func look(ctx context.Context, b joining.Bundle, maxAge time.Duration) (joining.Network, error) {
	network, err := joining.Look(ctx, b, maxAge, time.Now())
	if errors.Is(err, joining.ErrUnreachable) {
		err = exitError{code: exitUnreachable, err: err}
	}
	return network, err
}

// askedBundle is the bundle with the flags in it.
func askedBundle(cmd *cobra.Command) (joining.Bundle, error) {
	f := cmd.Flags()
	var b joining.Bundle
	if at, _ := f.GetString(flagBundle); at != "" {
		raw, err := readBundle(cmd.Context(), at)
		if err == nil {
			b, err = joining.ReadBundle(raw)
		}
		if err != nil {
			return b, fmt.Errorf("%s: %w", at, err)
		}
	}
	for name, list := range map[string]*[]string{flagRPC: &b.RPC, flagPeer: &b.Peers, flagSeed: &b.Seeds} {
		given, _ := f.GetStringArray(name)
		for _, at := range *list {
			if !slices.Contains(given, at) {
				given = append(given, at)
			}
		}
		*list = given
	}
	if text, _ := f.GetString(flagTrust); text != "" {
		b.Trust = text
	}
	if text, _ := f.GetString(flagKnownGenesis); text != "" {
		b.Genesis = strings.ToLower(text)
	}
	return b, b.Check()
}

// readBundle reads a bundle's file, or gets it.
func readBundle(ctx context.Context, at string) ([]byte, error) {
	if !strings.HasPrefix(at, "https://") && !strings.HasPrefix(at, "http://") {
		file, err := os.Open(at)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		return io.ReadAll(io.LimitReader(file, joining.MaxBundle))
	}
	if err := overTLS(at); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return nil, err
	}
	asker := http.Client{CheckRedirect: func(next *http.Request, before []*http.Request) error {
		if len(before) >= maxRedirects {
			return errors.New("is moved again and again")
		}
		return overTLS(next.URL.String())
	}}
	answer, err := asker.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("answers %s", answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer.Body, joining.MaxBundle))
}

// maxRedirects is how often the address of a bundle may be another one.
const maxRedirects = 5

// overTLS refuses an address whose answer anybody on the way may change, who would choose what to trust. On this machine
// nobody is on the way.
func overTLS(at string) error {
	u, err := url.Parse(at)
	if err != nil {
		return err
	}
	ip := net.ParseIP(u.Hostname())
	if u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()) {
		return nil
	}
	return fmt.Errorf("%s is not https: whoever is on the way could write another bundle; or get it by other means, and give its file", at)
}

// emptyHome refuses a home whose node has blocks, and one that a process runs.
func emptyHome(ctx *server.Context) error {
	if err := stoppedNode(ctx); err != nil {
		return err
	}
	blocks, err := heightIn(ctx.Config)
	if err == nil && blocks > 0 {
		err = fmt.Errorf("the node in %s has blocks up to height %d: `stemmad start` goes on from there. "+
			"To join anew, `stemmad reset` deletes them and keeps the keys and what was signed", ctx.Config.RootDir, blocks)
	}
	return err
}

// howCertain says who vouches for the genesis.
func howCertain(b joining.Bundle, nodes int) string {
	switch {
	case b.Genesis != "":
		return "as you know it from elsewhere."
	case nodes > 1:
		return fmt.Sprintf("as %d nodes say; compare it with what its operators publish.", nodes)
	default:
		return "as one node says, which nobody confirms; compare it with what its operators publish."
	}
}

func moniker(args []string) string {
	if len(args) > 0 {
		return args[0]
	}
	name, err := os.Hostname()
	if err != nil || checkMoniker(name) != nil {
		return "node"
	}
	return name
}

// byBlocks says whether the node executes all blocks, and why.
func byBlocks(cmd *cobra.Command, n joining.Network, say func(string, ...any)) (bool, error) {
	asked, _ := cmd.Flags().GetBool(flagFromGenesis)
	only, _ := cmd.Flags().GetBool(flagWriteOnly)
	switch {
	case asked && !n.Whole:
		return false, fmt.Errorf("none of the nodes has the blocks since height %d: leave out --%s, or name one that has", n.First, flagFromGenesis)
	case asked:
		say("The node executes all %d blocks since the genesis.", n.Latest-n.First+1)
	case only && n.Whole && n.Latest < n.First+firstSnapshot:
		say("The chain is too young for snapshots: the node executes its %d blocks.", n.Latest-n.First+1)
	default:
		say("The state is taken from a snapshot, and proved from the header at height %d of %s on.", n.Trusted.Height, table.Time(n.TrustedAt))
		return false, nil
	}
	return true, nil
}
