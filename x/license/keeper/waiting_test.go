package keeper_test

import (
	"cmp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/license/rules"
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

// declared has a work of alice's declare works of hers as its sources; unapproved says that
// the declaration waits for the owner of the photo.
func (f *fixture) declared(work registrytypes.WorkID, number uint32, unapproved bool, sources ...registrytypes.WorkID) {
	f.t.Helper()
	b := types.Binding{Declaration: types.DeclarationRef{Work: work, Number: number}}
	for _, s := range sources {
		permit, err := f.k.Permit(f.ctx, types.PermitRequest{
			Derivative: work, Owner: alice, Source: s, Actions: []rules.Action{rules.Adapt},
		})
		require.NoError(f.t, err)
		b.Permits = append(b.Permits, permit)
	}
	if unapproved {
		b.Admission.Works = []registrytypes.WorkID{photo}
	}
	require.NoError(f.t, f.k.Bind(f.ctx, b))
}

// heap has a work declare so many later sources that nobody approves.
func (f *fixture) heap(work registrytypes.WorkID, from, to uint32) {
	f.t.Helper()
	for n := from; n <= to; n++ {
		f.declared(work, n, true)
	}
	require.NoError(f.t, f.k.CheckInvariants(f.ctx))
}

// approveAll approves all declarations of a work.
func (f *fixture) approveAll(work registrytypes.WorkID, from, to uint32) {
	f.t.Helper()
	for n := from; n <= to; n++ {
		_, err := f.k.ApproveAdmission(f.ctx, types.DeclarationRef{Work: work, Number: n}, photo)
		require.NoError(f.t, err)
	}
	require.NoError(f.t, f.k.CheckInvariants(f.ctx))
}

func (f *fixture) waitsFor(work registrytypes.WorkID) []types.DeclarationRef {
	f.t.Helper()
	res, err := f.query.Constraints(f.ctx, &types.QueryConstraintsRequest{Work: work})
	require.NoError(f.t, err)
	return res.Waiting
}

func refsOf(work registrytypes.WorkID, from, to uint32) (list []types.DeclarationRef) {
	for n := from; n <= to; n++ {
		list = append(list, types.DeclarationRef{Work: work, Number: n})
	}
	return list
}

// What sources wait for refuses nobody: where there is too much of it a work waits for all that
// the source does, until that is settled, and in place of too many of its own for all of them.
func TestAWorkWaitsForAllThatItsSourceWaitsFor(t *testing.T) {
	f := newFixture(t)
	free := f.publish(types.Terms{Spdx: "LicenseRef-Free", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED})
	a, b, made, child := f.register(alice, 61), f.register(alice, 62), f.register(alice, 63), f.register(alice, 64)
	f.heap(a, 1, 10)
	f.heap(b, 1, 7)
	f.declared(made, 1, false, a, b)
	require.Equal(t, append(refsOf(a, 1, 10), types.AllOf(b)), sortedRefs(f.waitsFor(made), a))
	f.declared(child, 1, true, made)
	require.Len(t, f.waitsFor(child), 12, "what is named is inherited as it is")

	notices := f.rights(made, types.Use{Action: types.ACTION_COPY}, carol).Notices
	require.Equal(t, []types.Notice{{Code: "unapproved_source", Works: []registrytypes.WorkID{photo}, Count: 1}}, notices)
	res, err := f.query.Admissions(f.ctx, &types.QueryAdmissionsRequest{Work: made})
	require.NoError(t, err)
	require.Len(t, res.Admissions, 17)

	f.approveAll(a, 1, 10)
	f.approveAll(b, 1, 6)
	require.ErrorIs(t, f.offer(made, free, types.Offer{}), types.ErrSourceUnapproved)
	f.heap(b, 8, 8)
	f.approveAll(b, 7, 7)
	require.Equal(t, []types.DeclarationRef{types.AllOf(b)}, f.waitsFor(made), "a later declaration of the source reaches it")
	require.ErrorIs(t, f.offer(made, free, types.Offer{}), types.ErrSourceUnapproved)
	f.approveAll(b, 8, 8)
	require.Empty(t, f.waitsFor(made))
	require.NoError(t, f.offer(made, free, types.Offer{}))
	require.Equal(t, refsOf(child, 1, 1), f.waitsFor(child))

	f.heap(b, 9, 9)
	require.Empty(t, f.waitsFor(made), "what was settled is forgotten by then")
	has, err := f.k.Demands.Has(f.ctx, made)
	require.NoError(t, err)
	require.False(t, has, "who acquires a grant does not read what the work waited for once")
}

func sortedRefs(list []types.DeclarationRef, first registrytypes.WorkID) []types.DeclarationRef {
	return slices.SortedStableFunc(slices.Values(list), func(a, b types.DeclarationRef) int {
		return cmp.Compare(boolOf(a.Work != first), boolOf(b.Work != first))
	})
}

func boolOf(b bool) int {
	if b {
		return 1
	}
	return 0
}

// The honest can always declare, whatever was declared before and by whom.
func TestAWorkWaitsForAnyNumberOfItsOwnDeclarations(t *testing.T) {
	f := newFixture(t)
	f.heap(song, 1, types.MaxConstraints)
	require.Equal(t, refsOf(song, 1, types.MaxConstraints), f.waitsFor(song))
	f.heap(song, types.MaxConstraints+1, 40)
	require.Equal(t, []types.DeclarationRef{types.AllOf(song)}, f.waitsFor(song))
	made := f.register(alice, 61)
	f.declared(made, 1, false, song)
	require.Equal(t, []types.DeclarationRef{types.AllOf(song)}, f.waitsFor(made))
	gs, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	fresh := newFixture(t)
	fresh.add(made, alice)
	require.NoError(t, fresh.k.InitGenesis(afterAll(fresh.ctx), *gs))
	require.NoError(t, fresh.k.CheckInvariants(fresh.ctx))
	require.Equal(t, f.waitsFor(made), fresh.waitsFor(made))

	f.approveAll(song, 1, 39)
	require.Len(t, f.waitsFor(made), 1)
	f.approveAll(song, 40, 40)
	require.Empty(t, f.waitsFor(made))
	require.Empty(t, f.waitsFor(song))
}

// Beyond so many works that wait for all that others do a work counts as waiting; it ends
// from the top, by messages that touch those works.
func TestWhatIsFarUpCountsAsWaitedFor(t *testing.T) {
	f := newFixture(t)
	free := f.publish(types.Terms{Spdx: "LicenseRef-Free", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED})
	line := []registrytypes.WorkID{song}
	f.heap(song, 1, 1)
	for i := range byte(types.MaxWaitingWalk + 1) {
		next := f.register(alice, 100+i)
		refs := []types.DeclarationRef{types.AllOf(line[len(line)-1])}
		require.NoError(t, f.k.Demands.Set(f.ctx, next, types.Demands{Waiting: refs}.Pack()))
		line = append(line, next)
	}
	last := line[len(line)-1]
	f.approveAll(song, 1, 1)
	require.Empty(t, f.waitsFor(line[len(line)-2]))
	require.NotEmpty(t, f.waitsFor(last))
	require.Equal(t, []string{"unapproved_source"}, noticesOf(f.rights(last, types.Use{Action: types.ACTION_COPY}, carol)))
	require.ErrorIs(t, f.offer(last, free, types.Offer{}), types.ErrSourceUnapproved)
	require.NoError(t, f.offer(line[1], free, types.Offer{}))
	require.NoError(t, f.offer(last, free, types.Offer{}))
}

func noticesOf(r types.Rights) (codes []string) {
	for _, n := range r.Notices {
		codes = append(codes, n.Code)
	}
	return codes
}

// Whoever heaps up references that are settled has nobody pay for reading all of them: what is
// left counts as waited for, and is forgotten step by step.
func TestSettledHeapsAreForgottenStepByStep(t *testing.T) {
	f := newFixture(t)
	const works, each = 40, 200
	var all []types.DeclarationRef
	for i := range byte(works) {
		source := f.register(alice, 100+i)
		settled := refsOf(song, 1, each)
		require.NoError(t, f.k.Demands.Set(f.ctx, source, types.Demands{Waiting: settled}.Pack()))
		all = append(all, types.AllOf(source))
	}
	slices.SortFunc(all, types.DeclarationRef.Compare)
	made := f.register(alice, 61)
	require.NoError(t, f.k.Demands.Set(f.ctx, made, types.Demands{Waiting: all}.Pack()))
	require.Greater(t, works*each, types.MaxWaitingLooks)

	left, rounds := len(f.waitsFor(made)), 0
	require.Equal(t, works-types.MaxWaitingLooks/(each+1), left)
	for ; left > 0; rounds++ {
		child := f.register(alice, 200+byte(rounds))
		f.declared(child, 1, false, made)
		require.Less(t, len(f.waitsFor(made)), left, "each message that uses it forgets some")
		left = len(f.waitsFor(made))
	}
	require.Equal(t, works*(each+1)/types.MaxWaitingLooks, rounds)
}
