package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// admitted declares sources although nobody has approved them.
func (f *fixture) admitted(owner sdk.AccAddress, work workID, sources ...types.Source) *types.MsgDeriveResponse {
	response, err := send(f, f.msgs.Derive, &types.MsgDerive{
		Owner: owner.String(), Work: work, Sources: sources, MaxTotalRate: types.Whole, AllowUnapproved: true,
	})
	require.NoError(f.t, err)
	f.requireSound()
	return response
}

func (f *fixture) settle(owner sdk.AccAddress, source, work workID, number uint32, shown types.Promises) (bool, error) {
	response, err := send(f, f.msgs.ApproveSource, &types.MsgApproveSource{
		Owner: owner.String(), Source: source, Derivative: work, Declaration: number, Shown: shown,
	})
	if err != nil {
		return false, err
	}
	return response.Settled, nil
}

func TestAGrantGivenBeforeIsEnoughToAsk(t *testing.T) {
	f := newFixture(t)
	hit, work := f.offered("hit", alice, 100_000), f.work("work", bob)
	f.grants[work] = 1
	_, err := f.derive(bob, work, under(hit, types.ROLE_COMPONENT_OF))
	require.ErrorIs(t, err, types.ErrApprovalNeeded)
	require.ErrorContains(t, err, "newly owe "+hit.String())
	require.ErrorContains(t, err, alice.String()+" has not approved it")

	response := f.admitted(bob, work, under(hit, types.ROLE_COMPONENT_OF))
	require.Equal(t, []workID{hit}, response.WaitsFor)
	ref := licensetypes.DeclarationRef{Work: work, Number: 1}
	require.Equal(t, licensetypes.Admission{Works: []workID{hit}}, f.admissions[ref])
	require.Equal(t, ref, f.bindings[0].Declaration)

	one := types.Promises{Grants: 1}
	_, err = f.settle(bob, hit, work, 1, one)
	require.ErrorIs(t, err, registrytypes.ErrNotOwner)
	_, err = f.settle(alice, hit, work, 2, one)
	require.ErrorIs(t, err, licensetypes.ErrNotWaiting)
	_, err = f.settle(alice, hit, work, 1, types.Promises{})
	require.ErrorIs(t, err, types.ErrPromisesGrew, "the owner is shown one grant in force")
	settled, err := f.settle(alice, hit, work, 1, one)
	require.NoError(t, err)
	require.True(t, settled)
	require.Empty(t, f.admissions)
	requireEvent(t, f, &types.EventSourceApproved{Source: hit, Derivative: work, Approver: alice.String(), Declaration: 1})
}

func TestAWorkOfOnesOwnInBetweenHidesNobody(t *testing.T) {
	f := newFixture(t)
	hit, between, work := f.offered("hit", alice, 100_000), f.work("between", bob), f.work("work", bob)
	f.mustDerive(bob, between, under(hit, types.ROLE_COMPONENT_OF))
	f.grants[work] = 1
	_, err := f.derive(bob, work, own(between))
	require.ErrorIs(t, err, types.ErrApprovalNeeded)
	require.ErrorContains(t, err, "newly owe "+hit.String()+" (source "+between.String())
	require.Equal(t, []workID{hit}, f.admitted(bob, work, own(between)).WaitsFor)
}

func TestAnApprovalNamesWhatItIsOf(t *testing.T) {
	f := newFixture(t)
	hit, between, work := f.offered("hit", alice, 100_000), f.work("between", bob), f.work("work", bob)
	f.mustDerive(bob, between, under(hit, types.ROLE_COMPONENT_OF))
	f.grants[work] = 1
	approve := func(msg types.MsgApproveSource) error {
		msg.Owner, msg.Source, msg.Derivative = alice.String(), hit, work
		_, err := send(f, f.msgs.ApproveSource, &msg)
		return err
	}
	refused := func(text string) {
		t.Helper()
		_, err := f.derive(bob, work, own(between))
		require.ErrorIs(t, err, types.ErrApprovalNeeded)
		require.ErrorContains(t, err, text)
	}
	shown := types.Promises{Grants: 1}
	require.ErrorIs(t, approve(types.MsgApproveSource{Role: types.ROLE_CITES, Shown: shown}), types.ErrInvalidSource)
	require.ErrorIs(t, approve(types.MsgApproveSource{Through: work, Role: types.ROLE_PARENT_OF, Shown: shown}), types.ErrInvalidSource)
	require.ErrorIs(t, approve(types.MsgApproveSource{Through: idOf("?"), Role: types.ROLE_PARENT_OF, Shown: shown}), registryNotFound)
	require.ErrorIs(t, approve(types.MsgApproveSource{Through: between, Role: types.ROLE_PARENT_OF}), types.ErrPromisesGrew)
	require.ErrorIs(t, approve(types.MsgApproveSource{Declaration: 1, Role: types.ROLE_PARENT_OF, Shown: shown}), types.ErrInvalidMessage)

	require.NoError(t, approve(types.MsgApproveSource{Role: types.ROLE_PARENT_OF, Shown: shown}))
	refused("has not approved it") // It is of hit as a source, not by way of another.
	require.NoError(t, approve(types.MsgApproveSource{Through: between, Role: types.ROLE_INPUT_TO, Shown: shown}))
	refused("another role or permission")
	require.NoError(t, approve(types.MsgApproveSource{Through: between, Role: types.ROLE_PARENT_OF, Shown: shown}))
	f.grants[work] = 1_000
	refused("grants for 1000 derivatives")
	shown.Grants = 1_000
	require.NoError(t, approve(types.MsgApproveSource{Through: between, Role: types.ROLE_PARENT_OF, Shown: shown}))
	require.Empty(t, f.mustDerive(bob, work, own(between)).WaitsFor)
}

func TestNobodyIsAskedTwiceForTheSame(t *testing.T) {
	f := newFixture(t)
	hit, other, work := f.offered("hit", alice, 100_000), f.work("other", bob), f.work("work", bob)
	f.mustDerive(bob, other, under(hit, types.ROLE_COMPONENT_OF))
	f.mustDerive(bob, work, under(hit, types.ROLE_COMPONENT_OF))
	f.grants[work] = 1
	f.mustDerive(bob, work, own(other)) // which owes hit no more than the work does
}

func TestMoreThanCanBeNamedWaitForARuling(t *testing.T) {
	f := newFixture(t)
	between, work := f.work("between", bob), f.work("work", bob)
	for i := range licensetypes.MaxConstraints + 3 {
		f.mustDerive(bob, between, under(f.offered(string(rune('a'+i)), alice, 1_000), types.ROLE_COMPONENT_OF))
	}
	f.grants[work] = 1
	response := f.admitted(bob, work, own(between))
	require.Len(t, response.WaitsFor, licensetypes.MaxConstraints)
	require.EqualValues(t, 3, response.Others)
	settled, err := f.settle(alice, response.WaitsFor[3], work, 1, types.Promises{Grants: 1})
	require.NoError(t, err)
	require.False(t, settled)
	require.Equal(t, licensetypes.Admission{Works: []workID{}, Others: 3},
		f.admissions[licensetypes.DeclarationRef{Work: work, Number: 1}], "an owner approves for all works at once")
}

func TestACitationBecomesASource(t *testing.T) {
	f := newFixture(t)
	song, remix := f.offered("song", alice, 100_000), f.work("remix", bob)
	f.mustDerive(bob, remix, cites(song))
	response := f.mustDerive(bob, remix, under(song, types.ROLE_COMPONENT_OF))
	require.EqualValues(t, 1, response.Generation)
	require.EqualValues(t, 100_000, response.Absolute)
	require.Equal(t, types.ROLE_COMPONENT_OF, f.edge(remix, song).Role)
	require.Empty(t, f.export().Nodes[0].PastEdges, "a citation is no past permission")
	_, err := f.derive(bob, remix, cites(song))
	require.ErrorIs(t, err, types.ErrAlreadySource)
}

func TestAPermissionIsReplaced(t *testing.T) {
	f := newFixture(t)
	song, remix := f.offered("song", alice, 100_000), f.work("remix", bob)
	other := f.offered("other", alice, 1_000)
	f.mustDerive(bob, remix, under(song, types.ROLE_COMPONENT_OF), under(other, types.ROLE_COMPONENT_OF))
	f.grants[remix] = 5
	better := under(song, types.ROLE_COMPONENT_OF)
	better.Permission = licensetypes.GrantID{7}.String()
	f.offers[song] = offer{} // for free now
	f.links, f.bindings = nil, nil

	response := f.mustDerive(bob, remix, better)

	require.Empty(t, response.WaitsFor, "nothing gets stricter")
	require.EqualValues(t, 2, response.Declaration)
	require.EqualValues(t, 1_000, response.Absolute, "all that it owes follows from the edges that it has")
	require.True(t, f.links[0].Rebuilt)
	require.Len(t, f.links[0].Sources, 2)
	require.True(t, f.bindings[0].Rebuilt)
	require.Len(t, f.bindings[0].Standing, 1)
	require.Equal(t, other, f.bindings[0].Standing[0].Source)
	edge := f.edge(remix, song)
	require.Equal(t, licensetypes.GrantID{7}, edge.Grant.GrantID)
	require.EqualValues(t, 2, edge.Declaration)
	past := f.export().Nodes[0].PastEdges
	require.Len(t, past, 1)
	require.Equal(t, song, past[0].Source)
	require.EqualValues(t, 100_000, past[0].Edge.RoyaltyRate)
	require.EqualValues(t, 2, past[0].ReplacedBy)

	require.EqualValues(t, 3, f.mustDerive(bob, remix, better).Declaration, "the same pins anew what the source asks")
	require.Len(t, f.export().Nodes[0].PastEdges, 2)
}

// Whoever acquired a grant for a derivative declares that before the work is declared as
// made from it, by whatever way.
func TestAReservedGrantGoesFirst(t *testing.T) {
	f := newFixture(t)
	song, remix, between, other := f.work("song", alice), f.work("remix", bob), f.work("between", alice), f.work("other", alice)
	f.offers[remix] = offer{}
	f.mustDerive(alice, between, under(remix, types.ROLE_PARENT_OF))
	f.mustDerive(alice, other, own(between))
	f.reserved = map[workID][]workID{song: {remix}}
	around := under(remix, types.ROLE_PARENT_OF)
	f.mustDerive(alice, song, cites(other))
	f.grants[song] = 1
	for _, s := range []types.Source{around, own(between), own(other)} {
		_, err := f.derive(alice, song, s)
		require.ErrorIs(t, err, types.ErrReserved)
		require.ErrorContains(t, err, remix.String())
	}
	_, err := f.derive(alice, song, own(f.work("original", alice)))
	require.NoError(t, err, "what is made from something else")

	params := types.DefaultParams()
	params.MaxWalk = 1
	require.NoError(t, f.k.Params.Set(f.ctx, params))
	f.reserved[song] = []workID{f.work("far", bob)}
	_, err = f.derive(alice, song, own(other))
	require.ErrorIs(t, err, types.ErrWalkTooLong)
	f.reserved = nil
	require.NotEmpty(t, f.admitted(alice, song, around).Generation)
}

func TestAStricterPermissionCountsAsALaterSource(t *testing.T) {
	f := newFixture(t)
	song, remix := f.offered("song", alice, 1_000), f.work("remix", bob)
	f.mustDerive(bob, remix, under(song, types.ROLE_COMPONENT_OF))
	f.grants[remix] = 1
	f.offers[song] = offer{policy: f.offers[song].policy, rate: 2_000}
	again := under(song, types.ROLE_COMPONENT_OF)
	again.Permission = licensetypes.GrantID{7}.String()
	_, err := f.derive(bob, remix, again)
	require.ErrorIs(t, err, types.ErrApprovalNeeded, "it owes more")
	require.Equal(t, []workID{song}, f.admitted(bob, remix, again).WaitsFor)
}

// A role by which less passes on is refused: the royalty, or the end of a permission, of what was
// made would get lost.
func TestASourceIsDeclaredAgainInARoleThatPassesOnAsMuch(t *testing.T) {
	f := newFixture(t)
	remix := f.work("remix", bob)
	for _, row := range []struct {
		before, now types.Role
		can         bool
	}{
		{types.ROLE_CONTAINS, types.ROLE_COMPONENT_OF, true},
		{types.ROLE_CONTAINS, types.ROLE_PARENT_OF, true},
		{types.ROLE_COMPONENT_OF, types.ROLE_PARENT_OF, true},
		{types.ROLE_PARENT_OF, types.ROLE_COMPONENT_OF, false},
		{types.ROLE_PARENT_OF, types.ROLE_CONTAINS, false},
		{types.ROLE_COMPONENT_OF, types.ROLE_INPUT_TO, false},
		{types.ROLE_TRAINED_ON, types.ROLE_PARENT_OF, false},
		{types.ROLE_INPUT_TO, types.ROLE_PARENT_OF, false},
	} {
		source := f.offered(row.before.Name()+row.now.Name(), alice, 1_000)
		f.mustDerive(bob, remix, under(source, row.before))
		_, err := f.derive(bob, remix, under(source, row.now))
		if row.can {
			require.NoError(t, err)
			require.Equal(t, row.now, f.edge(remix, source).Role)
			_, err = f.derive(bob, remix, under(source, row.before))
		}
		require.ErrorIs(t, err, types.ErrAlreadySource)
		require.ErrorContains(t, err, source.String())
		f.requireSound()
	}
}
