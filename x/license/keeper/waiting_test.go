package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

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

func noticesOf(r types.Rights) (codes []string) {
	for _, n := range r.Notices {
		codes = append(codes, n.Code)
	}
	return codes
}
