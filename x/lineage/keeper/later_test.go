package keeper_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func TestALaterSourceIsMarkedAsSuch(t *testing.T) {
	f := newFixture(t)
	a, b, work := f.work("a", alice), f.work("b", alice), f.work("work", alice)
	f.mustDerive(alice, work, own(a))
	f.mustDerive(alice, work, own(b))
	for source, later := range map[workID]bool{a: false, b: true} {
		require.Equal(t, later, f.edge(work, source).AddedLater)
	}
	requireEvent(t, f, &types.EventDerived{
		Work: work, Generation: 1, Sources: []types.Source{own(b)}, AddedLater: true, Declaration: 2,
	})
}

func TestSourcesTellWhenTheyWereAdded(t *testing.T) {
	f := newFixture(t)
	work := f.work("work", alice)
	later := blockTime.Add(time.Hour)
	want := map[workID]time.Time{}
	for name, at := range map[string]time.Time{"first": blockTime, "same block": blockTime, "cited": later, "next": later} {
		want[f.work(name, alice)] = at
	}
	f.mustDerive(alice, work, own(idOf("first")))
	f.mustDerive(alice, work, own(idOf("same block")))
	require.Nil(t, f.edge(work, idOf("same block")).AddedAt, "with the first declaration")
	f.ctx = f.ctx.WithBlockTime(later)
	f.mustDerive(alice, work, own(idOf("next")), cites(idOf("cited")))
	require.Equal(t, &later, f.edge(work, idOf("next")).AddedAt)

	answer, err := f.queries.Sources(f.ctx, &types.QuerySourcesRequest{Work: work})
	require.NoError(t, err)
	require.Len(t, answer.Sources, len(want))
	for _, link := range answer.Sources {
		require.Equal(t, want[link.Source], link.AddedAt)
	}
	node, err := f.queries.Derivation(f.ctx, &types.QueryDerivationRequest{Work: work})
	require.NoError(t, err)
	require.Equal(t, types.Node{Generation: 1, Sources: 4, DerivedAt: blockTime, Declarations: 3}, node.Node)
}

func TestALowerSourceIsAddedFreelyWhateverDerives(t *testing.T) {
	f := newFixture(t)
	require.NoError(t, f.k.Params.Set(f.ctx, types.Params{}))
	line := f.chainOf("line", alice, 4)
	forgotten := f.work("forgotten", alice)
	require.Equal(t, uint32(2), f.mustDerive(alice, line[2], own(forgotten)).Generation)
	require.Equal(t, uint32(3), f.generation(line[3]))
}

func TestAnyHigherSourceIsAddedWhileNothingDerives(t *testing.T) {
	f := newFixture(t)
	require.NoError(t, f.k.Params.Set(f.ctx, types.Params{}))
	line := f.chainOf("line", alice, 5)
	work, essay := f.work("work", alice), f.work("essay", alice)
	f.mustDerive(alice, work, own(line[0]))
	f.mustDerive(alice, essay, cites(work))
	require.Equal(t, uint32(5), f.mustDerive(alice, work, own(line[4])).Generation)
}

func TestAHigherSourceRenumbersWhatDerives(t *testing.T) {
	f := newFixture(t)
	line, other := f.chainOf("line", alice, 4), f.chainOf("other", alice, 6)
	aside := f.work("aside", alice)
	f.mustDerive(alice, aside, own(line[1]), own(other[5])) // Generation 6: high enough already.
	f.calls = nil

	response := f.mustDerive(alice, line[1], own(other[3]))

	require.Equal(t, uint32(4), response.Generation)
	require.Equal(t, uint32(5), f.generation(line[2]))
	require.Equal(t, uint32(6), f.generation(line[3]))
	require.Equal(t, uint32(6), f.generation(aside))
	require.Equal(t, []string{"permit", "link", "set generation", "set generation", "bind 1"}, f.calls)
	require.Equal(t, uint32(6), f.generations[line[3]], "royalty orders its sweep by the new generations")
	requireEvent(t, f, &types.EventDerived{
		Work: line[1], Generation: 4, Sources: []types.Source{own(other[3])}, AddedLater: true,
		Renumbered:  []types.Renumbered{{Work: line[2], Generation: 5}, {Work: line[3], Generation: 6}},
		Declaration: 2,
	})
}

func TestAnOriginalWithDerivativesMayDeclareItsFirstSource(t *testing.T) {
	f := newFixture(t)
	line := f.chainOf("line", alice, 3)
	root := f.work("root", alice)
	require.Equal(t, uint32(1), f.mustDerive(alice, line[0], own(root)).Generation)
	require.Equal(t, uint32(3), f.generation(line[2]))
	require.True(t, f.edge(line[0], root).AddedLater)
}

func TestACycleIsRefused(t *testing.T) {
	f := newFixture(t)
	line := f.chainOf("line", alice, 5)
	for i := range line {
		for j := i + 1; j < len(line); j++ {
			before := f.export()
			_, err := f.derive(alice, line[i], own(line[j]))
			require.ErrorIs(t, err, types.ErrCycle)
			require.ErrorContains(t, err, line[j].String())
			require.Equal(t, before, f.export())
		}
	}
}

func TestTheWalkIsBoundedAndPaidFor(t *testing.T) {
	f := newFixture(t)
	line := f.chainOf("line", alice, 2)
	high := f.chainOf("high", alice, 3)
	for i := range 20 {
		f.mustDerive(alice, f.work(fmt.Sprint("leaf", i), alice), own(line[1]))
	}
	setParams := func(p types.Params) { require.NoError(t, f.k.Params.Set(f.ctx, p)) }
	used := func(p types.Params) uint64 {
		setParams(p)
		ctx, _ := f.ctx.CacheContext()
		defer f.snapshot()()
		before := ctx.GasMeter().GasConsumed()
		d, err := (&types.MsgDerive{
			Owner: alice.String(), Work: line[0], Sources: []types.Source{own(high[2])},
		}).Declaration()
		require.NoError(t, err)
		_, err = f.k.Derive(ctx, d)
		require.NoError(t, err)
		return ctx.GasMeter().GasConsumed() - before
	}
	require.Equal(t, used(types.Params{MaxWalk: 21, GasPerStep: 1_000})+21*1_000,
		used(types.Params{MaxWalk: 21, GasPerStep: 2_000}))

	setParams(types.Params{MaxWalk: 20})
	_, err := f.derive(alice, line[0], own(high[2]))
	require.ErrorIs(t, err, types.ErrWalkTooLong)
	require.ErrorContains(t, err, high[2].String())
	f.requireSound()
}

func TestALaterRoyaltyNeedsTheSourcesApproval(t *testing.T) {
	f := newFixture(t)
	song := f.offered("song", alice, 50_000)
	remix, cover := f.offered("remix", bob, 0), f.work("cover", carol)
	f.mustDerive(carol, cover, under(remix, types.ROLE_PARENT_OF))
	s := under(song, types.ROLE_COMPONENT_OF)

	_, err := f.derive(bob, remix, s)
	require.ErrorIs(t, err, types.ErrApprovalNeeded)
	require.ErrorContains(t, err, song.String())
	require.ErrorContains(t, err, alice.String())

	require.ErrorIs(t, f.approve(bob, song, remix), registrytypes.ErrNotOwner)
	require.ErrorIs(t, f.approve(alice, song, song), types.ErrInvalidSource)
	require.ErrorIs(t, f.approve(alice, song, idOf("?")), registryNotFound)
	require.NoError(t, f.approve(alice, song, remix))
	requireEvent(t, f, approvedEvent(song, remix, 0))

	f.mustDerive(bob, remix, s)
	require.Empty(t, f.export().Approvals, "an approval is used up")
	require.NoError(t, f.approve(alice, song, remix), "that it is declared anew")
}

// approvedEvent says that alice approved a component under its public offer, one
// derivative being there.
func approvedEvent(source, derivative workID, transfers uint32) *types.EventSourceApproved {
	return &types.EventSourceApproved{
		Source: source, Derivative: derivative, Approver: alice.String(), Through: source,
		Approval: &types.SourceApproval{
			Transfers: transfers, Role: types.ROLE_COMPONENT_OF, Permission: termsOf(source).String(), Shown: types.Promises{Derivatives: 1},
		},
	}
}

func TestAnApprovalEndsWhenTheSourceIsSold(t *testing.T) {
	f := newFixture(t)
	song := f.offered("song", alice, 50_000)
	remix, cover := f.offered("remix", bob, 0), f.work("cover", carol)
	f.mustDerive(carol, cover, under(remix, types.ROLE_PARENT_OF))
	require.NoError(t, f.approve(alice, song, remix))

	inForce := func(want bool) {
		t.Helper()
		approvals, err := f.queries.Approvals(f.ctx, &types.QueryApprovalsRequest{Source: song})
		require.NoError(t, err)
		require.Equal(t, want, approvals.Approvals[0].InForce)
		require.Equal(t, remix, approvals.Approvals[0].Derivative)
		require.Len(t, approvals.Approvals, 1)
	}
	inForce(true)
	f.sell(song, carol)

	_, err := f.derive(bob, remix, under(song, types.ROLE_COMPONENT_OF))
	require.ErrorIs(t, err, types.ErrApprovalNeeded)
	require.ErrorContains(t, err, carol.String())
	inForce(false)

	f.sell(song, alice)
	inForce(false)
	_, err = f.derive(bob, remix, under(song, types.ROLE_COMPONENT_OF))
	require.ErrorIs(t, err, types.ErrApprovalNeeded, "it does not revive")

	require.NoError(t, f.approve(alice, song, remix))
	requireEvent(t, f, approvedEvent(song, remix, 2))
	inForce(true)
	f.mustDerive(bob, remix, under(song, types.ROLE_COMPONENT_OF))
}

func TestAnUnusedApprovalIsTakenBack(t *testing.T) {
	f := newFixture(t)
	song := f.offered("song", alice, 50_000)
	remix, cover := f.offered("remix", bob, 0), f.work("cover", carol)
	f.mustDerive(carol, cover, under(remix, types.ROLE_PARENT_OF))
	s := under(song, types.ROLE_COMPONENT_OF)

	require.ErrorIs(t, f.withdraw(alice, song, remix), types.ErrNotApproved)
	require.NoError(t, f.approve(alice, song, remix))
	before := len(f.ctx.EventManager().Events())
	require.NoError(t, f.approve(alice, song, remix))
	require.Len(t, f.ctx.EventManager().Events(), before, "it stands already")
	require.ErrorIs(t, f.withdraw(bob, song, remix), registrytypes.ErrNotOwner)
	require.ErrorIs(t, f.withdraw(alice, song, song), types.ErrInvalidSource)
	require.ErrorIs(t, f.withdraw(alice, idOf("?"), remix), registryNotFound)

	require.NoError(t, f.withdraw(alice, song, remix))
	requireEvent(t, f, &types.EventSourceApprovalWithdrawn{Source: song, Derivative: remix, Through: song})
	require.Empty(t, f.export().Approvals)
	_, err := f.derive(bob, remix, s)
	require.ErrorIs(t, err, types.ErrApprovalNeeded)

	require.NoError(t, f.approve(alice, song, remix))
	f.sell(song, carol)
	require.NoError(t, f.withdraw(carol, song, remix), "that of an earlier owner")
	require.NoError(t, f.approve(carol, song, remix))
	f.mustDerive(bob, remix, s)
	require.ErrorIs(t, f.withdraw(carol, song, remix), types.ErrNotApproved, "it was used")
}

func TestNoApprovalWhereNothingIsOwedOrNobodyDerives(t *testing.T) {
	f := newFixture(t)
	remix, cover := f.offered("remix", bob, 0), f.work("cover", carol)
	f.mustDerive(bob, remix, under(f.offered("first", alice, 10_000), types.ROLE_PARENT_OF))
	f.mustDerive(bob, remix, under(f.offered("second", alice, 10_000), types.ROLE_PARENT_OF))
	f.mustDerive(carol, cover, under(remix, types.ROLE_PARENT_OF))

	f.mustDerive(bob, remix, under(f.offered("free", alice, 0), types.ROLE_PARENT_OF))
	mine := f.offered("mine", bob, 10_000)
	f.mustDerive(bob, remix, own(mine))
	held := f.offered("mine, held by others", bob, 10_000)
	f.mustDerive(bob, remix, under(held, types.ROLE_PARENT_OF))

	owing := f.offered("free but owing", alice, 0)
	f.mustDerive(alice, owing, under(f.offered("deep", carol, 10_000), types.ROLE_PARENT_OF))
	_, err := f.derive(bob, remix, under(owing, types.ROLE_PARENT_OF))
	require.ErrorIs(t, err, types.ErrApprovalNeeded)
}
