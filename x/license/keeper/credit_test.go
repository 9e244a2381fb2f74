package keeper_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// pastVersion is one that a work had before.
type pastVersion struct {
	work    registrytypes.WorkID
	version uint32
}

// Revision returns the details of a work in a version.
func (c catalog) Revision(_ context.Context, id registrytypes.WorkID, version uint32) (registrytypes.Revision, error) {
	if past, found := c.past[pastVersion{id, version}]; found {
		return past, nil
	}
	work, found := c.works[id]
	if !found || work.Version != version {
		return registrytypes.Revision{}, errorsmod.Wrapf(collections.ErrNotFound, "version %d of %s", version, id)
	}
	return work.Revision()
}

// retitle gives a work a new version of its details.
func (f *fixture) retitle(id registrytypes.WorkID, title string) {
	f.t.Helper()
	work := f.registry[id]
	old, err := work.Revision()
	require.NoError(f.t, err)
	f.past[pastVersion{id, work.Version}] = old
	require.NoError(f.t, work.SetRevision(registrytypes.Revision{Details: registrytypes.Details{
		Title: title, Creators: []registrytypes.Creator{{Name: title + "'s maker"}},
	}}))
	work.Version++
	f.registry[id] = work
}

// credits are the credits in an answer about a copy of a work, its own left out.
func (f *fixture) credits(work registrytypes.WorkID) (lines []string, incomplete bool) {
	for _, o := range f.rights(work, types.Use{Action: types.ACTION_COPY}, nil).Obligations {
		if o.Kind == types.OBLIGATION_ATTRIBUTION && o.Work != work {
			lines = append(lines, o.Text)
			incomplete = incomplete || o.Incomplete
		}
	}
	return lines, incomplete
}

// What a source is called later changes nobody's credit, nor that of what was made
// from it in turn.
func TestCreditsArePinned(t *testing.T) {
	f := newFixture(t)
	by := preset("cc-by-4.0")
	f.retitle(song, "First")
	f.offered(song, by, types.Offer{})
	require.NoError(t, f.derive(remix, source{song, by}))
	f.retitle(song, "Second")
	f.offered(remix, by, types.Offer{})
	f.offered(photo, by, types.Offer{})
	require.NoError(t, f.derive(photo, source{remix, by}))
	f.retitle(song, "Third")

	for _, work := range []registrytypes.WorkID{remix, photo} {
		lines, incomplete := f.credits(work)
		require.False(t, incomplete)
		require.Contains(t, lines, `"First" by First's maker (`+song.String()+`), CC-BY-4.0, `+
			"https://creativecommons.org/licenses/by/4.0/legalcode")
	}
	require.Contains(t, f.rights(song, adapt, nil).Obligations[0].Text, `"Third"`)

	// Text that is taken back is taken back from credits too.
	blank := f.past[pastVersion{song, 2}]
	f.past[pastVersion{song, 2}] = blank.Blank()
	lines, _ := f.credits(remix)
	require.Contains(t, lines[0], "Title and names blanked ("+song.String())

	// Both versions were derived from: the newest is credited, once.
	other := f.register(bob, 90)
	f.offered(other, by, types.Offer{})
	require.NoError(t, f.derive(other, source{song, by}))
	require.NoError(t, f.derive(photo, source{other, by}))
	lines, _ = f.credits(photo)
	require.Len(t, lines, 3)
	require.True(t, slices.ContainsFunc(lines, func(s string) bool { return s[:7] == `"Third"` }))
}

// A grant pins how the work itself is credited.
func TestAGrantPinsTheCredit(t *testing.T) {
	f := newFixture(t)
	f.retitle(song, "First")
	f.offered(song, preset("commercial-use"), types.Offer{Price: coins("5uusdc")})
	f.acquired(bob, song, preset("commercial-use"), 0, "5uusdc")
	f.retitle(song, "Second")
	use := types.Use{Action: types.ACTION_PERFORM, Commercial: true}
	require.Contains(t, f.rights(song, use, bob).Obligations[0].Text, `"First" by First's maker`)
}

// A collage of more works than an answer lists says that it lists not all.
func TestMoreCreditsThanAreListed(t *testing.T) {
	f := newFixture(t)
	by := preset("cc-by-4.0")
	var sources []source
	for i := range 12 {
		work := f.register(alice, byte(100+i))
		f.offered(work, by, types.Offer{})
		sources = append(sources, source{work, by})
	}
	f.offered(remix, by, types.Offer{})
	require.NoError(t, f.derive(remix, sources[:8]...))
	lines, incomplete := f.credits(remix)
	require.Len(t, lines, 8)
	require.False(t, incomplete)

	require.NoError(t, f.derive(remix, sources[8]))
	lines, incomplete = f.credits(remix)
	require.Len(t, lines, 8)
	require.True(t, incomplete)
	require.NoError(t, f.derive(remix, sources[9:]...))

	// In whatever order they are declared, the row is the same, and so is that of
	// what is made from it.
	f.offered(photo, by, types.Offer{})
	slices.Reverse(sources)
	for _, s := range sources {
		require.NoError(t, f.derive(photo, s))
	}
	require.Equal(t, f.constraints(remix), f.constraints(photo))
	require.Len(t, f.constraints(photo), types.MaxAttributions)
	child := f.register(bob, 90)
	require.NoError(t, f.derive(child, source{remix, by}, source{photo, by}))
	_, incomplete = f.credits(child)
	require.True(t, len(f.constraints(child)) == types.MaxAttributions || incomplete)
}

// A brief batch names the works to credit, and the versions, without reading them.
func TestABriefBatchNamesCreditsByVersion(t *testing.T) {
	f := newFixture(t)
	by := preset("cc-by-4.0")
	f.offered(song, by, types.Offer{})
	require.NoError(t, f.derive(remix, source{song, by}))
	f.offered(remix, by, types.Offer{})
	ask := func(brief bool) types.Rights {
		res, err := f.query.CheckRightsBatch(f.ctx, &types.QueryCheckRightsBatchRequest{Works: []string{remix.String()}, Use: adapt, Brief: brief})
		require.NoError(t, err)
		return res.Rights[0]
	}
	full, brief := ask(false), ask(true)
	require.Len(t, full.Obligations, 2)
	for i := range full.Obligations {
		require.NotEmpty(t, full.Obligations[i].Text)
		require.NotZero(t, full.Obligations[i].WorkVersion)
		full.Obligations[i].Text = ""
	}
	require.Equal(t, full, brief)
}
