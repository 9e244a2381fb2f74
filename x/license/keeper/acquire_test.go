package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

func day(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

func TestAGrantPinsWhatTheOfferSays(t *testing.T) {
	f := newFixture(t)
	month := day(30)
	terms := f.publish(types.Terms{
		Spdx: "LicenseRef-Month", Derivatives: types.DERIVATIVES_ALLOWED, RoyaltyPolicy: royaltytypes.POLICY_RELATIVE,
		RoyaltyRate: 70_000, GrantFee: coins("100ustem,7uusdc"), Duration: &month,
	})
	f.offered(song, terms, types.Offer{Price: coins("150ustem,9uusdc")})
	f.revenue.upstream[song] = 3
	work := f.registry[song]
	work.Version = 2
	f.registry[song] = work

	max, fee, end := coins("10uusdc")[0], coins("9uusdc")[0], genesisTime.Add(month)
	id := types.NewGrantID(song, terms, bob, 5)
	res := f.must(&types.MsgAcquire{
		Licensee: bob.String(), Work: song, Terms: terms, Serial: 5, MaxFee: &max, MaxRate: 70_000, Seen: types.Conditions{UpstreamVersion: 3, Revisions: 1},
	}, &types.EventGranted{
		Grant: id, Work: song, Terms: terms, Licensee: bob.String(), Fee: "9uusdc", ExpiresAt: &end,
		Serves: 1,
	})
	require.Equal(t, &types.MsgAcquireResponse{Grant: id, Fee: &fee, ExpiresAt: &end, Serves: 1}, res)
	require.Equal(t, []payment{{bob.String(), song, "9uusdc"}}, f.revenue.paid)

	got, err := f.query.Grant(f.ctx, &types.QueryGrantRequest{Grant: id})
	require.NoError(t, err)
	require.Equal(t, types.Grant{
		Work: registrytypes.WorkIDBytes{WorkID: song}, Terms: types.TermsIDBytes{TermsID: terms}, Licensee: bob, RoyaltyPolicy: royaltytypes.POLICY_RELATIVE, RoyaltyRate: 70_000,
		Fee: &fee, WorkVersion: 2, UpstreamVersion: 3, GrantedAt: genesisTime, ExpiresAt: &end, Serves: 1,
	}, got.Grant.Grant)

	require.NoError(t, f.try(&types.MsgCloseOffer{Owner: alice.String(), Work: song, Terms: terms}))
	again, err := f.query.Grant(f.ctx, &types.QueryGrantRequest{Grant: id})
	require.NoError(t, err)
	require.Equal(t, got, again, "closing the offer reaches back")
}

func TestLimitsOfTheLicensee(t *testing.T) {
	f := newFixture(t)
	terms := preset("commercial-remix-10")
	f.offered(song, terms, types.Offer{Price: coins("100ustem")})
	for _, c := range []struct {
		fee  string
		want error
		text string
	}{
		{"", types.ErrFeeAboveMax, "100ustem"},
		{"99ustem", types.ErrFeeAboveMax, "costs 100ustem, max_fee is 99ustem"},
		{"1000uusdc", types.ErrFeeAboveMax, "costs 100ustem, max_fee is 1000uusdc"},
	} {
		_, err := f.acquire(bob, song, terms, 0, c.fee)
		require.ErrorIs(t, err, c.want)
		require.ErrorContains(t, err, c.text)
	}
	fee := coins("100ustem")[0]
	msg := &types.MsgAcquire{Licensee: bob.String(), Work: song, Terms: terms, MaxFee: &fee, MaxRate: 99_999}
	err := f.try(msg)
	require.ErrorIs(t, err, types.ErrRateAboveMax)
	require.ErrorContains(t, err, "100000 ppm, max_rate is 99999 ppm")
	msg.MaxRate = 1_000_001
	require.ErrorIs(t, f.try(msg), types.ErrInvalidMessage)
	require.Empty(t, f.revenue.paid)

	msg.MaxRate = 100_000
	f.revenue.broke = true
	require.ErrorIs(t, f.try(msg), errBroke)
	f.revenue.broke = false
	require.NoError(t, f.try(msg))
	require.ErrorIs(t, f.try(msg), types.ErrGrantExists)
	require.Len(t, f.revenue.paid, 1, "a grant that exists was paid again")
	f.acquired(bob, song, terms, 1, "100ustem")
	f.acquired(carol, song, terms, 0, "200ustem")
	require.Equal(t, "100ustem", f.revenue.paid[2].amount, "the most is not the price")
}

func TestOffersThatCantBeTaken(t *testing.T) {
	f := newFixture(t)
	terms := preset("noncommercial-remix")
	_, err := f.acquire(bob, song, terms, 0, "")
	require.ErrorIs(t, err, types.ErrOfferNotFound)
	require.ErrorContains(t, err, "not_offered")

	end := genesisTime.Add(time.Hour)
	f.offered(song, terms, types.Offer{ExpiresAt: &end, Licensees: []string{bob.String()}})
	_, err = f.acquire(carol, song, terms, 0, "")
	require.ErrorIs(t, err, types.ErrNotLicensee)
	f.acquired(bob, song, terms, 0, "")

	for status, code := range map[registrytypes.Status]string{
		registrytypes.STATUS_WITHDRAWN:   "work_withdrawn",
		registrytypes.STATUS_DISPUTED:    "work_disputed",
		registrytypes.STATUS_INVALIDATED: "work_invalidated",
	} {
		f.setStatus(song, status)
		_, err = f.acquire(bob, song, terms, 1, "")
		require.ErrorIs(t, err, types.ErrWorkUnavailable)
		require.ErrorContains(t, err, code)
	}
	f.setStatus(song, registrytypes.STATUS_ACTIVE)
	f.wait(time.Hour - 1)
	f.acquired(bob, song, terms, 2, "")
	f.wait(1)
	_, err = f.acquire(bob, song, terms, 3, "")
	require.ErrorIs(t, err, types.ErrOfferExpired)
}

func TestAnOfferThatNamesTheLicenseeIsAnApproval(t *testing.T) {
	f := newFixture(t)
	terms := f.publish(types.Terms{Spdx: "LicenseRef-Ask", Derivatives: types.DERIVATIVES_ALLOWED, DerivativeApproval: true})
	f.offered(song, terms, types.Offer{})
	_, err := f.acquire(bob, song, terms, 0, "")
	require.ErrorIs(t, err, types.ErrApprovalNeeded)
	_, err = f.permit(remix, song, terms)
	require.ErrorIs(t, err, types.ErrApprovalNeeded)

	f.offered(song, terms, types.Offer{Licensees: []string{bob.String()}})
	grant := f.acquired(bob, song, terms, 0, "")
	_, err = f.permit(remix, song, grant)
	require.NoError(t, err)
}

// The number of grants is counted for ever: neither closing the offer nor the
// end of a grant gives one back.
func TestGrantsAreCountedForEver(t *testing.T) {
	f := newFixture(t)
	hour := time.Hour
	terms := f.publish(types.Terms{Spdx: "LicenseRef-Two", MaxGrants: 2, Duration: &hour})
	f.offered(song, terms, types.Offer{})
	f.acquired(bob, song, terms, 0, "")
	f.acquired(carol, song, terms, 0, "")
	f.wait(2 * hour)
	require.NoError(t, f.try(&types.MsgCloseOffer{Owner: alice.String(), Work: song, Terms: terms}))
	f.offered(song, terms, types.Offer{})
	_, err := f.acquire(bob, song, terms, 1, "")
	require.ErrorIs(t, err, types.ErrGrantsExhausted)

	f.offered(photo, terms, types.Offer{})
	f.acquired(bob, photo, terms, 0, "")
}
