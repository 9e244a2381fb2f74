package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

func TestDerivingPinsWhatWasAgreed(t *testing.T) {
	f := newFixture(t)
	song, remix := f.offered("song", alice, 100_000), f.work("remix", bob)
	s := under(song, types.ROLE_COMPONENT_OF)
	s.Weight = 700_000

	response := f.mustDerive(bob, remix, s)

	require.Equal(t, &types.MsgDeriveResponse{Generation: 1, Absolute: 100_000, Declaration: 1}, response)
	terms := termsOf(song)
	row, err := f.k.Derivations.Get(f.ctx, remix)
	require.NoError(t, err)
	require.Equal(t, types.Derivation{DerivedAt: blockTime, Declarations: 1, Edges: []types.Edge{{
		Source: registrytypes.WorkIDBytes{WorkID: song}, Role: types.ROLE_COMPONENT_OF, Terms: licensetypes.TermsIDBytes{TermsID: terms},
		RoyaltyPolicy: royaltytypes.POLICY_ABSOLUTE, RoyaltyRate: 100_000, Weight: 700_000, WorkVersion: 3, UpstreamVersion: 1,
		Declaration: 1,
	}}}, row)
	answer, err := f.queries.Derivation(f.ctx, &types.QueryDerivationRequest{Work: remix})
	require.NoError(t, err)
	require.Equal(t, types.Node{Generation: 1, Sources: 1, DerivedAt: blockTime, Declarations: 1}, answer.Node)

	require.Equal(t, []string{"permit", "link", "bind 1"}, f.calls)
	require.Equal(t, licensetypes.PermitRequest{
		Derivative: remix, Owner: bob, Source: song,
		Permission: terms.String(), Actions: []rules.Action{rules.Adapt}, Column: rules.Part,
	}, f.requests[0])
	require.Equal(t, royaltytypes.Link{
		Work: remix, Generation: 1, MaxTotalRate: types.Whole,
		Sources: []royaltytypes.LinkSource{{Work: song, Policy: royaltytypes.POLICY_ABSOLUTE, Rate: 100_000, UpstreamVersion: 1}},
	}, f.links[0])
	requireEvent(t, f, &types.EventDerived{Work: remix, Generation: 1, Sources: []types.Source{s}, Absolute: 100_000, Declaration: 1})
}

// requireEvent checks the last event.
func requireEvent(t *testing.T, f *fixture, want interface {
	String() string
	Reset()
	ProtoMessage()
},
) {
	t.Helper()
	events := f.ctx.EventManager().ABCIEvents()
	require.NotEmpty(t, events)
	got, err := sdk.ParseTypedEvent(events[len(events)-1])
	require.NoError(t, err)
	require.Equal(t, want.String(), got.(interface{ String() string }).String())
}

func TestAGrantIsPinnedWithItsTerms(t *testing.T) {
	f := newFixture(t)
	song, remix := f.offered("song", alice, 0), f.work("remix", bob)
	grant := licensetypes.NewGrantID(song, termsOf(song), bob, 1)

	made := f.mustDerive(bob, remix, types.Source{Work: song, Role: types.ROLE_PARENT_OF, Permission: grant.String()})
	require.Equal(t, []types.ServingGrant{{Grant: grant, Source: song, Serves: 1, Used: 1}}, made.Grants)

	edge := f.edge(remix, song)
	require.Equal(t, grant, edge.Grant.GrantID)
	require.Equal(t, termsOf(song), edge.Terms.TermsID)
}

func TestADerivationIsOneRowAndAKeyASource(t *testing.T) {
	f := newFixture(t)
	var sources []types.Source
	for i := range 8 {
		sources = append(sources, own(f.work(fmt.Sprint(i), alice)))
	}
	count := func(work string, list ...types.Source) int {
		before := f.keys()
		f.mustDerive(alice, f.work(work, alice), list...)
		return f.keys() - before
	}
	require.Equal(t, 1+2*8, count("first", sources...), "the sources are marked too")
	require.Equal(t, 1+8, count("second", sources...))
	require.Equal(t, 1+1, count("third", sources[3]))
}

func TestTrainingIsAskedForAsSuch(t *testing.T) {
	f := newFixture(t)
	data, model := f.offered("data", alice, 0), f.work("model", bob)
	f.mustDerive(bob, model, under(data, types.ROLE_TRAINED_ON))
	require.Equal(t, []rules.Action{rules.TrainAI}, f.requests[0].Actions)
}

func TestGenerationIsOneAboveTheHighestSource(t *testing.T) {
	f := newFixture(t)
	line := f.chainOf("line", alice, 4)
	mix := f.work("mix", alice)
	require.Equal(t, uint32(4), f.mustDerive(alice, mix, own(line[1]), own(line[3]), own(line[0])).Generation)
}

func TestCitationsAndExternalSourcesOweNothing(t *testing.T) {
	f := newFixture(t)
	line := f.chainOf("line", alice, 3)
	essay := f.work("essay", bob)
	f.calls = nil

	response := f.mustDerive(bob, essay, cites(line[2]), external("https://example.org/a"))

	require.Equal(t, &types.MsgDeriveResponse{}, response)
	require.Empty(t, f.calls, "neither license nor royalty is told")
	walk, err := f.queries.Descendants(f.ctx, &types.QueryWalkRequest{Work: line[2]})
	require.NoError(t, err)
	require.Empty(t, walk.Steps)
	walk, err = f.queries.Ancestors(f.ctx, &types.QueryWalkRequest{Work: essay})
	require.NoError(t, err)
	require.Empty(t, walk.Steps)
}

func TestTwoWorksMayCiteEachOther(t *testing.T) {
	f := newFixture(t)
	a, b := f.work("a", alice), f.work("b", bob)
	f.mustDerive(alice, a, cites(b))
	f.mustDerive(bob, b, cites(a))
}

func TestAWorkWithManySourcesAndItsLimits(t *testing.T) {
	f := newFixture(t)
	work := f.work("collage", alice)
	next := 0
	batch := func(n int) []types.Source {
		list := make([]types.Source, 0, n)
		for range n {
			next++
			if next%2 == 0 {
				list = append(list, external(fmt.Sprint("ipfs://", next)))
				continue
			}
			list = append(list, own(f.work(fmt.Sprint("part", next), alice)))
		}
		return list
	}
	_, err := f.derive(alice, work, batch(types.MaxMessageSources+1)...)
	require.ErrorIs(t, err, types.ErrTooManySources)
	for range types.MaxSources / types.MaxMessageSources {
		f.mustDerive(alice, work, batch(types.MaxMessageSources)...)
	}
	_, err = f.derive(alice, work, batch(1)...)
	require.ErrorIs(t, err, types.ErrTooManySources)
}

func TestRefusedDerivationsChangeNothing(t *testing.T) {
	f := newFixture(t)
	song, other, remix := f.offered("song", alice, 100_000), f.offered("other", alice, 0), f.work("remix", bob)
	unoffered := f.work("unoffered", alice)
	f.mustDerive(bob, remix, under(song, types.ROLE_PARENT_OF), external("ipfs://a"))
	good := under(other, types.ROLE_PARENT_OF)
	with := func(change func(*types.MsgDerive)) *types.MsgDerive {
		msg := &types.MsgDerive{Owner: bob.String(), Work: remix, Sources: []types.Source{good}, MaxTotalRate: 100_000}
		change(msg)
		return msg
	}
	sources := func(list ...types.Source) *types.MsgDerive {
		return with(func(m *types.MsgDerive) { m.Sources = list })
	}
	weigh := func(s types.Source, weight uint32) types.Source {
		s.Weight = weight
		return s
	}
	for name, c := range map[string]struct {
		msg  *types.MsgDerive
		want error
		text string
	}{
		"nothing":            {sources(), types.ErrInvalidMessage, "nothing is declared"},
		"no work":            {with(func(m *types.MsgDerive) { m.Work = workID{} }), registrytypes.ErrInvalidID, "work is not given"},
		"unknown work":       {with(func(m *types.MsgDerive) { m.Work = idOf("?") }), registrytypes.ErrWorkNotFound, idOf("?").String()},
		"bad owner":          {with(func(m *types.MsgDerive) { m.Owner = "bob" }), types.ErrInvalidMessage, "owner"},
		"a stranger":         {with(func(m *types.MsgDerive) { m.Owner = carol.String() }), registrytypes.ErrNotOwner, bob.String()},
		"the source's owner": {with(func(m *types.MsgDerive) { m.Owner = alice.String() }), registrytypes.ErrNotOwner, bob.String()},
		"rate above max":     {with(func(m *types.MsgDerive) { m.MaxTotalRate = 99_999 }), errOverMaxRate, "99999"},
		"max above the whole": {
			with(func(m *types.MsgDerive) { m.MaxTotalRate = types.Whole + 1 }),
			types.ErrInvalidMessage, "max_total_rate",
		},
		"oneself":              {sources(own(remix)), types.ErrInvalidSource, "itself"},
		"twice in a message":   {sources(good, weigh(good, 1)), types.ErrAlreadySource, "source 1"},
		"twice with two roles": {sources(good, cites(other)), types.ErrAlreadySource, "source 1"},
		"cited as well":        {sources(cites(song)), types.ErrAlreadySource, song.String()},
		"external twice":       {sources(external("ipfs://b"), external("ipfs://b")), types.ErrAlreadySource, "source 1"},
		"external before":      {sources(external("ipfs://a")), types.ErrAlreadySource, "ipfs://a"},
		"unknown source":       {sources(good, under(idOf("?"), types.ROLE_PARENT_OF)), registrytypes.ErrWorkNotFound, idOf("?").String()},
		"unknown citation":     {sources(cites(idOf("?"))), registrytypes.ErrWorkNotFound, idOf("?").String()},
		"terms not offered":    {sources(good, under(unoffered, types.ROLE_PARENT_OF)), errNoPermission, unoffered.String()},
		"no permission named":  {sources(own(other)), errNoPermission, other.String()},
		"no role":              {sources(under(other, 0)), types.ErrInvalidSource, "role 0"},
		"role 257":             {sources(under(other, 257)), types.ErrInvalidSource, "role 257"},
		"negative role":        {sources(under(other, -1)), types.ErrInvalidSource, "role -1"},
		"weight":               {sources(weigh(good, types.Whole+1)), types.ErrInvalidSource, "1000001"},
		"weights": {
			sources(weigh(good, types.Whole), weigh(external("x:y"), 1)), types.ErrOverWhole, "1000001",
		},
		"permission of a citation": {sources(types.Source{
			Work: other, Role: types.ROLE_CITES, Permission: termsOf(other).String(),
		}), types.ErrInvalidSource, "citation"},
	} {
		t.Run(name, func(t *testing.T) {
			before := f.export()
			_, err := send(f, f.msgs.Derive, c.msg)
			require.ErrorIs(t, err, c.want)
			require.ErrorContains(t, err, c.text)
			require.Equal(t, before, f.export())
		})
	}
	f.conflicts = true
	before := f.export()
	_, err := f.derive(bob, remix, good)
	require.ErrorIs(t, err, errConflict)
	require.Equal(t, before, f.export())
}

func TestWeightsOfAllDeclarationsTogetherStayWithinTheWhole(t *testing.T) {
	f := newFixture(t)
	work := f.work("work", alice)
	weighed := func(name string, weight uint32) types.Source {
		s := own(f.work(name, alice))
		s.Weight = weight
		return s
	}
	outside := external("ipfs://x")
	outside.Weight = 300_000
	f.mustDerive(alice, work, weighed("a", 600_000), outside)
	_, err := f.derive(alice, work, weighed("b", 100_001))
	require.ErrorIs(t, err, types.ErrOverWhole)
	f.mustDerive(alice, work, weighed("b", 100_000), external("ipfs://y"))
}

func TestOnlyAContestedWorkCannotDeclareSources(t *testing.T) {
	for status, want := range map[registrytypes.Status]error{
		registrytypes.STATUS_ACTIVE:      nil,
		registrytypes.STATUS_WITHDRAWN:   nil,
		registrytypes.STATUS_DISPUTED:    registrytypes.ErrOnHold,
		registrytypes.STATUS_INVALIDATED: registrytypes.ErrOnHold,
	} {
		t.Run(status.String(), func(t *testing.T) {
			f := newFixture(t)
			song, remix := f.offered("song", alice, 0), f.work("remix", bob)
			row := f.works[remix]
			row.Status = status
			f.works[remix] = row
			_, err := f.derive(bob, remix, under(song, types.ROLE_PARENT_OF))
			require.ErrorIs(t, err, want)
		})
	}
}
