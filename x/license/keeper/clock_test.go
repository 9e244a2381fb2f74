package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// hold puts works on hold.
func (f *fixture) hold(ids ...registrytypes.WorkID) {
	for _, id := range ids {
		work := f.registry[id]
		work.AddDispute(f.ctx.BlockTime(), true)
		f.registry[id] = work
	}
}

// settle ends the disputes about works.
func (f *fixture) settle(ids ...registrytypes.WorkID) {
	f.t.Helper()
	for _, id := range ids {
		work := f.registry[id]
		require.NoError(f.t, work.EndDispute(f.ctx.BlockTime(), true))
		f.registry[id] = work
	}
}

// until waits for a day since the beginning.
func (f *fixture) until(days int) {
	f.wait(genesisTime.Add(day(days)).Sub(f.ctx.BlockTime()))
}

// heldTenDays has a work disputed from day 5 to day 15.
func (f *fixture) heldTenDays(works ...registrytypes.WorkID) {
	f.t.Helper()
	f.until(5)
	f.hold(works...)
	f.until(15)
	f.settle(works...)
}

// ends is when a grant ends, as is answered.
func (f *fixture) ends(grant types.GrantID) time.Time {
	f.t.Helper()
	res, err := f.query.Grant(f.ctx, &types.QueryGrantRequest{Grant: grant})
	require.NoError(f.t, err)
	all, err := f.query.Grants(f.ctx, &types.QueryGrantsRequest{Work: res.Grant.Work})
	require.NoError(f.t, err)
	require.Contains(f.t, all.Grants, res.Grant, "every query says the same")
	return *res.Grant.Grant.ExpiresAt
}

// A grant of 30 days of a work that was on hold for ten ends on day 40, and not at all meanwhile.
func TestAGrantDoesNotRunWhileItsWorkIsOnHold(t *testing.T) {
	f := newFixture(t)
	terms := f.monthly("5ustem", func(t *types.Terms) { t.Transferable = true })
	grant := f.acquired(bob, song, terms, 0, "5ustem")
	use := func() types.Rights { return f.rightsBy(song.String(), adapt, bob, grant.String()) }
	require.Equal(t, genesisTime.Add(day(30)), f.ends(grant))
	f.until(5)
	f.hold(song)
	f.until(400)
	require.Equal(t, f.ctx.BlockTime().Add(day(25)), f.ends(grant), "25 days were left and are")
	require.NotContains(t, codesOf(use()), "grant_expired")
	require.NoError(t, f.try(offerGrant(bob, grant, carol)), "it has not ended")
	require.NoError(t, f.k.CheckInvariants(f.ctx))

	f = newFixture(t)
	terms = f.monthly("5ustem", func(t *types.Terms) { t.Transferable = true })
	grant = f.acquired(bob, song, terms, 0, "5ustem")
	f.heldTenDays(song)
	require.Equal(t, genesisTime.Add(day(40)), f.ends(grant))
	f.until(39)
	require.Equal(t, types.VERDICT_ALLOWED, use().Verdict)
	week := f.ctx.BlockTime().Add(day(7))
	long := f.rightsBy(song.String(), types.Use{Action: types.ACTION_PERFORM, Until: &week}, bob, grant.String())
	require.Equal(t, []string{"ends_before_use"}, codesOf(long))
	require.Equal(t, genesisTime.Add(day(40)), *long.Reasons[0].At)
	_, err := f.permit(remix, song, grant)
	require.NoError(t, err)

	f.until(41)
	require.Contains(t, codesOf(use()), "grant_expired")
	_, err = f.permit(remix, song, grant)
	require.ErrorIs(t, err, types.ErrGrantExpired)
	err = f.try(offerGrant(bob, grant, carol))
	require.ErrorIs(t, err, types.ErrGrantExpired)
	require.ErrorContains(t, err, "2026-12-11", "day 40")
}

// What is given of a work that was on hold, and what is renewed, has its whole duration, and is told so.
func TestAGrantGivenAfterAHoldHasItsDuration(t *testing.T) {
	f := newFixture(t)
	terms := f.monthly("5ustem", nil)
	early := f.acquired(bob, song, terms, 0, "5ustem")
	f.heldTenDays(song)
	fee := coins("5ustem")[0]
	forty5 := genesisTime.Add(day(45))
	late := f.must(&types.MsgAcquire{
		Licensee: bob.String(), Work: song, Terms: terms, Serial: 1, MaxFee: &fee, Seen: f.seen(song, terms),
	}, &types.EventGranted{
		Grant: types.NewGrantID(song, terms, bob, 1), Work: song, Terms: terms, Licensee: bob.String(), Fee: "5ustem",
		ExpiresAt: &forty5, Serves: 1,
	}).(*types.MsgAcquireResponse)
	require.Equal(t, forty5, *late.ExpiresAt)
	require.Equal(t, forty5, f.ends(late.Grant))
	held, err := f.query.Grants(f.ctx, &types.QueryGrantsRequest{Licensee: bob.String()})
	require.NoError(t, err)
	require.Equal(t, []types.GrantID{late.Grant, early}, []types.GrantID{held.Grants[0].Id, held.Grants[1].Id}, "the latest end first")

	renewed := f.must(renew(bob, early, "5ustem"), &types.EventGrantRenewed{
		Grant: early, Work: song, Licensee: bob.String(), Fee: "5ustem", ExpiresAt: at(70), WorkVersion: 1,
	}).(*types.MsgRenewGrantResponse)
	require.Equal(t, at(70), renewed.ExpiresAt, "day 40 and 30 days")
	f.until(100)
	renewed = f.must(renew(bob, late.Grant, "5ustem"), &types.EventGrantRenewed{
		Grant: late.Grant, Work: song, Licensee: bob.String(), Fee: "5ustem", ExpiresAt: at(130), WorkVersion: 1,
	}).(*types.MsgRenewGrantResponse)
	require.Equal(t, at(130), renewed.ExpiresAt, "it had ended: 30 days from now")
}

func at(days int) *time.Time {
	t := genesisTime.Add(day(days))
	return &t
}

// A grant that keeps others out does so for as much longer, whatever other works do.
func TestAnExclusiveGrantDoesNotRunWhileItsWorkIsOnHold(t *testing.T) {
	f := newFixture(t)
	only := f.monthly("5ustem", func(t *types.Terms) { t.Exclusivity = types.EXCLUSIVITY_EXCLUSIVE })
	shared := f.monthly("1ustem", nil)
	grant := f.acquired(bob, song, only, 0, "5ustem")
	running := func() int {
		t.Helper()
		res, err := f.query.Exclusives(f.ctx, &types.QueryExclusivesRequest{Work: song})
		require.NoError(t, err)
		return len(res.Grants)
	}
	f.hold(photo)
	f.until(5)
	f.hold(song)
	f.until(35)
	require.Equal(t, 1, running(), "it stands still")
	require.NoError(t, f.k.CheckInvariants(f.ctx))
	f.settle(song)
	require.Equal(t, *at(60), f.ends(grant))

	f.until(59)
	require.Equal(t, 1, running())
	_, err := f.acquire(carol, song, shared, 0, "1ustem")
	require.ErrorIs(t, err, types.ErrExclusive)
	require.ErrorContains(t, err, "2026-12-31", "day 60")
	f.until(60)
	require.Zero(t, running())
	other := f.acquired(carol, song, shared, 0, "1ustem")

	// And nothing keeps others out as long as another runs, by the same clock.
	f.hold(song)
	f.until(100)
	f.settle(song)
	f.until(129)
	require.Equal(t, *at(130), f.ends(other))
	_, err = f.acquire(bob, song, only, 1, "5ustem")
	require.ErrorIs(t, err, types.ErrExclusive)
	require.ErrorContains(t, err, "2027-03-11", "day 130")
	f.until(130)
	f.acquired(bob, song, only, 1, "5ustem")
}

func TestAReservedGrantDoesNotRunWhileItsWorkIsOnHold(t *testing.T) {
	f := newFixture(t)
	terms := f.monthly("5ustem", nil)
	fee := coins("5ustem")[0]
	require.NoError(t, f.try(&types.MsgAcquire{Licensee: bob.String(), Work: song, Terms: terms, Derivative: remix, MaxFee: &fee}))
	reserved := func(want bool) {
		t.Helper()
		has, err := f.k.HasReserved(f.ctx, song)
		require.NoError(t, err)
		require.Equal(t, want, has)
		_, found, err := f.k.ReservedFor(f.ctx, song, remix, types.GrantID{})
		require.NoError(t, err)
		require.Equal(t, want, found)
		require.NoError(t, f.k.CheckInvariants(f.ctx))
	}
	f.until(5)
	f.hold(song)
	f.until(45)
	reserved(true)
	f.settle(song)
	f.until(69)
	reserved(true)
	f.until(70)
	reserved(false)
}

// What was made under a grant ends with it, two generations on too: by the clock of the work that
// the grant is of, not by its own.
func TestWhatEndsWithAGrantDoesSoLater(t *testing.T) {
	f := newFixture(t)
	terms := f.monthly("5ustem", nil)
	grant := f.acquired(bob, song, terms, 0, "5ustem")
	require.NoError(t, f.derive(remix, source{song, grant}))
	f.offered(remix, anything(f), types.Offer{})
	f.add(cover, carol)
	require.NoError(t, f.derive(cover, source{remix, anything(f)}))
	f.offered(cover, anything(f), types.Offer{})
	expired := func(want bool) {
		t.Helper()
		for _, work := range []registrytypes.WorkID{remix, cover} {
			codes := codesOf(f.rights(work, copied, fan))
			require.Equal(t, want, len(codes) > 0 && codes[0] == "source_expired", codes)
			res, err := f.query.Constraints(f.ctx, &types.QueryConstraintsRequest{Work: work})
			require.NoError(t, err)
			require.Equal(t, f.ends(grant), *res.Constraints[0].Constraint.ExpiresAt)
		}
	}
	f.until(5)
	f.hold(song)
	f.until(100)
	expired(false)
	f.offered(cover, anything(f), types.Offer{})
	f.settle(song)

	f.hold(cover) // which doesn't stop the song's clock
	f.until(124)
	require.Equal(t, *at(125), f.ends(grant))
	f.settle(cover)
	expired(false)
	f.until(125)
	expired(true)
	err := f.offer(cover, anything(f), types.Offer{})
	require.ErrorIs(t, err, types.ErrSourceExpired)
	f.hold(song)
	f.until(130)
	expired(true)
}

// A pass has the clock of the source that was paid, not that of the work that it is for.
func TestAPassDoesNotRunWhileItsSourceIsOnHold(t *testing.T) {
	month := day(30)
	f, terms := family(t, sold("Paid", func(t *types.Terms) { t.Duration, t.DerivativesPerGrant = &month, 8 }), "9ustem")
	grant, _ := f.grantOf(bob)
	longer := f.renewed(bob, grant, terms)
	longer.MaxFee = &coins("9ustem")[0]
	require.NoError(t, f.try(longer), "the cover lasts longer than the pass")
	f.until(1)
	require.NoError(t, f.pass(fan, cover, song, terms, "9ustem"))
	ends := func() time.Time {
		t.Helper()
		res, err := f.query.Passes(f.ctx, &types.QueryPassesRequest{Licensee: fan.String()})
		require.NoError(t, err)
		return *res.Passes[0].Pass.ExpiresAt
	}
	require.Equal(t, *at(31), ends())
	model := f.register(fan, 90)
	f.until(3)
	require.NoError(t, f.deriveAs(roles[2], model, source{cover, anything(f)}))
	f.heldTenDays(song)
	require.Equal(t, *at(41), ends())
	f.hold(cover)
	f.until(20)
	f.settle(cover)
	require.Equal(t, *at(41), ends())

	f.until(40)
	require.Equal(t, types.VERDICT_ALLOWED, f.rights(cover, train, fan).Verdict)
	require.NotContains(t, codesOf(f.rights(model, copied, fan)), "source_expired")
	f.until(41)
	require.Equal(t, types.VERDICT_NEEDS_GRANT, f.rights(cover, train, fan).Verdict)
	require.Contains(t, codesOf(f.rights(model, copied, fan)), "source_expired")

	// What is bought again runs from now, and what still runs from its end.
	require.NoError(t, f.pass(fan, cover, song, terms, "9ustem"))
	require.Equal(t, *at(71), ends())
	require.NoError(t, f.pass(fan, cover, song, terms, "9ustem"))
	require.Equal(t, *at(101), ends())
}

// An export in the middle of a hold keeps every clock.
func TestClocksAreInAGenesis(t *testing.T) {
	f := newFixture(t)
	only := f.monthly("5ustem", func(t *types.Terms) { t.Exclusivity = types.EXCLUSIVITY_EXCLUSIVE })
	grant := f.acquired(bob, song, only, 0, "5ustem")
	f.heldTenDays(song)
	f.until(20)
	f.hold(song)
	f.until(80)
	exported, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NoError(t, exported.Validate())

	g := newFixture(t)
	g.registry[song] = f.registry[song]
	g.until(90)
	require.NoError(t, g.k.InitGenesis(g.ctx, *exported))
	require.NoError(t, g.k.CheckInvariants(g.ctx))
	again, err := g.k.ExportGenesis(g.ctx)
	require.NoError(t, err)
	require.Equal(t, exported, again)
	row, err := g.k.Exclusives.Get(g.ctx, song)
	require.NoError(t, err)
	require.Len(t, row.Grants, 1, "it runs")
	running, err := g.k.Running.Has(g.ctx, collections.Join3(song, uint64(genesisTime.Add(day(30)).UnixNano()), only))
	require.NoError(t, err)
	require.True(t, running)
	g.settle(song)
	require.Equal(t, *at(110), g.ends(grant), "30 days, and 80 on hold")
}
