package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func renew(holder sdk.AccAddress, grant types.GrantID, most string) *types.MsgRenewGrant {
	msg := &types.MsgRenewGrant{Licensee: holder.String(), Grant: grant}
	if most != "" {
		msg.MaxFee = &coins(most)[0]
	}
	return msg
}

// monthly publishes terms of a month that tests edit, and offers alice's song
// under them.
func (f *fixture) monthly(price string, edit func(*types.Terms)) types.TermsID {
	f.t.Helper()
	month := day(30)
	terms := types.Terms{
		Spdx: "LicenseRef-Month", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, Duration: &month, MaxGrants: 3,
	}
	if edit != nil {
		edit(&terms)
	}
	id := f.publish(terms)
	f.offered(song, id, types.Offer{Price: coins(price)})
	return id
}

func (f *fixture) endOf(grant types.GrantID) time.Time {
	f.t.Helper()
	g, err := f.k.GetGrant(f.ctx, grant)
	require.NoError(f.t, err)
	return *g.ExpiresAt
}

func TestARenewalIsPaidAtTodaysPrice(t *testing.T) {
	f := newFixture(t)
	terms := f.monthly("5ustem", nil)
	grant := f.acquired(bob, song, terms, 0, "5ustem")
	before, err := f.k.GetGrant(f.ctx, grant)
	require.NoError(t, err)
	f.offered(song, terms, types.Offer{Price: coins("8ustem,9uusdc")})
	f.revenue.upstream[song] = 7
	f.wait(day(10))

	err = f.try(renew(bob, grant, "7ustem"))
	require.ErrorIs(t, err, types.ErrFeeAboveMax)
	require.ErrorContains(t, err, "8ustem")
	require.ErrorIs(t, f.try(renew(carol, grant, "9ustem")), types.ErrNotLicensee)
	fee, end := coins("9uusdc")[0], genesisTime.Add(day(60))
	require.ErrorIs(t, f.try(renew(bob, grant, "10uusdc")), types.ErrOtherConditions)
	msg := renew(bob, grant, "10uusdc")
	msg.Seen = f.seen(song, terms)
	res := f.must(msg, &types.EventGrantRenewed{
		Grant: grant, Work: song, Licensee: bob.String(), Fee: "9uusdc", ExpiresAt: &end,
		WorkVersion: 1, UpstreamVersion: 7,
	})
	require.Equal(t, &types.MsgRenewGrantResponse{Fee: &fee, ExpiresAt: &end}, res)
	require.Equal(t, payment{bob.String(), song, "9uusdc"}, f.revenue.paid[1])
	after, err := f.k.GetGrant(f.ctx, grant)
	require.NoError(t, err)
	before.Fee, before.ExpiresAt, before.UpstreamVersion = &fee, &end, 7
	require.Equal(t, before, after, "it pins anew what the work owes")

	f.wait(day(100)) // from now on, where the end is past
	again := renew(bob, grant, "8ustem")
	again.Seen = f.seen(song, terms)
	require.NoError(t, f.try(again))
	require.Equal(t, genesisTime.Add(day(140)), f.endOf(grant))
	f.revenue.broke = true
	require.ErrorIs(t, f.try(again), errBroke)
	f.revenue.broke = false

	f.acquired(bob, song, terms, 1, "8ustem")
	f.acquired(bob, song, terms, 2, "8ustem")
	_, err = f.acquire(bob, song, terms, 3, "8ustem")
	require.ErrorIs(t, err, types.ErrGrantsExhausted)
	require.NoError(t, f.try(again), "a renewal is no further grant")
}

func TestRenewalsThatAreRefused(t *testing.T) {
	f := newFixture(t)
	terms := f.monthly("5ustem", nil)
	grant := f.acquired(bob, song, terms, 0, "5ustem")
	require.ErrorIs(t, f.try(renew(bob, types.GrantID{9}, "5ustem")), types.ErrGrantNotFound)

	f.offered(song, preset("commercial-use"), types.Offer{})
	endless := f.acquired(bob, song, preset("commercial-use"), 0, "")
	err := f.try(renew(bob, endless, ""))
	require.ErrorIs(t, err, types.ErrNotRenewable)

	f.offered(song, terms, types.Offer{Price: coins("5ustem"), Paused: true})
	require.ErrorIs(t, f.try(renew(bob, grant, "5ustem")), types.ErrOfferPaused)
	f.offered(song, terms, types.Offer{Price: coins("5ustem"), Licensees: []string{carol.String()}})
	require.ErrorIs(t, f.try(renew(bob, grant, "5ustem")), types.ErrNotLicensee)
	require.NoError(t, f.try(&types.MsgCloseOffer{Owner: alice.String(), Work: song, Terms: terms}))
	require.ErrorIs(t, f.try(renew(bob, grant, "5ustem")), types.ErrOfferNotFound)
	f.offered(song, terms, types.Offer{Price: coins("5ustem")})
	f.setStatus(song, registrytypes.STATUS_WITHDRAWN)
	require.ErrorIs(t, f.try(renew(bob, grant, "5ustem")), types.ErrWorkUnavailable)
	f.setStatus(song, registrytypes.STATUS_ACTIVE)
	require.Equal(t, genesisTime.Add(day(30)), f.endOf(grant))
	require.NoError(t, f.try(renew(bob, grant, "5ustem")))
}

// A grant that a work uses belongs to whoever owns that work.
func TestTheOwnerOfTheDerivativeRenews(t *testing.T) {
	f := newFixture(t)
	terms := f.monthly("5ustem", nil)
	grant := f.acquired(bob, song, terms, 0, "5ustem")
	require.NoError(t, f.derive(remix, source{song, grant}))
	f.add(remix, carol)
	err := f.try(renew(bob, grant, "5ustem"))
	require.ErrorIs(t, err, types.ErrNotLicensee)
	require.ErrorContains(t, err, remix.String())
	require.NoError(t, f.try(renew(carol, grant, "5ustem")))
	require.Equal(t, carol.String(), f.revenue.paid[1].payer)
}

// While the permission of a work to use its own source has ended, grants of that
// work are not renewed; renewing the permission lifts that.
func TestARenewalLiftsWhatExpired(t *testing.T) {
	f := newFixture(t)
	terms := f.monthly("5ustem", nil)
	grant := f.acquired(bob, song, terms, 0, "5ustem")
	require.NoError(t, f.derive(remix, source{song, grant}))
	f.offered(remix, terms, types.Offer{Price: coins("1ustem")})
	sub := f.acquired(carol, remix, terms, 0, "1ustem")
	f.wait(day(30))
	require.ErrorIs(t, f.try(renew(carol, sub, "1ustem")), types.ErrSourceExpired)
	_, err := f.acquire(carol, remix, terms, 1, "1ustem")
	require.ErrorIs(t, err, types.ErrSourceExpired)

	require.NoError(t, f.try(renew(bob, grant, "5ustem")))
	require.ErrorIs(t, f.try(renew(carol, sub, "1ustem")), types.ErrOtherConditions, "something is demanded of it")
	msg := renew(carol, sub, "1ustem")
	msg.Seen = f.seen(remix, terms)
	require.NoError(t, f.try(msg))
	require.Equal(t, genesisTime.Add(day(60)), f.endOf(sub))
}

func TestRenewingBesideExclusiveGrants(t *testing.T) {
	f := newFixture(t)
	only := f.monthly("5ustem", func(t *types.Terms) { t.Exclusivity = types.EXCLUSIVITY_EXCLUSIVE })
	shared := f.monthly("1ustem", nil)
	first := f.acquired(bob, song, only, 0, "5ustem")
	f.wait(day(10))
	msg := renew(bob, first, "5ustem")
	require.ErrorIs(t, f.try(msg), types.ErrOtherConditions, "it counts itself")
	msg.Seen = f.seen(song, only)
	require.EqualValues(t, 1, msg.Seen.Exclusives)
	require.NoError(t, f.try(msg), "it does not stand in its own way")
	f.wait(day(50))
	require.Equal(t, f.ctx.BlockTime(), f.endOf(first))

	second := f.acquired(carol, song, only, 0, "5ustem")
	require.ErrorIs(t, f.try(renew(bob, first, "5ustem")), types.ErrExclusive)
	_, err := f.acquire(bob, song, shared, 0, "1ustem")
	require.ErrorIs(t, err, types.ErrExclusive)
	f.wait(day(30))

	beside := f.acquired(bob, song, shared, 0, "1ustem")
	err = f.try(renew(carol, second, "5ustem"))
	require.ErrorIs(t, err, types.ErrExclusive)
	f.wait(day(20))
	msg = renew(bob, beside, "1ustem")
	msg.Seen = f.seen(song, shared)
	require.NoError(t, f.try(msg))
	f.wait(day(20)) // the renewed one is still there
	require.ErrorIs(t, f.try(renew(carol, second, "5ustem")), types.ErrExclusive)
	f.wait(day(20))
	msg = renew(carol, second, "5ustem")
	msg.Seen = f.seen(song, only)
	require.NoError(t, f.try(msg))
	require.ErrorIs(t, f.try(renew(bob, beside, "1ustem")), types.ErrExclusive)
}

func TestARenewalNeedsTheApprovalToStand(t *testing.T) {
	f := newFixture(t)
	terms := f.monthly("5ustem", func(t *types.Terms) { t.DerivativeApproval = true })
	require.NoError(t, f.try(approve(alice, song, terms, bob)))
	grant := f.acquired(bob, song, terms, 0, "5ustem")
	require.NoError(t, f.try(renew(bob, grant, "5ustem")))
	require.NoError(t, f.try(&types.MsgWithdrawApproval{
		Owner: alice.String(), Work: song, Terms: terms, Licensee: bob.String(),
	}))
	require.ErrorIs(t, f.try(renew(bob, grant, "5ustem")), types.ErrApprovalNeeded)

	require.NoError(t, f.derive(remix, source{song, grant}))
	require.NoError(t, f.try(&types.MsgApprove{
		Owner: alice.String(), Work: song, Terms: terms, Derivative: remix,
	}))
	require.NoError(t, f.try(renew(bob, grant, "5ustem")), "the derivative that uses it is approved")
}

func TestThereIsALatestEnd(t *testing.T) {
	f := newFixture(t)
	century := types.MaxDuration
	terms := f.monthly("5ustem", func(t *types.Terms) { t.Duration = &century })
	grant := f.acquired(bob, song, terms, 0, "5ustem")
	require.NoError(t, f.try(renew(bob, grant, "5ustem")))
	paid := len(f.revenue.paid)
	require.ErrorIs(t, f.try(renew(bob, grant, "5ustem")), types.ErrNotRenewable)
	require.Len(t, f.revenue.paid, paid)
	require.Equal(t, genesisTime.Add(2*century), f.endOf(grant))
}
