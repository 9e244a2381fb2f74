package follow_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	cmtbytes "github.com/cometbft/cometbft/libs/bytes"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/history/blocks"
	"github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/portal/follow"
	"github.com/stemma-chain/stemma/portal/index"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func dump(t *testing.T, x *index.Index) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, x.Dump(t.Context(), &b))
	return b.String()
}

func file(t *testing.T) string { return filepath.Join(t.TempDir(), "index.db") }

// One network serves all of these, since starting one takes seconds.
func TestFollowingAChain(t *testing.T) {
	c := newChain(t)
	for range 6 {
		c.work()
	}
	height := c.height()
	trust := c.trust(height / 2)
	x := c.until(file(t), height, follow.Options{Trust: &trust})
	t.Run("every event is there in its order", func(t *testing.T) { c.requireEvents(t, x, height) })
	t.Run("works are as the node says", func(t *testing.T) { c.requireWorks(t, x) })
	t.Run("again from scratch it is the same", func(t *testing.T) {
		require.Equal(t, dump(t, x), dump(t, c.until(file(t), height, follow.Options{Batch: 3})))
	})
	t.Run("what the trust root vouches for", func(t *testing.T) { c.requireChecked(t, x, height, trust) })
	t.Run("a node that does not fit", func(t *testing.T) { c.requireUnfit(t, x) })
	t.Run("a node that lies", func(t *testing.T) { c.requireLies(t, height, trust) })
	t.Run("a node that is away", func(t *testing.T) { c.requirePatience(t, height) })
	t.Run("killed", func(t *testing.T) { c.kill(t) })
}

func (c *chain) trust(height int64) proof.Trust {
	c.t.Helper()
	commit, err := c.node().Commit(c.t.Context(), &height)
	require.NoError(c.t, err)
	return proof.TrustIn(commit.Header)
}

// requireEvents compares the index with the results of all blocks.
func (c *chain) requireEvents(t *testing.T, x *index.Index, height int64) {
	span, err := blocks.Open(t.Context(), c.node())
	require.NoError(t, err)
	var want, got []string
	require.NoError(t, blocks.Each(t.Context(), 1, height, nil, span.Results, func(r blocks.Results) error {
		before, after := []string{}, []string{}
		for _, e := range r.Events {
			line, list := e.Type, &before
			for _, a := range e.Attributes {
				if a.Key == "mode" && a.Value == "EndBlock" {
					list = &after
				}
				if a.Key != "mode" {
					line += " " + a.Key + "=" + a.Value
				}
			}
			*list = append(*list, line)
		}
		want = append(want, before...)
		for _, tx := range r.Txs {
			for _, e := range tx.Events {
				line := e.Type
				for _, a := range e.Attributes {
					if a.Key != "msg_index" {
						line += " " + a.Key + "=" + a.Value
					}
				}
				want = append(want, line)
			}
		}
		want = append(want, after...)
		return nil
	}))
	want = slices.DeleteFunc(want, func(s string) bool { return !strings.HasPrefix(s, "stemma.") })
	for i, line := range want {
		want[i] = strings.ReplaceAll(line, `"https://example.org/source"`, `""`) // it may be taken back
	}
	for mark := ""; ; {
		p, err := x.Latest(t.Context(), mark, 7)
		require.NoError(t, err)
		for _, e := range p.Rows {
			line := e.Type
			for _, a := range e.Attributes {
				line += " " + a.Key + "=" + a.Value
			}
			got = append(got, line)
		}
		if mark = p.Next; mark == "" {
			break
		}
	}
	slices.Reverse(got)
	require.Greater(t, len(want), 40)
	require.Equal(t, want, got)
}

func (c *chain) requireWorks(t *testing.T, x *index.Index) {
	answer, err := c.c.Registry().Works(t.Context(), &registrytypes.QueryWorksRequest{})
	require.NoError(t, err)
	require.Len(t, answer.Works, 12)
	for _, w := range answer.Works {
		got, err := x.Work(t.Context(), w.Id)
		require.NoError(t, err)
		require.True(t, got.Described)
		require.Equal(t, []any{
			w.Owner, w.Status, w.Sha256, w.Version, w.Details.Title, w.Details.Creators,
			w.Details.Fingerprints, w.RegisteredAt, w.ClaimedSince.Time,
		},
			[]any{got.Owner, got.Status, got.SHA256, got.Version, got.Title, got.Creators, got.Identifiers, got.Registered.Time, got.ClaimedSince})
	}
	found, err := x.Search(t.Context(), index.Query{Text: "gemalde 東京"}, "", 50)
	require.NoError(t, err)
	require.Greater(t, len(found.Rows), 5)
}

func (c *chain) requireChecked(t *testing.T, x *index.Index, height int64, trust proof.Trust) {
	cursor, err := x.Cursor(t.Context())
	require.NoError(t, err)
	require.Equal(t, height, cursor.Checked)
	// Below its root, nothing is vouched for.
	root := trust
	below := c.until(file(t), trust.Height-1, follow.Options{Trust: &root})
	cursor, err = below.Cursor(t.Context())
	require.NoError(t, err)
	require.Zero(t, cursor.Checked)
	// Another root than the chain's is found when the index comes to it.
	root.Hash[0]++
	err = follow.New(c.node(), below, follow.Options{Trust: &root, Until: height}).Run(t.Context())
	require.ErrorIs(t, err, follow.ErrLying)
	// The last block that was checked is the root of what comes after a start.
	f := follow.New(c.node(), x, follow.Options{Until: height + 1, Poll: 20 * time.Millisecond})
	require.NoError(t, f.Run(t.Context()))
	require.True(t, f.Status().Trusted)
	require.Equal(t, height+1, f.Status().Checked)
	// Trust on first use is the node's newest header.
	later := c.height() + 2
	first := c.until(file(t), later, follow.Options{TrustFirstUse: true})
	cursor, err = first.Cursor(t.Context())
	require.NoError(t, err)
	require.Equal(t, later, cursor.Checked)
	// An old root is refused.
	old := follow.New(c.node(), below, follow.Options{Trust: &trust, Until: height, TrustingPeriod: time.Nanosecond})
	err = old.Run(t.Context())
	require.ErrorIs(t, err, follow.ErrUnfit)
	require.ErrorContains(t, err, "give a newer HEIGHT:HASH")
}

func (c *chain) requireUnfit(t *testing.T, x *index.Index) {
	run := func(node follow.Node, x *index.Index, o follow.Options) error {
		f := follow.New(node, x, o)
		err := f.Run(t.Context())
		require.Equal(t, err, f.Status().Failure)
		require.True(t, f.Status().Stopped)
		return err
	}
	err := run(c.node(), x, follow.Options{ChainID: "other-1"})
	require.ErrorIs(t, err, follow.ErrUnfit)
	require.ErrorContains(t, err, "name a node of other-1")
	err = run(&other{Node: c.node(), chain: "other-1"}, x, follow.Options{})
	require.ErrorIs(t, err, follow.ErrUnfit)
	err = run(&other{Node: c.node(), earliest: 1 << 40}, x, follow.Options{})
	require.Error(t, err)
	young := &other{Node: c.node(), earliest: 5}
	empty, err := index.Open(t.Context(), file(t))
	require.NoError(t, err)
	defer empty.Close()
	err = run(young, empty, follow.Options{Until: 9})
	require.ErrorIs(t, err, follow.ErrUnfit)
	require.ErrorContains(t, err, "name a node that keeps all blocks")
	require.NoError(t, run2(t, young, empty, follow.Options{Until: 9, FromEarliest: true}))
	cursor, err := empty.Cursor(t.Context())
	require.NoError(t, err)
	require.Equal(t, int64(5), cursor.First)
	young.earliest = 12
	err = run(young, empty, follow.Options{})
	require.ErrorIs(t, err, follow.ErrUnfit)
	require.ErrorContains(t, err, "block 10 comes next")
}

func run2(t *testing.T, node follow.Node, x *index.Index, o follow.Options) error {
	return follow.New(node, x, o).Run(t.Context())
}

// other is a node that says it is of another chain, or has no older blocks.
type other struct {
	follow.Node
	chain    string
	earliest int64
}

func (o *other) Status(ctx context.Context) (*coretypes.ResultStatus, error) {
	s, err := o.Node.Status(ctx)
	if err == nil && o.chain != "" {
		s.NodeInfo.Network = o.chain
	}
	if err == nil && o.earliest != 0 {
		s.SyncInfo.EarliestBlockHeight = min(o.earliest, s.SyncInfo.LatestBlockHeight)
	}
	return s, err
}

// liar changes what a node says of one height.
type liar struct {
	follow.Node
	at         int64
	block      func(*cmttypes.Block)
	commit     func(*coretypes.ResultCommit)
	results    func(*coretypes.ResultBlockResults)
	validators func(*coretypes.ResultValidators)
}

func (l *liar) Block(ctx context.Context, height *int64) (*coretypes.ResultBlock, error) {
	res, err := l.Node.Block(ctx, height)
	if err == nil && l.block != nil && *height == l.at {
		l.block(res.Block)
	}
	return res, err
}

func (l *liar) Commit(ctx context.Context, height *int64) (*coretypes.ResultCommit, error) {
	res, err := l.Node.Commit(ctx, height)
	if err == nil && l.commit != nil && *height == l.at {
		l.commit(res)
	}
	return res, err
}

func (l *liar) BlockResults(ctx context.Context, height *int64) (*coretypes.ResultBlockResults, error) {
	res, err := l.Node.BlockResults(ctx, height)
	if err == nil && l.results != nil && *height == l.at {
		l.results(res)
	}
	return res, err
}

func (l *liar) Validators(ctx context.Context, height *int64, page, per *int) (*coretypes.ResultValidators, error) {
	res, err := l.Node.Validators(ctx, height, page, per)
	if err == nil && l.validators != nil && *height == l.at {
		l.validators(res)
	}
	return res, err
}

func (c *chain) requireLies(t *testing.T, height int64, trust proof.Trust) {
	span, err := blocks.Open(t.Context(), c.node())
	require.NoError(t, err)
	at := int64(0) // a block with a transaction, above the trust root
	require.NoError(t, blocks.Each(t.Context(), trust.Height+1, height-2, nil, span.Results, func(r blocks.Results) error {
		if at == 0 && len(r.Txs) > 0 {
			at = r.Height
		}
		return nil
	}))
	require.NotZero(t, at)
	later := func(b *cmttypes.Block) { b.Header.Time = b.Header.Time.Add(1) }
	for name, tc := range map[string]struct {
		lie   liar
		stops int64 // the last block that is indexed
	}{
		"a header":         {liar{block: later}, at - 1},
		"a transaction":    {liar{block: func(b *cmttypes.Block) { b.Data.Txs[0] = append(b.Data.Txs[0], 0) }}, at - 1},
		"a missing one":    {liar{block: func(b *cmttypes.Block) { b.Data.Txs = nil }}, at - 1},
		"a missing result": {liar{results: func(r *coretypes.ResultBlockResults) { r.TxsResults = nil }}, at - 1},
		"a result":         {liar{results: func(r *coretypes.ResultBlockResults) { r.TxsResults[0].Code = 7 }}, at},
		"data of a result": {liar{results: func(r *coretypes.ResultBlockResults) { r.TxsResults[0].Data = nil }}, at},
		"validators":       {liar{validators: func(r *coretypes.ResultValidators) { r.Validators[0].VotingPower++ }}, at - 1},
		"no validators":    {liar{validators: func(r *coretypes.ResultValidators) { r.Validators = nil }}, at - 1},
		"signatures":       {liar{commit: func(r *coretypes.ResultCommit) { r.Commit.Signatures[0].Signature[5]++ }}, at - 1},
		"a header, signed so": {liar{block: later, commit: func(r *coretypes.ResultCommit) {
			r.Header.Time = r.Header.Time.Add(1)
			r.Commit.BlockID.Hash = r.Header.Hash()
		}}, at - 1},
	} {
		x, err := index.Open(t.Context(), file(t))
		require.NoError(t, err)
		tc.lie.Node, tc.lie.at = c.node(), at
		f := follow.New(&tc.lie, x, follow.Options{Trust: &trust, Until: height, Batch: 1})
		require.ErrorIs(t, f.Run(t.Context()), follow.ErrLying, name)
		require.True(t, f.Status().Lying, name)
		require.Equal(t, tc.stops, f.Status().Height, name)
		// In a batch the block is not the last, and found all the same, unless nothing was signed for it.
		y, err := index.Open(t.Context(), file(t))
		require.NoError(t, err)
		g := follow.New(&tc.lie, y, follow.Options{Trust: &trust, Until: height})
		if tc.lie.block != nil || tc.lie.results != nil {
			require.ErrorIs(t, g.Run(t.Context()), follow.ErrLying, name)
			require.Less(t, g.Status().Height, at, name)
		}
		require.NoError(t, errors.Join(x.Close(), y.Close()))
	}
}

// away is a node that cannot be reached for a while.
type away struct {
	follow.Node
	calls int
}

func (a *away) Status(ctx context.Context) (*coretypes.ResultStatus, error) {
	if a.calls++; a.calls < 4 {
		return nil, errors.New("connection refused")
	}
	return a.Node.Status(ctx)
}

func (a *away) ABCIQuery(ctx context.Context, path string, data cmtbytes.HexBytes) (*coretypes.ResultABCIQuery, error) {
	return a.Node.ABCIQuery(ctx, path, data)
}

func (c *chain) requirePatience(t *testing.T, height int64) {
	x, err := index.Open(t.Context(), file(t))
	require.NoError(t, err)
	defer x.Close()
	f := follow.New(&away{Node: c.node()}, x, follow.Options{Until: height, Poll: 20 * time.Millisecond})
	done := make(chan error, 1)
	go func() { done <- f.Run(t.Context()) }()
	require.Eventually(t, func() bool { return f.Status().Failure != nil }, 10*time.Second, time.Millisecond)
	require.ErrorContains(t, f.Status().Failure, "connection refused")
	require.False(t, f.Status().Since.IsZero())
	got, err := f.Await(t.Context(), height-1)
	require.NoError(t, err)
	require.Equal(t, height, got)
	require.NoError(t, <-done)
	s := f.Status()
	require.NoError(t, s.Failure)
	require.Equal(t, "followed-1", s.ChainID)
	require.GreaterOrEqual(t, s.NodeHeight, height)
	require.Equal(t, s.NodeHeight-s.Height, s.Lag)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = f.Await(ctx, height)
	require.ErrorIs(t, err, context.Canceled)
}
