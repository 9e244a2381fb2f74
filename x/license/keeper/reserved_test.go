package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// A grant is reserved for a derivative until that uses it or the grant ends.
func TestAGrantIsReservedUntilItIsUsed(t *testing.T) {
	f := newFixture(t)
	hour := time.Hour
	hourly := f.publish(types.Terms{
		Spdx: "LicenseRef-Hourly", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, Duration: &hour, GrantFee: coins("5ustem"),
	})
	f.offered(song, hourly, types.Offer{})
	fee := coins("5ustem")[0]
	reserved := func(want bool) {
		t.Helper()
		has, err := f.k.HasReserved(f.ctx, song)
		require.NoError(t, err)
		require.Equal(t, want, has)
		_, found, err := f.k.ReservedFor(f.ctx, song, remix, types.GrantID{})
		require.NoError(t, err)
		require.Equal(t, want, found)
		_, found, err = f.k.ReservedFor(f.ctx, song, photo, types.GrantID{})
		require.NoError(t, err)
		require.False(t, found)
		require.NoError(t, f.k.CheckInvariants(f.ctx))
	}
	f.acquired(bob, song, hourly, 0, "5ustem")
	reserved(false)
	require.NoError(t, f.try(&types.MsgAcquire{Licensee: bob.String(), Work: song, Terms: hourly, Serial: 1, Derivative: remix, MaxFee: &fee}))
	reserved(true)
	f.wait(time.Hour)
	reserved(false)
	again := types.NewGrantID(song, hourly, bob, 2)
	require.NoError(t, f.try(&types.MsgAcquire{Licensee: bob.String(), Work: song, Terms: hourly, Serial: 2, Derivative: remix, MaxFee: &fee}))
	reserved(true)
	require.NoError(t, f.derive(remix, source{song, again}))
	reserved(false)
}

// Who paid nothing loses nothing: a free grant that is reserved stands in nobody's way.
func TestAFreeGrantReservesNothing(t *testing.T) {
	f := newFixture(t)
	free := f.publish(types.Terms{Spdx: "LicenseRef-Free", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED})
	f.offered(song, free, types.Offer{})
	require.NoError(t, f.try(&types.MsgAcquire{Licensee: bob.String(), Work: song, Terms: free, Derivative: remix}))
	has, err := f.k.HasReserved(f.ctx, song)
	require.NoError(t, err)
	require.False(t, has)
}

// Of two works that have a grant of each other reserved, the one whose grant was there first
// declares the other.
func TestTheEarlierReservedGrantGoesFirst(t *testing.T) {
	f := newFixture(t)
	sold := f.publish(types.Terms{
		Spdx: "LicenseRef-Sold", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, GrantFee: coins("5ustem"),
	})
	fee := coins("5ustem")[0]
	f.offered(song, sold, types.Offer{})
	f.offered(remix, sold, types.Offer{})
	first, second := types.NewGrantID(song, sold, bob, 0), types.NewGrantID(remix, sold, alice, 0)
	require.NoError(t, f.try(&types.MsgAcquire{Licensee: bob.String(), Work: song, Terms: sold, Derivative: remix, MaxFee: &fee}))
	f.wait(time.Minute)
	require.NoError(t, f.try(&types.MsgAcquire{Licensee: alice.String(), Work: remix, Terms: sold, Derivative: song, MaxFee: &fee}))
	for _, c := range []struct {
		work, source registrytypes.WorkID
		by           types.GrantID
		waits        bool
	}{
		{remix, song, first, false}, {song, remix, second, true}, {remix, song, types.GrantID{}, true}, {song, remix, types.GrantID{}, true},
	} {
		_, waits, err := f.k.ReservedFor(f.ctx, c.work, c.source, c.by)
		require.NoError(t, err)
		require.Equal(t, c.waits, waits, "%s by %s", c.work, c.by)
	}
}

// Ended reservations stand in nobody's way, and one that runs among them does.
func TestManyEndedReservations(t *testing.T) {
	f := newFixture(t)
	hour := time.Hour
	hourly := f.publish(types.Terms{
		Spdx: "LicenseRef-Hourly", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, Duration: &hour, GrantFee: coins("5ustem"),
	})
	f.offered(song, hourly, types.Offer{})
	fee := coins("5ustem")[0]
	for i := range types.MaxReserved {
		require.NoError(t, f.try(&types.MsgAcquire{
			Licensee: bob.String(), Work: song, Terms: hourly, Serial: uint64(i), Derivative: remix, MaxFee: &fee,
		}))
	}
	f.wait(time.Hour)
	has, err := f.k.HasReserved(f.ctx, song)
	require.NoError(t, err)
	require.False(t, has)
	require.NoError(t, f.try(&types.MsgRenewGrant{Licensee: bob.String(), Grant: types.NewGrantID(song, hourly, bob, 7), MaxFee: &fee}))
	has, err = f.k.HasReserved(f.ctx, song)
	require.NoError(t, err)
	require.True(t, has)
	require.NoError(t, f.k.CheckInvariants(f.ctx))
	require.NoError(t, f.k.ReservedEnds.Set(f.ctx, collections.Join3(song, uint64(1), types.NewGrantID(song, hourly, bob, 7))))
	require.ErrorContains(t, f.k.CheckInvariants(f.ctx), "by another end")
}
