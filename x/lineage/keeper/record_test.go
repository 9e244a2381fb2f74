package keeper_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var registryNotFound = registrytypes.ErrWorkNotFound

func record() *types.GenerationRecord {
	at := blockTime.Add(-time.Hour)
	return &types.GenerationRecord{
		Model: "example/model", Provider: "Example", SystemName: "Painter", SystemVersion: "2.1",
		GeneratedAt: &at, UniqueId: "out-17", PromptSha256: registrytypes.Digest{0x0a},
	}
}

func (f *fixture) declare(work workID, r *types.GenerationRecord, sources ...types.Source) error {
	_, err := send(f, f.msgs.Derive, &types.MsgDerive{
		Owner: alice.String(), Work: work, Record: r, Sources: sources,
	})
	return err
}

func TestARecordIsKeptAndGivenOnce(t *testing.T) {
	f := newFixture(t)
	image, input := f.work("image", alice), f.work("input", alice)
	require.NoError(t, f.declare(image, record()))
	f.requireSound()

	got, err := f.queries.Derivation(f.ctx, &types.QueryDerivationRequest{Work: image})
	require.NoError(t, err)
	require.Equal(t, record(), got.Record)
	require.Zero(t, got.Node.Sources)

	require.ErrorIs(t, f.declare(image, record(), own(input)), types.ErrAlreadyRecorded)
	require.NoError(t, f.declare(image, nil, own(input)), "sources can follow")
	f.requireSound()
}

func TestRefusedRecords(t *testing.T) {
	long := strings.Repeat("x", types.MaxTextLength+1)
	for name, change := range map[string]func(*types.GenerationRecord){
		"version of a card":  func(r *types.GenerationRecord) { r.AgentVersion = 1 },
		"time of an anchor":  func(r *types.GenerationRecord) { r.AnchoredAt = &blockTime },
		"root of an anchor":  func(r *types.GenerationRecord) { r.AnchorRoot = registrytypes.Digest{1} },
		"blanked already":    func(r *types.GenerationRecord) { r.BlankedSha256 = registrytypes.Digest{1} },
		"no model":           func(r *types.GenerationRecord) { r.Model = "" },
		"misspelt model id":  func(r *types.GenerationRecord) { r.Model = idOf("model").String() + "q" },
		"itself as model":    func(r *types.GenerationRecord) { r.Model = idOf("image").String() },
		"long model":         func(r *types.GenerationRecord) { r.Model = long },
		"long provider":      func(r *types.GenerationRecord) { r.Provider = long },
		"long system":        func(r *types.GenerationRecord) { r.SystemName = long },
		"long version":       func(r *types.GenerationRecord) { r.SystemVersion = long },
		"long unique id":     func(r *types.GenerationRecord) { r.UniqueId = long },
		"not text":           func(r *types.GenerationRecord) { r.Provider = "\xff" },
		"control characters": func(r *types.GenerationRecord) { r.SystemName = "a\x1b[2J" },
		"made tomorrow": func(r *types.GenerationRecord) {
			at := blockTime.Add(24 * time.Hour)
			r.GeneratedAt = &at
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			r := record()
			change(r)
			require.ErrorIs(t, f.declare(f.work("image", alice), r), types.ErrInvalidRecord)
			require.Empty(t, f.export().Nodes)
		})
	}
}

func TestTheModelMayBeARegisteredWork(t *testing.T) {
	f := newFixture(t)
	image, model := f.work("image", alice), f.work("model", bob)
	r := record()
	r.Model = idOf("unregistered").String()
	require.ErrorIs(t, f.declare(image, r), registryNotFound)
	r.Model = model.String()
	require.NoError(t, f.declare(image, r))
}

func TestARecordPinsTheCardOfAnAgentOfTheOwners(t *testing.T) {
	f := newFixture(t)
	mine, theirs := agenttypes.NewAgentID(alice, "painter"), agenttypes.NewAgentID(bob, "painter")
	f.world.agents[mine], f.world.agents[theirs] = alice, bob
	image, source := f.work("image", alice), f.work("input", alice)
	r := record()
	r.Agent = theirs
	require.ErrorIs(t, f.declare(image, r), agenttypes.ErrNotController)
	r.Agent = mine
	require.NoError(t, f.declare(image, r))
	require.NoError(t, f.declare(image, nil, own(source)), "the same work, counted once")
	f.requireSound()

	got, err := f.queries.Derivation(f.ctx, &types.QueryDerivationRequest{Work: image})
	require.NoError(t, err)
	require.Equal(t, mine, got.Record.Agent)
	require.EqualValues(t, 3, got.Record.AgentVersion)
	require.Equal(t, map[string]int{alice.String(): 1, mine.String(): 1}, f.world.declared)
	agent, found, err := f.k.AgentOf(f.ctx, image)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, mine, agent)
}

func TestARecordHasTheTimeOfItsAnchor(t *testing.T) {
	f := newFixture(t)
	image, source := f.work("image", alice), f.work("input", alice)
	since := registrytypes.Priority{Time: blockTime.Add(-30 * time.Minute)}
	msg := types.MsgDerive{Owner: alice.String(), Work: image, Record: record(), Sources: []types.Source{own(source)}}
	root := registrytypes.Digest{7}
	f.world.anchors[root] = anchored{alice.String(), types.StatementDigest(image, msg.Sources, *msg.Record), since}
	msg.Anchor = &registrytypes.AnchorProof{Root: root, Salt: registrytypes.Salt{1}, Total: 1}

	for name, change := range map[string]func(*types.MsgDerive){
		"another model":    func(m *types.MsgDerive) { m.Record.Model = "another" },
		"another time":     func(m *types.MsgDerive) { m.Record.GeneratedAt = nil },
		"another prompt":   func(m *types.MsgDerive) { m.Record.PromptSha256 = registrytypes.Digest{9} },
		"another weight":   func(m *types.MsgDerive) { m.Sources = []types.Source{m.Sources[0]}; m.Sources[0].Weight = 1 },
		"no sources":       func(m *types.MsgDerive) { m.Sources = nil },
		"one more source":  func(m *types.MsgDerive) { m.Sources = append(m.Sources, own(f.work("more", alice))) },
		"another root":     func(m *types.MsgDerive) { p := *m.Anchor; p.Root = registrytypes.Digest{8}; m.Anchor = &p },
		"no path for two":  func(m *types.MsgDerive) { p := *m.Anchor; p.Total = 2; m.Anchor = &p },
		"no record at all": func(m *types.MsgDerive) { m.Record = nil },
	} {
		other := msg
		r := *msg.Record
		other.Record = &r
		change(&other)
		_, err := send(f, f.msgs.Derive, &other)
		require.Error(t, err, name)
	}
	// A statement that is older than what it is about was made up: the time is refused, not kept.
	f.world.anchors[root] = anchored{
		alice.String(), types.StatementDigest(image, msg.Sources, *msg.Record),
		registrytypes.Priority{Time: msg.Record.GeneratedAt.Add(-types.ClockTolerance - time.Second)},
	}
	_, err := send(f, f.msgs.Derive, &msg)
	require.ErrorIs(t, err, types.ErrInvalidRecord)
	f.world.anchors[root] = anchored{alice.String(), types.StatementDigest(image, msg.Sources, *msg.Record), since}

	msg.Sources[0].Permission = "" // by what it is relied on is no part of the statement
	_, err = send(f, f.msgs.Derive, &msg)
	require.NoError(t, err)
	f.requireSound()
	got, err := f.queries.Derivation(f.ctx, &types.QueryDerivationRequest{Work: image})
	require.NoError(t, err)
	require.Equal(t, since.Time, got.Record.AnchoredAt.UTC())
	require.Equal(t, root, got.Record.AnchorRoot)
}

func TestParamsAreGovernances(t *testing.T) {
	f := newFixture(t)
	update := func(by string, p types.Params) error {
		_, err := send(f, f.msgs.UpdateParams, &types.MsgUpdateParams{Authority: by, Params: p})
		return err
	}
	require.ErrorContains(t, update(alice.String(), types.DefaultParams()), "invalid authority")
	require.ErrorIs(t, update(authority, types.Params{MaxWalk: 10_001}), types.ErrInvalidParams)
	want := types.Params{MaxWalk: 7, GasPerStep: 9}
	require.NoError(t, update(authority, want))
	requireEvent(t, f, &types.EventParamsUpdated{Params: want})
	got, err := f.queries.Params(f.ctx, &types.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, want, got.Params)
}
