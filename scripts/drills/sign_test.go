package drills

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cometbft/cometbft/consensus"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/localnet"
)

// validator is what x/staking says of one.
type validator struct {
	Jailed bool   `json:"jailed"`
	Tokens int64  `json:"tokens,string"`
	Status string `json:"status"`
	About  struct {
		Moniker string `json:"moniker"`
	} `json:"description"`
}

func (d *drill) validator(moniker string) validator {
	d.Helper()
	var res struct {
		Validators []validator `json:"validators"`
	}
	require.NoError(d, json.Unmarshal([]byte(d.ask(d.nodes[0], "query", "staking", "validators", "--output", "json")), &res))
	for _, v := range res.Validators {
		if v.About.Moniker == moniker {
			return v
		}
	}
	require.FailNow(d, "no validator", moniker)
	return validator{}
}

// evidence is the first of a block from a height on, and where it is.
func (d *drill) evidence(from int64) (ev cmttypes.Evidence, height int64) {
	d.Helper()
	for height = from; height <= d.height(d.nodes[0]); height++ {
		block, err := d.rpc(d.nodes[0]).Block(d.ctx, &height)
		require.NoError(d, err)
		if len(block.Block.Evidence.Evidence) > 0 {
			return block.Block.Evidence.Evidence[0], height
		}
	}
	return nil, 0
}

// twin is one more node, with the key of a validator, and no connection to it.
func (d *drill) twin(of *localnet.Node) *localnet.Node {
	d.Helper()
	peers, err := d.net.Peers(d.ctx, slices.DeleteFunc(slices.Clone(d.nodes), func(n *localnet.Node) bool { return n == of })...)
	require.NoError(d, err)
	twin := d.join("twin", "p2p.persistent_peers="+peers, "p2p.pex=false")
	keyFile := filepath.Join("config", "priv_validator_key.json")
	key, err := os.ReadFile(filepath.Join(of.Home, keyFile))
	require.NoError(d, err)
	require.NoError(d, os.WriteFile(filepath.Join(twin.Home, keyFile), key, 0o600))
	return twin
}

// prevotes are what a node has signed in the first rounds of heights, by its write-ahead log.
func (d *drill) prevotes(node *localnet.Node) map[int64]*cmttypes.Vote {
	d.Helper()
	file, err := os.Open(filepath.Join(node.Home, "data", "cs.wal", "wal"))
	votes := map[int64]*cmttypes.Vote{}
	if errors.Is(err, os.ErrNotExist) { // it has not come to a vote yet
		return votes
	}
	require.NoError(d, err)
	defer file.Close()
	for decoder := consensus.NewWALDecoder(file); ; {
		entry, err := decoder.Decode()
		if err != nil { // its end, or what is being written
			return votes
		}
		// CometBFT does not export the type of an entry, which has its sender, none for the node itself, and the message.
		fields := reflect.Indirect(reflect.ValueOf(entry.Msg))
		if fields.Kind() != reflect.Struct || !fields.FieldByName("Msg").IsValid() || fields.FieldByName("PeerID").String() != "" {
			continue
		}
		m, is := fields.FieldByName("Msg").Interface().(*consensus.VoteMessage)
		if is && m.Vote.Type == cmtproto.PrevoteType && m.Vote.Round == 0 {
			votes[m.Vote.Height] = m.Vote
		}
	}
}

// report hands over, as anybody can who has seen both, two votes of one height that two processes signed otherwise. Nodes find some
// themselves, where both votes are on their way to them at once.
func (d *drill) report(one, other *localnet.Node) (reported bool) {
	d.Helper()
	votes := d.prevotes(other)
	for height, vote := range d.prevotes(one) {
		second := votes[height]
		if second == nil || second.BlockID.Equals(vote.BlockID) {
			continue
		}
		set, err := d.rpc(d.nodes[0]).Validators(d.ctx, &height, nil, nil)
		require.NoError(d, err)
		block, err := d.rpc(d.nodes[0]).Block(d.ctx, &height)
		require.NoError(d, err)
		ev, err := cmttypes.NewDuplicateVoteEvidence(vote, second, block.Block.Time, cmttypes.NewValidatorSet(set.Validators))
		require.NoError(d, err)
		_, err = d.rpc(d.nodes[0]).BroadcastEvidence(d.ctx, ev)
		require.NoError(d, err)
		return true
	}
	return false
}

// Two processes sign with one validator's key: it is found out, slashed and tombstoned, and everybody can read it. A second process
// on one home folder does not begin at all.
func TestDrillDoubleSigning(t *testing.T) {
	d := running(t, func(o *localnet.Options) { o.BlockTime = 300 * time.Millisecond })
	twice := d.nodes[validators-1]
	const moniker = "node3"
	// Nothing of the first is disturbed by a second process on its home.
	out, err := d.net.Run(d.ctx, "start", "--home", twice.Home)
	require.Error(t, err)
	require.Contains(t, err.Error(), "does another process run this node?", out)
	d.requireUp(twice)

	load := d.pay(d.nodes[:validators-1]...)
	before, from := d.validator(moniker), d.height(d.nodes[0])
	require.False(t, before.Jailed)
	twin := d.twin(twice)
	// It begins each height before the others, and waits for no proposal: so it votes nil where the other votes for the block.
	twin.Set("consensus.timeout_commit=1ms", "consensus.timeout_propose=1ms", "consensus.timeout_propose_delta=1ms")
	require.NoError(t, twin.Start())
	d.goesOn(twin, 2)
	d.eventually("two votes of one height", func() bool { return d.validator(moniker).Jailed || d.report(twice, twin) })
	d.eventually("the validator to be jailed", func() bool { return d.validator(moniker).Jailed })
	ev, at := d.evidence(from)
	require.IsType(t, &cmttypes.DuplicateVoteEvidence{}, ev)
	status, err := d.rpc(twice).Status(d.ctx)
	require.NoError(t, err)
	require.Equal(t, status.ValidatorInfo.Address, ev.(*cmttypes.DuplicateVoteEvidence).VoteA.ValidatorAddress)
	after := d.validator(moniker)
	require.Equal(t, before.Tokens/20*19, after.Tokens, "a twentieth is burned")
	infos := d.ask(d.nodes[0], "query", "slashing", "signing-infos", "--output", "json")
	require.Equal(t, 1, strings.Count(infos, `"tombstoned":true`)+strings.Count(infos, `"tombstoned": true`), infos)
	require.Contains(t, d.ask(d.nodes[0], "query", "evidence", "list", "--output", "json"), `"power"`)
	d.eventually("no power", func() bool {
		status, err := d.rpc(twice).Status(d.ctx)
		return err == nil && status.ValidatorInfo.VotingPower == 0
	})
	load.goesOn(10)
	d.requireUp(twice) // it follows as a node without power
	d.requireUp(twin)
	answered, _ := load.requireAllThere(d.nodes[0])
	heights := d.requireAgreement(1, append([]*localnet.Node{twin}, d.nodes...)...)
	d.requireSound(d.nodes...)
	d.said("two processes with one key: evidence of height %d in block %d, a twentieth burned, jailed and tombstoned; %d payments all "+
		"there, %d blocks with the same app hash; a second process on one home refused", ev.Height(), at, answered, heights)
}
