package keeper_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/lineage/types"
)

// model is what the lineage should be: plain maps and no generations.
type model struct {
	works   []workID
	sources map[workID]map[workID]types.Role
	// outside counts external sources.
	outside map[workID]int
	rates   map[workID]uint32
	owes    map[workID]uint32
	owners  map[workID]sdk.AccAddress
	// sales counts how often a work changed hands.
	sales map[workID]uint32
	// allowed are approvals by source and derivative, with the sales then.
	allowed map[[2]workID]uint32
}

// height is the longest chain of sources below a work, citations apart.
func (m *model) height(work workID) uint32 {
	var h uint32
	for s, role := range m.sources[work] {
		if role != types.ROLE_CITES {
			h = max(h, m.height(s)+1)
		}
	}
	return h
}

// comesFrom tells whether a work has an ancestor.
func (m *model) comesFrom(work, ancestor workID) bool {
	for s, role := range m.sources[work] {
		if role != types.ROLE_CITES && (s == ancestor || m.comesFrom(s, ancestor)) {
			return true
		}
	}
	return false
}

func (m *model) hasDerivatives(work workID) bool {
	for _, list := range m.sources {
		if role, is := list[work]; is && role != types.ROLE_CITES {
			return true
		}
	}
	return false
}

// verdict returns the errors that may refuse a derivation; none: it holds.
func (m *model) verdict(work workID, sources map[workID]types.Role) (refusals []error) {
	derived := m.hasDerivatives(work)
	for s, role := range sources {
		_, twice := m.sources[work][s]
		switch {
		case twice:
			refusals = append(refusals, types.ErrAlreadySource)
		case role == types.ROLE_CITES:
		case m.comesFrom(s, work):
			refusals = append(refusals, types.ErrCycle)
		}
		if role != types.ROLE_CITES && derived && m.rates[s]+m.owes[s] > 0 &&
			!m.owners[s].Equals(m.owners[work]) && !m.inForce(s, work) {
			refusals = append(refusals, types.ErrApprovalNeeded)
		}
	}
	return refusals
}

// inForce tells whether a source was approved since it was last sold.
func (m *model) inForce(source, work workID) bool {
	then, found := m.allowed[[2]workID{source, work}]
	return found && then == m.sales[source]
}

func TestLineageBehavesLikeItsModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		key := storetypes.NewKVStoreKey(types.StoreKey)
		ctx := testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("transient")).Ctx
		f := newFixtureOver(rt, key, ctx)
		m := newModel(rt, f)
		rt.Repeat(map[string]func(*rapid.T){
			"derive":  func(t *rapid.T) { m.derive(t, f) },
			"approve": func(t *rapid.T) { m.approve(t, f) },
			"sell":    func(t *rapid.T) { m.sell(t, f) },
			"":        func(*rapid.T) { m.compare(f) },
		})
		g := f.export()
		again := newFixtureOver(rt, key, testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("transient")).Ctx)
		again.generations = f.generations
		require.NoError(rt, again.k.InitGenesis(afterAll(again.ctx), *g))
		require.Equal(rt, g, again.export())
	})
}

func newModel(t *rapid.T, f *fixture) *model {
	m := &model{
		sources: map[workID]map[workID]types.Role{}, outside: map[workID]int{}, rates: map[workID]uint32{},
		owes: map[workID]uint32{}, owners: map[workID]sdk.AccAddress{},
		sales: map[workID]uint32{}, allowed: map[[2]workID]uint32{},
	}
	for i := range rapid.IntRange(3, 12).Draw(t, "works") {
		owner := rapid.SampledFrom([]sdk.AccAddress{alice, bob}).Draw(t, "owner")
		rate := rapid.SampledFrom([]uint32{0, 0, 1_000}).Draw(t, "rate")
		id := f.offered(fmt.Sprint(i), owner, rate)
		m.works = append(m.works, id)
		m.rates[id], m.owners[id], m.sources[id] = rate, owner, map[workID]types.Role{}
	}
	return m
}

func (m *model) derive(t *rapid.T, f *fixture) {
	work := rapid.SampledFrom(m.works).Draw(t, "work")
	declared, list := map[workID]types.Role{}, []types.Source{}
	var owes uint32
	for _, id := range rapid.SliceOfNDistinct(rapid.SampledFrom(m.works), 0, 3, rapid.ID[workID]).Draw(t, "sources") {
		if id == work {
			continue
		}
		role := types.Role(rapid.IntRange(1, 5).Draw(t, "role"))
		declared[id] = role
		if role == types.ROLE_CITES {
			list = append(list, cites(id))
			continue
		}
		owes += m.rates[id] + m.owes[id]
		list = append(list, under(id, role))
	}
	if rapid.Bool().Draw(t, "external") || len(list) == 0 {
		list = append(list, external(fmt.Sprintf("x:%x/%d", work[:], m.outside[work])))
	}
	if m.owes[work]+owes > types.Whole {
		return
	}
	refusals := m.verdict(work, declared)
	response, err := f.derive(m.owners[work], work, list...)
	if len(refusals) > 0 {
		require.Error(t, err)
		require.True(t, anyOf(err, refusals), "%s is none of %s", err, refusals)
		return
	}
	require.NoError(t, err)
	derived := m.hasDerivatives(work)
	for id, role := range declared {
		m.sources[work][id] = role
		if derived && role != types.ROLE_CITES && m.rates[id]+m.owes[id] > 0 && !m.owners[id].Equals(m.owners[work]) {
			delete(m.allowed, [2]workID{id, work})
		}
	}
	m.outside[work] += len(list) - len(declared)
	m.owes[work] += owes
	require.Equal(t, m.height(work), response.Generation)
	require.Equal(t, m.owes[work], response.Absolute)
}

func anyOf(err error, list []error) bool {
	for _, want := range list {
		if errors.Is(err, want) {
			return true
		}
	}
	return false
}

func (m *model) approve(t *rapid.T, f *fixture) {
	source := rapid.SampledFrom(m.works).Draw(t, "source")
	work := rapid.SampledFrom(m.works).Draw(t, "derivative")
	if rapid.IntRange(0, 3).Draw(t, "withdraw") == 0 {
		_, stands := m.allowed[[2]workID{source, work}]
		require.Equal(t, stands, f.withdraw(m.owners[source], source, work) == nil)
		delete(m.allowed, [2]workID{source, work})
		return
	}
	err := f.approve(m.owners[source], source, work)
	_, linked := m.sources[work][source]
	switch {
	case source == work:
		require.ErrorIs(t, err, types.ErrInvalidSource)
	case linked:
		require.ErrorIs(t, err, types.ErrAlreadySource)
	default:
		require.NoError(t, err)
		m.allowed[[2]workID{source, work}] = m.sales[source]
	}
}

func (m *model) sell(t *rapid.T, f *fixture) {
	work := rapid.SampledFrom(m.works).Draw(t, "sold")
	m.owners[work] = rapid.SampledFrom([]sdk.AccAddress{alice, bob}).Draw(t, "buyer")
	m.sales[work]++
	f.sell(work, m.owners[work])
}

// compare checks the whole state against the model. That every generation is
// the height of the work also shows that no cycle arose: height would not end.
func (m *model) compare(f *fixture) {
	f.requireSound()
	edges := 0
	for _, work := range m.works {
		require.Equal(f.t, m.height(work), f.generation(work))
		require.Equal(f.t, m.height(work), f.generations[work], "royalty knows every generation")
		edges += len(m.sources[work])
		sources, err := f.queries.Sources(f.ctx, &types.QuerySourcesRequest{Work: work})
		require.NoError(f.t, err)
		require.Len(f.t, sources.Sources, len(m.sources[work])+m.outside[work])
		for _, link := range sources.Sources[:len(m.sources[work])] {
			require.Equal(f.t, m.sources[work][link.Source], link.Role)
		}
		ancestors, err := f.queries.Ancestors(f.ctx, &types.QueryWalkRequest{Work: work})
		require.NoError(f.t, err)
		want := 0
		for _, other := range m.works {
			if m.comesFrom(work, other) {
				want++
			}
		}
		require.Len(f.t, ancestors.Steps, want)
	}
	g := f.export()
	stored := 0
	for _, n := range g.Nodes {
		stored += len(n.Edges)
	}
	require.Equal(f.t, edges, stored)
	require.Len(f.t, g.Approvals, len(m.allowed))
	for _, a := range g.Approvals {
		require.Equal(f.t, m.allowed[[2]workID{a.Source, a.Derivative}], a.Transfers)
	}
}
