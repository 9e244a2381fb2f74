package keeper_test

import (
	"slices"
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
	work     registrytypes.WorkID
	licensee string
	terms    types.TermsID
	ends     time.Time            // zero: never
	usedBy   registrytypes.WorkID // of one that serves one
	serves   uint32
	uses     map[registrytypes.WorkID]bool
	// allowed are who may hold it, empty for all, and offeredTo whom it is offered to.
	allowed   []string
	offeredTo string
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
		{Spdx: "LicenseRef-Only", CommercialUse: true, Exclusivity: types.EXCLUSIVITY_EXCLUSIVE, Transferable: true, Duration: &hour},
		{
			Spdx: "LicenseRef-FR", CommercialUse: true, Exclusivity: types.EXCLUSIVITY_SOLE, Territories: []string{"FR"},
			Transferable: true, Duration: &hour,
		},
		{Spdx: "LicenseRef-US", CommercialUse: true, Territories: []string{"US"}, Duration: &hour},
		{
			Spdx: "LicenseRef-Two", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, DerivativesPerGrant: 2,
			Transferable: true,
		},
		{Spdx: "LicenseRef-Ask", Derivatives: types.DERIVATIVES_ALLOWED, DerivativeApproval: true, Transferable: true, Duration: &hour},
	} {
		id := m.publish(terms)
		m.terms = append(m.terms, id)
		m.kinds[id] = terms
	}
	p, _ := types.PresetByName("mit")
	m.terms, m.kinds[p.ID] = append(m.terms, p.ID), p.Terms
	return m
}

// meets says whether a grant under terms overlaps with a running one, be it any or only
// such as keep others out; but is one that does not count. All terms here permit copies,
// and are for one territory or for all.
func (m *model) meets(work registrytypes.WorkID, t types.Terms, exclusive bool, but *modelGrant) bool {
	for _, g := range m.grants {
		other := m.kinds[g.terms]
		apart := len(t.Territories)*len(other.Territories) > 0 && t.Territories[0] != other.Territories[0]
		if g != but && g.work == work && m.isRunning(g) && !apart && (!exclusive || other.Exclusivity != 0) {
			return true
		}
	}
	return false
}

// forEver says whether MIT was offered on a work, which can't be taken back.
func (m *model) forEver(work registrytypes.WorkID) bool {
	for id, t := range m.kinds {
		if t.Spdx == "MIT" && m.offers[offerKey(work, id)].IrrevocableSince != nil {
			return true
		}
	}
	return false
}

// mayOffer: all offers here but that of MIT have a price, which makes them commercial.
func (m *model) mayOffer(work registrytypes.WorkID, id types.TermsID, o types.Offer) bool {
	t := m.kinds[id]
	switch {
	case m.nc[work]:
		return false
	case t.Spdx == "MIT":
		exclusive := false
		for _, g := range m.grants {
			exclusive = exclusive || g.work == work && m.isRunning(g) && m.kinds[g.terms].Exclusivity != 0
		}
		return o.Paused || !exclusive
	}
	return t.Exclusivity == 0 || !m.forEver(work)
}

// mayTake says whether the offer lets an account take a grant, for a derivative
// or for any.
func (m *model) mayTake(
	work registrytypes.WorkID, id types.TermsID, licensee sdk.AccAddress, derivative registrytypes.WorkID, fee int64,
) bool {
	offer, open := m.offers[offerKey(work, id)]
	terms := m.kinds[id]
	return open && offer.Open(m.ctx.BlockTime()) && (len(offer.Licensees) == 0 || slices.Contains(offer.Licensees, licensee.String())) && fee >= offer.PriceUnder(terms).AmountOf("ustem").Int64() &&
		(!terms.DerivativeApproval || len(offer.Licensees) > 0 || m.approved(work, id, licensee.String()) || m.approved(work, id, derivative.String()))
}

func (m *model) mayAcquire(
	work registrytypes.WorkID, id types.TermsID, licensee sdk.AccAddress, derivative registrytypes.WorkID, fee int64,
) bool {
	terms := m.kinds[id]
	return m.mayTake(work, id, licensee, derivative, fee) &&
		(terms.MaxGrants == 0 || m.counts[offerKey(work, id)] < terms.MaxGrants) &&
		m.mayRun(work, terms, nil) &&
		(derivative == registrytypes.WorkID{} || derivative != work && m.registry[derivative].Owner.Equals(licensee))
}

// mayRun says whether the grants that run leave room for one under terms.
func (m *model) mayRun(work registrytypes.WorkID, t types.Terms, but *modelGrant) bool {
	return !m.meets(work, t, true, but) && (t.Exclusivity == 0 || !m.meets(work, t, false, but) && !m.forEver(work))
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
				o := types.Offer{Paused: rapid.IntRange(0, 3).Draw(rt, "paused") == 0}
				if m.kinds[id].Spdx != "MIT" {
					o.Price = coins("5ustem")
					if rapid.IntRange(0, 3).Draw(rt, "listed") == 0 {
						o.Licensees = []string{alice.String(), bob.String()}
						slices.Sort(o.Licensees)
					}
				}
				if rapid.Bool().Draw(rt, "ends") {
					end := m.ctx.BlockTime().Add(30 * time.Minute)
					o.ExpiresAt = &end
				}
				err := m.offer(w, id, o)
				require.Equal(rt, m.mayOffer(w, id, o), err == nil, "%v", err)
				if err == nil {
					o.IrrevocableSince = m.offers[offerKey(w, id)].IrrevocableSince
					o.IrrevocableDemands = m.offers[offerKey(w, id)].IrrevocableDemands
					if now := m.ctx.BlockTime(); o.IrrevocableSince == nil && m.kinds[id].Spdx == "MIT" && !o.Paused {
						o.IrrevocableSince = &now
						res, err := m.query.Constraints(m.ctx, &types.QueryConstraintsRequest{Work: w})
						require.NoError(rt, err)
						o.IrrevocableDemands = res.Version
					}
					m.offers[offerKey(w, id)] = o
				}
			},
			"close": func(rt *rapid.T) {
				w, id := work(), terms()
				o, open := m.offers[offerKey(w, id)]
				err := m.try(&types.MsgCloseOffer{Owner: m.registry[w].Owner.String(), Work: w, Terms: id})
				require.Equal(rt, open && !o.Closed, err == nil, "%v", err)
				if delete(m.offers, offerKey(w, id)); o.IrrevocableSince != nil {
					o.Closed = true
					m.offers[offerKey(w, id)] = o
				}
			},
			"acquire": func(rt *rapid.T) {
				m.acquireAny(rt, work(), terms(), rapid.SampledFrom(accounts).Draw(rt, "licensee"))
			},
			"derive":  func(rt *rapid.T) { m.deriveAny(rt, work()) },
			"sell":    func(rt *rapid.T) { m.sell(work(), rapid.SampledFrom(accounts).Draw(rt, "buyer")) },
			"approve": func(rt *rapid.T) { m.approveAny(rt, work(), terms(), rapid.SampledFrom(accounts).Draw(rt, "approver")) },
			"renew":   func(rt *rapid.T) { m.renewAny(rt, rapid.SampledFrom(accounts).Draw(rt, "holder")) },
			"move":    func(rt *rapid.T) { m.moveAny(rt, rapid.SampledFrom(accounts).Draw(rt, "recipient")) },
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
	seen := m.seen(work, id)
	if rapid.IntRange(0, 9).Draw(rt, "seen") > 0 {
		msg.Seen = seen
	}
	err := m.try(msg)
	may := m.mayAcquire(work, id, licensee, derivative, fee) && msg.Seen == seen
	require.Equal(rt, may && !known, err == nil, "%v", err)
	if err != nil {
		require.Len(rt, m.revenue.paid, paid)
		return
	}
	if m.kinds[id].Spdx != "MIT" {
		require.Equal(rt, payment{licensee.String(), work, "5ustem"}, m.revenue.paid[paid])
	}
	m.counts[offerKey(work, id)]++
	g := &modelGrant{
		work: work, licensee: licensee.String(), terms: id, usedBy: derivative, serves: m.kinds[id].Serves(),
		uses: map[registrytypes.WorkID]bool{}, allowed: m.offers[offerKey(work, id)].Licensees,
	}
	if (derivative != registrytypes.WorkID{}) {
		g.serves = 1
	}
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
	open, mit := false, false
	for _, other := range m.terms {
		o, ok := m.offers[offerKey(derivative, other)]
		open = open || ok && o.Open(m.ctx.BlockTime()) && m.kinds[other].Spdx != "MIT"
		mit = mit || ok && o.Open(m.ctx.BlockTime()) && m.kinds[other].Spdx == "MIT"
	}
	want := m.holder(g) == m.registry[derivative].Owner.String() && m.kinds[g.terms].Derivatives != types.DERIVATIVES_NONE &&
		(g.usedBy == registrytypes.WorkID{} || g.usedBy == derivative) && (g.uses[derivative] || len(g.uses) < int(g.serves))
	restricts := !m.kinds[g.terms].CommercialUse
	err := m.derive(derivative, source)
	require.Equal(rt, want && (!open && !mit || !restricts && !m.nc[derivative]), err == nil, "%v", err)
	if err == nil {
		if g.serves == 1 {
			g.usedBy = derivative
		}
		if !g.uses[derivative] {
			g.uses[derivative], g.offeredTo = true, ""
		}
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
		require.Equal(rt, want.serves, g.Grant.Serves)
		require.Len(rt, want.uses, int(g.Grant.Used))
		require.Equal(rt, want.offeredTo, g.Grant.OfferedTo.String())
		allowed, err := m.query.Grant(m.ctx, &types.QueryGrantRequest{Grant: g.Id})
		require.NoError(rt, err)
		require.Equal(rt, want.allowed, allowed.Licensees)
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
		banned := slices.ContainsFunc(m.constraints(w), func(c types.NamedConstraint) bool {
			return c.Kind == types.CONSTRAINT_NONCOMMERCIAL
		})
		require.Equal(rt, m.nc[w], banned, "%v", m.constraints(w))
	}
}
