package keeper_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// What CheckRights allows, a derivation may rely on; and what a derivation may
// rely on, CheckRights allows. The single source alone never stands in its way.
func TestAnswersAgreeWithDerivations(t *testing.T) {
	accounts := []sdk.AccAddress{alice, bob, carol}
	works := []registrytypes.WorkID{song, photo, remix}
	rapid.Check(t, func(rt *rapid.T) {
		m := newFixture(t)
		terms, grants := m.play(rt, works, accounts)
		next := byte(0)
		for range 6 {
			next++
			source := rapid.SampledFrom(works).Draw(rt, "source")
			maker := rapid.SampledFrom(accounts).Draw(rt, "maker")
			role := rapid.SampledFrom(roles).Draw(rt, "role")
			made := registrytypes.WorkID{200, next}
			isNew := rapid.IntRange(0, 2).Draw(rt, "new") > 0
			if isNew {
				m.add(made, maker)
			} else { // grants may be reserved for it, and have come with it
				made = rapid.SampledFrom(works).Draw(rt, "made")
				maker = m.registry[made].Owner
			}
			ask := func(permission string) (types.Permit, error) {
				return m.k.Permit(m.ctx, types.PermitRequest{
					Derivative: made, Owner: maker, Source: source, Permission: permission, Actions: role.actions, Column: role.column,
				})
			}
			answer := func(permission string) (worst types.Rights) {
				for i, action := range role.actions {
					res, err := m.query.CheckRights(m.ctx, &types.QueryCheckRightsRequest{
						Work: source.String(), Use: types.Use{Action: types.Action(action), Unplaced: true}, Licensee: maker.String(),
						Permission: permission, Derivative: made,
					})
					require.NoError(rt, err)
					if i == 0 || res.Rights.Verdict < worst.Verdict {
						worst = res.Rights
					}
				}
				return worst
			}
			got := answer("")
			if got.Verdict == types.VERDICT_ALLOWED && (len(role.actions) == 1 || answer(got.Permission).Verdict == got.Verdict) {
				permit, err := ask(got.Permission)
				require.NoError(rt, err)
				if isNew {
					cache, _ := m.ctx.CacheContext()
					require.NoError(rt, m.k.Bind(cache, binding(made, permit)))
				}
			}
			for _, permission := range append(grants, terms...) {
				permit, err := ask(permission.String())
				require.Equal(rt, err == nil, answer(permission.String()).Verdict == types.VERDICT_ALLOWED, "%s: %v", permission, err)
				if err == nil && !m.cameWith(maker, permit) {
					require.Equal(rt, types.VERDICT_ALLOWED, got.Verdict, "%s serves", permission)
				}
			}
		}
	})
}

// cameWith says whether a permit rests on a grant that the account bought with
// the derivative: such a grant counts only when it is named.
func (f *fixture) cameWith(account sdk.AccAddress, p types.Permit) bool {
	if p.Grant.IsZero() {
		return false
	}
	g, err := f.k.GetGrant(f.ctx, p.Grant)
	require.NoError(f.t, err)
	return !g.Licensee.Equals(account)
}

// play makes random offers, grants and derivations, and returns what permissions
// there may be.
func (f *fixture) play(rt *rapid.T, works []registrytypes.WorkID, accounts []sdk.AccAddress) (terms, grants []fmt.Stringer) {
	for _, name := range []string{
		"cc-by-sa-4.0", "cc-by-nc-4.0", "cc-by-nd-4.0", "ai-training-allowed",
		"ai-training-denied", "commercial-remix-5",
	} {
		terms = append(terms, preset(name))
	}
	hour := time.Hour
	for _, t := range []types.Terms{
		{Spdx: "LicenseRef-DE", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, Territories: []string{"DE"}},
		{Spdx: "LicenseRef-Train", AiTraining: types.PERMISSION_PAID, GrantFee: coins("5ustem")},
		{Spdx: "LicenseRef-Hour", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, Duration: &hour, MaxGrants: 2},
		{Spdx: "LicenseRef-Ask", Derivatives: types.DERIVATIVES_ALLOWED, DerivativeApproval: true},
		{Spdx: "LicenseRef-Only", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, Exclusivity: types.EXCLUSIVITY_EXCLUSIVE, Duration: &hour},
		{Spdx: "LicenseRef-Sole-DE", Derivatives: types.DERIVATIVES_ALLOWED, Exclusivity: types.EXCLUSIVITY_SOLE, Territories: []string{"DE"}, DerivativesPerGrant: 2},
	} {
		terms = append(terms, f.publish(t))
	}
	pick := func() (registrytypes.WorkID, types.TermsID, sdk.AccAddress) {
		return rapid.SampledFrom(works).Draw(rt, "work"), rapid.SampledFrom(terms).Draw(rt, "terms").(types.TermsID),
			rapid.SampledFrom(accounts).Draw(rt, "account")
	}
	for range rapid.IntRange(0, 30).Draw(rt, "operations") {
		work, id, account := pick()
		switch rapid.IntRange(0, 6).Draw(rt, "operation") {
		case 0, 1, 2:
			o := types.Offer{Paused: rapid.IntRange(0, 4).Draw(rt, "paused") == 0}
			if rapid.IntRange(0, 4).Draw(rt, "listed") == 0 {
				o.Licensees = []string{account.String()}
			}
			_ = f.offer(work, id, o)
		case 3, 4:
			msg := &types.MsgAcquire{
				Licensee: account.String(), Work: work, Terms: id, Serial: uint64(len(grants)), MaxRate: types.MaxRate,
				MaxFee: &coins("5ustem")[0],
			}
			if rapid.Bool().Draw(rt, "reserve") {
				msg.Derivative = rapid.SampledFrom(works).Draw(rt, "derivative")
			}
			if f.try(msg) == nil {
				grants = append(grants, types.NewGrantID(work, id, account, uint64(len(grants))))
			}
		case 5:
			role := rapid.SampledFrom(roles).Draw(rt, "role")
			if len(grants) > 0 {
				_ = f.deriveAs(role, rapid.SampledFrom(works).Draw(rt, "derivative"), source{work, rapid.SampledFrom(grants).Draw(rt, "grant")})
			} else {
				_ = f.deriveAs(role, rapid.SampledFrom(works).Draw(rt, "derivative"), source{work, id})
			}
		case 6:
			if rapid.IntRange(0, 2).Draw(rt, "sell") == 0 {
				f.sell(work, account)
				break
			}
			f.wait(time.Duration(rapid.IntRange(1, 50).Draw(rt, "minutes")) * time.Minute)
			f.setStatus(work, registrytypes.Status(rapid.SampledFrom([]int32{1, 1, 1, 1, 2, 3}).Draw(rt, "status")))
		}
	}
	return terms, grants
}
