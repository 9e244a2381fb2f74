package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// scoped are terms of a week for some territories, which keep others out.
func scoped(name string, e types.Exclusivity, territories ...string) types.Terms {
	week := day(7)
	return types.Terms{
		Spdx: "LicenseRef-" + name, CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, Exclusivity: e,
		Duration: &week, Territories: territories,
	}
}

// put publishes terms and offers the song under them.
func (f *fixture) put(t types.Terms) types.TermsID {
	f.t.Helper()
	id := f.publish(t)
	f.offered(song, id, types.Offer{})
	return id
}

func TestAnExclusiveGrantBearsNoOther(t *testing.T) {
	f := newFixture(t)
	two := day(14)
	exclusive := f.put(scoped("Only", types.EXCLUSIVITY_EXCLUSIVE))
	shared := f.put(types.Terms{Spdx: "LicenseRef-Shared", Duration: &two})
	open := f.put(types.Terms{Spdx: "LicenseRef-Open", Derivatives: types.DERIVATIVES_ALLOWED})

	f.acquired(bob, song, shared, 0, "")
	_, err := f.acquire(carol, song, exclusive, 0, "")
	require.ErrorIs(t, err, types.ErrExclusive)
	require.ErrorContains(t, err, "2026-11-15")
	require.Contains(t, codesOf(f.rightsBy(song.String(), adapt, carol, exclusive.String())), "exclusive_granted")

	f.wait(two)
	only := f.acquired(carol, song, exclusive, 0, "")
	for _, id := range []types.TermsID{exclusive, shared} {
		_, err = f.acquire(bob, song, id, 1, "")
		require.ErrorIs(t, err, types.ErrExclusive)
	}
	_, err = f.permit(remix, song, open)
	require.ErrorIs(t, err, types.ErrExclusive)
	require.Equal(t, []string{"exclusive_granted"}, codesOf(f.rightsBy(song.String(), adapt, bob, open.String())))
	_, err = f.permit(photo, song, only)
	require.NoError(t, err)
	_, err = f.permit(photo, song, open)
	require.NoError(t, err, "nobody is kept out by their own grant")
	res, err := f.query.Exclusives(f.ctx, &types.QueryExclusivesRequest{Work: song})
	require.NoError(t, err)
	require.Len(t, res.Grants, 1)
	require.Equal(t, only, res.Grants[0].Id)

	f.wait(day(7))
	f.acquired(bob, song, shared, 2, "")
	_, err = f.permit(remix, song, open)
	require.NoError(t, err)
	res, err = f.query.Exclusives(f.ctx, &types.QueryExclusivesRequest{Work: song})
	require.NoError(t, err)
	require.Empty(t, res.Grants)
}

// Grants exclude each other only where territory, medium and use overlap.
func TestExclusiveByScope(t *testing.T) {
	f := newFixture(t)
	france := f.put(scoped("France", types.EXCLUSIVITY_EXCLUSIVE, "FR"))
	states := f.put(scoped("States", types.EXCLUSIVITY_EXCLUSIVE, "US"))
	both := f.put(scoped("Both", types.EXCLUSIVITY_SOLE, "DE", "FR"))
	shared := f.put(scoped("Shared", types.EXCLUSIVITY_NONE))
	print := scoped("Print", types.EXCLUSIVITY_EXCLUSIVE, "FR")
	print.Media = []string{"print"}
	web := scoped("Web", types.EXCLUSIVITY_EXCLUSIVE, "FR")
	web.Media = []string{"web"}
	training := scoped("Training", types.EXCLUSIVITY_EXCLUSIVE, "US")
	training.Uses, training.Derivatives, training.AiTraining = []types.Action{types.ACTION_TRAIN_AI}, 0, types.PERMISSION_ALLOW
	copies := scoped("Copies", types.EXCLUSIVITY_EXCLUSIVE, "US")
	copies.Uses, copies.Derivatives = []types.Action{types.ACTION_COPY}, 0

	f.acquired(bob, song, france, 0, "")
	f.acquired(carol, song, states, 0, "")
	for id, want := range map[types.TermsID]error{
		both: types.ErrExclusive, shared: types.ErrExclusive, f.put(print): types.ErrExclusive, f.put(training): types.ErrExclusive,
		f.put(scoped("Japan", types.EXCLUSIVITY_NONE, "JP")): nil, f.put(scoped("Spain", types.EXCLUSIVITY_SOLE, "ES")): nil,
	} {
		_, err := f.acquire(account("dave"), song, id, 0, "")
		require.ErrorIs(t, err, want)
	}

	f.wait(day(7))
	f.acquired(bob, song, f.publish(print), 1, "")
	_, err := f.acquire(carol, song, f.put(web), 1, "")
	require.NoError(t, err, "another medium")
	f.acquired(bob, song, f.publish(training), 1, "")
	_, err = f.acquire(carol, song, f.put(copies), 1, "")
	require.NoError(t, err, "another use")
}

// An offer that can be closed answers exclusive_granted where the use overlaps, and
// permits elsewhere; a derivation may end up wherever its terms allow.
func TestPublicOffersBesideAnExclusiveGrant(t *testing.T) {
	f := newFixture(t)
	open := f.put(types.Terms{Spdx: "LicenseRef-Open", Derivatives: types.DERIVATIVES_ALLOWED})
	german := f.put(types.Terms{Spdx: "LicenseRef-German", Derivatives: types.DERIVATIVES_ALLOWED, Territories: []string{"DE"}})
	f.acquired(carol, song, f.put(scoped("France", types.EXCLUSIVITY_EXCLUSIVE, "FR")), 0, "")
	show := func(countries ...string) types.Verdict {
		return f.rightsBy(song.String(), types.Use{Action: types.ACTION_PERFORM, Territories: countries}, bob, open.String()).Verdict
	}
	require.Equal(t, types.VERDICT_DENIED, show("FR"))
	require.Equal(t, types.VERDICT_DENIED, show())
	require.Equal(t, types.VERDICT_ALLOWED, show("DE", "US"))
	_, err := f.permit(remix, song, open)
	require.ErrorIs(t, err, types.ErrExclusive)
	_, err = f.permit(remix, song, german)
	require.NoError(t, err)
}

// sole leaves the owner in, exclusive does not.
func TestTheOwnerBesideAnExclusiveGrant(t *testing.T) {
	for e, want := range map[types.Exclusivity]types.Verdict{
		types.EXCLUSIVITY_SOLE: types.VERDICT_ALLOWED, types.EXCLUSIVITY_EXCLUSIVE: types.VERDICT_DENIED,
	} {
		f := newFixture(t)
		terms := scoped("Only", e, "FR")
		terms.Uses = []types.Action{types.ACTION_COPY, types.ACTION_ADAPT}
		f.acquired(bob, song, f.put(terms), 0, "")
		got := f.rights(song, types.Use{Action: types.ACTION_COPY, Territories: []string{"FR"}}, alice)
		require.Equal(t, want, got.Verdict)
		if want == types.VERDICT_DENIED {
			require.Equal(t, []string{"exclusive_granted"}, codesOf(got))
			require.Equal(t, genesisTime.Add(day(7)), *got.Reasons[0].At)
		}
		require.Equal(t, types.VERDICT_ALLOWED, f.rights(song, types.Use{Action: types.ACTION_COPY, Territories: []string{"DE"}}, alice).Verdict)
		require.Equal(t, types.VERDICT_ALLOWED, f.rights(song, types.Use{Action: types.ACTION_PERFORM}, alice).Verdict)
		_, err := f.permit(f.register(alice, 31), song, nil)
		require.Equal(t, want == types.VERDICT_ALLOWED, err == nil, "a derivation may end up anywhere: %v", err)
		f.wait(day(7))
		require.Equal(t, types.VERDICT_ALLOWED, f.rights(song, types.Use{Action: types.ACTION_COPY}, alice).Verdict)
	}
}

// What is given to everybody for ever can't be exclusive, and what is exclusive can't be
// given to everybody for ever.
func TestExclusiveAndIrrevocable(t *testing.T) {
	f := newFixture(t)
	only := f.put(scoped("Only", types.EXCLUSIVITY_EXCLUSIVE, "FR"))
	f.offered(song, preset("cc-by-4.0"), types.Offer{})
	_, err := f.permit(remix, song, preset("cc-by-4.0"))
	require.NoError(t, err, "an exclusive offer beside it changes nothing")
	_, err = f.acquire(bob, song, only, 0, "")
	require.ErrorIs(t, err, types.ErrExclusive)
	require.ErrorContains(t, err, "irrevocable_offered")
	require.Equal(t, []string{"irrevocable_offered"}, codesOf(f.rightsBy(song.String(), types.Use{
		Action: types.ACTION_COPY, Territories: []string{"FR"},
	}, bob, only.String())))
	require.NoError(t, f.try(&types.MsgCloseOffer{Owner: alice.String(), Work: song, Terms: preset("cc-by-4.0")}))
	_, err = f.acquire(bob, song, only, 0, "")
	require.ErrorContains(t, err, "irrevocable_offered", "once offered is offered")
	require.ErrorContains(t, f.offer(song, f.publish(scoped("Sole", types.EXCLUSIVITY_SOLE)), types.Offer{}), "irrevocable_offered")

	f.offered(photo, only, types.Offer{})
	grant := f.acquired(bob, photo, only, 0, "")
	err = f.offer(photo, preset("cc0-1.0"), types.Offer{})
	require.ErrorIs(t, err, types.ErrExclusive)
	require.ErrorContains(t, err, grant.String())
	require.NoError(t, f.offer(photo, preset("cc0-1.0"), types.Offer{Paused: true}), "nothing is offered yet")
	require.ErrorIs(t, f.offer(photo, preset("cc0-1.0"), types.Offer{}), types.ErrExclusive)
	f.wait(day(7))
	f.offered(photo, preset("cc0-1.0"), types.Offer{})
	require.ErrorContains(t, f.try(renew(bob, grant, "")), "irrevocable_offered")
}

// Grants under terms whose offer was closed long ago run on, and keep an exclusive one
// from being given while they do.
func TestGrantsOfClosedOffersStandInTheWay(t *testing.T) {
	f := newFixture(t)
	only := f.put(scoped("Only", types.EXCLUSIVITY_EXCLUSIVE))
	for i := range 3 {
		shared := f.put(scoped(fmt.Sprint("Shared", i), types.EXCLUSIVITY_NONE))
		f.acquired(bob, song, shared, 0, "")
		require.NoError(t, f.try(&types.MsgCloseOffer{Owner: alice.String(), Work: song, Terms: shared}))
		f.wait(day(1))
	}
	_, err := f.acquire(carol, song, only, 0, "")
	require.ErrorIs(t, err, types.ErrExclusive)
	require.ErrorContains(t, err, "2026-11-10", "the latest end of all")
	f.wait(day(6))
	f.acquired(carol, song, only, 0, "")
}

// At most 64 exclusive grants of a work run, and what is looked at before one is given
// has a bound too; beyond it none is given.
func TestExclusiveGrantsAreBounded(t *testing.T) {
	f := newFixture(t)
	terms := make([]types.TermsID, types.MaxExclusives+1)
	for i := range terms {
		medium := scoped(fmt.Sprint("Medium", i), types.EXCLUSIVITY_SOLE)
		medium.Media = []string{fmt.Sprint("m", i)}
		terms[i] = f.publish(medium)
	}
	acquire := func(i int) error {
		work := song
		_, _, err := f.send(&types.MsgOffer{Owner: alice.String(), Work: work, Terms: terms[i]})
		require.NoError(t, err)
		_, err = f.acquire(account(fmt.Sprint(i)), work, terms[i], 0, "")
		_, _, closed := f.send(&types.MsgCloseOffer{Owner: alice.String(), Work: work, Terms: terms[i]})
		require.NoError(t, closed)
		return err
	}
	for i := range types.MaxExclusives {
		require.NoError(t, acquire(i))
	}
	require.ErrorIs(t, acquire(types.MaxExclusives), types.ErrGrantsExhausted)
	require.NoError(t, f.k.CheckInvariants(f.ctx))
	f.wait(day(7))
	require.NoError(t, acquire(types.MaxExclusives), "those that ended make room")
	row, err := f.k.Exclusives.Get(f.ctx, song)
	require.NoError(t, err)
	require.Len(t, row.Grants, 1)

	forever := scoped("Forever", types.EXCLUSIVITY_NONE, "JP")
	forever.Duration = nil
	for i := range types.MaxRunning + 1 {
		forever.MaxGrants = uint64(i + 1)
		id := f.publish(forever)
		_, _, err := f.send(&types.MsgOffer{Owner: carol.String(), Work: photo, Terms: id})
		require.NoError(t, err)
		_, _, err = f.send(&types.MsgAcquire{Licensee: account(fmt.Sprint(i)).String(), Work: photo, Terms: id, MaxRate: types.MaxRate})
		require.NoError(t, err)
		_, _, err = f.send(&types.MsgCloseOffer{Owner: carol.String(), Work: photo, Terms: id})
		require.NoError(t, err)
	}
	france := f.publish(scoped("France", types.EXCLUSIVITY_SOLE, "FR"))
	f.offered(photo, france, types.Offer{})
	_, err = f.acquire(bob, photo, france, 0, "")
	require.ErrorIs(t, err, types.ErrGrantsExhausted)
}

// Two terms overlap exactly where some use is within both.
func TestOverlapsAreUsesInCommon(t *testing.T) {
	a := rules.Terms{Derivatives: rules.DerivativesAllowed, Territories: "DE,FR"}
	for _, c := range []struct {
		b    rules.Terms
		want bool
	}{
		{rules.Terms{}, true},
		{rules.Terms{Territories: "FR"}, true},
		{rules.Terms{Territories: "US"}, false},
		{rules.Terms{Media: "web"}, true},
		{rules.Terms{Uses: rules.Actions(0).With(rules.Copy)}, true},
		{rules.Terms{Training: rules.Allow, Uses: rules.Actions(0).With(rules.TrainAI)}, true},
		{rules.Terms{Derivatives: rules.DerivativesNone, Uses: rules.Actions(0).With(rules.Adapt)}, false},
	} {
		require.Equal(t, c.want, a.Excludes(c.b), "%+v", c.b)
		require.Equal(t, c.want, c.b.Excludes(a), "%+v", c.b)
	}
}

// Selling costs the buyer of an exclusive licence nothing: it goes with no work.
func TestAnExclusiveGrantThatMovedKeepsOut(t *testing.T) {
	f := newFixture(t)
	terms := scoped("Only", types.EXCLUSIVITY_EXCLUSIVE)
	terms.Transferable = true
	open := f.put(types.Terms{Spdx: "LicenseRef-Open", Derivatives: types.DERIVATIVES_ALLOWED})
	grant := f.acquired(bob, song, f.put(terms), 0, "")
	require.NoError(t, f.move(bob, grant, carol))
	_, err := f.permit(remix, song, open)
	require.ErrorIs(t, err, types.ErrExclusive, "bob has it no longer")
	_, err = f.permit(photo, song, open)
	require.NoError(t, err)
	f.setStatus(song, registrytypes.STATUS_WITHDRAWN)
	_, err = f.permit(photo, song, grant)
	require.NoError(t, err)
}
