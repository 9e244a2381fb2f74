package keeper_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// retitle gives a work a new version of its details.
func (f *fixture) retitle(id workID, title string) {
	work := f.works[id]
	old, err := work.Revision()
	require.NoError(f.t, err)
	f.versions[version{id, work.Version}] = old
	work.Version++
	revision := registrytypes.Revision{Details: registrytypes.Details{Kind: registrytypes.KIND_MODEL, Title: title}}
	require.NoError(f.t, work.SetRevision(revision))
	f.works[id] = work
}

func (f *fixture) credits(work workID, page *query.PageRequest) *types.QueryCreditsResponse {
	res, err := f.queries.Credits(f.ctx, &types.QueryCreditsRequest{Work: work, Pagination: page})
	require.NoError(f.t, err)
	return res
}

// A collage lists all that have to be credited, however many, and no others: works
// of one's own, citations, and terms that ask for no credit owe none.
func TestACollageListsAllCredits(t *testing.T) {
	f := newFixture(t)
	collage := f.work("collage", carol)
	var sources []types.Source
	for i := range 12 {
		photo := f.offered(fmt.Sprint("photo", i), alice, 0)
		f.retitle(photo, fmt.Sprint("Photo ", i))
		sources = append(sources, under(photo, types.ROLE_COMPONENT_OF))
	}
	free := f.offered("free", bob, 0)
	f.silent[free] = true
	sources = append(sources, under(free, types.ROLE_INPUT_TO), own(f.work("mine", carol)), cites(f.work("cited", bob)))
	f.mustDerive(carol, collage, sources...)

	whole := f.credits(collage, &query.PageRequest{CountTotal: true})
	require.Len(t, whole.Credits, 12)
	require.Equal(t, uint64(12), whole.Pagination.Total)
	require.False(t, whole.Truncated)
	var titles []string
	for _, c := range whole.Credits {
		require.Equal(t, types.ROLE_COMPONENT_OF, c.Role)
		require.Equal(t, uint32(1), c.Depth)
		require.Equal(t, collage, c.Derivative)
		require.Equal(t, uint32(4), c.WorkVersion)
		titles = append(titles, c.Text)
	}
	slices.Sort(titles)
	require.Contains(t, titles[0], `"Photo 0" (work1`)

	var rows []types.Credit
	page := &query.PageRequest{Limit: 5}
	for page != nil {
		part := f.credits(collage, page)
		rows = append(rows, part.Credits...)
		page = nil
		if len(part.Pagination.NextKey) > 0 {
			page = &query.PageRequest{Limit: 5, Key: part.Pagination.NextKey}
		}
	}
	require.Equal(t, whole.Credits, rows)
	_, err := f.queries.Credits(f.ctx, &types.QueryCreditsRequest{Work: collage, Depth: 1001})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
}

// The credit is that of the version that was derived from, at any depth; of several
// versions the newest, once.
func TestCreditsArePinned(t *testing.T) {
	f := newFixture(t)
	top := f.offered("top", alice, 0)
	f.retitle(top, "First")
	left, bottom := f.offered("left", bob, 0), f.work("bottom", carol)
	f.mustDerive(bob, left, under(top, types.ROLE_PARENT_OF))
	f.mustDerive(carol, bottom, under(left, types.ROLE_PARENT_OF))
	f.retitle(top, "Second")
	got := f.credits(bottom, nil).Credits
	require.Len(t, got, 2)
	require.Equal(t, []workID{left, top}, []workID{got[0].Work, got[1].Work})
	require.Equal(t, uint32(2), got[1].Depth)
	require.Contains(t, got[1].Text, `"First"`)

	f.mustDerive(carol, bottom, under(top, types.ROLE_COMPONENT_OF))
	got = f.credits(bottom, nil).Credits
	require.Len(t, got, 2)
	for _, c := range got {
		if c.Work == top {
			require.Equal(t, uint32(5), c.WorkVersion)
			require.Contains(t, c.Text, `"Second"`)
			require.False(t, c.AddedLater, "it was owed before, too")
		}
	}
	one, err := f.queries.Credits(f.ctx, &types.QueryCreditsRequest{Work: bottom, Depth: 1})
	require.NoError(t, err)
	require.Len(t, one.Credits, 2)
}
