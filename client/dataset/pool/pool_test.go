package pool_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/client/dataset/pool"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

func coins(text string) sdk.Coins {
	list, err := sdk.ParseCoinsNormalized(text)
	if err != nil {
		panic(err)
	}
	return list
}

func entries(n, path int, denoms ...string) (list []pool.Entry) {
	nodes := make([]registrytypes.SumNode, path)
	for i := range nodes {
		nodes[i] = registrytypes.SumNode{Sum: 1 << 60, Hash: registrytypes.Digest{1}}
	}
	for i := range n {
		list = append(list, pool.Entry{Denoms: denoms, Proof: registrytypes.ContributorProof{
			Contributor: registrytypes.Contributor{Work: registrytypes.WorkID{byte(i)}}, Weight: 1, Index: uint64(i),
			Path: nodes,
		}})
	}
	return list
}

// A message has 256 entries at most, of the same denoms, and fits into a transaction.
func TestEntriesAreParted(t *testing.T) {
	work := registrytypes.WorkID{7}
	sizes := func(list []pool.Entry) (sizes []int) {
		for _, msg := range pool.Messages("sender", work, 3, list) {
			require.Equal(t, work, msg.Work)
			require.EqualValues(t, 3, msg.Version)
			require.Less(t, msg.Size(), 500_000)
			sizes = append(sizes, len(msg.Entries))
		}
		return sizes
	}
	require.Empty(t, sizes(nil))
	require.Equal(t, []int{256}, sizes(entries(256, 3)))
	require.Equal(t, []int{256, 44}, sizes(entries(300, 3)))
	require.Equal(t, []int{5, 4}, sizes(append(entries(5, 3, "a"), entries(4, 3, "b")...)))
	deep := sizes(entries(256, 32))
	require.Greater(t, len(deep), 1, "paths of 32 nodes are too much for one transaction: %v", deep)

	msg := pool.Messages("sender", work, 3, entries(5, 0))[0]
	halves := pool.Halves(msg)
	require.Len(t, halves[0].Entries, 2)
	require.Len(t, halves[1].Entries, 3)
	require.Len(t, msg.Entries, 5)
	require.EqualValues(t, 2, halves[1].Entries[0].Index)
}

func TestDustIsNotWorthIt(t *testing.T) {
	for _, c := range []struct {
		least, due string
		worth      bool
	}{
		{"", "1aaa", true},
		{"", "", false},
		{"5aaa", "5aaa", true},
		{"5aaa", "4aaa,100bbb", false},
		{"5aaa,100bbb", "4aaa,100bbb", true},
		{"5aaa", "", false},
	} {
		collector := &pool.Collector{AtLeast: coins(c.least)}
		require.Equal(t, c.worth, collector.Worth(pool.Entry{Due: coins(c.due)}), "%v", c)
	}
}

// royalty answers about a pool that has had so many denoms, and counts what it is asked.
type royalty struct {
	royaltytypes.QueryClient
	denoms int
	asked  []int
}

func (r *royalty) PoolFunds(
	context.Context, *royaltytypes.QueryPoolFundsRequest, ...grpc.CallOption,
) (*royaltytypes.QueryPoolFundsResponse, error) {
	res := &royaltytypes.QueryPoolFundsResponse{}
	for i := range r.denoms {
		res.Funds = append(res.Funds, royaltytypes.DenomFund{Denom: fmt.Sprintf("denom%02d", i)})
	}
	return res, nil
}

func (r *royalty) PreviewCollect(
	_ context.Context, req *royaltytypes.QueryPreviewCollectRequest, _ ...grpc.CallOption,
) (*royaltytypes.QueryPreviewCollectResponse, error) {
	if err := royaltytypes.ValidateCollect(req.Work, req.Denoms, req.Entries); err != nil {
		return nil, err
	}
	r.asked = append(r.asked, len(req.Entries))
	return &royaltytypes.QueryPreviewCollectResponse{Entries: make([]royaltytypes.Collected, len(req.Entries))}, nil
}

// Contributors are asked about 256 at a time, and of a pool with more denoms than a question takes about some of them at a time.
func TestContributorsAreAskedAboutTogether(t *testing.T) {
	for denoms, want := range map[int][]int{0: {256, 44}, 32: {256, 44}, 33: {256, 256, 44, 44}} {
		r := &royalty{denoms: denoms}
		told := 0
		c := pool.Collector{Royalty: r, Work: registrytypes.WorkID{1}, Version: 1}
		require.NoError(t, c.Start(t.Context(), func(pool.Entry) error { told++; return nil }))
		for i := range 300 {
			id := sha256.Sum256([]byte{byte(i), byte(i >> 8)})
			p := dataset.ContributorProof{Contributor: manifest.Contributor{Kind: manifest.Account, ID: id[:20]}, Weight: 1}
			p.Index = uint64(i)
			require.NoError(t, c.Add(t.Context(), p))
		}
		require.NoError(t, c.Finish(t.Context()))
		require.NoError(t, c.Finish(t.Context()), "nothing more is asked")
		require.Equal(t, want, r.asked)
		require.Equal(t, 300*len(want)/2, told)
	}
}

// Items are found by content and place, each content once; others' are named, with whose they are.
func TestItemsAreFound(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m")
	me := manifest.Contributor{Kind: manifest.Account, ID: make([]byte, 20)}
	work := manifest.Contributor{Kind: manifest.Work, ID: make([]byte, 20)} // the same bytes
	raw := []byte(dataset.Magic)
	for i, who := range []manifest.Contributor{me, work, me, me} {
		var err error
		raw, err = manifest.Item{Sha256: [32]byte{byte(1 + i%3)}, Contributor: who, Weight: 1}.Append(raw)
		require.NoError(t, err)
	}
	require.NoError(t, os.WriteFile(path, raw, 0o600))
	_, err := dataset.Make(t.Context(), nil, path, dataset.MakeOptions{})
	require.NoError(t, err)
	opened, err := dataset.Open(path)
	require.NoError(t, err)
	defer opened.Close()
	find := func(places []uint64, contents ...byte) ([]uint64, error) {
		w := pool.Wanted{Contributor: me, Contents: map[registrytypes.Digest]string{}, Places: map[uint64]string{}}
		for _, p := range places {
			w.Places[p] = fmt.Sprint("#", p)
		}
		for _, c := range contents {
			w.Contents[registrytypes.Digest{c}] = fmt.Sprint("content ", c)
		}
		return pool.Find(t.Context(), opened, w)
	}
	found, err := find([]uint64{2, 3}, 1)
	require.NoError(t, err)
	require.Equal(t, []uint64{0, 2}, found, "content 1 is there twice")
	_, err = find([]uint64{1})
	require.ErrorContains(t, err, "contributed by work1")
	require.ErrorIs(t, err, dataset.ErrNotInManifest)
	_, err = find(nil, 2)
	require.ErrorContains(t, err, "content 2: it was contributed by work1")
	_, err = find([]uint64{4})
	require.ErrorContains(t, err, "no such item")
}

// What rounding leaves of a pool, less than a unit for each contributor, is due to nobody.
func TestAPoolThatRoundingLeavesSomethingOfOwesNothing(t *testing.T) {
	state := pool.State{Funds: map[uint32][]royaltytypes.DenomFund{}}
	for version, left := range []int64{0, 2, 3, 100} {
		state.Manifests = append(state.Manifests, registrytypes.NumberedManifest{
			Version: uint32(version), Roots: registrytypes.Roots{ContributorCount: 3},
		})
		state.Funds[uint32(version)] = []royaltytypes.DenomFund{
			{Denom: "aaa", Fund: royaltytypes.PoolFund{Total: math.NewInt(7), Collected: math.NewInt(7)}},
			{Denom: "bbb", Fund: royaltytypes.PoolFund{Total: math.NewInt(1000), Collected: math.NewInt(1000 - left)}},
		}
	}
	state.Manifests = append(state.Manifests, registrytypes.NumberedManifest{Version: 4})
	owing := state.Owing()
	require.Len(t, owing, 2)
	require.EqualValues(t, 2, owing[0].Version)
	require.EqualValues(t, 3, owing[1].Version)
}
