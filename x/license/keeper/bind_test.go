package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// constraints asks for what a work's sources demand of it.
func (f *fixture) constraints(work registrytypes.WorkID) []types.NamedConstraint {
	f.t.Helper()
	res, err := f.query.Constraints(f.ctx, &types.QueryConstraintsRequest{Work: work})
	require.NoError(f.t, err)
	return named(res.Constraints)
}

// named leaves out what constraints come down to.
func named(rows []types.InForce) []types.NamedConstraint {
	var list []types.NamedConstraint
	for _, row := range rows {
		list = append(list, row.Constraint)
	}
	return list
}

func TestNonCommercialStaysOnDescendants(t *testing.T) {
	f := newFixture(t)
	nc, by := preset("cc-by-nc-4.0"), preset("cc-by-4.0")
	f.offered(song, nc, types.Offer{})
	p, err := f.permit(remix, song, nc)
	require.NoError(t, err)
	ctx := f.ctx.WithEventManager(sdk.NewEventManager())
	require.NoError(t, f.k.Bind(ctx, binding(remix, p)))
	want := []types.NamedConstraint{
		{Kind: types.CONSTRAINT_NONCOMMERCIAL, Source: song, Terms: nc},
		{Kind: types.CONSTRAINT_ATTRIBUTION, Source: song, Terms: nc, WorkVersion: 1},
	}
	f.requireEvents(ctx.EventManager().Events(), &types.EventConstrained{Work: remix, Version: 1, Constraints: want})
	require.Equal(t, want, f.constraints(remix))

	err = f.offer(remix, preset("commercial-use"), types.Offer{})
	require.ErrorIs(t, err, types.ErrConflict)
	require.ErrorContains(t, err, "noncommercial_source ("+song.String())
	f.offered(remix, preset("noncommercial-remix"), types.Offer{})

	// Creative Commons: permitted, with a warning that names the ancestor.
	res, _, err := f.send(&types.MsgOffer{Owner: bob.String(), Work: remix, Terms: by})
	require.NoError(t, err)
	require.Equal(t, []string{fmt.Sprintf("noncommercial_source (%s under %s)", song, nc)}, res.(*types.MsgOfferResponse).Warnings)

	require.NoError(t, f.derive(photo, source{remix, by}))
	require.Subset(t, f.constraints(photo), want, "the grandchild names the ancestor")
	require.ErrorIs(t, f.offer(photo, preset("commercial-remix-5"), types.Offer{}), types.ErrConflict)
}

func TestShareAlikeBindsTheDerivative(t *testing.T) {
	f := newFixture(t)
	sa := preset("cc-by-sa-4.0")
	f.offered(song, sa, types.Offer{})
	require.NoError(t, f.derive(remix, source{song, sa}))

	for _, name := range []string{"cc-by-4.0", "cc-by-nc-sa-4.0", "cc0-1.0", "commercial-use"} {
		err := f.offer(remix, preset(name), types.Offer{})
		require.ErrorIs(t, err, types.ErrConflict, name)
		require.ErrorContains(t, err, "sharealike_source", name)
	}
	f.offered(remix, sa, types.Offer{})
}

func TestSourcesThatDoNotGoTogether(t *testing.T) {
	for _, c := range []struct{ a, b, code string }{
		{"cc-by-sa-4.0", "cc-by-nc-4.0", "sharealike_conflicts_noncommercial"},
		{"cc-by-sa-4.0", "cc-by-nc-sa-4.0", "sharealike_conflict"},
		{"cc-by-sa-4.0", "noncommercial-remix", "sharealike_conflicts_noncommercial"},
	} {
		f := newFixture(t)
		a, b := preset(c.a), preset(c.b)
		f.offered(song, a, types.Offer{})
		f.offered(photo, b, types.Offer{})
		both := []source{{song, a}, {photo, b}}

		err := f.derive(remix, both...)
		require.ErrorIs(t, err, types.ErrConflict)
		require.ErrorContains(t, err, c.code)
		require.ErrorContains(t, err, song.String())
		require.ErrorContains(t, err, photo.String())
		require.Empty(t, f.constraints(remix))
		require.ErrorIs(t, f.derive(remix, both[1], both[0]), types.ErrConflict)

		require.NoError(t, f.derive(remix, both[0]))
		require.ErrorIs(t, f.derive(remix, both[1]), types.ErrConflict, "one after the other")
	}
}

func TestRemixesOfMixedRatesGoTogether(t *testing.T) {
	f := newFixture(t)
	f.offered(song, preset("commercial-remix-5"), types.Offer{})
	f.offered(photo, preset("commercial-remix-10"), types.Offer{})
	f.revenue.owed[remix] = 150_000
	require.NoError(t, f.derive(remix, source{song, preset("commercial-remix-5")}, source{photo, preset("commercial-remix-10")}))
	for _, c := range f.constraints(remix) {
		require.Equal(t, types.CONSTRAINT_ATTRIBUTION, c.Kind)
	}
}

func TestShareAlikeAndOwedRoyalties(t *testing.T) {
	f := newFixture(t)
	sa, paid := preset("cc-by-sa-4.0"), preset("commercial-remix-5")
	f.offered(song, sa, types.Offer{})
	f.offered(photo, paid, types.Offer{})
	f.revenue.owed[remix] = 50_000
	err := f.derive(remix, source{song, sa}, source{photo, paid})
	require.ErrorIs(t, err, types.ErrConflict)
	require.ErrorContains(t, err, "sharealike_conflicts_royalty ("+song.String())
}

func TestAnOpenOfferStandsInTheWayOfALink(t *testing.T) {
	f := newFixture(t)
	nc, sale := preset("cc-by-nc-4.0"), preset("commercial-use")
	end := genesisTime.Add(day(1))
	f.offered(song, nc, types.Offer{})
	f.offered(remix, sale, types.Offer{ExpiresAt: &end})
	err := f.derive(remix, source{song, nc})
	require.ErrorIs(t, err, types.ErrConflict)
	require.ErrorContains(t, err, "the open offer of "+remix.String())

	f.wait(day(1))
	require.NoError(t, f.derive(remix, source{song, nc}), "an offer that has ended is in nobody's way")

	// Royalties make an offer without further restrictions impossible too.
	f.offered(photo, preset("cc-by-4.0"), types.Offer{})
	f.offered(song, preset("commercial-remix-5"), types.Offer{})
	f.revenue.owed[photo] = 50_000
	err = f.derive(photo, source{song, preset("commercial-remix-5")})
	require.ErrorIs(t, err, types.ErrConflict)
	require.ErrorContains(t, err, "owes_royalty")
}

func TestAPermissionLastsAsLongAsTheEarliestGrant(t *testing.T) {
	f := newFixture(t)
	week := day(7)
	terms := f.publish(types.Terms{Spdx: "LicenseRef-Week", Derivatives: types.DERIVATIVES_ALLOWED, CommercialUse: true, Duration: &week})
	free := f.publish(types.Terms{Spdx: "LicenseRef-Free", Derivatives: types.DERIVATIVES_ALLOWED, CommercialUse: true})
	f.offered(song, terms, types.Offer{})
	grant := f.acquired(bob, song, terms, 0, "")
	require.NoError(t, f.derive(remix, source{song, grant}))
	end := genesisTime.Add(week)
	want := []types.NamedConstraint{{Kind: types.CONSTRAINT_EXPIRES, Source: song, Grant: grant, ExpiresAt: &end}}
	require.Equal(t, want, f.constraints(remix))

	f.offered(remix, free, types.Offer{})
	paid := f.acquired(carol, remix, free, 0, "")
	require.NoError(t, f.derive(photo, source{remix, paid}))
	require.Equal(t, want, f.constraints(photo), "its descendants' too")

	f.wait(week - 1)
	f.offered(photo, free, types.Offer{})
	f.wait(1)
	require.ErrorIs(t, f.offer(remix, free, types.Offer{}), types.ErrSourceExpired)
	require.ErrorIs(t, f.offer(photo, free, types.Offer{}), types.ErrSourceExpired)
	_, err := f.acquire(alice, photo, free, 0, "")
	require.ErrorIs(t, err, types.ErrSourceExpired)
	third := registrytypes.WorkID{8}
	f.add(third, carol)
	for _, permission := range []fmt.Stringer{free, paid} {
		_, err = f.permit(third, remix, permission)
		require.ErrorIs(t, err, types.ErrSourceExpired)
		require.ErrorContains(t, err, "has ended ("+remix.String()+", by way of "+song.String())
	}

	// Renewing the one grant lifts it from all descendants.
	require.NoError(t, f.try(&types.MsgRenewGrant{Licensee: bob.String(), Grant: grant}))
	f.offered(photo, free, types.Offer{})
	_, err = f.permit(third, remix, free)
	require.NoError(t, err)
	require.Equal(t, f.ctx.BlockTime().Add(week), *f.constraints(photo)[0].ExpiresAt)
}

// An own work in between does not wash off what its sources demand.
func TestOwnWorksPassConstraintsOn(t *testing.T) {
	f := newFixture(t)
	nc := preset("cc-by-nc-4.0")
	f.offered(song, nc, types.Offer{})
	require.NoError(t, f.derive(remix, source{song, nc}))
	second := registrytypes.WorkID{8}
	f.add(second, bob)
	require.NoError(t, f.derive(second, source{remix, nil}))
	require.Equal(t, f.constraints(remix), f.constraints(second))

	f.offered(photo, preset("cc-by-sa-4.0"), types.Offer{})
	third := registrytypes.WorkID{9}
	f.add(third, bob)
	require.ErrorIs(t, f.derive(third, source{second, nil}, source{photo, preset("cc-by-sa-4.0")}), types.ErrConflict)
}

func TestConstraintsAreBounded(t *testing.T) {
	f := newFixture(t)
	hour := day(1)
	nc := preset("noncommercial-remix")
	timed := f.publish(types.Terms{Spdx: "LicenseRef-Timed", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, Duration: &hour})
	var open, granted []source
	for i := range types.MaxConstraints + 1 {
		work := registrytypes.WorkID{100, byte(i)}
		f.add(work, alice)
		f.offered(work, nc, types.Offer{})
		f.offered(work, timed, types.Offer{})
		open = append(open, source{work, nc})
		granted = append(granted, source{work, f.acquired(bob, work, timed, 0, "")})
	}
	var alike []source
	for i := range 2 * types.MaxConstraints {
		work := registrytypes.WorkID{101, byte(i)}
		f.add(work, alice)
		f.offered(work, preset("cc-by-sa-4.0"), types.Offer{})
		alike = append(alike, source{work, preset("cc-by-sa-4.0")})
	}
	require.NoError(t, f.derive(photo, alike...), "one demand for the same terms, whoever makes it")
	require.Len(t, f.constraints(photo), 1+types.MaxAttributions)

	require.NoError(t, f.derive(remix, open...), "one non-commercial source is as good as a hundred")
	require.Len(t, f.constraints(remix), types.MaxConstraints+types.MaxAttributions)
	require.ErrorIs(t, f.derive(remix, granted...), types.ErrTooMany)
	require.NoError(t, f.derive(remix, granted[1:]...))
	require.ErrorIs(t, f.k.Bind(f.ctx, binding(remix, make([]types.Permit, types.MaxSources+1)...)), types.ErrTooMany)
}

// What a grant pins can be asked for: the demands of a version that is past.
func TestPastDemandsCanBeAskedFor(t *testing.T) {
	f := newFixture(t)
	nc := preset("cc-by-nc-4.0")
	f.offered(song, nc, types.Offer{})
	f.offered(photo, nc, types.Offer{})
	require.NoError(t, f.derive(remix, source{song, nc}))
	first := f.constraints(remix)
	require.NoError(t, f.derive(remix, source{photo, nc}))
	require.Greater(t, len(f.constraints(remix)), len(first))

	res, err := f.query.Constraints(f.ctx, &types.QueryConstraintsRequest{Work: remix, Version: 1})
	require.NoError(t, err)
	require.EqualValues(t, 1, res.Version)
	require.Equal(t, first, named(res.Constraints))
	_, err = f.query.Constraints(f.ctx, &types.QueryConstraintsRequest{Work: remix, Version: 9})
	require.ErrorContains(t, err, "version 9")
}
