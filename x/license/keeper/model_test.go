package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// model is the module told in plain maps: what may be acquired and derived, and
// nothing of how it is stored.
type model struct {
	*fixture
	terms  []types.TermsID
	kinds  map[types.TermsID]types.Terms
	offers map[string]types.Offer // work and terms
	counts map[string]uint64
	grants map[types.GrantID]*modelGrant
	nc     map[registrytypes.WorkID]bool // a source forbids commercial use
	// transfers of the work then, by work, terms and who is approved
	approvals map[string]uint32
}

type modelGrant struct {
	work      registrytypes.WorkID
	licensee  string
	terms     types.TermsID
	ends      time.Time // zero: never
	usedBy    registrytypes.WorkID
	exclusive bool
}

func offerKey(work registrytypes.WorkID, terms types.TermsID) string {
	return work.String() + terms.String()
}

func newModel(t testing.TB) *model {
	hour := time.Hour
	m := &model{
		fixture: newFixture(t), kinds: map[types.TermsID]types.Terms{}, offers: map[string]types.Offer{},
		counts: map[string]uint64{}, grants: map[types.GrantID]*modelGrant{}, nc: map[registrytypes.WorkID]bool{},
		approvals: map[string]uint32{},
	}
	for _, terms := range []types.Terms{
		{Spdx: "LicenseRef-NC", Derivatives: types.DERIVATIVES_ALLOWED},
		{Spdx: "LicenseRef-Com", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, MaxGrants: 3},
		{Spdx: "LicenseRef-Hour", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, GrantFee: coins("3ustem"), Duration: &hour},
		{Spdx: "LicenseRef-Only", CommercialUse: true, Exclusive: true, Transferable: true, Duration: &hour},
		{Spdx: "LicenseRef-Ask", Derivatives: types.DERIVATIVES_ALLOWED, DerivativeApproval: true, Transferable: true, Duration: &hour},
	} {
		id := m.publish(terms)
		m.terms = append(m.terms, id)
		m.kinds[id] = terms
	}
	return m
}

func (m *model) running(exclusive bool, work registrytypes.WorkID) bool {
	for _, g := range m.grants {
		if g.work == work && g.exclusive == exclusive && (g.ends.IsZero() || m.ctx.BlockTime().Before(g.ends)) {
			return true
		}
	}
	return false
}

// mayOffer: all offers here have a price, which makes them commercial.
func (m *model) mayOffer(work registrytypes.WorkID) bool { return !m.nc[work] }

// mayTake says whether the offer lets an account take a grant, for a derivative
// or for any.
func (m *model) mayTake(
	work registrytypes.WorkID, id types.TermsID, licensee sdk.AccAddress, derivative registrytypes.WorkID, fee int64,
) bool {
	offer, open := m.offers[offerKey(work, id)]
	terms := m.kinds[id]
	return open && !offer.Paused && !offer.Expired(m.ctx.BlockTime()) && fee >= offer.PriceUnder(terms).AmountOf("ustem").Int64() &&
		(!terms.DerivativeApproval || m.approved(work, id, licensee.String()) || m.approved(work, id, derivative.String()))
}

func (m *model) mayAcquire(
	work registrytypes.WorkID, id types.TermsID, licensee sdk.AccAddress, derivative registrytypes.WorkID, fee int64,
) bool {
	terms := m.kinds[id]
	return m.mayTake(work, id, licensee, derivative, fee) &&
		(terms.MaxGrants == 0 || m.counts[offerKey(work, id)] < terms.MaxGrants) &&
		!m.running(true, work) && (!terms.Exclusive || !m.running(false, work)) &&
		(derivative == registrytypes.WorkID{} || derivative != work && m.registry[derivative].Owner.Equals(licensee))
}

func TestRandomOperationsMatchTheModel(t *testing.T) {
	works := []registrytypes.WorkID{song, photo, remix}
	accounts := []sdk.AccAddress{alice, bob, carol}
	rapid.Check(t, func(rt *rapid.T) {
		m := newModel(t)
		work := func() registrytypes.WorkID { return rapid.SampledFrom(works).Draw(rt, "work") }
		terms := func() types.TermsID { return rapid.SampledFrom(m.terms).Draw(rt, "terms") }
		rt.Repeat(map[string]func(*rapid.T){
			"": func(rt *rapid.T) { m.check(rt) },
			"wait": func(rt *rapid.T) {
				m.wait(time.Duration(rapid.IntRange(1, 90).Draw(rt, "minutes")) * time.Minute)
			},
			"offer": func(rt *rapid.T) {
				w, id := work(), terms()
				o := types.Offer{Price: coins("5ustem"), Paused: rapid.IntRange(0, 3).Draw(rt, "paused") == 0}
				if rapid.Bool().Draw(rt, "ends") {
					end := m.ctx.BlockTime().Add(30 * time.Minute)
					o.ExpiresAt = &end
				}
				err := m.offer(w, id, o)
				require.Equal(rt, m.mayOffer(w), err == nil, "%v", err)
				if err == nil {
					m.offers[offerKey(w, id)] = o
				}
			},
			"close": func(rt *rapid.T) {
				w, id := work(), terms()
				_, open := m.offers[offerKey(w, id)]
				err := m.try(&types.MsgCloseOffer{Owner: m.registry[w].Owner.String(), Work: w, Terms: id})
				require.Equal(rt, open, err == nil, "%v", err)
				delete(m.offers, offerKey(w, id))
			},
			"acquire": func(rt *rapid.T) {
				m.acquireAny(rt, work(), terms(), rapid.SampledFrom(accounts).Draw(rt, "licensee"))
			},
			"derive":   func(rt *rapid.T) { m.deriveAny(rt, work()) },
			"sell":     func(rt *rapid.T) { m.sell(work(), rapid.SampledFrom(accounts).Draw(rt, "buyer")) },
			"approve":  func(rt *rapid.T) { m.approveAny(rt, work(), terms(), rapid.SampledFrom(accounts).Draw(rt, "approver")) },
			"renew":    func(rt *rapid.T) { m.renewAny(rt, rapid.SampledFrom(accounts).Draw(rt, "holder")) },
			"transfer": func(rt *rapid.T) { m.transferAny(rt, rapid.SampledFrom(accounts).Draw(rt, "recipient")) },
		})
	})
}

func (m *model) acquireAny(rt *rapid.T, work registrytypes.WorkID, id types.TermsID, licensee sdk.AccAddress) {
	serial := rapid.Uint64Range(0, 3).Draw(rt, "serial")
	fee := rapid.Int64Range(1, 9).Draw(rt, "fee")
	grant := types.NewGrantID(work, id, licensee, serial)
	_, known := m.grants[grant]
	paid := len(m.revenue.paid)
	most := sdk.NewInt64Coin("ustem", fee)
	msg := &types.MsgAcquire{
		Licensee: licensee.String(), Work: work, Terms: id, Serial: serial, MaxFee: &most, MaxRate: types.MaxRate,
	}
	derivative := rapid.SampledFrom([]registrytypes.WorkID{{}, {}, song, photo, remix}).Draw(rt, "derivative")
	if (derivative != registrytypes.WorkID{}) {
		msg.Derivative = derivative
	}
	err := m.try(msg)
	require.Equal(rt, m.mayAcquire(work, id, licensee, derivative, fee) && !known, err == nil, "%v", err)
	if err != nil {
		require.Len(rt, m.revenue.paid, paid)
		return
	}
	require.Equal(rt, payment{licensee.String(), work, "5ustem"}, m.revenue.paid[paid])
	m.counts[offerKey(work, id)]++
	g := &modelGrant{work: work, licensee: licensee.String(), terms: id, usedBy: derivative, exclusive: m.kinds[id].Exclusive}
	if d := m.kinds[id].Duration; d != nil {
		g.ends = m.ctx.BlockTime().Add(*d)
	}
	m.grants[grant] = g
}

// deriveAny makes a work from that of some grant.
func (m *model) deriveAny(rt *rapid.T, derivative registrytypes.WorkID) {
	id, g := m.anyGrant(rt)
	if g == nil {
		return
	}
	source := source{work: g.work, permission: id}
	if source.work == derivative || m.nc[g.work] || !g.ends.IsZero() {
		return // ends of permissions have tests of their own
	}
	open := false
	for _, other := range m.terms {
		o, ok := m.offers[offerKey(derivative, other)]
		open = open || ok && !o.Paused && !o.Expired(m.ctx.BlockTime())
	}
	want := m.holder(g) == m.registry[derivative].Owner.String() && m.kinds[g.terms].Derivatives != types.DERIVATIVES_NONE &&
		(g.usedBy == registrytypes.WorkID{} || g.usedBy == derivative)
	restricts := !m.kinds[g.terms].CommercialUse
	err := m.derive(derivative, source)
	require.Equal(rt, want && (!open || !restricts && !m.nc[derivative]), err == nil, "%v", err)
	if err == nil {
		g.usedBy = derivative
		m.nc[derivative] = m.nc[derivative] || restricts
	}
}

// check compares the whole state with the model.
func (m *model) check(rt *rapid.T) {
	gs, err := m.k.ExportGenesis(m.ctx)
	require.NoError(rt, err)
	require.Len(rt, gs.Offers, len(m.offers))
	for _, o := range gs.Offers {
		require.Equal(rt, m.offers[offerKey(o.Work, o.Terms)], o.Offer)
	}
	require.Len(rt, gs.Grants, len(m.grants))
	for _, g := range gs.Grants {
		want := m.grants[g.Id]
		require.Equal(rt, want.licensee, g.Grant.Licensee.String())
		usedBy, _ := g.Grant.User()
		require.Equal(rt, want.usedBy, usedBy)
		require.Equal(rt, want.ends.IsZero(), g.Grant.ExpiresAt == nil)
		require.True(rt, g.Grant.ExpiresAt == nil || want.ends.Equal(*g.Grant.ExpiresAt))
	}
	require.Len(rt, gs.GrantCounts, len(m.counts))
	for _, c := range gs.GrantCounts {
		require.Equal(rt, m.counts[offerKey(c.Work, c.Terms)], c.Count)
	}
	require.Len(rt, gs.Approvals, len(m.approvals))
	for _, a := range gs.Approvals {
		then, known := m.approvals[offerKey(a.Work, a.Terms)+a.Licensee+a.Derivative.String()]
		require.True(rt, known)
		require.Equal(rt, then, a.Transfers)
	}
	for _, w := range []registrytypes.WorkID{song, photo, remix} {
		require.Equal(rt, m.nc[w], len(m.constraints(w)) > 0)
	}
}
