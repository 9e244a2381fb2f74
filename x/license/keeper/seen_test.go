package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// changes are all that can be slipped under somebody who relies on a work, and how an error
// names it.
func changes(f *fixture) map[string]func() {
	return map[string]func(){
		"upstream_version is 2, 1 was seen": func() { f.revenue.upstream[song]++ },
		"revisions is 1, 0 was seen": func() {
			w := f.registry[song]
			w.Version++
			f.registry[song] = w
		},
		"demands_version is 1, 0 was seen": func() {
			f.offered(photo, preset("cc-by-4.0"), types.Offer{})
			require.NoError(f.t, f.derive(song, source{photo, preset("cc-by-4.0")}))
		},
	}
}

// renewed renews a grant as its offer is now.
func (f *fixture) renewed(holder sdk.AccAddress, grant types.GrantID, terms types.TermsID) *types.MsgRenewGrant {
	msg := renew(holder, grant, "5ustem")
	msg.Seen = f.seen(song, terms)
	return msg
}

// A derivation under a public offer is of what its owner saw, whatever the role; the answer
// has what to name.
func TestADerivationNamesWhatItSaw(t *testing.T) {
	for want := range changes(nil) {
		t.Run(want, func(t *testing.T) {
			f := newFixture(t)
			terms := f.publish(types.Terms{Spdx: "LicenseRef-Open", Derivatives: types.DERIVATIVES_ALLOWED})
			f.offered(song, terms, types.Offer{})
			f.revenue.upstream[song] = 1
			r := types.PermitRequest{
				Derivative: remix, Owner: bob, Source: song, Permission: terms.String(), Actions: []rules.Action{rules.Adapt},
				Seen: f.rights(song, adapt, bob).Conditions,
			}
			require.Equal(t, types.Conditions{UpstreamVersion: 1}, r.Seen)
			_, err := f.k.Permit(f.ctx, r)
			require.NoError(t, err)

			changes(f)[want]()
			_, err = f.k.Permit(f.ctx, r)
			require.ErrorIs(t, err, types.ErrOtherConditions)
			require.ErrorContains(t, err, want)
			listed := r
			listed.Seen = f.standing(song)
			listed.Seen.AllowList = registrytypes.Digest{1}
			_, err = f.k.Permit(f.ctx, listed)
			require.ErrorContains(t, err, "allow_list is none (everybody)")

			r.Seen = f.rights(song, adapt, bob).Conditions
			_, err = f.k.Permit(f.ctx, r)
			require.NoError(t, err, "who has looked again may")
			require.Equal(t, f.standing(song), r.Seen)
		})
	}
}

// Only answers about making something have them, and only where terms are relied on.
func TestOnlyDerivationsAreToldWhatToName(t *testing.T) {
	f := newFixture(t)
	f.offered(song, preset("cc-by-4.0"), types.Offer{})
	f.revenue.upstream[song] = 3
	require.Equal(t, types.Conditions{UpstreamVersion: 3}, f.rights(song, adapt, bob).Conditions)
	deriving := types.Use{Action: types.ACTION_COPY, Unplaced: true}
	require.Equal(t, types.Conditions{UpstreamVersion: 3}, f.rights(song, deriving, bob).Conditions)
	require.Zero(t, f.rights(song, types.Use{Action: types.ACTION_COPY}, bob).Conditions, "nothing is made")
	require.Zero(t, f.rights(song, adapt, alice).Conditions, "one's own")
	require.Zero(t, f.rights(photo, adapt, bob).Conditions, "not permitted")

	terms := f.monthly("5ustem", nil)
	grant := f.acquired(bob, song, terms, 0, "5ustem")
	granted := f.rightsBy(song.String(), adapt, bob, grant.String())
	require.Equal(t, []any{grant.String(), types.Conditions{}}, []any{granted.Permission, granted.Conditions}, "a grant says itself what it pins")
}

// What a grant pins and what is one's own nobody else changes: nothing is named. One's own
// work under its own offer is like anybody else's.
func TestGrantsAndOwnWorksNameNothing(t *testing.T) {
	f := newFixture(t)
	terms := f.monthly("5ustem", nil)
	grant := f.acquired(bob, song, terms, 0, "5ustem")
	f.revenue.upstream[song] = 7
	permit, err := f.k.Permit(f.ctx, types.PermitRequest{
		Derivative: remix, Owner: bob, Source: song, Permission: grant.String(), Actions: []rules.Action{rules.Adapt},
	})
	require.NoError(t, err)
	require.Zero(t, permit.UpstreamVersion, "as it was granted")

	f.add(remix, alice)
	own := types.PermitRequest{Derivative: remix, Owner: alice, Source: song, Actions: []rules.Action{rules.Adapt}}
	_, err = f.k.Permit(f.ctx, own)
	require.NoError(t, err)
	own.Permission = terms.String()
	_, err = f.k.Permit(f.ctx, own)
	require.ErrorIs(t, err, types.ErrOtherConditions)
	own.Seen = types.Conditions{UpstreamVersion: 7}
	_, err = f.k.Permit(f.ctx, own)
	require.NoError(t, err)
}

// A grant that is offered is accepted as its recipient saw it. A renewal that only makes it last
// longer does no harm.
func TestAGrantIsAcceptedAsItWasSeen(t *testing.T) {
	for want := range changes(nil) {
		t.Run(want, func(t *testing.T) {
			f := newFixture(t)
			terms := f.monthly("5ustem", func(t *types.Terms) { t.Transferable = true })
			f.revenue.upstream[song] = 1
			grant := f.acquired(bob, song, terms, 0, "5ustem")
			require.NoError(t, f.try(offerGrant(bob, grant, carol)))
			accept := f.acceptGrant(carol, grant)
			require.NoError(t, f.try(f.renewed(bob, grant, terms)))

			changes(f)[want]()
			require.NoError(t, f.try(f.renewed(bob, grant, terms)))
			err := f.try(accept)
			require.ErrorIs(t, err, types.ErrOtherConditions)
			require.ErrorContains(t, err, want)
			require.ErrorIs(t, f.try(&types.MsgAcceptGrant{Recipient: carol.String(), Grant: grant}), types.ErrOtherConditions, "nothing is named")
			require.NoError(t, f.try(f.acceptGrant(carol, grant)))
		})
	}
}

// A longer end alone is no other condition, and neither is a list that is the same.
func TestARenewedGrantIsAcceptedWhereItPinsTheSame(t *testing.T) {
	f := newFixture(t)
	terms := f.monthly("5ustem", func(t *types.Terms) { t.Transferable = true })
	grant := f.acquired(bob, song, terms, 0, "5ustem")
	require.NoError(t, f.try(offerGrant(bob, grant, carol)))
	accept := f.acceptGrant(carol, grant)
	require.NoError(t, f.try(f.renewed(bob, grant, terms)))
	require.NoError(t, f.try(accept))
}

// A pass names what is demanded of the work whose uses it is for, as the answer has it.
func TestAPassNamesTheDemandsThatItSaw(t *testing.T) {
	f, terms := family(t, sold("Paid", nil), "9ustem")
	require.NoError(t, f.try(&types.MsgCloseOffer{Owner: alice.String(), Work: song, Terms: terms}))
	offered := passes(f.rights(remix, train, fan))
	require.Equal(t, types.Conditions{DemandsVersion: 1}, offered[0].Conditions)
	fee := coins("9ustem")[0]
	buy := &types.MsgAcquire{Licensee: fan.String(), Work: song, Terms: terms, UsesOf: remix, MaxFee: &fee}
	for _, version := range []uint32{0, 2} {
		buy.Seen.DemandsVersion = version
		require.ErrorIs(t, f.try(buy), types.ErrOtherConditions, version)
	}
	require.Len(t, f.revenue.paid, 1, "nobody paid but for the remix's grant")
	buy.Seen = offered[0].Conditions
	require.NoError(t, f.try(buy))
}
