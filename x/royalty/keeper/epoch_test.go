package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// TestEveryEpochKeepsItsLists: who held and what was owed in each epoch stays, and
// an EventPaid names the epoch whose lists its payment went by.
func TestEveryEpochKeepsItsLists(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
	song, beat := c.Register("song.wav", alice), c.Register("beat.wav", dave)
	remix := c.Register("remix.wav", bob)
	ten := chain.Preset("commercial-remix-10")
	steps := []func(){
		func() { c.MustDeliver(bob, assign(bob, remix, carol, 400_000)) },
		func() {
			c.MustDeliver(alice, chain.OfferMsg(song, ten))
			c.MustDeliver(bob, c.DeriveMsg(remix, song.Under(ten)))
		},
		func() {
			c.MustDeliver(bob, &types.MsgAssignShares{Holder: bob.String(), Work: remix.ID, Shares: []types.Assignment{
				{Account: bob.String(), Weight: 500_000}, {Account: dave.String(), Weight: 100_000},
			}})
		},
		func() {
			c.MustDeliver(dave, chain.OfferMsg(beat, ten))
			c.MustDeliver(bob, c.DeriveMsg(remix, beat.Under(ten)))
		},
	}
	for _, step := range steps {
		step()
	}
	c.RequireInvariants()
	c = c.RequireSameExport()

	query := types.NewQueryClient(c.Conn())
	type row struct{ holders, upstream, held int }
	var got []row
	for epoch := range uint64(len(steps) + 1) {
		answer, err := query.Epoch(t.Context(), &types.QueryEpochRequest{Work: remix.ID, Epoch: epoch})
		require.NoError(t, err)
		got = append(got, row{int(answer.HoldersVersion), int(answer.UpstreamVersion), len(answer.Holders)})
	}
	require.Equal(t, []row{{0, 0, 1}, {1, 0, 2}, {1, 2, 2}, {3, 2, 3}, {3, 4, 3}}, got)
	for _, never := range []uint64{5, 1<<32 + 1} {
		_, err := query.Epoch(t.Context(), &types.QueryEpochRequest{Work: remix.ID, Epoch: never})
		require.Equal(t, codes.NotFound, status.Code(err))
	}
	for _, version := range []uint32{2, 4} {
		owed, err := query.Upstream(t.Context(), &types.QueryUpstreamRequest{Work: remix.ID, Version: version})
		require.NoError(t, err)
		require.Len(t, owed.Owed, int(version/2))
	}
}
