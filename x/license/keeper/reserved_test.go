package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/license/types"
)

// A grant is reserved for a derivative until that uses it or the grant ends.
func TestAGrantIsReservedUntilItIsUsed(t *testing.T) {
	f := newFixture(t)
	hour := time.Hour
	hourly := f.publish(types.Terms{
		Spdx: "LicenseRef-Hourly", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, Duration: &hour,
	})
	f.offered(song, hourly, types.Offer{})
	reserved := func(want bool) {
		t.Helper()
		has, err := f.k.HasReserved(f.ctx, song)
		require.NoError(t, err)
		require.Equal(t, want, has)
		_, found, err := f.k.ReservedFor(f.ctx, song, remix)
		require.NoError(t, err)
		require.Equal(t, want, found)
		_, found, err = f.k.ReservedFor(f.ctx, song, photo)
		require.NoError(t, err)
		require.False(t, found)
		require.NoError(t, f.k.CheckInvariants(f.ctx))
	}
	f.acquired(bob, song, hourly, 0, "")
	reserved(false)
	require.NoError(t, f.try(&types.MsgAcquire{Licensee: bob.String(), Work: song, Terms: hourly, Serial: 1, Derivative: remix}))
	reserved(true)
	f.wait(time.Hour)
	reserved(false)
	again := types.NewGrantID(song, hourly, bob, 2)
	require.NoError(t, f.try(&types.MsgAcquire{Licensee: bob.String(), Work: song, Terms: hourly, Serial: 2, Derivative: remix}))
	reserved(true)
	require.NoError(t, f.derive(remix, source{song, again}))
	reserved(false)
}

// Ended reservations are not read for ever.
func TestManyEndedReservations(t *testing.T) {
	f := newFixture(t)
	hour := time.Hour
	hourly := f.publish(types.Terms{
		Spdx: "LicenseRef-Hourly", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, Duration: &hour,
	})
	f.offered(song, hourly, types.Offer{})
	for i := range types.MaxReserved {
		require.NoError(t, f.try(&types.MsgAcquire{Licensee: bob.String(), Work: song, Terms: hourly, Serial: uint64(i), Derivative: remix}))
	}
	f.wait(time.Hour)
	has, err := f.k.HasReserved(f.ctx, song)
	require.NoError(t, err)
	require.True(t, has, "one of those that were not looked at may run")
}
