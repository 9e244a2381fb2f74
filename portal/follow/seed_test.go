package follow

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/cometbft/cometbft/libs/bytes"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/history/blocks"
	"github.com/stemma-chain/stemma/portal/index"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// halting has one old work, and goes away before the second page of works while it halts.
type halting struct {
	Node
	work  registrytypes.Claim
	halts bool
}

var errAway = errors.New("away")

func (n *halting) ABCIQuery(_ context.Context, path string, question bytes.HexBytes) (*coretypes.ResultABCIQuery, error) {
	var asked registrytypes.QueryWorksRequest
	var answer interface{ Marshal() ([]byte, error) } = &lineagetypes.QuerySourcesResponse{}
	if path == worksQuery {
		works := &registrytypes.QueryWorksResponse{}
		if err := asked.Unmarshal(question); err != nil {
			return nil, err
		}
		switch {
		case len(asked.Pagination.Key) == 0:
			works.Works, works.Pagination = []registrytypes.Claim{n.work}, &query.PageResponse{NextKey: []byte{1}}
		case n.halts:
			return nil, errAway
		}
		answer = works
	}
	res := &coretypes.ResultABCIQuery{}
	var err error
	res.Response.Value, err = answer.Marshal()
	return res, err
}

// Text that was taken back while seeding was broken off, in a block that the node has dropped since, is in no index.
func TestSeedingThatWasBrokenOffReadsAllAnew(t *testing.T) {
	began := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
	x, err := index.Open(t.Context(), filepath.Join(t.TempDir(), "portal.db"))
	require.NoError(t, err)
	defer x.Close()
	n := &halting{halts: true, work: registrytypes.Claim{
		Id: registrytypes.WorkID{1}, Owner: "stemma1xl9dl202q64j7ffk5us9xey8h6pzde6ankhfzu", RegisteredAt: began,
		Details: registrytypes.Details{Title: "Private"},
	}}
	f := New(n, x, Options{FromEarliest: true})
	f.span = blocks.Span{First: blocks.Moment{Height: 1000, Time: began.Add(time.Hour)}}
	require.ErrorIs(t, f.seed(t.Context()), errAway)
	w, err := x.Work(t.Context(), n.work.Id)
	require.NoError(t, err)
	require.Equal(t, "Private", w.Title)

	n.halts, n.work.Details.Title = false, ""
	f.span.First = blocks.Moment{Height: 2000, Time: began.Add(2 * time.Hour)}
	require.NoError(t, f.seed(t.Context()))
	w, err = x.Work(t.Context(), n.work.Id)
	require.NoError(t, err)
	require.Empty(t, w.Title)
}
