package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// A source that gives no grants, since later sources of its own wait for approval, is
// not named as one of whom a grant is to be had; for what was made before it sells passes.
func TestASourceThatWaitsSellsNothing(t *testing.T) {
	f := newFixture(t)
	paid := f.publish(types.Terms{
		Spdx: "LicenseRef-Paid", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED,
		AiTraining: types.PERMISSION_PAID, GrantFee: coins("5ustem"),
	})
	f.offered(song, paid, types.Offer{})
	grant := f.acquired(bob, song, paid, 0, "5ustem")
	require.NoError(t, f.derive(remix, source{song, grant}))
	f.offered(remix, f.publish(types.Terms{
		Spdx: "LicenseRef-Free", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, AiTraining: types.PERMISSION_ALLOW,
	}), types.Offer{})
	train := types.Use{Action: types.ACTION_TRAIN_AI}
	require.Equal(t, types.VERDICT_NEEDS_GRANT, f.rights(remix, train, carol).Verdict)

	waits := types.Binding{
		Declaration: types.DeclarationRef{Work: song, Number: 1},
		Admission:   types.Admission{Works: []registrytypes.WorkID{photo}},
	}
	require.NoError(t, f.k.Bind(f.ctx, waits))
	got := f.rights(remix, train, carol)
	require.Equal(t, types.VERDICT_NEEDS_GRANT, got.Verdict)
	require.Len(t, got.Offers, 1)
	require.Equal(t, remix, got.Offers[0].UsesOf, "a pass, which was promised before, and no grant")
	require.Equal(t, []string{"unapproved_source"}, noticesOf(f.rights(song, types.Use{Action: types.ACTION_COPY}, carol)))
}

// What a work waits for is bounded by what its sources can wait for: those who sold grants
// of them do not make it impossible by what they declare later. A work on which somebody
// relies waits for no more than a source may.
func TestHowManyDeclarationsAreWaitedFor(t *testing.T) {
	f := newFixture(t)
	free := f.publish(types.Terms{Spdx: "LicenseRef-Free", CommercialUse: true})
	waiting := func(n int) (permits []types.Permit) {
		for i := range uint32(n) {
			permits = append(permits, types.Permit{Source: song, Own: true, Waiting: []types.DeclarationRef{{Work: song, Number: i + 1}}})
		}
		return permits
	}
	bind := func(n int, relied bool) error {
		b := types.Binding{Declaration: types.DeclarationRef{Work: remix, Number: 1}, ReliedOn: relied}
		for permits := waiting(n); len(permits) > 0; permits = permits[min(len(permits), types.MaxSources):] {
			b.Permits = []types.Permit{{Source: song, Own: true}}
			for _, p := range permits[:min(len(permits), types.MaxSources)] {
				b.Permits[0].Waiting = append(b.Permits[0].Waiting, p.Waiting...)
			}
			if err := f.k.Bind(f.ctx, b); err != nil {
				return err
			}
		}
		return nil
	}
	for n := range uint32(types.MaxWaiting + 1) {
		require.NoError(t, f.k.Admissions.Set(f.ctx, collections.Join(song, n+1), types.Admission{Works: []registrytypes.WorkID{photo}}))
	}
	require.ErrorIs(t, bind(types.MaxConstraints+1, true), types.ErrTooMany)
	require.NoError(t, bind(types.MaxConstraints, true))
	require.NoError(t, bind(types.MaxWaiting, false))
	require.ErrorIs(t, bind(types.MaxWaiting+1, false), types.ErrTooMany)

	_, err := f.k.Offer(f.ctx, bob, remix, free, types.Offer{})
	require.ErrorIs(t, err, types.ErrSourceUnapproved)
	require.NoError(t, f.k.Admissions.Clear(f.ctx, nil))
	has, err := f.k.Demands.Has(f.ctx, remix)
	require.NoError(t, err)
	require.True(t, has)
	f.offered(remix, free, types.Offer{})
	has, err = f.k.Demands.Has(f.ctx, remix)
	require.NoError(t, err)
	require.False(t, has, "who acquires a grant does not read what the work waited for once")
}

func noticesOf(r types.Rights) (codes []string) {
	for _, n := range r.Notices {
		codes = append(codes, n.Code)
	}
	return codes
}
