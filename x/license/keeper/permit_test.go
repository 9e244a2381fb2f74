package keeper_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

func TestAPublicOfferIsThePermission(t *testing.T) {
	f := newFixture(t)
	terms := preset("commercial-remix-10")
	f.offered(song, terms, types.Offer{})
	f.revenue.upstream[song] = 4

	got, err := f.permit(remix, song, terms)
	require.NoError(t, err)
	require.Equal(t, types.Permit{
		Source: song, Terms: terms, Policy: royaltytypes.POLICY_ABSOLUTE, Rate: 100_000, UpstreamVersion: 4, WorkVersion: 1,
		Constraints: []types.Constraint{{
			Kind:   types.CONSTRAINT_ATTRIBUTION,
			Source: registrytypes.WorkIDBytes{WorkID: song}, Terms: types.TermsIDBytes{TermsID: terms},
			WorkVersion: 1,
		}},
	}, got)

	// The owner may license from the own work like anybody else.
	f.add(remix, alice)
	_, err = f.permit(remix, song, terms)
	require.NoError(t, err)
}

func TestOffersThatNeedAGrant(t *testing.T) {
	f := newFixture(t)
	hour, end := time.Hour, genesisTime.Add(2*time.Hour)
	remixable := func(edit func(*types.Terms)) types.TermsID {
		terms := types.Terms{Spdx: "LicenseRef-Remix", Derivatives: types.DERIVATIVES_ALLOWED}
		edit(&terms)
		return f.publish(terms)
	}
	free := remixable(func(*types.Terms) {})
	for name, c := range map[string]struct {
		terms types.TermsID
		offer types.Offer
	}{
		"fee":        {remixable(func(t *types.Terms) { t.GrantFee = coins("1ustem") }), types.Offer{}},
		"price":      {free, types.Offer{Price: coins("1ustem")}},
		"allow-list": {free, types.Offer{Licensees: []string{bob.String()}}},
		"duration":   {remixable(func(t *types.Terms) { t.Duration = &hour }), types.Offer{}},
		"number":     {remixable(func(t *types.Terms) { t.MaxGrants = 5 }), types.Offer{}},
		"exclusive":  {remixable(func(t *types.Terms) { t.Exclusivity = types.EXCLUSIVITY_SOLE }), types.Offer{}},
	} {
		f.offered(song, c.terms, c.offer)
		_, err := f.permit(remix, song, c.terms)
		require.ErrorIs(t, err, types.ErrPermissionNeeded, name)
		require.ErrorContains(t, err, "needs_grant", name)
	}
	asking := remixable(func(t *types.Terms) { t.DerivativeApproval = true })
	f.offered(song, asking, types.Offer{})
	_, err := f.permit(remix, song, asking)
	require.ErrorIs(t, err, types.ErrApprovalNeeded)
	f.offered(song, free, types.Offer{ExpiresAt: &end})
	_, err = f.permit(remix, song, free)
	require.NoError(t, err, "an end alone keeps an offer public")
	f.wait(2 * hour)
	_, err = f.permit(remix, song, free)
	require.ErrorIs(t, err, types.ErrOfferExpired)
}

func TestRefusedPermissions(t *testing.T) {
	f := newFixture(t)
	open, none := preset("noncommercial-remix"), preset("cc-by-nd-4.0")
	f.offered(song, none, types.Offer{})
	for name, c := range map[string]struct {
		permission fmt.Stringer
		want       error
		code       string
	}{
		"another's work": {nil, types.ErrPermissionNeeded, "needs_permission"},
		"not offered":    {open, types.ErrOfferNotFound, "not_offered"},
		"no derivatives": {none, types.ErrNotPermitted, "no_derivatives"},
		"no such grant":  {types.GrantID{1}, types.ErrGrantNotFound, "grant1"},
		"a work's id":    {photo, registrytypes.ErrInvalidID, "work id"},
	} {
		_, err := f.permit(remix, song, c.permission)
		require.ErrorIs(t, err, c.want, name)
		require.ErrorContains(t, err, c.code, name)
	}
	_, err := f.permit(remix, registrytypes.WorkID{9}, nil)
	require.ErrorIs(t, err, registrytypes.ErrWorkNotFound)

	f.offered(song, open, types.Offer{})
	f.setStatus(song, registrytypes.STATUS_WITHDRAWN)
	_, err = f.permit(remix, song, open)
	require.ErrorIs(t, err, types.ErrWorkUnavailable)
}

func TestOwnWorksNeedNoPermission(t *testing.T) {
	f := newFixture(t)
	f.add(remix, alice)
	got, err := f.permit(remix, song, nil)
	require.NoError(t, err)
	require.Equal(t, types.Permit{Source: song, Own: true, WorkVersion: 1}, got)

	f.setStatus(song, registrytypes.STATUS_WITHDRAWN)
	_, err = f.permit(remix, song, nil)
	require.NoError(t, err)
	f.setStatus(song, registrytypes.STATUS_DISPUTED)
	_, err = f.permit(remix, song, nil)
	require.ErrorIs(t, err, types.ErrWorkUnavailable)

	f.setStatus(song, registrytypes.STATUS_ACTIVE)
	f.revenue.shared[song] = true
	_, err = f.permit(remix, song, nil)
	require.ErrorIs(t, err, types.ErrPermissionNeeded, "another holds revenue of it")
}

func TestAGrantPermitsItsLicenseeOneDerivative(t *testing.T) {
	f := newFixture(t)
	week := day(7)
	terms := f.publish(types.Terms{
		Spdx: "LicenseRef-Week", Derivatives: types.DERIVATIVES_ALLOWED, CommercialUse: true, Duration: &week,
		RoyaltyPolicy: royaltytypes.POLICY_RELATIVE, RoyaltyRate: 5,
	})
	f.offered(song, terms, types.Offer{})
	f.offered(photo, terms, types.Offer{})
	grant := f.acquired(bob, song, terms, 0, "")

	// What changes later does not reach back.
	f.revenue.upstream[song] = 8
	f.registry[song] = registrytypes.Work{Owner: carol, Status: registrytypes.STATUS_WITHDRAWN, Version: 9}
	got, err := f.permit(remix, song, grant)
	require.NoError(t, err)
	require.Equal(t, types.Permit{
		Source: song, Terms: terms, Grant: grant, Policy: royaltytypes.POLICY_RELATIVE, Rate: 5, WorkVersion: 1, Ends: true,
		Constraints: []types.Constraint{{
			Kind:   types.CONSTRAINT_EXPIRES,
			Source: registrytypes.WorkIDBytes{WorkID: song}, Grant: types.GrantIDBytes{GrantID: grant},
		}},
	}, got)

	_, err = f.permit(remix, photo, grant)
	require.ErrorIs(t, err, types.ErrPermissionNeeded)
	other := registrytypes.WorkID{8}
	f.add(other, carol)
	_, err = f.permit(other, song, grant)
	require.ErrorIs(t, err, types.ErrNotLicensee)

	require.NoError(t, f.derive(remix, source{song, grant}))
	_, err = f.permit(remix, song, grant)
	require.NoError(t, err, "its own derivative may rely on it again")
	f.add(other, bob)
	_, err = f.permit(other, song, grant)
	require.ErrorIs(t, err, types.ErrGrantUsed)

	f.setStatus(song, registrytypes.STATUS_DISPUTED)
	_, err = f.permit(remix, song, grant)
	require.NoError(t, err, "what was granted before stands")
	f.setStatus(song, registrytypes.STATUS_INVALIDATED)
	_, err = f.permit(remix, song, grant)
	require.ErrorIs(t, err, types.ErrWorkUnavailable)
	f.setStatus(song, registrytypes.STATUS_ACTIVE)
	f.wait(week)
	_, err = f.permit(remix, song, grant)
	require.ErrorIs(t, err, types.ErrGrantExpired)
}

// A grant moves with the derivative that uses it: to whoever bought that, and
// away from who sold it.
func TestAGrantMovesWithItsDerivative(t *testing.T) {
	f := newFixture(t)
	terms := preset("noncommercial-remix")
	f.offered(song, terms, types.Offer{})
	grant, err := f.acquireFor(bob, song, terms, 0, remix)
	require.NoError(t, err)
	f.sell(remix, carol)

	_, err = f.permit(remix, song, grant)
	require.NoError(t, err)
	require.NoError(t, f.derive(remix, source{song, grant}))
	_, err = f.permit(photo, song, grant)
	require.ErrorIs(t, err, types.ErrGrantUsed, "carol's, but not for another work")
	other := registrytypes.WorkID{8}
	f.add(other, bob)
	_, err = f.permit(other, song, grant)
	require.ErrorIs(t, err, types.ErrNotLicensee)
	require.ErrorContains(t, err, remix.String())

	require.Equal(t, types.VERDICT_ALLOWED, f.rightsFor(song, carol, grant.String(), remix).Verdict)
	require.Equal(t, types.VERDICT_DENIED, f.rightsFor(song, bob, grant.String(), registrytypes.WorkID{}).Verdict, "it moved on")
}

func TestTrainingGoesByItsOwnAnswer(t *testing.T) {
	f := newFixture(t)
	ask := func(terms types.TermsID) error {
		f.offered(song, terms, types.Offer{})
		_, err := f.k.Permit(f.ctx, types.PermitRequest{
			Derivative: remix, Owner: bob, Source: song, Permission: terms.String(), Actions: []rules.Action{rules.TrainAI}, Column: rules.Trained,
		})
		return err
	}
	require.NoError(t, ask(preset("ai-training-allowed")))
	require.NoError(t, ask(preset("cc-by-4.0")), "unset: as for other derivatives")
	require.ErrorIs(t, ask(preset("cc-by-nd-4.0")), types.ErrNotPermitted)
	require.ErrorIs(t, ask(preset("ai-training-denied")), types.ErrNotPermitted)
	_, err := f.permit(remix, song, preset("ai-training-allowed"))
	require.ErrorIs(t, err, types.ErrNotPermitted, "training only")
}

// One grant can't serve two works, not even when both were permitted before
// either was bound.
func TestBindChecksTheGrantAgain(t *testing.T) {
	f := newFixture(t)
	terms := preset("noncommercial-remix")
	f.offered(song, terms, types.Offer{})
	grant := f.acquired(bob, song, terms, 0, "")
	other := registrytypes.WorkID{8}
	f.add(other, bob)
	first, err := f.permit(remix, song, grant)
	require.NoError(t, err)
	second, err := f.permit(other, song, grant)
	require.NoError(t, err)
	require.NoError(t, f.k.Bind(f.ctx, binding(remix, first)))
	require.ErrorIs(t, f.k.Bind(f.ctx, binding(other, second)), types.ErrGrantUsed)

	shown, err := f.query.Grant(f.ctx, &types.QueryGrantRequest{Grant: grant})
	require.NoError(t, err)
	require.Equal(t, remix, shown.Grant.UsedBy)
}
