package keeper_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// quickly takes an offer without checking the invariants, which read everything.
func (f *fixture) quickly(licensee sdk.AccAddress, terms types.TermsID, serial uint64, made registrytypes.WorkID) types.GrantID {
	f.t.Helper()
	_, _, err := f.send(&types.MsgAcquire{
		Licensee: licensee.String(), Work: song, Terms: terms, Serial: serial, MaxRate: types.MaxRate, Derivative: made,
		MaxFee: &coins("9ustem")[0],
	})
	require.NoError(f.t, err)
	return types.NewGrantID(song, terms, licensee, serial)
}

// However many worthless grants somebody has, the paid one is found; so are those of
// closed offers.
func TestWorthlessGrantsHideNone(t *testing.T) {
	f := newFixture(t)
	hour := time.Hour
	free := f.put(types.Terms{Spdx: "LicenseRef-Free", Duration: &hour})
	paid := f.put(types.Terms{Spdx: "LicenseRef-Paid", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, GrantFee: coins("9ustem")})
	for i := range uint64(2_000) {
		f.quickly(bob, free, i, registrytypes.WorkID{})
	}
	grant := f.quickly(bob, paid, 0, registrytypes.WorkID{})
	require.NoError(t, f.try(&types.MsgCloseOffer{Owner: alice.String(), Work: song, Terms: paid}))

	sell := types.Use{Action: types.ACTION_ADAPT, Commercial: true}
	for range 2 {
		got := f.rights(song, sell, bob)
		require.Equal(t, types.VERDICT_ALLOWED, got.Verdict)
		require.Equal(t, grant.String(), got.Permission)
		f.wait(2 * hour) // the free ones have ended
	}
	meter := f.ctx.GasMeter().GasConsumed()
	require.Equal(t, types.VERDICT_ALLOWED, f.rights(song, sell, bob).Verdict)
	require.Less(t, f.ctx.GasMeter().GasConsumed()-meter, uint64(60_000), "a decision reads by key")
}

// Of grants under the same terms, those that serve come first, the latest end before
// others; of those that are used up, such as the asker still has.
func TestTheMostUsefulGrantIsFound(t *testing.T) {
	f := newFixture(t)
	day1 := day(1)
	terms := f.put(types.Terms{Spdx: "LicenseRef-Day", Derivatives: types.DERIVATIVES_ALLOWED, Duration: &day1})
	for i := range uint64(300) {
		f.quickly(bob, terms, i, f.registerID(registrytypes.WorkID{1, byte(i), byte(i >> 8)}))
	}
	until := genesisTime.Add(day1)
	for _, action := range []types.Action{types.ACTION_ADAPT, types.ACTION_COPY} {
		got := f.rights(song, types.Use{Action: action, Until: &until}, bob)
		require.Equal(t, action == types.ACTION_COPY, got.Verdict == types.VERDICT_ALLOWED, "%s: %v", action, codesOf(got))
	}
	require.Contains(t, codesOf(f.rights(song, adapt, bob)), "grant_used")
	mine := registrytypes.WorkID{1, 200, 0}
	require.Equal(t, types.NewGrantID(song, terms, bob, 200).String(), f.rightsFor(song, bob, "", mine).Permission, "the one that is for it")

	f.wait(time.Hour)
	free := f.quickly(bob, terms, 1_000, registrytypes.WorkID{})
	f.wait(time.Hour)
	later := f.quickly(bob, terms, 1_001, registrytypes.WorkID{})
	require.Equal(t, later.String(), f.rights(song, adapt, bob).Permission)
	require.NoError(t, f.derive(remix, source{song, later}))
	require.Equal(t, free.String(), f.rights(song, adapt, bob).Permission)
	res, err := f.query.Grants(f.ctx, &types.QueryGrantsRequest{Licensee: bob.String(), Work: song})
	require.NoError(t, err)
	require.Equal(t, []types.GrantID{free, later}, []types.GrantID{res.Grants[0].Id, res.Grants[1].Id})
	for id, want := range map[types.TermsID]int{terms: 302, preset("mit"): 0} {
		res, err = f.query.Grants(f.ctx, &types.QueryGrantsRequest{Licensee: bob.String(), Work: song, Terms: id})
		require.NoError(t, err)
		require.Len(t, res.Grants, min(want, 100))
	}
	_, err = f.query.Grants(f.ctx, &types.QueryGrantsRequest{Licensee: bob.String(), Terms: terms})
	require.ErrorContains(t, err, "InvalidArgument")
}

// A grant from before a later source permits what one of the same terms from after it does
// not; whichever runs longer, the answer finds the one that does.
func TestAnOlderGrantIsFoundBesideANewer(t *testing.T) {
	f := newFixture(t)
	hour := time.Hour
	terms := f.publish(types.Terms{Spdx: "LicenseRef-Hour", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, Duration: &hour})
	quiet := f.publish(types.Terms{
		Spdx: "LicenseRef-Quiet", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED,
		Uses: []types.Action{types.ACTION_COPY, types.ACTION_ADAPT},
	})
	f.offered(song, terms, types.Offer{})
	f.offered(photo, quiet, types.Offer{})
	older := f.acquired(bob, song, terms, 1, "")
	require.NoError(t, f.derive(song, source{photo, quiet}))
	f.wait(time.Minute)
	newer := f.acquired(bob, song, terms, 2, "")
	perform := types.Use{Action: types.ACTION_PERFORM}
	require.Equal(t, types.VERDICT_DENIED, f.rightsBy(song.String(), perform, bob, newer.String()).Verdict)
	got := f.rights(song, perform, bob)
	require.Equal(t, types.VERDICT_ALLOWED, got.Verdict, "%v", codesOf(got))
	require.Equal(t, older.String(), got.Permission)
	require.NoError(t, f.derive(remix, source{song, older}), "used up, it permits on")
	require.Equal(t, older.String(), f.rights(song, perform, bob).Permission)
	f.wait(hour - time.Minute)
	require.Equal(t, types.VERDICT_DENIED, f.rights(song, perform, bob).Verdict)
}

// An account holds grants of one work under at most 64 terms: an answer looks at all.
func TestTermsHeldAreBounded(t *testing.T) {
	f := newFixture(t)
	terms := make([]types.TermsID, types.MaxHeldTerms+1)
	for i := range terms {
		terms[i] = f.publish(types.Terms{Spdx: fmt.Sprintf("LicenseRef-%d", i), Transferable: true})
	}
	take := func(who sdk.AccAddress, i int, serial uint64) error {
		_, _, err := f.send(&types.MsgOffer{Owner: alice.String(), Work: song, Terms: terms[i]})
		require.NoError(t, err)
		_, _, err = f.send(&types.MsgAcquire{Licensee: who.String(), Work: song, Terms: terms[i], Serial: serial})
		_, _, closed := f.send(&types.MsgCloseOffer{Owner: alice.String(), Work: song, Terms: terms[i]})
		require.NoError(t, closed)
		return err
	}
	for i := range types.MaxHeldTerms {
		require.NoError(t, take(bob, i, 0))
	}
	require.ErrorIs(t, take(bob, types.MaxHeldTerms, 0), types.ErrTooManyTerms)
	require.NoError(t, take(bob, 3, 1), "more of the same")
	require.NoError(t, take(carol, types.MaxHeldTerms, 0))
	other := types.NewGrantID(song, terms[types.MaxHeldTerms], carol, 0)
	require.NoError(t, f.try(offerGrant(carol, other, bob)))
	require.ErrorIs(t, f.try(f.acceptGrant(bob, other)), types.ErrTooManyTerms)
	require.Equal(t, types.VERDICT_ALLOWED, f.rights(song, types.Use{Action: types.ACTION_COPY}, bob).Verdict)
}

// registerID adds a work of bob's and returns it.
func (f *fixture) registerID(id registrytypes.WorkID) registrytypes.WorkID {
	f.add(id, bob)
	return id
}

// A grant serves as many derivatives as its terms say, counts each once, and stays with
// the licensee when one of them is sold.
func TestAGrantThatServesSeveral(t *testing.T) {
	f := newFixture(t)
	terms := f.put(types.Terms{
		Spdx: "LicenseRef-Three", Derivatives: types.DERIVATIVES_ALLOWED, GrantFee: coins("9ustem"), DerivativesPerGrant: 3,
	})
	require.EqualValues(t, 3, f.rights(song, adapt, bob).Offers[0].Serves)
	grant := f.acquired(bob, song, terms, 0, "9ustem")
	made := []registrytypes.WorkID{f.register(bob, 61), f.register(bob, 62), f.register(bob, 63)}
	for i, work := range made {
		require.Equal(t, grant.String(), f.rights(song, adapt, bob).Permission)
		require.NoError(t, f.derive(work, source{song, grant}))
		require.EqualValues(t, i+1, f.grant(grant).Used)
		f.sell(work, carol)
	}
	for range 2 { // a derivative is counted once
		permit := types.Permit{Source: song, Terms: terms, Grant: grant}
		require.NoError(t, f.k.Bind(f.ctx, binding(made[0], permit)))
	}
	require.EqualValues(t, 3, f.grant(grant).Used)
	got := f.rights(song, adapt, bob)
	require.Contains(t, codesOf(got), "grant_used")
	require.ErrorIs(t, f.derive(f.register(bob, 64), source{song, grant}), types.ErrGrantUsed)
	require.Equal(t, types.VERDICT_ALLOWED, f.rights(song, types.Use{Action: types.ACTION_COPY}, bob).Verdict, "it is still bob's")
	require.NotEqual(t, types.VERDICT_ALLOWED, f.rights(song, types.Use{Action: types.ACTION_COPY}, carol).Verdict)
	res, err := f.query.GrantUses(f.ctx, &types.QueryGrantUsesRequest{Grant: grant})
	require.NoError(t, err)
	require.ElementsMatch(t, made, res.Derivatives)
}

// One that is reserved serves that derivative alone, whatever its terms say.
func TestAReservedGrantServesOne(t *testing.T) {
	f := newFixture(t)
	terms := f.put(types.Terms{
		Spdx: "LicenseRef-Any", Derivatives: types.DERIVATIVES_ALLOWED, DerivativesPerGrant: types.UnlimitedDerivatives,
	})
	grant, err := f.acquireFor(bob, song, terms, 0, remix)
	require.NoError(t, err)
	require.EqualValues(t, 1, f.grant(grant).Serves)
	other := f.register(bob, 71)
	_, err = f.permit(other, song, grant)
	require.ErrorIs(t, err, types.ErrGrantUsed)
	require.NoError(t, f.derive(remix, source{song, grant}))
	res, err := f.query.GrantUses(f.ctx, &types.QueryGrantUsesRequest{Grant: grant})
	require.NoError(t, err)
	require.Equal(t, []registrytypes.WorkID{remix}, res.Derivatives)

	free := f.acquired(bob, song, terms, 1, "")
	for i := range byte(20) {
		_, _, err := f.send(&types.MsgOffer{Owner: alice.String(), Work: song, Terms: terms})
		require.NoError(t, err)
		require.NoError(t, f.derive(f.register(bob, 80+i), source{song, free}))
	}
	g := f.grant(free)
	require.EqualValues(t, 20, g.Used)
	bz, err := g.Marshal()
	require.NoError(t, err)
	require.Less(t, len(bz), 200, "the row does not grow with what it serves")
}
