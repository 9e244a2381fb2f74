package portrait_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	grpctypes "github.com/cosmos/cosmos-sdk/types/grpc"

	"github.com/stemma-chain/stemma/client/portrait"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// node answers at height 7, or the one asked for.
type node struct {
	mu     sync.Mutex
	asked  map[string]string // height by method
	onSale bool
	failed string
}

func (n *node) Invoke(ctx context.Context, method string, _, reply any, opts ...grpc.CallOption) error {
	method = method[strings.LastIndex(method, "/")+1:]
	out, _ := metadata.FromOutgoingContext(ctx)
	n.mu.Lock()
	n.asked[method] = strings.Join(out.Get(grpctypes.GRPCBlockHeightHeader), ",")
	n.mu.Unlock()
	for _, o := range opts {
		if h, ok := o.(grpc.HeaderCallOption); ok {
			*h.HeaderAddr = metadata.Pairs(grpctypes.GRPCBlockHeightHeader, "7")
		}
	}
	if method == n.failed {
		return status.Error(codes.Unavailable, "gone")
	}
	switch reply := reply.(type) {
	case *registrytypes.QueryWorkResponse:
		reply.Work.Id = registrytypes.WorkID{1}
	case *registrytypes.QueryTransferResponse:
		if !n.onSale {
			return status.Error(codes.Unknown, "no transfer of work1x is on offer: unknown request")
		}
	case *licensetypes.QueryConstraintsResponse:
		reply.Waiting = []licensetypes.DeclarationRef{{}}
	case *lineagetypes.QuerySourcesResponse:
		reply.Sources = []lineagetypes.Link{{Grant: licensetypes.GrantID{1}, MetByGrants: []licensetypes.GrantID{{2}}}}
	case *royaltytypes.QueryPoolResponse:
		reply.Version = 3
	case *registrytypes.QueryManifestResponse:
		reply.Manifest.Version = 3
	case *registrytypes.QueryRevisionsResponse:
		reply.Revisions = []registrytypes.NumberedRevision{{Revision: registrytypes.Revision{CreatedAt: time.Unix(1e9, 0)}}}
	case *licensetypes.QueryGrantResponse:
		reply.Grant.Grant.Serves, reply.Grant.Grant.Used = 3, 2
	}
	return nil
}

func (n *node) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	panic("no query streams")
}

// Everything is asked at the height of the first answer.
func TestAPortraitIsOfOneHeight(t *testing.T) {
	n := &node{asked: map[string]string{}}
	p, err := portrait.Of(t.Context(), n, registrytypes.WorkID{1})
	require.NoError(t, err)
	require.Equal(t, int64(7), p.Height)
	require.Nil(t, p.Transfer)
	require.Len(t, p.Grants, 2)
	require.Equal(t, uint32(1), *p.Grants[0].Left)
	require.Empty(t, n.asked["Work"])
	delete(n.asked, "Work")
	require.Len(t, n.asked, 11)
	for method, height := range n.asked {
		require.Equal(t, "7", height, method)
	}
	n.onSale = true
	p, err = portrait.Of(t.Context(), n, registrytypes.WorkID{1})
	require.NoError(t, err)
	require.NotNil(t, p.Transfer)
}

// A question without an answer is no part of a portrait that is left out.
func TestAPortraitIsWholeOrNone(t *testing.T) {
	n := &node{asked: map[string]string{}}
	_, err := portrait.Of(t.Context(), n, registrytypes.WorkID{1})
	require.NoError(t, err)
	for method := range n.asked {
		bad := &node{asked: map[string]string{}, failed: method}
		_, err := portrait.Of(t.Context(), bad, registrytypes.WorkID{1})
		require.ErrorContains(t, err, "gone", method)
	}
}

// What a dataset's page needs is whole or none too, and the version whose contributors share is in it, however old.
func TestADatasetIsWholeOrNone(t *testing.T) {
	n := &node{asked: map[string]string{}}
	d, err := portrait.DatasetOf(t.Context(), n, registrytypes.WorkID{1})
	require.NoError(t, err)
	require.Len(t, d.Versions, 1)
	require.Equal(t, uint32(3), d.Versions[0].Version)
	require.Equal(t, time.Unix(1e9, 0), d.Versions[0].At)
	require.Len(t, n.asked, 5)
	for method := range n.asked {
		bad := &node{asked: map[string]string{}, failed: method}
		_, err := portrait.DatasetOf(t.Context(), bad, registrytypes.WorkID{1})
		require.ErrorContains(t, err, "gone", method)
	}
}
