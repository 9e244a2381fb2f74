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
)

// diamond is: top <- left, right <- bottom, and a citation of top by bottom's
// own derivative.
func diamond(f *fixture) (top, left, right, bottom, note workID) {
	top = f.offered("top", alice, 50_000)
	left, right = f.offered("left", alice, 0), f.offered("right", bob, 0)
	bottom, note = f.offered("bottom", carol, 0), f.work("note", carol)
	f.mustDerive(alice, left, own(top))
	f.mustDerive(bob, right, under(top, types.ROLE_INPUT_TO))
	f.mustDerive(carol, bottom, under(left, types.ROLE_PARENT_OF), under(right, types.ROLE_COMPONENT_OF), external("https://example.org/x"))
	f.mustDerive(carol, note, own(bottom), cites(top))
	return top, left, right, bottom, note
}

func ids(steps []types.Step) []workID {
	list := make([]workID, 0, len(steps))
	for _, s := range steps {
		list = append(list, s.Work)
	}
	return list
}

func TestAncestorsAndDescendants(t *testing.T) {
	f := newFixture(t)
	top, left, right, bottom, note := diamond(f)

	up, err := f.queries.Ancestors(f.ctx, &types.QueryWalkRequest{Work: note})
	require.NoError(t, err)
	require.False(t, up.Truncated)
	middle := []workID{left, right}
	if slices.Compare(left[:], right[:]) > 0 {
		slices.Reverse(middle)
	}
	require.Equal(t, []workID{bottom, middle[0], middle[1], top}, ids(up.Steps))
	require.Equal(t, uint32(3), up.Steps[3].Depth)
	require.Zero(t, up.Steps[3].Generation)
	require.Equal(t, uint32(2), up.Steps[0].Generation)
	require.Equal(t, note, up.Steps[0].Link.Derivative)

	down, err := f.queries.Descendants(f.ctx, &types.QueryWalkRequest{Work: top, Depth: 1})
	require.NoError(t, err)
	require.Equal(t, middle, ids(down.Steps), "the note only cites it")
	for _, s := range down.Steps {
		require.Equal(t, top, s.Link.Source)
		if s.Work == right {
			require.Equal(t, types.ROLE_INPUT_TO, s.Link.Role)
			require.Equal(t, uint32(50_000), s.Link.RoyaltyRate)
			require.Equal(t, termsOf(top), s.Link.Terms)
		}
	}

	all, err := f.queries.Descendants(f.ctx, &types.QueryWalkRequest{Work: top, EveryEdge: true})
	require.NoError(t, err)
	require.Len(t, all.Steps, 5)
	require.True(t, all.Steps[3].Again, "the bottom is reached from both sides")
}

func TestWalksPageAndSayWhenTheyAreCut(t *testing.T) {
	f := newFixture(t)
	root := f.work("root", alice)
	for i := range 25 {
		f.mustDerive(alice, f.work(fmt.Sprint("leaf", i), alice), own(root))
	}
	whole, err := f.queries.Descendants(f.ctx, &types.QueryWalkRequest{
		Work: root, Pagination: &query.PageRequest{CountTotal: true},
	})
	require.NoError(t, err)
	require.Len(t, whole.Steps, 25)
	require.Equal(t, uint64(25), whole.Pagination.Total)
	require.Empty(t, whole.Pagination.NextKey)

	var rows []types.Step
	page := &query.PageRequest{Limit: 10}
	for {
		part, err := f.queries.Descendants(f.ctx, &types.QueryWalkRequest{Work: root, Pagination: page})
		require.NoError(t, err)
		require.False(t, part.Truncated)
		rows = append(rows, part.Steps...)
		if len(part.Pagination.NextKey) == 0 {
			break
		}
		page = &query.PageRequest{Limit: 10, Key: part.Pagination.NextKey}
	}
	require.Equal(t, whole.Steps, rows)

	skipped, err := f.queries.Descendants(f.ctx, &types.QueryWalkRequest{
		Work: root, Pagination: &query.PageRequest{Offset: 20},
	})
	require.NoError(t, err)
	require.Equal(t, whole.Steps[20:], skipped.Steps)
}

func TestALongWalkIsTruncatedAtItsBound(t *testing.T) {
	f := newFixture(t)
	root := f.work("root", alice)
	const bound = 10_000
	g := types.DefaultGenesis()
	for i := range bound + 1 {
		f.generations[idOf(fmt.Sprint(i))] = 1
		g.Nodes = append(g.Nodes, types.GenesisNode{
			Work: idOf(fmt.Sprint(i)), Node: types.Node{Generation: 1, Sources: 1, Declarations: 1},
			Edges: []types.GenesisEdge{{Source: root, Edge: types.Edge{Role: types.ROLE_PARENT_OF, Declaration: 1}}},
		})
	}
	require.NoError(t, f.k.InitGenesis(afterAll(f.ctx), *g))
	last, err := f.queries.Descendants(f.ctx, &types.QueryWalkRequest{
		Work: root, Pagination: &query.PageRequest{Offset: bound - 10, Limit: 100},
	})
	require.NoError(t, err)
	require.Len(t, last.Steps, 10)
	require.True(t, last.Truncated)
	require.Empty(t, last.Pagination.NextKey)
	first, err := f.queries.Descendants(f.ctx, &types.QueryWalkRequest{Work: root})
	require.NoError(t, err)
	require.False(t, first.Truncated)
	require.NotEmpty(t, first.Pagination.NextKey)
}

func TestSourcesPageThroughBothKinds(t *testing.T) {
	f := newFixture(t)
	work := f.work("work", alice)
	var sources []types.Source
	for i := range 5 {
		sources = append(sources, external(fmt.Sprint("ipfs://", i)), own(f.work(fmt.Sprint("source", i), alice)))
	}
	f.mustDerive(alice, work, sources...)
	whole, err := f.queries.Sources(f.ctx, &types.QuerySourcesRequest{
		Work: work, Pagination: &query.PageRequest{CountTotal: true},
	})
	require.NoError(t, err)
	require.Len(t, whole.Sources, 10)
	require.Equal(t, uint64(10), whole.Pagination.Total)
	for i, link := range whole.Sources {
		require.Equal(t, i >= 5, link.External != nil)
		require.Equal(t, work, link.Derivative)
	}
	require.Equal(t, "ipfs://0", whole.Sources[5].External.Uri, "in the order of their declaration")

	for limit := uint64(1); limit <= 11; limit++ {
		var rows []types.Link
		page := &query.PageRequest{Limit: limit}
		for {
			part, err := f.queries.Sources(f.ctx, &types.QuerySourcesRequest{Work: work, Pagination: page})
			require.NoError(t, err)
			require.LessOrEqual(t, len(part.Sources), int(limit))
			rows = append(rows, part.Sources...)
			if len(part.Pagination.NextKey) == 0 {
				break
			}
			page = &query.PageRequest{Limit: limit, Key: part.Pagination.NextKey}
		}
		require.Equal(t, whole.Sources, rows)
	}
	for offset := uint64(0); offset <= 11; offset++ {
		part, err := f.queries.Sources(f.ctx, &types.QuerySourcesRequest{
			Work: work, Pagination: &query.PageRequest{Offset: offset, Limit: 3},
		})
		require.NoError(t, err)
		require.Equal(t, whole.Sources[min(offset, 10):min(offset+3, 10)], append([]types.Link{}, part.Sources...))
	}
}

func TestDerivativesListCitationsLast(t *testing.T) {
	f := newFixture(t)
	top, _, _, _, note := diamond(f)
	var rows []types.Link
	page := &query.PageRequest{Limit: 2}
	for {
		part, err := f.queries.Derivatives(f.ctx, &types.QueryDerivativesRequest{Work: top, Pagination: page})
		require.NoError(t, err)
		rows = append(rows, part.Derivatives...)
		if len(part.Pagination.NextKey) == 0 {
			break
		}
		page = &query.PageRequest{Limit: 2, Key: part.Pagination.NextKey}
	}
	require.Len(t, rows, 3)
	require.Equal(t, note, rows[2].Derivative)
	require.Equal(t, types.ROLE_CITES, rows[2].Role)
}

func TestPathAndCommonAncestors(t *testing.T) {
	f := newFixture(t)
	top, left, right, bottom, note := diamond(f)

	path, err := f.queries.Path(f.ctx, &types.QueryPathRequest{Work: note, Ancestor: top})
	require.NoError(t, err)
	require.Len(t, path.Links, 3, "the citation is no short cut")
	require.Equal(t, note, path.Links[0].Derivative)
	require.Equal(t, bottom, path.Links[0].Source)
	require.Equal(t, top, path.Links[2].Source)
	path, err = f.queries.Path(f.ctx, &types.QueryPathRequest{Work: top, Ancestor: note})
	require.NoError(t, err)
	require.Empty(t, path.Links)
	require.Empty(t, path.Pagination.NextKey)

	common, err := f.queries.CommonAncestors(f.ctx, &types.QueryCommonAncestorsRequest{Work: left, Other: right})
	require.NoError(t, err)
	require.Equal(t, []workID{top}, common.Works)
	common, err = f.queries.CommonAncestors(f.ctx, &types.QueryCommonAncestorsRequest{
		Work: bottom, Other: note, Pagination: &query.PageRequest{Limit: 2, CountTotal: true},
	})
	require.NoError(t, err)
	require.Len(t, common.Works, 2)
	require.Equal(t, uint64(3), common.Pagination.Total)
	rest, err := f.queries.CommonAncestors(f.ctx, &types.QueryCommonAncestorsRequest{
		Work: bottom, Other: note, Pagination: &query.PageRequest{Key: common.Pagination.NextKey},
	})
	require.NoError(t, err)
	require.Len(t, rest.Works, 1)
}

func TestALongPathIsReadInPages(t *testing.T) {
	f := newFixture(t)
	line := f.chainOf("line", alice, 8)
	request := types.QueryPathRequest{Work: line[7], Ancestor: line[0], Pagination: &query.PageRequest{Limit: 3, CountTotal: true}}
	at := 7
	for {
		path, err := f.queries.Path(f.ctx, &request)
		require.NoError(t, err)
		require.Equal(t, uint64(7), path.Pagination.Total)
		require.LessOrEqual(t, len(path.Links), 3)
		for _, link := range path.Links {
			require.Equal(t, line[at], link.Derivative)
			at--
			require.Equal(t, line[at], link.Source)
		}
		if request.Pagination.Key = path.Pagination.NextKey; path.Pagination.NextKey == nil {
			break
		}
	}
	require.Zero(t, at)
	request.Pagination = &query.PageRequest{Limit: 1, Reverse: true}
	path, err := f.queries.Path(f.ctx, &request)
	require.NoError(t, err)
	require.Equal(t, line[0], path.Links[0].Source, "from the ancestor")
	request.Pagination = &query.PageRequest{Limit: 1_001}
	_, err = f.queries.Path(f.ctx, &request)
	require.Equal(t, codes.InvalidArgument, status.Code(err))
}

func TestQueriesAnswerBadRequestsWithCodes(t *testing.T) {
	f := newFixture(t)
	known, unknown := f.work("known", alice), idOf("?")
	walk := func(r types.QueryWalkRequest) error {
		_, err := f.queries.Ancestors(f.ctx, &r)
		return err
	}
	sources := func(p query.PageRequest) error {
		_, err := f.queries.Sources(f.ctx, &types.QuerySourcesRequest{Work: known, Pagination: &p})
		return err
	}
	derivation := func(work workID) error {
		_, err := f.queries.Derivation(f.ctx, &types.QueryDerivationRequest{Work: work})
		return err
	}
	path := func(a, b workID) error {
		_, err := f.queries.Path(f.ctx, &types.QueryPathRequest{Work: a, Ancestor: b})
		return err
	}
	require.NoError(t, derivation(known), "an original has an empty row")
	for _, c := range []struct {
		err  error
		want codes.Code
	}{
		{derivation(unknown), codes.NotFound},
		{derivation(workID{}), codes.InvalidArgument},
		{walk(types.QueryWalkRequest{Work: unknown}), codes.NotFound},
		{walk(types.QueryWalkRequest{Work: known, Depth: 1_001}), codes.InvalidArgument},
		{walk(types.QueryWalkRequest{Work: known, Pagination: &query.PageRequest{Limit: 1_001}}), codes.InvalidArgument},
		{walk(types.QueryWalkRequest{Work: known, Pagination: &query.PageRequest{Key: []byte{1}}}), codes.InvalidArgument},
		{walk(types.QueryWalkRequest{Work: known, Pagination: &query.PageRequest{Reverse: true}}), codes.InvalidArgument},
		{sources(query.PageRequest{Key: []byte{9}}), codes.InvalidArgument},
		{sources(query.PageRequest{Key: []byte{0, 1}}), codes.InvalidArgument},
		{sources(query.PageRequest{Key: []byte{0}, Offset: 1}), codes.InvalidArgument},
		{sources(query.PageRequest{Limit: 1_001}), codes.InvalidArgument},
		{path(known, known), codes.InvalidArgument},
		{path(known, workID{}), codes.InvalidArgument},
		{path(known, unknown), codes.NotFound},
	} {
		require.Equal(t, c.want, status.Code(c.err), "%v", c.err)
	}
}
