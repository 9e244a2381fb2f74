package keeper_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
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
	// debts are the works that are owed, through any number of works.
	debts map[workID]map[workID]bool
	// allowed are approvals in advance, by source and derivative.
	allowed map[[2]workID]consent
	// grants ever given.
	grants map[workID]uint64
	// waiting are declarations, by work and number, with whom they wait for.
	waiting map[workID]map[uint32][]workID
	// declared counts declarations with more than citations.
	declared map[workID]uint32
}

// consent is what a source's owner was shown, and how often the source was sold by then.
type consent struct {
	sales               uint32
	grants, derivatives uint64
}

func (m *model) derivatives(work workID) (n uint64) {
	for _, list := range m.sources {
		if role, is := list[work]; is && role != types.ROLE_CITES {
			n++
		}
	}
	return n
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

// verdict returns the errors that may refuse a derivation; none: it holds. Waits are the
// works whose owners have to approve, used the approvals that it uses up.
func (m *model) verdict(work workID, sources map[workID]types.Role) (refusals []error, waits map[workID]bool, used [][2]workID) {
	waits = map[workID]bool{}
	for s, role := range sources {
		before, again := m.sources[work][s]
		switch {
		case again && role == types.ROLE_CITES:
			refusals = append(refusals, types.ErrAlreadySource)
		case role == types.ROLE_CITES:
		case again && loses(before, role):
			refusals = append(refusals, types.ErrAlreadySource)
		case m.comesFrom(s, work):
			refusals = append(refusals, types.ErrCycle)
		}
		if role == types.ROLE_CITES || again && before != types.ROLE_CITES || m.derivatives(work)+m.grants[work] == 0 {
			continue
		}
		for to := range m.owedBy(s) {
			switch {
			case m.debts[work][to] || m.owners[to].Equals(m.owners[work]):
			case m.owners[to].Equals(m.owners[s]) && role == types.ROLE_COMPONENT_OF && m.inForce(s, work):
				used = append(used, [2]workID{s, work})
			default:
				waits[to] = true
			}
		}
	}
	return refusals, waits, used
}

// loses says whether a source that is declared again in another role passes on less.
func loses(before, role types.Role) bool {
	switch before {
	case types.ROLE_CITES:
		return false
	case types.ROLE_CONTAINS:
		return role != types.ROLE_COMPONENT_OF && role != types.ROLE_PARENT_OF
	case types.ROLE_COMPONENT_OF:
		return role != types.ROLE_PARENT_OF
	}
	return true
}

// owedBy are the works that whoever derives from a work owes.
func (m *model) owedBy(source workID) map[workID]bool {
	list := maps.Clone(m.debts[source])
	if list == nil {
		list = map[workID]bool{}
	}
	if m.rates[source] > 0 {
		list[source] = true
	}
	return list
}

// inForce tells whether a source was approved since it was last sold, and no more
// stands of the work than was shown.
func (m *model) inForce(source, work workID) bool {
	then, found := m.allowed[[2]workID{source, work}]
	return found && then.sales == m.sales[source] && then.grants >= m.grants[work] && then.derivatives >= m.derivatives(work)
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
			"grant":   func(t *rapid.T) { m.grant(t, f) },
			"settle":  func(t *rapid.T) { m.settle(t, f) },
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
		sales: map[workID]uint32{}, allowed: map[[2]workID]consent{}, debts: map[workID]map[workID]bool{},
		grants: map[workID]uint64{}, waiting: map[workID]map[uint32][]workID{}, declared: map[workID]uint32{},
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
		role := types.Role(rapid.IntRange(1, 6).Draw(t, "role"))
		if role == m.sources[work][id] && role != types.ROLE_CITES {
			continue // it pins anew what the source asks; the oracle knows of that
		}
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
	if m.owes[work]+owes > types.Whole/2 {
		return
	}
	refusals, waits, used := m.verdict(work, declared)
	admit := rapid.Bool().Draw(t, "admit")
	if len(waits) > 0 && !admit {
		refusals = append(refusals, types.ErrApprovalNeeded)
	}
	response, err := send(f, f.msgs.Derive, &types.MsgDerive{
		Owner: m.owners[work].String(), Work: work, Sources: list, MaxTotalRate: types.Whole, AllowUnapproved: admit,
	})
	if len(refusals) > 0 {
		require.Error(t, err)
		require.True(t, anyOf(err, refusals), "%s is none of %s", err, refusals)
		return
	}
	require.NoError(t, err)
	for _, key := range used {
		delete(m.allowed, key)
	}
	m.declare(t, work, declared, response)
	m.outside[work] += len(list) - len(declared)
	require.Equal(t, m.height(work), response.Generation)
	require.Equal(t, m.owes[work], response.Absolute)
	require.ElementsMatch(t, slices.Collect(maps.Keys(waits)), response.WaitsFor)
	if len(waits) > 0 {
		if m.waiting[work] == nil {
			m.waiting[work] = map[uint32][]workID{}
		}
		m.waiting[work][response.Declaration] = response.WaitsFor
	}
}

// declare notes the new sources and what is owed with them: where one is replaced, all
// of it anew.
func (m *model) declare(t *rapid.T, work workID, declared map[workID]types.Role, response *types.MsgDeriveResponse) {
	anew, number := false, uint32(0)
	for id, role := range declared {
		if role != types.ROLE_CITES {
			number = m.declared[work] + 1
		}
		before, again := m.sources[work][id]
		anew = anew || again && before != types.ROLE_CITES
		m.sources[work][id] = role
	}
	require.Equal(t, number, response.Declaration)
	m.declared[work] = max(m.declared[work], number)
	from := declared
	if anew {
		from, m.owes[work], m.debts[work] = m.sources[work], 0, nil
	}
	owed := maps.Clone(m.debts[work])
	if owed == nil {
		owed = map[workID]bool{}
	}
	for id, role := range from {
		if role != types.ROLE_CITES {
			m.owes[work] += m.rates[id] + m.owes[id]
			maps.Copy(owed, m.owedBy(id))
		}
	}
	m.debts[work] = owed
}

func (m *model) grant(t *rapid.T, f *fixture) {
	work := rapid.SampledFrom(m.works).Draw(t, "granted")
	m.grants[work]++
	f.grants[work]++
}

// settle approves a declaration that waits.
func (m *model) settle(t *rapid.T, f *fixture) {
	work := rapid.SampledFrom(m.works).Draw(t, "waiting")
	for number := range m.declared[work] + 1 {
		waits := m.waiting[work][number]
		if len(waits) == 0 {
			continue
		}
		shown := types.Promises{Grants: m.grants[work], Derivatives: m.derivatives(work)}
		msg := &types.MsgApproveSource{
			Owner: m.owners[waits[0]].String(), Source: waits[0], Derivative: work, Declaration: number, Shown: shown,
		}
		if shown.Grants > 0 && rapid.Bool().Draw(t, "shown less") {
			msg.Shown.Grants--
			_, err := send(f, f.msgs.ApproveSource, msg)
			require.ErrorIs(t, err, types.ErrPromisesGrew)
			return
		}
		response, err := send(f, f.msgs.ApproveSource, msg)
		require.NoError(t, err)
		owner := m.owners[waits[0]]
		rest := slices.DeleteFunc(slices.Clone(waits), func(w workID) bool { return m.owners[w].Equals(owner) })
		require.Equal(t, len(rest) == 0, response.Settled)
		m.waiting[work][number] = rest
		return
	}
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
	switch {
	case source == work:
		require.ErrorIs(t, err, types.ErrInvalidSource)
	default:
		require.NoError(t, err)
		m.allowed[[2]workID{source, work}] = consent{m.sales[source], m.grants[work], m.derivatives(work)}
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
		require.Equal(f.t, m.allowed[[2]workID{a.Source, a.Derivative}].sales, a.Approval.Transfers)
	}
}
